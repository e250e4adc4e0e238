"""What the ledger holds of one person, as it is shown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from desktop.access.roles import Action, may
from desktop.models import authorizations, consents, optins, proofs, settings, users
from desktop.models.accounts import Session
from desktop.models.authorizations import Authorization
from desktop.models.database import Tx
from desktop.models.records import Consent, ConsentEntry, Person, Reason
from desktop.models.standing import AuthorizationId, BatchId, Evidence, EvidenceId, Standing, Use
from desktop.office.values_consent import (
    AskedLine,
    AuthorizationLine,
    ConsentShown,
    EntryLine,
    ProofLine,
    UseLine,
)
from desktop.people import authorization
from desktop.texts import clean

_NOTE_CHARS = 500


class Lines:
    """Turns entries into lines; reads the names of users and the evidence once."""

    def __init__(self, tx: Tx, evidence: Iterable[str]) -> None:
        wanted = tuple(evidence)
        self._names: dict[str, str] = {user.id: user.name for user in users.listing(tx)}
        self._proofs = proofs.without_data(tx, wanted)
        self._files = proofs.with_file(tx, wanted)

    def entry(self, seq: int, one: ConsentEntry) -> EntryLine:
        return EntryLine(
            seq=seq,
            at=one.at,
            use=Use(one.scope),
            state=one.state,
            source=clean(one.source, _NOTE_CHARS),
            by=self.name(one.by),
            how=one.how,
            wording=clean(one.wording, _NOTE_CHARS),
            proof=self.proof(one.evidence),
            expires=one.expires,
            batch=BatchId(one.batch) if one.batch else None,
            authorization=AuthorizationId(one.authorization) if one.authorization else None,
        )

    def proof(self, id_: str | None) -> ProofLine | None:
        one: Evidence | None = self._proofs.get(EvidenceId(id_)) if id_ else None
        if one is None:
            return None
        return ProofLine(
            id=one.id,
            kind=one.kind,
            sha256=one.sha256,
            kept_at=one.kept_at,
            file_name=clean(one.file_name, _NOTE_CHARS),
            wording=clean(one.wording, _NOTE_CHARS),
            note=clean(one.note, _NOTE_CHARS),
            taken_on=one.taken_on,
            by=self.name(one.by or ""),
            has_file=one.id in self._files,
        )

    def permission(self, one: Authorization, now: datetime, zone: ZoneInfo) -> AuthorizationLine:
        return AuthorizationLine(
            id=one.id,
            use=one.use,
            what=one.what,
            discloser=one.discloser,
            recipient=one.recipient,
            aim=one.aim,
            expires_on=one.expires_on,
            expires_event=one.expires_event,
            signed_on=one.signed_on,
            signed_by=one.signed_by,
            authority=one.authority,
            paid=one.paid,
            payer=one.payer,
            copy_given=one.copy_given,
            form=one.form,
            proof=self.proof(one.evidence),
            by=self.name(one.by),
            kept_at=one.kept_at,
            revoked_on=one.revoked_on,
            revoked_how=one.revoked_how,
            problem=authorization.problem(one, now.astimezone(zone).date()),
        )

    def name(self, by: str) -> str:
        """Of a user; '' for the program's own work."""
        return self._names.get(by, "")


def zone_of(tx: Tx) -> ZoneInfo:
    return ZoneInfo(settings.get(tx, "zone") or "UTC")


def shown(tx: Tx, person: Person, session: Session, now: datetime) -> ConsentShown:
    """Everything about one person as this role may see it."""
    entries = consents.numbered(tx, person.id)
    permissions = authorizations.of_person(tx, person.id)
    named = [one.evidence for _, one in entries] + [one.evidence for one in permissions]
    lines = Lines(tx, (id_ for id_ in named if id_))
    newest = {one.scope: (seq, one) for seq, one in entries}
    standing = consents.standing(tx, person.id, now)
    return ConsentShown(
        person=person.id,
        name=person.name or person.organisation,
        uses=tuple(_use(use, newest.get(use.value), standing, lines, now) for use in Use),
        entries=tuple(lines.entry(seq, one) for seq, one in reversed(entries)),
        authorizations=tuple(lines.permission(one, now, zone_of(tx)) for one in permissions),
        asked=tuple(
            AskedLine(
                *(one.id, one.use, one.address, one.asked_at, one.until, one.message),
                answered_at=one.answered_at,
                answer=one.answer or ("over" if one.until <= now else ""),
            )
            for one in optins.of_person(tx, person.id)
        ),
        can_record=may(session.role, Action.RECORD_CONSENT),
        can_authorize=may(session.role, Action.RECORD_AUTHORIZATION),
        can_ask=may(session.role, Action.ASK_CONSENT) and bool(person.email),
    )


def _use(
    use: Use, last: tuple[int, ConsentEntry] | None, standing: Standing, lines: Lines, now: datetime
) -> UseLine:
    counts = standing.of(use)
    if last is None:
        because = _above(use, standing) if counts is Consent.REFUSED else None
        return UseLine(use, Consent.UNKNOWN, counts, because=because)
    entry = last[1]
    because = None
    if counts is Consent.REFUSED and entry.state is not Consent.REFUSED:
        because = _above(use, standing)
    elif entry.state is Consent.GIVEN and entry.expires is not None and entry.expires <= now:
        because = Reason("consent-expired", {"date": entry.expires.date().isoformat()})
    return UseLine(use, entry.state, counts, entry.at, entry.expires, because, lines.proof(entry.evidence))


def _above(use: Use, standing: Standing) -> Reason:
    """Whose refusal covers this purpose."""
    by_care = standing.care is Consent.REFUSED and use is not Use.CARE
    return Reason("consent-refused-care" if by_care else "consent-refused-marketing")
