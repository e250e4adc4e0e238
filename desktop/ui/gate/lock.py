"""The lock page: whose window it is, what still goes on, and the short way back where it is allowed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton

from desktop.errors import SealwellError
from desktop.office.values_entry import Credentials, DutyState, EntryNeeds, QuickUnlock, SignedIn
from desktop.texts import clean
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.bridge import Task
from desktop.ui.form import Field
from desktop.ui.gate.signin import SignInPage

CHANGE_PERSON = "Ctrl+Shift+L"
LOOK_EVERY = 5000
"""Milliseconds between two questions what still goes on."""
_PIN_LENGTH = 6
_TRY_AGAIN = frozenset(
    {"pin-wrong", "security-key-pin-wrong", "security-key-timeout", "security-key-cancelled"}
)
"""After any other refusal of the short way the password is asked for."""


class LockPage(SignInPage):
    """Shown while locked; nothing about any person but their own user name."""

    def __init__(self, ui: Ui, user: str, duty: DutyState) -> None:
        super().__init__(ui, duty.practice, "lock", "ui.lock")
        self.who = plain_label("", "heading", wrap=True)
        self.column.insertWidget(self.column.indexOf(self.lead), self.who)
        self.pin = Field(ui.say("ui.lock.pin"), secret=True, hint=ui.say("ui.lock.pin-hint"))
        self.pin.input.setMaxLength(_PIN_LENGTH)
        self.pin.input.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
        self.pin.input.textEdited.connect(self._typed)
        self.pin.input.returnPressed.connect(self.unlock_quickly)
        self.column.insertWidget(self.column.indexOf(self.password), self.pin)
        self.key_pin = Field(ui.say("ui.second.key-pin"), secret=True, hint=ui.say("ui.second.key-hint"))
        self.key_pin.input.returnPressed.connect(self.unlock_quickly)
        self.key_pin.hide()
        self.column.insertWidget(self.column.indexOf(self.password), self.key_pin)
        self.touch = button(ui.say("ui.lock.touch"), self.ask_touch)
        self.buttons.insertWidget(0, self.touch)
        self.to_password = button(ui.say("ui.lock.use-password"), self.use_password, "quiet")
        self.buttons.insertWidget(1, self.to_password)
        self._key = self._quick = False
        self._take(user)
        self.show_duty(duty)
        self._asked: Task | None = None
        self._looking = QTimer(self)
        self._looking.timeout.connect(self.look)
        self._looking.start(LOOK_EVERY)
        QShortcut(QKeySequence(CHANGE_PERSON), self).activated.connect(self.somebody_else)

    def _add_quiet(self) -> None:
        """Changing the person is one click; the names are those whose lock a PIN opens."""
        self._others = QHBoxLayout()
        self.somebody = button(self.ui.say("ui.lock.somebody-else"), self.somebody_else, "quiet")
        self.somebody.setToolTip(self.ui.say("ui.lock.somebody-else-keys"))
        self._others.addWidget(self.somebody)
        self._others.addStretch()
        self.problem = button(self.ui.say("ui.problem.report"), self.problem_wanted.emit, "quiet")
        self.column.addLayout(self._others)
        self.column.addWidget(self.problem, 0, Qt.AlignmentFlag.AlignLeft)
        self._names: list[QPushButton] = []

    # --- whose lock -----------------------------------------------------------------

    def _take(self, user: str) -> None:
        self.name = user
        self.user.input.setText(user)
        self.user.setVisible(not user)
        self.who.setText(self.ui.say("ui.lock.who", name=clean(user)) if user else "")
        self.who.setVisible(bool(user))
        self._show_ways()
        if user:
            self._asked_about = ""
            self.ask_needs()

    def somebody_else(self) -> None:
        """First of the two actions: the page is anybody's; the second is the password."""
        self.notice.clear()
        self._reset()
        self._quick = self._key = False
        self.second.offer_key(False)
        self._take("")
        self.somebody.hide()
        self.user.input.setFocus()

    def _is(self, name: str) -> None:
        """Somebody whose PIN counts here took over with one click."""
        self.notice.clear()
        self._reset()
        self._quick = True
        self._take(name)
        self.somebody.show()
        self.pin.input.setFocus()

    def show_duty(self, duty: DutyState) -> None:
        """Said anew when the office has answered."""
        self._say_duty(duty)
        if self.name in duty.quick and not self.password.text:
            self._quick = True
            self._show_ways()
            self.pin.input.setFocus()
        for old in self._names:
            old.hide()
            old.deleteLater()
        others = [name for name in duty.quick if name != self.name]
        self._names = [
            button(self.ui.say("ui.lock.i-am", name=clean(name)), partial(self._is, name), "quiet")
            for name in others
        ]
        for at, made in enumerate(self._names):
            self._others.insertWidget(1 + at, made)

    def look(self) -> None:
        """What goes on changes while nobody is here."""
        if self._asked is None or self._asked.over:
            self._asked = self.ui.bridge.run(
                self, lambda _: self.ui.office.duty(), self._say_duty, self._not_said
            )

    def _not_said(self, error: SealwellError) -> None:
        """A busy disk is asked again; with the service everything has stopped that went on."""
        if error.code == "service-gone":
            self._say_duty(DutyState("", locked=True, vault_open=False, due=0, waits_for_sign_in=True))

    def _say_duty(self, duty: DutyState) -> None:
        """Nothing else: somebody may be typing."""
        self.lead.setText(_duty_words(self.ui, duty))

    def show_needs(self, needs: EntryNeeds) -> None:
        self._key = needs.security_key
        super().show_needs(needs)
        self._show_ways()

    # --- the short way -----------------------------------------------------------------

    def use_password(self) -> None:
        self._quick = False
        self._show_ways()
        self.password.input.setFocus()

    def ask_touch(self) -> None:
        """The security key wants its own PIN first."""
        self.pin.hide()
        self.key_pin.show()
        if self.key_pin.text:
            self.unlock_quickly()
        else:
            self.key_pin.input.setFocus()

    def _typed(self, text: str) -> None:
        if len(text) == _PIN_LENGTH:
            self.unlock_quickly()

    def unlock_quickly(self) -> None:
        """PIN or touch, for the same person within the day."""
        pin, key_pin = self.pin.text, self.key_pin.text
        if not (pin or key_pin):
            shown = self.key_pin if self.pin.isHidden() else self.pin
            shown.wrong(self.ui.say("ui.form.missing"))
            shown.input.setFocus()
            return
        if not self.go.isEnabled():
            return
        request = QuickUnlock(self.name, pin=pin, key_pin="" if pin else key_pin)
        self.wait(touch=not pin)
        self.ui.bridge.run(
            self, lambda _: self.ui.office.quick_unlock(request), self._done, self._not_quickly
        )

    def _not_quickly(self, error: SealwellError) -> None:
        self._reset()
        self.show_problem(error)
        if error.code in _TRY_AGAIN and error.params.get("left") != 0:
            self.focus_first_empty()
        else:
            self.use_password()

    def submit(self) -> None:
        if self._quick:
            self.unlock_quickly()
        else:
            super().submit()

    def focus_first_empty(self) -> None:
        if self._quick:
            (self.key_pin if self.pin.isHidden() else self.pin).input.setFocus()
        else:
            super().focus_first_empty()

    def _show_ways(self) -> None:
        self.pin.setVisible(self._quick)
        self.key_pin.hide()
        self.password.setVisible(not self._quick)
        self.second.setVisible(not self._quick)
        self.touch.setVisible(self._quick and self._key)
        self.to_password.setVisible(self._quick)

    def _reset(self) -> None:
        self.pin.input.clear()
        self.key_pin.input.clear()
        super()._reset()

    def _work(self, given: Credentials) -> Callable[[Task], SignedIn]:
        return lambda _: self.ui.office.unlock(given)


def _duty_words(ui: Ui, duty: DutyState) -> str:
    """What goes on behind this page, and what does not."""
    if duty.waits_for_sign_in:
        return ui.say("ui.lock.waits-for-sign-in")
    if duty.paused:
        return ui.say("ui.lock.paused")
    if duty.due:
        return ui.texts.count("ui.lock.going-out", duty.due)
    return ui.say("ui.lock.reads-mail" if duty.reads_mail else "ui.lock.nothing")
