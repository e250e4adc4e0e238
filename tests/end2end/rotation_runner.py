"""The child of the rotation's kill test: changes the vault key, and dies where it is told to.

Arguments: the folder, the vault key, and after how many steps to die (0: live and print how
many there were). A step is a call that changes the disk, or one of SQLite's pages of progress.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desktop.models import database
from desktop.paths import PracticeFolder
from tests.support.renewal import Renewal

WATCHED = ("replace", "fsync", "unlink", "open")


class Steps:
    """Counts, and dies."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.count = 0

    def step(self, *_: object) -> None:
        self.count += 1
        if self.count == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def watching(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*given: Any, **named: Any) -> Any:
            self.step()
            return real(*given, **named)

        return watched


def main(folder: str, vault_key: str, last: str) -> None:
    practice = Renewal(PracticeFolder(Path(folder)), 0)
    vault = practice.vault(bytes.fromhex(vault_key))
    steps = Steps(int(last))
    database.COPY_PAGES = 16
    for name in WATCHED:
        setattr(os, name, steps.watching(getattr(os, name)))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    practice.rotate(vault, steps.step)
    sys.stdout.write(f"{steps.count}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
