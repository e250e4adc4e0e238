"""How fast a campaign may go through an ordinary office mailbox: slowly first, faster while all is well.

A provider that sees a mailbox write to hundreds all at once takes it for broken into, and
locks it, with the reminders and letters that leave by it. So campaigns climb `STEPS`: a day
on which at least half of the step's messages left and next to none came back as gone leads
to the next; a throttled or refused message leads one back, at most once an hour.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from desktop.frozen import dataclass
from desktop.models import settings
from desktop.models.database import Tx
from desktop.models.records import RelayId

_DAY = timedelta(days=1)
_LEAST_BETWEEN_FALLS = timedelta(hours=1)
_GONE_OF = 50
"""A day is clean while fewer than one address in so many was gone (2 %)."""


@dataclass(frozen=True)
class Step:
    per_minute: int
    per_day: int


STEPS = (
    Step(10, 200),
    Step(12, 400),
    Step(15, 700),
    Step(20, 1200),
    Step(25, 2000),
    Step(30, 3500),
    Step(30, 6000),
    Step(0, 0),
)
"""The last has no limit but the provider's own."""


@dataclass(frozen=True)
class Ramp:
    """Where one mailbox stands: what left and what was gone since `since`."""

    at: int
    since: datetime
    left: int = 0
    gone: int = 0

    @property
    def step(self) -> Step:
        return STEPS[self.at]

    def sent(self, now: datetime, *, gone: bool = False) -> Ramp:
        """One more message left by a campaign, or came back because its address is gone."""
        begun = self._by(now)
        return replace(begun, left=begun.left + (not gone), gone=begun.gone + gone)

    def fell(self, now: datetime) -> Ramp:
        """The provider slowed us down or refused us."""
        if timedelta() <= now - self.since < _LEAST_BETWEEN_FALLS and not self.left:
            return self
        return Ramp(max(0, self.at - 1), now)

    def _by(self, now: datetime) -> Ramp:
        """A day that is over leads up, or begins again."""
        if timedelta() <= now - self.since < _DAY:
            return self
        enough = 2 * self.left >= self.step.per_day
        clean = self.gone * _GONE_OF <= self.left
        up = now > self.since and enough and clean and self.at < len(STEPS) - 1
        return Ramp(self.at + up, now)


def get(tx: Tx, relay: RelayId, now: datetime) -> Ramp:
    """The first step where it never sent a campaign."""
    kept = settings.get(tx, _key(relay))
    if kept is None:
        return Ramp(0, now)
    values = json.loads(kept)
    values["since"] = datetime.fromisoformat(values["since"])
    return Ramp(**values)


def put(tx: Tx, relay: RelayId, ramp: Ramp) -> None:
    settings.put(tx, _key(relay), json.dumps({**asdict(ramp), "since": ramp.since.isoformat()}))


def _key(relay: RelayId) -> str:
    return f"ramp:{relay}"
