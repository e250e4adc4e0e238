"""Campaigns as they are kept, and what of a template and a group their approval rests on.

A campaign changes by `change` alone, which refuses what was not seen, and goes on by `move` alone,
which knows no step but those of `campaigning.NEXT`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from desktop.frozen import dataclass
from desktop.models.accounts import UserId
from desktop.models.campaigning import (
    NEXT,
    Campaign,
    CampaignId,
    CampaignSchedule,
    CampaignState,
    TemplateId,
    Variant,
)
from desktop.models.columns import utc_text, utc_value
from desktop.models.lanes import Tx
from desktop.models.purposes import MailPurpose
from desktop.models.standing import SegmentId
from desktop.models.tables_campaigns import (
    campaign,
    campaign_person,
)
from desktop.models.tables_people import segment

CHANGEABLE = frozenset(one for one, then in NEXT.items() if CampaignState.DRAFT in then) | {
    CampaignState.DRAFT
}
"""States from which a change leads back to the draft; later nothing of it changes."""


def insert_new(tx: Tx, one: Campaign) -> None:
    row = {"id": one.id, "state": one.state.value, "by": one.by, "made_at": one.made_at}
    tx.connection.execute(insert(campaign).values(**row, version=one.version, **_values(one)))


def get(tx: Tx, id_: CampaignId) -> Campaign | None:
    row = tx.connection.execute(select(campaign).where(campaign.c.id == id_)).one_or_none()
    return _campaign(row) if row is not None else None


def listing(tx: Tx, limit: int = 500) -> list[Campaign]:
    """Newest change first."""
    query = select(campaign).order_by(campaign.c.changed_at.desc(), campaign.c.id).limit(limit)
    return [_campaign(row) for row in tx.connection.execute(query)]


def in_states(tx: Tx, states: frozenset[CampaignState]) -> list[Campaign]:
    """Oldest change first."""
    wanted = campaign.c.state.in_(sorted(state.value for state in states))
    query = select(campaign).where(wanted).order_by(campaign.c.changed_at, campaign.c.id)
    return [_campaign(row) for row in tx.connection.execute(query)]


def change(tx: Tx, one: Campaign, seen: int) -> bool:
    """Keep what somebody changed of the version `seen`, as a draft without check or approval; False, and
    nothing changed, where that is another by now or cannot be changed any more."""
    there = (
        campaign.c.id == one.id,
        campaign.c.version == seen,
        campaign.c.state.in_([state.value for state in CHANGEABLE]),
    )
    nothing = {"content": "", "audience": "", "approval": None, "checked_at": None, "approved_at": None}
    again = {"state": CampaignState.DRAFT.value, "version": seen + 1, **nothing}
    done = update(campaign).where(*there).values({**_values(one), **again})
    return tx.connection.execute(done).rowcount == 1


def move(tx: Tx, id_: CampaignId, frm: CampaignState, to: CampaignState, now: datetime, **also: Any) -> bool:
    """From one state to the next, with columns that change with it; False where it stands elsewhere.

    Raises ValueError for a step that there is not: a bug.
    """
    if to not in NEXT[frm] and to is not frm:
        raise ValueError(f"{frm} {to}")
    there = campaign.c.id == id_, campaign.c.state == frm.value
    values = {"state": to.value, "changed_at": now, **also}
    return tx.connection.execute(update(campaign).where(*there).values(**values)).rowcount == 1


def counts(tx: Tx) -> dict[CampaignId, tuple[int, int]]:
    """How many each has included and left out."""
    query = select(campaign_person.c.campaign, func.sum(campaign_person.c.included), func.count()).group_by(
        campaign_person.c.campaign
    )
    return {CampaignId(id_): (yes, of - yes) for id_, yes, of in tx.connection.execute(query)}


# --- what it rests on --------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """What stays known of a group, also once it is retired."""

    name: str
    clinical: bool
    version: int
    retired: bool


def group(tx: Tx, id_: SegmentId) -> Group | None:
    query = select(segment.c.name, segment.c.clinical, segment.c.version, segment.c.retired_at)
    row = tx.connection.execute(query.where(segment.c.id == id_)).one_or_none()
    return Group(row.name, bool(row.clinical), row.version, row.retired_at is not None) if row else None


# --- as it is kept -----------------------------------------------------------------------


def _values(one: Campaign) -> dict[str, Any]:
    """What a person writes of it."""
    return {
        "name": one.name,
        "purpose": one.purpose.value,
        "answers": dict(one.answers),
        "payer": one.payer,
        "segment": one.segment,
        "segment_version": one.segment_version,
        "without": list(one.without),
        "template": one.template,
        "template_version": one.template_version,
        "variants": [variant_data(variant) for variant in one.variants],
        "schedule": schedule_data(one.schedule),
        "changed_at": one.changed_at,
    }


def variant_data(one: Variant) -> dict[str, Any]:
    return {"name": one.name, "template": one.template, "version": one.version, "share": one.share}


def schedule_data(one: CampaignSchedule) -> dict[str, Any]:
    """As JSON holds it; the same for the same schedule."""
    return {
        "starts": utc_text(one.starts) if one.starts is not None else None,
        "first": one.first.isoformat("minutes") if one.first is not None else None,
        "last": one.last.isoformat("minutes") if one.last is not None else None,
        "days": list(one.days),
        "per_hour": one.per_hour,
        "per_domain_hour": one.per_domain_hour,
        "by_slots": one.by_slots,
        "resend_uncertain": one.resend_uncertain,
    }


def _schedule(data: Mapping[str, Any]) -> CampaignSchedule:
    if not data:
        return CampaignSchedule()
    first, last = data["first"], data["last"]
    return CampaignSchedule(
        starts=utc_value(data["starts"]) if data["starts"] else None,
        first=time.fromisoformat(first) if first else None,
        last=time.fromisoformat(last) if last else None,
        days=tuple(data["days"]),
        per_hour=data["per_hour"],
        per_domain_hour=data["per_domain_hour"],
        by_slots=data["by_slots"],
        resend_uncertain=data["resend_uncertain"],
    )


def _campaign(row: Row[Any]) -> Campaign:
    return Campaign(
        id=CampaignId(row.id),
        name=row.name,
        state=CampaignState(row.state),
        version=row.version,
        purpose=MailPurpose(row.purpose),
        by=UserId(row.by),
        made_at=row.made_at,
        changed_at=row.changed_at,
        answers=row.answers,
        payer=row.payer,
        segment=SegmentId(row.segment) if row.segment else None,
        segment_version=row.segment_version,
        without=tuple(CampaignId(id_) for id_ in row.without),
        template=TemplateId(row.template) if row.template else None,
        template_version=row.template_version,
        variants=tuple(
            Variant(one["name"], TemplateId(one["template"]), one["version"], one["share"])
            for one in row.variants
        ),
        schedule=_schedule(row.schedule),
        content=row.content,
        audience=row.audience,
        approval=row.approval,
        checked_at=row.checked_at,
        approved_at=row.approved_at,
        started_at=row.started_at,
        started_by=UserId(row.started_by) if row.started_by else None,
        ended_at=row.ended_at,
        ended_why=row.ended_why,
    )
