"""The audit log: what was done, by whom and when; verify it, hand it to an outsider."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QComboBox, QDialog, QFormLayout, QLineEdit, QWidget

from desktop.models.accounts import Session
from desktop.office.values_access import Purpose
from desktop.office.values_audit import LogExport, LogExported, LogFormat, LogQuery
from desktop.office.values_practice import AuditLine, AuditPage, AuditVerified
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, plain_label
from desktop.ui.dates import moment_words
from desktop.ui.dialog import FormDialog, row_label
from desktop.ui.files import choose_target
from desktop.ui.stepup import proved
from desktop.ui.table import Column, Rows, table

_STRETCH = 200


class AuditPageView(Page):
    """Newest first; older records come as the list is scrolled."""

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__(ui, ui.say("ui.audit.title"))
        self._session = session
        self.count = plain_label("", "muted")
        self.head.addWidget(self.count)
        self.head.addStretch()
        self.verify_button = button(ui.say("ui.audit.verify"), self.verify)
        self.export_button = button(ui.say("ui.audit.export"), self.ask_export, "primary")
        self.head.addWidget(self.verify_button)
        self.head.addWidget(self.export_button)
        language = ui.texts.language
        self.rows = Rows[AuditLine](
            [
                Column(ui.say("ui.audit.number"), lambda line: str(line.seq), width=60),
                Column(ui.say("ui.audit.when"), lambda line: moment_words(line.at, language), width=165),
                Column(ui.say("ui.audit.who"), lambda line: clean(line.actor), width=90),
                Column(ui.say("ui.audit.what"), lambda line: ui.say(f"event.{line.act}"), stretch=True),
                Column(ui.say("ui.audit.details"), lambda line: _details(ui, line), width=210),
            ],
            more=self._more,
        )
        self.view = table(self.rows, ui.say("ui.audit.list"))
        self.outer.addWidget(self.view, 1)

    def refresh(self) -> None:
        self.call(lambda _: self.ui.office.query_log(self._session, LogQuery(limit=_STRETCH)), self._show)

    def _show(self, page: AuditPage) -> None:
        self.rows.show(page.lines, page.total)
        self.count.setText(self.ui.texts.count("ui.audit.records", page.total))

    def _more(self) -> None:
        before = self.rows.rows[-1].seq
        self.call(
            lambda _: self.ui.office.query_log(self._session, LogQuery(before=before, limit=_STRETCH)),
            lambda page: self.rows.append(page.lines),
        )

    def verify(self) -> None:
        self.verify_button.setEnabled(False)
        self.notice.show_words(self.ui.say("ui.audit.verifying"), "plain")
        self.call(lambda task: self.ui.office.verify_audit(self._session, task.progress), self._verified)

    def _verified(self, verdict: AuditVerified) -> None:
        self.verify_button.setEnabled(True)
        if verdict.ok:
            self.notice.show_words(self.ui.texts.count("ui.audit.intact", verdict.records), "ok")
        else:
            words = self.ui.say("ui.audit.broken", record=verdict.first_bad or 0)
            self.notice.show_words(f"{words} {self.ui.say(f'ui.audit.class-{verdict.class_}')}")

    def ask_export(self) -> None:
        dialog = ExportDialog(self.ui, self)
        dialog.accepted.connect(lambda: self._choose_target(dialog))
        dialog.open()

    def _choose_target(self, dialog: ExportDialog) -> None:
        format_ = str(dialog.format.currentData())
        reason = dialog.reason.text().strip()
        choose_target(
            self,
            self.ui.say("ui.audit.export-where"),
            f"audit.{format_}",
            lambda path: self.export(format_, path, reason),
        )

    def export(self, format_: str, path: Path, reason: str) -> None:
        request = LogExport(LogFormat(format_), str(path), reason)
        self.notice.clear()
        proved(
            self,
            self.ui,
            self._session,
            Purpose.EXPORT,
            lambda _: self.ui.office.export_log(self._session, request),
            self._exported,
            self.show_error,
        )

    def _exported(self, answer: LogExported) -> None:
        if answer.pending:
            self.notice.show_words(self.ui.texts.count("ui.audit.pending", answer.people), "warn")
            return
        self.notice.show_words(
            self.ui.say("ui.audit.exported", records=answer.records, file=clean(Path(answer.file).name)), "ok"
        )


class ExportDialog(FormDialog):
    """Form and reason; the reason is kept with the record of the export."""

    def __init__(self, ui: Ui, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.audit.export-title"), parent)
        form = QFormLayout()
        self.format = QComboBox()
        self.format.setAccessibleName(ui.say("ui.audit.format"))
        for value in ("jsonl", "csv"):
            self.format.addItem(ui.say(f"ui.audit.format-{value}"), value)
        self.reason = QLineEdit()
        self.reason.setAccessibleName(ui.say("ui.audit.reason"))
        form.addRow(row_label(ui.say("ui.audit.format")), self.format)
        form.addRow(row_label(ui.say("ui.audit.reason")), self.reason)
        self.content.addLayout(form)
        self.foot.addWidget(button(ui.say("ui.audit.export-go"), self.go, "primary"))

    def go(self) -> None:
        if not self.reason.text().strip():
            self.notice.show_words(self.ui.say("ui.audit.reason-missing"), "warn")
            self.reason.setFocus()
            return
        self.done(QDialog.DialogCode.Accepted)


_COUNTED = ("count", "records", "queued", "created", "updated", "rejected", "excluded", "cancelled", "tries")


def _details(ui: Ui, line: AuditLine) -> str:
    """What people can use: how many, how, and where it stands; ids and hashes are in the export."""
    parts = [
        ui.say(f"ui.audit.field.{name}", n=line.details[name]) for name in _COUNTED if line.details.get(name)
    ]
    for name, code in (("method", "ui.method"), ("consent", "ui.consent"), ("status", "ui.status")):
        if name in line.details:
            parts.append(ui.say(f"{code}.{line.details[name]}"))
    return ", ".join(parts)
