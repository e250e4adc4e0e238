"""What stands for files to come: saved answers about their columns, and folders that are looked into."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from desktop.models.accounts import Session
from desktop.office.values_access import Purpose
from desktop.office.values_imports import PEOPLE, VISITS, FolderLine, FolderRequest, MappingLine
from desktop.texts import clean
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dates import moment_words
from desktop.ui.dialog import FormDialog
from desktop.ui.files import choose_folder
from desktop.ui.imports.wizard import UNDO_ROLES
from desktop.ui.stepup import proved
from desktop.ui.table import Column, Rows, table

_HEIGHT = 150


class StandingDialog(FormDialog):
    """Two lists; what is forgotten here changes nothing of what was taken in."""

    def __init__(self, ui: Ui, session: Session, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.imports.standing-title"), parent)
        self._session = session
        self.setMinimumWidth(720)
        self.cancel.setText(ui.say("ui.close"))
        say, language = ui.say, ui.texts.language
        self.mappings = Rows[MappingLine](
            [
                Column(say("ui.imports.mapping-name"), lambda one: clean(one.name, 60), stretch=True),
                Column(say("ui.imports.kind"), lambda one: say(f"ui.imports.kind-{one.kind}"), width=140),
                Column(
                    say("ui.imports.used"),
                    lambda one: moment_words(one.used_at, language) if one.used_at else "",
                    width=160,
                ),
            ]
        )
        self.mapping_list = table(self.mappings, say("ui.imports.mappings"))
        self.forget = button(say("ui.imports.forget"), self.forget_mapping)
        self.folders = Rows[FolderLine](
            [
                Column(say("ui.imports.folder"), lambda one: clean(one.path, 200), stretch=True),
                Column(say("ui.imports.kind"), lambda one: say(f"ui.imports.kind-{one.kind}"), width=120),
                Column(say("ui.imports.taken"), lambda one: str(one.taken), width=70),
                Column(say("ui.imports.state"), self._state, width=220),
            ]
        )
        self.folder_list = table(self.folders, say("ui.imports.folders"))
        self.drop = button(say("ui.imports.forget-folder"), self.forget_folder)
        self.kind = QComboBox()
        self.kind.setAccessibleName(say("ui.imports.kind"))
        for code in (VISITS, PEOPLE):
            self.kind.addItem(say(f"ui.imports.kind-{code}"), code)
        self.add = button(say("ui.imports.watch"), self.choose)
        self._may = session.role in UNDO_ROLES
        for made in (self.kind, self.add):
            made.setVisible(self._may)
        self.no_mappings = plain_label(say("ui.imports.no-mappings"), "muted", wrap=True)
        self.no_folders = plain_label(say("ui.imports.no-folders"), "muted", wrap=True)
        self._lay_out()

    def _lay_out(self) -> None:
        say = self.ui.say
        for view in (self.mapping_list, self.folder_list):
            view.setMinimumHeight(_HEIGHT)
        self.content.addWidget(plain_label(say("ui.imports.mappings"), "label"))
        self.content.addWidget(self.no_mappings)
        self.content.addWidget(self.mapping_list)
        self.content.addLayout(_row(self.forget))
        self.content.addWidget(plain_label(say("ui.imports.folders"), "label"))
        self.content.addWidget(plain_label(say("ui.imports.folders-lead"), "muted", wrap=True))
        self.content.addWidget(self.no_folders)
        self.content.addWidget(self.folder_list)
        self.content.addLayout(_row(self.kind, self.add, self.drop))
        self._show_mappings(())
        self._show_folders(())

    def _show_mappings(self, lines: tuple[MappingLine, ...]) -> None:
        """An empty list gives way to a sentence, and what needs a chosen line waits for one."""
        self.mappings.show(lines)
        self.no_mappings.setVisible(not lines)
        for one in (self.mapping_list, self.forget):
            one.setVisible(bool(lines))
        self.mapping_list.selectRow(0)

    def _show_folders(self, lines: tuple[FolderLine, ...]) -> None:
        self.folders.show(lines)
        self.no_folders.setVisible(not lines)
        self.folder_list.setVisible(bool(lines))
        self.drop.setVisible(bool(lines) and self._may)
        self.folder_list.selectRow(0)

    def _state(self, one: FolderLine) -> str:
        if one.trouble is not None:
            return self.ui.reason(one.trouble)
        return moment_words(one.looked_at, self.ui.texts.language) if one.looked_at else ""

    def look(self) -> None:
        run, office = self.ui.bridge.run, self.ui
        run(self, lambda _: office.office.list_mappings(self._session), self._show_mappings, self.failed)
        run(self, lambda _: office.office.list_folders(self._session), self._show_folders, self.failed)

    def forget_mapping(self) -> None:
        row = self.mapping_list.currentIndex().row()
        if 0 <= row < len(self.mappings.rows):
            mapping = self.mappings.rows[row].id
            self.ui.bridge.run(
                self,
                lambda _: self.ui.office.forget_mapping(self._session, mapping),
                self._show_mappings,
                self.failed,
            )

    def choose(self) -> None:
        choose_folder(self, self.ui.say("ui.imports.watch"), self.watch)

    def watch(self, path: Path) -> None:
        """From now on; whoever sets it up proves who they are."""
        request = FolderRequest(str(path), str(self.kind.currentData()))
        self.notice.clear()
        proved(
            self,
            self.ui,
            self._session,
            Purpose.USERS,
            lambda _: self.ui.office.watch_folder(self._session, request),
            lambda _: self.look(),
            self.failed,
        )

    def forget_folder(self) -> None:
        row = self.folder_list.currentIndex().row()
        if 0 <= row < len(self.folders.rows):
            folder = self.folders.rows[row].id
            proved(
                self,
                self.ui,
                self._session,
                Purpose.USERS,
                lambda _: self.ui.office.forget_folder(self._session, folder),
                self._show_folders,
                self.failed,
            )


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch()
    return row
