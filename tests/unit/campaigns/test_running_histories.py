"""Random histories of a campaign (G31, G33, G35): no letter without a basis, none twice, sums that match."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from desktop.mail.outbox import Outcome
from desktop.models import campaignpeople, campaignruns
from desktop.models.campaigning import CampaignSchedule, CampaignState
from desktop.models.records import Consent, Message, Person, Reason, State
from desktop.models.standing import Use
from tests.practice.office import HOLDER, Practice
from tests.support.running import Running
from tests.support.said import say

PEOPLE, STEPS = 8, 40


class History:
    """What happens to one campaign, step by step; each step of the program may be cut off by a crash."""

    def __init__(self, office: Practice, seed: int) -> None:
        self.chance = random.Random(seed)
        self.office = office
        self.run = Running(office)
        self.people = [office.person(f"P{at}", "Lopez", f"p{at}@mail.example") for at in range(PEOPLE)]
        self.gone: set[str] = set()
        """Who may not get it any more."""
        repeats = self.chance.random() < 0.5
        self.id = self.run.approve(schedule=CampaignSchedule(resend_uncertain=repeats))
        self.run.start(self.id)

    def go(self) -> None:
        steps = (self.make, self.make, self.cut_off, self.send, self.send, self.refuse, self.move_away)
        for _ in range(STEPS):
            self.chance.choice((*steps, self.readdress, self.pause, self.resume, self.settle, self.crash))()
            self.office.clock.pass_(minutes=self.chance.choice((0, 1, 40)))
            self.look()
        self.resume()
        for _ in range(4):
            self.office.clock.pass_(minutes=40)
            self.make()
            self.office.clock.pass_(minutes=1)
            self.run.send()
            self.settle()
        self.look()
        assert self.run.campaign(self.id).state is CampaignState.DONE

    # --- what may happen ---------------------------------------------------------------

    def make(self) -> None:
        self.run.make()

    def cut_off(self) -> None:
        """The power fails after a portion was sealed."""
        portion = self.office.db.read(self.run.making.portion)
        if portion is not None:
            self.run.making.seal(portion)

    def send(self) -> None:
        self.run.send(self.answer, want=self.chance.randint(1, PEOPLE))

    def answer(self, row: Message) -> Outcome:
        assert row.person not in self.gone, "a letter without a basis"
        later = self.office.clock.now() + timedelta(minutes=5)
        return self.chance.choice(
            (
                Outcome(State.ACCEPTED, "250 ok"),
                Outcome(State.ACCEPTED, "250 ok"),
                Outcome(State.DEFERRED, "421 later", Reason("unknown"), later),
                Outcome(State.FAILED, "550 no", Reason("address-refused")),
                Outcome(State.UNCERTAIN, "", Reason("connection-broke")),
            )
        )

    def crash(self) -> None:
        """Killed between the claim and the answer: a row stays in flight until the next run."""
        self.office.take_lease()
        claimed = self.office.db.write(lambda tx: self.office.outbox.claim(tx, HOLDER, self.run.rechecks, 1))
        for one in claimed:
            path = [State.CONNECTING, State.ENVELOPE, State.DATA][: self.chance.randint(0, 3)]
            if path:
                self.office.db.write(
                    lambda tx, one=one, path=path: self.office.outbox.advance(tx, one, *path)  # type: ignore[misc]
                )
        self.office.db.write(lambda tx: self.office.outbox.recover(tx, HOLDER))

    def refuse(self) -> None:
        who = self._somebody()
        self.gone.add(who.id)
        now = self.office.clock.now()
        self.office.db.write(lambda tx: say(tx, who.id, Consent.REFUSED, now, "paper", use=Use.MARKETING))

    def move_away(self) -> None:
        who = self._somebody()
        self.gone.add(who.id)
        self.run.suspend(who)

    def readdress(self) -> None:
        who = self._somebody()
        if who.id not in self.gone:
            self.run.readdress(who, f"{self.chance.randint(0, 10**9)}@mail.example")

    def pause(self) -> None:
        office, run = self.office, self.run
        office.db.write(lambda tx: run.runs.pause(tx, run.campaign_in(tx, self.id), office.session))

    def resume(self) -> None:
        self.office.db.write(lambda tx: self.run.runs.resume(tx, self.run.campaign_in(tx, self.id)))

    def settle(self) -> None:
        self.run.settle()

    def _somebody(self) -> Person:
        return self.chance.choice(self.people)

    # --- what holds at every moment ----------------------------------------------------

    def look(self) -> None:
        ends = self.office.db.read(lambda tx: campaignruns.ends(tx, self.id))
        included, excluded = self.office.db.read(lambda tx: campaignpeople.sums(tx, self.id))
        assert ends.included == included == PEOPLE
        assert excluded == 0
        assert all(count == 1 for count in self.run.wires.values()), "a letter twice"
        live = [row.person for row in self.run.messages()]
        assert len(live) == len(set(live))
        accepted = {row.person for row in self.run.messages() if row.state is State.ACCEPTED}
        assert accepted == set(self.run.wires)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_nobody_gets_it_without_a_basis_or_twice_and_nobody_is_lost(
    office: Practice, seed: int
) -> None:
    History(office, seed).go()
