"""Handing out the list of people: in which form, why, and where to; above fifty a second person agrees."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QComboBox, QProgressBar, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.office.values_access import Purpose
from desktop.office.values_imports import PeopleExport, PeopleExported
from desktop.texts import clean
from desktop.ui.audit.handout import pending_words
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dialog import FormDialog
from desktop.ui.files import choose_target
from desktop.ui.form import Field
from desktop.ui.stepup import Proved, proved

FORMATS = ("xlsx", "csv")


class ExportPeopleDialog(FormDialog):
    """Cancel stops the writing; nothing half is left behind."""

    def __init__(self, ui: Ui, session: Session, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.people-export.title"), parent)
        self._session = session
        self._running: Proved[PeopleExported] | None = None
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
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(ui.say("ui.export.writing"))
        self.bar.hide()
        self.foot.insertWidget(0, self.bar, 1)
        self.go = button(ui.say("ui.audit.export-go"), self.choose, "primary")
        self.foot.addWidget(self.go)
        self.form.setFocus()

    def choose(self) -> None:
        """Where to; then it begins."""
        if not self.reason.text.strip():
            self.reason.wrong(self.ui.say("ui.audit.reason-missing"))
            self.reason.input.setFocus()
            return
        day = self.ui.clock.now().astimezone().date().isoformat()
        name = f"people-{day}.{self.form.currentData()}"
        target = choose_target(self, self.ui.say("ui.audit.export-where"), name, self.start)
        target.finished.connect(lambda _: self.activateWindow())

    def start(self, to: Path) -> None:
        request = PeopleExport(str(self.form.currentData()), str(to), self.reason.text.strip())
        self.bar.setRange(0, 0)
        self.bar.show()
        self.go.setEnabled(False)
        self.notice.show_words(self.ui.say("ui.export.writing"), "plain")
        self._running = proved(
            self,
            self.ui,
            self._session,
            Purpose.EXPORT,
            lambda task: self.ui.office.export_people(self._session, request, task.progress),
            self._written,
            self._refused,
            self._told,
        )

    def _told(self, done: int, of: int) -> None:
        self.bar.setRange(0, max(1, of))
        self.bar.setValue(done)

    def _over(self) -> None:
        self._running = None
        self.bar.hide()
        self.go.setEnabled(True)

    def _refused(self, error: SealwellError) -> None:
        self._over()
        if error.code == "cancelled":
            self.notice.show_words(self.ui.say("ui.export.stopped"), "plain")
        else:
            self.failed(error)

    def _written(self, made: PeopleExported) -> None:
        self._over()
        if made.pending:
            words, kind = pending_words(self.ui, made.from_, ()), "warn"
        else:
            name = clean(Path(made.file).name)
            words, kind = self.ui.texts.count("ui.people-export.done", made.people, file=name), "ok"
        self.notice.show_words(words, kind)
        self._holder.hide()
        self.go.hide()
        self.cancel.setText(self.ui.say("ui.close"))
        self.cancel.setFocus()
        self.adjustSize()

    def reject(self) -> None:
        """Cancel: while it is written, stop that first."""
        if self._running is not None:
            self._running.cancel()
            return
        super().reject()
