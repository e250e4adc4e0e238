"""Random histories of a campaign (G31, G33, G35): no letter without a basis, none twice, sums that match."""

from __future__ import annotations

import random
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from desktop.campaigns.pacing import opens
from desktop.mail import standby
from desktop.mail.letterhead import Look, keep_look
from desktop.mail.outbox import Outcome
from desktop.models import campaignpeople, campaignruns, relays, sending
from desktop.models.campaigning import CampaignSchedule, CampaignState
from desktop.models.database import Tx
from desktop.models.delivery import RelaySending
from desktop.models.ids import new_id
from desktop.models.records import Consent, Message, Person, Reason, RelayId, State
from desktop.models.standing import Use
from desktop.people.merging import merge
from tests.practice.office import HOLDER, Practice, practice
from tests.support.running import Running
from tests.support.said import say

PEOPLE, STEPS = 8, 40
SOAK = 120
"""Histories; each takes about two seconds of one core."""


class History:
    """What happens to one campaign, step by step; each step of the program may be cut off by a crash."""

    other_look = False
    letters = 0

    def __init__(self, office: Practice, seed: int) -> None:
        self.chance = random.Random(seed)
        self.office = office
        self.run = Running(office)
        self.people = [office.person(f"P{at}", "Lopez", f"p{at}@mail.example") for at in range(PEOPLE)]
        self.gone: set[str] = set()
        """Who may not get it any more."""
        self.second = replace(office.relay, id=RelayId(new_id()), name="second", required_tls="")
        office.db.write(self._add_second)
        repeats = self.chance.random() < 0.5
        self.id = self.run.approve(schedule=CampaignSchedule(resend_uncertain=repeats))
        self.run.start(self.id)

    def go(self) -> None:
        often = (self.make, self.make, self.cut_off, self.send, self.send, self.send)
        seldom = (self.refuse, self.move_away, self.readdress, self.join, self.change_look, self.stand_in)
        steering = (self.pause, self.resume, self.settle, self.crash)
        for _ in range(STEPS):
            self.chance.choice((*often, *seldom, *steering))()
            self.office.clock.pass_(minutes=self.chance.choice((0, 1, 40)))
            self.look()
        self.resume()
        self.office.db.write(lambda tx: keep_look(tx, Look()))
        self.office.db.write(standby.give_back)
        for _ in range(6):
            self.office.clock.pass_(minutes=40)
            self.until_open()
            self.make()
            self.office.clock.pass_(minutes=1)
            self.run.send()
            self.settle()
        self.look()
        assert self.run.campaign(self.id).state is CampaignState.DONE

    def until_open(self) -> None:
        """Nothing leaves at night."""
        clock = self.office.clock
        opened = self.office.db.read(lambda tx: opens(tx, self.run.campaign_in(tx, self.id), clock.at))
        assert opened is not None
        clock.at = opened

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
        assert not self.other_look, "a letter that nobody signed"
        head = self.run.wire(row).partition(b"\r\n\r\n")[0]
        assert (head.count(b"\r\nTo: "), head.count(b"@mail.example")) == (1, 1), "not one recipient"
        assert row.relay == self.office.relay.id, "by a relay that may not carry it"
        self.letters += 1
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

    def join(self) -> None:
        """Two records turn out to be one person's: no letter to the other, none at all after one to it."""
        left = [one for one in self.people if one.id not in self.gone]
        if len(left) < 2:
            return
        kept, other = self.chance.sample(left, 2)
        self.gone |= {other.id} | ({kept.id} if self.run.wires[other.id] else set())
        office = self.office
        office.db.write(lambda tx: merge(tx, kept.id, other.id, office.session.user, office.clock.now()))

    def change_look(self) -> None:
        """Somebody changes the letterhead, or puts it back as it was signed."""
        self.other_look = self.chance.random() < 0.4
        look = Look(colour="#7a1fa2") if self.other_look else Look()
        self.office.db.write(lambda tx: keep_look(tx, look))

    def stand_in(self) -> None:
        """A relay that may carry nothing unsealed stands in for the first, or the first is back."""
        now, first = self.office.clock.now(), self.office.relay.id
        if self.chance.random() < 0.6:
            self.office.db.write(standby.give_back)
        else:
            why = Reason("unknown")
            self.office.db.write(lambda tx: standby.take_over(tx, first, why, now, now.date()))

    def _add_second(self, tx: Tx) -> None:
        relays.add(tx, self.second, "pass")
        sending.put(tx, RelaySending(self.second.id, standby=True))

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


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_over_many_histories(tmp_path: Path) -> None:
    letters = 0
    for seed in range(1_000, 1_000 + SOAK):
        folder = tmp_path / str(seed)
        folder.mkdir()
        with practice(folder) as office:
            history = History(office, seed)
            history.go()
            letters += history.letters
    sys.stdout.write(
        f"\nG31, G33, G35: {SOAK} histories, {letters} letters, none twice, none without a basis\n"
    )
