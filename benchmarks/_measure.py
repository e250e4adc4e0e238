"""Rounds, medians and the table that every benchmark prints.

A figure and its anchor are taken in turns, round by round, so that a slow moment of the
computer strikes both; the ratio is the median of the rounds' ratios.
"""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median


@dataclass(frozen=True)
class Target:
    """`of` says what the limit is for: the ratio to the anchor, or the figure itself."""

    limit: float
    of: str = "ratio"
    at_most: bool = True

    def met(self, ratio: float | None, ours: float) -> bool:
        value = ratio if self.of == "ratio" and ratio is not None else ours
        return value <= self.limit if self.at_most else value >= self.limit

    def words(self, unit: str) -> str:
        sign = "<=" if self.at_most else ">="
        return f"{sign} {self.limit:g}x" if self.of == "ratio" else f"{sign} {self.limit:g} {unit}"


@dataclass
class Table:
    """One benchmark's answer; `end` prints it and gives the exit code, 1 when a target is missed."""

    title: str
    anchor: str
    _lines: list[tuple[str, ...]] = field(default_factory=list)
    _notes: list[str] = field(default_factory=list)
    _missed: list[str] = field(default_factory=list)

    def line(
        self,
        name: str,
        ours: Sequence[float],
        anchor: Sequence[float] = (),
        *,
        unit: str,
        target: Target | None = None,
    ) -> None:
        """A figure by rounds, and its anchor's by the same rounds (none: it stands by itself)."""
        figure = median(ours)
        ratio = median(one / other for one, other in zip(ours, anchor, strict=True)) if anchor else None
        verdict = ""
        if target is not None:
            met = target.met(ratio, figure)
            verdict = f"{target.words(unit)} {'ok' if met else 'MISSED'}"
            if not met:
                self._missed.append(name)
        self._lines.append(
            (
                name,
                f"{_number(figure)} {unit}",
                f"{_number(median(anchor))} {unit}" if anchor else "",
                "" if ratio is None else f"{ratio:.2f}x",
                f"{_number(min(ours))}-{_number(max(ours))}" if len(ours) > 1 else "",
                verdict,
            )
        )

    def note(self, words: str) -> None:
        self._notes.append(words)

    def end(self) -> int:
        head = ("figure", "median", "anchor", "ratio", "range", "target")
        rows = [head, *self._lines]
        widths = [max(len(row[at]) for row in rows) for at in range(len(head))]
        print(f"\n{self.title}\n  anchor: {self.anchor}")
        for row in rows:
            print(("  " + "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True))).rstrip())
        busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
        for words in [*self._notes, f"load {busy:.1f} on {os.cpu_count()} processors"]:
            print(f"  {words}")
        return 1 if self._missed else 0


def timed(work: Callable[[], object]) -> float:
    """Seconds that `work` takes, after the garbage of what came before is gone."""
    gc.collect()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def worked(work: Callable[[], object]) -> float:
    """Seconds of processor time that `work` takes here, whatever else the computer does."""
    gc.collect()
    began = time.process_time()
    work()
    return time.process_time() - began


def peak() -> int:
    """The most memory that this process had at once since the last `forget`, in KiB."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def forget() -> None:
    Path("/proc/self/clear_refs").write_text("5", "ascii")


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """A private folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="sealwell-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 1000 else f"{value:.3g}"
