"""Password cards: the derived envelope key of a person, one at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.dialects.sqlite import insert

from desktop.models.lanes import Tx
from desktop.models.records import PasswordCard, PersonId
from desktop.models.rows import chunks
from desktop.models.tables import password_card


def _card(row: Row[Any]) -> PasswordCard:
    return PasswordCard(
        PersonId(row.person), row.salt, row.rounds, row.key, row.handed_over, row.how, row.made_at
    )


def put(tx: Tx, card: PasswordCard) -> None:
    """Keep a person's card; a new one takes the place of the old."""
    values = asdict(card)
    changed = {name: value for name, value in values.items() if name != "person"}
    row = insert(password_card).values(**values)
    tx.connection.execute(row.on_conflict_do_update(index_elements=["person"], set_=changed))


def get(tx: Tx, person: PersonId) -> PasswordCard | None:
    return get_many(tx, (person,)).get(person)


def get_many(tx: Tx, people: Iterable[PersonId]) -> dict[PersonId, PasswordCard]:
    """The cards of those who have one."""
    found: dict[PersonId, PasswordCard] = {}
    for some in chunks(people):
        rows = tx.connection.execute(select(password_card).where(password_card.c.person.in_(some)))
        found.update((PersonId(row.person), _card(row)) for row in rows)
    return found
