"""What people say about mail, by purpose, and how we know: shown, recorded, and pulled back at once.

A no is recorded without more. A yes wants its proof: the file that was signed, or a note of what was
said and to whom. The wish for plain mail wants a fresh sign-in too, as everywhere.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from desktop.access.roles import Action, Purpose
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.errors import InputError
from desktop.mail import optouts
from desktop.mail.filenames import safe_name
from desktop.mail.pulling import Pulling
from desktop.models import authorizations, consents, optins, proofs
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.records import Consent, PersonId
from desktop.models.standing import EvidenceId, EvidenceKind, Use
from desktop.office.consent_lines import shown, zone_of
from desktop.office.desk import Desk, Recorder
from desktop.office.people import found
from desktop.office.values_consent import ConsentRequest, ConsentShown, ProofIn
from desktop.office.values_messages import FileOut
from desktop.people import consent
from desktop.people.consent import HOW, Saying
from desktop.people.proofs import keep_file, keep_note
from desktop.texts import clean

_BY_HAND = (EvidenceKind.FORM, EvidenceKind.SPOKEN, EvidenceKind.DOCUMENT)
_ENDINGS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg", "image/tiff": "tif"}
_SOURCE_CHARS = 120


class ConsentDesk:
    """Every answer names one person and is recorded before it is given."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def show_consent(self, session: Session, person: PersonId) -> ConsentShown:
        """Raises InputError("person-unknown")."""
        return self._desk.read(
            session,
            Action.SHOW_CONSENT,
            lambda tx: shown(tx, found(tx, person), session, self._clock.now()),
            lambda _: Event(Act.CONSENT_SHOWN, obj=person),
        )

    def record_consent(self, session: Session, request: ConsentRequest) -> ConsentShown:
        """Enter it; what waits for the person and may not leave any more is cancelled in the same
        transaction.

        Raises InputError "value-not-allowed", "value-unusable", "plain-not-warned", "proof-note-needed"
        and what `people.proofs` and `people.consent.record` raise.
        """
        opened = self._desk.check(session, Action.RECORD_CONSENT)
        one_of("how", request.how, HOW)
        if request.use is Use.PLAIN and request.state is Consent.GIVEN and not request.warned:
            raise InputError("plain-not-warned")

        def enter(tx: Tx, record: Recorder) -> ConsentShown:
            now, zone = self._clock.now(), zone_of(tx)
            on = day(request.on, now, zone)
            proof = take(tx, request.proof, on, session.user, now) if request.proof is not None else None
            entry = consent.record(
                tx,
                Saying(
                    person=request.person,
                    use=request.use,
                    state=request.state,
                    at=moment(on, now, zone),
                    source=clean(request.source, _SOURCE_CHARS) or request.how,
                    by=session.user,
                    how=request.how,
                    wording=clean(request.proof.wording, _SOURCE_CHARS) if request.proof else "",
                    evidence=proof,
                    expires=_last(request.until, zone),
                ),
            )
            optins.end_open(tx, request.person, request.use, now)
            record(
                Event(Act.CONSENT_RECORDED, request.person, det={"consent": entry.state, "use": request.use})
            )
            if request.use is Use.PLAIN and request.state is Consent.GIVEN:
                self._desk.guard.fresh(session, Purpose.PLAIN_MAIL)
            if request.state is Consent.REFUSED:
                for event in optouts.pull(tx, request.person, request.use, now):
                    record(event)
            Pulling(self._clock, opened.outbox).pull(tx, (request.person,), session)
            return shown(tx, found(tx, request.person), session, now)

        return self._desk.write(session, Action.RECORD_CONSENT, enter)

    def show_proof(self, session: Session, person: PersonId, evidence: EvidenceId) -> FileOut:
        """The file, or the words of a note; only what this person's own record stands on.

        Raises InputError("proof-unknown").
        """

        def look(tx: Tx, record: Recorder) -> FileOut:
            mine = {one.evidence for one in consents.history(tx, person)}
            mine |= {one.evidence for one in authorizations.of_person(tx, person)}
            kept = proofs.get(tx, evidence) if evidence in mine else None
            if kept is None:
                raise InputError("proof-unknown")
            record(Event(Act.EVIDENCE_SHOWN, kept.id, det={"content": kept.sha256, "person": person}))
            if kept.data is None:
                return FileOut("note.txt", f"{kept.wording}\n{kept.note}\n".lstrip().encode())
            ending = _ENDINGS.get(kept.media_type, "bin")
            name = safe_name(kept.file_name)
            return FileOut(name if name.endswith(f".{ending}") else f"{name}.{ending}", kept.data)

        return self._desk.write(session, Action.SHOW_CONSENT, look)


def take(tx: Tx, proof: ProofIn, on: date, by: str, now: datetime) -> EvidenceId:
    """Keep what came with a word. Raises InputError "value-not-allowed", "proof-note-needed"."""
    one_of("proof", proof.kind, _BY_HAND)
    taken = proof.taken_on or on
    if proof.data is not None:
        return keep_file(
            *(tx, proof.kind, proof.file_name, proof.data, by, now),
            taken_on=taken,
            wording=proof.wording,
            note=proof.note,
        )
    if proof.kind is not EvidenceKind.SPOKEN:
        raise InputError("proof-empty")
    if not clean(proof.note):
        raise InputError("proof-note-needed")
    return keep_note(tx, proof.kind, proof.note, by, taken, now, proof.wording)


def day(on: date | None, now: datetime, zone: ZoneInfo) -> date:
    """Today in the practice's zone where none is said. Raises InputError("value-unusable")."""
    today = now.astimezone(zone).date()
    if on is not None and on > today:
        raise InputError("value-unusable", field="on", reason="date-in-future")
    return on or today


def moment(on: date, now: datetime, zone: ZoneInfo) -> datetime:
    """Now where it was said today, else noon of that day."""
    return now if on == now.astimezone(zone).date() else datetime.combine(on, time(12), zone)


def one_of(field: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InputError("value-not-allowed", field=field, allowed=", ".join(allowed))


def _last(until: date | None, zone: ZoneInfo) -> datetime | None:
    """The last day still counts."""
    return None if until is None else datetime.combine(until + timedelta(days=1), time(0), zone)
