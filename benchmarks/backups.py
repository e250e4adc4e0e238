"""Backups of a practice of 1.1 GB: made and read back, what changed, restored; memory, and who waits.

The anchor is `VACUUM INTO` of the same database and an fsync: the least with which SQLite
alone makes a consistent copy, which is neither sealed nor read back. The size is above 1 GiB,
where SQLite's own page of locks lies; `--small` is 40 MB.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from benchmarks._measure import Table, Target, percentile, scratch, timed
from desktop import program
from desktop.clock import SystemClock
from desktop.crypto.container import container_key
from desktop.crypto.kdf import FLOOR
from desktop.crypto.vault import OpenVault, create_vault
from desktop.models import settings
from desktop.models.database import Database, Tx
from desktop.models.keyed import keyed
from desktop.models.rekey import DatabaseKeys
from desktop.paths import PracticeFolder
from desktop.sync.backup_chain import assemble, check_assembled
from desktop.sync.backup_make import Made, chain_here, make

BODY = 3000
ROW_BYTES = 4110
"""One to a page, and its line in the index."""
ROUNDS = 3
CHANGED = 300
"""Rows changed all over the database before each further backup; a busy morning's."""
BEAT = 0.005
IDLE_SECONDS = 3.0


def main(given: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="40 MB instead of 1.1 GB")
    parser.add_argument("--megabytes", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    wanted = parser.parse_args(given)
    size = wanted.megabytes or (40 if wanted.small else 1100)
    with scratch() as folder:
        return _measured(PracticeFolder(folder), size, wanted.rounds)


def _measured(folder: PracticeFolder, megabytes: int, rounds: int) -> int:
    table = Table(f"backups: a practice of {megabytes:,} MB", "VACUUM INTO of the same database, and fsync")
    vault = create_vault(folder.keys, "bench", "quiet harbour seven lanterns", None, FLOOR).vault
    with closing(Database.create(folder.database, *vault.database_key(), vault.vault_id, 1)) as database:
        rows = megabytes * 1_000_000 // ROW_BYTES
        _fill(database, rows)
        bench = _Bench(folder, vault, database, rows, rounds)
        idle = bench.idle()
        ours, anchor, beats, longest, waits, memory = bench.whole()
        small = ours[0] < 5
        table.line("whole, read back", ours, anchor, unit="s", target=None if small else Target(2.5))
        table.line("hold-up of a thread beside it, p99.9", beats, unit="ms", target=Target(50, "figure"))
        table.line("longest", longest, idle, unit="ms")
        table.line("a small write beside it, p99", waits, unit="ms", target=Target(50, "figure"))
        table.line("memory of the process", memory, unit="MiB", target=Target(150, "figure"))
        taken, grown = bench.going_on()
        table.line("what changed, read back", taken, unit="s")
        table.line("file to changed pages", grown, unit="x", target=Target(2, "figure"))
        table.line("restored and checked", [bench.restored()], unit="s", target=Target(60, "figure"))
    return table.end()


class _Bench:
    def __init__(
        self, folder: PracticeFolder, vault: OpenVault, database: Database, rows: int, rounds: int
    ) -> None:
        self._folder, self._vault, self._database, self._rows = folder, vault, database, rows
        self._rounds = rounds
        self._clock = SystemClock()
        self._peak = 0.0

    def idle(self) -> list[float]:
        """The longest hold-up while nothing is made: what the computer's other work costs."""
        found = list[float]()
        for _ in range(self._rounds):
            with _beating() as beat:
                time.sleep(IDLE_SECONDS)
            found.append(max(beat) * 1000)
        return found

    def whole(self) -> tuple[list[float], ...]:
        ours, anchor, beats, longest, waits, memory = (list[float]() for _ in range(6))
        for _ in range(self._rounds):
            anchor.append(timed(self._vacuum))
            (self._folder.backups / "state").unlink(missing_ok=True)
            self._peak = 0.0
            gc.collect()  # not while somebody counts the beats
            with _beating() as beat, self._writing() as waited:
                began = time.perf_counter()
                self._made()
                ours.append(time.perf_counter() - began)
            beats.append(percentile(beat, 0.999) * 1000)
            longest.append(max(beat) * 1000)
            waits.append(percentile(waited, 0.99) * 1000)
            memory.append(self._peak)
        return ours, anchor, beats, longest, waits, memory

    def going_on(self) -> tuple[list[float], list[float]]:
        taken, grown = list[float](), list[float]()
        for number in range(self._rounds):
            step = self._rows // CHANGED
            self._database.write(partial(_change, first=number + 1, step=step))
            made = list[Made]()
            taken.append(timed(lambda made=made: made.append(self._made())))  # type: ignore[misc]
            grown.append(made[0].backup.bytes / made[0].backup.changed)
        return taken, grown

    def restored(self) -> float:
        to = self._folder.root / "again"
        to.mkdir()
        keys = DatabaseKeys(*self._vault.database_key(), 1)
        key_of = partial(container_key, self._vault)

        def work() -> None:
            sealed = assemble(chain_here(self._folder), key_of, to, lambda _d, _a: True)
            check_assembled(to, keys, sealed)

        return timed(work)

    def _made(self) -> Made:
        made = make(self._folder, self._vault, self._database, self._clock.now(), self._watched)
        if made is None:
            raise RuntimeError("nothing had changed")
        return made

    def _watched(self, _done: int, _of: int) -> bool:
        for child in tuple(program.running):
            self._peak = max(self._peak, _peak_of(child.process.pid))
        return True

    def _vacuum(self) -> None:
        to = self._folder.root / "vacuum.db"
        to.unlink(missing_ok=True)
        with closing(keyed(self._folder.database, *self._vault.database_key())) as raw:
            raw.execute("VACUUM INTO ?", (str(to),))
        with to.open("rb") as file:
            os.fsync(file.fileno())
        to.unlink()

    @contextmanager
    def _writing(self) -> Iterator[list[float]]:
        """Small transactions all the while, as people at work make them."""
        stop, waited = threading.Event(), list[float]()

        def write() -> None:
            while not stop.wait(0.05):
                began = time.perf_counter()
                self._database.write(lambda tx: settings.put(tx, "beat", str(len(waited))))
                waited.append(time.perf_counter() - began)

        thread = threading.Thread(target=write)
        thread.start()
        try:
            yield waited
        finally:
            stop.set()
            thread.join()


@contextmanager
def _beating() -> Iterator[list[float]]:
    """How much later than asked for a thread goes on: as the window's loop would."""
    stop, late = threading.Event(), [0.0]

    def beat() -> None:
        while not stop.is_set():
            began = time.perf_counter()
            time.sleep(BEAT)
            late.append(time.perf_counter() - began - BEAT)

    thread = threading.Thread(target=beat)
    thread.start()
    try:
        yield late
    finally:
        stop.set()
        thread.join()


def _fill(database: Database, rows: int) -> None:
    def make_table(tx: Tx) -> None:
        tx.connection.exec_driver_sql("CREATE TABLE bench (id INTEGER PRIMARY KEY, name TEXT, body BLOB)")
        tx.connection.exec_driver_sql("CREATE INDEX bench_by_name ON bench (name)")

    def put(tx: Tx, first: int) -> None:
        some = range(first, min(first + 5000, rows + 1))
        tx.driver.executemany(
            "INSERT INTO bench VALUES (?, ?, ?)",
            ((number, f"name{number * 7919 % rows}", os.urandom(BODY)) for number in some),
        )

    database.write(make_table)
    for first in range(1, rows + 1, 5000):
        database.write(partial(put, first=first))


def _change(tx: Tx, first: int, step: int) -> None:
    tx.connection.exec_driver_sql(
        "UPDATE bench SET body = randomblob(?) WHERE id % ? = ?", (BODY, step, first % step)
    )


def _peak_of(process: int) -> float:
    """MiB that it ever had in memory, where the system tells."""
    try:
        lines = Path(f"/proc/{process}/status").read_text("ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


if __name__ == "__main__":
    sys.exit(main())
