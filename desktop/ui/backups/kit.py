"""The recovery kit on paper, and a new recovery key."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox, QDialog, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.office.values_access import Purpose
from desktop.office.values_backups import KitRequest
from desktop.office.values_entry import Recovered
from desktop.office.values_protection import Paper
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.capture import block_capture
from desktop.ui.dialog import ConfirmDialog, FormDialog
from desktop.ui.form import Field
from desktop.ui.gate.recovery import RecoveryPage
from desktop.ui.saving import save_paper
from desktop.ui.stepup import proved

_KIT = "recovery-kit.pdf"
_SIZE = (640, 620)


class KitDialog(FormDialog):
    """The key stands on it only where somebody types it: the program does not know it."""

    def __init__(self, ui: Ui, session: Session, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.kit.title"), parent)
        self._session = session
        self.setMinimumWidth(560)
        self.content.addWidget(plain_label(ui.say("ui.kit.lead"), "muted", wrap=True))
        self.with_key = QCheckBox(ui.say("ui.kit.with-key"))
        self.content.addWidget(self.with_key)
        self.key = Field(ui.say("ui.kit.key"), hint=ui.say("ui.kit.key-hint"))
        self.key.hide()
        self.content.addWidget(self.key)
        self.with_key.toggled.connect(self._take_choice)
        self.go = button(ui.say("ui.kit.make"), self.make, "primary")
        self.foot.addWidget(self.go)
        self.with_key.setFocus()

    def _take_choice(self, on: bool) -> None:
        self.key.setVisible(on)
        if on:
            self.key.input.setFocus()

    def make(self) -> None:
        key = self.key.text.strip() if self.with_key.isChecked() else ""
        if self.with_key.isChecked() and not key:
            self.key.wrong(self.ui.say("ui.form.missing"))
            self.key.input.setFocus()
            return
        self.go.setEnabled(False)
        self.notice.show_words(self.ui.say("ui.kit.making"), "plain")
        proved(
            self,
            self.ui,
            self._session,
            Purpose.KEYS,
            lambda _: self.ui.office.print_kit(self._session, KitRequest(key)),
            self._made,
            self._refused,
        )

    def _made(self, paper: Paper) -> None:
        self.go.setEnabled(True)
        self.notice.clear()
        save_paper(self, self.ui, paper.data, paper.name or _KIT, "ui.kit.saved", self._saved)

    def _saved(self, words: str, kind: str) -> None:
        self.notice.show_words(words, kind)
        if kind == "ok":
            self.key.input.clear()
            self._holder.hide()
            self.go.hide()
            self.cancel.setText(self.ui.say("ui.close"))
            self.cancel.setFocus()

    def _refused(self, error: SealwellError) -> None:
        self.go.setEnabled(True)
        self.failed(error)


def new_key(
    owner: QWidget,
    ui: Ui,
    session: Session,
    made: Callable[[str], None],
    failed: Callable[[SealwellError], None],
) -> ConfirmDialog:
    """Asks first: from then on the paper in the safe opens nothing that is made."""

    def go() -> None:
        def answered(answer: Recovered) -> None:
            made(answer.recovery_key)

        proved(
            owner,
            ui,
            session,
            Purpose.KEYS,
            lambda _: ui.office.renew_recovery_key(session),
            answered,
            failed,
        )

    dialog = ConfirmDialog(ui, "ui.kit.new-key", owner)
    dialog.accepted.connect(go)
    dialog.open()
    return dialog


class NewKeyDialog(QDialog):
    """The page of the first set-up once more; it ends only when the key was typed back from paper."""

    def __init__(self, ui: Ui, key: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(ui.say("ui.window.title"))
        self.setAccessibleName(ui.say("ui.recovery.title"))
        self.resize(*_SIZE)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.page = RecoveryPage(ui, key, self.accept)
        column.addWidget(self.page)
        block_capture(self)

    def reject(self) -> None:
        """It is shown once: Escape does not throw it away."""
