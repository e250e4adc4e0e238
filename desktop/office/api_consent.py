"""The part of the one door that is about consent.

As `api.py`: protocols only, nothing heavy is imported.
"""

from __future__ import annotations

from typing import Protocol

from desktop.models.accounts import Session
from desktop.models.records import MessageId, PersonId
from desktop.models.standing import BatchId, EvidenceId
from desktop.office.values_consent import (
    Asked,
    AskRequest,
    BatchDone,
    BatchLine,
    BatchRequest,
    BatchTried,
    BatchUndone,
    ConsentProof,
    ConsentRequest,
    ConsentShown,
    PermissionEnd,
    PermissionForm,
    SignedPermission,
)
from desktop.office.values_messages import FileOut


class ConsentDoor(Protocol):
    def show_consent(self, session: Session, person: PersonId) -> ConsentShown: ...
    def record_consent(self, session: Session, request: ConsentRequest) -> ConsentShown:
        """A yes or no of the person; a no pulls what is waiting to leave."""
        ...

    def show_proof(self, session: Session, person: PersonId, evidence: EvidenceId) -> FileOut:
        """The file that an entry of this person stands on; of a note, its words."""
        ...

    def print_permission(self, session: Session, form: PermissionForm) -> FileOut:
        """The form to sign, as a PDF in the form's language."""
        ...

    def keep_permission(self, session: Session, signed: SignedPermission) -> ConsentShown:
        """Every element of 45 CFR 164.508(c) must be there; then the purpose is given on it."""
        ...

    def end_permission(self, session: Session, end: PermissionEnd) -> ConsentShown: ...
    def ask_consent(self, session: Session, request: AskRequest) -> Asked: ...
    def try_batch(self, session: Session, request: BatchRequest) -> BatchTried: ...
    def run_batch(self, session: Session, request: BatchRequest) -> BatchDone: ...
    def list_batches(self, session: Session) -> tuple[BatchLine, ...]: ...
    def undo_batch(self, session: Session, batch: BatchId) -> BatchUndone: ...
    def prove_consent(self, session: Session, message: MessageId, paper: bool = False) -> ConsentProof:
        """What the ledger said when this message left; with `paper` also as a PDF."""
        ...
