"""Values of the door about the calendar of letters and the practice's room; nothing heavy."""

from __future__ import annotations

from datetime import date

from desktop.frozen import dataclass
from desktop.models.campaigning import CampaignId, CampaignState


@dataclass(frozen=True)
class CalendarLetters:
    """What goes out on one day. `campaign` None: the reminders of that day's visits and of others.

    `planned` letters are still to go, `gone` have left.
    """

    name: str
    planned: int
    gone: int
    campaign: CampaignId | None = None
    state: CampaignState | None = None


@dataclass(frozen=True)
class SlotLine:
    """How many visits of one type the practice can still take; `visit_type` '' is of any type."""

    visit_type: str
    free: int


@dataclass(frozen=True)
class CalendarDay:
    """`free` None: nobody said how many visits can still be taken that day."""

    day: date
    visits: int
    letters: tuple[CalendarLetters, ...]
    slots: tuple[SlotLine, ...]
    free: int | None
    closed: bool = False
    """Whether it is one of the practice's closed days, or a public holiday."""


@dataclass(frozen=True)
class Season:
    """A yearly occasion; words `calendar.season.<code>`. `first` and `last` are its days of this year.

    `recipe` is one of the groups' recipes, '' where none fits; `template` one of the library.
    """

    code: str
    first: date
    last: date
    recipe: str
    template: str


@dataclass(frozen=True)
class CalendarShown:
    """One month: each of its days, and the occasions that begin or last in it."""

    first: date
    today: date
    days: tuple[CalendarDay, ...]
    seasons: tuple[Season, ...]
    visit_types: tuple[str, ...]
    """Types that recent visits name, to be offered."""
    may_set: bool
    may_plan: bool
    """Whether this person may make a campaign from an occasion."""


@dataclass(frozen=True)
class SlotsRequest:
    """How many visits of a type (`visit_type` '' for any) each of `days` still has; None forgets it."""

    days: tuple[date, ...]
    free: int | None
    visit_type: str = ""
