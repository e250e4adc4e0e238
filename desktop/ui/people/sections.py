"""The sections of a person's page: a line of buttons above, one section in front."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.office.values import PersonShown
from desktop.ui.base import Ui
from desktop.ui.buttonline import ButtonLine
from desktop.ui.personsection import PersonSection

OVERVIEW = "overview"


class PersonSections(QWidget):
    """Each is built when it is first opened, and stays in front from one person to the next."""

    changed = Signal()

    def __init__(
        self, ui: Ui, overview: QWidget, parts: tuple[tuple[str, Callable[[], PersonSection]], ...]
    ) -> None:
        super().__init__()
        self._build = dict(parts)
        self._overview = overview
        self.built: dict[str, PersonSection] = {}
        self.shown: PersonShown | None = None
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(12)
        self.line = ButtonLine(ui.say("ui.person.sections"), self.open)
        for code in (OVERVIEW, *self._build):
            self.line.add(code, ui.say(f"ui.person.section-{code}"))
        self.line.buttons[OVERVIEW].setChecked(True)
        self.column.addWidget(self.line)
        self.line.setVisible(bool(self._build))
        self.column.addWidget(overview)

    def open(self, code: str) -> None:
        """Bring one to the front; hidden ones take no room, so that each scrolls by its own length."""
        if code != OVERVIEW and code not in self.built:
            made = self._build[code]()
            made.changed.connect(self.changed)
            self.built[code] = made
            self.column.addWidget(made)
        self.line.buttons[code].setChecked(True)
        self._overview.setVisible(code == OVERVIEW)
        for other, section in self.built.items():
            section.setVisible(other == code)
        self._tell()

    def show_person(self, shown: PersonShown | None) -> None:
        """Nobody: only the overview, which says so."""
        self.shown = shown
        self.line.setEnabled(shown is not None)
        if shown is None:
            self.open(OVERVIEW)
        else:
            self._tell()

    def _tell(self) -> None:
        front = self.built.get(self.line.chosen)
        if front is not None and self.shown is not None:
            front.show_person(self.shown)
