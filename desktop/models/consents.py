"""The consent ledger: entries are added, never changed; the last one is a person's state.

`person.consent` repeats that state for lists and audiences. It is written here and in
the bulk import (`imports.py`), in the transaction of the entry, and nowhere else.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select, update

from desktop.models.lanes import Tx
from desktop.models.records import Consent, ConsentEntry, PersonId
from desktop.models.tables import consent_entry
from desktop.models.tables import person as people


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
    return [
        ConsentEntry(PersonId(row.person), Consent(row.state), row.at, row.source, row.by, row.basis)
        for row in tx.connection.execute(wanted)
    ]
