"""The ids of everybody who is active, for work that goes through all of them in stretches."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from desktop.models.lanes import Tx
from desktop.models.records import PersonId, Status
from desktop.models.tables import person

_STRETCH = 2_000


def stretches(tx: Tx) -> Iterator[tuple[int, list[PersonId]]]:
    """How many there are in all, with each stretch of them."""
    wanted = select(person.c.id).where(person.c.status == Status.ACTIVE.value).order_by(person.c.id)
    ids = [PersonId(one) for one in tx.connection.execute(wanted).scalars()]
    for start in range(0, len(ids), _STRETCH):
        yield len(ids), ids[start : start + _STRETCH]
