"""What is asked before something is done: that somebody else answers, a wrong person, whose it is."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from desktop.models.accounts import Session
from desktop.models.records import PersonId
from desktop.office.values import PersonShown
from desktop.texts import clean
from desktop.ui.audit.personfield import PersonField
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dates import date_words
from desktop.ui.dialog import FormDialog


class AskDialog(FormDialog):
    """One sentence or two, and done only on a second click; `code`-title and `code`-lead take `params`."""

    def __init__(self, ui: Ui, code: str, parent: QWidget, **params: str) -> None:
        super().__init__(ui, ui.say(f"{code}-title", **params), parent)
        self.content.addWidget(plain_label(ui.say(f"{code}-lead", **params), "muted", wrap=True))
        self.go = button(ui.say(f"{code}-go", **params), self.accept, "primary")
        self.foot.addWidget(self.go)
        self.cancel.setFocus()


class WhoseDialog(FormDialog):
    """Whose mail it is: one of those with this address, or whoever is found by name.

    `person` with who was chosen; `nobody` when it belongs to none of the practice's people.
    """

    person = Signal(object)
    nobody = Signal()

    def __init__(
        self, ui: Ui, session: Session, address: str, writers: tuple[PersonId, ...], parent: QWidget
    ) -> None:
        super().__init__(ui, ui.say("ui.messages.whose-title"), parent)
        self._session = session
        self.content.addWidget(
            plain_label(ui.say("ui.messages.whose-lead", address=address), "muted", wrap=True)
        )
        self._group = QButtonGroup(self)
        self.offers: dict[PersonId, QRadioButton] = {}
        self.field = PersonField(ui, session, ui.say("ui.messages.whose-field"))
        label = plain_label(ui.say("ui.messages.whose-field"), "label")
        label.setBuddy(self.field)
        self.field.changed.connect(self._typed)
        self.content.addWidget(label)
        self.content.addWidget(self.field)
        self.none = button(ui.say("ui.messages.whose-nobody"), self._nobody)
        self.go = button(ui.say("ui.messages.whose-go"), self._take, "primary")
        self.go.setEnabled(False)
        self.foot.addWidget(self.none)
        self.foot.addWidget(self.go)
        self.field.setFocus()
        for one in writers:
            self._ask(one)

    def _ask(self, person: PersonId) -> None:
        self.ui.bridge.run(
            self, lambda _: self.ui.office.show_person(self._session, person), self._offer, self.failed
        )

    def _offer(self, shown: PersonShown) -> None:
        one = shown.person
        born = date_words(one.birth_date, self.ui.texts.language)
        words = "  ·  ".join(part for part in (clean(one.name) or clean(one.organisation), born) if part)
        made = QRadioButton(words.replace("&", "&&"))
        made.toggled.connect(lambda _: self._chosen())
        self._group.addButton(made)
        self.content.insertWidget(1 + len(self.offers), made)
        self.offers[one.id] = made

    @property
    def chosen(self) -> PersonId | None:
        if self.field.chosen is not None:
            return self.field.chosen
        return next((id_ for id_, made in self.offers.items() if made.isChecked()), None)

    def _typed(self) -> None:
        """Who is found by name takes the place of who was offered."""
        if self.field.chosen is not None:
            self._group.setExclusive(False)
            for made in self.offers.values():
                made.setChecked(False)
            self._group.setExclusive(True)
        self._chosen()

    def _chosen(self) -> None:
        self.go.setEnabled(self.chosen is not None)

    def _take(self) -> None:
        chosen = self.chosen
        if chosen is not None:
            self.accept()
            self.person.emit(chosen)

    def _nobody(self) -> None:
        self.reject()
        self.nobody.emit()
