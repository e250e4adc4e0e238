"""What a file would do, or did: counts in a sentence, and what is wrong with the rest in groups."""

from __future__ import annotations

from PySide6.QtWidgets import QHeaderView, QVBoxLayout, QWidget

from desktop.office.values_imports import VISITS, ImportReport, ProblemGroup
from desktop.texts import clean
from desktop.ui.base import Ui
from desktop.ui.table import Column, Rows, table

_LINES = 6
"""Rows that are named of each group."""
_NAMES = 8


class ProblemsView(QWidget):
    """One line for each reason."""

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.rows = Rows[ProblemGroup](
            [
                Column(ui.say("ui.imports.how-many"), lambda one: str(one.count), width=98),
                Column(ui.say("ui.import.problem"), lambda one: ui.reason(one.reason), stretch=True),
                Column(ui.say("ui.imports.rows"), _lines, width=96),
            ]
        )
        self.view = table(self.rows, ui.say("ui.import.rejected-list"))
        self.view.setWordWrap(True)
        self.view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        column.addWidget(self.view)

    def show_groups(self, groups: tuple[ProblemGroup, ...]) -> None:
        self.rows.show(groups)
        self.setVisible(bool(groups))


def _lines(one: ProblemGroup) -> str:
    more = "…" if one.count > _LINES else ""
    return ", ".join(str(line) for line in one.lines[:_LINES]) + more


def report_words(ui: Ui, report: ImportReport) -> str:
    """What was done, or would be where nothing is stored yet."""
    done = "did" if report.id is not None else "would"
    counts = {"created": report.created, "updated": report.updated, "unchanged": report.unchanged}
    if report.kind == VISITS:
        words = ui.say(f"ui.imports.visits-{done}", **counts, cancelled=len(report.cancelled))
    else:
        words = ui.say(f"ui.people.{done}", **counts)
    others = report.rejected - report.duplicates
    if report.duplicates:
        words += " " + ui.texts.count("ui.imports.duplicates", report.duplicates)
    if others:
        words += " " + ui.texts.count("ui.people.left-out", others)
    if report.ignored:
        words += " " + ui.say(
            "ui.people.ignored", names=", ".join(clean(n, 40) for n in report.ignored[:_NAMES])
        )
    return words
