"""G27: the disk is full at the Nth write of the outbox: it says so, and what was committed stands.

The operating system itself refuses: no file may grow beyond a limit (setrlimit(2)), which lies a
page further off each time. Some places here, every one with `dev.py soak`.
"""

from __future__ import annotations

import resource
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from desktop.errors import VaultError
from desktop.mail.outbox import Keep, Outcome
from desktop.models import audit, messages
from desktop.models.database import Database, Tx
from desktop.models.ids import new_id
from desktop.models.records import Message, MessageId, Reason, State
from tests.practice.office import HOLDER, Practice, practice
from tests.support.kept import a_message

LOCK = (b"k" * 32, b"s" * 16, b"v" * 16, 1)
PAGE = 4096
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such limit there")


@contextmanager
def room(size: int) -> Iterator[None]:
    """No file of this process grows beyond `size` meanwhile."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    held = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, held)


class Work:
    """What a run writes, one transaction after the other; `stands` is what was told to be on disk."""

    def __init__(self, office: Practice) -> None:
        self.office = office
        self.person = office.person().id
        self.stands: dict[MessageId, State] = {}
        self.records = 0

    def queue(self, tx: Tx) -> dict[MessageId, State]:
        now, made = self.office.clock.now(), {}
        for _ in range(3):
            row = a_message(self.person, source=new_id(), not_before=now, relay=self.office.relay.id)
            messages.insert(tx, row, b"w" * 3000, "{}")
            made[row.id] = row.state
        return made

    def send(self, tx: Tx) -> dict[MessageId, State]:
        def keep(_tx: Tx, rows: Sequence[Message]) -> list[Keep]:
            return [Keep() for _ in rows]

        claimed = self.office.outbox.claim(tx, HOLDER, {"reminder": keep}, 2)
        way = (State.CONNECTING, State.ENVELOPE, State.DATA)
        self.office.outbox.advance_all(tx, claimed, *way)
        return {row.message.id: State.DATA for row in claimed}

    def settle(self, tx: Tx) -> dict[MessageId, State]:
        flying = [row.id for row in messages.by_states(tx, (State.DATA,))]
        ends = (State.ACCEPTED, State.UNCERTAIN)
        done = {id_: ends[number % 2] for number, id_ in enumerate(flying)}
        for id_, state in done.items():
            reason = Reason("no-receipt") if state is State.UNCERTAIN else None
            self.office.outbox.settle(tx, id_, Outcome(state, "250 ok", reason, through=(State.DOT_SENT,)))
        return done

    def until_full(self) -> str:
        for _ in range(200):
            for step in (self.queue, self.send, self.settle):
                try:
                    self.stands |= self.office.db.write(step)
                except VaultError as error:
                    return error.code
        raise AssertionError("the disk was never full")


def full_at(folder: Path, pages: int) -> None:
    """Work until no page more fits, then look at what is there: in this program and in the next."""
    folder.mkdir()
    path = folder / "practice.db"
    with practice(folder) as office:
        office.take_lease()
        work = Work(office)
        wal = path.with_name("practice.db-wal")
        with room(max(path.stat().st_size, wal.stat().st_size) + pages * (PAGE + 24)):
            assert work.until_full() in ("disk-full", "database-unwritable")
            assert states(office.db) == work.stands
        work.stands |= office.db.write(work.queue)
    database = Database.open(path, *LOCK)
    try:
        database.integrity()
        assert states(database) == work.stands
        numbers = [record.seq for record in database.read(lambda tx: list(audit.records(tx)))]
        assert numbers == list(range(1, len(numbers) + 1))
    finally:
        database.close()


def states(database: Database) -> dict[MessageId, State]:
    return {row.id: row.state for row in database.read(lambda tx: messages.listing(tx, limit=10_000))}


def test_g27_a_full_disk_loses_nothing_that_was_committed(tmp_path: Path) -> None:
    for pages in (0, 1, 2, 5, 11, 23, 40):
        full_at(tmp_path / str(pages), pages)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_g27_a_full_disk_at_every_write(tmp_path: Path) -> None:
    for pages in range(500):
        full_at(tmp_path / str(pages), pages)
