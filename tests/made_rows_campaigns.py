"""How to call the use cases of campaigns until they are approved."""

from __future__ import annotations

from typing import Any

from desktop.models import people, rules
from desktop.models.accounts import Session
from desktop.models.campaigning import TemplateId
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.records import Method, Status
from desktop.models.rules import Condition, Op
from desktop.models.standing import SegmentId
from desktop.office.values_campaigns import (
    AudienceQuery,
    CampaignRequest,
    CampaignRules,
    CampaignVerdict,
    PreviewRequest,
)
from desktop.office.values_segments import SegmentRequest
from tests.made_staff import desk_of, without_printer
from tests.support.campaigns import approved_template
from tests.support.kept import a_person

EVERYBODY = rules.to_text(Condition("status", Op.IS, (Status.ACTIVE.value,)))


def _group(world: Any, session: Session) -> SegmentId:
    asked = SegmentRequest(f"Everybody {new_id()[:8]}", EVERYBODY)
    return SegmentId(world.office.keep_segment(session, asked).line.id)


def _template(world: Any, session: Session) -> TemplateId:
    """Approved by its writer, as a practice of one does it."""
    opened, vault = desk_of(world.office).opened(), desk_of(world.office).vault_of(session)

    def make(tx: Tx) -> TemplateId:
        return approved_template(tx, session.user, vault.signing_key(), world.staff.clock.now())

    return opened.database.write(make)


def ready_for_campaigns(world: Any) -> None:
    """A group, a letter that is approved, and somebody who has to be called."""
    desk_of(world.office).opened().database.write(
        lambda tx: people.insert(tx, a_person(first_name="Nadia", preferred_method=Method.NONE))
    )
    world.kept["campaign-group"] = _group(world, world.session)
    world.kept["campaign-template"] = _template(world, world.session)


def _keep(world: Any, session: Session) -> None:
    asked = CampaignRequest(
        "Spring", segment=world.kept["campaign-group"], template=world.kept["campaign-template"]
    )
    world.kept["campaign"] = world.office.keep_campaign(session, asked).line.id


def _shown(world: Any, session: Session) -> Any:
    return world.office.show_campaign(session, world.kept["campaign"])


def _approve(world: Any, session: Session) -> None:
    """A second administrator signs; who is alone waits."""
    shown = _shown(world, session)
    verdict = CampaignVerdict(shown.line.id, False, shown.content, shown.audience)
    world.office.approve_campaign(session, verdict)


def _ask(world: Any, session: Session) -> None:
    world.office.ask_campaign(session, world.kept["campaign"])


CAMPAIGNS = {
    "keep_campaign": _keep,
    "list_campaigns": lambda w, s: w.office.list_campaigns(s),
    "set_campaign_rules": lambda w, s: w.office.set_campaign_rules(s, CampaignRules(above=0)),
    "campaign_rules": lambda w, s: w.office.campaign_rules(s),
    "check_campaign": lambda w, s: w.office.check_campaign(s, w.kept["campaign"]),
    "show_campaign": _shown,
    "list_audience": lambda w, s: w.office.list_audience(s, AudienceQuery(w.kept["campaign"])),
    "preview_campaign": lambda w, s: w.office.preview_campaign(s, PreviewRequest(w.kept["campaign"])),
    "print_excluded": lambda w, s: without_printer(
        lambda: w.office.print_excluded(s, w.kept["campaign"], "call-list")
    ),
    "ask_campaign": _ask,
    "approve_campaign": _approve,
}
