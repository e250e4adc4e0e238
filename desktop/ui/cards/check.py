"""The identity check by phone: what may be asked, with the answer on record beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QVBoxLayout

from desktop.texts import clean
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dates import date_words

LEAST = 2


class CheckPanel(QFrame):
    """Staff tick what the person answered rightly; two make a check. No answer is typed or kept."""

    def __init__(
        self, ui: Ui, answers: Mapping[str, str], on_checked: Callable[[tuple[str, ...]], None]
    ) -> None:
        super().__init__()
        self.ui = ui
        self.setObjectName("card")
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addWidget(plain_label(ui.say("ui.check.title"), "heading", wrap=True))
        column.addWidget(plain_label(ui.say("ui.check.lead"), "muted", wrap=True))
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        grid.setColumnStretch(1, 1)
        self.boxes: dict[str, QCheckBox] = {}
        for row, (code, answer) in enumerate(answers.items()):
            box = QCheckBox(ui.say(f"ui.check.{code}"))
            shown = self._shown(answer)
            box.setAccessibleName(f"{box.text()}: {shown}")
            box.toggled.connect(lambda _: self._count())
            self.boxes[code] = box
            grid.addWidget(box, row, 0)
            grid.addWidget(plain_label(shown), row, 1)
        column.addLayout(grid)
        self.done = button(ui.say("ui.check.done"), lambda: on_checked(self.asked))
        self.done.setEnabled(False)
        column.addWidget(self.done)
        if len(self.boxes) < LEAST:
            column.addWidget(plain_label(ui.say("ui.check.too-little"), "problem", wrap=True))

    @property
    def asked(self) -> tuple[str, ...]:
        return tuple(code for code, box in self.boxes.items() if box.isChecked())

    def _count(self) -> None:
        self.done.setEnabled(len(self.asked) >= LEAST)

    def _shown(self, answer: str) -> str:
        try:
            return date_words(date.fromisoformat(answer), self.ui.texts.language)
        except ValueError:
            return clean(answer)
