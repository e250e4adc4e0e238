"""The practice's own fields of one person, as far as this role sees them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QWidget

from desktop.models.accounts import Session
from desktop.models.standing import CustomValue, FieldKind
from desktop.office.values import PersonShown
from desktop.office.values_facts import CustomLine, CustomShown
from desktop.texts import clean
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dialog import row_label
from desktop.ui.personsection import PersonSection


class FieldsSection(PersonSection):
    """Only what was changed is sent."""

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__(ui, session)
        self.empty = plain_label(ui.say("ui.own-fields.none"), "muted", wrap=True)
        self.empty.hide()
        self.column.addWidget(self.empty)
        self.form = QFormLayout()
        self.form.setVerticalSpacing(10)
        self.column.addLayout(self.form)
        self.save_button = button(ui.say("ui.save"), self.save, "primary")
        self.save_button.hide()
        self.column.addWidget(self.save_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.inputs: dict[str, QLineEdit | QComboBox] = {}
        self._before: dict[str, str] = {}

    def show_person(self, shown: PersonShown) -> None:
        super().show_person(shown)
        self._clear()
        person = shown.person.id
        self.call(lambda: self.ui.office.show_custom(self.session, person), self._show)

    def save(self) -> None:
        if self.shown is None:
            return
        person, now = self.shown.person.id, {name: _text(one) for name, one in self.inputs.items()}
        changes = {name: text for name, text in now.items() if text != self._before[name]}
        self.notice.clear()
        if changes:
            self.call(lambda: self.ui.office.set_custom(self.session, person, changes), self._saved)

    def _saved(self, shown: CustomShown) -> None:
        self._show(shown)
        self.notice.show_words(self.ui.say("ui.own-fields.saved"), "ok")

    def _clear(self) -> None:
        while self.form.rowCount():
            self.form.removeRow(0)
        self.inputs, self._before = {}, {}
        self.save_button.hide()
        self.empty.hide()

    def _show(self, shown: CustomShown) -> None:
        self._clear()
        for line in shown.lines:
            label = row_label(clean(line.field.label))
            made = self._input(line)
            made.setAccessibleName(label.text())
            made.setEnabled(shown.can_change)
            label.setBuddy(made)
            self.form.addRow(label, made)
            self.inputs[line.field.name] = made
            self._before[line.field.name] = _text(made)
        self.empty.setVisible(not shown.lines)
        self.save_button.setVisible(shown.can_change and bool(shown.lines))

    def _input(self, line: CustomLine) -> QLineEdit | QComboBox:
        make: dict[FieldKind, Callable[[CustomLine], QLineEdit | QComboBox]] = {
            FieldKind.CHOICE: lambda one: _chooser(
                (("", ""), *((clean(choice), choice) for choice in one.field.choices)), _typed(one.value)
            ),
            FieldKind.YES_NO: lambda one: _chooser(
                (("", ""), *((self.ui.say(f"ui.own-fields.{word}"), word) for word in ("yes", "no"))),
                _typed(one.value),
            ),
        }
        if line.field.kind in make:
            return make[line.field.kind](line)
        made = QLineEdit(_typed(line.value))
        if line.field.kind is FieldKind.DAY:
            made.setPlaceholderText(self.ui.say("ui.form.date-hint"))
        return made


def _chooser(offered: tuple[tuple[str, str], ...], value: str) -> QComboBox:
    made = QComboBox()
    for words, data in offered:
        made.addItem(words, data)
    at = made.findData(value)
    if at < 0:
        made.addItem(clean(value), value)
        at = made.count() - 1
    made.setCurrentIndex(at)
    return made


def _typed(value: CustomValue | None) -> str:
    """As people type it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _text(widget: QWidget) -> str:
    if isinstance(widget, QComboBox):
        return str(widget.currentData())
    return widget.text().strip() if isinstance(widget, QLineEdit) else ""
