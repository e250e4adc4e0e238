"""Who writes: the practice's name, address and zone, its relay, and its own keys."""

from __future__ import annotations

import base64
import hmac
from dataclasses import field

from desktop.clock import Clock
from desktop.crypto.smime import Identity
from desktop.errors import VaultError
from desktop.frozen import dataclass
from desktop.mail import phrase, replies, standby
from desktop.mail.sealing import Sealer
from desktop.models import identities, keylives, practicefacts, relays, settings, vaultkeys
from desktop.models.database import Tx
from desktop.models.practicefacts import PHONE, Facts
from desktop.models.protection import OwnKeyLife
from desktop.models.records import KeyKind, PersonId, Relay, RelayId

MID_KEY = "mid"
_ID_CHARS = 26
"""130 bits of the MAC, in base32."""


@dataclass(frozen=True)
class Origin:
    """What makes one message that message; the same origin gives the same Message-ID.

    `source` is an appointment's id, or a fresh id for a letter. A human's resend and a
    reminder that was decided anew count `generation` up.
    """

    kind: str
    source: str
    person: PersonId
    occurrence: int
    window: str
    generation: int


@dataclass(frozen=True)
class Sender:
    """Read once per planning; `relay` is None until one has been added."""

    practice: str
    shown: str
    zone: str
    phone: str
    relay: Relay | None
    mid_key: bytes = field(repr=False)
    phrase: str = ""
    """The sign in each locked file's mail; '' until one was chosen."""
    facts: Facts = field(default_factory=Facts)

    @property
    def address(self) -> str:
        return self.relay.sender if self.relay else ""

    def message_id(self, origin: Origin) -> str:
        """RFC 5322 3.6.4: opaque, and never the same for two messages."""
        parts = (
            origin.kind,
            origin.source,
            origin.person,
            str(origin.occurrence),
            origin.window,
            str(origin.generation),
        )
        mark = hmac.digest(self.mid_key, "\x1f".join(parts).encode("utf-8"), "sha256")
        left = base64.b32encode(mark).decode("ascii").lower()[:_ID_CHARS]
        return f"<{left}@{self.address.rpartition('@')[2].lower()}>"


def load_sender(tx: Tx) -> Sender:
    """The practice as it writes now. Raises VaultError `database-damaged` where set-up never ended."""
    mid_key = vaultkeys.get(tx, MID_KEY)
    practice, zone = settings.get(tx, "practice-name"), settings.get(tx, "zone")
    if mid_key is None or practice is None or zone is None:
        raise VaultError("database-damaged")
    return Sender(
        practice=practice,
        shown=settings.get(tx, "sender-name") or practice,
        zone=zone,
        phone=settings.get(tx, PHONE) or "",
        relay=standby.sending_relay(tx, practice_relay(tx)),
        mid_key=mid_key,
        phrase=phrase.current(tx),
        facts=practicefacts.load(tx),
    )


def practice_relay(tx: Tx) -> Relay | None:
    """The relay in use: the one added last, unless it is retired.

    Whether it may carry anything is `decide`'s question: without a valid agreement nothing
    leaves by another relay instead. (What stands in for one that cannot be reached: `standby.py`.)
    """
    chosen = settings.get(tx, standby.IN_USE)
    relay = relays.get(tx, RelayId(chosen)) if chosen else None
    return relay if relay is not None and relay.retired_at is None else None


def use_relay(tx: Tx, relay: RelayId) -> None:
    """From now on everything leaves through `relay`."""
    settings.put(tx, standby.IN_USE, relay)


def load_sealer(tx: Tx, clock: Clock) -> Sealer:
    """The practice's own keys, ready to seal; load once per session, it parses both."""
    openpgp = identities.current(tx, KeyKind.OPENPGP)
    smime = identities.current(tx, KeyKind.SMIME)
    if openpgp is None or smime is None:
        raise VaultError("own-key-damaged")
    chain = keylives.own(tx).get(smime.fingerprint, OwnKeyLife()).chain
    return Sealer(openpgp.secret, Identity(smime.secret, smime.public), clock, chain, replies.means(tx))
