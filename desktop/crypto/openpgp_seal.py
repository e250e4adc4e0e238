"""Sealing to OpenPGP recipients, in process: signed and encrypted in one message.

pysequoia seals about forty times as fast as gpg (TECH 2b). Recipients are named by
their full fingerprint and nothing else: a search by address also finds
`a@example.com.evil.org` (SECURITY finding 10).
"""

from __future__ import annotations

import re
from datetime import datetime

from pysequoia import PySigner, Tsk, encrypt

from desktop.clock import Clock, SystemClock
from desktop.crypto.keyrecord import KeyFacts
from desktop.crypto.openpgp_facts import Sealable, inspect_openpgp, sealable
from desktop.errors import InputError, VaultError

__all__ = ["KeyFacts", "OpenPgpSealer", "inspect_openpgp"]

MOST_KNOWN = 500
"""Keys that are kept taken apart; beyond it the memory is emptied."""
_FULL_FINGERPRINT = re.compile("[0-9A-F]{40}|[0-9A-F]{64}")


class OpenPgpSealer:
    """Holds the practice's signing key, loaded once; safe to use for many messages."""

    def __init__(self, own_secret: bytes, clock: Clock | None = None) -> None:
        """`own_secret` is what `OwnKeyring.make_key` exported.

        Raises VaultError `own-key-damaged` when it cannot sign.
        """
        self._clock = SystemClock() if clock is None else clock
        self._signer = _signer(own_secret)
        self._known: dict[bytes, tuple[Sealable, datetime]] = {}

    def seal(self, plain: bytes, recipient_key: bytes, fingerprint: str) -> bytes:
        """`plain` signed by the practice and encrypted to one recipient, ASCII-armored.

        The practice itself is not a recipient. The armor keeps the checksum that RFC 9580 6.1
        advises against: without one gpg 2.2 takes some messages for altered.

        Raises InputError `key-mismatch` where the key is not the one with this full fingerprint,
        `key-unusable` (with the reason) where it has expired or was revoked by now, `key-unreadable`.
        """
        recipient = self._recipient(recipient_key)
        wanted = fingerprint.replace(" ", "").upper()
        if _FULL_FINGERPRINT.fullmatch(wanted) is None or recipient.fingerprint != wanted:
            raise InputError("key-mismatch")
        try:
            return encrypt(plain, recipients=[recipient.certificate], signer=self._signer)
        except RuntimeError as problem:
            raise InputError("key-unusable", reason="cannot-encrypt") from problem

    def _recipient(self, key: bytes) -> Sealable:
        """The key cut down anew, unless it was before and none of its parts has ended since.

        Laboratories and colleagues get many messages each; their keys are taken apart once.
        """
        now = self._clock.now()
        found, since = self._known.get(key, (None, now))
        if found is None or now < since or (found.until is not None and now >= found.until):
            found = sealable(key, now)
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[key] = (found, now)
        return found


def _signer(own_secret: bytes) -> PySigner:
    try:
        return Tsk.from_bytes(own_secret).signer()
    except RuntimeError as problem:
        raise VaultError("own-key-damaged") from problem
