"""Scrolling the list of 100,000 people: what one frame costs the window's thread.

The real window over a real practice, in this process. A frame is one step of a page: the bar is
moved, what came into sight is painted, and whatever else waits for the window (answers of the
reading lane among it) is done. What counts is the processor time of the whole process, the reading
lane's too, because a busy computer makes any frame late. The anchor is the same table, style and
step over a list that is whole in memory and reads nothing.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication, QTableView

from benchmarks._measure import Table, Target, percentile, scratch
from benchmarks._office import BenchPractice, LaterClock
from benchmarks._people import EVERYBODY, as_csv, rows
from desktop.app import WindowRun
from desktop.crypto.kdf import FLOOR
from desktop.models.records import PersonId
from desktop.office.values import ImportRequest, PersonLine
from desktop.ui.people.page import PeoplePage
from desktop.ui.table import Column, Rows, table
from desktop.ui.workspace import Workspace

ROUNDS, FRAMES = 5, 120
_FRAME = 1 / 60
_PATIENCE = 60.0
_SIZE = (440, 560)
"""Of the list, in logical pixels."""
_TARGET = Target(16, of="figure")


@dataclass(frozen=True)
class _Frame:
    """Milliseconds of one."""

    waited: float
    worked: float


def main(everybody: int = EVERYBODY) -> int:
    words = f"scrolling: {everybody:,} people, {ROUNDS} rounds of {FRAMES} frames, 60 a second"
    report = Table(words, "the same table over a list that is whole in memory")
    people = rows(everybody)
    with scratch() as folder:
        practice = BenchPractice(Path(folder), LaterClock(), FLOOR)
        practice.make()
        signed = practice.enter()
        data = as_csv(people)
        practice.office.import_people(signed.session, ImportRequest("people.csv", data=data))
        run = WindowRun(practice.folder, "en", lambda: practice.office)
        run.window.enter(signed)
        run.window.show()
        page = _page(run)
        held = _held(people)
        with closing(practice.office):
            _measure(report, run, page.list, held)
            run.stop()
    return report.end()


def _page(run: WindowRun) -> PeoplePage:
    workspace = run.window.centralWidget()
    if not isinstance(workspace, Workspace):
        raise TypeError("nobody is signed in")
    workspace.open("people")
    page = workspace.pages["people"]
    if not isinstance(page, PeoplePage):
        raise TypeError("there is no People page")
    end = time.perf_counter() + _PATIENCE
    while not page.rows.rowCount():
        QApplication.processEvents()
        if time.perf_counter() > end:
            raise RuntimeError("the People page shows nobody")
        time.sleep(0.002)
    return page


def _held(people: list[tuple[str, ...]]) -> QTableView:
    """The anchor's list, as large and with the same columns."""
    model = Rows[PersonLine](
        [
            Column("Name", lambda one: one.name, stretch=True),
            Column("Born", lambda one: str(one.birth_date), width=120),
        ]
    )
    model.show([PersonLine(PersonId(one[0]), f"{one[1]} {one[2]}", one[3], None, "active") for one in people])
    view = table(model, "People")
    view.resize(*_SIZE)
    view.show()
    return view


def _measure(report: Table, run: WindowRun, ours: QTableView, held: QTableView) -> None:
    for name, seed in (("a page further", None), ("anywhere in the list", 7)):
        mine, anchor = list[list[_Frame]](), list[list[_Frame]]()
        for number in range(ROUNDS):
            step = _steps(seed, number)
            mine.append(_frames(ours, step))
            anchor.append(_frames(held, step))
            _rest(run)
        for share, words, kind, target in (
            (0.5, "p50 of processor time", "worked", None),
            (0.95, "p95 of processor time", "worked", _TARGET),
            (0.95, "p95 as one waits", "waited", None),
        ):
            taken = [percentile([getattr(one, kind) for one in some], share) for some in mine]
            others = [percentile([getattr(one, kind) for one in some], share) for some in anchor]
            report.line(f"{name}, {words}", taken, others, unit="ms", target=target)


def _steps(seed: int | None, number: int) -> Callable[[QTableView, int], int]:
    """Where the bar stands in a frame: on by a page, or anywhere."""
    if seed is None:
        return lambda view, frame: (number * FRAMES + frame) * view.verticalScrollBar().pageStep()
    places = random.Random(seed + number).choices(range(1_000_000), k=FRAMES)
    return lambda view, frame: view.verticalScrollBar().maximum() * places[frame] // 1_000_000


def _frames(view: QTableView, step: Callable[[QTableView, int], int]) -> list[_Frame]:
    """Between frames the window rests, as between two pictures."""
    taken = []
    for frame in range(FRAMES):
        began, worked = time.perf_counter(), time.process_time()
        view.verticalScrollBar().setValue(step(view, frame))
        view.viewport().repaint()
        QApplication.processEvents()
        spent = time.perf_counter() - began
        taken.append(_Frame(spent * 1000, (time.process_time() - worked) * 1000))
        time.sleep(max(0.0, _FRAME - spent))
    return taken


def _rest(run: WindowRun) -> None:
    """Until every answer of the round is there."""
    end = time.perf_counter() + _PATIENCE
    while run.bridge.busy and time.perf_counter() < end:
        QApplication.processEvents()
        time.sleep(0.002)


if __name__ == "__main__":
    sys.exit(main())
