"""Retiring this computer: what will be destroyed, the practice's name typed by hand, then no way back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.office.values_access import Purpose
from desktop.office.values_backups import Retired, RetireRequest
from desktop.texts import clean
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dialog import FormDialog
from desktop.ui.files import choose_target
from desktop.ui.form import CentredForm, Field, explained, filled
from desktop.ui.stepup import Proved, proved

DESTROYED = ("slots", "share", "sessions", "database", "backups")
"""What the dialog names before it happens."""
_WIDTH = 560


class RetireDialog(FormDialog):
    """`begun` and `ended` around the call; `retired` with the answer, after which no session is left."""

    begun = Signal()
    ended = Signal()
    retired = Signal(object)

    def __init__(self, ui: Ui, session: Session, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.computer.retire-title"), parent)
        self._session = session
        self._call: Proved[Retired] | None = None
        self.setMinimumWidth(_WIDTH)
        say = ui.say
        self.content.addWidget(plain_label(say("ui.computer.retire-what"), "label", wrap=True))
        for code in DESTROYED:
            self.content.addWidget(plain_label(f"•  {say(f'ui.computer.destroys-{code}')}", wrap=True))
        self.content.addWidget(plain_label(say("ui.computer.retire-saved"), "muted", wrap=True))
        self.practice = Field(say("ui.computer.practice"), hint=say("ui.computer.practice-hint"))
        self.reason = Field(say("ui.computer.reason"), hint=say("ui.computer.reason-hint"))
        self.to = Field(say("ui.computer.certificate"), hint=say("ui.computer.certificate-hint"))
        self.browse = button(say("ui.computer.choose-file"), self.choose)
        self.content.addWidget(self.practice)
        self.content.addWidget(self.reason)
        self.to.beside(self.browse)
        self.content.addWidget(self.to)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(say("ui.computer.retiring"))
        self.bar.hide()
        self.content.addWidget(self.bar)
        self.go = button(say("ui.computer.retire-go"), self.submit, "danger")
        self.foot.addWidget(self.go)
        self.practice.input.setFocus()

    def choose(self) -> None:
        name = self.ui.say("ui.computer.certificate-file")
        choose_target(
            self, self.ui.say("ui.computer.certificate"), name, lambda path: self.to.input.setText(str(path))
        )

    def submit(self) -> None:
        needed = (self.practice, self.reason, self.to)
        if not filled(self.ui, needed) or not explained(self.ui, self.reason):
            return
        if self._call is not None:
            return
        to = str(Path(self.to.text.strip()).expanduser().absolute())
        request = RetireRequest(self.practice.text.strip(), to, reason=self.reason.text.strip())
        self.notice.show_words(self.ui.say("ui.computer.retiring"), "plain")
        self.go.setEnabled(False)
        self.bar.setRange(0, 0)
        self.bar.show()
        self.begun.emit()
        self._call = proved(
            self,
            self.ui,
            self._session,
            Purpose.KEYS,
            lambda task: self.ui.office.retire_computer(self._session, request, task.progress),
            self._done,
            self._refused,
            self._progress,
        )

    def _progress(self, done: int, total: int) -> None:
        self.bar.setRange(0, 1000 if total else 0)
        self.bar.setValue(done * 1000 // max(total, 1))

    def reject(self) -> None:
        """While it goes on, Cancel asks it to stop; what is destroyed then stays destroyed, and says so."""
        if self._call is None:
            super().reject()
        else:
            self._call.cancel()

    def _done(self, answer: Retired) -> None:
        self._call = None
        self.retired.emit(answer)

    def _refused(self, error: SealwellError) -> None:
        self._call = None
        self.bar.hide()
        self.go.setEnabled(True)
        self.ended.emit()
        if error.code == "practice-name-wrong":
            self.notice.clear()
            self.practice.wrong(self.ui.error(error))
            self.practice.input.setFocus()
        else:
            self.failed(error)


class RetiredPage(CentredForm):
    """Nobody is signed in any more: what was destroyed, and where the certificate is."""

    def __init__(self, ui: Ui, answer: Retired, done: Callable[[], None]) -> None:
        say = ui.say
        super().__init__(ui, "check", say("ui.computer.retired"), say("ui.computer.retired-lead"), _WIDTH)
        lines = [ui.texts.count("ui.computer.destroyed", len(answer.destroyed))] if answer.destroyed else []
        if answer.left:
            lines.append(ui.texts.count("ui.computer.left", len(answer.left)))
        paper = clean(answer.certificate)
        at = say("ui.computer.certificate-at", file=paper) if paper else say("ui.computer.no-certificate")
        lines.append(at)
        self.lines = [plain_label(words, wrap=True) for words in lines]
        for label in self.lines:
            self.column.addWidget(label)
        row = QHBoxLayout()
        row.addStretch()
        self.go = button(say("ui.close"), done, "primary")
        row.addWidget(self.go)
        self.column.addLayout(row)
        self.setFocusProxy(self.go)
