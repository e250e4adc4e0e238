"""The consent ledger: entries are added, never changed; the last one is a person's state.

`person.consent` repeats that state for lists and audiences. It is written here and in
the bulk import (`imports.py`), in the transaction of the entry, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from desktop.models.lanes import Tx
from desktop.models.records import Consent, ConsentEntry, PersonId
from desktop.models.rows import chunks
from desktop.models.tables import consent_entry
from desktop.models.tables import person as people

MARKETING = "marketing"
"""The scope of entries that are about marketing alone: what they say stops no letter about care."""


def append(
    tx: Tx, person: PersonId, state: Consent, at: datetime, source: str, by: str, basis: str = ""
) -> None:
    """Enter what a person said, when (`at`), where it is written (`source`), who took it (`by`)."""
    tx.connection.execute(
        insert(consent_entry).values(
            person=person, state=state.value, at=at, source=source, by=by, basis=basis
        )
    )
    tx.connection.execute(update(people).where(people.c.id == person).values(consent=state.value))


def history(tx: Tx, person: PersonId) -> list[ConsentEntry]:
    """Every entry of a person, oldest first."""
    wanted = select(consent_entry).where(consent_entry.c.person == person).order_by(consent_entry.c.seq)
    return [_entry(row) for row in tx.connection.execute(wanted)]


def _entry(row: Row[Any]) -> ConsentEntry:
    state = Consent(row.state)
    return ConsentEntry(PersonId(row.person), state, row.at, row.source, row.by, row.basis, row.scope)


def refuse_marketing(tx: Tx, person: PersonId, at: datetime, source: str, by: str) -> bool:
    """Enter that they want no marketing; False where that is what they said last.

    Their consent stays what it is, and no import of a list can take this back: only another
    entry about marketing can.
    """
    if person in no_marketing(tx, (person,)):
        return False
    row = insert(consent_entry).values(
        person=person, state=Consent.REFUSED.value, at=at, source=source, by=by, basis="", scope=MARKETING
    )
    tx.connection.execute(row)
    return True


def no_marketing(tx: Tx, people_ids: Iterable[PersonId]) -> frozenset[PersonId]:
    """Those whose last word about marketing is no."""
    found: set[PersonId] = set()
    for some in chunks(people_ids):
        last = (
            select(func.max(consent_entry.c.seq))
            .where(consent_entry.c.person.in_(some), consent_entry.c.scope == MARKETING)
            .group_by(consent_entry.c.person)
        )
        refused = consent_entry.c.seq.in_(last), consent_entry.c.state == Consent.REFUSED.value
        found.update(tx.connection.execute(select(consent_entry.c.person).where(*refused)).scalars())
    return frozenset(found)
