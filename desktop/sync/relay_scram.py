"""SCRAM (RFC 5802, RFC 7677): the relay never gets the password, and proves that it knows it.

Without channel binding: the connection is verified TLS before this begins, and the relay's key
may be pinned (`relay_tls.py`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import stringprep
import unicodedata

MECHANISMS = {"SCRAM-SHA-256": "sha256", "SCRAM-SHA-1": "sha1"}
"""Strongest first; SHA-1 only counts where a relay offers nothing newer."""
ROUNDS_LEAST, ROUNDS_MOST = 4096, 1_000_000
"""RFC 7677, 4; and what a computer of an office can do in a moment."""
_HEAD = "n,,"


class ScramError(Exception):
    """The relay does not follow the protocol, or does not know the password."""


class Scram:
    """One sign-in: `first`, `final`, then `check` what the relay says last."""

    def __init__(self, mechanism: str, user: str, password: str, nonce: str = "") -> None:
        self._hash = MECHANISMS[mechanism]
        self._password = prepared(password).encode("utf-8")
        self._nonce = nonce or secrets.token_urlsafe(24)
        name = prepared(user).replace("=", "=3D").replace(",", "=2C")
        self._bare = f"n={name},r={self._nonce}"
        self._proof_of_relay = b""

    def first(self) -> bytes:
        """The client's first message."""
        return (_HEAD + self._bare).encode("utf-8")

    def final(self, challenge: bytes) -> bytes:
        """The answer to the relay's first message; takes a moment of the processor."""
        fields = _fields(challenge)
        nonce, rounds = fields.get("r", ""), fields.get("i", "")
        if "m" in fields or not nonce.startswith(self._nonce) or nonce == self._nonce:
            raise ScramError("nonce")
        if not (rounds.isascii() and rounds.isdigit() and len(rounds) < 8):
            raise ScramError("rounds")
        if not ROUNDS_LEAST <= int(rounds) <= ROUNDS_MOST:
            raise ScramError("rounds")
        try:
            salt = base64.b64decode(fields["s"], validate=True)
        except (KeyError, binascii.Error):
            raise ScramError("salt") from None
        salted = hashlib.pbkdf2_hmac(self._hash, self._password, salt, int(rounds))
        without = f"c={base64.b64encode(_HEAD.encode()).decode()},r={nonce}"
        said = ",".join((self._bare, challenge.decode("utf-8"), without)).encode("utf-8")
        client = self._keyed(salted, b"Client Key")
        signature = self._keyed(hashlib.new(self._hash, client).digest(), said)
        proof = bytes(one ^ other for one, other in zip(client, signature, strict=True))
        self._proof_of_relay = self._keyed(self._keyed(salted, b"Server Key"), said)
        return f"{without},p={base64.b64encode(proof).decode()}".encode()

    def check(self, last: bytes) -> None:
        """Raises ScramError unless the relay proved that it knows the password, too."""
        try:
            proof = base64.b64decode(_fields(last)["v"], validate=True)
        except (KeyError, binascii.Error):
            raise ScramError("proof") from None
        if not self._proof_of_relay or not hmac.compare_digest(proof, self._proof_of_relay):
            raise ScramError("proof")

    def _keyed(self, key: bytes, text: bytes) -> bytes:
        return hmac.new(key, text, self._hash).digest()


def prepared(text: str) -> str:
    """SASLprep (RFC 4013, 2.1 and 2.2). What it forbids no relay can have as a password: left as is."""
    mapped = (
        " " if stringprep.in_table_c12(char) else char for char in text if not stringprep.in_table_b1(char)
    )
    return unicodedata.normalize("NFKC", "".join(mapped))


def _fields(message: bytes) -> dict[str, str]:
    try:
        parts = message.decode("utf-8").split(",")
    except UnicodeDecodeError:
        raise ScramError("text") from None
    found: dict[str, str] = {}
    for part in parts:
        name, equals, value = part.partition("=")
        if not equals or len(name) != 1 or name in found:
            raise ScramError("fields")
        found[name] = value
    return found
