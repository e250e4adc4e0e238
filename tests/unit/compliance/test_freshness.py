"""G24 and G26: how old the newest change is that no place outside this computer holds."""

from __future__ import annotations

from datetime import datetime

import pytest

from desktop.audit.acts import Act
from desktop.audit.events import Event
from desktop.audit.log import AuditLog
from desktop.compliance import freshness
from desktop.compliance.freshness import SAYS_NOTHING, Standing
from desktop.errors import Refused
from desktop.models import audit, backups, targets, tasks
from desktop.models.database import Database
from desktop.models.safekeeping import (
    FRESH,
    LOCKED,
    NEVER,
    STALE,
    Backup,
    BackupId,
    Place,
    Target,
    TargetId,
    TargetKind,
)
from desktop.models.tasks import TaskState
from tests.made_practice import MovedClock
from tests.unit.compliance.conftest import NOW

HOUR = 3600
USB = TargetId("e" * 32)


class Kept:
    """A database whose log has begun, its clock, and what may happen in it."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock = database, MovedClock()
        self.log = AuditLog("test", self.clock)
        self.happens(Event(Act.PRACTICE_CREATED, obj="d" * 32))

    def happens(self, event: Event) -> None:
        self.database.write(lambda tx: self.log.record(tx, event))

    def work(self) -> datetime:
        self.happens(Event(Act.PEOPLE_SHOWN, obj="f" * 32))
        return self.clock.now()

    def target(self) -> None:
        one = Target(USB, "USB", Place(TargetKind.USB, "/media/usb"), "c" * 32, NOW)
        self.database.write(lambda tx: targets.add(tx, one, ""))

    def backed_up(self, number: int = 1) -> None:
        head = self.database.read(audit.last)
        assert head is not None
        now = self.clock.now()
        one = Backup(
            *(BackupId(f"{number:032x}"), str(number), now, None, 1, head.seq, "0" * 64, "note"),
            *(1, 1, "0" * 64, now),
        )
        self.database.write(lambda tx: backups.add(tx, one))
        det: dict[str, str | int] = {"records": head.seq, "root": "0" * 64, "bytes": 1, "content": "0" * 64}
        self.happens(Event(Act.BACKUP_MADE, obj=one.id, det=det))
        self.database.write(lambda tx: backups.put_copy(tx, one.id, USB, now))
        self.happens(Event(Act.BACKUP_PUT, obj=one.id, det={"target": USB, "bytes": 1}))

    def now(self) -> Standing:
        return self.database.read(lambda tx: freshness.freshness(tx, self.clock.now()))

    def look(self) -> bool:
        due = self.database.read(lambda tx: freshness.is_due(tx, self.clock.now()))
        changed = self.database.write(lambda tx: freshness.look(tx, self.clock.now()))
        assert due == changed
        return changed

    def campaign(self) -> None:
        self.database.read(lambda tx: freshness.refuse_campaign(tx, self.clock.now()))


@pytest.fixture
def kept(database: Database) -> Kept:
    return Kept(database)


def test_a_new_practice_has_a_day_and_its_campaigns_two(kept: Kept) -> None:
    assert (kept.now().state, kept.now().words.code) == (FRESH, "backup-no-place")
    kept.target()
    assert (kept.now().state, kept.now().words.code) == (FRESH, "backup-first-waits")
    kept.clock.move(24 * HOUR - 1)
    assert kept.now().state == FRESH
    kept.clock.move(1)
    assert (kept.now().state, kept.now().words.code) == (STALE, "backup-none-yet")
    kept.campaign()
    kept.clock.move(24 * HOUR)
    assert (kept.now().state, kept.now().words.code) == (NEVER, "backup-never")
    assert kept.now().last is None
    with pytest.raises(Refused) as refused:
        kept.campaign()
    assert refused.value.code == "backup-too-old"


def test_it_is_counted_from_the_first_change_and_not_from_the_backup(kept: Kept) -> None:
    kept.target()
    kept.backed_up()
    kept.clock.move(30 * 24 * HOUR)
    assert (kept.now().state, kept.now().since) == (FRESH, None), "a month closed: nothing is lost"
    changed = kept.work()
    kept.clock.move(23 * HOUR)
    kept.work()
    kept.clock.move(HOUR - 1)
    assert (kept.now().state, kept.now().since) == (FRESH, changed)
    kept.clock.move(1)
    now = kept.now()
    assert (now.state, now.since, now.words.params) == (STALE, changed, {"hours": 24})
    kept.campaign()
    kept.clock.move(24 * HOUR)
    assert kept.now().state == LOCKED
    with pytest.raises(Refused):
        kept.campaign()
    kept.backed_up(2)
    assert (kept.now().state, kept.now().last) == (FRESH, kept.clock.now())
    kept.campaign()


def test_a_backup_that_lies_on_this_computer_alone_makes_nothing_fresh(kept: Kept) -> None:
    kept.target()
    kept.backed_up()
    kept.work()
    kept.clock.move(25 * HOUR)
    one = kept.database.read(backups.newest)
    assert one is not None
    kept.database.write(lambda tx: backups.remove_copy(tx, one.id, USB, kept.clock.now()))
    assert kept.now().state == STALE
    assert kept.now().last is None


def test_what_backups_and_the_proof_of_the_log_record_is_no_change(kept: Kept) -> None:
    kept.target()
    kept.backed_up()
    for act in SAYS_NOTHING:
        kept.happens(Event(act, obj="f" * 32, outcome="failed", why="tried"))
    kept.clock.move(72 * HOUR)
    assert kept.now() == Standing(FRESH, None, kept.now().last, kept.now().words)


def test_the_list_of_what_says_nothing_is_closed() -> None:
    """Whoever adds to it says why: a change that is left out here is lost without a word."""
    assert sorted(SAYS_NOTHING) == sorted(
        [
            *("backups.shown", "backup.made", "backup.put", "backup.failed", "backup.thinned"),
            *("backup.verified", "backup.listed", "backup-target.tested"),
            *("audit.checkpoint", "checkpoint.asked", "log.marked", "log.state-shown"),
            *("witness.mailed", "witness.printed"),
            *("session.locked", "session.ended", "vault.closed", "agent.started", "agent.ended"),
        ]
    )


@pytest.mark.parametrize("records", [1, 127, 128, 300])
def test_the_first_change_is_found_among_filed_records_and_behind_them(kept: Kept, records: int) -> None:
    kept.target()
    kept.backed_up()
    for _ in range(records):
        kept.happens(Event(Act.SESSION_LOCKED))
    changed = kept.work()
    kept.clock.move(HOUR)
    for _ in range(140):
        kept.work()
    assert kept.now().since == changed


def test_administrators_find_a_task_while_it_is_not_fresh(kept: Kept) -> None:
    kept.target()
    assert not kept.look()
    kept.clock.move(25 * HOUR)
    assert kept.look()
    assert not kept.look(), "one is enough"
    (task,) = kept.database.read(lambda tx: tasks.open_ones(tx, freshness.BACKUP_OLD))
    assert task.owner is None
    kept.backed_up()
    assert kept.look()
    assert kept.database.read(lambda tx: tasks.open_ones(tx, freshness.BACKUP_OLD)) == []
    ended = kept.database.read(lambda tx: tasks.get(tx, task.id))
    assert ended is not None
    assert (ended.state, ended.closed_by) == (TaskState.DONE, None)
    assert not kept.look()
