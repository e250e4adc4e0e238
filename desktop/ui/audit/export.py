"""Handing out the log, or one patient's papers: what, in which form, why, and where to."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QDate
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from desktop.models.accounts import Role, Session
from desktop.models.filters import AuditFilter
from desktop.models.records import PersonId
from desktop.office.values_audit import LogExport, LogFormat, PersonReport
from desktop.ui.audit.handout import ENDINGS, LogHandoutDialog
from desktop.ui.audit.inputs import day_input
from desktop.ui.audit.personfield import PersonField
from desktop.ui.audit.words import date_of
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.form import Field

FILTERED, WHOLE, ACCESS, DISCLOSURES = "filtered", "whole", "access", "disclosures"
_FIRST = (LogFormat.PACKAGE,)
_MORE = (LogFormat.JSONL, LogFormat.PDF, LogFormat.CSV, LogFormat.FHIR, LogFormat.SYSLOG)
_PAPERS = (LogFormat.PDF, LogFormat.CSV)
_YEARS = 6
_EVERYTHING = AuditFilter()


class ExportDialog(LogHandoutDialog):
    """The package is offered first; other forms stand under "more"."""

    def __init__(
        self, ui: Ui, session: Session, parent: QWidget, shown: AuditFilter = _EVERYTHING, words: str = ""
    ) -> None:
        """`shown` is what the page shows now, `words` the same for people."""
        super().__init__(ui, session, ui.say("ui.audit.export-title"), parent)
        self._shown = shown
        self._all_forms = False
        self.scopes: dict[str, QRadioButton] = {}
        self._group = QButtonGroup(self)
        self.content.addWidget(plain_label(ui.say("ui.export.what"), "label"))
        if shown != _EVERYTHING:
            self._scope(FILTERED, ui.say("ui.export.filtered", words=words))
        self._scope(WHOLE, ui.say("ui.export.whole"))
        if session.role is Role.ADMINISTRATOR:
            self._scope(ACCESS, ui.say("ui.export.access"))
            self._scope(DISCLOSURES, ui.say("ui.export.disclosures"))
        self.about = plain_label("", "muted", wrap=True)
        self.content.addWidget(self.about)
        self._add_person()
        self._add_form()
        self.reason = Field(ui.say("ui.audit.reason"), hint=ui.say("ui.export.reason-hint"))
        self.content.addWidget(self.reason)
        self._group.buttonToggled.connect(lambda _, on: self._scoped() if on else None)
        first = next(iter(self.scopes.values()))
        first.setChecked(True)
        first.setFocus()

    def _scope(self, code: str, words: str) -> None:
        made = QRadioButton(words)
        self._group.addButton(made)
        self.scopes[code] = made
        self.content.addWidget(made)

    def _add_person(self) -> None:
        self.person_part = QWidget()
        column = QVBoxLayout(self.person_part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        label = plain_label(self.ui.say("ui.export.person"), "label")
        self.person = PersonField(self.ui, self._session, self.ui.say("ui.export.person"))
        label.setBuddy(self.person)
        self.person_missing = plain_label("", "problem", wrap=True)
        self.person_missing.hide()
        self.person.changed.connect(self.person_missing.hide)
        self.limited = QCheckBox(self.ui.say("ui.export.limited"))
        days = QHBoxLayout()
        today = self.ui.clock.now().astimezone().date()
        last = QDate(today.year, today.month, today.day)
        self.since = day_input(
            self.ui.say("ui.filter.first"), last.addYears(-_YEARS).addDays(1), self.ui.texts.language
        )
        self.until = day_input(self.ui.say("ui.filter.last"), last, self.ui.texts.language)
        for one in (self.since, self.until):
            one.setEnabled(False)
            label_of = plain_label(one.accessibleName(), "muted")
            label_of.setBuddy(one)
            days.addWidget(label_of)
            days.addWidget(one)
            self.limited.toggled.connect(one.setEnabled)
        days.addStretch()
        for widget in (label, self.person, self.person_missing, self.limited):
            column.addWidget(widget)
        column.addLayout(days)
        self.content.addWidget(self.person_part)

    def _add_form(self) -> None:
        label = plain_label(self.ui.say("ui.audit.format"), "label")
        row = QHBoxLayout()
        self.form = QComboBox()
        self.form.setAccessibleName(self.ui.say("ui.audit.format"))
        label.setBuddy(self.form)
        self.more = button(self.ui.say("ui.export.more"), self._show_more, "quiet")
        row.addWidget(self.form, 1)
        row.addWidget(self.more)
        self.content.addWidget(label)
        self.content.addLayout(row)
        self.form_about = plain_label("", "muted", wrap=True)
        self.content.addWidget(self.form_about)
        self.form.currentIndexChanged.connect(lambda _: self._describe_form())

    def _show_more(self) -> None:
        self._all_forms = True
        self._offer_forms()
        self.form.setFocus()
        self.form.showPopup()

    # --- what is asked for -----------------------------------------------------------------

    @property
    def scope(self) -> str:
        return next(code for code, made in self.scopes.items() if made.isChecked())

    @property
    def _of_person(self) -> bool:
        return self.scope in (ACCESS, DISCLOSURES)

    @property
    def format(self) -> LogFormat:
        return LogFormat(str(self.form.currentData()))

    def take_person(self, person: PersonId, name: str, scope: str = ACCESS) -> None:
        """One patient's papers are wanted from that patient's page."""
        self.scopes[scope].setChecked(True)
        self.person.put(person, name)
        self.form.setFocus()

    def _scoped(self) -> None:
        self.person_part.setVisible(self._of_person)
        self.reason.setVisible(not self._of_person)
        self.about.setText(self.ui.say(f"ui.export.{self.scope}-about"))
        self._offer_forms()

    def _offer_forms(self) -> None:
        chosen = self.form.currentData()
        offered = _PAPERS if self._of_person else _FIRST + (_MORE if self._all_forms else ())
        self.form.clear()
        for one in offered:
            self.form.addItem(self.ui.say(f"ui.export.form.{one.value}"), one.value)
        self.form.setCurrentIndex(max(0, self.form.findData(chosen)))
        self.more.setVisible(not self._of_person and not self._all_forms)

    def _describe_form(self) -> None:
        if self.form.currentData():
            self.form_about.setText(self.ui.say(f"ui.export.form-about.{self.form.currentData()}"))

    # --- doing it --------------------------------------------------------------------------

    def problem(self) -> bool:
        if self._of_person:
            if self.person.chosen is None:
                self.person_missing.setText(self.ui.say("ui.export.person-missing"))
                self.person_missing.show()
                self.person.setFocus()
                return True
        elif not self.reason.text.strip():
            self.reason.wrong(self.ui.say("ui.audit.reason-missing"))
            self.reason.input.setFocus()
            return True
        return False

    def file_name(self) -> str:
        name = {ACCESS: "record-of-access", DISCLOSURES: "disclosures"}.get(self.scope, "audit-log")
        day = self.ui.clock.now().astimezone().date().isoformat()
        return f"{name}-{day}.{ENDINGS[self.format.value]}"

    def start(self, to: Path) -> None:
        if not self._of_person:
            wanted = self._shown if self.scope == FILTERED else _EVERYTHING
            self.write_log(LogExport(self.format, str(to), self.reason.text.strip(), wanted))
            return
        if self.person.chosen is None:
            return
        limited = self.limited.isChecked()
        request = PersonReport(
            self.person.chosen,
            self.format.value,
            str(to),
            date_of(self.since.date()) if limited else None,
            date_of(self.until.date()) if limited else None,
        )
        office, session = self.ui, self._session
        if self.scope == ACCESS:
            self.write_report(lambda task: office.office.record_of_access(session, request, task.progress))
        else:
            self.write_report(lambda task: office.office.disclosures(session, request, task.progress))
