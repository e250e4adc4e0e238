"""Finding one person while typing: suggestions below the field, the arrows choose."""

from __future__ import annotations

from PySide6.QtCore import QStringListModel, Qt, QTimer, Signal
from PySide6.QtWidgets import QCompleter, QLineEdit

from desktop.models.accounts import Session
from desktop.models.records import PersonId
from desktop.office.values import PeopleFound, PersonLine
from desktop.texts import clean
from desktop.ui.base import Ui
from desktop.ui.dates import date_words

_WAIT_MS = 250
_LEAST = 2
_OFFERED = 12


class PersonField(QLineEdit):
    """`chosen` is one person or None; typing on after a choice takes it back.

    Each search is a record of the log itself, so it waits until the typing rests.
    """

    changed = Signal()

    def __init__(self, ui: Ui, session: Session, name: str) -> None:
        super().__init__()
        self._ui = ui
        self._session = session
        self._asked = 0
        self._found: list[PersonLine] = []
        self.chosen: PersonId | None = None
        self.setAccessibleName(name)
        self.setPlaceholderText(name)
        self.setClearButtonEnabled(True)
        self._offers = QStringListModel(self)
        completer = QCompleter(self._offers, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.activated.connect(self._activated)
        popup = completer.popup()
        if popup is not None:
            popup.setAccessibleName(name)
        self.setCompleter(completer)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_WAIT_MS)
        self._later.timeout.connect(self.look_up)
        self.textEdited.connect(lambda _: self._typed())
        self.textChanged.connect(lambda text: None if text else self._take(None))

    def _typed(self) -> None:
        self._take(None)
        self._later.start()

    def look_up(self) -> None:
        """Ask for whom the letters fit."""
        self._later.stop()
        text = self.text().strip()
        self._asked += 1
        asked = self._asked
        if len(text) < _LEAST:
            return

        def done(found: PeopleFound) -> None:
            if asked == self._asked:
                self._offer(found)

        self._ui.bridge.run(
            self,
            lambda _: self._ui.office.search_people(self._session, text, _OFFERED, 0),
            done,
            lambda _: None,
        )

    def _offer(self, found: PeopleFound) -> None:
        self._found = list(found.people)
        self._offers.setStringList([self._label(one) for one in self._found])
        if self._found and self.hasFocus():
            self.completer().complete()

    def _activated(self, label: str) -> None:
        labels = self._offers.stringList()
        self.choose(labels.index(label) if label in labels else -1)

    def _label(self, one: PersonLine) -> str:
        born = date_words(one.birth_date, self._ui.texts.language)
        return f"{clean(one.name)}, {born}" if born else clean(one.name)

    def choose(self, row: int) -> None:
        """Take one of the offered people."""
        if 0 <= row < len(self._found):
            one = self._found[row]
            self.setText(self._label(one))
            self._take(one.id)

    def put(self, person: PersonId, words: str) -> None:
        """Somebody who was found elsewhere."""
        self.setText(words)
        self._take(person)

    def _take(self, person: PersonId | None) -> None:
        if person != self.chosen:
            self.chosen = person
            self.changed.emit()
