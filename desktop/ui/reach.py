"""How many people can be reached: one quiet line on Today, and what would reach more."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QHBoxLayout

from desktop.models.accounts import Role
from desktop.models.records import Method
from desktop.office.values_protection import ReachShown
from desktop.ui.base import Ui, button, plain_label

REACH_ROLES = frozenset({Role.ADMINISTRATOR, Role.MANAGER, Role.FRONT_DESK})
"""Nobody else is asked about it: the office would refuse, and record that."""


class ReachLine(QFrame):
    """Hidden until the count is there; it is made in the background."""

    def __init__(self, ui: Ui, on_people: Callable[[], None]) -> None:
        super().__init__()
        self.ui = ui
        self.setObjectName("card")
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 12, 18, 12)
        row.setSpacing(14)
        self.words = plain_label("", "muted", wrap=True)
        row.addWidget(self.words, 1)
        self.people = button(ui.say("ui.reach.people"), on_people, "link")
        row.addWidget(self.people)
        self.hide()

    def show_reach(self, shown: ReachShown) -> None:
        self.words.setText(reach_words(self.ui, shown))
        self.people.setVisible(shown.best is not None)
        self.setVisible(shown.total > 0)


def reach_words(ui: Ui, shown: ReachShown) -> str:
    """How many, the one action that reaches most of the rest, and work addresses."""
    reached = shown.total - shown.counts.get(Method.NONE, 0)
    parts = [ui.say("ui.reach.line", reached=reached, total=shown.total)]
    if shown.best is not None:
        parts.append(ui.reason(shown.best))
    if shown.work_addresses:
        parts.append(ui.texts.count("ui.reach.work", shown.work_addresses))
    return " ".join(parts)
