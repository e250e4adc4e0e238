"""The child of the restore's hard tests: brings a practice back, and dies or meets a bad disk where told.

`kill`: dies at a step; `fault`: restores again and again on a disk that fails at its Nth write.
Arguments: which, the folder of backups, the new folder, the recovery key, then the step (0: live,
and print how many there were), or the error number and the Ns. A step is a call that changes the
disk, or one of the program's own of progress.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desktop.errors import SealwellError
from tests.support.backed import Bare, Shelf, by_recovery_key
from tests.support.disk_fault import Disk

WATCHED = ("replace", "fsync", "unlink", "rmdir", "mkdir")


class Steps:
    """Counts, and dies."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.count = 0

    def step(self) -> None:
        self.count += 1
        if self.count == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def progress(self, _done: int, _of: int) -> bool:
        self.step()
        return True

    def watching(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*given: Any, **named: Any) -> Any:
            self.step()
            done = real(*given, **named)
            self.step()
            return done

        return watched


def kill(shelf: Path, to: str, key: str, last: str) -> None:
    steps = Steps(int(last))
    bare = Bare(Shelf(shelf, shelf, (), key), Path(to).parent)
    office = bare.office()
    for name in WATCHED:
        setattr(os, name, steps.watching(getattr(os, name)))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    office.restore(by_recovery_key(bare.shelf.where, Path(to), key), steps.progress)
    sys.stdout.write(f"{steps.count}\n")


def fault(shelf: Path, to: str, key: str, error: str, *numbers: str) -> None:
    disk, target = Disk(), Path(to)
    bare = Bare(Shelf(shelf, shelf, (), key), target.parent)
    for number in numbers:
        code = ""
        disk.fail_at(int(number), int(error), stays=True)
        try:
            bare.office().restore(by_recovery_key(bare.shelf.where, target, key))
        except SealwellError as known:
            code = known.code
        asked = disk.asked
        disk.fail_at(0)
        left = sorted(path.name for path in target.parent.iterdir())
        sys.stdout.write(json.dumps({"n": int(number), "code": code, "left": left, "asked": asked}) + "\n")
        if not code:
            return


if __name__ == "__main__":
    if sys.argv[1] == "kill":
        kill(Path(sys.argv[2]), *sys.argv[3:])
    else:
        fault(Path(sys.argv[2]), *sys.argv[3:])
