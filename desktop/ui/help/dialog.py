"""Help this patient, under two minutes: who is it, what do they see, what do we do now.

The person is on the phone. The check stands first, the ways stand below and open with it;
each says what it does, and why not where it cannot.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QFrame, QGridLayout, QPushButton, QVBoxLayout, QWidget

from desktop.models.accounts import Session
from desktop.models.records import MessageId, PersonId
from desktop.office.values import Queued
from desktop.office.values_protection import (
    HelpEnd,
    HelpShown,
    HelpStep,
    IdentityCheck,
    Paper,
    SendAgain,
    WordsShown,
)
from desktop.texts import clean
from desktop.ui.base import Ui, button, emptied, plain_label
from desktop.ui.cards.check import CheckPanel
from desktop.ui.cards.saving import CardSaver
from desktop.ui.cards.words import Words
from desktop.ui.dialog import FormDialog

_WIDTH, _BUTTON = 740, 240
Load = Callable[[], HelpShown]


class HelpDialog(FormDialog):
    """Emits `queued` with the new message, and `new_words` where the card must be made anew."""

    queued = Signal(object)
    new_words = Signal(object)

    def __init__(self, ui: Ui, session: Session, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.help.title"), parent)
        self.setMinimumWidth(_WIDTH)
        self._session = session
        self._load: Load = lambda: ui.office.help_patient(session, MessageId(""))
        self.shown: HelpShown | None = None
        self.check: CheckPanel | None = None
        self.steps: dict[str, QPushButton] = {}
        self.who = plain_label("", "muted", wrap=True)
        self.content.addWidget(self.who)
        self.words = Words(ui)
        self.content.addWidget(self.words)
        self._place = QVBoxLayout()
        self.content.addLayout(self._place)
        self._saver = CardSaver(ui, session, self, lambda words, kind: self.notice.show_words(words, kind))
        self.cancel.setText(ui.say("ui.close"))

    def help_message(self, message: MessageId) -> None:
        self._load = lambda: self.ui.office.help_patient(self._session, message)
        self.look()

    def help_person(self, person: PersonId) -> None:
        """With what was last written to them."""
        self._load = lambda: self.ui.office.help_person(self._session, person)
        self.look()

    def look(self) -> None:
        self.ui.bridge.run(self, lambda _: self._load(), self.show_help, self.failed)

    def show_help(self, shown: HelpShown) -> None:
        self.shown = shown
        say = self.ui.say
        how = say(f"ui.form.{shown.form.value}") if shown.form else say(f"ui.method.{shown.method.value}")
        self.who.setText(say("ui.help.of", name=clean(shown.name), how=how))
        self._clear()
        if shown.checked_at is None:
            self.check = CheckPanel(self.ui, shown.answers, self._checked)
            self._place.addWidget(self.check)
        self._place.addWidget(self._sees(shown))
        self._place.addWidget(plain_label(say("ui.help.now"), "heading"))
        self._place.addWidget(self._ways(shown))
        self._focus_first()

    def _clear(self) -> None:
        self.check = None
        self.steps.clear()
        emptied(self._place)

    def _sees(self, shown: HelpShown) -> QFrame:
        frame = QFrame()
        column = QVBoxLayout(frame)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(plain_label(self.ui.say("ui.help.sees"), "heading"))
        form = QFormLayout()
        form.setHorizontalSpacing(18)
        if len({reason.code for reason in shown.sees.values()}) == 1:
            column.addWidget(plain_label(self.ui.reason(next(iter(shown.sees.values()))), wrap=True))
        else:
            for device, reason in shown.sees.items():
                label = plain_label(self.ui.say(f"ui.help.{device}"), "muted")
                form.addRow(label, plain_label(self.ui.reason(reason), wrap=True))
        column.addLayout(form)
        return frame

    def _ways(self, shown: HelpShown) -> QFrame:
        frame = QFrame()
        grid = QGridLayout(frame)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(1, 1)
        grid.setHorizontalSpacing(18)
        for row, step in enumerate(shown.steps):
            made = button(self.ui.say(f"ui.help.{step.step}"), lambda chosen=step: self.take(chosen))  # type: ignore[misc]
            made.setEnabled(step.blocked is None)
            words = self.ui.reason(step.blocked) if step.blocked else self.ui.say(f"ui.help.{step.step}-what")
            made.setAccessibleDescription(words)
            self.steps[step.step] = made
            made.setMinimumWidth(_BUTTON)
            grid.addWidget(made, row, 0)
            grid.addWidget(plain_label(words, "muted", wrap=True), row, 1)
        return frame

    def _focus_first(self) -> None:
        """The check where it is wanted, else the first way that is open."""
        if self.check is not None and self.check.boxes:
            next(iter(self.check.boxes.values())).setFocus()
            return
        for made in self.steps.values():
            if made.isEnabled():
                made.setFocus()
                return

    # --- what may be done ---------------------------------------------------------------

    def _checked(self, asked: tuple[str, ...]) -> None:
        if self.shown is None:
            return
        check = IdentityCheck(self.shown.person, asked)

        def recorded(_: None) -> None:
            self.notice.show_words(self.ui.say("ui.check.recorded"), "ok")
            self.look()

        self.ui.bridge.run(
            self, lambda _: self.ui.office.record_check(self._session, check), recorded, self.failed
        )

    def take(self, step: HelpStep) -> None:
        if self.shown is None:
            return
        message, person = self.shown.message, self.shown.person
        match step.step:
            case "read-words":
                self.ui.bridge.run(
                    self, lambda _: self.ui.office.show_words(self._session, person), self._read, self.failed
                )
            case "print":
                self.ui.bridge.run(
                    self,
                    lambda _: self.ui.office.print_message(self._session, message),
                    self._print,
                    self.failed,
                )
            case "new-words":
                self.new_words.emit(person)
                self.accept()
            case _:
                again = SendAgain(message, step.step)
                self.ui.bridge.run(
                    self, lambda _: self.ui.office.send_again(self._session, again), self._sent, self.failed
                )

    def _read(self, shown: WordsShown) -> None:
        self.notice.clear()
        self.words.show_words(shown.passphrase)

    def _print(self, paper: Paper) -> None:
        self._saver.save(paper)

    def _sent(self, queued: Queued) -> None:
        """It leaves in seconds, and the patient is still on the phone: could they open it?"""
        self.queued.emit(queued)
        self._clear()
        self.words.hide()
        self.who.hide()
        how = self.ui.say(f"ui.method.{queued.method.value}")
        self.notice.show_words(self.ui.say("ui.help.sent", how=how), "ok")
        self._place.addWidget(plain_label(self.ui.say("ui.help.opened"), "heading", wrap=True))
        say = self.ui.say
        self.opened = button(say("ui.help.opened-yes"), lambda: self._end(queued, opened=True), "primary")
        self.call_back = button(say("ui.help.call-back"), lambda: self._end(queued, opened=False))
        for made in (self.opened, self.call_back):
            made.setMinimumWidth(_BUTTON)
            self._place.addWidget(made, 0, Qt.AlignmentFlag.AlignLeft)
        self._place.addStretch(1)
        self.content.addStretch(1)
        self.opened.setFocus()

    def _end(self, queued: Queued, *, opened: bool) -> None:
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.end_help(self._session, HelpEnd(queued.id, opened)),
            lambda _: self.accept(),
            self.failed,
        )
