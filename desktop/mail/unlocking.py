"""The practice's own keys at work on what came in: one place that decrypts, for both who ask.

`unsealing.py` opens by itself what answers a message of ours; `opened.py` opens what a person asks for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from desktop.crypto.openpgp import OwnKeyring
from desktop.crypto.smime_open import OwnCertificate, Unsealed, open_enveloped
from desktop.errors import InputError
from desktop.models import identities
from desktop.models.database import Database
from desktop.models.records import KeyKind


class OwnKeys:
    """One per open practice. The secret halves are read for each mail anew and not kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def ring(self) -> Iterator[OwnKeyring]:
        """With the OpenPGP keys of the practice, older ones too; takes a tenth of a second.

        Raises as `OwnKeyring`.
        """
        own = self._own(KeyKind.OPENPGP)
        with OwnKeyring() as ring:
            if own:
                ring.open(*(secret for secret, _ in own))
            yield ring

    def smime(self, der: bytes) -> Unsealed:
        """Raises as `smime_open.open_enveloped`."""
        own = [OwnCertificate(secret, public) for secret, public in self._own(KeyKind.SMIME)]
        if not own:
            raise InputError("message-unopenable")
        return open_enveloped(der, own)

    def _own(self, kind: KeyKind) -> list[tuple[bytes, bytes]]:
        """The one in use first."""
        found = [one for one in self._database.read(identities.listing) if one.kind is kind]
        found.sort(key=lambda one: one.made_at, reverse=True)
        return [(one.secret, one.public) for one in found]
