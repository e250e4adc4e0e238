"""Work on a disk that fails at the Nth write, again and again in one process (`test_disk_faults.py`).

Arguments: what to do, a folder, an error number, and for which N. One JSON line for each.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from desktop.crypto.container import container_key
from desktop.errors import SealwellError
from desktop.models import settings
from desktop.models.database import Database, Tx
from desktop.sync.backup_make import chain_here, prove
from tests.servers.practice import KEY, SALT, VAULT, BarePractice
from tests.support.containers import Kept
from tests.support.disk_fault import Disk

ROWS = 40
Line = dict[str, Any]


class Rows:
    """Commit row after row until the disk fails; then say what is there."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._disk = folder, Disk()
        with BarePractice(folder / "made"):
            pass

    def __call__(self, error: int, number: int) -> Line:
        path = self._folder / "practice" / "practice.db"
        shutil.rmtree(path.parent, ignore_errors=True)
        shutil.copytree(self._folder / "made", path.parent)
        self._disk.fail_at(number, error, stays=True)
        committed, code = self._commit(path)
        self._disk.fail_at(0)
        database = Database.open(path, KEY, SALT, VAULT, 1)
        database.integrity()
        there = database.read(lambda tx: [settings.get(tx, f"row-{row}") is not None for row in range(ROWS)])
        database.close()
        return {"n": number, "committed": committed, "there": there, "code": code}

    @staticmethod
    def _commit(path: Path) -> tuple[int, str]:
        committed, code, database = 0, "", None
        try:
            database = Database.open(path, KEY, SALT, VAULT, 1)
            for row in range(ROWS):
                database.write(partial(settings.put, key=f"row-{row}", value="x" * 3000))
                committed = row + 1
        except SealwellError as known:
            code = known.code
        try:
            if database is not None:
                database.close()
        except SealwellError as known:
            code = code or known.code
        return committed, code


class Backups:
    """Make a backup, whose own process meets the failing disk; what was made before must stay proven."""

    def __init__(self, folder: Path) -> None:
        self._kept = Kept.create(folder)
        self._change(200)
        self._kept.backed_up()

    def __call__(self, error: int, number: int) -> Line:
        kept, before = self._kept, chain_here(self._kept.folder)
        self._change(number)
        os.environ.update(FAULT_AT=str(number), FAULT_ERRNO=str(error), FAULT_STICKY="1")
        code = ""
        try:
            kept.backed_up()
        except SealwellError as known:
            code = known.code
        os.environ["FAULT_AT"] = "0"
        chain = chain_here(kept.folder)
        prove(chain, partial(container_key, kept.vault), kept.keys, kept.folder.backups, lambda _d, _o: True)
        names = kept.here() - {"state"}
        return {
            "n": number,
            "code": code,
            "stands": chain[: len(before)] == before or len(chain) == 1,
            "grown": chain != before,
            "left": sorted(names - {path.name for path in chain}),
        }

    def _change(self, number: int) -> None:
        def change(tx: Tx) -> None:
            for row in range(20):
                settings.put(tx, f"row-{row}", f"{number} " * 400)

        self._kept.database.write(change)


WORK: dict[str, Callable[[Path], Callable[[int, int], Line]]] = {"rows": Rows, "backups": Backups}


def main(what: str, folder: str, error: str, *numbers: str) -> None:
    work = WORK[what](Path(folder))
    for number in numbers:
        sys.stdout.write(json.dumps(work(int(error), int(number))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
