"""What a new computer still lacks after a restore or a move: each item is opened once, and settled once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.sqlite import insert

from desktop.frozen import dataclass
from desktop.models.accounts import UserId
from desktop.models.lanes import Tx
from desktop.models.tables_backup import arrival_item


@dataclass(frozen=True)
class Arrival:
    """`item` is one of `ARRIVAL_ITEMS` (`office/values_backups.py`)."""

    item: str
    opened_at: datetime
    done_at: datetime | None = None
    done_by: UserId | None = None


def open_items(tx: Tx, items: Iterable[str], now: datetime) -> None:
    """Each is to be done (again) from now on; what an earlier arrival settled counts no more."""
    for item in items:
        fresh = {"opened_at": now, "done_at": None, "done_by": None}
        row = insert(arrival_item).values(item=item, **fresh)
        tx.connection.execute(row.on_conflict_do_update(index_elements=["item"], set_=fresh))


def listing(tx: Tx) -> list[Arrival]:
    """Those of the last arrival, done or not, in no particular order."""
    rows = tx.connection.execute(select(arrival_item))
    return [
        Arrival(row.item, row.opened_at, row.done_at, UserId(row.done_by) if row.done_by else None)
        for row in rows
    ]


def settle(tx: Tx, item: str, by: UserId | None, now: datetime) -> bool:
    """Done by `by` (None: the program saw it done). False where nothing of that name was open."""
    opened = (arrival_item.c.item == item) & arrival_item.c.done_at.is_(None)
    done = tx.connection.execute(update(arrival_item).where(opened).values(done_at=now, done_by=by))
    return done.rowcount == 1
