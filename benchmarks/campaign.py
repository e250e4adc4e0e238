"""A campaign's letters from its group to the outbox: asked, written, sealed, queued, stage by stage.

In processor time, so that whoever else works on this computer changes little. Each way in a process of
its own, whose peak stands beside that of one with a tenth of the people. Three anchors of the same run:
the same rows by the driver alone into the same tables of another SQLCipher file; the same words by the
standard library's `email`; one AES-256-GCM and one SHA-256 over the same bytes.
`python -m benchmarks.campaign [people] [way ...]`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks._campaign_child import WAYS
from benchmarks._measure import Table, Target

MANY = 10_000
WHOLE, LEDGER, MEMORY = (
    Target(400, of="figure", at_most=False),
    Target(2, of="figure"),
    Target(1.15),
)
STAGES = ("decide", "seal", "queue")
_ANCHORS = {"decide": "", "seal": "anchor-email", "queue": "anchor-rows"}
_ROOT = Path(__file__).resolve().parent.parent


def main(count: int, ways: tuple[str, ...]) -> int:
    missed = [_one(way, count) for way in ways]
    return max(missed)


def _one(way: str, count: int) -> int:
    few, many = _run(way, max(100, count // 10)), _run(way, count)
    seconds = many["seconds"]

    def rate(*names: str) -> float:
        return float(count / sum(seconds[name] for name in names))

    table = Table(
        f"campaign: {count:,} letters by {way}, {many['octets'] / count / 1024:.0f} KiB each",
        "see the module; rates are letters a second of processor time",
    )
    table.line("rendered alone", [rate("render")], unit="/s")
    for stage in STAGES:
        anchor = [rate(_ANCHORS[stage])] if _ANCHORS[stage] else []
        table.line(stage, [rate(stage)], anchor, unit="/s")
    table.line("whole", [rate(*STAGES)], [rate("anchor-cipher")], unit="/s", target=WHOLE)
    table.line("whole, with the ledger before it", [rate("ledger", *STAGES)], unit="/s")
    table.line("ledger", [seconds["ledger"]], unit="s", target=LEDGER)
    table.line("the ledger drawn after its messages, once", [seconds["settle"]], unit="s")
    table.line("peak of the process", [many["peak"]], [few["peak"]], unit="MiB", target=MEMORY)
    return table.end()


def _run(way: str, count: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks._campaign_child", way, str(count)]
    done = subprocess.run(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


if __name__ == "__main__":
    asked = sys.argv[1:]
    sys.exit(main(int(asked[0]) if asked else MANY, tuple(asked[1:]) or tuple(WAYS)))
