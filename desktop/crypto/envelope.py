"""The locked file: one HTML page that only the person's six words open.

    person key = PBKDF2-HMAC-SHA-256(normalised words, salt, rounds)       once per card
    check      = HKDF-SHA-256(person key, salt=file, "sealwell/envelope/1/check"), 16 bytes
    file key   = HKDF-SHA-256(person key, salt=file, "sealwell/envelope/1/file")
    payload    = AES-256-GCM(file key, nonce, content, AAD = header)

`file` is 32 fresh random bytes, so each file has a key of its own although the words
stay the same. The header holds every parameter and is authenticated. PBKDF2 because
browsers have no Argon2; a million rounds is above OWASP's 600,000 (SECURITY 1.8).

The sealed part stands in the page as `base64(header).base64(payload).base64(sum)`, where
`sum` is SHA-256 of what stands before it: no protection, but it tells a file that was
damaged on the way from wrong words. `check` tells wrong words from an altered payload.

The page's own script cannot protect itself: who can change the file on its way can show
another page. What is inside stays closed all the same.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from desktop.crypto.envelope_content import Attachment, EnvelopeContent, pack, unpack
from desktop.crypto.envelope_page import EnvelopeWords, page, sealed_part
from desktop.crypto.passphrase import new_passphrase, normalise
from desktop.errors import InputError

__all__ = [
    "ROUNDS",
    "Attachment",
    "EnvelopeContent",
    "EnvelopeWords",
    "derive_person_key",
    "new_passphrase",
    "new_salt",
    "open_envelope",
    "open_with_key",
    "seal_envelope",
]

ROUNDS = 1_000_000
LEAST_ROUNDS = 100_000
MOST_ROUNDS = 10_000_000
"""A stranger's file may ask for no more than some seconds of work, and for no less."""
MAX_FILE_BYTES = 64 * 1024 * 1024

_KEY_BYTES = 32
_SALT_BYTES = 16
_FILE_BYTES = 32
_NONCE_BYTES = 12
_CHECK_BYTES = 16
_CIPHER = "AES-256-GCM"
_KDF = "PBKDF2-HMAC-SHA-256"


@dataclass(frozen=True)
class _Header:
    """What the file says about how it was sealed; `raw` are its exact bytes."""

    raw: bytes
    rounds: int
    salt: bytes
    file: bytes
    nonce: bytes
    check: bytes


def new_salt() -> bytes:
    """The salt of a new password card."""
    return secrets.token_bytes(_SALT_BYTES)


def derive_person_key(passphrase: str, salt: bytes, rounds: int = ROUNDS) -> bytes:
    """The 32 bytes that the words stand for: kept in the database, the words are not.

    Takes 0.1 to 0.3 s at a million rounds: once per card, never per message.
    InputError `passphrase-empty` where nothing is left of the words.
    """
    words = normalise(passphrase)
    if not words:
        raise InputError("passphrase-empty")
    derivation = PBKDF2HMAC(algorithm=SHA256(), length=_KEY_BYTES, salt=salt, iterations=rounds)
    return derivation.derive(words.encode("ascii"))


def seal_envelope(
    person_key: bytes, salt: bytes, rounds: int, content: EnvelopeContent, words: EnvelopeWords
) -> bytes:
    """One HTML file with `content` under a fresh key from `person_key`.

    `salt` and `rounds` are those that the person key was derived with: they go into the
    file, for the browser. ValueError where they are out of bounds (a bug).
    """
    if not LEAST_ROUNDS <= rounds <= MOST_ROUNDS or len(person_key) != _KEY_BYTES or len(salt) < _SALT_BYTES:
        raise ValueError("person key, salt or rounds out of bounds")
    file = secrets.token_bytes(_FILE_BYTES)
    nonce = secrets.token_bytes(_NONCE_BYTES)
    header = {
        "v": 1,
        "cipher": _CIPHER,
        "kdf": _KDF,
        "rounds": rounds,
        "salt": _b64(salt),
        "file": _b64(file),
        "nonce": _b64(nonce),
        "check": _b64(_check(person_key, file)),
    }
    raw = json.dumps(header, separators=(",", ":")).encode("ascii")
    payload = AESGCM(_file_key(person_key, file)).encrypt(nonce, pack(content), raw)
    body = f"{_b64(raw)}.{_b64(payload)}"
    return page(f"{body}.{_sum(body)}", words)


def open_envelope(file: bytes, passphrase: str) -> EnvelopeContent:
    """What is inside a locked file, by the parameters that stand in it.

    Raises InputError: `envelope-unreadable` (no locked file, or not one of ours),
    `envelope-altered` (damaged or changed; nothing of it is given out),
    `envelope-wrong-passphrase`, `passphrase-empty`.
    """
    header, payload = _taken_apart(file)
    return _opened(header, payload, derive_person_key(passphrase, header.salt, header.rounds))


def open_with_key(file: bytes, person_key: bytes) -> EnvelopeContent:
    """As `open_envelope`, by the key that is kept with a password card: at once, for each of many."""
    return _opened(*_taken_apart(file), person_key)


def _taken_apart(file: bytes) -> tuple[_Header, bytes]:
    """Header and payload of an undamaged file; nothing is open yet."""
    if len(file) > MAX_FILE_BYTES:
        raise InputError("envelope-unreadable")
    parts = sealed_part(file).split(".")
    if len(parts) != 3:
        raise InputError("envelope-unreadable")
    if not hmac.compare_digest(parts[2], _sum(f"{parts[0]}.{parts[1]}")):
        raise InputError("envelope-altered")
    return _read_header(parts[0]), _unb64(parts[1])


def _opened(header: _Header, payload: bytes, person_key: bytes) -> EnvelopeContent:
    if not hmac.compare_digest(_check(person_key, header.file), header.check):
        raise InputError("envelope-wrong-passphrase")
    try:
        plain = AESGCM(_file_key(person_key, header.file)).decrypt(header.nonce, payload, header.raw)
    except InvalidTag as problem:
        raise InputError("envelope-altered") from problem
    return unpack(plain)


def _read_header(text: str) -> _Header:
    raw = _unb64(text)
    try:
        given = json.loads(raw)
    except (ValueError, RecursionError) as problem:
        raise InputError("envelope-unreadable") from problem
    if not isinstance(given, dict):
        raise InputError("envelope-unreadable")
    rounds = given.get("rounds")
    known = (given.get("v"), given.get("cipher"), given.get("kdf")) == (1, _CIPHER, _KDF)
    # bool is an int and True equals 1: the browser's reader tells them apart, so does this one.
    if not known or type(given["v"]) is not int or type(rounds) is not int:
        raise InputError("envelope-unreadable")
    if not LEAST_ROUNDS <= rounds <= MOST_ROUNDS:
        raise InputError("envelope-unreadable")
    salt, file, nonce, check = (_field(given, name) for name in ("salt", "file", "nonce", "check"))
    lengths = (len(file), len(nonce), len(check))
    if not _SALT_BYTES <= len(salt) <= 64 or lengths != (_FILE_BYTES, _NONCE_BYTES, _CHECK_BYTES):
        raise InputError("envelope-unreadable")
    return _Header(raw, rounds, salt, file, nonce, check)


def _field(given: dict[str, object], name: str) -> bytes:
    value = given.get(name)
    if not isinstance(value, str):
        raise InputError("envelope-unreadable")
    return _unb64(value)


def _check(person_key: bytes, file: bytes) -> bytes:
    return _expand(person_key, file, b"sealwell/envelope/1/check")[:_CHECK_BYTES]


def _file_key(person_key: bytes, file: bytes) -> bytes:
    return _expand(person_key, file, b"sealwell/envelope/1/file")


def _expand(person_key: bytes, file: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=file, info=info).derive(person_key)


def _sum(body: str) -> str:
    return _b64(hashlib.sha256(body.encode("ascii")).digest())


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _unb64(text: str) -> bytes:
    """Canonical base64 only: otherwise some changed characters would decode to the same bytes."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as problem:
        raise InputError("envelope-unreadable") from problem
    if _b64(data) != text:
        raise InputError("envelope-unreadable")
    return data
