"""Saving a report: in which form, and where to. It holds no names, so nobody else has to agree."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QWidget

from desktop.models.accounts import Session
from desktop.office.values_results import FORMS, ResultsExport, ResultsExported
from desktop.texts import clean
from desktop.ui.base import Ui, plain_label
from desktop.ui.handout import HandoutDialog


class ExportResultsDialog(HandoutDialog):
    """`request` says what; its form and its file are chosen here."""

    def __init__(self, ui: Ui, session: Session, request: ResultsExport, parent: QWidget) -> None:
        super().__init__(ui, session, ui.say("ui.results.export"), parent)
        self._request = request
        self.content.addWidget(plain_label(ui.say("ui.results.export-lead"), "muted", wrap=True))
        label = plain_label(ui.say("ui.audit.format"), "label")
        self.form = QComboBox()
        self.form.setAccessibleName(ui.say("ui.audit.format"))
        label.setBuddy(self.form)
        for one in FORMS:
            self.form.addItem(ui.say(f"ui.results.form-{one}"), one)
        self.content.addWidget(label)
        self.content.addWidget(self.form)
        self.form.setFocus()

    def file_name(self) -> str:
        day = self.ui.clock.now().astimezone().date().isoformat()
        return f"report-{day}.{self.form.currentData()}"

    def start(self, to: Path) -> None:
        request = replace(self._request, form=str(self.form.currentData()), to=str(to))
        self.write(
            lambda task: self.ui.office.export_results(self._session, request, task.progress), self._written
        )

    def _written(self, made: ResultsExported) -> None:
        self.end(self.ui.say("ui.results.export-done", file=clean(Path(made.file).name)))
