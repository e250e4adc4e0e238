"""What was done to two records when they became one, so that it can be undone.

`person_merge.before` and `.after` hold what changed of the record that was kept, its links to
mailboxes, and which rows were handed over. Nothing of the other record is deleted: it stays, with
its own links and its external id, and names in `merged_into` who stands for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Row, Table, and_, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as sql_insert

from desktop.frozen import dataclass
from desktop.models.lanes import Tx
from desktop.models.records import MessageId, PersonId
from desktop.models.rows import chunks
from desktop.models.standing import MergeId
from desktop.models.tables import appointment, consent_entry, external_id, password_card, public_key
from desktop.models.tables import person as people
from desktop.models.tables_delivery import received, staff_account
from desktop.models.tables_desk import conversation, entry, filing, task
from desktop.models.tables_mail import draft, event, message
from desktop.models.tables_people import authorization, opt_in, person_merge, segment, segment_member
from desktop.models.tables_protection import card_words, person_form

MOVED: tuple[tuple[Table, Column[Any]], ...] = (
    (appointment, appointment.c.id),
    (message, message.c.id),
    (conversation, conversation.c.id),
    (entry, entry.c.seq),
    (task, task.c.id),
    (filing, filing.c.id),
    (draft, draft.c.id),
    (event, event.c.seq),
    (received, received.c.id),
    (staff_account, staff_account.c.id),
    (public_key, public_key.c.id),
    (authorization, authorization.c.id),
    (opt_in, opt_in.c.id),
)
"""What hangs on a person and goes over whole, each with what names its rows."""
_ONE_EACH = (password_card, person_form)
"""Of these a person has at most one: they go over only where the other has none."""
FIELDS = (
    *("birth_date", "phone", "organisation", "street", "city", "region", "zip", "sex"),
    *("since", "status", "detail", "preferred_method", "custom"),
)
"""Columns of a person that a merge may fill or tighten."""


@dataclass(frozen=True)
class Merge:
    """One merge as it was made; `before` and `after` are plain values."""

    id: MergeId
    kept: PersonId
    gone: PersonId
    at: datetime
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    undone_at: datetime | None = None


def keep(tx: Tx, one: Merge, by: str) -> None:
    tx.connection.execute(
        insert(person_merge).values(
            id=one.id,
            kept=one.kept,
            gone=one.gone,
            before=dict(one.before),
            after=dict(one.after),
            by=by,
            at=one.at,
        )
    )


def get(tx: Tx, merge: MergeId) -> Merge | None:
    row = tx.connection.execute(select(person_merge).where(person_merge.c.id == merge)).one_or_none()
    return _merge(row) if row else None


def latest(tx: Tx, limit: int = 50) -> list[Merge]:
    """The newest first, undone ones too."""
    query = select(person_merge).order_by(person_merge.c.at.desc(), person_merge.c.id).limit(limit)
    return [_merge(row) for row in tx.connection.execute(query)]


def into(tx: Tx, kept: PersonId) -> list[Merge]:
    """What was merged into this record and still is, the oldest first."""
    wanted = and_(person_merge.c.kept == kept, person_merge.c.undone_at.is_(None))
    query = select(person_merge).where(wanted).order_by(person_merge.c.at, person_merge.c.id)
    return [_merge(row) for row in tx.connection.execute(query)]


def holder(tx: Tx, message: MessageId, person: PersonId, at: datetime) -> PersonId:
    """With whose record a message of `person` stood at that moment: one that was merged since, perhaps."""
    for one in into(tx, person):
        if one.at > at and message in one.after["moved"].get("message", ()):
            return holder(tx, message, one.gone, at)
    return person


def end(tx: Tx, merge: MergeId, at: datetime, by: str) -> None:
    tx.connection.execute(
        update(person_merge).where(person_merge.c.id == merge).values(undone_at=at, undone_by=by)
    )


def merged_into(tx: Tx, person: PersonId) -> tuple[PersonId, ...]:
    """Records that this one stands for."""
    query = select(people.c.id).where(people.c.merged_into == person).order_by(people.c.id)
    return tuple(PersonId(one) for one in tx.connection.execute(query).scalars())


def fields_of(tx: Tx, person: PersonId) -> dict[str, Any]:
    """`FIELDS` of one record as plain values."""
    row = tx.connection.execute(
        select(*(people.c[name] for name in FIELDS)).where(people.c.id == person)
    ).one()
    return {name: _plain(value) for name, value in row._mapping.items()}


def set_fields(tx: Tx, person: PersonId, values: Mapping[str, Any]) -> None:
    """As `fields_of` gave them."""
    if values:
        read = {name: _read(name, value) for name, value in values.items()}
        tx.connection.execute(update(people).where(people.c.id == person).values(read))


def hand_over(tx: Tx, gone: PersonId, kept: PersonId) -> dict[str, list[Any]]:
    """Everything that hangs on `gone` hangs on `kept` from now on; answers which rows, by table.

    A campaign's letter stays with the record that its ledger names: both may have got one.
    """
    moved: dict[str, list[Any]] = {}
    for table, key in MOVED:
        theirs = table.c.person == gone
        if table is message:
            theirs = and_(theirs, message.c.kind != "campaign")
        moved[table.name] = list(tx.connection.execute(select(key).where(theirs)).scalars())
        tx.connection.execute(update(table).where(theirs).values(person=kept))
    for table in _ONE_EACH:
        has = tx.connection.execute(select(table.c.person).where(table.c.person.in_((gone, kept)))).scalars()
        if set(has) == {gone}:
            tx.connection.execute(update(table).where(table.c.person == gone).values(person=kept))
            moved[table.name] = [kept]
    return {name: rows for name, rows in moved.items() if rows}


def hand_back(tx: Tx, moved: Mapping[str, list[Any]], kept: PersonId, gone: PersonId) -> None:
    """The same rows, as far as they are still with `kept`."""
    for table, key in MOVED:
        for some in chunks(moved.get(table.name, ())):
            theirs = and_(key.in_(some), table.c.person == kept)
            tx.connection.execute(update(table).where(theirs).values(person=gone))
    for table in _ONE_EACH:
        taken = select(table.c.person).where(table.c.person == gone)
        if moved.get(table.name) and tx.connection.execute(taken).scalar() is None:
            tx.connection.execute(update(table).where(table.c.person == kept).values(person=gone))


def drop_words(tx: Tx, person: PersonId) -> None:
    """The words of a card that this person has no longer."""
    tx.connection.execute(delete(card_words).where(card_words.c.person == person))


def take_number(tx: Tx, frm: PersonId, to: PersonId) -> bool:
    """The practice's own number goes over where `to` has none; answers whether it did.

    Otherwise it stays where it is: whoever looks for it finds `merged_into`.
    """
    owns = select(external_id.c.person).where(
        and_(external_id.c.person.in_((frm, to)), external_id.c.system == "")
    )
    if set(tx.connection.execute(owns).scalars()) != {frm}:
        return False
    theirs = and_(external_id.c.person == frm, external_id.c.system == "")
    tx.connection.execute(update(external_id).where(theirs).values(person=to))
    return True


def join_lists(tx: Tx, gone: PersonId, kept: PersonId, at: datetime) -> list[str]:
    """`kept` stands in the kept lists in which `gone` stood; answers those that are new to them."""
    lists = select(segment.c.id).where(segment.c.kind == "list")
    of = select(segment_member.c.segment).where(segment_member.c.segment.in_(lists))
    theirs = set(tx.connection.execute(of.where(segment_member.c.person == gone)).scalars())
    own = set(tx.connection.execute(of.where(segment_member.c.person == kept)).scalars())
    for one in sorted(theirs - own):
        row = sql_insert(segment_member).values(segment=one, person=kept, since=at)
        tx.connection.execute(row.on_conflict_do_nothing())
    return sorted(theirs - own)


def leave_lists(tx: Tx, person: PersonId, lists: Iterable[str]) -> None:
    for one in lists:
        those = and_(segment_member.c.segment == one, segment_member.c.person == person)
        tx.connection.execute(delete(segment_member).where(those))


def no_plain_wish(tx: Tx, person: PersonId) -> None:
    """The column that repeats the ledger's word about plain mail."""
    tx.connection.execute(update(people).where(people.c.id == person).values(plain_wish=None))


def last_entry(tx: Tx) -> int:
    """The number of the newest entry of the consent ledger."""
    return tx.connection.execute(select(func.max(consent_entry.c.seq))).scalar() or 0


def _merge(row: Row[Any]) -> Merge:
    return Merge(
        MergeId(row.id),
        PersonId(row.kept),
        PersonId(row.gone),
        row.at,
        row.before,
        row.after,
        row.undone_at,
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _read(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if value is not None and name in ("birth_date", "since") else value
