"""Entries of the consent ledger for tests: a yes has its note as evidence, as everywhere."""

from __future__ import annotations

from datetime import datetime

from desktop.models import consents, proofs
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.records import Consent, ConsentEntry, PersonId
from desktop.models.standing import Evidence, EvidenceId, EvidenceKind, Use


def proof(tx: Tx, at: datetime, kind: EvidenceKind = EvidenceKind.SPOKEN) -> EvidenceId:
    """A piece of evidence that was kept at `at`."""
    return proofs.keep(tx, Evidence(EvidenceId(new_id()), kind, "0" * 64, at, taken_on=at.date()))


def say(
    tx: Tx,
    person: PersonId,
    state: Consent,
    at: datetime,
    source: str,
    by: str = "user",
    basis: str = "",
    use: Use = Use.CARE,
) -> int:
    """Enter it as it is, past the rules of `people/consent.py`."""
    evidence = proof(tx, at) if state is Consent.GIVEN else None
    entry = ConsentEntry(person, state, at, source, by, basis, scope=use.value, evidence=evidence)
    return consents.enter(tx, entry)
