"""Work on a disk that fails at the Nth write, again and again in one process (`test_disk_faults.py`).

Arguments: what to do, a folder, an error number, and for which N. One JSON line for each.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from desktop.errors import SealwellError
from desktop.models import settings
from desktop.models.database import Database
from tests.servers.practice import KEY, SALT, VAULT, BarePractice
from tests.support.disk_fault import Disk

ROWS = 40


def rows(folder: Path, disk: Disk, error: int, number: int) -> dict[str, Any]:
    """Commit row after row until the disk fails; then say what is there."""
    path = folder / "practice" / "practice.db"
    shutil.rmtree(path.parent, ignore_errors=True)
    shutil.copytree(folder / "made", path.parent)
    committed, code, database = -1, "", None
    disk.fail_at(number, error, stays=True)
    try:
        database = Database.open(path, KEY, SALT, VAULT, 1)
        for row in range(ROWS):
            database.write(lambda tx, row=row: settings.put(tx, f"row-{row}", "x" * 3000))
            committed = row
    except SealwellError as known:
        code = known.code
    asked = disk.asked
    try:
        if database is not None:
            database.close()
    except SealwellError as known:
        code = code or known.code
    disk.fail_at(0)
    database = Database.open(path, KEY, SALT, VAULT, 1)
    database.integrity()
    there = database.read(lambda tx: [settings.get(tx, f"row-{row}") is not None for row in range(ROWS)])
    database.close()
    return {"n": number, "committed": committed + 1, "there": there, "code": code, "asked": asked}


def main(folder: str, error: str, *numbers: str) -> None:
    made = Path(folder)
    with BarePractice(made / "made"):
        pass
    disk = Disk()
    for number in numbers:
        sys.stdout.write(json.dumps(rows(made, disk, int(error), int(number))) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
