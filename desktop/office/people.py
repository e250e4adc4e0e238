"""Contacts: search, show, change, import; keys and password cards."""

from __future__ import annotations

import os
from datetime import datetime

from desktop.access.fields import visible
from desktop.access.roles import Action, Purpose, hidden
from desktop.audit.events import Act, Event
from desktop.audit.fields import Value
from desktop.clock import Clock
from desktop.crypto.envelope import ROUNDS, derive_person_key
from desktop.crypto.keyfacts import KeyFacts, inspect_key
from desktop.crypto.passphrase import new_passphrase
from desktop.errors import InputError, SealwellError
from desktop.mail.cardwords import keep_card
from desktop.models import cards, keys, messages, people, settings
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.records import (
    KeyId,
    KeyKind,
    Method,
    PasswordCard,
    Person,
    PersonId,
    PublicKey,
    Reason,
    State,
)
from desktop.office.api import Progress
from desktop.office.desk import Desk, Recorder
from desktop.office.listed import Listed
from desktop.office.protection import reachable_methods
from desktop.office.values import (
    AppointmentsImport,
    AppointmentsImported,
    CardLine,
    ImportRequest,
    KeyImport,
    KeyLine,
    PassphraseMade,
    PassphraseRequest,
    PeopleFound,
    PeopleImported,
    PersonLine,
    PersonShown,
    RejectedRow,
)
from desktop.people import appointments as schedule
from desktop.people import contacts, importing
from desktop.people.parsing import parse_people
from desktop.people.schedules import parse_appointments

_SALT = 16
_HOW = frozenset({"in-person", "by-phone", "by-post"})
_HANDED_OVER = 120


class People:
    """Every answer that names somebody is recorded before it is given."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def search_people(self, session: Session, text: str, limit: int = 50, offset: int = 0) -> PeopleFound:
        """One record per search; the ids that it showed are kept encrypted beside it."""
        opened = self._desk.check(session, Action.SEARCH_PEOPLE)

        def look(tx: Tx) -> PeopleFound:
            found = (visible(one, session.role) for one in people.search(tx, text, limit, offset))
            return PeopleFound(
                tuple(_line(one) for one in found), people.found(tx, text), hidden=hidden(session.role)
            )

        answer = opened.database.read(look)
        shown = tuple(line.id for line in answer.people)

        def note(tx: Tx, record: Recorder) -> None:
            listed = Listed(Act.PEOPLE_SEARCHED, shown, {"count": len(shown)})
            listed.keep(tx, record, opened.token_key, opened.field_key)

        self._desk.write(session, Action.SEARCH_PEOPLE, note)
        return answer

    def show_person(self, session: Session, person: PersonId) -> PersonShown:
        return self._desk.read(
            session,
            Action.SHOW_PERSON,
            lambda tx: self._shown(tx, person, session),
            lambda _: Event(Act.PEOPLE_SHOWN, obj=person),
        )

    def set_person(self, session: Session, person: PersonId, changes: dict[str, str]) -> PersonShown:
        """Each field is checked by itself; a change of consent is an entry in its ledger."""

        def change(tx: Tx, record: Recorder) -> PersonShown:
            before = found(tx, person)
            after = contacts.store(tx, person, changes, by=session.user, now=self._clock.now())
            record(Event(Act.PEOPLE_CHANGED, obj=person, det={"fields": len(changes)}))
            if after.plain_wish is not None and before.plain_wish is None:
                self._desk.guard.fresh(session, Purpose.PLAIN_MAIL)
            if after.consent is not before.consent:
                record(Event(Act.CONSENT_RECORDED, obj=person, det={"consent": after.consent.value}))
            return self._shown(tx, person, session)

        return self._desk.write(session, Action.SET_PERSON, change)

    # --- imports ---------------------------------------------------------------------

    def import_people(
        self, session: Session, request: ImportRequest, progress: Progress | None = None
    ) -> PeopleImported:
        """All rows that pass, or none; a dry run is the same work, undone."""
        self._desk.check(session, Action.IMPORT_PEOPLE)
        try:
            parsed = parse_people(request.data, today=self._clock.now().date(), progress=progress)

            def store(tx: Tx, record: Recorder) -> PeopleImported:
                result = importing.import_people(
                    tx,
                    parsed,
                    by=session.user,
                    now=self._clock.now(),
                    strict=request.strict,
                )
                det = {
                    "created": result.created,
                    "updated": result.updated,
                    "unchanged": result.unchanged,
                    "rejected": len(result.rejected),
                }
                record(Event(Act.PEOPLE_IMPORTED, obj=result.id, det=det))
                return PeopleImported(
                    result.created,
                    result.updated,
                    result.unchanged,
                    tuple(RejectedRow(row.line, row.reason) for row in result.rejected),
                    parsed.ignored,
                )

            if not request.dry_run:
                return self._desk.write(session, Action.IMPORT_PEOPLE, store)
            return self._desk.rehearse(session, Action.IMPORT_PEOPLE, store, _tried)
        except SealwellError as error:
            self._desk.note_refusal(session, Act.IMPORT_REFUSED, error)
            raise

    def import_appointments(
        self, session: Session, request: AppointmentsImport, progress: Progress | None = None
    ) -> AppointmentsImported:
        """The whole schedule of its days, or changes; what must be confirmed stores nothing."""
        opened = self._desk.check(session, Action.IMPORT_APPOINTMENTS)
        try:
            zone = opened.database.read(lambda tx: settings.get(tx, "zone")) or "UTC"
            parsed = parse_appointments(request.file.data, zone, progress=progress)

            def store(tx: Tx, record: Recorder) -> AppointmentsImported:
                result = schedule.import_appointments(
                    tx,
                    parsed,
                    mode=request.mode,
                    confirm=request.confirm,
                    strict=request.file.strict,
                    file_time=request.file.modified,
                    now=self._clock.now(),
                    by=session.user,
                )
                det: dict[str, Value] = {
                    "mode": result.mode,
                    "created": result.created,
                    "updated": result.updated,
                    "unchanged": result.unchanged,
                    "rejected": len(result.rejected),
                    "cancelled": len(result.cancelled),
                }
                record(Event(Act.APPOINTMENTS_IMPORTED, obj=result.id, det=det))
                return AppointmentsImported(
                    result.created,
                    result.updated,
                    result.unchanged,
                    tuple(RejectedRow(row.line, row.reason) for row in result.rejected),
                    result.cancelled,
                    result.days,
                    request.file.modified,
                )

            if not request.file.dry_run:
                return self._desk.write(session, Action.IMPORT_APPOINTMENTS, store)
            return self._desk.rehearse(session, Action.IMPORT_APPOINTMENTS, store, _schedule_tried)
        except SealwellError as error:
            self._desk.note_refusal(session, Act.IMPORT_REFUSED, error)
            raise

    # --- keys and password cards --------------------------------------------------------

    def make_passphrase(self, session: Session, request: PassphraseRequest) -> PassphraseMade:
        """Six words, shown once here; kept sealed, for PDF files and for reading out (ADR 0014)."""
        self._desk.check(session, Action.MAKE_PASSPHRASE)
        who = request.handed_over.strip()
        if not who or len(who) > _HANDED_OVER:
            raise InputError("handed-over-missing")
        if request.how not in _HOW:
            raise InputError("handed-over-how")
        words = new_passphrase()
        salt = os.urandom(_SALT)
        card = PasswordCard(
            request.person,
            salt=salt,
            rounds=ROUNDS,
            key=derive_person_key(words, salt, ROUNDS),
            handed_over=who,
            how=request.how,
            made_at=self._clock.now(),
        )

        def keep(tx: Tx, record: Recorder) -> PassphraseMade:
            found(tx, request.person)
            keep_card(tx, card, words)
            record(Event(Act.PASSPHRASE_MADE, obj=request.person, det={"handed": request.how}))
            return PassphraseMade(passphrase=words)

        return self._desk.write(session, Action.MAKE_PASSPHRASE, keep)

    def import_key(self, session: Session, request: KeyImport) -> KeyLine:
        """Only a usable key of this person, whose full fingerprint was compared, is kept."""
        self._desk.check(session, Action.IMPORT_KEY)
        try:
            now = self._clock.now()
            facts = inspect_key(request.data, now)

            def keep(tx: Tx, record: Recorder) -> KeyLine:
                person = found(tx, request.person)
                _fit(facts, request, person)
                for old in keys.live(tx, request.person):
                    if old.kind.value == facts.kind:
                        if old.fingerprint != facts.fingerprint:
                            self._desk.guard.fresh(session, Purpose.KEYS)
                        keys.revoke(tx, old.id, now)
                key = PublicKey(
                    KeyId(new_id()),
                    request.person,
                    KeyKind(facts.kind),
                    facts.fingerprint,
                    facts.addresses,
                    facts.data,
                    facts.expires,
                    source="file",
                    confirmed_at=now,
                )
                keys.add(tx, key)
                record(
                    Event(Act.KEY_ADDED, obj=key.id, det={"person": request.person, "key-kind": facts.kind})
                )
                return KeyLine(key.id, key.kind, key.fingerprint, key.expires, usable=True)

            return self._desk.write(session, Action.IMPORT_KEY, keep)
        except SealwellError as error:
            self._desk.note_refusal(session, Act.KEY_REFUSED, error)
            raise

    def _shown(self, tx: Tx, id_: PersonId, session: Session) -> PersonShown:
        """As this role sees it; how the person can be reached is found out from the whole."""
        person = found(tx, id_)
        now = self._clock.now()
        card = cards.get(tx, id_)
        methods: tuple[Method, ...] = reachable_methods(tx, person, now)
        return PersonShown(
            visible(person, session.role),
            tuple(_key_line(key, now) for key in keys.live(tx, id_)),
            CardLine(card.handed_over, card.how, card.made_at) if card else None,
            methods,
            _last_written(tx, id_),
            hidden=hidden(session.role),
        )


def found(tx: Tx, id_: PersonId) -> Person:
    """The person, or a known error: an id can be stale or mistyped."""
    person = people.get(tx, id_)
    if person is None:
        raise InputError("person-unknown")
    return person


def _line(person: Person) -> PersonLine:
    return PersonLine(
        person.id,
        person.name or person.organisation,
        person.email,
        person.birth_date,
        person.status.value,
        person.consent,
    )


def _last_written(tx: Tx, person: PersonId) -> datetime | None:
    """When the latest message to this person was accepted."""
    sent = [row.queued_at for row in messages.of_person(tx, person) if row.state is State.ACCEPTED]
    return max(sent, default=None)


def _key_line(key: PublicKey, now: datetime) -> KeyLine:
    facts = inspect_key(key.data, now)
    return KeyLine(
        key.id,
        key.kind,
        key.fingerprint,
        key.expires,
        facts.usable,
        Reason(facts.reason) if facts.reason else None,
    )


def _fit(facts: KeyFacts, request: KeyImport, person: Person) -> None:
    """Usable, the compared fingerprint, and the address that we write to."""
    if not facts.usable:
        raise _unusable(facts.reason or "")
    if request.fingerprint.replace(" ", "").upper() != facts.fingerprint.upper():
        raise InputError("fingerprint-differs")
    if person.email.casefold() not in {address.casefold() for address in facts.addresses}:
        raise InputError("key-foreign")


def _unusable(reason: str) -> InputError:
    match reason:
        case "expired":
            return InputError("key-expired")
        case "revoked":
            return InputError("key-revoked")
        case "ec-key":
            return InputError("key-ec")
        case "secret-key":
            return InputError("key-secret")
        case "weak-key" | "weak-signature":
            return InputError("key-weak")
        case _:
            return InputError("key-unusable")


def _tried(answer: PeopleImported) -> Event:
    det = {
        "created": answer.created,
        "updated": answer.updated,
        "unchanged": answer.unchanged,
        "rejected": len(answer.rejected),
    }
    return Event(Act.PEOPLE_IMPORT_TRIED, det=det)


def _schedule_tried(answer: AppointmentsImported) -> Event:
    det: dict[str, Value] = {
        "mode": "changes",
        "created": answer.created,
        "updated": answer.updated,
        "unchanged": answer.unchanged,
        "rejected": len(answer.rejected),
        "cancelled": len(answer.cancelled),
    }
    return Event(Act.APPOINTMENTS_IMPORT_TRIED, det=det)
