"""Frozen values of what came of messages to many: what is counted, and how it may be shown. Nothing heavy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType


class Sort(StrEnum):
    """Which letters a report is about."""

    REMINDERS = "reminders"
    CAMPAIGNS = "campaigns"


class Span(StrEnum):
    """Whole days, weeks (from Monday), months or years of the practice's calendar, and nothing between:
    two reports that differ by an hour would tell of the letters of that hour."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class By(StrEnum):
    """What a table of a report has a row for."""

    TIME = "time"
    """The days of a week or month, the months of a year."""
    OUTCOME = "outcome"
    METHOD = "method"
    DOMAIN = "domain"
    WINDOW = "window"
    TEMPLATE = "template"
    CAMPAIGN = "campaign"
    GROUP = "group"


class Measure(StrEnum):
    """What is counted: always letters, each once."""

    PLANNED = "planned"
    ACCEPTED = "accepted"
    """The mail service took it, whatever came of it then."""
    DEFERRED = "deferred"
    """Put off at least once."""
    BOUNCED = "bounced"
    ARRIVED = "arrived"
    """Accepted, and it did not come back."""
    OPENED = "opened"
    CLICKED = "clicked"
    ANSWERED = "answered"
    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"
    COMPLAINED = "complained"
    VISITS = "visits"
    """About a visit that is over: kept or missed."""
    KEPT = "kept"
    MISSED = "missed"


_M = Measure
PART_OF: Mapping[Measure, Measure] = MappingProxyType(
    {
        _M.ACCEPTED: _M.PLANNED,
        _M.DEFERRED: _M.PLANNED,
        _M.BOUNCED: _M.ACCEPTED,
        _M.ARRIVED: _M.ACCEPTED,
        _M.OPENED: _M.ARRIVED,
        _M.CLICKED: _M.OPENED,
        _M.ANSWERED: _M.ARRIVED,
        _M.CONFIRMED: _M.ANSWERED,
        _M.UNSUBSCRIBED: _M.ARRIVED,
        _M.COMPLAINED: _M.ARRIVED,
        _M.VISITS: _M.PLANNED,
        _M.KEPT: _M.VISITS,
        _M.MISSED: _M.VISITS,
    }
)
"""Of which other count each is a part: what is left of that one must not be small either."""

FROM_FEEDS = frozenset({_M.OPENED, _M.CLICKED})
"""Known only where a mail service reports it; no letter of ours asks."""


class Outcome(StrEnum):
    """Where a letter is; each is in exactly one place."""

    ACCEPTED = "accepted"
    WAITING = "waiting"
    HELD = "held"
    """Taken out before it left."""
    EXPIRED = "expired"
    FAILED = "failed"
    """The mail service refused it."""
    UNCERTAIN = "uncertain"


@dataclass(frozen=True)
class Kind:
    """What letters have in common, as far as any table tells them apart."""

    source: str = ""
    """The campaign; '' of reminders."""
    variant: str = ""
    window: str = ""
    method: str = ""
    domain: str = ""


@dataclass(frozen=True)
class Counts:
    """Of letters that are alike. They add up (`+`)."""

    measures: Mapping[Measure, int] = field(default_factory=dict)
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)

    def of(self, measure: Measure) -> int:
        return self.measures.get(measure, 0)

    def at(self, outcome: Outcome) -> int:
        return self.outcomes.get(outcome, 0)

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            {one: self.of(one) + other.of(one) for one in Measure},
            {one: self.at(one) + other.at(one) for one in Outcome},
        )


class Shown(StrEnum):
    """How much of a number may be shown."""

    EXACT = "exact"
    FEW = "few"
    """Fewer than eleven."""
    MOST = "most"
    """All but fewer than eleven."""
    HIDDEN = "hidden"
    """It would tell of a small group by subtraction."""


@dataclass(frozen=True)
class Figure:
    """`value` of `EXACT` alone; `percent` is its share of `of`, which is exact too."""

    measure: Measure
    shown: Shown
    value: int = 0
    percent: float | None = None
    of: Measure | None = None


@dataclass(frozen=True)
class Row:
    """`code` is an id or a word of ours (`results.row.<by>.<code>`), 'others' of what stands together
    because it is small; `name` is words of somebody's own; `since` of a day or month."""

    code: str
    figures: tuple[Figure, ...]
    name: str = ""
    since: date | None = None


@dataclass(frozen=True)
class Table:
    by: By
    rows: tuple[Row, ...]
    together: int = 0
    """How many groups stand in the row of others."""


class Verdict(StrEnum):
    """One rate beside another, as far as the numbers carry it."""

    MORE = "more"
    LESS = "less"
    SAME = "same"
    """No further apart than chance explains."""
    TOO_FEW = "too-few"


@dataclass(frozen=True)
class Compared:
    """The same rate of `before`, an earlier campaign or span."""

    measure: Measure
    verdict: Verdict
    before: Figure
