"""One place for backups: what lies there, when the next one comes, what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from desktop.office.values_backups import TargetLine
from desktop.ui.backups.words import PICTURES, kind_words, last_words, name_of, next_words, pill_of, problems
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.icons import pixmap

_PICTURE = 24


class PlaceActs(Protocol):
    """What the card's buttons do; the page does it."""

    def check(self, line: TargetLine | None) -> None: ...
    def change(self, line: TargetLine) -> None: ...
    def ask_retire(self, line: TargetLine) -> None: ...


class PlaceCard(QFrame):
    """`manages` adds what only an administrator may do."""

    def __init__(self, ui: Ui, line: TargetLine, acts: PlaceActs, *, manages: bool) -> None:
        super().__init__()
        self.line = line
        self._ui = ui
        self.setObjectName("card")
        self.setAccessibleName(name_of(line))
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 16, 20, 14)
        row.setSpacing(14)
        picture = QLabel()
        picture.setPixmap(pixmap(PICTURES[line.target.place.kind], ui.theme.tokens.muted, _PICTURE))
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(4)
        row.addLayout(column, 1)
        top = QHBoxLayout()
        top.addWidget(plain_label(name_of(line), "heading", wrap=True), 1)
        state, look = pill_of(line)
        top.addWidget(plain_label(ui.say(f"ui.target.state-{state}"), look), 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(top)
        column.addWidget(plain_label(kind_words(ui, line), "muted", wrap=True))
        said = [last_words(ui, line), next_words(ui, line)]
        column.addWidget(plain_label("  ".join(one for one in said if one), wrap=True))
        for words in problems(ui, line):
            column.addWidget(plain_label(words, "problem", wrap=True))
        self.acts: dict[str, QPushButton] = {}
        self._row = QHBoxLayout()
        self._row.setSpacing(18)
        self._add("check", lambda: acts.check(line))
        if manages:
            self._add("change", lambda: acts.change(line))
            self._add("retire", lambda: acts.ask_retire(line))
        self._row.addStretch()
        column.addSpacing(2)
        column.addLayout(self._row)

    def _add(self, code: str, act: Callable[[], None]) -> None:
        made = button(self._ui.say(f"ui.target.{code}"), act, "quiet")
        made.setAccessibleName(f"{made.text()}: {name_of(self.line)}")
        self._row.addWidget(made)
        self.acts[code] = made
