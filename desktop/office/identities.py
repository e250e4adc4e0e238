"""The practice's own OpenPGP key and S/MIME identity, made when its sender address is known."""

from __future__ import annotations

import hashlib
from dataclasses import field, replace
from datetime import datetime

from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.crypto.openpgp import OwnKeyring
from desktop.crypto.smime import make_identity
from desktop.frozen import dataclass
from desktop.models import identities, keylives, settings
from desktop.models.database import Database, Tx
from desktop.models.protection import OwnKeyLife, OwnKeyState
from desktop.models.records import Identity, KeyKind


@dataclass(frozen=True)
class MadeIdentity:
    """A key pair before it is kept; `keep` and `event` belong into one transaction."""

    kind: KeyKind
    fingerprint: str
    address: str
    public: bytes
    made_at: datetime
    secret: bytes = field(repr=False)
    life: OwnKeyLife = field(default_factory=OwnKeyLife)

    @property
    def identity(self) -> Identity:
        return Identity(self.kind, self.fingerprint, self.address, self.secret, self.public, self.made_at)

    def keep(self, tx: Tx) -> None:
        """From now on this one is used; those before it stay, to read what was sealed to them."""
        lives = keylives.own(tx)
        for old in identities.listing(tx):
            life = lives.get(old.fingerprint, OwnKeyLife())
            if old.kind is self.kind and life.state is OwnKeyState.CURRENT:
                retired = replace(life, state=OwnKeyState.RETIRED, ended_at=self.made_at)
                keylives.put_own(tx, old.fingerprint, retired)
        identities.put(
            tx,
            self.kind,
            fingerprint=self.fingerprint,
            address=self.address,
            secret=self.secret,
            public=self.public,
            made_at=self.made_at,
        )
        keylives.put_own(tx, self.fingerprint, self.life)

    @property
    def event(self) -> Event:
        det = {"key-kind": self.kind.value, "fingerprint": hashed(self.fingerprint)}
        return Event(Act.IDENTITY_MADE, det=det)


def ensure_identities(database: Database, address: str, clock: Clock) -> tuple[MadeIdentity, ...]:
    """What is still missing for this sender; takes a second or two, so never on a lane."""
    name, openpgp, smime = database.read(
        lambda tx: (
            settings.get(tx, "practice-name") or address,
            identities.current(tx, KeyKind.OPENPGP),
            identities.current(tx, KeyKind.SMIME),
        )
    )
    made: list[MadeIdentity] = []
    if openpgp is None or openpgp.address != address:
        made.append(make_own(KeyKind.OPENPGP, name, address, clock))
    if smime is None or smime.address != address:
        made.append(make_own(KeyKind.SMIME, name, address, clock))
    return tuple(made)


def make_own(kind: KeyKind, name: str, address: str, clock: Clock) -> MadeIdentity:
    """A new key of this kind; takes a second or two, so never on a lane."""
    now = clock.now()
    if kind is KeyKind.OPENPGP:
        with OwnKeyring() as ring:
            key = ring.make_key(name, address)
        life = OwnKeyLife(revocation=key.revocation)
        return MadeIdentity(kind, key.fingerprint, address, key.public, now, secret=key.secret, life=life)
    own = make_identity(name, address, now)
    return MadeIdentity(kind, certificate_mark(own.cert_der), address, own.cert_der, now, secret=own.key_der)


def certificate_mark(certificate: bytes) -> str:
    """How a certificate is named everywhere: SHA-256 in capitals."""
    return hashlib.sha256(certificate).hexdigest().upper()


def hashed(fingerprint: str) -> str:
    """A fingerprint as the audit log keeps it."""
    return hashlib.sha256(fingerprint.encode("ascii")).hexdigest()
