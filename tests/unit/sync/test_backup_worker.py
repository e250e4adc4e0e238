"""The maker's own steps, in this process: disk room, and a pipe that nobody listens to."""

from __future__ import annotations

import multiprocessing
import os
import secrets
import shutil
import signal
from collections.abc import Callable, Iterator
from io import FileIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from desktop.crypto.container import PURPOSE
from desktop.errors import VaultError
from desktop.models import schema, settings
from desktop.models.snapshot import row_counts
from desktop.sync import backup_worker
from desktop.sync.backup_chain import root_of
from desktop.sync.backup_words import Done, Facts, Failed, Order, Ready, Shape, hear, say
from tests.support.containers import Kept

Opener = Callable[[str, int], int]


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    found = Kept.create(tmp_path)
    found.database.write(lambda tx: settings.put(tx, "a", "b"))
    found.folder.backups.mkdir()
    yield found
    found.database.close()


@pytest.fixture(autouse=True)
def polite(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own process keeps its place in the queue, and its signals."""
    monkeypatch.setattr(backup_worker, "_stand_back", lambda: None)
    monkeypatch.setattr(signal, "signal", lambda *_: None)


def order(kept: Kept) -> Order:
    return Order(
        root=kept.folder.root,
        vault_id=kept.vault.vault_id,
        id=secrets.token_hex(16),
        salt=secrets.token_bytes(32),
        now=kept.now,
        program="0",
        secret=kept.vault.key(PURPOSE),
        keys=kept.keys,
    )


def told(kept: Kept, upto: int) -> list[object]:
    """What a maker says that is told its first `upto` words before it begins."""
    shape, facts = kept.database.read(
        lambda tx: (
            Shape(tx.driver.execute("PRAGMA page_count").fetchone()[0], 4096),
            Facts(schema.HEAD, "", 0, root_of(tx, 0), "", row_counts(tx), ()),
        )
    )
    kept.database.close()
    ours, theirs = multiprocessing.Pipe()
    for word in (order(kept), shape, facts, Ready())[:upto]:
        say(ours, word)
    if upto < 4:
        ours.close()
    backup_worker.work(theirs)
    found = list[object]()
    while not ours.closed and ours.poll(0):
        found.append(hear(ours))
    ours.close()
    theirs.close()
    return found


def test_it_makes_one_where_it_is_told_everything(kept: Kept) -> None:
    said = told(kept, 4)
    assert isinstance(said[-1], Done)
    assert said[-1].backup is not None
    assert kept.here() == {said[-1].backup.name, "state"}


@pytest.mark.parametrize("upto", [0, 1, 2, 3])
def test_it_ends_quietly_where_nobody_speaks_any_more(kept: Kept, upto: int) -> None:
    assert told(kept, upto) == []
    assert not [name for name in kept.here() if name.endswith(".sealwell")]


def test_too_little_room_is_said_before_anything_is_written(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(1 << 40, 1 << 40, 1 << 20))
    assert told(kept, 4)[-1] == Failed("disk-full", {})
    assert [name for name in kept.here() if not name.endswith(".tags")] == []


def test_a_disk_that_fails_is_said(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", failing)
    assert told(kept, 4)[-1] == Failed("database-unwritable", {})
    assert not [name for name in kept.here() if name.endswith(".sealwell")]


def test_a_disk_that_fills_up_is_said(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert told(kept, 4)[-1] == Failed("disk-full", {})


def test_what_reads_back_otherwise_is_no_backup(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk changes a byte between writing and reading."""
    whole = backup_worker._forget_cached

    def changing(file: object) -> None:
        path = next(kept.folder.backups.glob(".making-*[0-9a-f]"))
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
        whole(file)  # type: ignore[arg-type]

    monkeypatch.setattr(backup_worker, "_forget_cached", changing)
    assert told(kept, 4)[-1] == Failed("backup-damaged", {})
    assert not [name for name in kept.here() if name.endswith(".sealwell")]


def test_a_fault_at_any_write_leaves_nothing_with_a_name(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each step that touches the disk fails once; what has its name is whole."""
    for name in ("write_container", "scan", "prove", "write_state"):
        monkeypatch.undo()
        monkeypatch.setattr(backup_worker, "_stand_back", lambda: None)
        monkeypatch.setattr(signal, "signal", lambda *_: None)

        def failing(*_args: object, **_named: object) -> None:
            raise VaultError("disk-full")

        monkeypatch.setattr(backup_worker, name, failing)
        kept.reopen()
        assert told(kept, 4)[-1] == Failed("disk-full", {})
        made = [one for one in kept.here() if one.endswith(".sealwell")]
        assert len(made) == (1 if name == "write_state" else 0)


def test_a_fault_at_each_write_in_turn_leaves_nothing_with_a_name(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """G27: the Nth write of the maker fails, for every N until none is left."""
    number = 0
    while True:
        number += 1
        left = [number]

        class Failing(FileIO):
            def write(self, data: Any, /) -> int:
                left[0] -= 1  # noqa: B023 - this turn's
                if not left[0]:  # noqa: B023
                    raise OSError(28, "No space left on device")
                return super().write(data)

        def opened(path: Path, mode: str, *, opener: Opener) -> Failing:
            return Failing(path, mode, opener=opener)

        monkeypatch.setattr(backup_worker, "open", opened, raising=False)
        kept.reopen()
        last = told(kept, 4)[-1]
        if left[0] > 0:
            assert isinstance(last, Done)
            break
        assert last == Failed("disk-full", {})
        assert not [name for name in kept.here() if not name.startswith(".")]
    assert number > 10
