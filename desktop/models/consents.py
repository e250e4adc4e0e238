"""The consent ledger: entries are added, never changed; the last one of each purpose is its state.

`person.consent` repeats the state of care, `person.plain_wish` when the wish for plain mail was
taken, `consent_state` that of every purpose, for lists and audiences. They are written here and
in the bulk import (`imports.py`), in the transaction of the entry, and nowhere else. A `given`
entry without evidence is refused by the database itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.dialects.sqlite import insert as sql_insert

from desktop.frozen import dataclass
from desktop.models.lanes import Tx
from desktop.models.records import Consent, ConsentEntry, PersonId
from desktop.models.rows import chunks
from desktop.models.standing import BatchId, Standing, Use
from desktop.models.tables import consent_entry
from desktop.models.tables import person as people
from desktop.models.tables_people import consent_state


def enter(tx: Tx, one: ConsentEntry) -> int:
    """Add an entry to the ledger and let the state of its purpose follow; answers its number.

    The door for a person's word is `people/consent.py`; undoing, merging and expiry enter here.
    """
    values = {
        "person": one.person,
        "state": one.state.value,
        "at": one.at,
        "source": one.source,
        "by": one.by,
        "basis": one.basis,
        "scope": one.scope,
        "how": one.how,
        "wording": one.wording,
        "evidence": one.evidence,
        "expires": one.expires,
        "batch": one.batch,
        "authorization": one.authorization,
    }
    seq: int = tx.connection.execute(
        insert(consent_entry).values(values).returning(consent_entry.c.seq)
    ).scalar_one()
    now = {"state": one.state.value, "expires": one.expires, "entry": seq}
    row = sql_insert(consent_state).values(person=one.person, purpose=one.scope, **now)
    tx.connection.execute(row.on_conflict_do_update(index_elements=["person", "purpose"], set_=now))
    if one.scope == Use.CARE:
        tx.connection.execute(update(people).where(people.c.id == one.person).values(consent=one.state.value))
    elif one.scope == Use.PLAIN:
        wish = one.at if one.state is Consent.GIVEN else None
        tx.connection.execute(update(people).where(people.c.id == one.person).values(plain_wish=wish))
    return seq


def history(tx: Tx, person: PersonId) -> list[ConsentEntry]:
    """Every entry of a person, oldest first."""
    return [entry for _, entry in numbered(tx, person)]


def numbered(tx: Tx, person: PersonId) -> list[tuple[int, ConsentEntry]]:
    """As `history`, each with its number in the ledger."""
    wanted = select(consent_entry).where(consent_entry.c.person == person).order_by(consent_entry.c.seq)
    return [(row.seq, _entry(row)) for row in tx.connection.execute(wanted)]


def last(tx: Tx, person: PersonId, use: Use) -> tuple[int, ConsentEntry] | None:
    """The last entry about one purpose; None where nobody was ever asked."""
    mine = consent_state.c.person == person, consent_state.c.purpose == use.value
    wanted = select(consent_entry).join(consent_state, consent_state.c.entry == consent_entry.c.seq)
    row = tx.connection.execute(wanted.where(*mine)).one_or_none()
    return (row.seq, _entry(row)) if row is not None else None


def standing(tx: Tx, person: PersonId, now: datetime) -> Standing:
    """What the ledger says of each purpose at `now`: a yes that has expired is unknown at once."""
    return standing_many(tx, (person,), now)[person]


def standing_many(tx: Tx, ids: Iterable[PersonId], now: datetime) -> dict[PersonId, Standing]:
    """Of every one of `ids`; whoever was never asked is unknown throughout."""
    return {one: said.at(now) for one, said in said_many(tx, ids).items()}


@dataclass(frozen=True)
class Said:
    """The last word about each purpose, with its expiry: what somebody stands at at any later moment."""

    states: tuple[tuple[Use, Consent, datetime | None], ...] = ()

    def at(self, now: datetime) -> Standing:
        return Standing(
            **{
                use.value: Consent.UNKNOWN
                if state is Consent.GIVEN and expires is not None and expires <= now
                else state
                for use, state, expires in self.states
            }
        )


def said_many(tx: Tx, ids: Iterable[PersonId]) -> dict[PersonId, Said]:
    """Of every one of `ids`."""
    wanted = list(dict.fromkeys(ids))
    found: dict[PersonId, list[tuple[Use, Consent, datetime | None]]] = {one: [] for one in wanted}
    for some in chunks(wanted):
        for row in tx.connection.execute(select(consent_state).where(consent_state.c.person.in_(some))):
            found[PersonId(row.person)].append((Use(row.purpose), Consent(row.state), row.expires))
    return {one: Said(tuple(states)) for one, states in found.items()}


def expired(tx: Tx, now: datetime, limit: int = 500) -> list[tuple[int, ConsentEntry]]:
    """Given entries that are still the last word and whose day is over, oldest first."""
    over = (
        consent_state.c.state == Consent.GIVEN.value,
        consent_state.c.expires.is_not(None),
        consent_state.c.expires <= now,
    )
    wanted = select(consent_entry).join(consent_state, consent_state.c.entry == consent_entry.c.seq)
    rows = tx.connection.execute(wanted.where(*over).order_by(consent_entry.c.seq).limit(limit))
    return [(row.seq, _entry(row)) for row in rows]


def of_batch(tx: Tx, batch: BatchId) -> list[tuple[int, ConsentEntry, bool]]:
    """What a batch entered, each with its number and whether it is still the last word."""
    wanted = (
        select(consent_entry, consent_state.c.entry.label("newest"))
        .join(
            consent_state,
            (consent_state.c.person == consent_entry.c.person)
            & (consent_state.c.purpose == consent_entry.c.scope),
        )
        .where(consent_entry.c.batch == batch)
        .order_by(consent_entry.c.seq)
    )
    return [(row.seq, _entry(row), row.seq == row.newest) for row in tx.connection.execute(wanted)]


def _entry(row: Row[Any]) -> ConsentEntry:
    return ConsentEntry(
        person=PersonId(row.person),
        state=Consent(row.state),
        at=row.at,
        source=row.source,
        by=row.by,
        basis=row.basis,
        scope=row.scope,
        how=row.how,
        wording=row.wording,
        evidence=row.evidence,
        expires=row.expires,
        batch=row.batch,
        authorization=row.authorization,
    )


def refused_since(tx: Tx, use: Use, source: str, since: datetime, limit: int) -> list[tuple[int, PersonId]]:
    """Refusals from one source that are still the last word, by their numbers, newest first."""
    wanted = (
        select(consent_entry.c.seq, consent_entry.c.person)
        .join(consent_state, consent_state.c.entry == consent_entry.c.seq)
        .where(
            consent_entry.c.scope == use.value,
            consent_entry.c.state == Consent.REFUSED.value,
            consent_entry.c.source == source,
            consent_entry.c.at >= since,
        )
        .order_by(consent_entry.c.seq.desc())
        .limit(limit)
    )
    return [(row.seq, PersonId(row.person)) for row in tx.connection.execute(wanted)]


def no_marketing(tx: Tx, people_ids: Iterable[PersonId]) -> frozenset[PersonId]:
    """Those whose last word about marketing is no."""
    found: set[PersonId] = set()
    for some in chunks(people_ids):
        refused = (
            consent_state.c.person.in_(some),
            consent_state.c.purpose == Use.MARKETING.value,
            consent_state.c.state == Consent.REFUSED.value,
        )
        found.update(tx.connection.execute(select(consent_state.c.person).where(*refused)).scalars())
    return frozenset(found)
