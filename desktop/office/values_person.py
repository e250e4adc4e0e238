"""Values of one person's page: what happened with them, and adding somebody by hand. Nothing heavy."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from enum import StrEnum

from desktop.frozen import dataclass
from desktop.models.correspondence import ConversationId
from desktop.models.records import Method, PersonId
from desktop.models.standing import Use
from desktop.office.values import PersonLine, PersonShown


class Moment(StrEnum):
    """What a line of the timeline is about; at the same moment they stand in this order."""

    VISIT = "visit"
    SENT = "sent"
    RECEIVED = "received"
    CONSENT = "consent"
    IMPORT = "import"
    CHANGE = "change"
    """Done in this program, from the log."""


@dataclass(frozen=True)
class TimelinePlace:
    """Behind which line the next page begins."""

    at: datetime
    kind: Moment
    ref: str


@dataclass(frozen=True)
class TimelineLine:
    """`what` is a code of its kind: a visit's or a message's state, the consent, the act of the log."""

    kind: Moment
    at: datetime
    ref: str
    what: str = ""
    start: datetime | None = None
    """A visit's wall-clock time, without zone."""
    title: str = field(default="", repr=False)
    """A visit's type or a message's subject, as far as this role may read it."""
    place: str = ""
    """Where a visit is, or at whose."""
    by: str = ""
    """The colleague who did it."""
    use: Use | None = None
    method: Method | None = None
    conversation: ConversationId | None = None


@dataclass(frozen=True)
class TimelineShown:
    """Newest first, visits to come on top; `hidden` names groups of fields that this role has not."""

    lines: tuple[TimelineLine, ...]
    older: TimelinePlace | None = None
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True)
class NewPerson:
    """`fields` as `set_person` takes them. Once `sure`, those who are alike do not stop it."""

    fields: dict[str, str] = field(repr=False)
    sure: bool = False


@dataclass(frozen=True)
class Alike:
    """Somebody who may be the same, and why: `name`, `birth-date`, `address`, `phone`."""

    person: PersonLine
    why: tuple[str, ...]


@dataclass(frozen=True)
class PersonAdded:
    """The new one as kept, or nobody, because of those who are `alike`."""

    shown: PersonShown | None
    alike: tuple[Alike, ...] = ()


@dataclass(frozen=True)
class TimelineQuery:
    """`limit` lines behind `older` (None: the newest), of these `kinds` (none named: of all)."""

    person: PersonId
    older: TimelinePlace | None = None
    limit: int = 30
    kinds: tuple[Moment, ...] = ()
