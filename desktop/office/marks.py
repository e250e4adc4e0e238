"""The security officer's check of the log: whether each record has the mark of its own time.

What it finds beyond `verify_audit` is a log that somebody wrote anew with the keys of today.
It wants the printed recovery key, because that alone opens the first key of the marks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile

from desktop.access.roles import Action
from desktop.audit import marks
from desktop.audit.events import Act, Event
from desktop.audit.macs import FirstKey
from desktop.audit.verify import RE_MARKED, Evidence, Verdict, verify
from desktop.compliance.retention import start
from desktop.crypto.officer import officer_private
from desktop.errors import SealwellError, VaultError
from desktop.models import audit, audit_proofs
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.records import AuditRecord
from desktop.office.desk import Desk
from desktop.office.values_practice import AuditVerified
from desktop.paths import PracticeFolder

EARLIER_KEY = "earlier-key"
"""What was checked holds; of older records the marks need a recovery key that was replaced unseen."""


class Marks:
    """One use case; the keys it opens live as long as the check."""

    def __init__(self, desk: Desk, folder: PracticeFolder) -> None:
        self._desk = desk
        self._folder = folder

    def check_marks(self, session: Session, recovery_key: str) -> AuditVerified:
        """Raises VaultError "recovery-key-mistyped", "recovery-key-wrong", "mac-key-damaged" (no marks)."""
        opened = self._desk.check(session, Action.CHECK_MARKS)
        try:
            private = officer_private(self._folder.keys, recovery_key)
            firsts = opened.database.read(lambda tx: marks.opened_first_keys(tx, private))
            if not firsts:
                raise VaultError("mac-key-damaged", file=self._folder.log_marks.name)
        except SealwellError as error:
            self._desk.note_refusal(session, Act.AUDIT_VERIFIED, error)
            raise
        found = opened.database.read(lambda tx: _judged(tx, firsts))
        event = Event(
            Act.AUDIT_VERIFIED,
            outcome="ok" if found.ok else "failed",
            why="" if found.ok else found.class_,
            det={"records": found.records, "class": found.class_},
        )
        self._desk.write(session, Action.CHECK_MARKS, lambda _, record: record(event))
        return AuditVerified(found.ok, found.records, found.first_bad, found.class_)


def _judged(tx: Tx, firsts: list[FirstKey]) -> Verdict:
    """Row after row: each K_0 marks the records from its first to where the next begins.

    Of the records under a K_0 that is not at hand hashes and order are checked, and it is said.
    """
    verdict = verify(audit.records(tx), start=start(tx))
    if not verdict.ok:
        return verdict
    begins = [one.first for one in marks.first_keys(tx)]
    for first in firsts:
        end = min((one for one in begins if one > first.first), default=0)
        if not _is_named(tx, first):
            return Verdict(False, first.first - 1, first.first, RE_MARKED)
        evidence = Evidence(macs=audit_proofs.macs(tx), first_key=first)
        found = verify(_until(tx, end), evidence=evidence, start=start(tx))
        if not found.ok:
            return found
    return verdict if len(firsts) == len(begins) else replace(verdict, class_=EARLIER_KEY)


def _until(tx: Tx, end: int) -> Iterator[AuditRecord]:
    records = audit.records(tx)
    return takewhile(lambda record: record.seq < end, records) if end else records


def _is_named(tx: Tx, first: FirstKey) -> bool:
    """Whether the log itself says that its marks begin here with this key; a purged part says nothing."""
    gone = start(tx)
    if gone is not None and gone.seq >= first.first:
        return True
    for record in audit.records(tx, after=first.first - 1, limit=2):  # a record of the clock may come before
        body = json.loads(record.body)
        if body.get("act") == Act.LOG_MARKED:
            return bool(body["det"].get("fingerprint") == marks.commitment_to(first))
    return False
