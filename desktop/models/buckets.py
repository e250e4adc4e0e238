"""What was taken of a limit, kept so that a restart forgets nothing.

A bucket is some rows under one name: what is on its way (`held`), and what left in each short
stretch of time, until it comes back (`mail/buckets.py` says when). Amounts are thousandths
of a message.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import bindparam, delete, or_, select
from sqlalchemy.dialects.sqlite import insert

from desktop.models.columns import utc_text
from desktop.models.lanes import Tx
from desktop.models.rows import chunks
from desktop.models.tables_delivery import bucket

_HELD = "held"
_BREAK = "#"
_AFTER = chr(ord(_BREAK) + 1)
_ROW = insert(bucket)
_PUT = _ROW.values(name=bindparam("name"), milli=bindparam("milli"), at=bindparam("at"))
_PUT = _PUT.on_conflict_do_update(
    index_elements=["name"], set_={"milli": _ROW.excluded.milli, "at": _ROW.excluded.at}
)


def read(tx: Tx, names: Iterable[str]) -> dict[str, dict[datetime | None, int]]:
    """Per bucket the amount by the stretch's begin; under None what is on its way."""
    found: dict[str, dict[datetime | None, int]] = {name: {} for name in names}
    for some in chunks(found, 50):
        ranges = [bucket.c.name.between(name + _BREAK, name + _AFTER) for name in some]
        for row in tx.connection.execute(select(bucket).where(or_(*ranges))):
            name, _, part = row.name.rpartition(_BREAK)
            if name in found:
                found[name][None if part == _HELD else row.at] = row.milli
    return found


def write(
    tx: Tx,
    name: str,
    before: Mapping[datetime | None, int],
    after: Mapping[datetime | None, int],
    now: datetime,
) -> None:
    """Make the bucket's rows what `after` says; `before` is what they are."""
    gone = [_row(name, at) for at in before if at not in after]
    for some in chunks(gone):
        tx.connection.execute(delete(bucket).where(bucket.c.name.in_(some)))
    changed = [
        {"name": _row(name, at), "milli": milli, "at": at or now}
        for at, milli in after.items()
        if before.get(at) != milli
    ]
    if changed:
        tx.connection.execute(_PUT, changed)


def names(tx: Tx) -> list[str]:
    """Every bucket of which something is kept."""
    query = select(bucket.c.name).order_by(bucket.c.name)
    return list(dict.fromkeys(row.name.rpartition(_BREAK)[0] for row in tx.connection.execute(query)))


def _row(name: str, at: datetime | None) -> str:
    return f"{name}{_BREAK}{_HELD if at is None else utc_text(at)}"
