"""Marks and checkpoints on the real database, and the check that uses them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from desktop.audit.events import Act, Event
from desktop.audit.export import Format, export_log
from desktop.audit.lines import Proofs, Scope
from desktop.audit.log import AuditLog
from desktop.audit.logkey import LogKey
from desktop.audit.macs import FirstKey, MacKeys, open_first_key
from desktop.audit.merkle import root
from desktop.audit.note import Checkpoint, read_checkpoint
from desktop.audit.proving import Marking, current_step, make_checkpoint
from desktop.audit.verify import Evidence, Verdict, verify
from desktop.crypto.sealedbox import new_box_keys
from desktop.errors import VaultError
from desktop.models import audit as kept
from desktop.models import audit_proofs as proofs
from desktop.models.audit_proofs import KeptCheckpoint
from desktop.models.database import Database
from desktop.models.records import AuditRecord
from tests.support.forge import KEY as FORGED_BY
from tests.support.forge import Log, World, jcs, leaf, note_at
from tests.support.outsiders import Job, by_python

VAULT = b"v" * 16
KEY = LogKey(VAULT, bytes(range(32)))
OFFICER = new_box_keys()


class MovingClock:
    """Ten seconds pass at each look, on the wall and in the machine."""

    def __init__(self) -> None:
        self.passed = 0

    def now(self) -> datetime:
        self.passed += 10
        return datetime(2026, 11, 24, 9, 0, tzinfo=UTC) + timedelta(seconds=self.passed)

    def mono(self) -> float:
        return float(self.passed)

    def boot_id(self) -> str:
        return "boot-one"


class Practice:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = MovingClock()
        self.database = Database.create(folder / "practice.db", b"k" * 32, b"s" * 16, VAULT, 1)
        self.keys = MacKeys(folder / "practice.mac", b"w" * 32, VAULT)
        self.first = open_first_key(OFFICER.private, self.keys.start(1, OFFICER.public))
        self.log = AuditLog("0.1", self.clock, Marking(self.keys))

    def work(self, times: int) -> None:
        for _ in range(times):
            self.database.write(lambda tx: self.log.record(tx, Event(Act.SESSION_LOCKED)))

    def checkpoint(self) -> KeptCheckpoint | None:
        made = self.database.write(
            lambda tx: make_checkpoint(tx, self.log, KEY, self.keys, VAULT, self.clock)
        )
        if made is not None:
            self.keys.keep(made.step)
        return made

    def records(self) -> list[AuditRecord]:
        return self.database.read(lambda tx: list(kept.records(tx)))

    def macs(self) -> list[tuple[int, bytes]]:
        return self.database.read(lambda tx: list(proofs.macs(tx)))

    def checkpoints(self) -> list[KeptCheckpoint]:
        return self.database.read(proofs.checkpoints)

    def judged(self) -> Verdict:
        points = [read_checkpoint(each.note, KEY.vkey) for each in self.checkpoints()]
        evidence = Evidence(kept=points, macs=self.macs(), first_key=self.first)
        return verify(self.records(), evidence=evidence)


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    made = Practice(tmp_path)
    yield made
    made.database.close()


def test_a_checkpoint_roots_every_record_with_its_own_as_the_last(practice: Practice) -> None:
    practice.work(5)
    made = practice.checkpoint()
    assert made is not None
    records = practice.records()
    assert '"act":"audit.checkpoint"' in records[-1].body
    point = read_checkpoint(made.note, KEY.vkey)
    assert (point.size, made.size, made.step) == (6, 6, 1)
    assert point.root == root([bytes.fromhex(record.hash) for record in records])
    practice.work(3)
    second = practice.checkpoint()
    assert second is not None
    point = read_checkpoint(second.note, KEY.vkey)
    assert (point.size, second.step) == (10, 2)
    assert point.root == root([bytes.fromhex(record.hash) for record in practice.records()])
    assert practice.judged() == Verdict(True, 10, None, "ok")


def test_where_nothing_happened_no_checkpoint_is_made(practice: Practice) -> None:
    assert practice.checkpoint() is None
    practice.work(1)
    assert practice.checkpoint() is not None
    assert practice.checkpoint() is None
    assert len(practice.records()) == 2


def test_the_key_goes_on_behind_each_checkpoint(practice: Practice) -> None:
    practice.work(2)
    practice.checkpoint()
    practice.work(2)
    assert [seq for seq, _ in practice.macs()] == [1, 2, 3, 4, 5]
    assert practice.database.read(lambda tx: current_step(tx, practice.keys)) == 1
    assert practice.judged().ok


def test_a_checkpoint_that_is_undone_leaves_the_key_where_it_was(practice: Practice) -> None:
    practice.work(1)

    def fail(tx: object) -> None:
        make_checkpoint(tx, practice.log, KEY, practice.keys, VAULT, practice.clock)  # type: ignore[arg-type]
        practice.log.record(tx, Event(Act.SESSION_LOCKED))  # type: ignore[arg-type]
        raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        practice.database.write(fail)
    practice.work(1)
    assert len(practice.records()) == 2
    assert practice.judged().ok


def test_a_second_process_marks_with_the_right_key(practice: Practice) -> None:
    other = MacKeys(practice.folder / "practice.mac", b"w" * 32, VAULT)
    other.load()
    elsewhere = AuditLog("0.1", practice.clock, Marking(other))
    practice.work(1)
    practice.checkpoint()
    practice.database.write(lambda tx: elsewhere.record(tx, Event(Act.SESSION_LOCKED)))
    practice.checkpoint()
    practice.checkpoint()
    practice.database.write(lambda tx: elsewhere.record(tx, Event(Act.SESSION_LOCKED)))
    assert practice.judged().ok


def test_a_database_that_was_set_back_takes_no_record(practice: Practice) -> None:
    practice.work(1)
    practice.checkpoint()
    practice.database.write(lambda tx: tx.connection.execute(text("DELETE FROM audit_checkpoint")))
    with pytest.raises(VaultError, match="log-key-ahead"):
        practice.work(1)
    assert len(practice.records()) == 2


def test_a_new_first_key_begins_at_its_record(practice: Practice) -> None:
    practice.work(1)
    practice.checkpoint()
    practice.first = open_first_key(OFFICER.private, practice.keys.start(3, OFFICER.public))
    practice.work(2)
    practice.checkpoint()
    practice.work(1)
    assert practice.database.read(lambda tx: current_step(tx, practice.keys)) == 1
    assert practice.judged().ok


def test_without_keys_a_checkpoint_is_made_all_the_same(practice: Practice) -> None:
    practice.log.follower = None
    practice.work(2)
    made = practice.database.write(
        lambda tx: make_checkpoint(tx, practice.log, KEY, None, VAULT, practice.clock)
    )
    assert made is not None
    assert (made.size, made.step) == (3, 0)
    assert practice.macs() == []


def test_missing_records_are_not_signed_away(practice: Practice) -> None:
    practice.work(3)
    practice.checkpoint()
    practice.work(2)

    def remove(tx: object) -> None:
        execute = tx.connection.execute  # type: ignore[attr-defined]
        execute(text("DROP TRIGGER audit_record_no_delete"))
        execute(text("DELETE FROM audit_record WHERE seq = 5"))

    practice.database.write(remove)
    with pytest.raises(VaultError, match="log-damaged"):
        practice.checkpoint()


def test_a_clock_that_goes_back_is_said_by_a_record_of_its_own(practice: Practice) -> None:
    practice.work(20)
    practice.clock.passed -= 150
    made = practice.database.write(lambda tx: practice.log.record(tx, Event(Act.SESSION_LOCKED)))
    said = practice.records()[-2]
    assert '"act":"clock.anomaly"' in said.body
    assert made == practice.records()[-1]
    assert practice.judged().ok


def test_what_the_database_keeps_goes_out_and_is_checked_by_outsiders(practice: Practice) -> None:
    practice.work(3)
    practice.checkpoint()
    practice.work(2)
    to = practice.folder / "log.jsonl"
    points = [(each.size, each.note) for each in practice.checkpoints()]
    proof = Proofs(points, practice.macs())
    export_log(practice.records(), to, Format.JSONL, KEY, practice.clock.now(), Scope(), proof)
    marks = ((practice.first.first, practice.first.key.hex()),)
    assert by_python([Job(str(to), KEY.vkey, (), marks)])[0]["class"] == "ok"
    wrong = ((1, bytes(32).hex()),)
    assert by_python([Job(str(to), KEY.vkey, (), wrong)])[0]["class"] == "re-mac"


# --- the check inside, with evidence --------------------------------------------------


@pytest.fixture
def world() -> World:
    return World(random.Random(11), 4, 18)


def rows(log: Log) -> list[AuditRecord]:
    return [AuditRecord(body["seq"], jcs(body).decode(), leaf(body).hex()) for body in log.bodies]


def evidence(world: World, log: Log, *witnesses: Checkpoint) -> Evidence:
    points = [read_checkpoint(note, FORGED_BY.vkey) for _, note in log.points]
    macs = list(enumerate(log.macs, start=1))
    return Evidence(points, witnesses, macs, FirstKey(1, world.first_key))


def known(world: World, size: int) -> Checkpoint:
    return read_checkpoint(note_at(world.log.bodies, size), FORGED_BY.vkey)


def test_a_whole_log_agrees_with_all_evidence(world: World) -> None:
    found = verify(rows(world.log), evidence=evidence(world, world.log, known(world, 3), known(world, 18)))
    assert found == Verdict(True, 18, None, "ok")


def test_a_cut_tail_is_missing_by_a_kept_checkpoint_and_rolled_back_by_a_witness(world: World) -> None:
    short = replace(world.log.copy(), bodies=world.log.bodies[:14])
    assert verify(rows(short), evidence=evidence(world, short)) == Verdict(False, 14, 15, "missing")
    older = replace(short, points=short.points[:2])
    assert verify(rows(older), evidence=evidence(world, older)).ok, "only a witness can tell"
    found = verify(rows(older), evidence=evidence(world, older, known(world, 9), known(world, 16)))
    assert found == Verdict(False, 14, 15, "rolled-back")


def test_a_rewritten_history_is_forked_behind_the_last_agreeing_checkpoint(world: World) -> None:
    other = World(random.Random(12), 4, 18)
    found = verify(rows(other.log), evidence=Evidence(witnesses=[known(world, 5)]))
    assert found == Verdict(False, 0, 1, "forked")
    points = [read_checkpoint(note, FORGED_BY.vkey) for _, note in world.log.points]
    mixed = [points[0], Checkpoint(points[1].origin, points[1].size, bytes(32))]
    found = verify(rows(world.log), evidence=Evidence(kept=mixed))
    assert found == Verdict(False, 4, 5, "forked")


def test_marks_of_another_key_or_none_are_re_marked(world: World) -> None:
    log = world.log.copy()
    log.macs[9] = bytes(32)
    assert verify(rows(log), evidence=evidence(world, log)) == Verdict(False, 9, 10, "re-marked")
    log.macs = log.macs[:6]
    assert verify(rows(log), evidence=evidence(world, log)) == Verdict(False, 6, 7, "re-marked")
    unlent = replace(evidence(world, log), first_key=None)
    assert verify(rows(log), evidence=unlent).ok


def test_a_clock_that_goes_back_unsaid_is_found(world: World) -> None:
    log = world.log.copy()
    log.bodies[-1]["ts"] -= 10**6
    log.points = []
    found = verify(rows(log), evidence=Evidence())
    assert found == Verdict(False, 17, 18, "clock")
    log.bodies[-1]["act"] = "clock.anomaly"
    assert verify(rows(log), evidence=Evidence()).ok
