"""Importing contacts: what the file would do, then a button that does it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desktop.config import LIMITS
from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.office.values import PeopleImported, RejectedRow
from desktop.office.values_protection import ReachShown
from desktop.texts import clean
from desktop.ui.base import Notice, Ui, button, plain_label
from desktop.ui.capture import block_capture
from desktop.ui.files import import_request
from desktop.ui.reach import REACH_ROLES, reach_words
from desktop.ui.table import Column, Rows, table


class ImportDialog(QDialog):
    """Nothing is stored before *Import*; *Cancel* works at every moment."""

    def __init__(self, ui: Ui, session: Session, path: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self.ui = ui
        self._session = session
        self._path = path
        self._cancel: Callable[[], None] = lambda: None
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(ui.say("ui.people.import-title"))
        self.resize(620, 460)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(12)
        column.addWidget(plain_label(clean(path.name), "heading", wrap=True))
        self.notice = Notice(ui.theme)
        column.addWidget(self.notice)
        self.reach = plain_label("", "muted", wrap=True)
        self.reach.hide()
        column.addWidget(self.reach)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(ui.say("ui.import.progress"))
        column.addWidget(self.progress)
        self.left_out = Rows[RejectedRow](
            [
                Column(ui.say("ui.import.line"), lambda row: str(row.line), width=90),
                Column(ui.say("ui.import.problem"), lambda row: ui.reason(row.reason), stretch=True),
            ]
        )
        self.view = table(self.left_out, ui.say("ui.import.rejected-list"))
        column.addWidget(self.view, 1)
        row = QHBoxLayout()
        row.addStretch()
        self.close_button = button(ui.say("ui.cancel"), self.give_up)
        self.import_button = button(ui.say("ui.people.import-go"), self.store, "primary")
        self.import_button.setEnabled(False)
        row.addWidget(self.close_button)
        row.addWidget(self.import_button)
        column.addLayout(row)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        block_capture(self)

    def look(self) -> None:
        """A dry run: what would happen."""
        self._run(dry_run=True, done=self._looked)

    def store(self) -> None:
        self._run(dry_run=False, done=self._stored)

    def give_up(self) -> None:
        self._cancel()
        self.reject()

    def _run(self, *, dry_run: bool, done: Callable[[PeopleImported], None]) -> None:
        self.import_button.setEnabled(False)
        self.progress.setRange(0, 0)
        self.progress.show()
        task = self.ui.bridge.run(
            self,
            lambda task: self.ui.office.import_people(
                self._session, import_request(self._path, LIMITS.import_bytes, dry_run=dry_run), task.progress
            ),
            done,
            self._failed,
            self._show_progress,
        )
        self._cancel = task.cancel

    def _show_progress(self, done: int, total: int) -> None:
        self.progress.setRange(0, max(total, 1))
        self.progress.setValue(done)

    def _looked(self, answer: PeopleImported) -> None:
        self._show(answer, "ui.people.would")
        self.import_button.setEnabled(bool(answer.created or answer.updated))
        self.import_button.setFocus()

    def _stored(self, answer: PeopleImported) -> None:
        self._show(answer, "ui.people.did")
        self.import_button.hide()
        self.close_button.setText(self.ui.say("ui.close"))
        self.close_button.setFocus()
        if self._session.role in REACH_ROLES:
            self.ui.bridge.run(
                self, lambda _: self.ui.office.reach(self._session), self._reached, self._failed
            )

    def _reached(self, shown: ReachShown) -> None:
        """Beside what was stored: how many of all can be reached now."""
        self.reach.setText(reach_words(self.ui, shown))
        self.reach.show()

    def _show(self, answer: PeopleImported, code: str) -> None:
        self.progress.hide()
        words = self.ui.say(code, created=answer.created, updated=answer.updated, unchanged=answer.unchanged)
        if answer.rejected:
            words += " " + self.ui.texts.count("ui.people.left-out", len(answer.rejected))
        if answer.ignored_columns:
            names = ", ".join(clean(name, 40) for name in answer.ignored_columns[:8])
            words += " " + self.ui.say("ui.people.ignored", names=names)
        self.notice.show_words(words, "warn" if answer.rejected else "ok")
        self.left_out.show(answer.rejected)

    def _failed(self, error: SealwellError) -> None:
        self.progress.hide()
        self.notice.show_words(self.ui.error(error))
