"""Handing out the list of people: in which form, why, and where to; above fifty a second person agrees."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QComboBox, QWidget

from desktop.models.accounts import Session
from desktop.office.values_imports import PeopleExport, PeopleExported
from desktop.texts import clean
from desktop.ui.base import Ui, plain_label
from desktop.ui.bridge import Task
from desktop.ui.form import Field
from desktop.ui.handout import HandoutDialog, others

FORMATS = ("xlsx", "csv")


class ExportPeopleDialog(HandoutDialog):
    """Once the other person agreed, the same request is made again and written."""

    WAITING = "ui.people-export"

    def __init__(self, ui: Ui, session: Session, parent: QWidget) -> None:
        super().__init__(ui, session, ui.say("ui.people-export.title"), parent)
        self.content.addWidget(plain_label(ui.say("ui.people-export.lead"), "muted", wrap=True))
        label = plain_label(ui.say("ui.audit.format"), "label")
        self.form = QComboBox()
        self.form.setAccessibleName(ui.say("ui.audit.format"))
        label.setBuddy(self.form)
        for one in FORMATS:
            self.form.addItem(ui.say(f"ui.people-export.form-{one}"), one)
        self.reason = Field(ui.say("ui.audit.reason"), hint=ui.say("ui.export.reason-hint"))
        for widget in (label, self.form, self.reason):
            self.content.addWidget(widget)
        self.form.setFocus()

    def problem(self) -> bool:
        missing = not self.reason.text.strip()
        if missing:
            self.reason.refuse(self.ui.say("ui.audit.reason-missing"))
        return missing

    def file_name(self) -> str:
        day = self.ui.clock.now().astimezone().date().isoformat()
        return f"people-{day}.{self.form.currentData()}"

    def start(self, to: Path) -> None:
        request = PeopleExport(str(self.form.currentData()), str(to), self.reason.text.strip())

        def work(task: Task) -> tuple[PeopleExported, tuple[str, ...]]:
            office = self.ui.office
            made = office.export_people(self._session, request, task.progress)
            asked = others(office, self._session) if made.pending and made.from_ is None else ()
            return made, asked

        self.write(work, self._written)

    def _written(self, answer: tuple[PeopleExported, tuple[str, ...]]) -> None:
        made, asked = answer
        if made.pending:
            self.wait(made.from_, asked)
        else:
            name = clean(Path(made.file).name)
            self.end(self.ui.texts.count("ui.people-export.done", made.people, file=name))
