"""A campaign and its ledger as they are shown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from desktop.access.roles import Action, FieldGroup, hidden, may
from desktop.campaigns.approving import why_signed
from desktop.campaigns.content import tells_health
from desktop.campaigns.fixes import fix_of
from desktop.campaigns.ledger import is_as_checked
from desktop.campaigns.purposes import Question, classed
from desktop.campaigns.variants import LEAST_PEOPLE, least_difference
from desktop.compliance import approvals
from desktop.compliance.campaign_approval import asked_for, is_open
from desktop.errors import InputError, Refused
from desktop.models import campaignpeople, campaignrules, campaignruns, campaigns, templates, users
from desktop.models.accounts import Approval, ApprovalState, Session
from desktop.models.campaigning import Campaign, CampaignId, CampaignPerson, CampaignState
from desktop.models.campaigns import CHANGEABLE, Group
from desktop.models.database import Tx
from desktop.models.purposes import BASES, MailPurpose
from desktop.models.records import Label, Person, Reason
from desktop.office.values_campaigns import (
    ApprovalShown,
    CampaignLine,
    CampaignRow,
    CampaignShown,
    MethodCount,
    ReasonCount,
)
from desktop.office.values_running import SampleNote

_S = CampaignState
HAS_LEDGER = frozenset(_S) - {_S.DRAFT}
_SIGNED = frozenset({_S.CHECKED, _S.ASKED, _S.APPROVED, _S.SCHEDULED})
"""What was checked and has not begun: that it still is as it was checked is looked at."""
_BASE = 10
"""Per cent: how many of a mailing answer or come, where nothing better is known."""


def found(tx: Tx, id_: CampaignId) -> Campaign:
    """Raises InputError("campaign-unknown")."""
    one = campaigns.get(tx, id_)
    if one is None:
        raise InputError("campaign-unknown")
    return one


def group_of(tx: Tx, one: Campaign, session: Session) -> Group | None:
    """Raises Refused("group-hidden") where it tells of health, and this person may not see that."""
    group = campaigns.group(tx, one.segment) if one.segment is not None else None
    if group is not None and group.clinical and FieldGroup.CLINICAL in hidden(session.role):
        raise Refused("group-hidden")
    return group


def missing(one: Campaign, group: Group | None) -> tuple[str, ...]:
    """What the check still wants."""
    settled = one.template is not None or not isinstance(classed(one.answers), Question)
    wanted = {
        "purpose": settled,
        "segment": group is not None and not group.retired,
        "template": one.template is not None,
        "payer": bool(one.payer) or one.purpose is not MailPurpose.PAID,
    }
    return tuple(name for name, there in wanted.items() if not there)


def line(one: Campaign, sums: tuple[int, int], names: dict[str, str], left: int = 0) -> CampaignLine:
    return CampaignLine(
        id=one.id,
        name=one.name,
        state=one.state,
        purpose=one.purpose,
        included=sums[0],
        excluded=sums[1],
        by=names.get(one.by, ""),
        changed_at=one.changed_at,
        started_at=one.started_at,
        ended_at=one.ended_at,
        left=left,
    )


def user_names(tx: Tx) -> dict[str, str]:
    return {user.id: user.name for user in users.listing(tx)}


def few(one: Campaign, included: int) -> int:
    """How many people its two wordings need at least, where fewer get it; else 0."""
    return LEAST_PEOPLE if one.variants and included < LEAST_PEOPLE else 0


def refuse_few(tx: Tx, one: Campaign) -> None:
    """Raises Refused("campaign-variants-few")."""
    least = few(one, campaignpeople.sums(tx, one.id)[0])
    if least:
        raise Refused("campaign-variants-few", least=least)


def sample_note(tx: Tx, one: Campaign) -> SampleNote | None:
    """What a comparison of the two wordings can show at all."""
    if len(one.variants) != 2:
        return None
    sizes = campaignruns.by_variant(tx, one.id)
    first, second = (sizes.get(variant.name, 0) for variant in one.variants)
    least = least_difference(first, second, _BASE / 100)
    return SampleNote(first, second, _BASE, round(least * 100))


def shown(tx: Tx, one: Campaign, session: Session, now: datetime) -> CampaignShown:
    """Raises Refused("group-hidden")."""
    group, names = group_of(tx, one, session), user_names(tx)
    sums = campaignpeople.sums(tx, one.id)
    asked = asked_for(tx, one)
    kept = templates.get(tx, one.template) if one.template is not None else None
    clinical = group is not None and group.clinical
    why = why_signed(one, sums[0], campaignrules.get(tx)) if one.state in HAS_LEDGER else None
    gone, scant = missing(one, group), few(one, sums[0]) if one.state in HAS_LEDGER else 0
    letters = [templates.get(tx, variant.template) for variant in one.variants]
    differs = is_as_checked(tx, one) if one.state in _SIGNED else ()
    return CampaignShown(
        line=line(one, sums, names),
        version=one.version,
        answers=one.answers,
        payer=one.payer,
        citation=BASES[one.purpose].citation,
        segment=one.segment,
        segment_name=group.name if group is not None else "",
        clinical=clinical,
        label=Label.SENSITIVE if clinical or tells_health(tx, one) else Label.ROUTINE,
        without=one.without,
        template=one.template,
        template_version=one.template_version,
        template_name=kept.name if kept is not None else "",
        variants=one.variants,
        schedule=one.schedule,
        content=one.content,
        audience=one.audience,
        checked_at=one.checked_at,
        approved_at=one.approved_at,
        started_by=names.get(one.started_by or "", ""),
        ended_why=one.ended_why,
        reasons=tuple(
            ReasonCount(Reason(code), many, fix_of(code).value)
            for code, many in campaignpeople.by_reason(tx, one.id)
        ),
        methods=tuple(MethodCount(method, many) for method, many in campaignpeople.by_method(tx, one.id)),
        missing=gone,
        needs_approval=why is not None,
        needs_why=why,
        approval=_approval(tx, asked, names, session, now) if asked is not None else None,
        may=_may(
            one, session, asked, now, ready=not gone, whole=not differs and not scant, anybody=sums[0] > 0
        ),
        differs=differs,
        letters=tuple(each.name if each is not None else "" for each in letters),
        few=scant,
        note=sample_note(tx, one) if one.state in HAS_LEDGER else None,
    )


def _approval(
    tx: Tx, asked: Approval, names: dict[str, str], session: Session, now: datetime
) -> ApprovalShown:
    done = asked.state in (ApprovalState.APPROVED, ApprovalState.DONE)
    over = not done and not is_open(asked, now) and asked.state is not ApprovalState.REFUSED
    return ApprovalShown(
        id=asked.id,
        state="approved" if done else "over" if over else asked.state.value,
        asked_by=names.get(asked.asked_by, ""),
        asked_at=asked.asked_at,
        mine=asked.asked_by == session.user,
        decided_by=names.get(asked.decided_by or "", ""),
        decided_at=asked.decided_at,
        not_before=asked.not_before,
        alone=asked.not_before is not None and approvals.is_alone(tx, asked.kind, asked.asked_by),
    )


def _may(
    one: Campaign,
    session: Session,
    asked: Approval | None,
    now: datetime,
    *,
    ready: bool,
    whole: bool,
    anybody: bool,
) -> tuple[str, ...]:
    """What this person can do with it now."""
    checked = one.state in HAS_LEDGER
    open_ = asked is not None and is_open(asked, now)
    to_ask = one.state is _S.CHECKED or (one.state is _S.ASKED and not open_)
    going = one.state in _SIGNED and whole and anybody
    possible = {
        "keep": one.state in CHANGEABLE and may(session.role, Action.KEEP_CAMPAIGN),
        "check": one.state in CHANGEABLE and ready and may(session.role, Action.CHECK_CAMPAIGN),
        "list": checked,
        "preview": checked and anybody,
        "ask": to_ask and going and may(session.role, Action.APPROVE_CAMPAIGN),
        "approve": one.state is _S.ASKED and open_ and going and may(session.role, Action.APPROVE_CAMPAIGN),
        "start": one.state is _S.APPROVED and going and may(session.role, Action.START_CAMPAIGN),
        "stop": one.state not in (_S.DONE, _S.STOPPED) and may(session.role, Action.PAUSE_CAMPAIGN),
        "hand-out": checked and may(session.role, Action.EXPORT_EXCLUDED),
    }
    return tuple(name for name, can in possible.items() if can)


def rows(people: dict[str, Person], ledger: Iterable[CampaignPerson]) -> tuple[CampaignRow, ...]:
    """In the order of the ledger; whoever is not there any more has no name."""
    return tuple(_row(people.get(one.person), one) for one in ledger)


def _row(person: Person | None, one: CampaignPerson) -> CampaignRow:
    return CampaignRow(
        person=one.person,
        name=person.name if person is not None else "",
        email=person.email if person is not None else "",
        phone=person.phone if person is not None else "",
        included=one.included,
        reason=one.reason,
        fix=fix_of(one.reason.code).value if one.reason is not None else "",
        method=one.method,
        variant=one.variant,
        message=one.message,
        late=one.late,
    )
