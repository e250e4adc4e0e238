"""Frozen values of what came of messages to many: what is counted, and how it may be shown. Nothing heavy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from operator import add
from types import MappingProxyType

from desktop.frozen import dataclass


class Sort(StrEnum):
    """Which letters a report is about."""

    REMINDERS = "reminders"
    CAMPAIGNS = "campaigns"


class Span(StrEnum):
    """Whole months or years of the practice's calendar, and nothing between: two reports that overlap
    would tell of the letters that only one of them is about."""

    MONTH = "month"
    YEAR = "year"


class By(StrEnum):
    """What a table of a report has a row for."""

    TIME = "time"
    """The days of a month, the months of a year."""
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
    """Of reminders: about a visit that is over, kept or missed. Of campaigns: to somebody who had such a
    visit after the letter, within `GOAL_DAYS` of the campaign's start."""
    KEPT = "kept"
    """Of a family's reminder: none of its visits was missed. Of campaigns: any visit was kept."""
    MISSED = "missed"


GOAL_DAYS = 60
"""After a campaign's start: visits in that time may have come of it."""
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

ONLY_WITH: Mapping[Measure, Measure] = MappingProxyType(
    {
        **dict.fromkeys((_M.OPENED, _M.CLICKED), _M.OPENED),
        **dict.fromkeys((_M.VISITS, _M.KEPT, _M.MISSED), _M.VISITS),
    }
)
"""Spoken of only where there is any: what a mail service reports (no letter of ours asks), and visits
whose outcome was imported or entered."""


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


_MEASURES = {one: at for at, one in enumerate(Measure)}
_OUTCOMES = {one: at for at, one in enumerate(Outcome, len(Measure))}


@dataclass(frozen=True)
class Counts:
    """Of letters that are alike: in the order of `Measure`, then of `Outcome`. They add up (`+`)."""

    numbers: tuple[int, ...] = (0,) * (len(Measure) + len(Outcome))

    @classmethod
    def made(cls, measures: Mapping[Measure, int], outcomes: Mapping[Outcome, int] | None = None) -> Counts:
        """What is not named is 0."""
        where = outcomes or {}
        return cls((*(measures.get(one, 0) for one in Measure), *(where.get(one, 0) for one in Outcome)))

    def of(self, measure: Measure) -> int:
        return self.numbers[_MEASURES[measure]]

    def at(self, outcome: Outcome) -> int:
        return self.numbers[_OUTCOMES[outcome]]

    def __add__(self, other: Counts) -> Counts:
        return Counts(tuple(map(add, self.numbers, other.numbers)))


class Shown(StrEnum):
    """How much of a number may be shown."""

    EXACT = "exact"
    FEW = "few"
    """Fewer than eleven."""
    MOST = "most"
    """All but fewer than eleven."""
    HIDDEN = "hidden"
    """It would tell of a small group by subtraction."""
    AT_LEAST = "at-least"
    """A sum of reports, some of which do not show all of it."""


@dataclass(frozen=True)
class Figure:
    """`value` of `EXACT` and `AT_LEAST` alone; `percent` is its share of `of`, both exact. What is planned
    of a row is a share of the whole."""

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


@dataclass(frozen=True)
class Report:
    """`total` has `PLANNED` first."""

    total: tuple[Figure, ...]
    tables: tuple[Table, ...] = ()


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
