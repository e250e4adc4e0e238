"""What was taken in: a list with what came of each file, saved answers, and folders that are watched."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMenu, QSplitter, QVBoxLayout, QWidget

from desktop.models.accounts import Session
from desktop.office.values_imports import (
    PEOPLE,
    VISITS,
    ImportLine,
    ImportShown,
    ImportsShown,
    ImportUndone,
    RowsFile,
)
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, plain_label
from desktop.ui.dates import moment_words
from desktop.ui.dialog import ConfirmDialog
from desktop.ui.files import choose_file, dropped_file
from desktop.ui.imports.export import ExportPeopleDialog
from desktop.ui.imports.report import ProblemsView
from desktop.ui.imports.standing import StandingDialog
from desktop.ui.imports.wizard import UNDO_ROLES, ImportWizard, undone_words
from desktop.ui.navigation import Navigation
from desktop.ui.saving import save_paper
from desktop.ui.table import Column, Rows, table

_STRETCH = 100


class ImportsPage(Page):
    """Newest first; the one that is chosen stands beside the list."""

    def __init__(self, ui: Ui, session: Session, navigation: Navigation) -> None:
        super().__init__(ui, "")
        self.title.hide()
        self._session = session
        self._shown: ImportShown | None = None
        self.setAcceptDrops(True)
        self.people_button = button(ui.say("ui.imports.people-file"), lambda: self.choose(PEOPLE), "primary")
        self.visits_button = button(ui.say("ui.imports.visits-file"), lambda: self.choose(VISITS))
        self.standing_button = button(ui.say("ui.imports.standing"), self.open_standing)
        self.export_button = button(ui.say("ui.imports.export"), self.open_export)
        self.export_button.setVisible(session.role in UNDO_ROLES)
        for made in (self.people_button, self.visits_button):
            self.head.addWidget(made)
        self.head.addStretch()
        for made in (self.standing_button, self.export_button):
            self.head.addWidget(made)
        language = ui.texts.language
        self.rows = Rows[ImportLine](
            [
                Column(ui.say("ui.imports.file"), lambda one: clean(one.file_name, 80), stretch=True),
                Column(ui.say("ui.imports.when"), lambda one: moment_words(one.at, language), width=184),
                Column(ui.say("ui.imports.what"), self._counts, width=196),
            ],
            more=lambda: self._ask(len(self.rows.rows)),
        )
        self.list = table(self.rows, ui.say("ui.imports.list"))
        self.list.selectionModel().currentRowChanged.connect(lambda now, _: self._open(now.row()))
        self.count = plain_label("", "muted")
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list, 1)
        column.addWidget(self.count)
        split = QSplitter()
        split.setHandleWidth(14)
        split.setChildrenCollapsible(False)
        split.addWidget(left)
        split.addWidget(self._detail())
        split.setSizes([600, 440])
        self.outer.addWidget(split, 1)

    def _detail(self) -> QWidget:
        self.detail = QWidget()
        column = QVBoxLayout(self.detail)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self.heading = plain_label("", "heading", wrap=True)
        self.facts = plain_label("", wrap=True)
        self.problems = ProblemsView(self.ui)
        column.addWidget(self.heading)
        column.addWidget(self.facts)
        column.addWidget(self.problems, 1)
        row = QVBoxLayout()
        self.rows_button = button(self.ui.say("ui.imports.save-rows"), self.save_rows)
        self.undo_button = button(self.ui.say("ui.imports.undo"), self.ask_undo)
        for made in (self.rows_button, self.undo_button):
            row.addWidget(made, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(row)
        column.addStretch()
        self.detail.hide()
        return self.detail

    def _counts(self, one: ImportLine) -> str:
        if one.undone_at is not None:
            return self.ui.say("ui.imports.undone-mark")
        return self.ui.say(
            "ui.imports.counts", created=one.created, updated=one.updated, rejected=one.rejected
        )

    # --- the list ---------------------------------------------------------------------------

    def refresh(self) -> None:
        self._ask(0)

    def _ask(self, offset: int) -> None:
        self.call(
            lambda _: self.ui.office.list_imports(self._session, _STRETCH, offset),
            lambda shown: self._show(shown, offset),
        )

    def _show(self, shown: ImportsShown, offset: int) -> None:
        if offset:
            self.rows.append(shown.imports)
            return
        self.rows.show(shown.imports, shown.total)
        words = self.ui.texts.count("ui.imports.count", shown.total) if shown.total else ""
        self.count.setText(words or self.ui.say("ui.imports.none"))
        self.detail.setVisible(bool(shown.imports))
        if shown.imports:
            self.list.selectRow(0)

    def _open(self, row: int) -> None:
        if 0 <= row < len(self.rows.rows):
            import_id = self.rows.rows[row].id
            self.call(lambda _: self.ui.office.show_import(self._session, import_id), self._opened)

    def _opened(self, shown: ImportShown) -> None:
        self._shown = shown
        line, say = shown.line, self.ui.say
        self.heading.setText(clean(line.file_name, 120) or say("ui.imports.unnamed"))
        language = self.ui.texts.language
        parts = [
            say(
                f"ui.imports.fact-{line.kind}",
                created=line.created,
                updated=line.updated,
                unchanged=line.unchanged,
            ),
            say("ui.imports.fact-by", name=clean(line.by_name, 40), when=moment_words(line.at, language)),
        ]
        if shown.mapping:
            parts.append(say("ui.imports.fact-mapping", name=clean(shown.mapping, 60)))
        if line.source_file:
            parts.append(say(f"ui.imports.file-{line.source_file}"))
        if line.undone_at is not None:
            when = moment_words(line.undone_at, language)
            parts.append(say("ui.imports.fact-undone", name=clean(shown.undone_by, 40), when=when))
        self.facts.setText("\n".join(parts))
        self.problems.show_groups(shown.problems)
        self.rows_button.setVisible(bool(line.rejected))
        self.undo_button.setVisible(self._session.role in UNDO_ROLES and line.undone_at is None)
        self.detail.show()

    # --- one import ---------------------------------------------------------------------------

    def save_rows(self) -> None:
        """What was left out, as a file to be put right."""
        if self._shown is not None:
            import_id = self._shown.line.id
            self.call(lambda _: self.ui.office.rejected_rows(self._session, import_id), self._save)

    def _save(self, made: RowsFile) -> None:
        save_paper(self, self.ui, made.data, made.name, "ui.imports.rows-saved", self.notice.show_words)

    def ask_undo(self) -> None:
        dialog = ConfirmDialog(self.ui, "ui.imports.undo", self)
        dialog.accepted.connect(self.undo)
        dialog.open()

    def undo(self) -> None:
        if self._shown is not None:
            import_id = self._shown.line.id
            self.call(lambda _: self.ui.office.undo_import(self._session, import_id), self._undone)

    def _undone(self, answer: ImportUndone) -> None:
        self.notice.show_words(undone_words(self.ui, answer), "ok")
        self.refresh()

    # --- another file ---------------------------------------------------------------------------

    def choose(self, kind: str) -> None:
        choose_file(
            self,
            self.ui.say("ui.people.choose" if kind == PEOPLE else "ui.today.choose"),
            self.ui.say("ui.files.people" if kind == PEOPLE else "ui.files.visits"),
            lambda path: self.take_file(path, kind),
        )

    def take_file(self, path: Path, kind: str = PEOPLE) -> None:
        """Look at it first; it is stored when the person says so."""
        self.notice.clear()
        dialog = ImportWizard(self.ui, self._session, path, self, kind)
        dialog.finished.connect(lambda _: self.refresh())
        dialog.open()
        dialog.look()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        if dropped_file(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Which of the two it is, is asked: a list and a schedule can look alike."""
        path = dropped_file(event)
        if path is None:
            return
        event.acceptProposedAction()
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.ui.say("ui.imports.people-file"), lambda: self.take_file(path, PEOPLE))
        menu.addAction(self.ui.say("ui.imports.visits-file"), lambda: self.take_file(path, VISITS))
        menu.popup(self.mapToGlobal(event.position().toPoint()))

    # --- what stands ------------------------------------------------------------------------------

    def open_standing(self) -> None:
        """Saved answers, and folders that are looked into."""
        dialog = StandingDialog(self.ui, self._session, self)
        dialog.open()
        dialog.look()

    def open_export(self) -> None:
        ExportPeopleDialog(self.ui, self._session, self).open()
