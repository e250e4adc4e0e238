"""When something is written about a visit; what was retired stays, because messages name it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.sqlite import insert

from desktop.models.accounts import UserId
from desktop.models.campaigning import DAY_BEFORE, TemplateId, Window, WindowId, WindowKind
from desktop.models.lanes import Tx
from desktop.models.tables_campaigns import reminder_window

USUAL = Window(DAY_BEFORE, WindowKind.REMINDER, 24 * 60)
"""Of visits for which nobody has set anything."""


def _window(row: Row[Any]) -> Window:
    return Window(
        id=WindowId(row.id),
        kind=WindowKind(row.kind),
        minutes=row.minutes,
        type_key=row.type_key,
        template=TemplateId(row.template) if row.template else None,
        code=row.code,
    )


def live(tx: Tx) -> list[Window]:
    """Those that hold, by type and time: what is written first comes first."""
    rows = reminder_window.c
    query = select(reminder_window).where(rows.retired_at.is_(None))
    return [
        _window(row)
        for row in tx.connection.execute(query.order_by(rows.type_key, rows.minutes.desc(), rows.id))
    ]


def known(tx: Tx) -> dict[WindowId, Window]:
    """All of them, retired ones and the usual one too: for messages that name them."""
    found = {USUAL.id: USUAL}
    found.update((one.id, one) for one in map(_window, tx.connection.execute(select(reminder_window))))
    return found


def get(tx: Tx, id_: WindowId) -> Window | None:
    """None for one that was retired."""
    rows = reminder_window.c
    row = tx.connection.execute(
        select(reminder_window).where(rows.id == id_, rows.retired_at.is_(None))
    ).one_or_none()
    return _window(row) if row else None


def put(tx: Tx, one: Window, by: UserId, now: datetime) -> None:
    """Set or replace; one that was retired stays retired."""
    changed = {
        "type_key": one.type_key,
        "kind": one.kind.value,
        "minutes": one.minutes,
        "template": one.template,
        "code": one.code,
        "by": by,
        "changed_at": now,
    }
    row = insert(reminder_window).values(id=one.id, **changed)
    tx.connection.execute(row.on_conflict_do_update(index_elements=["id"], set_=changed))


def retire(tx: Tx, id_: WindowId, now: datetime) -> None:
    tx.connection.execute(update(reminder_window).where(reminder_window.c.id == id_).values(retired_at=now))
