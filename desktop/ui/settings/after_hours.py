"""What goes out by itself while nobody is in the office, and when the program may say that mail came."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QMenu, QPlainTextEdit, QVBoxLayout

from desktop.models.accounts import Session
from desktop.models.correspondence import AfterHours, Notify
from desktop.models.delivery import Hours
from desktop.office.values_access import Purpose
from desktop.office.values_messages import AfterHoursShown
from desktop.ui.base import Page, Ui, button, card, plain_label, scrolled_column
from desktop.ui.settings.sending import HoursRow
from desktop.ui.stepup import proved

_FIELDS = ("practice", "practice_phone", "date", "time")
_TALL = 168
"""The program's own words, which show where nothing was written, in full."""


class AfterHoursSection(Page):
    """The answer in one card with both languages, the notice beside the clock in another."""

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__(ui, ui.say("ui.settings.after-hours"))
        self._session = session
        self.head.addStretch()
        self.save_button = button(ui.say("ui.save"), self.save, "primary")
        self.save_button.setEnabled(False)
        self.head.addWidget(self.save_button)
        self.column = scrolled_column(self.outer, margin=8)
        say = ui.say
        frame, column = card()
        column.addWidget(plain_label(say("ui.after-hours.heading"), "heading"))
        self.answer = QCheckBox(say("ui.after-hours.answer"))
        column.addWidget(self.answer)
        column.addWidget(plain_label(say("ui.after-hours.answer-hint"), "muted", wrap=True))
        self.english = self._words(column, "en")
        self.spanish = self._words(column, "es")
        column.addWidget(plain_label(say("ui.after-hours.fields"), "muted", wrap=True))
        self.column.addWidget(frame)
        frame, self._told = card()
        self._told.addWidget(plain_label(say("ui.after-hours.notify-heading"), "heading"))
        self.notify = QCheckBox(say("ui.after-hours.notify"))
        self._told.addWidget(self.notify)
        self._told.addWidget(plain_label(say("ui.after-hours.notify-hint"), "muted", wrap=True))
        self.clock = plain_label("", "muted", wrap=True)
        self._told.addWidget(self.clock)
        self.hours: HoursRow | None = None
        self.column.addWidget(frame)
        self.column.addStretch()

    def _words(self, column: QVBoxLayout, language: str) -> QPlainTextEdit:
        words = self.ui.say(f"ui.after-hours.words-{language}")
        label = plain_label(words, "label")
        made = QPlainTextEdit()
        made.setAccessibleName(words)
        made.setTabChangesFocus(True)
        made.setFixedHeight(_TALL)
        label.setBuddy(made)
        head = QHBoxLayout()
        head.addWidget(label)
        head.addStretch()
        insert = button(self.ui.say("ui.blocks.insert"), lambda: None, "link")
        insert.setAccessibleName(f"{words}: {insert.text()}")
        menu = QMenu(insert)
        for name in _FIELDS:
            act = menu.addAction(self.ui.say(f"ui.after-hours.field-{name}"))
            act.triggered.connect(partial(_insert, made, name))
        insert.setMenu(menu)
        head.addWidget(insert)
        column.addLayout(head)
        column.addWidget(made)
        return made

    def refresh(self) -> None:
        self.call(lambda _: self.ui.office.show_after_hours(self._session), self._show)

    def _show(self, shown: AfterHoursShown) -> None:
        rules, notify = shown.rules, shown.notify
        self.answer.setChecked(rules.enabled)
        for field, own, usual in (
            (self.english, rules.text_en, shown.words_en),
            (self.spanish, rules.text_es, shown.words_es),
        ):
            field.setPlainText(own)
            field.setPlaceholderText(usual)
        self.notify.setChecked(notify.enabled)
        self.clock.setText(self.ui.say("ui.sending.clock", zone=self.ui.texts.zone(shown.zone)))
        if self.hours is not None:
            self.hours.hide()
            self.hours.deleteLater()
        hours = Hours(notify.first, notify.last, notify.days)
        self.hours = HoursRow(self.ui, "notify", hours, holidays=False)
        self._told.addWidget(self.hours)
        self.save_button.setEnabled(True)

    def save(self) -> None:
        """What the form says, or what is wrong beside its field."""
        hours = self.hours.value() if self.hours is not None else None
        if hours is None:
            return
        rules = AfterHours(self.answer.isChecked(), self.english.toPlainText(), self.spanish.toPlainText())
        notify = Notify(self.notify.isChecked(), hours.first, hours.last, hours.days)
        self.notice.clear()
        proved(
            self,
            self.ui,
            self._session,
            Purpose.USERS,
            lambda _: self.ui.office.set_after_hours(self._session, rules, notify),
            self._saved,
            self.show_error,
        )

    def _saved(self, shown: AfterHoursShown) -> None:
        self._show(shown)
        self.notice.show_words(self.ui.say("ui.after-hours.saved"), "ok")


def _insert(field: QPlainTextEdit, name: str, _: bool = False) -> None:
    field.insertPlainText("{{ " + name + " }}")
    field.setFocus()
