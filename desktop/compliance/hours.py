"""When the practice is open, in its own zone: what happens outside is looked at more closely."""

from __future__ import annotations

from dataclasses import field
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.mail.calendar import Calendar
from desktop.models import delivery, sendingrules, settings
from desktop.models.database import Tx

_TIMES, _DAYS, _CHANGED = "opening-times", "opening-days", "opening-changed-at"
BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Hours:
    """Open from the full hour `first` to before `last`, on `days` (1 is Monday, ISO 8601)."""

    first: int = 7
    last: int = 19
    days: tuple[int, ...] = (1, 2, 3, 4, 5)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    changed_at: datetime = BEGINNING

    def closed(self, moment: datetime) -> bool:
        here = moment.astimezone(self.zone)
        return here.isoweekday() not in self.days or not self.first <= here.hour < self.last


def load_hours(tx: Tx) -> Hours:
    """As chosen, else Monday to Friday from 7 to 19."""
    given, times, days = Hours(), settings.get(tx, _TIMES), settings.get(tx, _DAYS)
    first, _, last = (times or f"{given.first}-{given.last}").partition("-")
    changed = settings.get(tx, _CHANGED)
    return Hours(
        first=int(first),
        last=int(last),
        days=given.days if days is None else tuple(int(day) for day in days),
        zone=ZoneInfo(settings.get(tx, "zone") or "UTC"),
        changed_at=datetime.fromisoformat(changed) if changed else given.changed_at,
    )


def opens(tx: Tx, now: datetime) -> datetime | None:
    """`now` where the practice is open, else when it opens next; None: never.

    Unlike `Hours.closed`, closed days and public holidays count here: nobody reads mail on them.
    """
    hours = load_hours(tx)
    open_ = delivery.Hours(
        time(hours.first), time(hours.last % 24), tuple(day - 1 for day in hours.days), holidays=False
    )
    return Calendar(sendingrules.get(tx), hours.zone).opens_in(open_, now)


def put_hours(tx: Tx, first: int, last: int, days: tuple[int, ...], now: datetime) -> None:
    """From now on. Raises InputError("opening-hours-wrong")."""
    known = set(range(1, 8))
    if not 0 <= first < last <= 24 or not days or not set(days) <= known or len(set(days)) != len(days):
        raise InputError("opening-hours-wrong")
    settings.put(tx, _TIMES, f"{first}-{last}")
    settings.put(tx, _DAYS, "".join(str(day) for day in sorted(days)))
    settings.put(tx, _CHANGED, now.isoformat())
