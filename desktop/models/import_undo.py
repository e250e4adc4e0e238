"""Taking an import back, as sets: what it brought, what it changed, and what it entered as a yes.

A field goes back to what it was only where it still is what the import made of it. The ledger only
grows: where an import's yes is still the last word, "unknown" is entered on top; a no stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, or_, select, update

from desktop.models import appointments, names, people, search, settings
from desktop.models.columns import utc_text
from desktop.models.import_sql import IMAGE
from desktop.models.lanes import Tx
from desktop.models.records import (
    Appointment,
    AppointmentId,
    ImportId,
    Method,
    PersonId,
    Status,
    VisitStatus,
)
from desktop.models.rows import chunks
from desktop.models.standing import Reader
from desktop.models.tables import (
    appointment,
    external_id,
    import_batch,
    metadata,
    person,
    person_mailbox,
    schedule,
    search_entry,
)
from desktop.models.tables_people import (
    consent_state,
    duplicate_pair,
    import_change,
    import_reject,
    person_merge,
)

PERSON, VISIT = "person", "visit"
_FORGOTTEN = "imports-forgotten-before"
_PLAIN = (
    *("kind", "last_name", "first_name", "name_key", "birth_date", "language", "detail", "status", "phone"),
    *("organisation", "preferred_method", "street", "city", "region", "zip", "sex", "since"),
)
_OWN = frozenset(
    table.name for table in (external_id, person_mailbox, search_entry, consent_state, duplicate_pair)
) | {"segment_member", "segment_dirty"}
"""Tables whose rows are the record itself, or go with it."""


def undone(tx: Tx, import_id: ImportId, by: str, now: datetime) -> None:
    """Write down that the import was taken back."""
    tx.connection.execute(
        update(import_batch).where(import_batch.c.id == import_id).values(undone_at=now, undone_by=by)
    )


def unsay(tx: Tx, import_id: ImportId, by: str, now: datetime) -> int:
    """Enter "unknown" over each yes of the import that is still the last word; answers how many of its
    refusals stay."""
    values = {"import_id": import_id, "by": by, "at": utc_text(now)}
    tx.driver.execute("CREATE TEMP TABLE unsaid AS SELECT max(seq) AS seq FROM consent_entry")
    tx.driver.execute(
        """INSERT INTO consent_entry (person, state, at, source, "by", scope, how)
        SELECT e.person, 'unknown', :at, 'undo', :by, e.scope, 'undo'
        FROM consent_entry e JOIN consent_state c ON c.person = e.person AND c.purpose = e.scope
        WHERE e.import_id = :import_id AND e.state = 'given' AND c.entry = e.seq ORDER BY e.seq""",
        values,
    )
    tx.driver.execute(
        """UPDATE consent_state SET state = 'unknown', expires = NULL, entry = e.seq FROM consent_entry e
        WHERE e.seq > (SELECT seq FROM temp.unsaid) AND e.person = consent_state.person
          AND e.scope = consent_state.purpose"""
    )
    tx.driver.execute(
        """UPDATE person SET consent = 'unknown' WHERE id IN (SELECT e.person FROM consent_entry e
            WHERE e.seq > (SELECT seq FROM temp.unsaid) AND e.scope = 'care')"""
    )
    tx.driver.execute("DROP TABLE temp.unsaid")
    kept = tx.driver.execute(
        """SELECT count(DISTINCT e.person) FROM consent_entry e
        JOIN consent_state c ON c.person = e.person AND c.purpose = e.scope
        WHERE e.import_id = :import_id AND e.state = 'refused' AND c.state = 'refused'""",
        values,
    )
    return int(kept.fetchone()[0])


def restore_people(tx: Tx, import_id: ImportId) -> tuple[int, int]:
    """Put fields back; answers how many people are as before, and of how many something stays that
    was changed since."""
    changed = select(import_change.c.obj, import_change.c.before, import_change.c.after).where(
        import_change.c.import_id == import_id, import_change.c.kind == PERSON
    )
    restored, since = [], 0
    for row in tx.connection.execute(changed).all():
        (seen,) = tx.driver.execute(IMAGE, (row.obj,)).fetchone()
        now = json.loads(seen)
        differ = [name for name in row.after if name != "custom" and row.after[name] != row.before[name]]
        back = {name: row.before[name] for name in differ if now[name] == row.after[name]}
        if "email" in back and _set_since(tx, import_id, PersonId(row.obj)):
            del back["email"]
        own, kept = _own_fields(row.before["custom"], row.after["custom"], now["custom"])
        if own is not None:
            back["custom"] = own
        since += bool(kept or any(name not in back for name in differ))
        _put_back(tx, PersonId(row.obj), back, row.after)
        restored.append(PersonId(row.obj))
    people.reindex(tx, restored)
    return len(restored) - since, since


def _own_fields(
    before: dict[str, Any], after: dict[str, Any], now: dict[str, Any]
) -> tuple[dict[str, Any] | None, bool]:
    """The practice's own fields each by itself: what to keep now, and whether one was changed since."""
    differ = [name for name in after if after[name] != before.get(name)]
    back = [name for name in differ if now.get(name) == after[name]]
    kept = {name: value for name, value in now.items() if name not in back or name in before}
    kept |= {name: before[name] for name in back if name in before}
    return (kept if back else None), len(back) < len(differ)


def _put_back(tx: Tx, id_: PersonId, back: dict[str, Any], after: dict[str, Any]) -> None:
    values = {name: back[name] for name in _PLAIN if name in back}
    for name in ("birth_date", "since"):
        if values.get(name):
            values[name] = datetime.fromisoformat(values[name]).date()
    if "custom" in back:
        values["custom"] = back["custom"]
    if "withdrawn_at" in back:
        tx.driver.execute("UPDATE person SET withdrawn_at = ? WHERE id = ?", (back["withdrawn_at"], id_))
    if values:
        tx.connection.execute(update(person).where(person.c.id == id_).values(values))
    if "external_id" in back and not back["external_id"]:
        brought = external_id.c.person == id_, external_id.c.value == after["external_id"]
        tx.connection.execute(delete(external_id).where(external_id.c.system == "", *brought))
    if "email" in back:
        _prefer(tx, id_, back["email"])


def _set_since(tx: Tx, import_id: ImportId, id_: PersonId) -> bool:
    """Whether somebody said since who reads the mailbox that counts, or that it is confidential."""
    at = select(import_batch.c.at).where(import_batch.c.id == import_id).scalar_subquery()
    by_hand = or_(person_mailbox.c.confidential == 1, person_mailbox.c.since > at)
    counts = person_mailbox.c.person == id_, person_mailbox.c.preferred == 1
    return tx.connection.execute(select(person_mailbox.c.person).where(*counts, by_hand)).first() is not None


def _prefer(tx: Tx, id_: PersonId, address: str) -> None:
    """The former address again, or none; the one that the import brought stays as a former one."""
    theirs = person_mailbox.c.person == id_
    tx.connection.execute(update(person_mailbox).where(theirs).values(preferred=0))
    tx.driver.execute(
        "UPDATE person_mailbox SET preferred = 1 WHERE person = ? AND ended_at IS NULL AND mailbox = "
        "(SELECT b.id FROM mailbox b WHERE b.address_key = ?)",
        (id_, names.address_key(address)),
    )


def remove_newcomers(tx: Tx, import_id: ImportId, now: datetime) -> tuple[int, int, int]:
    """Delete newcomers on whom nothing hangs, withdraw the others; answers how many of each, and how
    many stay because another import that stands or a merge found them since."""
    new = [
        PersonId(one)
        for one in tx.connection.execute(
            select(person.c.id).where(person.c.import_id == import_id, person.c.withdrawn_at.is_(None))
        ).scalars()
    ]
    stay = _found_since(tx, import_id, new)
    left = [one for one in new if one not in stay]
    hung = _hung_on(tx, "person", left) | _wished(tx, left)
    bare = [one for one in left if one not in hung]
    _delete(tx, bare)
    people.withdraw(tx, [one for one in left if one in hung], now)
    return len(bare), len(hung), len(stay)


def _found_since(tx: Tx, import_id: ImportId, ids: Iterable[PersonId]) -> set[str]:
    found: set[str] = set()
    for some in chunks(ids):
        later = (
            select(import_change.c.obj)
            .join(import_batch, import_batch.c.id == import_change.c.import_id)
            .where(
                import_change.c.kind == PERSON,
                import_change.c.obj.in_(some),
                import_change.c.import_id != import_id,
                import_batch.c.undone_at.is_(None),
            )
        )
        merged = select(person_merge.c.kept).where(
            person_merge.c.kept.in_(some), person_merge.c.undone_at.is_(None)
        )
        found.update(tx.connection.execute(later).scalars())
        found.update(tx.connection.execute(merged).scalars())
    return found


def _wished(tx: Tx, ids: Iterable[PersonId]) -> set[str]:
    """Who said something about their mail that must be known when a later file brings them back."""
    found: set[str] = set()
    special = or_(
        person_mailbox.c.confidential == 1,
        person_mailbox.c.reader != Reader.SELF.value,
        person_mailbox.c.ended_at.is_not(None),
    )
    stopped = or_(person.c.status != Status.ACTIVE.value, person.c.preferred_method == Method.NONE.value)
    for some in chunks(ids):
        linked = select(person_mailbox.c.person).where(person_mailbox.c.person.in_(some), special)
        found.update(tx.connection.execute(linked).scalars())
        found.update(
            tx.connection.execute(select(person.c.id).where(person.c.id.in_(some), stopped)).scalars()
        )
    return found


def _hung_on(tx: Tx, target: str, ids: Iterable[str]) -> set[str]:
    """Those of `ids` that a row of another table refers to."""
    referring = [
        column
        for table in metadata.tables.values()
        if table.name not in _OWN
        for column in table.c
        if any(key.column.table.name == target for key in column.foreign_keys)
    ]
    referring += [column for column in (person_mailbox.c.reader_person,) if target == PERSON]
    found: set[str] = set()
    for some in chunks(ids):
        for column in referring:
            found.update(tx.connection.execute(select(column).where(column.in_(some)).distinct()).scalars())
    return found


def _delete(tx: Tx, ids: Iterable[PersonId]) -> None:
    for some in chunks(ids):
        search.forget(tx, some)
        tx.connection.execute(delete(consent_state).where(consent_state.c.person.in_(some)))
        tx.connection.execute(delete(external_id).where(external_id.c.person.in_(some)))
        tx.connection.execute(delete(person_mailbox).where(person_mailbox.c.person.in_(some)))
        either = or_(duplicate_pair.c.first.in_(some), duplicate_pair.c.second.in_(some))
        tx.connection.execute(delete(duplicate_pair).where(either))
        tx.connection.execute(delete(person).where(person.c.id.in_(some)))


# --- visits ------------------------------------------------------------------------------


def image(visit: Appointment) -> dict[str, Any]:
    """What an import may change of a visit, as JSON."""
    return {
        "person": visit.person,
        "external_id": visit.external_id,
        "start": visit.start.isoformat(),
        "zone": visit.zone,
        "start_utc": utc_text(visit.start_utc),
        "status": visit.status.value,
        "visit_type": visit.visit_type,
        "provider": visit.provider,
        "location": visit.location,
    }


def keep_visits(tx: Tx, import_id: ImportId, changed: Iterable[tuple[Appointment, Appointment]]) -> None:
    """Old and new of each visit that the import changed."""
    rows = [
        {
            "import_id": import_id,
            "kind": VISIT,
            "obj": before.id,
            "before": image(before),
            "after": image(after),
        }
        for before, after in changed
    ]
    if rows:
        tx.connection.execute(insert(import_change), rows)


def restore_visits(tx: Tx, import_id: ImportId) -> tuple[int, int]:
    """As `restore_people`. A visit that goes back to its old time is another occurrence of it."""
    changed = select(import_change).where(
        import_change.c.import_id == import_id, import_change.c.kind == VISIT
    )
    restored = since = 0
    for row in tx.connection.execute(changed).all():
        now = appointments.get(tx, AppointmentId(row.obj))
        if now is None or image(now) != row.after:
            since += 1
            continue
        moved = (
            row.before["start_utc"] != row.after["start_utc"] or row.before["person"] != row.after["person"]
        )
        appointments.update(
            tx,
            replace(
                now,
                person=PersonId(row.before["person"]),
                external_id=row.before["external_id"],
                start=datetime.fromisoformat(row.before["start"]),
                zone=row.before["zone"],
                start_utc=datetime.fromisoformat(row.before["start_utc"]),
                status=VisitStatus(row.before["status"]),
                visit_type=row.before["visit_type"],
                provider=row.before["provider"],
                location=row.before["location"],
                occurrence=now.occurrence + (1 if moved else 0),
            ),
        )
        restored += 1
    return restored, since


def remove_visits(tx: Tx, import_id: ImportId) -> tuple[int, int, int]:
    """Delete new visits on which nothing hangs and call the others off; answers how many of each, and
    how many stay because a later import changed them. The days that the file covered are forgotten."""
    new = list(
        tx.connection.execute(select(appointment.c.id).where(appointment.c.import_id == import_id)).scalars()
    )
    stay: set[str] = set()
    for some in chunks(new):
        later = (
            select(import_change.c.obj)
            .join(import_batch, import_batch.c.id == import_change.c.import_id)
            .where(import_change.c.kind == VISIT, import_change.c.obj.in_(some))
            .where(import_batch.c.undone_at.is_(None))
        )
        stay.update(tx.connection.execute(later).scalars())
    left = [one for one in new if one not in stay]
    hung = _hung_on(tx, "appointment", left)
    for some in chunks([one for one in left if one not in hung]):
        tx.connection.execute(delete(appointment).where(appointment.c.id.in_(some)))
    off = appointment.c.status == VisitStatus.BOOKED.value
    for some in chunks(sorted(hung)):
        cancelled = update(appointment).where(appointment.c.id.in_(some), off)
        tx.connection.execute(cancelled.values(status=VisitStatus.CANCELLED.value))
    tx.connection.execute(delete(schedule).where(schedule.c.import_id == import_id))
    return len(left) - len(hung), len(hung), len(stay)


def forget(tx: Tx, before: datetime) -> int:
    """Destroy what imports before then left out and what they changed, old and new; how many had such.

    None of them can be taken back any more, also where the practice keeps such rows longer from now on.
    """
    old = select(import_batch.c.id).where(import_batch.c.at < before)
    held: set[str] = set()
    for table in (import_change, import_reject):
        theirs = table.c.import_id.in_(old)
        held.update(tx.connection.execute(select(table.c.import_id).where(theirs).distinct()).scalars())
        tx.connection.execute(delete(table).where(theirs))
    marked = settings.get(tx, _FORGOTTEN)
    if marked is None or datetime.fromisoformat(marked) < before:
        settings.put(tx, _FORGOTTEN, before.isoformat())
    return len(held)


def forgotten(tx: Tx, import_id: ImportId) -> bool:
    """Whether what was before this import is not kept any more."""
    marked = settings.get(tx, _FORGOTTEN)
    if marked is None:
        return False
    at = tx.connection.execute(select(import_batch.c.at).where(import_batch.c.id == import_id)).scalar_one()
    return bool(at < datetime.fromisoformat(marked))


def batch_of(tx: Tx, import_id: ImportId) -> tuple[str, bool] | None:
    """What the import was of, and whether it was taken back before; None where there is none."""
    query = select(import_batch.c.kind, import_batch.c.undone_at).where(import_batch.c.id == import_id)
    row = tx.connection.execute(query).one_or_none()
    return None if row is None else (row.kind, row.undone_at is not None)
