"""Values of the door about campaigns until they are approved; nothing heavy.

A campaign goes through `CampaignState`; what the window offers stands in `CampaignShown.may`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from types import MappingProxyType

from desktop.frozen import dataclass
from desktop.models.campaigning import CampaignId, CampaignSchedule, CampaignState, TemplateId, Variant
from desktop.models.purposes import MailPurpose
from desktop.models.records import Label, MessageId, Method, PersonId, Reason
from desktop.models.standing import SegmentId
from desktop.office.values_letter_shown import LetterShown
from desktop.office.values_running import SampleNote


@dataclass(frozen=True)
class PurposeStep:
    """The next `question` with its `choices`, or with no question left the `purpose`.

    Words: `campaign.ask.<question>`, `campaign.ask.<question>.<choice>`, `campaign.purpose.<purpose>`.
    `citation` is quoted as it stands; `authorized`: only with each person's written permission;
    `commercial`: a postal address and a way to say no stand in every letter.
    """

    question: str = ""
    choices: tuple[str, ...] = ()
    purpose: MailPurpose | None = None
    citation: str = ""
    authorized: bool = False
    commercial: bool = False


@dataclass(frozen=True)
class CampaignLine:
    """`included` and `excluded` are of its last check, 0 before; `left` is how many the mail service has."""

    id: CampaignId
    name: str
    state: CampaignState
    purpose: MailPurpose
    included: int
    excluded: int
    by: str
    changed_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    left: int = 0


@dataclass(frozen=True)
class CampaignsShown:
    campaigns: tuple[CampaignLine, ...]
    may_keep: bool
    """Whether this person may make one."""


@dataclass(frozen=True)
class CampaignRequest:
    """A new campaign, or with `id` a change of one; `version` is the one that its writer saw (0 for any).

    `answers` are those of the questions about its purpose; without any `purpose` counts, as somebody
    says who knows the rule, else the template's own. Of a template `template_version` 0 is its newest
    approved version.
    """

    name: str
    id: CampaignId | None = None
    version: int = 0
    answers: Mapping[str, str] = field(default_factory=dict)
    payer: str = ""
    segment: SegmentId | None = None
    without: tuple[CampaignId, ...] = ()
    template: TemplateId | None = None
    template_version: int = 0
    variants: tuple[Variant, ...] = ()
    schedule: CampaignSchedule = field(default_factory=CampaignSchedule)
    purpose: MailPurpose | None = None


@dataclass(frozen=True)
class ReasonCount:
    """How many are left out for one reason, and what mends it.

    `reason` holds no name. Words of `fix`: `campaign.fix.<fix>`.
    """

    reason: Reason
    count: int
    fix: str


@dataclass(frozen=True)
class MethodCount:
    method: Method
    count: int


@dataclass(frozen=True)
class ApprovalShown:
    """What was asked. `state` is pending, approved, refused or over; `mine`: this person asked;
    `alone`: nobody else may decide, and who asked may go on by themselves from `not_before`."""

    id: str
    state: str
    asked_by: str
    asked_at: datetime
    mine: bool
    decided_by: str = ""
    decided_at: datetime | None = None
    not_before: datetime | None = None
    alone: bool = False


@dataclass(frozen=True)
class CampaignShown:
    """One campaign with the counts of its ledger.

    `may` names what this person can do with it now: keep, check, ask, approve, start, stop, list,
    preview, hand-out. `missing` is what the check still wants: name, segment, template, purpose,
    payer. `needs_approval` says whether somebody has to sign after the check (`needs_why`).
    `differs`: a part of it is not as it was checked, so that it cannot go on before the next check.
    `letters` are the names of the two wordings, as `variants`; `few`: how many people those need at least,
    where fewer get it (0 otherwise); `note` is what their comparison can show.
    """

    line: CampaignLine
    version: int
    answers: Mapping[str, str]
    payer: str
    citation: str
    segment: SegmentId | None
    segment_name: str
    clinical: bool
    """Whether its group tells of somebody's health: only ways that the recipient alone can open."""
    label: Label
    without: tuple[CampaignId, ...]
    template: TemplateId | None
    template_version: int
    template_name: str
    variants: tuple[Variant, ...]
    schedule: CampaignSchedule
    content: str
    audience: str
    checked_at: datetime | None
    approved_at: datetime | None
    started_by: str
    ended_why: str
    reasons: tuple[ReasonCount, ...]
    methods: tuple[MethodCount, ...]
    missing: tuple[str, ...]
    needs_approval: bool
    needs_why: Reason | None
    approval: ApprovalShown | None
    may: tuple[str, ...]
    differs: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()
    few: int = 0
    note: SampleNote | None = None


@dataclass(frozen=True)
class AudienceQuery:
    """One page of who gets it and who does not. None stands for all; `text` is part of a name."""

    campaign: CampaignId
    included: bool | None = None
    reason: str = ""
    method: Method | None = None
    text: str = ""
    limit: int = 100
    offset: int = 0


@dataclass(frozen=True)
class CampaignRow:
    """One person of the ledger. `late` is why somebody fell out after the approval."""

    person: PersonId
    name: str
    email: str
    phone: str
    included: bool
    reason: Reason | None
    fix: str
    method: Method | None
    variant: str = ""
    message: MessageId | None = None
    late: Reason | None = None


@dataclass(frozen=True)
class AudienceShown:
    """A page; `total` is how many rows the query has."""

    rows: tuple[CampaignRow, ...]
    total: int


@dataclass(frozen=True)
class PreviewRequest:
    """Whose letter: `person` ('' for the first), then `step` -1 for the one before, 1 for the next."""

    campaign: CampaignId
    person: PersonId | None = None
    step: int = 0


@dataclass(frozen=True)
class WorstCase:
    """Somebody whose letter is worth a look; words `campaign.worst.<why>`."""

    person: PersonId
    name: str
    why: str


@dataclass(frozen=True)
class CampaignPreview:
    """The letter as it would be written now. Where a field is `missing` there is no letter.

    `place` counts from 1 of `total` people who get it.
    """

    person: PersonId
    name: str
    place: int
    total: int
    language: str
    method: Method
    reasons: tuple[Reason, ...]
    variant: str
    subject: str = field(repr=False)
    html: str = field(repr=False)
    text: str = field(repr=False)
    missing: tuple[str, ...]
    worst: tuple[WorstCase, ...]
    reason: Reason | None = None
    """Why this person would get nothing as things stand now."""
    pictures: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """By name, as `letter` names them; the page does as `cid:<name>@picture.invalid`."""
    letter: LetterShown | None = None
    """The same piece by piece (`mail/template_shown.py`), as a window lays it out."""


@dataclass(frozen=True)
class CampaignVerdict:
    """A decision about what was asked. `content` and `audience` are those that the decider saw."""

    campaign: CampaignId
    approve: bool
    content: str
    audience: str


@dataclass(frozen=True)
class CampaignRules:
    """The practice's own settings: `above` how many people somebody else signs; at most `cap` letters
    and reminders for a person within `cap_days`."""

    above: int = 50
    cap: int = 4
    cap_days: int = 30


RULE_LIMITS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {"above": (0, 10_000), "cap": (1, 100), "cap_days": (1, 366)}
)
"""Of `CampaignRules`, each: least and most."""
