"""Puts a file on a target and ends itself by SIGKILL in the middle (`test_targets_kill.py`).

`upload_runner.py NAME SOURCE LIMIT` reads the place and its secret as JSON; it prints what it had moved.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from desktop.models.safekeeping import Place, TargetKind
from desktop.sync.targets.pieces import Pieced
from desktop.sync.targets.reach import reach
from tests.support.targets import MARKER, TAG

PORTION = 64 * 1024


def main(name: str, source: Path, limit: int) -> None:
    Pieced.portion = PORTION
    said = json.load(sys.stdin)
    secret = said.pop("secret")
    place = Place(**{**said, "kind": TargetKind(said["kind"])})

    def moved(done: int, of: int) -> bool:
        if done >= limit:
            os.write(1, str(done).encode("ascii"))
            os.kill(os.getpid(), signal.SIGKILL)
        return True

    reach(place, secret, TAG, MARKER).put(name, source, moved)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
