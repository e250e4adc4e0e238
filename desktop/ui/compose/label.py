"""How sensitive a letter is: four choices, each with one line that says what follows."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from desktop.models.records import Label
from desktop.ui.base import Ui, plain_label


class LabelChoice(QWidget):
    """Begins with `sensitive`; `changed` when a person chose another."""

    changed = Signal()

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self.ui = ui
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        self.box = QComboBox()
        self.box.setAccessibleName(ui.say("ui.label.name"))
        for label in Label:
            self.box.addItem(ui.say(f"ui.label.{label.value}"), label.value)
        self.hint = plain_label("", "muted", wrap=True)
        row.addWidget(self.box)
        row.addWidget(self.hint, 1)
        self.box.currentIndexChanged.connect(lambda _: self._tell())
        self.box.activated.connect(lambda _: self.changed.emit())
        self.choose(Label.SENSITIVE)

    @property
    def label(self) -> Label:
        return Label(self.box.currentData())

    def choose(self, label: Label) -> None:
        self.box.setCurrentIndex(self.box.findData(label.value))
        self._tell()

    def _tell(self) -> None:
        words = self.ui.say(f"ui.label.{self.label.value}-hint")
        self.hint.setText(words)
        self.box.setAccessibleDescription(words)
