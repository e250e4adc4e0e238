"""Keys of people: found, kept, confirmed, tried out, withdrawn.

A key may be used by itself once its owner has confirmed it: by the fingerprint that was
read out, or by a test message that they could read. What was merely found waits
(`KeyTrust.FOUND`), beside the confirmed one and never in its place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from desktop.access.roles import Action, Purpose
from desktop.audit.events import Act, Event
from desktop.audit.fields import is_id
from desktop.clock import Clock
from desktop.errors import InputError, Refused, SealwellError
from desktop.frozen import dataclass
from desktop.mail.keysearch import FoundKey
from desktop.mail.letters import Draft
from desktop.models import keylives, keys, messages, settings
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.protection import KeyLife, KeySource, KeyTrust
from desktop.models.records import (
    KeyId,
    KeyKind,
    Label,
    Message,
    Method,
    Person,
    PersonId,
    PublicKey,
    Reason,
    State,
)
from desktop.office import keys_expiry
from desktop.office.desk import Desk, Recorder
from desktop.office.keys_lines import (
    bare,
    key_line,
    listed_line,
    name_of,
    names_address,
    refuse_unusable,
)
from desktop.office.keys_search import ask_directory, find_in, issuer_of, published
from desktop.office.people import found
from desktop.office.values import KeyImport, KeyLine, Queued
from desktop.office.values_protection import (
    KeyCandidate,
    KeyConfirm,
    KeyKept,
    KeyRequest,
    KeySearch,
    KeysFound,
)
from desktop.sync.wkd import WkdAnswer
from desktop.texts import Texts

Directory = Callable[[str, Clock], WkdAnswer]
"""Asked for an address; blocks."""
BY_FINGERPRINT = "fingerprint"
BY_TEST = "test"
_REVOKED = "revoked"
_ARRIVED = frozenset({State.ACCEPTED, State.UNCERTAIN})


@dataclass(frozen=True)
class _Kept:
    """A key that is about to be stored, and why it may be trusted."""

    found: FoundKey
    trust: KeyTrust


class Keys:
    """Everything about one person's keys; what changes trust asks for a fresh proof where it replaces."""

    def __init__(self, desk: Desk, clock: Clock, directory: Directory = ask_directory) -> None:
        """`directory` answers what a domain publishes: the only thing here that asks the network."""
        self._desk = desk
        self._clock = clock
        self._directory = directory

    # --- finding ----------------------------------------------------------------------

    def find_keys(self, session: Session, search: KeySearch) -> KeysFound:
        opened = self._desk.check(session, Action.FIND_KEY)
        person = opened.database.read(lambda tx: found(tx, search.person))
        try:
            every, none = self._search(search, person)
        except SealwellError as error:
            self._desk.note_refusal(session, Act.KEY_REFUSED, error)
            raise
        candidates = tuple(_candidate(one, person, self._clock.now()) for one in every)

        def note(tx: Tx, record: Recorder) -> None:
            record(Event(Act.KEY_LOOKED_UP, obj=person.id, det={"count": len(candidates)}))
            self._end_revoked(tx, record, person.id, every)

        self._desk.write(session, Action.FIND_KEY, note)
        return KeysFound(candidates, None if candidates else none)

    def _end_revoked(self, tx: Tx, record: Recorder, person: PersonId, every: tuple[FoundKey, ...]) -> None:
        """A copy that its owner has revoked ends the one that is kept: nobody else could have made it."""
        ended = {one.facts.fingerprint for one in every if one.facts.reason == _REVOKED}
        for key in keys.live(tx, person):
            if key.fingerprint in ended:
                self._retire(tx, record, key)

    def _search(self, search: KeySearch, person: Person) -> tuple[tuple[FoundKey, ...], Reason]:
        """What there is, and why there is nothing.

        A look-up with data brings a candidate that was found before: nobody is asked again.
        """
        now = self._clock.now()
        if search.source is not KeySource.WKD or search.data:
            return find_in(search.data, search.source, now), _none_found(search.source)
        if not person.email:
            raise InputError("key-needs-address")
        answer = self._directory(person.email, self._clock)
        return published(answer, now), answer.reason or _none_found(search.source)

    # --- keeping ----------------------------------------------------------------------

    def keep_key(self, session: Session, kept: KeyKept) -> KeyLine:
        opened = self._desk.check(session, Action.IMPORT_KEY)
        try:
            person = opened.database.read(lambda tx: found(tx, kept.person))
            every, _ = self._search(kept, person)
            chosen = _chosen(every, kept.fingerprint)
            trust = KeyTrust.CHECKED if kept.compared else KeyTrust.FOUND
            return self._keep(session, kept.person, _Kept(chosen, trust))
        except SealwellError as error:
            self._desk.note_refusal(session, Act.KEY_REFUSED, error)
            raise

    def import_key(self, session: Session, request: KeyImport) -> KeyLine:
        """A file whose full fingerprint was compared: used at once."""
        self._desk.check(session, Action.IMPORT_KEY)
        try:
            every = find_in(request.data, KeySource.FILE, self._clock.now())
            if len(every) == 1:
                refuse_unusable(every[0].facts)
            chosen = _chosen(every, request.fingerprint)
            return self._keep(session, request.person, _Kept(chosen, KeyTrust.CHECKED))
        except SealwellError as error:
            self._desk.note_refusal(session, Act.KEY_REFUSED, error)
            raise

    def _keep(self, session: Session, person: PersonId, kept: _Kept) -> KeyLine:
        facts = kept.found.facts
        refuse_unusable(facts)
        now = self._clock.now()

        def store(tx: Tx, record: Recorder) -> KeyLine:
            who = found(tx, person)
            if not names_address(facts.addresses, who.email):
                raise InputError("key-foreign")
            same = self._confirmed_same(tx, person, kept)
            if same is not None:
                return self._stays(tx, record, same, kept)
            trust = self._make_room(tx, record, session, person, kept)
            key = PublicKey(
                KeyId(new_id()),
                person,
                KeyKind(facts.kind),
                facts.fingerprint,
                facts.addresses,
                facts.data,
                facts.expires,
                source=kept.found.source.value,
                confirmed_at=now,
            )
            keys.add(tx, key)
            life = KeyLife(trust, kept.found.capabilities, kept.found.chain)
            keylives.put(tx, key.id, life)
            record(Event(Act.KEY_ADDED, obj=key.id, det={"person": person, "key-kind": facts.kind}))
            return key_line(key, life, now)

        return self._desk.write(session, Action.IMPORT_KEY, store)

    def _confirmed_same(self, tx: Tx, person: PersonId, kept: _Kept) -> PublicKey | None:
        """The confirmed key of which a mere copy was found, unless the copy lasts longer.

        Anybody can hand in an old copy: one from before its owner ended a part of it.
        """
        facts = kept.found.facts
        live, trusts = self._live(tx, person, KeyKind(facts.kind))
        for key in live:
            confirmed = key.fingerprint == facts.fingerprint and trusts[key.id] is not KeyTrust.FOUND
            if confirmed and kept.trust is KeyTrust.FOUND and not _lasts_longer(facts.expires, key.expires):
                return key
        return None

    def _stays(self, tx: Tx, record: Recorder, key: PublicKey, kept: _Kept) -> KeyLine:
        """The kept bytes stand; what its owner's program reads may have become known."""
        before, found_ = keylives.of(tx, [key.id]).get(key.id, KeyLife()), kept.found
        life = replace(
            before,
            capabilities=found_.capabilities or before.capabilities,
            chain=found_.chain or before.chain,
        )
        keylives.put(tx, key.id, life)
        record(Event(Act.KEY_ADDED, obj=key.id, det={"person": key.person, "key-kind": key.kind.value}))
        return key_line(key, life, self._clock.now())

    def _make_room(
        self, tx: Tx, record: Recorder, session: Session, person: PersonId, kept: _Kept
    ) -> KeyTrust:
        """A confirmed key gives way to a confirmed one only; what was found replaces what was found.

        The same key with a later end keeps the trust that it has.
        """
        fingerprint = kept.found.facts.fingerprint
        live, trusts = self._live(tx, person, KeyKind(kept.found.facts.kind))
        if kept.trust is KeyTrust.FOUND:
            same = [trusts[old.id] for old in live if old.fingerprint == fingerprint]
            for old in live:
                if old.fingerprint == fingerprint or trusts[old.id] is KeyTrust.FOUND:
                    self._retire(tx, record, old)
            return same[0] if same else KeyTrust.FOUND
        self._replace(tx, record, session, live, trusts, fingerprint)
        return kept.trust

    def _live(self, tx: Tx, person: PersonId, kind: KeyKind) -> tuple[list[PublicKey], dict[KeyId, KeyTrust]]:
        live = [key for key in keys.live(tx, person) if key.kind is kind]
        lives = keylives.of(tx, [key.id for key in live])
        return live, {key.id: lives.get(key.id, KeyLife()).trust for key in live}

    def _replace(
        self,
        tx: Tx,
        record: Recorder,
        session: Session,
        live: list[PublicKey],
        trusts: dict[KeyId, KeyTrust],
        fingerprint: str,
    ) -> None:
        """Another key in place of a confirmed one changes who can read: that wants a fresh proof."""
        if any(old.fingerprint != fingerprint and trusts[old.id] is not KeyTrust.FOUND for old in live):
            self._desk.guard.fresh(session, Purpose.KEYS)
        for old in live:
            self._retire(tx, record, old)

    def _retire(self, tx: Tx, record: Recorder, key: PublicKey) -> None:
        now = self._clock.now()
        keys.revoke(tx, key.id, now)
        keys_expiry.drop_tasks(tx, key.id, now)
        record(Event(Act.KEY_REVOKED, obj=key.id, det={"person": key.person}))

    # --- confirming ---------------------------------------------------------------------

    def test_key(self, session: Session, key: KeyId) -> Queued:
        opened = self._desk.check(session, Action.CONFIRM_KEY)
        person = ""
        try:
            one, who, practice = opened.database.read(lambda tx: self._asked_about(tx, key))
            person = who.id
            say = Texts(who.language).say
            subject = say("mail.key-test.subject", practice=practice)
            text = say("mail.key-test.text", name=name_of(who), practice=practice)
            # Asked for by its own way: a locked file in its place would prove nothing about the key.
            way = Method(one.kind.value)
            draft = Draft(who.id, subject, text, label=Label.SENSITIVE, wanted=way, testing=one.id)
            prepared = opened.database.read(lambda tx: opened.letters.prepare(tx, draft))
            frozen = opened.letters.seal(prepared, opened.own.sealer())

            def queue(tx: Tx, record: Recorder) -> Message:
                message = opened.outbox.enqueue(tx, frozen, session)
                life = keylives.of(tx, [one.id]).get(one.id, KeyLife())
                keylives.put(tx, one.id, replace(life, test_message=message.id))
                record.written += 1
                return message

            message = self._desk.write(session, Action.CONFIRM_KEY, queue)
        except SealwellError as error:
            self._desk.note_refusal(session, Act.MESSAGE_REFUSED, error, person)
            raise
        return Queued(message.id, message.method, message.reasons, message.state, message.not_before)

    def confirm_key(self, session: Session, confirm: KeyConfirm) -> KeyLine:
        """By the fingerprint that its owner read out, or because they could read the test message."""
        self._desk.check(session, Action.CONFIRM_KEY)

        def store(tx: Tx, record: Recorder) -> KeyLine:
            key, who, _ = self._asked_about(tx, confirm.key)
            life = keylives.of(tx, [key.id]).get(key.id, KeyLife())
            proved = _proof(tx, confirm, key, life)
            live, trusts = self._live(tx, who.id, key.kind)
            others = [one for one in live if one.id != key.id]
            self._replace(tx, record, session, others, trusts, key.fingerprint)
            trust = life.trust if life.trust is KeyTrust.CHECKED else proved
            after = replace(life, trust=trust)
            keylives.put(tx, key.id, after)
            keys.confirm(tx, key.id, self._clock.now())
            record(Event(Act.KEY_CONFIRMED, obj=key.id, det={"person": who.id}))
            return key_line(key, after, self._clock.now())

        try:
            return self._desk.write(session, Action.CONFIRM_KEY, store)
        except SealwellError as error:
            self._desk.note_refusal(session, Act.KEY_REFUSED, error)
            raise

    def revoke_key(self, session: Session, key: KeyId) -> KeyLine:
        def store(tx: Tx, record: Recorder) -> KeyLine:
            one, _, _ = self._asked_about(tx, key)
            self._retire(tx, record, one)
            life = keylives.of(tx, [one.id]).get(one.id, KeyLife())
            now = self._clock.now()
            return listed_line(replace(one, revoked_at=now), life, now)

        return self._desk.write(session, Action.REVOKE_KEY, store)

    def request_key(self, session: Session, key: KeyId) -> KeyRequest:
        """In the person's language; it names no key and no end that somebody else could use."""

        def make(tx: Tx) -> KeyRequest:
            one, who, practice = self._asked_about(tx, key)
            say = Texts(who.language).say
            kind = one.kind.value
            subject = say("mail.key-request.subject", practice=practice)
            text = say(f"mail.key-request.{kind}", name=name_of(who), practice=practice)
            return KeyRequest(who.id, subject, text)

        return self._desk.read(
            session,
            Action.FIND_KEY,
            make,
            lambda made: Event(Act.KEY_REQUEST_MADE, obj=made.person, det={"key": key}),
        )

    @staticmethod
    def _asked_about(tx: Tx, key: KeyId) -> tuple[PublicKey, Person, str]:
        """The live key, whose it is, and what the practice is called."""
        one = keys.get(tx, key) if is_id(key) else None
        if one is None or one.revoked_at is not None:
            raise InputError("key-unknown")
        practice = settings.get(tx, "sender-name") or settings.get(tx, "practice-name") or ""
        return one, found(tx, one.person), practice


def _proof(tx: Tx, confirm: KeyConfirm, key: PublicKey, life: KeyLife) -> KeyTrust:
    """What the confirmation rests on; a test counts once it has left."""
    if confirm.how == BY_FINGERPRINT:
        if bare(confirm.fingerprint) != bare(key.fingerprint):
            raise InputError("fingerprint-differs")
        return KeyTrust.CHECKED
    if confirm.how != BY_TEST:
        raise ValueError(confirm.how)
    sent = messages.get(tx, life.test_message) if life.test_message else None
    if sent is None or sent.state not in _ARRIVED or sent.method.value != key.kind.value:
        raise Refused("key-test-not-sent")
    return KeyTrust.TESTED


def _lasts_longer(new: datetime | None, old: datetime | None) -> bool:
    """Where one of them has no end nobody can tell which came later."""
    return new is not None and old is not None and new > old


def _chosen(every: tuple[FoundKey, ...], fingerprint: str) -> FoundKey:
    for one in every:
        if bare(one.facts.fingerprint) == bare(fingerprint):
            return one
    raise InputError("fingerprint-differs")


def _candidate(one: FoundKey, person: Person, now: datetime) -> KeyCandidate:
    facts = one.facts
    return KeyCandidate(
        KeyKind(facts.kind),
        facts.fingerprint,
        facts.addresses,
        facts.expires,
        facts.usable,
        Reason(facts.reason) if facts.reason else None,
        one.source,
        names_address(facts.addresses, person.email),
        facts.data,
        issuer_of(facts.data, now) if facts.kind == KeyKind.SMIME and facts.data else "",
    )


def _none_found(source: KeySource) -> Reason:
    match source:
        case KeySource.MAIL | KeySource.AUTOCRYPT:
            return Reason("no-key-in-mail")
        case _:
            return Reason("no-key-in-file")
