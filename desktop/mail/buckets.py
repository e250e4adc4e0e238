"""Limits such as "30 a minute": tokens that come back one full period after they were used.

A bucket of N tokens that fills up steadily lets up to 2 N messages go within one period,
and the provider counts those. Here a message's token is away from the moment that it may
leave until a whole period after it is known to have left: in no stretch of time as long as
the period do more than N leave. When tokens left is kept by small stretches of time, so a
token comes back up to one such stretch late and never early. Amounts are whole numbers,
thousandths of a message.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from desktop.frozen import dataclass

MESSAGE = 1000
"""Thousandths."""
_START = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Period:
    """`part` is how exactly is remembered when a token was used; it divides `length`."""

    name: str
    length: timedelta
    part: timedelta

    @property
    def back_after(self) -> timedelta:
        """From the begin of the part in which a token was used until it is back for certain."""
        return self.length + self.part


MINUTE = Period("minute", timedelta(minutes=1), timedelta(seconds=3))
HOUR = Period("hour", timedelta(hours=1), timedelta(minutes=1))
DAY = Period("day", timedelta(days=1), timedelta(minutes=15))
PERIODS = (MINUTE, HOUR, DAY)


class Bucket:
    """One limit as of `now`: `limit` messages a period, and what was taken of it.

    `kept` is what `models/buckets.py` read and `rows` what it is to write. A clock that went
    back makes no token come early: what seems to have left in the future counts as left now.
    """

    def __init__(
        self, limit: int, period: Period, kept: Mapping[datetime | None, int], now: datetime
    ) -> None:
        self._limit = limit * MESSAGE
        self._period = period
        self._now = now
        self._part = _START + (now - _START) // period.part * period.part
        self._held = kept.get(None, 0)
        self._parts: dict[datetime, int] = {}
        for at, milli in kept.items():
            if at is not None and at + period.back_after > now:
                begin = min(at, self._part)
                self._parts[begin] = self._parts.get(begin, 0) + milli

    @property
    def rows(self) -> dict[datetime | None, int]:
        held: dict[datetime | None, int] = {None: self._held} if self._held else {}
        return held | self._parts

    @property
    def used(self) -> int:
        """Messages, rounded up."""
        return -(-self._used // MESSAGE)

    @property
    def _used(self) -> int:
        return self._held + sum(self._parts.values())

    @property
    def has_room(self) -> bool:
        return self._limit - self._used >= MESSAGE

    def take(self) -> None:
        """A message may leave from now on."""
        self._held += MESSAGE

    def left(self) -> None:
        """A message that had taken its place has left, or may have."""
        self._held = max(0, self._held - MESSAGE)
        self._parts[self._part] = self._parts.get(self._part, 0) + MESSAGE

    def give_back(self) -> None:
        """A message that had taken its place did not leave."""
        self._held = max(0, self._held - MESSAGE)

    def all_left(self) -> None:
        """Nobody knows what became of those on their way: they count as left now."""
        if self._held:
            self._parts[self._part] = self._parts.get(self._part, 0) + self._held
            self._held = 0

    def room_at(self, ahead: int = 0) -> datetime:
        """When there is room for one more, if `ahead` others that wait are let go first.

        As far as can be said now: what is on its way comes back a period after it has left.
        """
        rounds, ahead = divmod(ahead, max(1, self._limit // MESSAGE))
        missing = self._used + (ahead + 1) * MESSAGE - self._limit
        when = self._now
        if missing > 0:
            back = [*sorted(self._parts.items()), (self._part, self._held)]
            for begin, milli in back:
                when = begin + self._period.back_after
                missing -= milli
                if missing <= 0:
                    break
        return when + rounds * self._period.back_after
