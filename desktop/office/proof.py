"""The audit log for people: looking through it, and checking it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.audit.logkey import WRAP_INFO, load_log_key
from desktop.audit.note import Checkpoint, origin_of, read_checkpoint
from desktop.audit.outside import seen, watched
from desktop.audit.verify import Evidence, Verdict, verify
from desktop.compliance.retention import start
from desktop.crypto.openvault import OpenVault
from desktop.errors import InputError
from desktop.models import audit, audit_filing, audit_proofs, audit_queries, users
from desktop.models.accounts import Session, UserId
from desktop.models.database import Tx
from desktop.models.records import AuditRecord
from desktop.office.api import Progress
from desktop.office.desk import Desk, Recorder
from desktop.office.log_files import as_asked, practice_of, steps
from desktop.office.values_audit import NEWEST, LogQuery
from desktop.office.values_practice import AuditLine, AuditPage, AuditVerified

LONGEST_PAGE = 1000
_UNKNOWN = datetime(1970, 1, 1, tzinfo=UTC)
_NO_ROOT = bytes(32)


class Proof:
    """Reading the log is recorded in it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def query_log(self, session: Session, query: LogQuery = NEWEST) -> AuditPage:
        """One page, newest first; ids and codes, and the names of users only."""

        def look(tx: Tx) -> AuditPage:
            names = {user.id: user.name for user in users.listing(tx)}
            limit = max(1, min(query.limit, LONGEST_PAGE))
            wanted = as_asked(tx, query.filter)
            found = audit_queries.page(tx, wanted, query.before, limit)
            count = audit_queries.count(tx, wanted)
            lines = tuple(_line(record, names) for record in found)
            return AuditPage(lines, count.number, count.whole, practice_of(tx).zone.key)

        return self._desk.read(
            session,
            Action.LIST_AUDIT,
            look,
            lambda page: Event(Act.AUDIT_VIEWED, det={"count": len(page.lines)}),
        )

    def verify_audit(self, session: Session, progress: Progress | None = None) -> AuditVerified:
        """Read every record anew, and hold it against every checkpoint kept; the check is the next record.

        On the lane aside: nobody waits for it. Raises Refused "cancelled", "locked".
        """
        opened = self._desk.check(session, Action.VERIFY_AUDIT)

        def check(tx: Tx) -> tuple[Verdict, bool]:
            count = audit.count(tx)
            records = watched(audit.records(tx), count, steps(opened.database, progress, 0, 1))
            evidence = Evidence(kept=list(signed_checkpoints(tx, opened.vault)))
            verdict = verify(records, count=count, evidence=evidence, start=start(tx))
            return verdict, audit_filing.agrees(tx)

        found, filed = opened.database.read_aside(check)
        event = Event(
            Act.AUDIT_VERIFIED,
            outcome="ok" if found.ok else "failed",
            why="" if found.ok else found.class_,
            det={"records": found.records, "class": found.class_},
        )

        def conclude(tx: Tx, record: Recorder) -> None:
            if not filed:
                audit_filing.anew(tx)
            record(event)

        self._desk.write(session, Action.VERIFY_AUDIT, conclude)
        return AuditVerified(found.ok, found.records, found.first_bad, found.class_)


def log_vkey(tx: Tx, vault: OpenVault) -> str:
    """The verifier key of this log, from the key that signs. Raises VaultError("log-key-damaged")."""
    return load_log_key(tx, vault.vault_id, vault.key(WRAP_INFO)).vkey


def signed_checkpoints(tx: Tx, vault: OpenVault) -> Iterator[Checkpoint]:
    """The checkpoints with their signatures checked; one that is not ours fits no log."""
    vkey = log_vkey(tx, vault)
    forged = Checkpoint(origin_of(vault.vault_id), 0, _NO_ROOT)
    for one in audit_proofs.checkpoints(tx):
        try:
            found = read_checkpoint(one.note, vkey)
        except InputError:
            found = forged
        same = (found.origin, found.size) == (forged.origin, one.size)
        yield found if same else replace(forged, size=one.size)


def _line(record: AuditRecord, names: Mapping[UserId, str]) -> AuditLine:
    one = seen(record)
    return AuditLine(
        seq=one.seq,
        at=one.at or _UNKNOWN,
        act=one.act,
        actor=names.get(UserId(one.actor), one.actor),
        outcome=one.outcome,
        obj=one.obj,
        role=one.role,
        why=one.why,
        hash=one.hash,
        details=one.det,
    )
