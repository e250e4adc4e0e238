"""Frozen values of templates, reminder windows and campaigns. Nothing heavy here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, time
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

from desktop.frozen import dataclass
from desktop.models.accounts import UserId
from desktop.models.purposes import MailPurpose
from desktop.models.records import AppointmentId, MessageId, Method, PersonId, Reason
from desktop.models.standing import AuthorizationId, SegmentId

TemplateId = NewType("TemplateId", str)
CampaignId = NewType("CampaignId", str)
WindowId = NewType("WindowId", str)

DAY_BEFORE = WindowId("day-before")
"""The window of every practice that set none."""


class CampaignState(StrEnum):
    """Where a campaign stands; any change of what an approval covers takes it back to `DRAFT`."""

    DRAFT = "draft"
    CHECKED = "checked"
    """The ledger is frozen and the practice run is done."""
    ASKED = "asked"
    """Somebody else is asked to sign."""
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    """Started by a person, and waiting for its hour."""
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    """Every row has come to its end."""
    STOPPED = "stopped"
    """Somebody ended it; what had not left never will."""


_S = CampaignState
NEXT: Mapping[CampaignState, frozenset[CampaignState]] = MappingProxyType(
    {
        _S.DRAFT: frozenset({_S.CHECKED, _S.STOPPED}),
        _S.CHECKED: frozenset({_S.DRAFT, _S.ASKED, _S.APPROVED, _S.STOPPED}),
        _S.ASKED: frozenset({_S.DRAFT, _S.CHECKED, _S.APPROVED, _S.STOPPED}),
        _S.APPROVED: frozenset({_S.DRAFT, _S.SCHEDULED, _S.RUNNING, _S.STOPPED}),
        _S.SCHEDULED: frozenset({_S.DRAFT, _S.RUNNING, _S.STOPPED}),
        _S.RUNNING: frozenset({_S.PAUSED, _S.DONE, _S.STOPPED}),
        _S.PAUSED: frozenset({_S.RUNNING, _S.DONE, _S.STOPPED}),
        _S.DONE: frozenset(),
        _S.STOPPED: frozenset(),
    }
)


class WindowKind(StrEnum):
    """What is written about a visit."""

    REMINDER = "reminder"
    CONFIRM = "confirm"
    """A reminder that asks for a yes."""
    FOLLOW_UP = "follow-up"
    """After a visit that took place."""
    MISSED = "missed"
    """After a visit that the patient missed."""


AFTER = frozenset({WindowKind.FOLLOW_UP, WindowKind.MISSED})


class VisitAnswer(StrEnum):
    CONFIRMED = "confirmed"
    DECLINED = "declined"


@dataclass(frozen=True)
class Window:
    """`minutes` before the start of a visit, of `AFTER` kinds after it.

    `type_key` is the folded name of a type of visit, '' for every type without windows of its own.
    `template` is one of the practice's own, `code` one of the library; without either the program's
    plain words by the person's level of detail.
    """

    id: WindowId
    kind: WindowKind
    minutes: int
    type_key: str = ""
    template: TemplateId | None = None
    code: str = ""


@dataclass(frozen=True)
class TemplateText:
    subject: str = field(repr=False)
    preview: str = field(repr=False)
    body: str = field(repr=False)


@dataclass(frozen=True)
class TemplateKept:
    """One of the practice's own templates; `version` is its newest; `approved` the newest approved, or 0."""

    id: TemplateId
    name: str
    group: str
    purpose: MailPurpose
    layout: str
    version: int
    approved: int
    by: UserId
    changed_at: datetime
    code: str = ""
    payer: str = ""
    visit: bool = False
    answers: Mapping[str, str] = field(default_factory=dict)
    retired_at: datetime | None = None


@dataclass(frozen=True)
class TemplateVersion:
    """`texts` by language. `sha256` covers every text, the purpose, the payer and the layout."""

    template: TemplateId
    number: int
    sha256: str
    by: UserId
    at: datetime
    texts: Mapping[str, TemplateText] = field(repr=False)
    approved_by: UserId | None = None
    approved_at: datetime | None = None
    signature: bytes | None = field(repr=False, default=None)


@dataclass(frozen=True)
class KeptPicture:
    """Lists come without `data`."""

    name: str
    kind: str
    sha256: str
    width: int
    height: int
    alt: str
    at: datetime
    authorization: AuthorizationId | None = None
    data: bytes | None = field(repr=False, default=None)


@dataclass(frozen=True)
class Variant:
    """One of two wordings; `share` in percent."""

    name: str
    template: TemplateId
    version: int
    share: int


@dataclass(frozen=True)
class CampaignSchedule:
    """When it may leave, by the practice's clock. `starts` None: as soon as somebody starts it.

    `per_hour` 0 is the relay's own pace; `per_domain_hour` 0 no limit of its own. `by_slots` lets no
    more leave in a day than the practice has free visits.
    """

    starts: datetime | None = None
    first: time | None = None
    last: time | None = None
    days: tuple[int, ...] = ()
    per_hour: int = 0
    per_domain_hour: int = 0
    by_slots: bool = False
    resend_uncertain: bool = False
    """One automatic repetition after 30 minutes of what may have arrived (SECURITY 5.3); off by default."""


@dataclass(frozen=True)
class Campaign:
    """`version` counts changes. `content` and `audience` are the hashes that an approval covers."""

    id: CampaignId
    name: str
    state: CampaignState
    version: int
    purpose: MailPurpose
    by: UserId
    made_at: datetime
    changed_at: datetime
    answers: Mapping[str, str] = field(default_factory=dict)
    payer: str = ""
    segment: SegmentId | None = None
    segment_version: int = 0
    without: tuple[CampaignId, ...] = ()
    template: TemplateId | None = None
    template_version: int = 0
    variants: tuple[Variant, ...] = ()
    schedule: CampaignSchedule = field(default_factory=CampaignSchedule)
    content: str = ""
    audience: str = ""
    approval: str | None = None
    checked_at: datetime | None = None
    approved_at: datetime | None = None
    started_at: datetime | None = None
    started_by: UserId | None = None
    ended_at: datetime | None = None
    ended_why: str = ""


@dataclass(frozen=True)
class CampaignPerson:
    """One row of who gets it and who does not; `reason` of an excluded one."""

    campaign: CampaignId
    person: PersonId
    included: bool
    reason: Reason | None = None
    variant: str = ""
    method: Method | None = None
    rehearsed: str = ""
    message: MessageId | None = None
    late: Reason | None = None


@dataclass(frozen=True)
class AnswerKept:
    """What a patient said of one occurrence; `entered_at` once somebody put it into the schedule."""

    appointment: AppointmentId
    occurrence: int
    answer: VisitAnswer
    at: datetime
    message: MessageId | None = None
    by: UserId | None = None
    entered_at: datetime | None = None
    entered_by: UserId | None = None
