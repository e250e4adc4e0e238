"""A message did not arrive: the cause, the address checked by another way, then again or by phone.

Three steps, none of which can be skipped: the office sends nothing again before the check is on
record, and the last page offers only what the office says may be done.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.records import MessageId
from desktop.office.values import CallOpened
from desktop.office.values_delivery import AddressCheck, FailureShown, Resend, Resent
from desktop.texts import clean
from desktop.ui.base import Ui, button, emptied, plain_label
from desktop.ui.dates import moment_words
from desktop.ui.dialog import FormDialog
from desktop.ui.failures.check import CheckForm

_WIDTH = 600
CAUSE, CHECK, CHOICE, END = range(4)
_STEPS = 3


class FailureWizard(FormDialog):
    """Begins with the cause; Esc leaves it at any time, and what was recorded stays recorded."""

    def __init__(self, ui: Ui, session: Session, message: MessageId, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.failure.title"), parent)
        self._session = session
        self._message = message
        self.shown: FailureShown | None = None
        self.setMinimumWidth(_WIDTH)
        self.step_words = plain_label("", "muted")
        self.content.addWidget(self.step_words)
        self.step = CAUSE
        self.cause, self._cause_place = _step()
        self.check = CheckForm(ui)
        self.check.ready.connect(self._enable)
        self.choice, self._choice_place = _step()
        self.end, self._end_place = _step()
        self._pages = (self.cause, self.check, self.choice, self.end)
        for page in self._pages:
            self.content.addWidget(page)
        self.back = button(ui.say("ui.back"), self.go_back)
        self.phone = button(ui.say("ui.failure.phone"), self.phone_instead)
        self.next = button(ui.say("ui.failure.next"), self.go_on, "primary")
        self.next.setDefault(True)
        for made in (self.back, self.phone, self.next):
            self.foot.addWidget(made)
        self.cancel.setText(ui.say("ui.close"))
        self._show_step(CAUSE)
        self.next.setEnabled(False)
        ui.bridge.run(self, lambda _: ui.office.show_failure(session, message), self._loaded, self.failed)

    # --- what is shown ----------------------------------------------------------------------

    def _loaded(self, shown: FailureShown) -> None:
        self.shown = shown
        say = self.ui.say
        place = emptied(self._cause_place)
        place.addWidget(plain_label(say("ui.failure.of", name=clean(shown.line.name)), "muted", wrap=True))
        place.addWidget(plain_label(self.ui.reason(shown.cause), "heading", wrap=True))
        place.addWidget(plain_label(say("ui.failure.hard" if shown.hard else "ui.failure.soft"), wrap=True))
        place.addWidget(plain_label(say("ui.failure.address", address=clean(shown.address)), wrap=True))
        if shown.suppressed is not None:
            words = say(f"ui.failure.stopped-{shown.suppressed.value}")
            place.addWidget(plain_label(words, "problem", wrap=True))
        place.addStretch()
        self.check.show_failure(shown)
        self._show_step(CAUSE)

    def _show_step(self, step: int) -> None:
        """The dialog is as tall as the step in front."""
        self.step = step
        for at, page in enumerate(self._pages):
            page.setVisible(at == step)
        last = step == END
        self.step_words.setText("" if last else self.ui.say("ui.failure.step", step=step + 1, of=_STEPS))
        self.step_words.setVisible(not last)
        self.back.setVisible(step in (CHECK, CHOICE))
        self.phone.setVisible(step == CHOICE)
        self.next.setVisible(not last)
        codes = {CAUSE: "ui.failure.next", CHECK: "ui.failure.record", CHOICE: "ui.failure.again"}
        if step in codes:
            self.next.setText(self.ui.say(codes[step]))
        self._enable()
        self._focus(step)
        QTimer.singleShot(0, self, self.adjustSize)

    def _focus(self, step: int) -> None:
        if step == CHECK:
            self.check.focus()
        elif step == END:
            self.cancel.setFocus()
        elif step == CHOICE and not self.next.isEnabled():
            self.phone.setFocus()
        else:
            self.next.setFocus()

    def _enable(self) -> None:
        shown, step = self.shown, self.step
        if shown is None:
            return
        if step == CHECK:
            self.next.setEnabled(self.check.complete)
        elif step == CHOICE:
            self.next.setEnabled(shown.may_resend)
            self.phone.setEnabled(not shown.task)
        else:
            self.next.setEnabled(True)

    def _show_choice(self, shown: FailureShown) -> None:
        self.shown = shown
        say = self.ui.say
        place = emptied(self._choice_place)
        place.addWidget(plain_label(self._checked_words(shown.checked), "good", wrap=True))
        if shown.may_resend:
            to = clean(shown.other_addresses[0]) if self.check.changed and shown.other_addresses else ""
            words = say("ui.failure.may-new", address=to) if to else say("ui.failure.may-same")
            place.addWidget(plain_label(words, wrap=True))
        elif shown.why_not is not None:
            place.addWidget(plain_label(self.ui.reason(shown.why_not), "problem", wrap=True))
        task = say("ui.failure.task-open" if shown.task else "ui.failure.or-phone")
        place.addWidget(plain_label(task, "muted", wrap=True))
        place.addStretch()
        self._show_step(CHOICE)

    def _checked_words(self, at: datetime | None) -> str:
        if at is None:
            return self.ui.say("ui.failure.recorded")
        return self.ui.say("ui.failure.checked", when=moment_words(at, self.ui.texts.language))

    def _show_end(self, words: str) -> None:
        place = emptied(self._end_place)
        place.addWidget(plain_label(words, "heading", wrap=True))
        place.addStretch()
        self._show_step(END)

    # --- from step to step --------------------------------------------------------------------

    def go_on(self) -> None:
        self.notice.clear()
        step = self.step
        if step == CAUSE:
            self._show_step(CHECK)
        elif step == CHECK:
            self._record()
        elif step == CHOICE:
            self._ask(lambda: self.ui.office.resend_message(self._session, Resend(self._message)), self._sent)

    def go_back(self) -> None:
        self.notice.clear()
        self._show_step(max(self.step - 1, CAUSE))

    def phone_instead(self) -> None:
        self.notice.clear()
        self._ask(lambda: self.ui.office.phone_instead(self._session, self._message), self._to_phone)

    def _record(self) -> None:
        way, result, address, note = self.check.answers
        check = AddressCheck(self._message, way, result, address, note)
        self._ask(lambda: self.ui.office.check_failed_address(self._session, check), self._show_choice)

    def _ask(self, work: Callable[[], object], done: Callable[[Any], None]) -> None:
        self.next.setEnabled(False)
        self.phone.setEnabled(False)
        self.ui.bridge.run(self, lambda _: work(), done, self._refused)

    def _refused(self, error: SealwellError) -> None:
        self._enable()
        self.failed(error)

    def _sent(self, answer: Resent) -> None:
        how = self.ui.say(f"ui.method.{answer.queued.method.value}")
        self._show_end(self.ui.say("ui.failure.sent", how=how))

    def _to_phone(self, answer: CallOpened) -> None:
        self._show_end(self.ui.reason(answer.reason))


def _step() -> tuple[QWidget, QVBoxLayout]:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(10)
    return page, column
