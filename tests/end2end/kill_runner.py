"""The child of the kill tests: opens the practice and sends until nothing is due.

`kill_runner.py FOLDER [POINT VISIT]`: with a point, it ends itself there by SIGKILL, at that visit.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from desktop.sync.dispatcher import Dispatcher
from desktop.sync.loop import NetworkLoop
from desktop.sync.points import Passing, Point, unnoticed
from tests.servers.practice import BarePractice


def ends_at(point: Point, visit: int) -> Passing:
    """The process is gone when it passes `point` for the `visit`-th time."""
    visits = 0

    def passing(here: Point) -> None:
        nonlocal visits
        visits += here is point
        if visits >= visit:
            os.kill(os.getpid(), signal.SIGKILL)

    return passing


def main(folder: Path, passing: Passing) -> None:
    loop = NetworkLoop()
    with BarePractice(folder) as practice:
        dispatcher = Dispatcher(
            practice.database,
            practice.outbox,
            practice.rechecks,
            practice.audit,
            practice.clock,
            loop,
            passing=passing,
        )
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        dispatcher.run_due()
        dispatcher.stop()
    loop.stop()


if __name__ == "__main__":
    end = ends_at(Point(sys.argv[2]), int(sys.argv[3])) if len(sys.argv) > 3 else unnoticed
    main(Path(sys.argv[1]), end)
