"""Papers about one patient that they may ask for: who saw their record, and to whom it went.

45 CFR 164.528 gives people the accounting of disclosures; the record of access is more than
the rules ask. Both want a person, a form and a place to put them, and nobody else's approval.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.audit.logkey import WRAP_INFO, load_log_key
from desktop.audit.report import touched_report, touched_table
from desktop.audit.tables import csv_table
from desktop.audit.touched import Keys, touched
from desktop.clock import Clock
from desktop.errors import InputError, SealwellError
from desktop.frozen import dataclass
from desktop.models import people
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.documents import Document, Printer, Table
from desktop.models.records import Person, PersonId
from desktop.office.api import Progress
from desktop.office.desk import Desk, Opened
from desktop.office.log_files import Practice, mark_of, practice_of, refuse_existing, steps
from desktop.office.values_audit import LogFormat, PersonReport, ReportMade
from desktop.paths import write_private_parts
from desktop.people.disclosures import account, accounting_report, accounting_table
from desktop.texts import Texts

_FORMS = frozenset({LogFormat.PDF, LogFormat.CSV})
_STEPS = 2


@dataclass(frozen=True)
class _Made:
    """A report before it is written: the paper, or the table for a spreadsheet."""

    table: Table
    document: Document
    rows: int


class LogReports:
    """What an administrator makes for a patient; names are joined here and stand in no log."""

    def __init__(self, desk: Desk, clock: Clock, printer: Printer) -> None:
        self._desk = desk
        self._clock = clock
        self._printer = printer

    def record_of_access(
        self, session: Session, request: PersonReport, progress: Progress | None = None
    ) -> ReportMade:
        """Who saw, changed and sent, in lists too. Raises as `disclosures`."""
        opened = self._desk.check(session, Action.REPORT_ACCESS)

        def make(tx: Tx, person: Person, practice: Practice) -> _Made:
            since, until = _period(request, practice)
            keys = Keys(opened.field_key, opened.token_key)
            tell = steps(opened.database, progress, 0, _STEPS)
            found = touched(tx, person.id, keys, since=since, until=until, progress=tell)
            texts, head = Texts(practice.language), practice.head(self._clock.now(), session.user_name)
            vault = opened.vault
            mark = mark_of(tx, load_log_key(tx, vault.vault_id, vault.key(WRAP_INFO)), vault.vault_id)
            paper = touched_report(tx, person, found, head, mark, texts, since, until)
            return _Made(touched_table(tx, found, practice.zone, texts), paper, len(found.touches))

        return self._report(session, opened, Action.REPORT_ACCESS, request, make, progress)

    def disclosures(
        self, session: Session, request: PersonReport, progress: Progress | None = None
    ) -> ReportMade:
        """To whom the person's information went, six years back at most.

        Raises InputError "person-unknown", "format-unknown", "period-backwards", "file-exists",
        "file-not-written"; Refused "cancelled", "locked", "printing-unavailable".
        """
        opened = self._desk.check(session, Action.REPORT_DISCLOSURES)

        def make(tx: Tx, person: Person, practice: Practice) -> _Made:
            since, until = _period(request, practice)
            now, tell = self._clock.now(), steps(opened.database, progress, 0, _STEPS)
            found = account(tx, person, now, since=since, until=until, progress=tell)
            texts = Texts(practice.language)
            paper = accounting_report(found, practice.head(now, session.user_name), texts)
            return _Made(accounting_table(found, practice.zone, texts), paper, len(found.rows))

        return self._report(session, opened, Action.REPORT_DISCLOSURES, request, make, progress)

    def _report(
        self,
        session: Session,
        opened: Opened,
        action: Action,
        request: PersonReport,
        make: Callable[[Tx, Person, Practice], _Made],
        progress: Progress | None,
    ) -> ReportMade:
        """Make, record, write: nothing is handed out that is not in the log."""
        if request.format not in _FORMS:
            raise InputError("format-unknown")
        form = LogFormat(request.format)
        person = PersonId("")
        try:
            to = refuse_existing(request.to, form)
            one = opened.database.read(lambda tx: _person(tx, request.person))
            person = one.id
            practice = opened.database.read(practice_of)
            made = opened.database.read_aside(lambda tx: make(tx, one, practice))
            tell = steps(opened.database, progress, 1, _STEPS)
            pdf = self._printer.print_pdf(made.document, tell) if form is LogFormat.PDF else b""
            det: dict[str, str | int] = {
                "report": action.value.rpartition(".")[2],
                "format": form.value,
                "rows": made.rows,
            }
            event = Event(Act.REPORT_MADE, obj=person, det=det)
            self._desk.write(session, action, lambda _, record: record(event))
            try:
                write_private_parts(to, (pdf,) if form is LogFormat.PDF else csv_table(made.table))
            except OSError:
                raise InputError("file-not-written", file=to.name) from None
        except SealwellError as error:
            if self._desk.is_open and not opened.database.closed:
                self._desk.note_refusal(session, Act.REPORT_MADE, error, person)
            raise
        return ReportMade(str(to), made.rows)


def _person(tx: Tx, wanted: PersonId) -> Person:
    found = people.get(tx, wanted)
    if found is None:
        raise InputError("person-unknown")
    return found


def _period(request: PersonReport, practice: Practice) -> tuple[datetime | None, datetime | None]:
    """From the beginning of the first day to the end of the last, as the practice's clocks go."""
    if request.since and request.until and request.since > request.until:
        raise InputError("period-backwards")
    since = datetime.combine(request.since, time(), practice.zone) if request.since else None
    behind = request.until + timedelta(days=1) if request.until else None
    return since, datetime.combine(behind, time(), practice.zone) if behind else None
