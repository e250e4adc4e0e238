"""Taking a file in: its columns, what it would do, then a button that does it, and the report.

A file that says itself what it is goes straight to what it would do. Nothing is stored before
*Import*; *Cancel* works at every moment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from desktop.config import LIMITS
from desktop.errors import SealwellError
from desktop.models.accounts import Role, Session
from desktop.office.source_file import Mark, mark_of
from desktop.office.values_imports import (
    PEOPLE,
    FileLook,
    FileSeen,
    ImportOrder,
    ImportReport,
    ImportUndone,
    RowsFile,
)
from desktop.office.values_protection import ReachShown
from desktop.texts import clean
from desktop.ui.base import Notice, Ui, button, plain_label
from desktop.ui.bridge import Task
from desktop.ui.capture import block_capture
from desktop.ui.dialog import ConfirmDialog
from desktop.ui.imports.columns import ColumnsView
from desktop.ui.imports.reading import import_request
from desktop.ui.imports.report import ProblemsView, report_words
from desktop.ui.imports.source import SourceFile
from desktop.ui.reach import REACH_ROLES, reach_words
from desktop.ui.saving import save_paper

T = TypeVar("T")
UNDO_ROLES = frozenset({Role.ADMINISTRATOR, Role.MANAGER})


class ImportWizard(QDialog):
    """`look` begins; `stored` tells the page behind that there is something new."""

    stored = Signal()

    def __init__(self, ui: Ui, session: Session, path: Path, parent: QWidget, kind: str = PEOPLE) -> None:
        super().__init__(parent)
        self.ui = ui
        self._session = session
        self._path = path
        self._kind = kind
        self._mark: Mark | None = None
        self._order: ImportOrder | None = None
        self._report: ImportReport | None = None
        self._stop: Callable[[], None] = lambda: None
        self._storing = False
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(ui.say("ui.window.title"))
        self.setAccessibleName(ui.say(f"ui.imports.title-{kind}"))
        self.resize(860, 620)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(12)
        column.addWidget(plain_label(ui.say(f"ui.imports.title-{kind}"), "heading", wrap=True))
        column.addWidget(plain_label(clean(path.name), "muted", wrap=True))
        self.notice = Notice(ui.theme)
        column.addWidget(self.notice)
        self.reach = plain_label("", "muted", wrap=True)
        self.reach.hide()
        column.addWidget(self.reach)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(ui.say("ui.import.progress"))
        column.addWidget(self.progress)
        self.views = QStackedWidget()
        self.columns = ColumnsView(ui, self._chosen)
        self.problems = ProblemsView(ui)
        self._result = QWidget()
        result = QVBoxLayout(self._result)
        result.setContentsMargins(0, 0, 0, 0)
        self.source = SourceFile(ui, session, self.notice.show_words)
        result.addWidget(self.source)
        result.addWidget(self.problems, 1)
        result.addStretch()
        self.views.addWidget(self._result)
        self.views.addWidget(self.columns)
        column.addWidget(self.views, 1)
        column.addLayout(self._foot())

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        say = self.ui.say
        self.back_button = button(say("ui.imports.columns"), self.show_columns, "quiet")
        self.rows_button = button(say("ui.imports.save-rows"), self.save_rows)
        self.undo_button = button(say("ui.imports.undo"), self.ask_undo)
        self.close_button = button(say("ui.cancel"), self.reject)
        self.next_button = button(say("ui.imports.check"), self.check, "primary")
        self.import_button = button(say("ui.people.import-go"), self.store, "primary")
        for made in (self.back_button, self.rows_button, self.undo_button):
            row.addWidget(made)
        row.addStretch()
        for made in (self.close_button, self.next_button, self.import_button):
            row.addWidget(made)
        self._offer()
        return row

    def _offer(self, *shown: QWidget) -> None:
        """Beside Cancel only these buttons."""
        every = (self.back_button, self.rows_button, self.undo_button, self.next_button, self.import_button)
        for made in every:
            made.setVisible(made in shown)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        block_capture(self)

    # --- the file ---------------------------------------------------------------------------

    def look(self) -> None:
        """What the file is; one that is known goes on by itself."""
        path, kind = self._path, self._kind

        def work(_: Task) -> tuple[FileLook, Mark | None, FileSeen]:
            mark = mark_of(path)
            read = import_request(path, LIMITS.import_bytes)
            look = FileLook(read.name, data=read.data, kind=kind, modified=read.modified)
            return look, mark, self.ui.office.look_at_file(self._session, look)

        self._begin(work, self._looked)

    def _looked(self, answer: tuple[FileLook, Mark | None, FileSeen]) -> None:
        look, self._mark, seen = answer
        self._order = ImportOrder(look)
        self._over()
        self.columns.show_file(seen)
        if seen.ready and not self.columns.problem():
            self.check()
        else:
            self.show_columns()

    # --- columns ------------------------------------------------------------------------------

    def show_columns(self) -> None:
        self.notice.clear()
        self.views.setCurrentWidget(self.columns)
        self._offer(self.next_button)
        self._chosen()
        if self.columns.combos:
            self.columns.combos[0].setFocus()

    def _chosen(self) -> None:
        if self.views.currentWidget() is not self.columns:
            return
        words = self.columns.problem()
        self.next_button.setEnabled(not words)
        if words:
            self.notice.show_words(words, "warn")
        else:
            self.notice.clear()

    # --- trying and doing ------------------------------------------------------------------------

    def check(self) -> None:
        """A trial: what would happen."""
        if self._order is None:
            return
        self._order = order = replace(
            self._order,
            columns=self.columns.columns,
            options=self.columns.options,
            keep_as=self.columns.keep_as.text().strip(),
            confirm=False,
        )
        self._begin(lambda task: self.ui.office.try_import(self._session, order, task.progress), self._tried)

    def _tried(self, report: ImportReport) -> None:
        self._show(report)
        self._offer(self.back_button, self.import_button)
        changes = report.created or report.updated or report.cancelled
        self.import_button.setText(self.ui.say("ui.people.import-go"))
        self.import_button.setEnabled(bool(changes))
        (self.import_button if changes else self.close_button).setFocus()

    def store(self) -> None:
        order = self._order
        if order is not None:
            self._storing = True
            self._begin(
                lambda task: self.ui.office.run_import(self._session, order, task.progress), self._stored
            )

    def _stored(self, report: ImportReport) -> None:
        self._show(report)
        shown = [self.undo_button] if self._session.role in UNDO_ROLES else []
        self._offer(*shown, *([self.rows_button] if report.rejected else []))
        self.close_button.setText(self.ui.say("ui.close"))
        self.close_button.setFocus()
        self.stored.emit()
        if report.id is not None:
            self.source.offer(report.id, self._path, self._mark)
        if self._kind == PEOPLE and self._session.role in REACH_ROLES:
            self.ui.bridge.run(
                self, lambda _: self.ui.office.reach(self._session), self._reached, self._not_after
            )

    def _reached(self, shown: ReachShown) -> None:
        """Beside what was stored: how many of all can be reached now."""
        self.reach.setText(reach_words(self.ui, shown))
        self.reach.show()

    def _show(self, report: ImportReport) -> None:
        self._over()
        self._report = report
        self.views.setCurrentWidget(self._result)
        tone = "warn" if report.rejected or report.cancelled else "ok"
        self.notice.show_words(report_words(self.ui, report), tone)
        self.problems.show_groups(report.problems)

    # --- afterwards ---------------------------------------------------------------------------

    def save_rows(self) -> None:
        """What was left out, as a file to be put right."""
        import_id = self._report.id if self._report is not None else None
        if import_id is not None:
            self.ui.bridge.run(
                self,
                lambda _: self.ui.office.rejected_rows(self._session, import_id),
                self._save,
                self._not_after,
            )

    def _save(self, made: RowsFile) -> None:
        save_paper(self, self.ui, made.data, made.name, "ui.imports.rows-saved", self.notice.show_words)

    def ask_undo(self) -> None:
        dialog = ConfirmDialog(self.ui, "ui.imports.undo", self)
        dialog.accepted.connect(self.undo)
        dialog.finished.connect(lambda _: self.activateWindow())
        dialog.open()

    def undo(self) -> None:
        import_id = self._report.id if self._report is not None else None
        if import_id is not None:
            self._begin(
                lambda _: self.ui.office.undo_import(self._session, import_id), self._undone, self._not_after
            )

    def _undone(self, answer: ImportUndone) -> None:
        self._over()
        self._offer()
        self.problems.hide()
        self.reach.hide()
        self.notice.show_words(undone_words(self.ui, answer), "ok")
        self.close_button.setFocus()
        self.stored.emit()

    # --- under way ----------------------------------------------------------------------------

    def _begin(
        self,
        work: Callable[[Task], T],
        done: Callable[[T], None],
        failed: Callable[[SealwellError], None] | None = None,
    ) -> None:
        for made in (self.next_button, self.import_button, self.undo_button, self.back_button):
            made.setEnabled(False)
        self.notice.clear()
        self.progress.setRange(0, 0)
        self.progress.show()
        task = self.ui.bridge.run(self, work, done, failed or self._failed, self._told)
        self._stop = task.cancel

    def _told(self, done: int, of: int) -> None:
        self.progress.setRange(0, max(of, 0))
        self.progress.setValue(done)

    def _over(self) -> None:
        self._storing = False
        self.progress.hide()
        self._stop = lambda: None
        for made in (self.next_button, self.import_button, self.undo_button, self.back_button):
            made.setEnabled(True)

    def _not_after(self, error: SealwellError) -> None:
        """The file is stored: what can be done with it stays offered."""
        self._over()
        self.notice.show_words(self.ui.error(error))

    def _failed(self, error: SealwellError) -> None:
        self._over()
        if error.code == "cancelled":
            super().reject()
            return
        self.import_button.setEnabled(False)
        if error.code == "date-order-unknown":
            self.show_columns()
            self.columns.ask_date_order()
            self._chosen()
            return
        self.notice.show_words(self.ui.error(error), "warn" if error.code == "confirm-needed" else "error")
        if error.code == "confirm-needed" and self._order is not None:
            self._order = replace(self._order, confirm=True)
            self.views.setCurrentWidget(self._result)
            self.problems.hide()
            self._offer(self.back_button, self.import_button)
            self.import_button.setText(self.ui.say("ui.today.take-it"))
            self.import_button.setEnabled(True)
            self.close_button.setFocus()
        elif self.views.currentWidget() is not self.columns and self.columns.combos:
            self._offer(self.back_button)

    def reject(self) -> None:
        """Cancel, Escape and the window's own button: what is under way ends. An import that can no
        longer be stopped shows its report, with the way back."""
        self._stop()
        if not self._storing:
            super().reject()


def undone_words(ui: Ui, answer: ImportUndone) -> str:
    """What was taken back, and what stays."""
    words = ui.say("ui.imports.undone", removed=answer.removed + answer.withdrawn, restored=answer.restored)
    if answer.refusals_kept:
        words += " " + ui.texts.count("ui.imports.undone-refusals", answer.refusals_kept)
    if answer.changed_since:
        words += " " + ui.texts.count("ui.imports.undone-changed", answer.changed_since)
    return words
