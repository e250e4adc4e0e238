"""The child of the kill test: opens the practice and sends until nothing is due."""

from __future__ import annotations

import sys
from pathlib import Path

from desktop.sync.dispatcher import Dispatcher
from desktop.sync.loop import NetworkLoop
from tests.servers.practice import BarePractice


def main(folder: Path) -> None:
    loop = NetworkLoop()
    with BarePractice(folder) as practice:
        dispatcher = Dispatcher(
            practice.database, practice.outbox, practice.rechecks, practice.audit, practice.clock, loop
        )
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        dispatcher.run_due()
        dispatcher.stop()
    loop.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
