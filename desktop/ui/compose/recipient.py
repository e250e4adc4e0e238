"""Whom a letter is for: a contact that is chosen from the practice's people, never free text."""

from __future__ import annotations

from PySide6.QtCore import QStringListModel, Qt, QTimer, Signal
from PySide6.QtWidgets import QCompleter, QLineEdit, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.records import PersonId
from desktop.office.values import PeopleFound, PersonLine, PersonShown
from desktop.texts import clean
from desktop.ui.base import Ui, plain_label
from desktop.ui.dates import date_words, moment_words

_WAIT_MS = 200
_SUGGESTIONS = 12


class RecipientField(QWidget):
    """Typing offers people; a choice shows birth date, address and when it was last used.

    `chosen` when somebody was picked from the offer, `loaded` with the person as shown,
    `edited` when the name was changed and nobody is chosen any more, `failed` with the error.
    """

    chosen = Signal()
    loaded = Signal(object)
    edited = Signal()
    failed = Signal(object)

    def __init__(self, ui: Ui, session: Session, code: str = "to") -> None:
        """`code` is `to`, or `about` for the patient whom a letter to a professional is about."""
        super().__init__()
        self.ui = ui
        self._code = code
        self._session = session
        self.person: PersonShown | None = None
        self._found: dict[str, PersonLine] = {}
        self._asked = 0
        self._entered = False
        """Return was pressed before the answer came."""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.to = QLineEdit()
        self.to.setPlaceholderText(ui.say(f"ui.compose.{code}-hint"))
        self.to.setAccessibleName(ui.say(f"ui.compose.{code}"))
        self.names = QStringListModel(self)
        completer = QCompleter(self.names, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.activated.connect(self._choose)
        self.to.setCompleter(completer)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_WAIT_MS)
        self._later.timeout.connect(self._suggest)
        self.to.textEdited.connect(self._edited)
        self.to.returnPressed.connect(self._enter)
        self.info = plain_label("", "muted", wrap=True)
        self.info.hide()
        column.addWidget(self.to)
        column.addWidget(self.info)
        self.setFocusProxy(self.to)

    @property
    def called(self) -> str:
        """What the recipient is called in sentences such as "Only Maria can open it"."""
        if self.person is None:
            return ""
        return clean(self.person.person.first_name or self.person.person.name)

    def clear(self) -> None:
        self.person = None
        self._asked += 1
        self.fix(False)
        self.to.clear()
        self._tell("")

    def fix(self, fixed: bool) -> None:
        """An answer goes to whom it answers."""
        self.to.setReadOnly(fixed)

    def load(self, person: PersonId) -> None:
        """Show this person; also anew, after something about them was changed."""
        self._asked += 1
        asked = self._asked

        def done(shown: PersonShown) -> None:
            if asked == self._asked:
                self._loaded(shown)

        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.show_person(self._session, person),
            done,
            self.failed.emit,
        )

    def _edited(self, _: str) -> None:
        self.person = None
        self._entered = False
        self._found = {}
        self._tell("")
        self.edited.emit()
        self._later.start()

    def _enter(self) -> None:
        """Return takes the only one who is meant; of several, nobody is taken unseen."""
        if self.person is not None:
            return
        self._entered = not self._found
        if self._entered:
            self._later.stop()
            self._suggest()
        else:
            self._take_only_one()

    def _take_only_one(self) -> bool:
        if len(self._found) != 1:
            return False
        popup = self.to.completer().popup()
        if popup is not None:
            popup.hide()
        self._choose(next(iter(self._found)))
        return True

    def _suggest(self) -> None:
        text = self.to.text().strip()
        if not text:
            return
        self._asked += 1
        asked = self._asked

        def done(found: PeopleFound) -> None:
            if asked == self._asked:
                self._offer(found)

        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.search_people(self._session, text, _SUGGESTIONS),
            done,
            self._not_found,
        )

    def _not_found(self, error: SealwellError) -> None:
        self.failed.emit(error)

    def _offer(self, found: PeopleFound) -> None:
        language = self.ui.texts.language
        self._found = {
            "  ·  ".join(
                p for p in (clean(one.name), date_words(one.birth_date, language), one.email) if p
            ): one
            for one in found.people
        }
        self.names.setStringList(list(self._found))
        entered, self._entered = self._entered, False
        if entered and self._take_only_one():
            return
        if self._found and self.to.hasFocus():
            self.to.completer().complete()
        elif not self._found:
            self._tell(self.ui.say("ui.compose.nobody"))

    def _choose(self, words: str) -> None:
        line = self._found.get(words)
        if line is not None:
            self.load(line.id)
            self.chosen.emit()

    def _loaded(self, shown: PersonShown) -> None:
        self.person = shown
        who = shown.person
        say, language = self.ui.say, self.ui.texts.language
        self.to.setText(clean(who.name))
        born = say("ui.compose.born", when=date_words(who.birth_date, language)) if who.birth_date else ""
        parts = (
            [born, clean(who.external_id)]
            if self._code == "about"
            else [
                born,
                who.email,
                say("ui.compose.last-used", when=moment_words(shown.last_used, language))
                if shown.last_used
                else say("ui.compose.first-time"),
            ]
        )
        self._tell("  ·  ".join(part for part in parts if part))
        self.loaded.emit(shown)

    def _tell(self, words: str) -> None:
        self.info.setText(words)
        self.info.setVisible(bool(words))
