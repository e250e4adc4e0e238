"""The one door for what a person says about mail, by purpose.

A yes needs its evidence, and the database itself refuses one without. A refusal is lifted by
new evidence alone: by something that the person said or signed after it, never by what was
known before. What is paid for by somebody else needs a written permission that says so
(45 CFR 164.508(a)(3)(ii)); the yes to marketing is in writing, and the wish for plain mail
(164.522(b)) and the yes to care may be spoken.
"""

from __future__ import annotations

from datetime import date, datetime

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.errors import InputError, Refused
from desktop.frozen import dataclass
from desktop.models import authorizations, consents, people, proofs
from desktop.models.database import Tx
from desktop.models.records import Consent, ConsentEntry, PersonId
from desktop.models.standing import Evidence, EvidenceId, EvidenceKind, Use

HOW = ("in-person", "by-phone", "by-post", "by-mail")
"""How a word reaches the practice; other entries of the ledger have their own."""
EXPIRED = "expired"
_SPOKEN_IS_ENOUGH = frozenset({Use.CARE, Use.PLAIN, Use.GIFTS})


@dataclass(frozen=True)
class Saying:
    """What somebody said about one purpose. `at` is when they said it, `source` where it is written.

    `evidence` was kept before, in the same transaction or earlier (`models/proofs.py`).
    """

    person: PersonId
    use: Use
    state: Consent
    at: datetime
    source: str
    by: str
    how: str = ""
    wording: str = ""
    evidence: EvidenceId | None = None
    expires: datetime | None = None
    basis: str = ""
    batch: str | None = None
    authorization: str | None = None


def record(tx: Tx, said: Saying) -> ConsentEntry:
    """Enter it in the caller's transaction and answer the entry.

    Raises InputError "person-unknown", "consent-proof-needed", "consent-proof-unknown",
    "consent-expiry-past"; Refused "consent-refusal-stands" (a refusal, and nothing newer than
    it), "consent-refused-above" (a refusal of care or marketing covers this purpose),
    "consent-needs-writing", "consent-needs-permission".
    """
    if people.get(tx, said.person) is None:
        raise InputError("person-unknown")
    proof = None
    if said.evidence is not None:
        proof = proofs.without_data(tx, (said.evidence,)).get(said.evidence)
        if proof is None:
            raise InputError("consent-proof-unknown")
    if said.state is Consent.GIVEN:
        _may_give(tx, said, proof)
    if said.state is not Consent.REFUSED:
        _may_lift(tx, said, proof)
    entry = ConsentEntry(
        person=said.person,
        state=said.state,
        at=said.at,
        source=said.source,
        by=said.by,
        basis=said.basis,
        scope=said.use.value,
        how=said.how,
        wording=said.wording,
        evidence=said.evidence,
        expires=said.expires if said.state is Consent.GIVEN else None,
        batch=said.batch,
        authorization=said.authorization,
    )
    consents.enter(tx, entry)
    return entry


def expire(tx: Tx, audit: AuditLog, now: datetime) -> tuple[PersonId, ...]:
    """Enter "unknown" where a yes is past its last moment; answers whose.

    It counts as unknown from that moment on without this: the entry says so in the history.
    """
    ended: list[PersonId] = []
    while over := consents.expired(tx, now):
        ended += (_ended(tx, audit, one, now) for _, one in over)
    return tuple(ended)


def _ended(tx: Tx, audit: AuditLog, one: ConsentEntry, now: datetime) -> PersonId:
    entry = ConsentEntry(one.person, Consent.UNKNOWN, now, one.source, "", scope=one.scope, how=EXPIRED)
    consents.enter(tx, entry)
    audit.record(tx, Event(Act.CONSENT_EXPIRED, one.person, det={"use": one.scope}))
    return one.person


def _may_give(tx: Tx, said: Saying, proof: Evidence | None) -> None:
    if proof is None:
        raise InputError("consent-proof-needed")
    if said.expires is not None and said.expires <= said.at:
        raise InputError("consent-expiry-past")
    if said.use is Use.PAID:
        permission = authorizations.get(tx, said.authorization) if said.authorization else None
        if permission is None or permission.person != said.person or not permission.paid:
            raise Refused("consent-needs-permission")
    if proof.kind is EvidenceKind.SPOKEN and said.use not in _SPOKEN_IS_ENOUGH:
        raise Refused("consent-needs-writing")
    above = consents.standing(tx, said.person, said.at)
    if above.of(said.use) is Consent.REFUSED and above.own(said.use) is not Consent.REFUSED:
        raise Refused("consent-refused-above")


def refused_on(tx: Tx, person: PersonId, use: Use) -> date | None:
    """The day of the newest refusal of a purpose, lifted or not; what is older says nothing any more."""
    days = (entry.at.date() for entry in _about(tx, person, use) if entry.state is Consent.REFUSED)
    return max(days, default=None)


def _about(tx: Tx, person: PersonId, use: Use) -> list[ConsentEntry]:
    return [entry for entry in consents.history(tx, person) if entry.scope == use.value]


def _may_lift(tx: Tx, said: Saying, proof: Evidence | None) -> None:
    """By the day: what is dated by the day alone stands at noon. A yes from before a refusal counts no
    more after that was lifted either."""
    mine = _about(tx, said.person, said.use)
    places = [place for place, entry in enumerate(mine) if entry.state is Consent.REFUSED]
    if not places or (places[-1] + 1 < len(mine) and said.state is not Consent.GIVEN):
        return
    known = {entry.evidence for entry in mine[: places[-1] + 1] if entry.evidence}
    if proof is None or proof.id in known or _is_copy(tx, proof, known):
        raise Refused("consent-refusal-stands")
    newest = max(mine[place].at.date() for place in places)
    if min(proof.taken_on or said.at.date(), said.at.date()) < newest:
        raise Refused("consent-refusal-stands")


def _is_copy(tx: Tx, proof: Evidence, known: set[str]) -> bool:
    """Whether the very file was handed in before: a blank form stands for many answers, a signed one not."""
    if proof.kind is EvidenceKind.BATCH_FORM or not proofs.with_file(tx, (proof.id,)):
        return False
    before = proofs.without_data(tx, proofs.with_file(tx, known))
    return any(one.sha256 == proof.sha256 for one in before.values())
