"""Who may get a campaign's letter: asked one by one, at the check and again before each message leaves.

The gate alone makes an `AuthorizedAudience`, and nothing is sealed for anybody who is not in one.
Marketing and what somebody pays for needs a written permission that counts today (45 CFR
164.508(a)(3)); an offer of one's own and asking for gifts end at a refusal (164.514(f)(2)); gifts
are not asked for by what tells of somebody's health (164.514(f)(1)).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NoReturn
from zoneinfo import ZoneInfo

from desktop.campaigns.content import content_hash, tells_health
from desktop.clock import Clock
from desktop.errors import Refused
from desktop.frozen import dataclass
from desktop.mail.decision import Decision
from desktop.mail.gather import GONE, Gathered, gather
from desktop.mail.policy import decide
from desktop.mail.sender import load_sender
from desktop.models import authorizations, campaignpeople, campaignrules, campaigns
from desktop.models.authorizations import Authorization
from desktop.models.campaigning import Campaign, CampaignId, CampaignPerson, CampaignState
from desktop.models.campaignrules import CampaignRulesKept
from desktop.models.database import Tx
from desktop.models.purposes import BASES, Basis, MailPurpose
from desktop.models.records import Consent, Label, Message, MessageId, Method, PersonId, Reason, Relay
from desktop.models.standing import Reader, Use
from desktop.people.authorization import problem
from desktop.people.household import is_adult

_ONLY_THE_GATE = object()
_NO_SAFE_WAY = "no-safe-way"
GOES_ON = frozenset({CampaignState.RUNNING, CampaignState.PAUSED})


@dataclass(frozen=True)
class AuthorizedPerson:
    """Somebody who may get it, everything that was known of the ways to them, and the way that it takes."""

    known: Gathered
    decision: Decision
    variant: str = ""


class AuthorizedAudience:
    """People whom the gate has asked about for one campaign, at one moment. Made by the gate alone."""

    __slots__ = ("at", "campaign", "people", "purpose")

    at: datetime
    campaign: CampaignId
    people: tuple[AuthorizedPerson, ...]
    purpose: MailPurpose

    def __init__(
        self, only_the_gate: object, campaign: Campaign, people: tuple[AuthorizedPerson, ...], at: datetime
    ) -> None:
        if only_the_gate is not _ONLY_THE_GATE:
            raise TypeError("only the gate makes an audience")
        values = {"at": at, "campaign": campaign.id, "people": people, "purpose": campaign.purpose}
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("an audience has no other kinds")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(name)

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(name)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("an audience is neither copied nor kept")


@dataclass(frozen=True)
class Left:
    """Will not get it, and why."""

    person: PersonId
    reason: Reason


@dataclass(frozen=True)
class Answer:
    """Everybody who was asked about, once."""

    audience: AuthorizedAudience
    left: tuple[Left, ...]


@dataclass(frozen=True)
class Terms:
    """What holds for all of one campaign, read once."""

    campaign: Campaign
    basis: Basis
    label: Label
    rules: CampaignRulesKept
    relay: Relay | None
    zone: ZoneInfo
    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()


@dataclass(frozen=True)
class _Asked:
    """What is known of some people beside the ways to them."""

    had: set[PersonId]
    merged: set[PersonId]
    """Who got this very letter under a record that was merged into theirs since."""
    written: Mapping[PersonId, int]
    permissions: Mapping[PersonId, tuple[Authorization, ...]]


class Gate:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def terms(self, tx: Tx, campaign: Campaign, by: Relay | None = None) -> Terms:
        """`by` is the relay that its letters would leave by; None for the one that mail leaves by now.

        Raises Refused("campaign-fundraising-health") where a group that tells of somebody's health
        would be asked for gifts."""
        group = campaigns.group(tx, campaign.segment) if campaign.segment is not None else None
        clinical = group is None or group.clinical
        if clinical and campaign.purpose is MailPurpose.FUNDRAISING:
            raise Refused("campaign-fundraising-health")
        sender = load_sender(tx)
        return Terms(
            campaign=campaign,
            basis=BASES[campaign.purpose],
            label=Label.SENSITIVE if clinical or tells_health(tx, campaign) else Label.ROUTINE,
            rules=campaignrules.get(tx),
            relay=by or sender.relay,
            zone=ZoneInfo(sender.zone),
            now=self._clock.now(),
        )

    def ask(self, tx: Tx, terms: Terms, people: Mapping[PersonId, str]) -> Answer:
        """About each of `people`, who are given with their variant."""
        known = gather(tx, people, terms.relay, terms.today)
        asked = _asked(tx, terms, known)
        allowed: list[AuthorizedPerson] = []
        left: list[Left] = []
        for who, variant in people.items():
            one = known.get(who)
            answer = Reason(GONE) if one is None else _judged(terms, one, asked)
            if isinstance(answer, Reason):
                left.append(Left(who, answer))
            elif one is not None:
                allowed.append(AuthorizedPerson(one, answer, variant))
        audience = AuthorizedAudience(_ONLY_THE_GATE, terms.campaign, tuple(allowed), terms.now)
        return Answer(audience, tuple(left))

    def ask_again(
        self, tx: Tx, rows: Sequence[Message], by: Relay | None = None
    ) -> dict[MessageId, AuthorizedAudience | Reason]:
        """Before these messages leave: for each an audience of its one person, or why it may not.

        A message is allowed only while its campaign goes on as it was approved, for somebody whom the
        approved ledger includes, on the grounds that hold now.
        """
        found: dict[MessageId, AuthorizedAudience | Reason] = {}
        for id_ in dict.fromkeys(CampaignId(row.source) for row in rows):
            mine = [row for row in rows if row.source == id_]
            found |= self._of_campaign(tx, id_, mine, by)
        return found

    def _of_campaign(
        self, tx: Tx, id_: CampaignId, rows: Sequence[Message], by: Relay | None
    ) -> dict[MessageId, AuthorizedAudience | Reason]:
        campaign = campaigns.get(tx, id_)
        stop = _stopped(tx, campaign)
        if stop is not None or campaign is None:
            return {row.id: stop or Reason("campaign-gone") for row in rows}
        ledger = campaignpeople.get_many(tx, id_, (row.person for row in rows))
        try:
            terms = self.terms(tx, campaign, by)
        except Refused as error:
            return {row.id: Reason(error.code) for row in rows}
        mine = {who: row.variant for who, row in ledger.items() if row.included and row.late is None}
        answer = self.ask(tx, terms, mine)
        reasons = {one.person: one.reason for one in answer.left} | _not_in_it(rows, ledger)
        allowed = {one.known.person.id: one for one in answer.audience.people}
        return {
            row.id: reasons[row.person]
            if row.person in reasons
            else AuthorizedAudience(_ONLY_THE_GATE, campaign, (allowed[row.person],), terms.now)
            for row in rows
        }


def _stopped(tx: Tx, campaign: Campaign | None) -> Reason | None:
    if campaign is None:
        return Reason("campaign-gone")
    if campaign.state not in GOES_ON:
        return Reason("campaign-ended")
    if not campaign.content or content_hash(tx, campaign) != campaign.content:
        return Reason("campaign-differs")
    return None


def _not_in_it(rows: Iterable[Message], ledger: Mapping[PersonId, CampaignPerson]) -> dict[PersonId, Reason]:
    """Whom nobody has approved, or who fell out before."""
    found: dict[PersonId, Reason] = {}
    for row in rows:
        mine = ledger.get(row.person)
        if mine is None or not mine.included:
            found[row.person] = Reason("campaign-not-approved")
        elif mine.late is not None:
            found[row.person] = mine.late
    return found


def _asked(tx: Tx, terms: Terms, known: Mapping[PersonId, Gathered]) -> _Asked:
    campaign, rules, basis = terms.campaign, terms.rules, terms.basis
    since = terms.now - timedelta(days=rules.cap_days)
    return _Asked(
        had=campaignpeople.had(tx, known, campaign.without),
        merged=campaignpeople.had_before_merge(tx, known, campaign.id),
        written=campaignpeople.written_to(tx, known, since, campaign.id),
        permissions=authorizations.of_many(tx, known, basis.use) if basis.authorized else {},
    )


def _judged(terms: Terms, one: Gathered, asked: _Asked) -> Decision | Reason:
    """How it goes to one person, or the first reason why it does not."""
    person, now = one.person, terms.now
    name: dict[str, str | int] = {"name": person.name}
    if person.id in asked.had:
        return Reason("campaign-had", name)
    if person.id in asked.merged:
        return Reason("campaign-had-merged", name)
    decision = decide(one.asks(terms.label, now, purpose=terms.basis.use.value))
    stop = decision.reasons[0] if decision.method is Method.NONE else None
    if stop is not None and stop.code != _NO_SAFE_WAY:
        return stop
    refusal = _offer_refused(terms, one) or _permission_missing(terms, one, asked)
    if refusal is not None:
        return refusal
    if asked.written.get(person.id, 0) >= terms.rules.cap:
        limits: dict[str, str | int] = {"most": terms.rules.cap, "days": terms.rules.cap_days}
        return Reason("campaign-cap", name | limits)
    return stop or decision


def _offer_refused(terms: Terms, one: Gathered) -> Reason | None:
    """A no to marketing is one to offers of our own and to asking for gifts; who shares a mailbox gets
    no offers there, because others would read of their being a patient."""
    if not terms.basis.commercial:
        return None
    name: dict[str, str | int] = {"name": one.person.name}
    said = one.said.at(terms.now)
    if said.of(Use.MARKETING) is Consent.REFUSED:
        return Reason("no-marketing", name)
    if terms.campaign.purpose is MailPurpose.FUNDRAISING and said.of(Use.GIFTS) is Consent.REFUSED:
        return Reason("no-gifts", name)
    return Reason("mailbox-shared-offer", name) if one.reader(terms.now) is Reader.SHARED else None


def _permission_missing(terms: Terms, one: Gathered, asked: _Asked) -> Reason | None:
    """Why no written permission carries it; of several the best one counts."""
    person = one.person
    if not terms.basis.authorized:
        return None
    name: dict[str, str | int] = {"name": person.name}
    reasons = [_problem(terms, one, each) for each in asked.permissions.get(person.id, ())]
    if not reasons:
        return Reason("permission-missing", name)
    found = None if None in reasons else reasons[0]
    return replace(found, params=name | found.params) if found is not None else None


def _problem(terms: Terms, one: Gathered, permission: Authorization) -> Reason | None:
    why = problem(permission, terms.today)
    if why is not None:
        return why
    paid = terms.campaign.purpose is MailPurpose.PAID
    if paid and permission.payer.strip().casefold() != terms.campaign.payer.strip().casefold():
        return Reason("permission-other-payer", {"payer": permission.payer})
    born, signed = one.person.birth_date, permission.signed_on
    minor = born is not None and signed is not None and not is_adult(born, signed)
    if minor and not permission.authority.strip():
        return Reason("permission-of-minor")
    return None
