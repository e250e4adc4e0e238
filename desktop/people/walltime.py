"""From wall-clock time to the moment it means, where a zone has missing and double hours.

The rules change by law, so the wall time with its zone is what is kept; the moment is
computed from it. Zones come from the IANA database (`tzdata` where the system has none).
"""

from __future__ import annotations

from datetime import UTC, datetime, timezone
from zoneinfo import ZoneInfo

from desktop.models.records import Reason

_FIRST_YEAR, _LAST_YEAR = 1900, 2200


def moment_of(
    wall: datetime, zone: ZoneInfo, offset: timezone | None = None
) -> tuple[datetime, datetime] | Reason:
    """The wall time in `zone` and its moment in UTC.

    `offset` is what the file wrote beside the time; only it tells the two times of a double
    hour apart. Reasons: `no-such-time`, `ambiguous-time`, `date-impossible`.
    """
    if not _FIRST_YEAR <= wall.year <= _LAST_YEAR:
        return Reason("date-impossible")
    if offset is not None:
        moment = wall.replace(tzinfo=offset).astimezone(UTC)
        return moment.astimezone(zone).replace(tzinfo=None, fold=0), moment
    early, late = wall.replace(tzinfo=zone, fold=0), wall.replace(tzinfo=zone, fold=1)
    moment = early.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != wall:
        return Reason("no-such-time", {"zone": zone.key})
    if early.utcoffset() != late.utcoffset():
        return Reason("ambiguous-time", {"zone": zone.key})
    return wall, moment
