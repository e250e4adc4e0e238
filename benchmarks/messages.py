"""The practice's mail with 100,000 things said in it, 20 KB each: opened, read, searched.

Each round is a fresh process that opens the database (whose pages it finds in the system's cache,
not in its own): it reads the inbox with its counts and the names on it, opens conversations of
fifty entries, and searches in every way there is; then its peak memory is taken. The anchors are
the same rows by the bare driver on a keyed connection of the same file, and of the memory, a
process that has opened the database and read nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks._measure import Table, Target, percentile, scratch
from benchmarks._messages import TEXT, fill
from benchmarks._people import create, new_key

COUNT = 100_000
ROUNDS = 3
_WHOLE = "import desktop.assembly, desktop.office.agent; "
"""What the process that reads them, the background service, loads (ADR 0017); the window is another."""
_ROOT = Path(__file__).resolve().parent.parent


def main(count: int = COUNT) -> int:
    if not Path("/proc/self/clear_refs").exists():
        print("messages: the kernel's peak can only be counted anew on Linux; not measured")
        return 0
    table = Table(
        f"messages: {count:,} entries of {TEXT // 1000} KB, {ROUNDS} rounds, a process each",
        "the same rows by the bare driver, with the same key; of memory, the database opened and no more",
    )
    with scratch() as folder:
        path, key = folder / "practice.db", new_key()
        with closing(create(path, key)) as database:
            user, patients = fill(database, count)
        known = {
            "path": str(path),
            "key": key.key.hex(),
            "salt": key.salt.hex(),
            "vault": key.vault_id.hex(),
            "user": user.id,
            "patients": patients[:500],
        }
        rounds = [_child(known, seed) for seed in range(ROUNDS)]
        loaded = [_child(known, seed, _WHOLE)["peak"] for seed in range(ROUNDS)]
        empty = [[_child(known, -1, how)["peak"] for _ in range(ROUNDS)] for how in ("", _WHOLE)]
        table.note(f"the file: {path.stat().st_size / 1e9:.2g} GB")
    _say(table, rounds)
    for name, peaks, beside in (
        ("memory, who reads alone", [one["peak"] for one in rounds], empty[0]),
        ("  with all that the background service loads", loaded, empty[1]),
    ):
        table.line(name, peaks, beside, unit="MiB", target=_most(300))
    return table.end()


def _say(table: Table, rounds: list[Any]) -> None:
    def of(name: str, share: float) -> list[float]:
        return [percentile(one[name], share) for one in rounds]

    def ms(name: str, figure: str, share: float, limit: float | None = None) -> None:
        target = Target(limit, of="figure") if limit is not None else None
        table.line(name, of(figure, share), of(f"{figure}, by hand", share), unit="ms", target=target)

    table.line("inbox, the first look", [one["inbox"][0] for one in rounds], unit="ms", target=_most(200))
    ms("  and every other, p50", "inbox", 0.5)
    ms("a conversation of 50, p95", "conversation", 0.95, 150)
    worked = "search, processor"
    table.line("search, p95 of processor time", of(worked, 0.95), unit="ms", target=_most(50))
    kinds = [name for name in rounds[0] if name.startswith("search: ") and "by hand" not in name]
    for name in kinds:
        table.line(f"  {name[8:]}", of(name, 0.95), unit="ms")
    ms("  all kinds, as one waits, p95", "search", 0.95)


def _most(limit: float) -> Target:
    return Target(limit, of="figure")


def _child(known: dict[str, Any], seed: int, before: str = "") -> Any:
    done = subprocess.run(
        [sys.executable, "-c", f"{before}from benchmarks._messages_child import main; main({seed})"],
        input=json.dumps(known),
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


if __name__ == "__main__":
    sys.exit(main(*(int(one) for one in sys.argv[1:2])))
