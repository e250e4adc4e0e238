"""What is known about a recipient's key file, of either kind.

The readers (`openpgp_facts`, `smime_facts`) fill it, `keyfacts` picks the reader.
"""

from __future__ import annotations

import re
from datetime import datetime

from desktop.errors import InputError
from desktop.frozen import dataclass

MAX_KEY_BYTES = 1024 * 1024
"""A key with hundreds of foreign signatures is smaller; what is larger is not a key."""

_ADDRESS = re.compile(
    r"(?P<local>[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*)"
    r"@(?P<domain>(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63})"
)


@dataclass(frozen=True)
class KeyFacts:
    """One key or certificate as inspected at a given time.

    `reason` is None exactly when `usable`: revoked, expired, not-yet-valid, weak-key,
    weak-signature, cannot-encrypt, key-without-address, utf8-address, wrong-usage, secret-key
    or several-keys. `fingerprint` is upper-case hex: the OpenPGP fingerprint, or SHA-256
    of the certificate. `expires` is the moment from which nothing may be sealed to it.
    `data` is what to keep (binary OpenPGP key without foreign parts, or DER); it is
    empty where nothing may be kept (a secret key, several keys).
    """

    kind: str
    usable: bool
    reason: str | None
    addresses: tuple[str, ...]
    fingerprint: str
    expires: datetime | None
    data: bytes


def unusable(kind: str, reason: str) -> KeyFacts:
    """Facts of a file from which nothing may be kept."""
    return KeyFacts(kind, False, reason, (), "", None, b"")


def refuse_large(data: bytes) -> None:
    """Raise InputError `key-too-large` above `MAX_KEY_BYTES`."""
    if len(data) > MAX_KEY_BYTES:
        raise InputError("key-too-large", limit=MAX_KEY_BYTES // 1024)


def mailbox(text: str) -> str | None:
    """A bare mail address with its domain in lower case, or None.

    Strict on purpose (dot-atom and a domain with a dot, RFC 5321 4.1.2 without quoted
    strings and address literals): an address that is not plainly one never matches.
    """
    found = _ADDRESS.fullmatch(text)
    if found is None or len(found["local"]) > 64 or len(found["domain"]) > 253:
        return None
    return f"{found['local']}@{found['domain'].lower()}"
