"""Public keys as text that survives mail and web pages (ASCII armor, RFC 9580 6)."""

from __future__ import annotations

from pysequoia import Cert

from desktop.errors import InputError


def armored(public: bytes) -> bytes:
    """One public key as text. Raises InputError `key-unreadable`."""
    try:
        return str(Cert.from_bytes(public)).encode("ascii")
    except (RuntimeError, UnicodeError) as problem:
        raise InputError("key-unreadable") from problem
