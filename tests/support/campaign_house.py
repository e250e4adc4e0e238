"""A practice with people for a campaign, real servers and a background service of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from pathlib import Path

import pyotp

from demo.relay import Received
from desktop.access.roles import Purpose
from desktop.assembly import build_office
from desktop.clock import SystemClock
from desktop.models.accounts import Role, Session
from desktop.models.campaigning import CampaignId
from desktop.models.delivery import Hours
from desktop.models.records import Consent, Method
from desktop.models.standing import Use
from desktop.office.api import Office
from desktop.office.values_campaigns import AudienceQuery, CampaignRow
from desktop.office.values_entry import Credentials
from desktop.office.values_running import OptOutRequest, RunShown
from desktop.paths import PracticeFolder
from tests.end2end.test_ways import answer_to
from tests.made_practice import PASSWORD, USER, MovedClock
from tests.made_staff import Staff, desk_of
from tests.servers.house import MailHouse, mail_house
from tests.servers.pulled import Pulled
from tests.support.crowd import BOUNCES, Member, crowd, remind, settle_in
from tests.support.service import Service, make_practice

MANAGER = "mia"
ADDRESS = "1 Main St, Springfield, IL 62701"
ROUND_TRIP = 0.2
"""Seconds: four letters leave in one, so that something can happen meanwhile."""


@dataclass
class Scene:
    """A practice with its people, its servers and its background service; somebody is before the window."""

    house: MailHouse
    line: Pulled
    service: Service
    people: tuple[Member, ...]
    her_secret: str = field(repr=False)
    saved: Iterator[str] = field(repr=False)
    reminded: int
    hers: int = 0

    def her_code(self) -> str:
        """As `Service.code`."""
        at = SystemClock().now() + timedelta(seconds=30 * self.hers)
        self.hers += 1
        return pyotp.TOTP(self.her_secret).at(at)

    @property
    def group(self) -> list[Member]:
        return [one for one in self.people if one.in_group]

    @property
    def meant(self) -> list[Member]:
        return [one for one in self.people if one.gets_it]

    @property
    def received(self) -> list[Received]:
        """What left since the window was opened."""
        return self.house.sink.received[self.reminded :]

    def named(self, address: str) -> Member:
        return next(one for one in self.people if one.email == address)


@contextmanager
def scene(folder: Path, size: int) -> Iterator[Scene]:
    """It is noon of a day on which campaigns may leave."""
    clock = SystemClock()
    now = clock.now()
    people = crowd(size, now.date())
    with ExitStack() as stack:
        house = stack.enter_context(mail_house(folder))
        line = stack.enter_context(Pulled(house.postfix.submissions, ROUND_TRIP))
        practice = PracticeFolder(folder / "practice")
        service = Service(practice, make_practice(practice.root, zone=f"Etc/GMT{now.hour - 12:+d}"))
        office = build_office(practice, clock, device_store=lambda: None)
        stack.callback(service.end)
        try:
            session = office.sign_in(service.credentials()).session
            staff = Staff(practice, MovedClock(), None, service.made)
            staff.add(office, session, MANAGER, Role.MANAGER)
            open_every_day(office, session)
            office.add_relay(session, replace(house.relay(), port=line.port))
            office.add_mailbox(session, house.mailbox())
            settle_in(office, session, people, now)
            reminded = remind(office, session, people, now.date() + timedelta(days=1), now)
            saved = iter(office.new_recovery_codes(session).codes)
        finally:
            office.close()
        assert len(house.sink.received) == reminded
        yield Scene(house, line, service, people, staff.secrets[MANAGER], saved, reminded)


def open_every_day(office: Office, session: Session) -> None:
    facts = office.show_practice(session).facts
    office.set_practice(session, replace(facts, address=ADDRESS))
    desk_of(office).guard.prove(session, Purpose.USERS)
    rules = office.show_sending_rules(session)
    office.set_sending_rules(session, replace(rules, campaigns=Hours(time(), time())))


@dataclass
class Watching:
    """A second window's view of the same service, by the other person's hands."""

    scene: Scene
    office: Office
    session: Session
    id: CampaignId

    @classmethod
    def of(cls, scene: Scene) -> Watching:
        office = scene.service.office().as_office()
        given = Credentials(USER, password=PASSWORD, recovery_code=next(scene.saved))
        session = office.sign_in(given).session
        (line,) = office.list_campaigns(session).campaigns
        return cls(scene, office, session, line.id)

    def run(self) -> RunShown:
        self.office.touch(self.session)
        return self.office.campaign_progress(self.session, self.id)

    def rows(self) -> dict[str, CampaignRow]:
        """The ledger by name."""
        found: list[CampaignRow] = []
        while some := self.office.list_audience(self.session, AudienceQuery(self.id, offset=len(found))).rows:
            found += some
        return {row.name: row for row in found}

    def refuses(self, row: CampaignRow) -> bool:
        shown = self.office.show_consent(self.session, row.person)
        return any(one.use is Use.MARKETING and one.state is Consent.REFUSED for one in shown.uses)

    def somebody(self, *, reached: bool) -> Member:
        """Whose letter is still to leave, or has left: by the usual way, to an address of their own."""
        there = {one.recipients[0] for one in self.scene.received}
        shared = Counter(one.email for one in self.scene.people)
        return next(
            one
            for one in self.scene.meant
            if one.way is Method.TLS
            and one.kind != BOUNCES
            and shared[one.email] == 1
            and (one.email in there) == reached
        )

    def says_no_by_mail(self) -> Member:
        """In answer to the letter that they have got."""
        who = self.somebody(reached=True)
        (letter,) = (one for one in self.scene.received if one.recipients == (who.email,))
        self.scene.house.mailboxes.deliver(answer_to(letter.wire, "STOP", who.email))
        return who

    def says_no_at_the_desk(self) -> Member:
        who = self.somebody(reached=False)
        row = self.rows()[f"{who.first} {who.last}"]
        self.office.take_opt_out(self.session, OptOutRequest("by-phone", row.person))
        return who
