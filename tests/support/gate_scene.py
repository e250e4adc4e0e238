"""A practice whose people a campaign is tried on: what tests of the gate stand in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

from desktop.campaigns.content import content_hash
from desktop.campaigns.gate import Answer, AuthorizedAudience, Gate
from desktop.models import (
    campaignpeople,
    campaigns,
    segmentrows,
)
from desktop.models.campaigning import Campaign, CampaignId, CampaignPerson, CampaignState, TemplateId
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.purposes import MailPurpose
from desktop.models.records import (
    PersonId,
    Reason,
)
from desktop.models.rules import Every
from desktop.models.segmentrows import Segment
from desktop.models.standing import (
    EvidenceId,
    EvidenceKind,
    SegmentId,
)
from desktop.people.proofs import keep_note
from tests.practice.office import TUESDAY, Practice
from tests.support.campaigns import approved_template
from tests.support.kept import a_message

PAYER = "Harbor Pharma"
BUDGET, FULL = 60, 2_000
P = MailPurpose


class Scene:
    """A practice with a group and a letter; each example has a person of its own."""

    def __init__(self, office: Practice) -> None:
        self.office = office
        self.gate = Gate(office.clock)
        self.segments = {clinical: self._segment(clinical) for clinical in (False, True)}
        self.template: TemplateId = office.db.write(
            lambda tx: approved_template(tx, office.session.user, b"k" * 32, office.clock.now())
        )
        self.evidence: EvidenceId = office.db.write(
            lambda tx: keep_note(
                tx, EvidenceKind.FORM, "signed", "", TUESDAY - timedelta(9), office.clock.now(), ""
            )
        )

    def _segment(self, clinical: bool) -> SegmentId:
        id_, now = SegmentId(new_id()), self.office.clock.now()
        made = Segment(id_, f"Group {clinical}", Every(()), clinical, 1, self.office.session.user, now)
        self.office.db.write(lambda tx: segmentrows.put(tx, made, now))
        return id_

    def campaign(self, purpose: MailPurpose, **more: Any) -> Campaign:
        now = self.office.clock.now()
        one = Campaign(
            *(CampaignId(new_id()), "C", CampaignState.DRAFT, 1, purpose, self.office.session.user, now, now),
            payer=PAYER if purpose is P.PAID else "",
            segment=self.segments[False],
            template=self.template,
            template_version=1,
        )
        one = replace(one, **more)
        self.office.db.write(lambda tx: campaigns.insert_new(tx, one))
        return one

    def ask(self, one: Campaign, who: PersonId) -> Answer:
        def look(tx: Tx) -> Answer:
            return self.gate.ask(tx, self.gate.terms(tx, one), {who: ""})

        return self.office.db.read(look)

    def running(self, one: Campaign, row: CampaignPerson) -> None:
        """As if it had been approved with this row, and had begun."""
        now = self.office.clock.now()

        def begin(tx: Tx) -> None:
            campaignpeople.replace_all(tx, one.id, [row])
            steps = (
                CampaignState.DRAFT,
                CampaignState.CHECKED,
                CampaignState.APPROVED,
                CampaignState.RUNNING,
            )
            for frm, to in pairwise(steps):
                assert campaigns.move(tx, one.id, frm, to, now, content=content_hash(tx, one))

        self.office.db.write(begin)

    def ask_again(self, one: Campaign, who: PersonId) -> AuthorizedAudience | Reason:
        message = a_message(who, kind="campaign", source=one.id)
        return self.office.db.read(lambda tx: self.gate.ask_again(tx, [message]))[message.id]
