"""Values of the door about campaigns that run, and about people who want no more; nothing heavy."""

from __future__ import annotations

from datetime import datetime

from desktop.frozen import dataclass
from desktop.models.campaigning import CampaignId, CampaignState
from desktop.models.records import Method, PersonId, Reason


@dataclass(frozen=True)
class StartRequest:
    """Start what was approved. `content` and `audience` are those that this person saw."""

    campaign: CampaignId
    content: str
    audience: str


@dataclass(frozen=True)
class RunCounts:
    """Every included row is in exactly one of them, so that they add up to `included`.

    `ahead`: not made yet; `waiting`: made, and waits for its turn; `under_way`: being handed over this
    moment; `left`: the mail service has it; `back`: it came back or was refused; `unclear`: we can't
    tell if it arrived; `dropped`: fell out after the approval (`RunShown.late` says why).
    """

    included: int
    ahead: int
    waiting: int
    under_way: int
    left: int
    back: int
    unclear: int
    dropped: int


@dataclass(frozen=True)
class LateCount:
    """How many fell out after the approval for one reason; `reason` holds no name."""

    reason: Reason
    count: int


@dataclass(frozen=True)
class SampleNote:
    """What a comparison of two wordings can show: a difference below `least` (in percentage points)
    between shares around `base` per cent will most often not be told from chance."""

    first: int
    second: int
    base: int
    least: int


@dataclass(frozen=True)
class RunShown:
    """Where a campaign stands now.

    `begins` is the hour that it waits for, of a running one the next at which letters may leave. `ends`
    is when the last letter leaves as far as can be said now; None where that cannot be said. `held` is
    why nothing leaves at the moment although it runs.
    `may` names what this person can do now: pause, resume, stop, start.
    """

    campaign: CampaignId
    name: str
    state: CampaignState
    counts: RunCounts
    late: tuple[LateCount, ...]
    started_at: datetime | None
    started_by: str
    begins: datetime | None
    ends: datetime | None
    ended_at: datetime | None
    ended_why: str
    held: Reason | None
    differences: int
    """How many letters were not made as the practice run made them."""
    may: tuple[str, ...]
    note: SampleNote | None = None
    """Of a campaign with two wordings."""


@dataclass(frozen=True)
class Difference:
    """One letter that was not made as the practice run made it. Words of `why`: reasons of rows."""

    person: PersonId
    name: str
    why: Reason
    method: Method | None


@dataclass(frozen=True)
class DifferencesShown:
    rows: tuple[Difference, ...]
    total: int


@dataclass(frozen=True)
class OptOutRequest:
    """Somebody said that they want no more of it: one person, or everybody of one mailbox.

    Exactly one of `person` and `address` is given. It ends news, offers and requests for gifts, never
    what is about their care. `how` is in-person, by-phone, by-post or by-mail.
    """

    how: str
    person: PersonId | None = None
    address: str = ""


@dataclass(frozen=True)
class OptOutTaken:
    """`people` want no more of it from now on; `pulled` letters that waited were taken back."""

    people: tuple[PersonId, ...]
    pulled: int
