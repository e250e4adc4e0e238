"""The batch wizard's work: tried with counts, then entered and signed, listed, undone."""

from __future__ import annotations

from collections.abc import Callable

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.audit.fields import Value
from desktop.clock import Clock
from desktop.errors import InputError
from desktop.mail.pulling import Pulling
from desktop.models import consentbatches, users
from desktop.models.accounts import Session
from desktop.models.consentbatches import ConsentBatch
from desktop.models.database import Tx
from desktop.models.standing import BatchId, EvidenceId, EvidenceKind
from desktop.office.desk import Desk, Recorder
from desktop.office.values_consent import (
    BatchDone,
    BatchLeftOut,
    BatchLine,
    BatchRequest,
    BatchTried,
    BatchUndone,
)
from desktop.people import batchproof
from desktop.people.proofs import keep_file
from desktop.people.sheets import Sheet

_PEOPLE = "people"


class ConsentBatches:
    """`read` makes rows of a file (`people.reading.read_sheet`, in its worker)."""

    def __init__(self, desk: Desk, clock: Clock, read: Callable[[bytes, str], Sheet]) -> None:
        self._desk = desk
        self._clock = clock
        self._read = read

    def try_batch(self, session: Session, request: BatchRequest) -> BatchTried:
        """Raises what `people.batchproof.read` and reading a file raise, and "proof-empty",
        "proof-kind", "proof-too-large" about the blank form."""
        self._desk.check(session, Action.BATCH_CONSENT)
        sheet = self._read(request.data, _PEOPLE)

        def look(tx: Tx, _: Recorder) -> BatchTried:
            _form(tx, request, session, self._clock)
            return _tried(self._found(tx, sheet, request))

        return self._desk.rehearse(
            session,
            Action.BATCH_CONSENT,
            look,
            lambda tried: Event(
                Act.CONSENT_BATCH_TRIED, det={"count": tried.given + tried.refused, "use": request.use}
            ),
        )

    def run_batch(self, session: Session, request: BatchRequest) -> BatchDone:
        """All that `try_batch` counted, or nothing. Raises as that, and "batch-empty"."""
        opened = self._desk.check(session, Action.BATCH_CONSENT)
        private = self._desk.vault_of(session).signing_key()
        sheet = self._read(request.data, _PEOPLE)

        def enter(tx: Tx, record: Recorder) -> BatchDone:
            now = self._clock.now()
            found = self._found(tx, sheet, request)
            form = _form(tx, request, session, self._clock)
            batch = batchproof.run(
                *(tx, found, request.use, request.wording, form, session.user, now, private)
            )
            det: dict[str, Value] = {"count": batch.count, "use": batch.use, "content": batch.content}
            record(Event(Act.CONSENT_BATCH_RECORDED, batch.id, det=det))
            Pulling(self._clock, opened.outbox).pull(tx, (one.person for one in found.answers), session)
            return BatchDone(_line(tx, batch), _tried(found, batch.content))

        return self._desk.write(session, Action.BATCH_CONSENT, enter)

    def list_batches(self, session: Session) -> tuple[BatchLine, ...]:
        """Newest first; each signature is checked against what the ledger holds."""
        return self._desk.read(
            session,
            Action.BATCH_CONSENT,
            lambda tx: tuple(_line(tx, one) for one in consentbatches.listing(tx)),
            lambda lines: Event(Act.CONSENT_BATCHES_LISTED, det={"count": len(lines)}),
        )

    def undo_batch(self, session: Session, batch: BatchId) -> BatchUndone:
        """Raises what `people.batchproof.undo` raises."""
        opened = self._desk.check(session, Action.BATCH_CONSENT)

        def undo(tx: Tx, record: Recorder) -> BatchUndone:
            undone = batchproof.undo(tx, batch, session.user, self._clock.now())
            record(Event(Act.CONSENT_BATCH_UNDONE, batch, det={"count": len(undone.withdrawn)}))
            Pulling(self._clock, opened.outbox).pull(tx, undone.withdrawn, session)
            one = consentbatches.get(tx, batch)
            if one is None:
                raise InputError("batch-unknown")
            return BatchUndone(_line(tx, one), len(undone.withdrawn), undone.refusals, undone.changed_since)

        return self._desk.write(session, Action.BATCH_CONSENT, undo)

    def _found(self, tx: Tx, sheet: Sheet, request: BatchRequest) -> batchproof.Read:
        columns = batchproof.Columns(**vars(request.columns))
        return batchproof.read(
            *(tx, sheet, columns, request.use, request.wording, self._clock.now()),
            day_first=request.day_first,
        )


def _form(tx: Tx, request: BatchRequest, session: Session, clock: Clock) -> EvidenceId:
    return keep_file(
        tx,
        EvidenceKind.BATCH_FORM,
        request.form.file_name,
        request.form.data or b"",
        session.user,
        clock.now(),
        taken_on=request.form.taken_on,
        wording=request.form.wording or request.wording,
        note=request.form.note,
    )


def _tried(found: batchproof.Read, content: str = "") -> BatchTried:
    return BatchTried(
        given=found.given,
        refused=len(found.answers) - found.given,
        same=found.same,
        left_out=tuple(BatchLeftOut(line, reason) for line, reason in found.left_out),
        content=content,
    )


def _line(tx: Tx, one: ConsentBatch) -> BatchLine:
    names: dict[str, str] = {user.id: user.name for user in users.listing(tx)}
    return BatchLine(
        id=one.id,
        use=one.use,
        at=one.at,
        by=names.get(one.by, ""),
        count=one.count,
        wording=one.wording,
        content=one.content,
        signed=batchproof.is_genuine(tx, one),
        undone_at=one.undone_at,
        undone_by=names.get(one.undone_by, ""),
    )
