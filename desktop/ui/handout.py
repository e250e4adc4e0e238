"""What every dialog that hands something out has: a place, progress with Cancel, an answer.

Proving who one is, is asked for on the way (`ui/stepup.py`); what waits for a second person is
said in plain words.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Role, Session, UserState
from desktop.office.api import Office
from desktop.office.values_access import Purpose
from desktop.texts import clean
from desktop.ui.base import Ui, button
from desktop.ui.bridge import Task
from desktop.ui.dates import when_words
from desktop.ui.dialog import FormDialog
from desktop.ui.files import choose_target
from desktop.ui.stepup import proved

T = TypeVar("T")
_APPROVERS = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})


class HandoutDialog(FormDialog):
    """Cancel stops the writing while it goes on; nothing half is left behind."""

    waits = Signal()
    """A second person is asked; nothing was written."""
    written = Signal()
    WAITING = "ui.export"
    """Of the sentences that say who must agree, and how one goes on then."""

    def __init__(self, ui: Ui, session: Session, title: str, parent: QWidget) -> None:
        super().__init__(ui, title, parent)
        self._session = session
        self._stop: Callable[[], None] | None = None
        self.setMinimumWidth(560)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(ui.say("ui.export.writing"))
        self.bar.hide()
        self.foot.insertWidget(0, self.bar, 1)
        self.go = button(ui.say("ui.audit.export-go"), self.choose, "primary")
        self.foot.addWidget(self.go)

    def choose(self) -> None:
        """Where to; then it begins."""
        if self.problem():
            return
        target = choose_target(self, self.ui.say("ui.audit.export-where"), self.file_name(), self.start)
        target.finished.connect(lambda _: self.activateWindow())

    def problem(self) -> bool:
        """Say what is missing, if something is."""
        return False

    def file_name(self) -> str:
        raise NotImplementedError

    def start(self, to: Path) -> None:
        raise NotImplementedError

    # --- writing ----------------------------------------------------------------------------

    def write(self, work: Callable[[Task], T], made: Callable[[T], None]) -> None:
        """`made` hears what `work` answers, and says it with `end`."""

        def over(answer: T) -> None:
            self._over()
            made(answer)

        self.bar.setRange(0, 0)
        self.bar.show()
        self.go.setEnabled(False)
        self.notice.show_words(self.ui.say("ui.export.writing"), "plain")
        running = proved(self, self.ui, self._session, Purpose.EXPORT, work, over, self._refused, self._told)
        self._stop = running.cancel

    def _told(self, done: int, of: int) -> None:
        self.bar.setRange(0, max(1, of))
        self.bar.setValue(done)

    def _over(self) -> None:
        self._stop = None
        self.bar.hide()
        self.go.setEnabled(True)

    def _refused(self, error: SealwellError) -> None:
        self._over()
        if error.code == "cancelled":
            self.notice.show_words(self.ui.say("ui.export.stopped"), "plain")
        else:
            self.failed(error)

    def end(self, words: str) -> None:
        """The answer takes the place of the form."""
        self._end(words, "ok")
        self.written.emit()

    def wait(self, not_before: datetime | None, names: tuple[str, ...]) -> None:
        """Nothing was written yet; who must agree takes the place of the form."""
        self._end(pending_words(self.ui, not_before, names, self.WAITING), "warn")
        self.waits.emit()

    def _end(self, words: str, kind: str) -> None:
        self.notice.show_words(words, kind)
        self._holder.hide()
        self.go.hide()
        self.cancel.setText(self.ui.say("ui.close"))
        self.cancel.setFocus()
        self.adjustSize()

    def reject(self) -> None:
        """Cancel: while it is written, stop that first."""
        if self._stop is not None:
            self._stop()
            return
        super().reject()


def pending_words(
    ui: Ui, not_before: datetime | None, names: tuple[str, ...], code: str = HandoutDialog.WAITING
) -> str:
    """Who must agree, or from when one may go on alone, and how."""
    if not_before is not None:
        when = when_words(not_before, None, ui.texts.language)
        return ui.say(f"{code}.wait", when=when)
    if names:
        *some, last = (clean(one) for one in names)
        either = ui.say("ui.export.or", first=", ".join(some), last=last) if some else last
        return ui.say(f"{code}.ask", names=either)
    return ui.say(f"{code}.ask-somebody")


def others(office: Office, session: Session) -> tuple[str, ...]:
    """Who else may agree; only an administrator sees the list of users."""
    if session.role is not Role.ADMINISTRATOR:
        return ()
    return tuple(
        one.name
        for one in office.list_users(session).users
        if one.role in _APPROVERS and one.state is UserState.ACTIVE and one.id != session.user
    )
