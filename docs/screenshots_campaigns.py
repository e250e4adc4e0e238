"""Campaigns on their five pages, for `docs/screenshots.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.models import rules
from desktop.models.accounts import Session
from desktop.models.purposes import MailPurpose
from desktop.models.records import Status
from desktop.models.rules import Condition, Op
from desktop.office.api import Office
from desktop.office.values_campaigns import CampaignRequest
from desktop.office.values_segments import SegmentRequest
from desktop.office.values_templates import TemplateKeep, TemplateWords
from desktop.ui.campaigns.page import CampaignsPage
from desktop.ui.campaigns.place import CAMPAIGNS, CampaignsPlace
from desktop.ui.campaigns.preview import PreviewDialog
from desktop.ui.campaigns.wizard import CHECK, STEPS

if TYPE_CHECKING:
    from desktop.ui.workspace import Workspace
    from docs.screenshots import Camera

_ANSWERS = {"paid": "no", "about": "care"}
_TEXTS = {
    "en": TemplateWords(
        "News from Elm Street",
        "# Time for your flu shot\n\nHello {{ first_name }},\n\nthis month we have free times for your flu"
        " shot. It takes ten minutes.",
    ),
    "es": TemplateWords(
        "Noticias de Elm Street",
        "# Es hora de vacunarse\n\nHola, {{ first_name }}:\n\neste mes tenemos horas libres para su vacuna"
        " contra la gripe. Son diez minutos.",
    ),
}


def add_campaign(office: Office, session: Session) -> None:
    """A group, an approved letter, and a campaign that was checked."""
    everybody = rules.to_text(Condition("status", Op.IS, (Status.ACTIVE.value,)))
    group = office.keep_segment(session, SegmentRequest("Everybody", everybody)).line.id
    asked = TemplateKeep("Flu shots this month", "care", MailPurpose.TREATMENT, _TEXTS, answers=_ANSWERS)
    kept = office.keep_template(session, asked)
    letter = office.approve_template(session, kept.line.id, kept.number).line.id
    made = office.keep_campaign(
        session, CampaignRequest("Flu shots", answers=_ANSWERS, segment=group, template=letter)
    )
    office.check_campaign(session, made.line.id)


def at_work(camera: Camera, workspace: Workspace) -> None:
    workspace.campaigns(CAMPAIGNS)
    place = workspace.pages["campaigns"]
    page = place.tabs.pages[CAMPAIGNS] if isinstance(place, CampaignsPlace) else None
    if not isinstance(page, CampaignsPage):
        raise TypeError("campaigns are another page")
    camera.take("campaigns")
    page.open_campaign(page.rows.rows[0].id)
    camera.settle()
    for step in STEPS:
        page.wizard.go(step)
        camera.take(f"campaign-{step}")
        if step == CHECK:
            shown = page.wizard.shown
            if shown is not None:
                check = page.wizard.check
                camera.dialog(
                    "campaign-letter", PreviewDialog(camera.ui, workspace.session, shown.line.id, None, check)
                )
    page.show_list()
    camera.settle()
