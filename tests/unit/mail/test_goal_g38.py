"""G38: two programs at one practice. One sends, the other is refused at once, and nothing leaves twice.

Each program has a connection of its own; ten races here, a hundred with `dev.py soak`.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from desktop.audit.log import AuditLog
from desktop.errors import VaultError
from desktop.mail.outbox import Keep, Outbox, Outcome
from desktop.models import messages
from desktop.models.database import Database, Tx
from desktop.models.ids import new_id
from desktop.models.records import Message, MessageId, State
from desktop.sync.lease import SendingLease
from tests.practice.office import Practice
from tests.support.kept import a_message

LOCK = (b"k" * 32, b"s" * 16, b"v" * 16, 1)
WAY = (State.CONNECTING, State.ENVELOPE, State.DATA)


class Program:
    """What a window or a command does with the outbox, without a network."""

    def __init__(self, path: Path, office: Practice) -> None:
        self.database = Database.open(path, *LOCK)
        self.clock = office.clock
        self.outbox = Outbox(office.clock, AuditLog("test", office.clock))
        self.lease = SendingLease(office.clock)
        self.sent: list[MessageId] = []
        self.refused = 0.0

    def run(self, start: threading.Barrier) -> None:
        start.wait()
        began = time.monotonic()
        try:
            took = self.database.write(self.lease.take)
        except VaultError as error:
            if error.code != "database-busy":
                raise
            took = False
        if not took:
            self.refused = time.monotonic() - began
            return
        while self.database.write(self.turn):
            pass
        self.database.write(self.lease.give_back)

    def turn(self, tx: Tx) -> int:
        def keep(_tx: Tx, rows: Sequence[Message]) -> list[Keep]:
            return [Keep() for _ in rows]

        claimed = self.outbox.claim(tx, self.lease.holder, {"reminder": keep}, 3)
        for row in self.outbox.advance_all(tx, claimed, *WAY):
            self.sent.append(row.message.id)
            done = Outcome(State.ACCEPTED, "250 ok", through=(State.DOT_SENT,))
            self.outbox.settle(tx, row.message.id, done)
        return len(claimed)


def race(office: Practice, path: Path, rows: int = 12) -> tuple[Program, Program]:
    person, now = office.person(), office.clock.now()

    def queue(tx: Tx) -> None:
        for _ in range(rows):
            one = a_message(person.id, source=new_id(), not_before=now, relay=office.relay.id)
            messages.insert(tx, one, b"wire", "{}")

    office.db.write(queue)
    both = Program(path, office), Program(path, office)
    start = threading.Barrier(2)
    threads = [threading.Thread(target=one.run, args=(start,)) for one in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in both:
        one.database.close()
    return both


def races(office: Practice, path: Path, number: int) -> None:
    for _ in range(number):
        both = race(office, path)
        sent = Counter(id_ for one in both for id_ in one.sent)
        assert set(sent.values()) == {1}
        assert sum(sent.values()) == 12
        assert max(one.refused for one in both) < 2.0
    assert office.db.read(messages.counts) == {State.ACCEPTED: 12 * number}


def test_g38_nothing_leaves_twice_in_ten_races(office: Practice, tmp_path: Path) -> None:
    races(office, tmp_path / "practice.db", 10)


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_g38_nothing_leaves_twice_in_a_hundred_races(office: Practice, tmp_path: Path) -> None:
    races(office, tmp_path / "practice.db", 100)


def test_g38_who_comes_second_is_refused_at_once_while_the_first_sends(
    office: Practice, tmp_path: Path
) -> None:
    office.take_lease("1-somebody")
    second = Program(tmp_path / "practice.db", office)
    try:
        second.run(threading.Barrier(1))
        assert second.sent == []
        assert 0 < second.refused < 2.0
    finally:
        second.database.close()
