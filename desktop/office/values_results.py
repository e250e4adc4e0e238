"""Values of the door about what came of reminders and campaigns; nothing heavy.

Numbers and their parts are those of `models/outcomes.py`. What is small is never exact.
"""

from __future__ import annotations

from datetime import date

from desktop.frozen import dataclass
from desktop.models.campaigning import CampaignId, CampaignState
from desktop.models.outcomes import Compared, Figure, Sort, Span, Table

FORMS = ("csv", "xlsx", "pdf")


@dataclass(frozen=True)
class ResultsQuery:
    """Whole spans of the practice's calendar; `back` 0 is the one that is going on, 1 the one before."""

    sort: Sort = Sort.REMINDERS
    span: Span = Span.MONTH
    back: int = 0


@dataclass(frozen=True)
class BeforeShown:
    """What a report is compared with: an earlier campaign by name, or the span before ('')."""

    name: str
    since: date | None
    lines: tuple[Compared, ...]


@dataclass(frozen=True)
class ResultsShown:
    """`total` has `PLANNED` first. Opened and clicked stand in it only where a mail service reported any."""

    sort: Sort
    total: tuple[Figure, ...]
    tables: tuple[Table, ...]
    span: Span | None = None
    since: date | None = None
    until: date | None = None
    """The last day."""
    before: BeforeShown | None = None
    reported: bool = False
    """Whether a mail service reported what was opened or clicked."""


@dataclass(frozen=True)
class CampaignResults:
    """`excluded` are those of the last check who do not get it."""

    id: CampaignId
    name: str
    state: CampaignState
    results: ResultsShown
    excluded: Figure


@dataclass(frozen=True)
class ResultsExport:
    """`campaign` alone, or else the report of `query`; `form` is one of `FORMS`; `to` a new file."""

    form: str
    to: str
    query: ResultsQuery = ResultsQuery()
    campaign: CampaignId | None = None


@dataclass(frozen=True)
class ResultsExported:
    file: str
