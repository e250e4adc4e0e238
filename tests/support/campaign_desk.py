"""A manager at work on campaigns, with people of whom each has something else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from desktop.access.roles import Purpose
from desktop.compliance.campaign_approval import refuse_start
from desktop.models import campaigns, people
from desktop.models.accounts import Role, Session
from desktop.models.campaigning import CampaignId, CampaignState, TemplateId
from desktop.models.database import Tx
from desktop.models.purposes import MailPurpose
from desktop.models.records import Baa, Method
from desktop.models.standing import SegmentId
from desktop.office.values import ImportRequest
from desktop.office.values_campaigns import (
    CampaignRequest,
    CampaignRules,
    CampaignShown,
    CampaignVerdict,
)
from desktop.office.values_practice import RelayRequest
from desktop.office.values_segments import SegmentRequest
from desktop.paths import PracticeFolder
from tests.made_practice import PEOPLE, MovedClock
from tests.made_rows_campaigns import EVERYBODY
from tests.made_staff import HER_PASSWORD, Keyring, Staff, desk_of
from tests.support.campaigns import approved_template
from tests.support.kept import a_person

S = CampaignState


class Desk:
    """One practice with two administrators, a group of everybody and an approved letter."""

    def __init__(self, staff: Staff) -> None:
        self.staff = staff
        self.office, session = staff.at_work()
        staff.add(self.office, session, "bo", Role.ADMINISTRATOR)
        self.office.import_people(session, ImportRequest("people.csv", data=PEOPLE))
        baa = Baa("Relay Inc.", date(2026, 1, 1), date(2027, 1, 1), "e-mail")
        asked = RelayRequest(
            *("First", "localhost", 1, "implicit", "office", "office@elmstreet.example.com", baa, "secret"),
            required_tls="account",
        )
        self.office.add_relay(session, asked)
        self.bo = staff.enter(self.office, "bo", code=staff.code("bo"), password=HER_PASSWORD).session
        self.session = self.proved(session)
        self.write(_one_without_a_safe_way)
        self.segment = self.group("Everybody", EVERYBODY)
        self.template = self.letter()

    def proved(self, session: Session) -> Session:
        guard = desk_of(self.office).guard
        guard.touch(session)
        for purpose in Purpose:
            guard.prove(session, purpose)
        return session

    def group(self, name: str, rule: str) -> SegmentId:
        return SegmentId(self.office.keep_segment(self.session, SegmentRequest(name, rule)).line.id)

    def write(self, work: Any) -> Any:
        return desk_of(self.office).opened().database.write(work)

    def letter(self, purpose: MailPurpose = MailPurpose.TREATMENT, **more: Any) -> TemplateId:
        private = desk_of(self.office).vault_of(self.session).signing_key()
        now = self.staff.clock.now()

        def make(tx: Tx) -> TemplateId:
            return approved_template(tx, self.session.user, private, now, purpose, **more)

        made: TemplateId = self.write(make)
        return made

    def request(self, **more: Any) -> CampaignRequest:
        asked = CampaignRequest("Spring", segment=self.segment, template=self.template)
        return replace(asked, **more)

    def kept(self, **more: Any) -> CampaignShown:
        return self.office.keep_campaign(self.session, self.request(**more))

    def checked(self, **more: Any) -> CampaignShown:
        return self.office.check_campaign(self.session, self.kept(**more).line.id)

    def signed_always(self) -> None:
        self.office.set_campaign_rules(self.session, CampaignRules(above=0))

    def approved(self, session: Session, shown: CampaignShown) -> CampaignShown:
        verdict = CampaignVerdict(shown.line.id, True, shown.content, shown.audience)
        return self.office.approve_campaign(session, verdict)

    def refuse_start(self, id_: CampaignId) -> None:
        def look(tx: Tx) -> None:
            one = campaigns.get(tx, id_)
            assert one is not None
            refuse_start(tx, one, self.staff.clock.now(), tied=True)

        desk_of(self.office).opened().database.read(look)


@contextmanager
def shared_desk(staffed: Staff, folder: Path) -> Iterator[Desk]:
    """One practice for all tests of a file: signing in costs seconds."""
    shutil.copytree(staffed.folder.root, folder / "practice")
    keyring = Keyring()
    keyring.kept.update(staffed.keyring.kept if staffed.keyring is not None else {})
    place = PracticeFolder(folder / "practice")
    staff = Staff(place, MovedClock(), keyring, staffed.made, dict(staffed.secrets))
    try:
        yield Desk(staff)
    finally:
        staff.close()


def _one_without_a_safe_way(tx: Tx) -> None:
    people.insert(tx, a_person(first_name="Nadia", last_name="Nowhere", preferred_method=Method.NONE))
