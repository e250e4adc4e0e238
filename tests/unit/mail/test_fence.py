"""Nothing leaves by itself from an older database, by a clock that jumped, or after a long sleep."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.mail.fence import Fence
from desktop.mail.outbox import Keep, Outbox, Recheck
from desktop.models import messages, pauses
from desktop.models.database import Database, Tx
from desktop.models.delivery import EVERYTHING, Pause
from desktop.models.ids import new_id
from desktop.models.records import Message, Reason
from tests.practice.office import HOLDER, Hands, Practice, practice
from tests.support.kept import a_message

LOCK = (b"k" * 32, b"s" * 16, b"v" * 16, 1)


class Sleepy(Hands):
    """As `Hands`; asleep, the computer's own clock stands still."""

    slept = 0.0

    def mono(self) -> float:
        return self.at.timestamp() - self.slept

    def sleep(self, **time: float) -> None:
        gone = timedelta(**time)
        self.at += gone
        self.slept += gone.total_seconds()


@pytest.fixture
def clock(office: Practice) -> Sleepy:
    made = Sleepy(office.clock.at)
    office.clock = made
    office.outbox = Outbox(made, office.audit)
    return made


def waiting(office: Practice, kind: str = "reminder") -> Message:
    now, who = office.clock.now(), office.person().id
    row = a_message(who, kind=kind, source=new_id(), queued_at=now, not_before=now, relay=office.relay.id)
    office.db.write(lambda tx: messages.insert(tx, row, b"wire", "{}"))
    return row


def fence_of(office: Practice) -> str:
    found = office.db.read(lambda tx: pauses.get(tx, EVERYTHING, office.clock.now()))
    return found.reason.code if found is not None else ""


def begun(office: Practice, file: Path, *, log_gap: bool = False) -> Fence:
    fence = Fence(office.clock, office.audit)
    fence.begin(office.db, file, log_gap=log_gap)
    return fence


def keep_all() -> dict[str, Recheck]:
    def keep(tx: Tx, rows: Sequence[Message]) -> list[Keep]:
        return [Keep() for _ in rows]

    return dict.fromkeys(("reminder", "letter", "campaign"), keep)


def claim(office: Practice) -> int:
    office.take_lease()
    return len(office.db.write(lambda tx: office.outbox.claim(tx, HOLDER, keep_all(), 100)))


def test_the_first_opening_and_every_ordinary_one_fence_nothing(office: Practice, tmp_path: Path) -> None:
    file = tmp_path / "outbox.mark"
    for _ in range(3):
        begun(office, file)
        waiting(office)
        office.person(first="Another")
    assert fence_of(office) == ""
    assert file.stat().st_mode & 0o777 == 0o600
    assert "Maria" not in file.read_text()


def test_an_older_database_is_fenced_until_seen_and_again_if_it_comes_again(tmp_path: Path) -> None:
    file, path = tmp_path / "outbox.mark", tmp_path / "practice.db"
    with practice(tmp_path) as office:
        begun(office, file)
        waiting(office)
        at = office.clock.at
    shutil.copy(path, tmp_path / "copy.db")

    later, database = reopened(path, at)
    fence = begun(later, file)
    assert fence_of(later) == ""
    note_some(later)
    fence.keep(database)
    database.close()
    for _ in range(2):
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        shutil.copy(tmp_path / "copy.db", path)
        restored, database = reopened(path, at)
        begun(restored, file)
        assert fence_of(restored) == "restored"
        now = restored.clock.now()
        assert database.read(lambda tx, now=now: messages.count_due(tx, now)) == 0  # type: ignore[misc]
        database.write(lambda tx: pauses.end(tx, EVERYTHING))
        note_some(restored)
        begun(restored, file)
        assert fence_of(restored) == ""
        database.close()


def reopened(path: Path, at: datetime) -> tuple[Practice, Database]:
    """The practice in another program, an hour later."""
    database, again = Database.open(path, *LOCK), Practice.__new__(Practice)
    again.db, again.clock = database, Hands(at + timedelta(hours=1))
    again.audit = AuditLog("test", again.clock)
    again.outbox = Outbox(again.clock, again.audit)
    return again, database


def note_some(office: Practice) -> None:
    """Entries of the log, as work leaves them."""

    def note(tx: Tx) -> None:
        for _ in range(5):
            office.audit.record(tx, Event(Act.OUTBOX_LISTED, det={"count": 1}))

    office.db.write(note)


@pytest.mark.parametrize("spoil", ["missing", "empty", "altered", "other", "list"])
def test_a_mark_that_is_missing_or_not_ours_counts_as_restored(
    office: Practice, tmp_path: Path, spoil: str
) -> None:
    file = tmp_path / "outbox.mark"
    begun(office, file)
    whole = json.loads(file.read_text())
    match spoil:
        case "missing":
            file.unlink()
        case "empty":
            file.write_bytes(b"")
        case "altered":
            whole["mark"] = whole["mark"].replace('"records": ', '"records": 1')
            file.write_text(json.dumps(whole))
        case "other":
            file.write_text(json.dumps({"mark": whole["mark"], "mac": "0" * 64}))
        case _:
            file.write_text("[]")
    begun(office, file)
    assert fence_of(office) == "restored"
    assert office.acts()[-1] == "sending.paused"


def test_a_gap_of_the_log_fences_too(office: Practice, tmp_path: Path) -> None:
    begun(office, tmp_path / "outbox.mark", log_gap=True)
    assert fence_of(office) == "restored"


def test_a_clock_that_went_back_between_two_openings_is_noticed(office: Practice, tmp_path: Path) -> None:
    begun(office, tmp_path / "outbox.mark")
    office.clock.pass_(minutes=-4)
    begun(office, tmp_path / "outbox.mark")
    assert fence_of(office) == ""
    office.clock.pass_(minutes=-2)
    begun(office, tmp_path / "outbox.mark")
    assert fence_of(office) == "clock-changed"


def test_a_practice_that_was_closed_for_a_week_goes_on(office: Practice, tmp_path: Path) -> None:
    waiting(office)
    begun(office, tmp_path / "outbox.mark")
    office.clock.pass_(days=7)
    office.clock.boot = "boot-2"
    begun(office, tmp_path / "outbox.mark")
    assert fence_of(office) == ""


def test_a_jump_between_two_openings_of_one_run_is_noticed_where_something_waits(
    office: Practice, clock: Sleepy, tmp_path: Path
) -> None:
    begun(office, tmp_path / "outbox.mark")
    clock.sleep(days=2)
    begun(office, tmp_path / "outbox.mark")
    assert fence_of(office) == ""
    waiting(office)
    begun(office, tmp_path / "outbox.mark")
    clock.sleep(days=2)
    begun(office, tmp_path / "outbox.mark")
    assert fence_of(office) == "clock-changed"


@pytest.mark.parametrize(
    ("kind", "minutes", "fence"),
    [
        ("reminder", 31, "woke-late"),
        ("campaign", 31, "woke-late"),
        ("letter", 31, ""),
        ("reminder", 29, ""),
        ("reminder", 60 * 25, "clock-changed"),
        ("letter", 60 * 25, "clock-changed"),
    ],
)
def test_after_a_sleep_nothing_that_is_late_leaves_unseen(
    office: Practice, clock: Sleepy, kind: str, minutes: int, fence: str
) -> None:
    waiting(office, kind)
    clock.sleep(minutes=minutes)
    assert claim(office) == (0 if fence else 1)
    assert fence_of(office) == fence
    clock.pass_(minutes=1)
    assert claim(office) == 0


def test_time_that_passes_awake_is_no_sleep(
    office: Practice, clock: Sleepy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    waiting(office)
    clock.pass_(hours=30)
    assert claim(office) == 1
    assert fence_of(office) == ""


def test_on_windows_whose_clock_goes_on_in_sleep_a_late_waking_is_noticed(
    office: Practice, clock: Sleepy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    waiting(office)
    for _ in range(40):
        clock.pass_(minutes=1)
        office.db.write(office.outbox.fence.look)
    assert fence_of(office) == ""
    clock.pass_(minutes=6)
    assert claim(office) == 0
    assert fence_of(office) == "woke-late"


def test_what_is_paused_or_planned_for_later_does_not_wake_the_fence(office: Practice, clock: Sleepy) -> None:
    row = waiting(office)
    later = a_message(row.person, source="later", not_before=clock.now() + timedelta(days=1))
    office.db.write(lambda tx: messages.insert(tx, later, b"", "{}"))
    hold = Pause(pauses.scope_of(pauses.MESSAGE, row.id), Reason("paused-by-person"), None, clock.now())
    office.db.write(lambda tx: pauses.put(tx, hold))
    clock.sleep(hours=2)
    assert claim(office) == 0
    assert fence_of(office) == ""


def test_a_clock_that_goes_back_while_the_practice_is_open_stops_at_the_next_claim(
    office: Practice, clock: Sleepy
) -> None:
    waiting(office)
    clock.pass_(minutes=10)
    office.db.write(office.outbox.fence.look)
    clock.sleep(minutes=-6)
    assert claim(office) == 0
    assert fence_of(office) == "clock-changed"


def test_the_first_cause_stays_and_is_recorded_once(office: Practice, clock: Sleepy) -> None:
    for reason in ("restored", "clock-changed", "woke-late"):
        office.db.write(lambda tx, why=reason: office.outbox.fence.put(tx, why))  # type: ignore[misc]
    assert fence_of(office) == "restored"
    assert office.acts().count("sending.paused") == 1


def test_a_fence_takes_the_place_of_a_pause_by_hand(office: Practice, clock: Sleepy) -> None:
    now = clock.now()
    hold = Pause(EVERYTHING, Reason("paused-by-person"), office.session.user, now, now + timedelta(hours=1))
    office.db.write(lambda tx: pauses.put(tx, hold))
    office.db.write(lambda tx: office.outbox.fence.put(tx, "restored"))
    clock.pass_(hours=2)
    assert fence_of(office) == "restored"


def test_where_the_mark_cannot_be_written_the_practice_opens(
    office: Practice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("desktop.mail.fence.write_private", full)
    begun(office, tmp_path / "outbox.mark")
    assert fence_of(office) == ""
