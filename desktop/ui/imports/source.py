"""After an import the file still holds its people in clear text: it goes, or somebody says that it stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFrame, QHBoxLayout

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.records import ImportId
from desktop.office.source_file import Mark, mark_of, remove_source
from desktop.office.values_imports import GONE, KEPT
from desktop.texts import clean
from desktop.ui.base import Ui, button, card, plain_label
from desktop.ui.bridge import Task


class SourceFile(QFrame):
    """`settled` hears the words of what was done."""

    def __init__(self, ui: Ui, session: Session, settled: Callable[[str, str], None]) -> None:
        super().__init__()
        self.ui = ui
        self._session = session
        self._settled = settled
        self._path: Path | None = None
        self._mark: Mark | None = None
        self._import: ImportId | None = None
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, column = card()
        column.setContentsMargins(16, 12, 16, 12)
        self.words = plain_label("", wrap=True)
        column.addWidget(self.words)
        row = QHBoxLayout()
        self.keep = button(ui.say("ui.imports.file-keep"), lambda: self._settle(KEPT))
        self.remove = button(ui.say("ui.imports.file-remove"), self._remove)
        row.addWidget(self.remove)
        row.addWidget(self.keep)
        row.addStretch()
        column.addLayout(row)
        outer.addWidget(frame)
        self.hide()

    def offer(self, import_id: ImportId, path: Path, mark: Mark | None) -> None:
        """Ask; where the file is gone already, that is written down without asking."""
        self._import, self._path, self._mark = import_id, path, mark
        self._enable(True)
        if mark_of(path) is None:
            self._settle(GONE)
            return
        self.words.setText(self.ui.say("ui.imports.file-asked", file=clean(path.name, 80)))
        self.show()

    def _remove(self) -> None:
        path, mark, import_id = self._path, self._mark, self._import
        if path is None or import_id is None:
            return
        self._enable(False)

        def work(_: Task) -> str:
            what = remove_source(path, mark)
            self.ui.office.settle_source_file(self._session, import_id, what)
            return what

        self.ui.bridge.run(self, work, self._done, self._failed)

    def _settle(self, what: str) -> None:
        import_id = self._import
        if import_id is None:
            return
        self._enable(False)

        def work(_: Task) -> str:
            self.ui.office.settle_source_file(self._session, import_id, what)
            return what

        self.ui.bridge.run(self, work, self._done, self._failed)

    def _done(self, what: str) -> None:
        self.hide()
        if what != GONE:
            self._settled(self.ui.say(f"ui.imports.file-{what}"), "ok")

    def _failed(self, error: SealwellError) -> None:
        self._enable(True)
        self._settled(self.ui.error(error), "error")

    def _enable(self, on: bool) -> None:
        self.keep.setEnabled(on)
        self.remove.setEnabled(on)
