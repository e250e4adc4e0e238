"""How to call the use cases about consent."""

from __future__ import annotations

from datetime import date
from typing import Any

from desktop.models.accounts import Session
from desktop.models.records import Consent
from desktop.models.standing import EvidenceKind, Use
from desktop.office.values_consent import (
    AskRequest,
    BatchColumns,
    BatchRequest,
    ConsentRequest,
    PermissionEnd,
    PermissionForm,
    ProofIn,
    SignedPermission,
)
from tests.made_staff import without_printer

SCAN = b"%PDF-1.7 a scan"
FORM = ProofIn(EvidenceKind.FORM, "form.pdf", SCAN, wording="v1")
BLANK = ProofIn(EvidenceKind.FORM, "blank.pdf", SCAN)
COLUMNS = BatchColumns("OK", "On", external_id="MRN")


def batch(rows: bytes = b"1002,yes,2026-11-01\n") -> BatchRequest:
    return BatchRequest(Use.CARE, "intake.csv", b"MRN,OK,On\n" + rows, COLUMNS, BLANK, wording="v1")


def permission(person: Any) -> PermissionForm:
    return PermissionForm(
        person, Use.MARKETING, "name and address", "the practice", "news", expires_event="end of care"
    )


def _record(world: Any, session: Session) -> None:
    asked = ConsentRequest(world.person, Use.CARE, Consent.GIVEN, proof=FORM)
    shown = world.office.record_consent(session, asked)
    world.kept["proof"] = shown.entries[0].proof.id


def _keep(world: Any, session: Session) -> None:
    signed = SignedPermission(permission(world.person), date(2026, 11, 20), "Z C", FORM, copy_given=True)
    shown = world.office.keep_permission(session, signed)
    world.kept["permission"] = shown.authorizations[0].id


def _end(world: Any, session: Session) -> None:
    world.office.end_permission(session, PermissionEnd(world.kept["permission"]))


def _run(world: Any, session: Session) -> None:
    world.kept["batch"] = world.office.run_batch(session, batch()).batch.id


CONSENT = {
    "show_consent": lambda w, s: w.office.show_consent(s, w.person),
    "record_consent": _record,
    "show_proof": lambda w, s: w.office.show_proof(s, w.person, w.kept["proof"]),
    "print_permission": lambda w, s: without_printer(
        lambda: w.office.print_permission(s, permission(w.person))
    ),
    "ask_consent": lambda w, s: w.office.ask_consent(s, AskRequest(w.person, Use.MARKETING)),
    "keep_permission": _keep,
    "end_permission": _end,
    "try_batch": lambda w, s: w.office.try_batch(s, batch()),
    "run_batch": _run,
    "list_batches": lambda w, s: w.office.list_batches(s),
    "undo_batch": lambda w, s: w.office.undo_batch(s, w.kept["batch"]),
    "prove_consent": lambda w, s: w.office.prove_consent(s, w.kept["message"]),
}
