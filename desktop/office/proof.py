"""The audit log for people: page, check, hand out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.audit.export import Format, export_log
from desktop.audit.logkey import WRAP_INFO, LogKey, load_log_key
from desktop.audit.tokens import keep_reason
from desktop.audit.verify import Verdict, verify
from desktop.clock import Clock
from desktop.compliance.retention import start
from desktop.errors import InputError, SealwellError
from desktop.models import audit, users
from desktop.models.accounts import Session, UserId
from desktop.models.database import Tx
from desktop.models.records import AuditRecord
from desktop.office.api import Progress
from desktop.office.desk import Desk, Recorder
from desktop.office.values_practice import AuditExport, AuditExported, AuditLine, AuditPage, AuditVerified

_REASON = 500


class Proof:
    """What an outsider may ask for."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def list_audit(self, session: Session, before: int | None = None, limit: int = 100) -> AuditPage:
        def look(tx: Tx) -> AuditPage:
            names = {user.id: user.name for user in users.listing(tx)}
            lines = tuple(_line(record, names) for record in audit.page(tx, before, limit))
            return AuditPage(lines, audit.count(tx))

        return self._desk.read(
            session,
            Action.LIST_AUDIT,
            look,
            lambda page: Event(Act.AUDIT_VIEWED, det={"count": len(page.lines)}),
        )

    def verify_audit(self, session: Session, progress: Progress | None = None) -> AuditVerified:
        """Read every record anew; the check itself becomes the next record."""

        def check(tx: Tx) -> Verdict:
            return verify(audit.records(tx), count=audit.count(tx), start=start(tx))

        verdict = self._desk.read(
            session,
            Action.VERIFY_AUDIT,
            check,
            lambda found: Event(
                Act.AUDIT_VERIFIED,
                outcome="ok" if found.ok else "failed",
                why="" if found.ok else found.class_,
                det={"records": found.records, "class": found.class_},
            ),
        )
        return AuditVerified(verdict.ok, verdict.records, verdict.first_bad, verdict.class_)

    def export_audit(self, session: Session, request: AuditExport) -> AuditExported:
        """Write the log to a file that proves itself; the reason is kept with the record.

        Recorded first and written from the reading lane: a long log holds up nobody who sends.
        What then fails is recorded too.
        """
        opened = self._desk.check(session, Action.EXPORT_AUDIT)
        reason = request.reason.strip()
        if not reason or len(reason) > _REASON:
            raise InputError("reason-missing")
        if request.format not in tuple(Format):
            raise InputError("format-unknown")
        vault = opened.vault

        def note(tx: Tx, record: Recorder) -> LogKey:
            det = keep_reason(tx, opened.token_key, reason)
            known = audit.count(tx)
            record(Event(Act.AUDIT_EXPORTED, det={"format": request.format, "records": known, **det}))
            return load_log_key(tx, vault.vault_id, vault.key(WRAP_INFO))

        def export(tx: Tx) -> AuditExported:
            closing = export_log(
                audit.records(tx), Path(request.to), Format(request.format), key, self._clock.now()
            )
            return AuditExported(request.to, closing.records)

        key = self._desk.write(session, Action.EXPORT_AUDIT, note)
        try:
            return opened.database.read(export)
        except SealwellError as error:
            self._desk.note_refusal(session, Act.AUDIT_EXPORTED, error)
            raise


def _line(record: AuditRecord, names: Mapping[UserId, str]) -> AuditLine:
    body = json.loads(record.body)
    return AuditLine(
        record.seq,
        datetime.fromtimestamp(body["ts"] / 1000, UTC),
        body["act"],
        names.get(body["actor"], body["actor"]),
        body["outcome"],
        body["obj"],
        body["det"],
    )
