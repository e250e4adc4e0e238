"""The practice's own keys: renewed, imported, withdrawn, published.

A new one is used for the very next letter. The ones before it stay in the database, to read
what was sealed to them; a withdrawn OpenPGP key is published with its revocation, so that
programs which know it stop using it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.crypto.openpgp_own import revocation_of
from desktop.crypto.smime_facts import inspect_certificate
from desktop.crypto.smime_p12 import read_p12
from desktop.errors import InputError, Refused, SealwellError
from desktop.mail.sender import load_sender
from desktop.models import identities, keylives
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.protection import OwnKeyLife, OwnKeyState
from desktop.models.records import Identity, KeyKind
from desktop.office import keys_expiry
from desktop.office.desk import Desk, Recorder
from desktop.office.identities import MadeIdentity, certificate_mark, hashed, make_own
from desktop.office.keys_lines import bare, in_use, names_address, own_line, refuse_unusable
from desktop.office.keys_publishing import PublicOnes, prepared, publish
from desktop.office.keys_search import issuer_of
from desktop.office.values_protection import IdentityFile, OwnKeyLine, PublishedKeys


class OwnKeyDesk:
    """Only for administrators, and only with a fresh proof (`access/roles.py`)."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def rotate_own_key(self, session: Session, kind: KeyKind) -> OwnKeyLine:
        """A new one of our own making, also in place of an imported certificate."""
        self._desk.check(session, Action.MANAGE_OWN_KEYS)
        return self._use(session, self._made(kind))

    def import_identity(self, session: Session, file: IdentityFile) -> OwnKeyLine:
        """A certificate that an authority issued, with its key; it must name the address we send from."""
        opened = self._desk.check(session, Action.MANAGE_OWN_KEYS)
        try:
            now = self._clock.now()
            given = read_p12(file.data, file.password)
            facts = inspect_certificate(given.identity.cert_der, now)
            refuse_unusable(facts)
            address = self._address()
            if not names_address(facts.addresses, address):
                raise InputError("identity-foreign", address=address)
            fingerprint = certificate_mark(given.identity.cert_der)
            known = opened.database.read(lambda tx: {one.fingerprint for one in identities.listing(tx)})
            if fingerprint in known:
                raise InputError("identity-known")
            made = MadeIdentity(
                KeyKind.SMIME,
                fingerprint,
                address,
                given.identity.cert_der,
                now,
                secret=given.identity.key_der,
                life=OwnKeyLife(chain=given.chain),
            )
        except SealwellError as error:
            self._desk.note_refusal(session, Act.KEY_REFUSED, error)
            raise
        return self._use(session, made)

    def revoke_own_key(self, session: Session, fingerprint: str) -> OwnKeyLine:
        """It is used no more; where it was in use, a new one takes its place at once."""
        opened = self._desk.check(session, Action.MANAGE_OWN_KEYS)
        old, life, used = opened.database.read(lambda tx: _known(tx, fingerprint))
        revocation = life.revocation
        if old.kind is KeyKind.OPENPGP and not revocation:
            revocation = revocation_of(old.secret)
        made = self._made(old.kind) if used else None
        now = self._clock.now()
        after = replace(life, state=OwnKeyState.REVOKED, revocation=revocation, ended_at=now)

        def store(tx: Tx, record: Recorder) -> OwnKeyLine:
            if made is not None:
                self._keep(tx, record, made)
            keylives.put_own(tx, old.fingerprint, after)
            keys_expiry.drop_tasks(tx, keys_expiry.mark_of(old.fingerprint), now)
            record(Event(Act.IDENTITY_REVOKED, det=_det(old.kind, old.fingerprint)))
            return self._line(old, after)

        line = self._desk.write(session, Action.MANAGE_OWN_KEYS, store)
        opened.own.forget()
        return line

    def publish_own_keys(self, session: Session, folder: str) -> PublishedKeys:
        """Public halves only: for a web site, for the web server (WKD), to hand on."""
        self._desk.check(session, Action.MANAGE_OWN_KEYS)

        def write(tx: Tx, record: Recorder) -> PublishedKeys:
            own, lives = identities.listing(tx), keylives.own(tx)
            ones = PublicOnes(tuple(own), lives, tuple(in_use(own, lives)))
            files = prepared(ones)
            record(Event(Act.IDENTITY_PUBLISHED, det={"count": len(files)}))
            publish(Path(folder), files, frozenset(one.fingerprint for one in own), self._clock.now())
            return PublishedKeys(tuple(files))

        return self._desk.write(session, Action.MANAGE_OWN_KEYS, write)

    def _use(self, session: Session, made: MadeIdentity) -> OwnKeyLine:
        def store(tx: Tx, record: Recorder) -> OwnKeyLine:
            self._keep(tx, record, made)
            return self._line(made.identity, made.life)

        line = self._desk.write(session, Action.MANAGE_OWN_KEYS, store)
        self._desk.opened().own.forget()
        return line

    def _keep(self, tx: Tx, record: Recorder, made: MadeIdentity) -> None:
        for old in in_use(identities.listing(tx), keylives.own(tx)):
            if old.kind is made.kind:
                keys_expiry.drop_tasks(tx, keys_expiry.mark_of(old.fingerprint), self._clock.now())
        made.keep(tx)
        record(Event(Act.IDENTITY_REPLACED, det=_det(made.kind, made.fingerprint)))

    def _made(self, kind: KeyKind) -> MadeIdentity:
        address = self._address()
        name = self._desk.opened().database.read(lambda tx: load_sender(tx).practice)
        return make_own(kind, name, address, self._clock)

    def _address(self) -> str:
        """What we send from; without a mail service there is none, and no key."""
        address = self._desk.opened().database.read(lambda tx: load_sender(tx).address)
        if not address:
            raise Refused("no-relay")
        return address

    def _line(self, identity: Identity, life: OwnKeyLife) -> OwnKeyLine:
        now = self._clock.now()
        issuer = issuer_of(identity.public, now) if identity.kind is KeyKind.SMIME else ""
        return own_line(identity, life, issuer, now)


def _known(tx: Tx, fingerprint: str) -> tuple[Identity, OwnKeyLife, bool]:
    """The own key, what is known of it, and whether it is in use."""
    own, lives = identities.listing(tx), keylives.own(tx)
    for one in own:
        if bare(one.fingerprint) == bare(fingerprint):
            life = lives.get(one.fingerprint, OwnKeyLife())
            if life.state is OwnKeyState.REVOKED:
                raise Refused("own-key-revoked")
            return one, life, one in in_use(own, lives)
    raise InputError("own-key-unknown")


def _det(kind: KeyKind, fingerprint: str) -> dict[str, str | int]:
    return {"key-kind": kind.value, "fingerprint": hashed(fingerprint)}
