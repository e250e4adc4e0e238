"""Campaigns as they are made and changed, asked for and signed; who gets them is `campaign_check.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime

from desktop.access.roles import Action, may
from desktop.audit.events import Act, Event
from desktop.campaigns.purposes import CHOICES, Classed, Question, classed, is_weaker, needed
from desktop.clock import Clock
from desktop.compliance import approvals, campaign_approval
from desktop.errors import InputError, Refused
from desktop.mail.own_templates import approved
from desktop.models import campaignpeople, campaignrules, campaignruns, campaigns, templates
from desktop.models.accounts import Session
from desktop.models.campaigning import (
    Campaign,
    CampaignId,
    CampaignSchedule,
    CampaignState,
    TemplateId,
    TemplateVersion,
    Variant,
)
from desktop.models.campaignrules import CampaignRulesKept
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.purposes import MailPurpose
from desktop.models.standing import SegmentId
from desktop.office.campaign_lines import found, group_of, line, refuse_few, shown, user_names
from desktop.office.desk import Desk, Recorder
from desktop.office.notices import notify
from desktop.office.values_campaigns import (
    RULE_LIMITS,
    CampaignRequest,
    CampaignRules,
    CampaignShown,
    CampaignsShown,
    CampaignVerdict,
    PurposeStep,
)
from desktop.texts import clean

NAME_CHARS = 80
PAYER_CHARS = 120
_MOST_PER_HOUR = 100_000


class Campaigns:
    """Fulfils the part of `CampaignDoor` that is about one campaign as a whole."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    @staticmethod
    def ask_purpose(answers: Mapping[str, str]) -> PurposeStep:
        """Needs no practice and names nobody: nothing is recorded."""
        step = classed(answers)
        if isinstance(step, Question):
            return PurposeStep(step.value, CHOICES[step])
        basis = step.basis
        return PurposeStep("", (), step.purpose, basis.citation, basis.authorized, basis.commercial)

    def list_campaigns(self, session: Session) -> CampaignsShown:
        def look(tx: Tx) -> CampaignsShown:
            sums, names = campaigns.counts(tx), user_names(tx)
            left = campaignruns.left(tx)
            lines = (
                line(one, sums.get(one.id, (0, 0)), names, left.get(one.id, 0))
                for one in campaigns.listing(tx)
            )
            return CampaignsShown(tuple(lines), may(session.role, Action.KEEP_CAMPAIGN))

        return self._desk.read(
            session,
            Action.LIST_CAMPAIGNS,
            look,
            lambda all_: Event(Act.CAMPAIGNS_LISTED, det={"count": len(all_.campaigns)}),
        )

    def show_campaign(self, session: Session, campaign: CampaignId) -> CampaignShown:
        return self._desk.read(
            session,
            Action.SHOW_CAMPAIGN,
            lambda tx: shown(tx, found(tx, campaign), session, self._clock.now()),
            lambda _: Event(Act.CAMPAIGN_SHOWN, obj=campaign),
        )

    def keep_campaign(self, session: Session, request: CampaignRequest) -> CampaignShown:
        self._desk.check(session, Action.KEEP_CAMPAIGN)

        def keep(tx: Tx, record: Recorder) -> CampaignShown:
            now = self._clock.now()
            before = found(tx, request.id) if request.id is not None else None
            one = _written(tx, request, before, session, now)
            group_of(tx, one, session)
            if before is None:
                campaigns.insert_new(tx, one)
            else:
                one = _changed(tx, before, one, request.version, record, now)
            record(Event(Act.CAMPAIGN_CHANGED, obj=one.id, det={"version": one.version}))
            return shown(tx, found(tx, one.id), session, now)

        return self._desk.write(session, Action.KEEP_CAMPAIGN, keep)

    # --- the signature -------------------------------------------------------------------

    def ask_campaign(self, session: Session, campaign: CampaignId) -> CampaignShown:
        opened = self._desk.check(session, Action.APPROVE_CAMPAIGN)

        def ask(tx: Tx, record: Recorder) -> CampaignShown:
            now = self._clock.now()
            checked = found(tx, campaign)
            refuse_few(tx, checked)
            one = campaign_approval.ask(tx, checked, session.user, now)
            det = {"content": one.content, **({"approval": one.approval} if one.approval else {})}
            at_once = one.state is CampaignState.APPROVED
            record(Event(Act.CAMPAIGN_APPROVED if at_once else Act.CAMPAIGN_ASKED, obj=one.id, det=det))
            asked = campaign_approval.asked_for(tx, one)
            if asked is not None and asked.not_before is not None:
                owners = (user.id for user in approvals.approvers(tx, asked.kind))
                notify(tx, owners, "campaign", now, {"user": session.user, "people": asked.details["people"]})
            return shown(tx, one, session, now)

        answer = self._desk.write(session, Action.APPROVE_CAMPAIGN, ask)
        if answer.approval is not None and answer.approval.not_before is not None:
            people: dict[str, str | int] = {"people": answer.line.included}
            opened.watch.officer.tell(
                "mail.officer.campaign.subject", [("mail.officer.campaign.text", people)]
            )
        return answer

    def approve_campaign(self, session: Session, verdict: CampaignVerdict) -> CampaignShown:
        self._desk.check(session, Action.APPROVE_CAMPAIGN)
        private = self._desk.vault_of(session).signing_key()

        def decide(tx: Tx, record: Recorder) -> CampaignShown:
            now, one = self._clock.now(), found(tx, verdict.campaign)
            group_of(tx, one, session)
            if (one.content, one.audience) != (verdict.content, verdict.audience):
                raise Refused("campaign-differs")
            decided = campaign_approval.decide(tx, one, verdict.approve, session.user, now, private)
            record(
                Event(
                    Act.CAMPAIGN_APPROVED,
                    obj=one.id,
                    outcome="ok" if verdict.approve else "refused",
                    why="" if verdict.approve else "approval-refused",
                    det={"approval": decided.id, "content": one.content},
                )
            )
            return shown(tx, found(tx, one.id), session, now)

        return self._desk.write(session, Action.APPROVE_CAMPAIGN, decide)

    # --- the practice's own rules --------------------------------------------------------

    def campaign_rules(self, session: Session) -> CampaignRules:
        return self._desk.read(
            session,
            Action.LIST_CAMPAIGNS,
            lambda tx: CampaignRules(**asdict(campaignrules.get(tx))),
            lambda _: Event(Act.SENDING_RULES_SHOWN),
        )

    def set_campaign_rules(self, session: Session, rules: CampaignRules) -> CampaignRules:
        self._desk.check(session, Action.SET_SENDING_RULES)
        for name, value in asdict(rules).items():
            least, most = RULE_LIMITS[name]
            if not least <= value <= most:
                raise InputError("value-not-allowed", field=name, allowed=f"{least} – {most}")

        def put(tx: Tx, record: Recorder) -> CampaignRules:
            campaignrules.put(tx, CampaignRulesKept(**asdict(rules)))
            record(Event(Act.SENDING_RULES_CHANGED, det={"fields": len(asdict(rules))}))
            return rules

        return self._desk.write(session, Action.SET_SENDING_RULES, put)


# --- what somebody wrote -----------------------------------------------------------------


def _written(
    tx: Tx, request: CampaignRequest, before: Campaign | None, session: Session, now: datetime
) -> Campaign:
    """Raises as `CampaignDoor.keep_campaign`."""
    name = clean(request.name, NAME_CHARS + 1)
    if not name or len(name) > NAME_CHARS:
        raise InputError("campaign-name", most=NAME_CHARS)
    _check_schedule(request.schedule)
    id_ = before.id if before is not None else CampaignId(new_id())
    template, version = _template(tx, request)
    purpose, payer = _purpose(tx, request, template)
    return Campaign(
        id=id_,
        name=name,
        state=CampaignState.DRAFT,
        version=1,
        purpose=purpose,
        by=before.by if before is not None else session.user,
        made_at=before.made_at if before is not None else now,
        changed_at=now,
        answers=needed(request.answers),
        payer=payer,
        segment=request.segment,
        segment_version=_segment_version(tx, request.segment),
        without=_without(tx, request.without, id_),
        template=template,
        template_version=version,
        variants=request.variants,
        schedule=request.schedule,
    )


def _changed(tx: Tx, before: Campaign, one: Campaign, seen: int, record: Recorder, now: datetime) -> Campaign:
    """What was approved ends with the change, and so does what was checked."""
    if before.state not in campaigns.CHANGEABLE:
        raise Refused("campaign-running")
    if not campaigns.change(tx, one, seen or before.version):
        raise InputError("campaign-changed")
    campaignpeople.clear(tx, one.id)
    voided = campaign_approval.void(tx, before, now)
    if voided:
        record(Event(Act.CAMPAIGN_VOIDED, obj=one.id, det={"approval": voided}))
    return replace(one, version=before.version + 1)


def _template(tx: Tx, request: CampaignRequest) -> tuple[TemplateId | None, int]:
    """Which version of which template, the first of two wordings standing for both."""
    if request.variants:
        _check_variants(tx, request.variants)
        return request.variants[0].template, request.variants[0].version
    if request.template is None:
        return None, 0
    return request.template, _approved(tx, request.template, request.template_version).number


def _check_variants(tx: Tx, variants: tuple[Variant, ...]) -> None:
    names = {one.name.strip() for one in variants}
    shares = [one.share for one in variants]
    if len(variants) != 2 or len(names - {""}) != 2 or min(shares) < 1 or sum(shares) != 100:
        raise InputError("campaign-variants")
    for one in variants:
        if not one.version:
            raise InputError("campaign-variants")
        _approved(tx, one.template, one.version)


def _approved(tx: Tx, id_: TemplateId, number: int) -> TemplateVersion:
    """Raises InputError "template-unknown", "template-about-visit"; Refused("template-not-approved")."""
    kept, version = approved(tx, id_, number)
    if kept.visit:
        raise InputError("template-about-visit")
    return version


def _purpose(tx: Tx, request: CampaignRequest, template: TemplateId | None) -> tuple[MailPurpose, str]:
    """What was answered or said, else the template's own; never weaker than what a wording is for."""
    ids = [one.template for one in request.variants] or ([template] if template is not None else [])
    kept = [one for id_ in ids if (one := templates.get(tx, id_)) is not None]
    step = classed(request.answers) if request.answers else None
    if isinstance(step, Classed):
        purpose = step.purpose
    else:
        purpose = request.purpose or (kept[0].purpose if kept else MailPurpose.MARKETING)
    if any(is_weaker(purpose, one.purpose) for one in kept):
        raise InputError("purpose-weaker")
    payer = clean(request.payer, PAYER_CHARS) or next((one.payer for one in kept if one.payer), "")
    return purpose, payer if purpose is MailPurpose.PAID else ""


def _segment_version(tx: Tx, segment: SegmentId | None) -> int:
    if segment is None:
        return 0
    group = campaigns.group(tx, segment)
    if group is None or group.retired:
        raise InputError("group-unknown")
    return group.version


def _without(tx: Tx, others: tuple[CampaignId, ...], own: CampaignId) -> tuple[CampaignId, ...]:
    for other in others:
        if other == own or campaigns.get(tx, other) is None:
            raise InputError("campaign-unknown")
    return tuple(dict.fromkeys(others))


def _check_schedule(one: CampaignSchedule) -> None:
    """Raises InputError("campaign-schedule", field)."""
    late = one.first is not None and one.last is not None and one.first >= one.last
    checks = {
        "starts": one.starts is None or one.starts.tzinfo is not None,
        "last": not late,
        "days": all(0 <= day <= 6 for day in one.days) and len(set(one.days)) == len(one.days),
        "per_hour": 0 <= one.per_hour <= _MOST_PER_HOUR,
        "per_domain_hour": 0 <= one.per_domain_hour <= _MOST_PER_HOUR,
    }
    for field, fine in checks.items():
        if not fine:
            raise InputError("campaign-schedule", field=field)
