"""What is kept how long; years of the log sealed, and after their time destroyed by two people."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from pathlib import Path

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.audit.outside import watched
from desktop.audit.segments import KEY_BYTES, survey, write_segment
from desktop.audit.tokens import keep_reason
from desktop.clock import Clock
from desktop.compliance import approvals, retention
from desktop.compliance.approvals import PURGE, Wanted, request_hash
from desktop.errors import InputError
from desktop.models import audit, logyears, vaultkeys
from desktop.models.accounts import Approval, Session
from desktop.models.database import Tx
from desktop.models.logyears import Segment
from desktop.office.api import Progress
from desktop.office.desk import Desk, Recorder
from desktop.office.values_audit import Purged, PurgeRequest, RetentionShown, SegmentLine
from desktop.paths import PracticeFolder, make_private_folder

_REASON = 500


class Retention:
    """Shown to administrators and auditors; changed, sealed and destroyed by administrators."""

    def __init__(self, desk: Desk, clock: Clock, folder: PracticeFolder) -> None:
        self._desk = desk
        self._clock = clock
        self._folder = folder

    def show_retention(self, session: Session) -> RetentionShown:
        return self._desk.read(
            session,
            Action.SHOW_RETENTION,
            self._shown,
            lambda shown: Event(Act.RETENTION_SHOWN, det={"count": len(shown.segments)}),
        )

    def set_retention(self, session: Session, kept: str, days: int) -> RetentionShown:
        """Days for one class. Raises InputError "retention-class-unknown", "retention-days-range"."""

        def change(tx: Tx, record: Recorder) -> RetentionShown:
            retention.put_class(tx, kept, days)
            record(Event(Act.RETENTION_CHANGED, det={"kept": kept, "days": days}))
            return self._shown(tx)

        return self._desk.write(session, Action.SET_RETENTION, change)

    def seal_year(self, session: Session, year: int, progress: Progress | None = None) -> RetentionShown:
        """A closed year into its file. The records stay in the log until they are destroyed.

        Raises as `compliance.retention.last_of` and `audit.segments`; Refused("cancelled").
        """
        opened = self._desk.check(session, Action.SEAL_YEAR)
        key = secrets.token_bytes(KEY_BYTES)
        folder = make_private_folder(self._folder.segments)
        name = f"{year}.segment"

        def seal(tx: Tx) -> Segment:
            now = self._clock.now()
            behind = retention.edge(tx)
            last = retention.last_of(tx, year, behind, now)
            many = last - behind.seq
            cover = survey(watched(audit.records(tx, behind.seq, many), many, progress), behind, year)
            sha256 = write_segment(folder / name, cover, audit.records(tx, behind.seq, many), key)
            return Segment(
                year, cover.first, last, cover.root, name, sha256, now, details={"cover": asdict(cover)}
            )

        sealed = opened.database.read(seal)

        def keep(tx: Tx, record: Recorder) -> RetentionShown:
            retention.last_of(tx, year, retention.edge(tx), self._clock.now())  # nobody was faster
            logyears.add(tx, sealed)
            vaultkeys.put(tx, logyears.key_name(year), key)
            det: dict[str, str | int] = {"year": year, "first": sealed.first, "last": sealed.last}
            record(Event(Act.LOG_SEALED, det={**det, "root": sealed.root}))
            return self._shown(tx)

        return self._desk.write(session, Action.SEAL_YEAR, keep)

    def purge_year(self, session: Session, request: PurgeRequest) -> Purged:
        """First call: ask. With the id that it answered, once approved: destroy, with a certificate.

        Everything is checked in both calls, and the reason must be the same. Raises as
        `compliance.retention.refuse_purge`, `check_sealed` and `compliance.approvals.use`;
        InputError("reason-missing").
        """
        opened = self._desk.check(session, Action.PURGE_YEAR)
        reason, now = request.reason.strip(), self._clock.now()
        if not reason or len(reason) > _REASON:
            raise InputError("reason-missing")

        def check(tx: Tx) -> tuple[Segment, int]:
            one = retention.refuse_purge(tx, request.year, now)
            return one, retention.check_sealed(tx, one, self._folder.segments)

        one, records = opened.database.read(check)
        bound = request_hash({"year": one.year, "root": one.root, "sha256": one.sha256})
        wanted = Wanted(PURGE, bound, reason, {"year": str(one.year), "records": str(records)})
        if not request.approval:
            return self._ask(session, wanted, one.year)
        private = self._desk.vault_of(session).signing_key()

        def purge(tx: Tx, record: Recorder) -> Purged:
            retention.refuse_purge(tx, request.year, now)
            asked = approvals.use(tx, request.approval, wanted, session.user, now, private)
            second = asked.decided_by or session.user
            proof = retention.certificate(
                one, records, opened.vault.vault_id, asked.id, session.user, second, now
            )
            record(Event(Act.LOG_PURGED, det=self._facts(tx, one, asked, opened.token_key)))
            logyears.purge(tx, one, now, {**one.details, "certificate": proof})
            return Purged(one.year, records, json.dumps(proof, indent=2, sort_keys=True))

        done = self._desk.write(session, Action.PURGE_YEAR, purge)
        # Its key is gone: what the file still says is noise, and a file that stays harms nobody.
        (self._folder.segments / one.file).unlink(missing_ok=True)
        return done

    def _ask(self, session: Session, wanted: Wanted, year: int) -> Purged:
        def ask(tx: Tx, record: Recorder) -> Approval:
            asked = approvals.ask(tx, wanted, session.user, self._clock.now())
            record(Event(Act.APPROVAL_ASKED, obj=asked.id, det={"action": PURGE, "year": year}))
            return asked

        asked = self._desk.write(session, Action.PURGE_YEAR, ask)
        if asked.not_before is not None:
            lines: list[tuple[str, dict[str, str | int]]] = [("mail.officer.purge.text", {"year": year})]
            self._desk.opened().watch.officer.tell("mail.officer.purge.subject", lines)
        return Purged(year, 0, "", pending=asked.id, from_=asked.not_before)

    def _facts(self, tx: Tx, one: Segment, asked: Approval, token_key: bytes) -> dict[str, str | int]:
        return {
            "year": one.year,
            "first": one.first,
            "last": one.last,
            "root": one.root,
            "approval": asked.id,
            **keep_reason(tx, token_key, asked.reason),
        }

    def _shown(self, tx: Tx) -> RetentionShown:
        return RetentionShown(
            tuple(_line(one, self._folder.segments) for one in logyears.listing(tx)),
            tuple(retention.classes(tx).items()),
        )


def _line(one: Segment, folder: Path) -> SegmentLine:
    return SegmentLine(
        year=one.year,
        first=one.first,
        last=one.last,
        sealed_at=one.sealed_at,
        file=str(folder / one.file) if one.purged_at is None else "",
        purgeable=retention.purgeable(one.year),
        purged_at=one.purged_at,
    )
