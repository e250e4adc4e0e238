"""Memory does not grow with the practice, and a backup of a few changes is a small file."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from desktop import program
from desktop.models.lanes import Tx
from desktop.sync.backup_make import Made, make
from tests.support.containers import Kept

BODY = 3000


def make_table(tx: Tx) -> None:
    tx.connection.exec_driver_sql("CREATE TABLE bulk (id INTEGER PRIMARY KEY, body BLOB)")


def fill(tx: Tx, rows: int) -> None:
    tx.driver.executemany("INSERT INTO bulk (body) VALUES (?)", ((os.urandom(BODY),) for _ in range(rows)))


def change(tx: Tx, step: int) -> None:
    tx.connection.exec_driver_sql("UPDATE bulk SET body = randomblob(?) WHERE id % ? = 0", (BODY, step))


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    found = Kept.create(tmp_path)
    found.database.write(make_table)
    yield found
    found.database.close()


def made(kept: Kept) -> tuple[Made, float]:
    """With the most that the maker had in memory, in MiB."""
    peak = [0.0]

    def look(_done: int, _of: int) -> bool:
        for child in tuple(program.running):
            status = Path(f"/proc/{child.process.pid}/status")
            for line in status.read_text("ascii").splitlines() if status.exists() else ():
                if line.startswith("VmHWM"):
                    peak[0] = max(peak[0], int(line.split()[1]) / 1024)
        return True

    found = make(kept.folder, kept.vault, kept.database, kept.now, look)
    assert found is not None
    return found, peak[0]


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
def test_memory_does_not_grow_with_the_practice(kept: Kept) -> None:
    kept.database.write(partial(fill, rows=1000))
    small, little = made(kept)
    kept.database.write(partial(fill, rows=16_000))
    large, more = made(kept)
    assert large.backup.bytes > 10 * small.backup.bytes
    assert 0 < little < 150
    assert more < 150
    assert more - little < 25


def test_what_changed_is_at_most_doubled_by_the_file_around_it(kept: Kept) -> None:
    kept.database.write(partial(fill, rows=8000))
    whole, _ = made(kept)
    for step in (400, 100, 40):
        kept.database.write(partial(change, step=step))
        child, _ = made(kept)
        assert not child.backup.whole
        assert child.backup.changed < whole.backup.changed / 2
        assert child.backup.bytes <= 2 * child.backup.changed


def test_one_changed_page_costs_a_few_steps(kept: Kept) -> None:
    kept.database.write(partial(fill, rows=500))
    made(kept)
    kept.database.write(partial(change, step=500))
    child, _ = made(kept)
    assert child.backup.bytes <= 4 * 16 * 1024
