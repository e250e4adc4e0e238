"""How many visits the practice can still take, by day and type of visit."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.sqlite import insert

from desktop.frozen import dataclass
from desktop.models.lanes import Tx
from desktop.models.tables_campaigns import free_slot


@dataclass(frozen=True)
class FreeSlots:
    """`type_key` is the folded name of a type of visit, '' for visits of any type."""

    day: date
    type_key: str
    count: int


def between(tx: Tx, first: date, last: date) -> list[FreeSlots]:
    """What was said of the days from `first` to `last`, both included."""
    columns = free_slot.c.day, free_slot.c.type_key, free_slot.c["count"]
    wanted = select(*columns).where(free_slot.c.day >= first, free_slot.c.day <= last)
    rows = tx.connection.execute(wanted.order_by(free_slot.c.day, free_slot.c.type_key))
    return [FreeSlots(day, type_key, count) for day, type_key, count in rows]


def of_day(tx: Tx, day: date) -> int | None:
    """All types together; None where nobody said anything of that day."""
    query = select(func.sum(free_slot.c["count"])).where(free_slot.c.day == day)
    found = tx.connection.execute(query).scalar_one()
    return None if found is None else int(found)


def put(tx: Tx, slots: FreeSlots, now: datetime) -> None:
    """Set or replace."""
    said = {"count": slots.count, "changed_at": now}
    row = insert(free_slot).values(day=slots.day, type_key=slots.type_key, **said)
    tx.connection.execute(row.on_conflict_do_update(index_elements=["day", "type_key"], set_=said))


def forget(tx: Tx, day: date, type_key: str) -> None:
    tx.connection.execute(delete(free_slot).where(free_slot.c.day == day, free_slot.c.type_key == type_key))
