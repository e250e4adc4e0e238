"""Random walks: whatever happens to the outbox, nothing is lost and nothing goes out twice.

The relay of this test remembers what it took. A model keeps the promise of the design:
each message is waiting, in flight, uncertain or at an end, and was taken at most once.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from desktop.errors import Refused
from desktop.mail.letters import Draft
from desktop.mail.outbox import Cancel, Claimed, Keep, Outcome, Verdict
from desktop.mail.states import IN_FLIGHT, TERMINAL, WAITING
from desktop.models import messages
from desktop.models.database import Tx
from desktop.models.records import Label, Message, MessageId, Reason, State
from tests.practice.office import HOLDER, Practice, practice

_PHASES = (State.CONNECTING, State.ENVELOPE, State.DATA, State.DOT_SENT)


class Walk:
    """One clumsy sender that crashes, is cancelled and meets a moody relay."""

    def __init__(self, office: Practice, seed: int) -> None:
        self.office = office
        self.dice = random.Random(seed)
        self.person = office.person()
        self.queued: set[MessageId] = set()
        self.taken: Counter[MessageId] = Counter()
        office.take_lease()

    def step(self) -> None:
        act = self.dice.choice(
            (self.queue, self.carry, self.carry, self.carry, self.undo, self.wait, self.crash)
        )
        act()

    def queue(self) -> None:
        draft = Draft(self.person.id, "Hello", "A text.", label=Label.ROUTINE)
        prepared = self.office.db.read(lambda tx: self.office.letters.prepare(tx, draft))
        frozen = self.office.letters.seal(prepared, self.office.sealer)
        row = self.office.db.write(lambda tx: self.office.outbox.enqueue(tx, frozen, self.office.session))
        self.queued.add(row.id)

    def wait(self) -> None:
        self.office.clock.pass_(seconds=self.dice.choice((1, 10, 400, 5000)))

    def undo(self) -> None:
        if self.queued:
            wanted = self.dice.choice(sorted(self.queued))
            self.office.db.write(
                lambda tx: self.office.outbox.cancel(tx, wanted, Reason("cancelled-by-person"))
            )

    def crash(self) -> None:
        self.office.clock.boot += "'"
        self.office.take_lease()
        self.office.db.write(lambda tx: self.office.outbox.recover(tx, HOLDER))

    def carry(self) -> None:
        rechecks = {"letter": self.moody}
        rows = self.office.db.write(lambda tx: self.office.outbox.claim(tx, HOLDER, rechecks, 1))
        if not rows:
            return
        found = rows[0]
        end = self.dice.randrange(len(_PHASES) + 2)
        for phase in _PHASES[:end]:
            found = self.advance(found, phase)
        if found.message.state is State.DOT_SENT and self.dice.random() < 0.7:
            self.taken[found.message.id] += 1
        if end > len(_PHASES) - self.dice.randrange(2):
            self.settle(found)
        # else: the program died here, and only `crash` will mend it

    def moody(self, tx: Tx, rows: Sequence[Message]) -> list[Verdict]:
        no = Cancel(Reason("consent-refused"))
        return [no if self.dice.random() < 0.1 else Keep() for _ in rows]

    def advance(self, row: Claimed, to: State) -> Claimed:
        return self.office.db.write(lambda tx: self.office.outbox.advance(tx, row, to))

    def settle(self, row: Claimed) -> None:
        took = self.taken[row.message.id] > 0
        later = self.office.clock.now() + timedelta(minutes=5)
        honest = {
            State.DOT_SENT: (State.ACCEPTED, State.UNCERTAIN)
            if took
            else (State.DEFERRED, State.FAILED, State.UNCERTAIN),
            State.DATA: (State.DEFERRED, State.FAILED, State.UNCERTAIN),
            State.ENVELOPE: (State.QUEUED, State.DEFERRED, State.FAILED),
        }
        end = self.dice.choice(honest.get(row.message.state, (State.QUEUED,)))
        outcome = Outcome(end, "250 ok", Reason("connection-broke"), later if end in WAITING else None)
        self.office.db.write(lambda tx: self.office.outbox.settle(tx, row.message.id, outcome))

    def check(self) -> None:
        rows = {row.id: row for row in self.office.db.read(lambda tx: messages.listing(tx, limit=10_000))}
        assert set(rows) == self.queued
        assert max(self.taken.values(), default=0) <= 1
        for row in rows.values():
            assert row.state in WAITING | IN_FLIGHT | TERMINAL | {State.UNCERTAIN}
            if self.taken[row.id]:
                assert row.state in {State.DOT_SENT, State.UNCERTAIN, State.ACCEPTED}
            if row.state is State.ACCEPTED:
                assert self.taken[row.id] == 1


@pytest.mark.parametrize("seed", range(50))
def test_no_walk_loses_a_message_or_sends_one_twice(tmp_path: Path, seed: int) -> None:
    with practice(tmp_path) as office:
        walk = Walk(office, seed)
        for _ in range(40):
            walk.step()
            walk.check()
        walk.crash()
        walk.check()
        assert not office.db.read(lambda tx: messages.by_states(tx, IN_FLIGHT))


def test_a_row_in_flight_cannot_be_claimed_by_a_second_sender(tmp_path: Path) -> None:
    with practice(tmp_path) as office:
        walk = Walk(office, 1)
        walk.queue()
        office.clock.pass_(seconds=10)
        rechecks = {"letter": lambda _, rows: [Keep() for _ in rows]}
        assert office.db.write(lambda tx: office.outbox.claim(tx, HOLDER, rechecks, 9))
        assert not office.db.write(lambda tx: office.outbox.claim(tx, HOLDER, rechecks, 9))
        with pytest.raises(Refused, match="not-the-sender"):
            office.db.write(lambda tx: office.outbox.claim(tx, "2-other", rechecks, 9))
