"""The practice's own OpenPGP key and S/MIME identity, made when its sender address is known."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.crypto.openpgp import OwnKeyring
from desktop.crypto.smime import make_identity
from desktop.models import identities, settings
from desktop.models.database import Database, Tx
from desktop.models.records import KeyKind


@dataclass(frozen=True)
class MadeIdentity:
    """A key pair before it is kept; `keep` and `event` belong into one transaction."""

    kind: KeyKind
    fingerprint: str
    address: str
    public: bytes
    made_at: datetime
    secret: bytes = field(repr=False)

    def keep(self, tx: Tx) -> None:
        identities.put(
            tx,
            self.kind,
            fingerprint=self.fingerprint,
            address=self.address,
            secret=self.secret,
            public=self.public,
            made_at=self.made_at,
        )

    @property
    def event(self) -> Event:
        mark = hashlib.sha256(self.fingerprint.encode("ascii")).hexdigest()
        return Event(Act.IDENTITY_MADE, det={"key-kind": self.kind.value, "fingerprint": mark})


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
        with OwnKeyring() as ring:
            key = ring.make_key(name, address)
        made.append(
            MadeIdentity(
                KeyKind.OPENPGP, key.fingerprint, address, key.public, clock.now(), secret=key.secret
            )
        )
    if smime is None or smime.address != address:
        own = make_identity(name, address, clock.now())
        print_ = hashlib.sha256(own.cert_der).hexdigest().upper()
        made.append(
            MadeIdentity(KeyKind.SMIME, print_, address, own.cert_der, clock.now(), secret=own.key_der)
        )
    return tuple(made)
