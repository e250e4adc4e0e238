"""The record of an emergency opening: sealed beside the practice, folded into the log, or on paper."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.office import emergency_record
from desktop.office.emergency_record import Opening
from desktop.office.notices import notices_of
from tests.made_practice import USER, Practice
from tests.made_staff import desk_of
from tests.support.emergencies import (
    MANY,
    WHY,
    Press,
    ask,
    filled,
    opened_after,
    refused,
    vault_of,
)


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    Press.printed.clear()


@pytest.fixture
def full(practice: Practice) -> Practice:
    return filled(practice)


def test_who_why_and_when_come_into_the_log_at_the_next_sound_opening(full: Practice) -> None:
    shown = full.office().open_emergency(ask())
    assert shown.recorded
    assert len(shown.visits) == MANY
    assert WHY.encode() not in full.folder.emergencies.read_bytes()
    assert opened_after(full) == [{"outcome": "ok", "why": "", "actor": USER}]
    assert not full.folder.emergencies.exists()
    office, session = full.signed_in()
    told = desk_of(office).opened().database.read(lambda tx: notices_of(tx, session.user))
    assert "notice-emergency-opened" in [task.kind for task in told]
    assert len([line for line in office.query_log(session).lines if line.act == "emergency.opened"]) == 1


def test_a_record_that_cannot_be_removed_counts_once(full: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    full.office().open_emergency(ask())
    line = full.folder.emergencies.read_bytes()
    with monkeypatch.context() as stuck:
        stuck.setattr(Path, "unlink", lambda self, missing_ok=False: _stuck(self, missing_ok, full))
        assert len(opened_after(full)) == 1
    assert full.folder.emergencies.read_bytes() == line
    assert len(opened_after(full)) == 1
    assert not full.folder.emergencies.exists()


def _stuck(path: Path, missing_ok: bool, practice: Practice) -> None:
    if path == practice.folder.emergencies:
        raise PermissionError(path)
    try:
        os.unlink(path)
    except FileNotFoundError:
        if not missing_ok:
            raise


def test_without_the_tries_key_the_record_is_sealed_to_the_vault(full: Practice) -> None:
    with closing(vault_of(full)) as vault:
        kept = full.folder.tries.read_bytes()
        full.folder.tries.unlink()
        assert emergency_record.keep(full.folder, vault, Opening(1, "f" * 32, 3, WHY))
    assert b'"vault"' in full.folder.emergencies.read_bytes()
    full.folder.tries.write_bytes(kept)
    assert opened_after(full) == [{"outcome": "ok", "why": "", "actor": "system"}]


@pytest.mark.parametrize(
    "line", [b"not json\n", b'{"to": "tries", "box": "00"}\n', b"[]\n", b'{"to": "vault"}\n', b"\xff\xfe\n"]
)
def test_a_damaged_record_keeps_nobody_out_and_is_recorded_as_one(full: Practice, line: bytes) -> None:
    full.folder.emergencies.write_bytes(line)
    found = opened_after(full)
    assert found == [{"outcome": "failed", "why": "record-unreadable", "actor": "system"}]


@pytest.mark.parametrize(
    "changes",
    [{"why": "No Code!"}, {"at": -1}, {"rows": 2**60}, {"reason": "\ud800"}, {"reason": "x" * 9_000}],
)
def test_a_sealed_line_that_we_did_not_write_keeps_nobody_out(
    full: Practice, changes: dict[str, object]
) -> None:
    """Whoever reads the public key can seal to it."""
    with closing(vault_of(full)) as vault:
        opening = replace(Opening(1, "f" * 32, 3, WHY), **changes)  # type: ignore[arg-type]
        emergency_record.keep(full.folder, vault, opening)
    assert [one["outcome"] for one in opened_after(full)] == ["failed"]


def _takes_nothing(monkeypatch: pytest.MonkeyPatch, *roots: Path) -> None:
    """A disk that was mounted read-only says so for every file below it (whoever is root included)."""
    real = os.open

    def opened(path: object, flags: int, *args: object, **named: object) -> int:
        where = Path(os.fsdecode(path)) if isinstance(path, str | bytes | os.PathLike) else None
        writing = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writing and where is not None and any(where.is_relative_to(root) for root in roots):
            raise OSError(30, "Read-only file system")
        return real(path, flags, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", opened)


def test_a_read_only_disk_is_read_and_the_record_goes_elsewhere(
    full: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as read_only:
        _takes_nothing(read_only, full.folder.root)
        office = full.office()
        shown = office.open_emergency(ask())
        assert shown.recorded
        assert len(shown.visits) == MANY
        codes = [refused(office, ask(password="wrong harbour seven lanterns")) for _ in range(12)]
        assert "too-many-tries" in codes
    assert not full.folder.emergencies.exists()
    assert opened_after(full) == [{"outcome": "ok", "why": "", "actor": USER}]


def test_a_disk_that_becomes_read_only_gives_nobody_new_tries(
    full: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = full.office()
    codes = [refused(office, ask(password="wrong harbour seven lanterns")) for _ in range(12)]
    assert "too-many-tries" in codes
    with monkeypatch.context() as read_only:
        _takes_nothing(read_only, full.folder.root)
        assert refused(office, ask()) == "too-many-tries"
        full.clock.move(16 * 60)
        assert office.open_emergency(ask()).visits


def test_where_no_disk_takes_the_record_the_paper_says_who_and_why(
    full: Practice, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    full.printer = Press
    with monkeypatch.context() as read_only:
        _takes_nothing(read_only, full.folder.root, tmp_path / "state")
        monkeypatch.setattr(Path, "mkdir", _no_folder)
        key = full.made.recovery_key
        shown = full.office().open_emergency(ask(password="", recovery_key=key))
    assert not shown.recorded
    assert WHY in repr(Press.printed[-1])
    assert shown.visits


def _no_folder(self: Path, *_: object, **__: object) -> None:
    raise OSError(30, "Read-only file system")
