"""`python -m demo`: the main job from an empty folder to a verified audit log, on real parts.

A practice in a temporary folder, the sample people and tomorrow's visits, a relay on
this computer with TLS, every reminder sent and opened again by an independent program.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

from demo.practice import DemoRun, Outcome
from desktop import logs


def main(argv: list[str]) -> int:
    """Exit code 0 when everything that was sent could be opened and the chain verifies."""
    arguments = argparse.ArgumentParser(prog="demo", description=__doc__)
    arguments.add_argument("--json", action="store_true", help="one JSON document on standard output")
    given = arguments.parse_args(argv)
    logs.install_last_resort(_say)
    folder = Path(tempfile.mkdtemp(prefix="sealwell-demo-"))
    began = time.monotonic()
    try:
        with DemoRun(folder, _say) as run:
            outcome = run.whole()
            outcome.seconds = round(time.monotonic() - began, 1)
            if given.json:
                json.dump(outcome.document(), sys.stdout, ensure_ascii=False)
                sys.stdout.write("\n")
            else:
                _table(outcome)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0 if outcome.good else 1


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")


def _table(outcome: Outcome) -> None:
    """Person, method, why, state: for people."""
    rows = [("person", "method", "why", "state"), *outcome.rows]
    widths = [min(44, max(len(row[at]) for row in rows)) for at in range(4)]
    for row in rows:
        print("  ".join(cell[:width].ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    print()
    print(f"Imported {outcome.people} people; {len(outcome.rejected)} rows were left out with a reason.")
    for name, number in outcome.opened.items():
        print(f"Opened again, {name}: {number}")
    print(
        f"Relay: {outcome.received} messages, {outcome.tls} over TLS, {outcome.plaintext} commands in clear."
    )
    print(f"Audit log: {outcome.records} records, {'verified' if outcome.verified else 'NOT INTACT'}.")
    print(f"{outcome.seconds} seconds.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
