"""Which days and providers a whole-schedule file covered, and when it was made."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import insert, select

from desktop.models.ids import new_id
from desktop.models.lanes import Tx
from desktop.models.records import ImportId, Schedule
from desktop.models.tables import schedule


def record(
    tx: Tx,
    covered: Iterable[tuple[date, str, int]],
    exported_at: datetime | None,
    recorded_at: datetime,
    import_id: ImportId | None = None,
) -> None:
    """Note each (day, provider or '', visits) of one file; `exported_at` is the file's own time."""
    rows = [
        {
            "id": new_id(),
            "day": day,
            "provider": provider,
            "visits": visits,
            "exported_at": exported_at,
            "recorded_at": recorded_at,
            "import_id": import_id,
        }
        for day, provider, visits in covered
    ]
    if rows:
        tx.connection.execute(insert(schedule), rows)


def latest(tx: Tx, day: date, provider: str | None = None) -> Schedule | None:
    """The last file that covered `day` (of one provider, or of any)."""
    query = select(schedule).where(schedule.c.day == day).order_by(schedule.c.recorded_at.desc()).limit(1)
    if provider is not None:
        query = query.where(schedule.c.provider == provider)
    row = tx.connection.execute(query).one_or_none()
    return Schedule(row.day, row.provider, row.visits, row.exported_at, row.recorded_at) if row else None
