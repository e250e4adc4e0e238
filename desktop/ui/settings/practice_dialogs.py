"""One place where patients come, and what holds for one type of visit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QPlainTextEdit, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.standing import Location, VisitRule
from desktop.office.values_facts import PracticeShown
from desktop.texts import LANGUAGES, clean
from desktop.ui.audit.inputs import number_input
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dialog import FormDialog
from desktop.ui.form import Field, filled

_TALL = 84
_EARLY_MOST = 180
_PLACE = ("name", "address", "phone", "directions", "booking_link", "portal_link")


class _Kept(FormDialog):
    """Emits `saved` with the office's `PracticeShown`."""

    saved = Signal(object)

    def __init__(self, ui: Ui, title: str, parent: QWidget) -> None:
        super().__init__(ui, title, parent)
        self.go = button(ui.say("ui.save"), self.save, "primary")
        self.go.setDefault(True)
        self.foot.addWidget(self.go)

    def save(self) -> None:
        """What a subclass asks of the office."""

    def keep(self, work: Callable[[], PracticeShown]) -> None:
        self.notice.clear()
        self.go.setEnabled(False)
        self.ui.bridge.run(self, lambda _: work(), self._done, self._refused)

    def _done(self, shown: PracticeShown) -> None:
        self.saved.emit(shown)
        self.accept()

    def _refused(self, error: SealwellError) -> None:
        self.go.setEnabled(True)
        self.failed(error)


class LocationDialog(_Kept):
    """Hours are words of the practice's own, a line a weekday that is open."""

    def __init__(self, ui: Ui, session: Session, place: Location, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.practice.place"), parent)
        self._session, self._place = session, place
        self.texts = {name: Field(ui.say(f"ui.practice.place-{name}")) for name in _PLACE}
        for name, field in self.texts.items():
            field.input.setText(getattr(place, name))
            self.content.addWidget(field)
        self.content.addWidget(plain_label(ui.say("ui.practice.place-hours"), "label"))
        self.hours = {str(day): Field(ui.say(f"words.weekday.{day}")) for day in range(1, 8)}
        for day, field in self.hours.items():
            field.input.setText(place.hours.get(day, ""))
            self.content.addWidget(field)
        self.remove_button = button(ui.say("ui.practice.place-remove"), self.remove)
        self.remove_button.setVisible(bool(place.id))
        self.foot.insertWidget(0, self.remove_button)
        self.texts["name"].input.setFocus()

    def save(self) -> None:
        if not filled(self.ui, (self.texts["name"],)):
            return
        texts: dict[str, Any] = {name: field.text for name, field in self.texts.items()}
        hours = {day: field.text for day, field in self.hours.items() if field.text.strip()}
        place = replace(self._place, **texts, hours=hours)
        self.keep(lambda: self.ui.office.set_location(self._session, place))

    def remove(self) -> None:
        place = self._place.id
        self.keep(lambda: self.ui.office.retire_location(self._session, place))


class RuleDialog(_Kept):
    """A type that schedules name keeps its name; of a new one it is typed."""

    def __init__(self, ui: Ui, session: Session, rule: VisitRule, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.practice.type"), parent)
        self._session = session
        say = ui.say
        self.name = Field(say("ui.practice.type-name"), hint=say("ui.practice.type-name-hint"))
        self.name.input.setText(clean(rule.name))
        self.name.input.setReadOnly(bool(rule.name))
        self.content.addWidget(self.name)
        self.early = number_input(say("ui.practice.early"), 0, _EARLY_MOST)
        self.early.setValue(rule.arrive_early)
        self.content.addWidget(plain_label(say("ui.practice.early"), "label"))
        self.content.addWidget(self.early)
        self.said: dict[str, QPlainTextEdit] = {}
        for language in LANGUAGES:
            words = say(f"ui.practice.instructions-{language}")
            made = QPlainTextEdit(rule.instructions.get(language, ""))
            made.setAccessibleName(words)
            made.setTabChangesFocus(True)
            made.setFixedHeight(_TALL)
            self.content.addWidget(plain_label(words, "label"))
            self.content.addWidget(made)
            self.said[language] = made
        self.remind = QCheckBox(say("ui.practice.remind"))
        self.remind.setChecked(rule.remind)
        self.patient_only = QCheckBox(say("ui.practice.patient-only-box"))
        self.patient_only.setChecked(rule.patient_only)
        self.content.addWidget(self.remind)
        self.content.addWidget(self.patient_only)
        self.content.addWidget(plain_label(say("ui.practice.patient-only-hint"), "muted", wrap=True))
        (self.early if rule.name else self.name.input).setFocus()

    def save(self) -> None:
        if not filled(self.ui, (self.name,)):
            return
        said = {language: one.toPlainText() for language, one in self.said.items()}
        rule = VisitRule(
            "",
            self.name.text,
            self.early.value(),
            {language: text for language, text in said.items() if text.strip()},
            self.patient_only.isChecked(),
            self.remind.isChecked(),
        )
        self.keep(lambda: self.ui.office.set_visit_rule(self._session, rule))
