"""Handing out the log: who asks, why, how many people it names, and who else must agree.

The reason and the request are recorded before a byte leaves. What reads long runs on a lane
of its own, and ends when the practice is locked; what fails leaves no file, is recorded, and
gives the approval back.
"""

from __future__ import annotations

from desktop.access.roles import FIELD_GROUPS, Action, FieldGroup
from desktop.audit.events import Act, Event
from desktop.audit.fields import Value
from desktop.audit.logkey import WRAP_INFO, LogKey, load_log_key
from desktop.audit.report import log_report
from desktop.audit.tokens import keep_reason
from desktop.audit.witness import EXPORT
from desktop.clock import Clock
from desktop.compliance import approvals
from desktop.compliance.approvals import Wanted
from desktop.compliance.handover import Selection, request_of, select
from desktop.errors import InputError, SealwellError
from desktop.models import approvals as kept_approvals
from desktop.models import witnesses
from desktop.models.accounts import Approval, Session
from desktop.models.database import Tx
from desktop.models.documents import Document, Printer
from desktop.models.witnesses import GivenMark
from desktop.office.api import Progress
from desktop.office.desk import Desk, Opened, Recorder
from desktop.office.log_files import Handing, Practice, as_asked, mark_of, practice_of, refuse_existing, steps
from desktop.office.notices import notify
from desktop.office.values_audit import LogExport, LogExported, LogFormat
from desktop.texts import Texts

LONGEST_REASON = 500
_STEPS = 4
_PAPERS = frozenset({LogFormat.PDF, LogFormat.PACKAGE})
_WITNESSES = frozenset({LogFormat.JSONL, LogFormat.PDF, LogFormat.PACKAGE})
"""What carries a signed checkpoint."""


class LogExports:
    """One export at a time per call; several may run, each on its own turn of the lane."""

    def __init__(self, desk: Desk, clock: Clock, printer: Printer) -> None:
        self._desk = desk
        self._clock = clock
        self._printer = printer

    def export_log(
        self, session: Session, request: LogExport, progress: Progress | None = None
    ) -> LogExported:
        """Write the file, or, above the limit of people, ask a second person and answer `pending`.

        Raises as `as_asked`; InputError "reason-missing", "format-unknown", "file-exists",
        "file-not-written"; Refused as `approvals.use`, "cancelled", "locked", "printing-unavailable".
        """
        opened = self._desk.check(session, Action.EXPORT_AUDIT)
        reason = request.reason.strip()
        if not reason or len(reason) > LONGEST_REASON:
            raise InputError("reason-missing")
        if request.format not in tuple(LogFormat):
            raise InputError("format-unknown")
        try:
            to = refuse_existing(request.to, request.format)
            chosen = self._chosen(opened, request, progress)
            wanted = request_of(request.format, chosen, reason)
            if chosen.needs_two and not request.approval:
                return self._ask(session, opened, chosen, wanted)
            key = self._noted(session, opened, request, chosen, wanted)
        except SealwellError as error:
            self._refused(session, error)
            raise
        try:
            practice = opened.database.read(practice_of)
            pdf = self._paper(session, opened, request, chosen, key, practice, progress)
            handing = Handing(
                chosen,
                to,
                key,
                opened.vault.vault_id,
                self._clock.now(),
                steps(opened.database, progress, 3, _STEPS),
                practice,
                pdf,
            )
            opened.database.read_aside(lambda tx: handing.write(tx, request.format))
            if request.format in _WITNESSES:
                opened.database.write(lambda tx: self._witnessed(tx, opened, key, chosen.last))
        except SealwellError as error:
            self._refused(session, error, request.approval)
            raise
        return LogExported(str(to), chosen.records, chosen.people)

    def _witnessed(self, tx: Tx, opened: Opened, key: LogKey, size: int) -> None:
        """Whoever has the file knows where the log stood."""
        note = mark_of(tx, key, opened.vault.vault_id, size).checkpoint
        witnesses.put(tx, GivenMark(EXPORT, size, note, self._clock.now()))

    # --- deciding ----------------------------------------------------------------------------

    def _chosen(self, opened: Opened, request: LogExport, progress: Progress | None) -> Selection:
        """What is asked for now, or, with an approval, what was asked for then."""

        def look(tx: Tx) -> Selection:
            asked = kept_approvals.get(tx, request.approval) if request.approval else None
            last = asked.details.get("last", "") if asked else ""
            until = int(last) if last.isascii() and last.isdigit() else 0
            tell = steps(opened.database, progress, 0, _STEPS)
            return select(tx, as_asked(tx, request.filter), opened.field_key, until, tell)

        return opened.database.read_aside(look)

    def _ask(self, session: Session, opened: Opened, chosen: Selection, wanted: Wanted) -> LogExported:
        def ask(tx: Tx, record: Recorder) -> Approval:
            asked = approvals.ask(tx, wanted, session.user, self._clock.now())
            det: dict[str, Value] = {"people": chosen.people, "records": chosen.records}
            det |= {"action": asked.kind, "approval": asked.id, "format": wanted.details["format"]}
            record(Event(Act.APPROVAL_ASKED, obj=asked.id, det=det))
            if asked.not_before is not None:
                told: dict[str, str | int] = {
                    "user": session.user,
                    "people": chosen.people,
                    "records": chosen.records,
                }
                owners = (one.id for one in approvals.approvers(tx, asked.kind))
                notify(tx, owners, "export", asked.asked_at, told)
            return asked

        asked = self._desk.write(session, Action.EXPORT_AUDIT, ask)
        if asked.not_before is not None:
            said: dict[str, str | int] = {"people": chosen.people, "records": chosen.records}
            opened.watch.officer.tell("mail.officer.export.subject", [("mail.officer.export.text", said)])
        return LogExported("", chosen.records, chosen.people, asked.id, asked.not_before)

    def _noted(
        self, session: Session, opened: Opened, request: LogExport, chosen: Selection, wanted: Wanted
    ) -> LogKey:
        """The record of the export, with the approval used up in the same transaction."""
        private = self._desk.vault_of(session).signing_key() if request.approval else b""
        vault = opened.vault

        def note(tx: Tx, record: Recorder) -> LogKey:
            det: dict[str, Value] = {"format": request.format.value, "records": chosen.records}
            det |= {"people": chosen.people, **keep_reason(tx, opened.token_key, wanted.reason)}
            given = (("person", chosen.filter.person), ("message", chosen.filter.message))
            det |= {name: value for name, value in given if value is not None}
            if request.approval:
                now = self._clock.now()
                det["approval"] = approvals.use(tx, request.approval, wanted, session.user, now, private).id
            record(Event(Act.AUDIT_EXPORTED, det=det))
            return load_log_key(tx, vault.vault_id, vault.key(WRAP_INFO))

        return self._desk.write(session, Action.EXPORT_AUDIT, note)

    def _refused(self, session: Session, error: SealwellError, approval: str = "") -> None:
        """What came to nothing is recorded; a practice that was locked meanwhile cannot."""
        opened = self._desk.opened_or_none()
        if opened is None or opened.database.closed:
            return

        def note(tx: Tx) -> None:
            if approval:
                kept_approvals.give_back(tx, approval)
            event = Event(Act.AUDIT_EXPORTED, outcome="refused", why=error.code)
            Recorder(self._desk.audit, tx, session)(event)

        opened.database.write(note)

    # --- the paper ---------------------------------------------------------------------------

    def _paper(
        self,
        session: Session,
        opened: Opened,
        request: LogExport,
        chosen: Selection,
        key: LogKey,
        practice: Practice,
        progress: Progress | None,
    ) -> bytes:
        """The report, printed in the caller's thread: Qt wants its application made in the first one."""
        if request.format not in _PAPERS:
            return b""
        head = practice.head(self._clock.now(), session.user_name)
        named = FieldGroup.CONTACT in FIELD_GROUPS[session.role]

        def lay_out(tx: Tx) -> Document:
            return log_report(
                tx,
                chosen.filter,
                head,
                mark_of(tx, key, opened.vault.vault_id, chosen.last),
                Texts(practice.language),
                steps(opened.database, progress, 1, _STEPS),
                last=chosen.last,
                named=named,
            )

        document = opened.database.read_aside(lay_out)
        return self._printer.print_pdf(document, steps(opened.database, progress, 2, _STEPS))
