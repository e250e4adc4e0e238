"""The header of a locked file: how it was sealed, authenticated with its payload.

Version 1 had no `size`, `expires`, `proof`, `reply` and `replyto`; such files lie in
people's mail for years and are read as ever. Written is version 2.
"""

from __future__ import annotations

import base64
import binascii
import json
from datetime import date
from enum import StrEnum

from desktop.errors import InputError
from desktop.frozen import dataclass

VERSION = 2
LEAST_ROUNDS = 100_000
MOST_ROUNDS = 10_000_000
"""A stranger's file may ask for no more than some seconds of work, and for no less."""
SALT_BYTES = 16
FILE_BYTES = 32
NONCE_BYTES = 12
CHECK_BYTES = 16
POINT_BYTES = 65
"""A public key on P-256, uncompressed (SEC 1, 2.3.3)."""

_MOST_SALT_BYTES = 64
_CIPHER = "AES-256-GCM"
_KDF = "PBKDF2-HMAC-SHA-256"


class Proof(StrEnum):
    """What must be typed besides the words."""

    NONE = ""
    BIRTH_DATE = "birth-date"


@dataclass(frozen=True)
class Header:
    """`raw` are the exact bytes that stand in the file; `size` is that of the payload."""

    raw: bytes
    version: int
    rounds: int
    salt: bytes
    file: bytes
    nonce: bytes
    check: bytes
    size: int | None = None
    expires: date | None = None
    proof: Proof = Proof.NONE
    reply_key: bytes = b""
    reply_to: str = ""


def write_header(
    rounds: int,
    salt: bytes,
    file: bytes,
    nonce: bytes,
    check: bytes,
    size: int,
    expires: date | None,
    proof: Proof,
    reply_key: bytes,
    reply_to: str,
) -> bytes:
    """The bytes of a header of version 2."""
    fields = {
        "v": VERSION,
        "cipher": _CIPHER,
        "kdf": _KDF,
        "rounds": rounds,
        "salt": b64(salt),
        "file": b64(file),
        "nonce": b64(nonce),
        "check": b64(check),
        "size": size,
        "expires": expires.isoformat() if expires else "",
        "proof": proof.value,
        "reply": b64(reply_key),
        "replyto": reply_to,
    }
    return json.dumps(fields, separators=(",", ":")).encode("ascii")


def read_header(raw: bytes) -> Header:
    """Raises InputError `envelope-unreadable` for everything that no version writes."""
    given = json_object(raw)
    version, rounds = given.get("v"), given.get("rounds")
    # bool is an int and True equals 1: the browser's reader tells them apart, so does this one.
    if type(version) is not int or version not in (1, VERSION) or type(rounds) is not int:
        raise InputError("envelope-unreadable")
    if (given.get("cipher"), given.get("kdf")) != (_CIPHER, _KDF):
        raise InputError("envelope-unreadable")
    if not LEAST_ROUNDS <= rounds <= MOST_ROUNDS:
        raise InputError("envelope-unreadable")
    salt, file, nonce, check = (_bytes(given, name) for name in ("salt", "file", "nonce", "check"))
    lengths = (len(file), len(nonce), len(check))
    if not SALT_BYTES <= len(salt) <= _MOST_SALT_BYTES or lengths != (FILE_BYTES, NONCE_BYTES, CHECK_BYTES):
        raise InputError("envelope-unreadable")
    if version == 1:
        return Header(raw, version, rounds, salt, file, nonce, check)
    size, reply_key = given.get("size"), _bytes(given, "reply")
    if type(size) is not int or size < 0 or len(reply_key) not in (0, POINT_BYTES):
        raise InputError("envelope-unreadable")
    try:
        expires = date.fromisoformat(_text(given, "expires")) if given.get("expires") != "" else None
        proof = Proof(_text(given, "proof"))
    except ValueError as problem:
        raise InputError("envelope-unreadable") from problem
    reply_to = _text(given, "replyto")
    return Header(raw, version, rounds, salt, file, nonce, check, size, expires, proof, reply_key, reply_to)


def json_object(raw: bytes) -> dict[str, object]:
    """A stranger's JSON object. InputError `envelope-unreadable` where it is none."""
    try:
        given = json.loads(raw)
    except (ValueError, RecursionError) as problem:
        raise InputError("envelope-unreadable") from problem
    if not isinstance(given, dict):
        raise InputError("envelope-unreadable")
    return given


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def unb64(text: str) -> bytes:
    """Canonical base64 only: otherwise some changed characters would decode to the same bytes."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as problem:
        raise InputError("envelope-unreadable") from problem
    if b64(data) != text:
        raise InputError("envelope-unreadable")
    return data


def _text(given: dict[str, object], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str):
        raise InputError("envelope-unreadable")
    return value


def _bytes(given: dict[str, object], name: str) -> bytes:
    return unb64(_text(given, name))
