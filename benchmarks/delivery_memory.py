"""Peak memory (`VmHWM`) of a process that sends 10,000 letters of 10 KB, beside one that sends 1,000.

Each opens a practice whose rows are queued, and sends them over four connections to the demo's
relay, a process of its own. Less is better; flat is a ratio near one.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks._measure import Table, Target, scratch
from benchmarks._relay import HOST, OtherRelay, relay_beside
from benchmarks._senders import SENDER, TEXT
from desktop.models import sending
from desktop.models.delivery import RelaySending
from desktop.models.records import Relay, RelayId
from tests.servers.practice import BarePractice

FEW, MANY = 1_000, 10_000
CONNECTIONS = 4
TARGET = Target(1.15)
_ROOT = Path(__file__).resolve().parent.parent
_PORTION = 1_000


def main(many: int = MANY) -> int:
    with scratch() as folder, relay_beside(folder) as relay:
        few_peak, many_peak = (_peak(folder / str(count), relay, count) for count in (FEW, many))
    table = Table(f"delivery_memory: sending {many:,} letters of 10 KB", f"sending {FEW:,} of them")
    table.line("peak of the process", [many_peak], [few_peak], unit="MiB", target=TARGET)
    return table.end()


def _peak(place: Path, server: OtherRelay, count: int) -> float:
    relay = Relay(
        id=RelayId("1" * 32),
        name="relay",
        host=HOST,
        port=server.port,
        security="implicit",
        ca_file=str(server.ca_file),
        user=server.user,
        sender=SENDER,
        baa=None,
    )
    with BarePractice(place) as practice:
        practice.add_relay(relay, server.password)
        practice.database.write(lambda tx: sending.put(tx, RelaySending(relay.id, connections=CONNECTIONS)))
        for _ in range(count // _PORTION):
            practice.queue(relay, _PORTION, text=TEXT)
    command = [sys.executable, "-m", "benchmarks._delivery_child", str(place)]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=True)
    sent, peak = done.stdout.split()
    if int(sent) != count or server.received() != count:
        raise RuntimeError(f"{sent} of {count} were sent")
    return float(peak)


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:2])))
