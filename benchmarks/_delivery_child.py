"""A process that sends rows that are there already, and says how much memory that took at most, in MiB."""

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
        states = dispatcher.run_due().states
        dispatcher.stop()
    loop.stop()
    status = Path("/proc/self/status").read_text("ascii")
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    print(sum(states.values()), int(peak.split()[1]) / 1024)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
