"""The second step: how somebody made sure of the address, and what they found."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from desktop.office.values_delivery import FailureShown
from desktop.texts import clean
from desktop.ui.base import Ui, plain_label
from desktop.ui.form import Field

WAYS = ("phone", "in-person", "chart")
RESULTS = ("same", "changed", "unreachable")


class CheckForm(QWidget):
    """`ready` whenever an answer changed; nothing is chosen beforehand."""

    ready = Signal()

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self.ui = ui
        say = ui.say
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self.lead = plain_label(say("ui.failure.check-lead"), wrap=True)
        column.addWidget(self.lead)
        self.phone = plain_label("", "heading", wrap=True)
        column.addWidget(self.phone)
        self.ways: dict[str, QRadioButton] = {}
        self.results: dict[str, QRadioButton] = {}
        column.addWidget(self._choices("ui.failure.way", WAYS, self.ways))
        column.addWidget(self._choices("ui.failure.result", RESULTS, self.results))
        self.address = Field(say("ui.failure.new-address"))
        self.address.input.textChanged.connect(lambda _: self.ready.emit())
        self.address.hide()
        column.addWidget(self.address)
        self.note = Field(say("ui.failure.note"), hint=say("ui.failure.note-hint"))
        column.addWidget(self.note)

    def _choices(self, code: str, which: tuple[str, ...], made: dict[str, QRadioButton]) -> QWidget:
        box = QWidget()
        box.setAccessibleName(self.ui.say(code))
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(plain_label(self.ui.say(code), "label"))
        group = QButtonGroup(box)
        for one in which:
            radio = QRadioButton(self.ui.say(f"{code}-{one}"))
            radio.toggled.connect(lambda _: self._changed())
            group.addButton(radio)
            column.addWidget(radio)
            made[one] = radio
        return box

    def show_failure(self, shown: FailureShown) -> None:
        say = self.ui.say
        phone = clean(shown.phone)
        self.phone.setText(say("ui.failure.call", phone=phone) if phone else say("ui.failure.no-phone"))
        self.results["same"].setText(say("ui.failure.result-same-as", address=clean(shown.address)))

    def focus(self) -> None:
        """On what was chosen, else on the first way."""
        chosen = [radio for radio in self.ways.values() if radio.isChecked()]
        (chosen or list(self.ways.values()))[0].setFocus()

    def _changed(self) -> None:
        self.address.setVisible(self.results["changed"].isChecked())
        self.ready.emit()

    @property
    def changed(self) -> bool:
        return self.results["changed"].isChecked()

    @property
    def complete(self) -> bool:
        way, result, address, _ = self.answers
        return bool(way and result and (result != "changed" or "@" in address))

    @property
    def answers(self) -> tuple[str, str, str, str]:
        """The way, the result, the new address where there is one, and the note."""
        way = next((code for code, radio in self.ways.items() if radio.isChecked()), "")
        result = next((code for code, radio in self.results.items() if radio.isChecked()), "")
        address = self.address.text.strip() if result == "changed" else ""
        return way, result, address, self.note.text.strip()
