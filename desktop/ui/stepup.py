"""Proving again who is there, where an act asks for it: one dialog, then the act goes on by itself.

ASVS 7.5.3: a proof counts for five minutes and one purpose; the office decides when it is wanted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtWidgets import QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.office.values_access import Purpose, StepUp
from desktop.office.values_entry import EntryNeeds
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.bridge import Task
from desktop.ui.dialog import FormDialog
from desktop.ui.form import Field
from desktop.ui.gate.second import KEY, SecondFactor

T = TypeVar("T")


class Proved(Generic[T]):
    """An office call that is made once more after the person has proved who they are."""

    def __init__(
        self,
        owner: QWidget,
        ui: Ui,
        session: Session,
        purpose: Purpose,
        work: Callable[[Task], T],
        done: Callable[[T], None],
        failed: Callable[[SealwellError], None],
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self._owner = owner
        self._ui = ui
        self._session = session
        self._purpose = purpose
        self._work = work
        self._done = done
        self._failed = failed
        self._progress = progress
        self._task = self._run(self._asked)

    def cancel(self) -> None:
        self._task.cancel()

    def _run(self, failed: Callable[[SealwellError], None]) -> Task:
        return self._ui.bridge.run(self._owner, self._work, self._done, failed, self._progress)

    def _asked(self, error: SealwellError) -> None:
        if error.code != "step-up-needed":
            self._failed(error)
            return
        dialog = StepUpDialog(self._ui, self._session, self._purpose, self._owner)
        dialog.accepted.connect(self._again)
        dialog.rejected.connect(lambda: self._failed(error))
        dialog.finished.connect(lambda _: self._owner.window().activateWindow())
        dialog.open()

    def _again(self) -> None:
        self._task = self._run(self._failed)


def proved(
    owner: QWidget,
    ui: Ui,
    session: Session,
    purpose: Purpose,
    work: Callable[[Task], T],
    done: Callable[[T], None],
    failed: Callable[[SealwellError], None],
    progress: Callable[[int, int], None] | None = None,
) -> Proved[T]:
    """Call the office for `owner`; where it answers `step-up-needed`, ask and call once more.

    `failed` also hears of it when the person does not want to prove anything.
    """
    return Proved(owner, ui, session, purpose, work, done, failed, progress)


class StepUpDialog(FormDialog):
    """The password again, and a code where the office wants one; a security key is touched instead."""

    def __init__(self, ui: Ui, session: Session, purpose: Purpose, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.stepup.title"), parent)
        self._session = session
        self._purpose = purpose
        lead = plain_label(ui.say(f"ui.stepup.{purpose.value}"), "muted", wrap=True)
        self.content.addWidget(lead)
        self.password = Field(ui.say("ui.signin.password"), secret=True)
        self.password.input.returnPressed.connect(self.go_on)
        if ui.guide is not None:  # nobody could know it
            self.password.input.setText(ui.guide().password)
            self.password.hint(ui.say("ui.sample.password"))
        self.content.addWidget(self.password)
        self.second = SecondFactor(ui)
        self.second.submitted.connect(self.go_on)
        self.second.hide()
        self.content.addWidget(self.second)
        self.go = button(ui.say("ui.stepup.go"), self.go_on, "primary")
        self.foot.addWidget(self.go)
        self.password.input.setFocus()
        user = session.user_name
        ui.bridge.run(self, lambda _: ui.office.entry_needs(user), self._needs, lambda _: None)

    def _needs(self, needs: EntryNeeds) -> None:
        self.second.offer_key(needs.security_key)
        self.password.setVisible(not needs.security_key)
        self.second.setVisible(needs.security_key)
        self._focus()

    def _focus(self) -> None:
        (self.second.key_pin if self._by_key else self.password).input.setFocus()

    @property
    def _by_key(self) -> bool:
        return self.second.mode == KEY

    def go_on(self) -> None:
        missing = self.second.missing()
        if not self._by_key and not self.password.text:
            missing = self.password
        if missing is not None:
            missing.wrong(self.ui.say("ui.form.missing"))
            missing.input.setFocus()
            return
        if not self.go.isEnabled():
            return
        self.go.setEnabled(False)
        if self._by_key:
            self.notice.show_words(self.ui.say("ui.second.touch"), "plain")
        else:
            self.notice.clear()
        second = self.second.given()
        request = StepUp(
            self._purpose,
            password=self.password.text,
            code=second.code,
            key_pin=second.key_pin,
            recovery_code=second.recovery_code,
        )
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.step_up(self._session, request),
            lambda _: self.accept(),
            self._refused,
        )

    def _refused(self, error: SealwellError) -> None:
        self.go.setEnabled(True)
        self.second.clear()
        if self.second.wants(error.code):
            self.second.show()
        else:
            self.password.input.clear()
            self._focus()
        self.failed(error)
