"""The locked file: one HTML page that only the person's six words open.

    person key = PBKDF2-HMAC-SHA-256(normalised words, salt, rounds)       once per card
    base       = person key, or for a file with a proof
                 HKDF-SHA-256(person key, salt=file, "sealwell/envelope/2/proof/YYYYMMDD")
    check      = HKDF-SHA-256(base, salt=file, "sealwell/envelope/2/check"), 16 bytes
    file key   = HKDF-SHA-256(base, salt=file, "sealwell/envelope/2/file")
    payload    = AES-256-GCM(file key, nonce, content, AAD = header)

`file` is 32 fresh random bytes, so each file has a key of its own although the words
stay the same. The header holds every parameter and is authenticated. PBKDF2 because
browsers have no Argon2; a million rounds is above OWASP's 600,000 (SECURITY 1.8).

The sealed part stands in the page as `base64(header).base64(payload).base64(sum)`, where
`sum` is SHA-256 of what stands before it: no protection, but with the payload's size in
the header it tells a file that was cut or damaged on the way from wrong words. `check`
tells wrong words from an altered payload.

The page's own script cannot protect itself: who can change the file on its way can show
another page. What is inside stays closed all the same. The expiry is advisory for the
same reason: whoever has file and words can open it with another reader.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import date

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from desktop.crypto.envelope_content import Attachment, EnvelopeContent, pack, unpack
from desktop.crypto.envelope_header import (
    CHECK_BYTES,
    FILE_BYTES,
    LEAST_ROUNDS,
    MOST_ROUNDS,
    NONCE_BYTES,
    POINT_BYTES,
    SALT_BYTES,
    VERSION,
    Header,
    Proof,
    b64,
    read_header,
    unb64,
    write_header,
)
from desktop.crypto.envelope_page import EnvelopeWords, page, sealed_part
from desktop.crypto.passphrase import new_passphrase, normalise
from desktop.errors import InputError

__all__ = [
    "LEAST_ROUNDS",
    "MOST_ROUNDS",
    "ROUNDS",
    "Attachment",
    "EnvelopeContent",
    "EnvelopeWords",
    "Proof",
    "derive_person_key",
    "file_id",
    "new_passphrase",
    "new_salt",
    "open_envelope",
    "open_with_key",
    "reply_token",
    "seal_envelope",
]

ROUNDS = 1_000_000
MAX_FILE_BYTES = 64 * 1024 * 1024

_KEY_BYTES = 32
_TAG_BYTES = 16
_SUM_CHARS = 44


def new_salt() -> bytes:
    """The salt of a new password card."""
    return secrets.token_bytes(SALT_BYTES)


def derive_person_key(passphrase: str, salt: bytes, rounds: int = ROUNDS) -> bytes:
    """The 32 bytes that the words stand for.

    Takes 0.1 to 0.3 s at a million rounds: once per card, never per message.
    InputError `passphrase-empty` where nothing is left of the words.
    """
    words = normalise(passphrase)
    if not words:
        raise InputError("passphrase-empty")
    derivation = PBKDF2HMAC(algorithm=SHA256(), length=_KEY_BYTES, salt=salt, iterations=rounds)
    return derivation.derive(words.encode("ascii"))


def seal_envelope(
    person_key: bytes,
    salt: bytes,
    rounds: int,
    content: EnvelopeContent,
    words: EnvelopeWords,
    *,
    phrase: str = "",
    expires: date | None = None,
    proof: str = "",
    birth_date: date | None = None,
    reply_key: bytes = b"",
    reply_to: str = "",
    file: bytes = b"",
) -> bytes:
    """One HTML file with `content` under a fresh key from `person_key`.

    `salt` and `rounds` are those that the person key was derived with: they go into the
    file, for the browser. `phrase` is the practice's own, shown before anything is typed.
    `expires` is the last day on which the page opens. `proof="birth-date"` mixes
    `birth_date` in. `reply_key` is the public half of `new_reply_keys()`: with it the page
    offers a reply, to `reply_to`. `file` is its id where `envelope_reply.new_file` made one:
    never the same for two files. ValueError where they are out of bounds (a bug).
    """
    asked = Proof(proof)
    bounds = LEAST_ROUNDS <= rounds <= MOST_ROUNDS and len(person_key) == _KEY_BYTES
    sizes = len(reply_key) in (0, POINT_BYTES) and len(file) in (0, FILE_BYTES)
    if not bounds or len(salt) < SALT_BYTES or not sizes:
        raise ValueError("person key, salt, rounds, reply key or file out of bounds")
    if (asked is Proof.BIRTH_DATE) != (birth_date is not None):
        raise ValueError("a proof by birth date wants the date, and no other file does")
    file = file or secrets.token_bytes(FILE_BYTES)
    nonce = secrets.token_bytes(NONCE_BYTES)
    base = _base(person_key, file, birth_date)
    plain = pack(content)
    size = len(plain) + _TAG_BYTES
    check = _check(base, file, VERSION)
    raw = write_header(rounds, salt, file, nonce, check, size, expires, asked, reply_key, reply_to)
    payload = AESGCM(_file_key(base, file, VERSION)).encrypt(nonce, plain, raw)
    body = f"{b64(raw)}.{b64(payload)}"
    return page(f"{body}.{_sum(body)}", words, phrase)


def open_envelope(
    file: bytes, passphrase: str, birth_date: date | None = None, today: date | None = None
) -> EnvelopeContent:
    """What is inside a locked file, by the parameters that stand in it.

    Raises InputError: `envelope-unreadable` (no locked file, or not one of ours),
    `envelope-cut` (its end is missing), `envelope-altered` (damaged or changed; nothing of
    it is given out), `envelope-expired` (only where `today` is given),
    `envelope-needs-birth-date`, `envelope-wrong-passphrase`, `envelope-wrong-proof` (the
    words or the date), `passphrase-empty`.
    """
    header, payload = _parted(file)
    if today is not None and header.expires is not None and header.expires < today:
        raise InputError("envelope-expired", date=header.expires.isoformat())
    if header.proof is Proof.BIRTH_DATE and birth_date is None:
        raise InputError("envelope-needs-birth-date")
    person_key = derive_person_key(passphrase, header.salt, header.rounds)
    return _opened(header, payload, person_key, birth_date)


def open_with_key(file: bytes, person_key: bytes, birth_date: date | None = None) -> EnvelopeContent:
    """As `open_envelope`, by the key that is kept with a password card: for sealing it anew."""
    header, payload = _parted(file)
    return _opened(header, payload, person_key, birth_date)


def _opened(header: Header, payload: bytes, person_key: bytes, birth_date: date | None) -> EnvelopeContent:
    base = _base(person_key, header.file, birth_date if header.proof is Proof.BIRTH_DATE else None)
    if not hmac.compare_digest(_check(base, header.file, header.version), header.check):
        if header.proof is Proof.BIRTH_DATE:
            raise InputError("envelope-wrong-proof")
        raise InputError("envelope-wrong-passphrase")
    key = _file_key(base, header.file, header.version)
    try:
        plain = AESGCM(key).decrypt(header.nonce, payload, header.raw)
    except InvalidTag as problem:
        raise InputError("envelope-altered") from problem
    return unpack(plain)


def file_id(file: bytes) -> bytes:
    """The id that a reply to this locked file names. Raises what `open_envelope` does before the words."""
    return _parted(file)[0].file


def reply_token(person_key: bytes, file: bytes, birth_date: date | None = None) -> bytes:
    """What only somebody who opened the file `file` can put into a reply (envelope_reply.py)."""
    return _expand(_base(person_key, file, birth_date), file, b"sealwell/envelope/2/reply")


def _parted(file: bytes) -> tuple[Header, bytes]:
    if len(file) > MAX_FILE_BYTES:
        raise InputError("envelope-unreadable")
    parts = sealed_part(file).split(".")
    if len(parts) != 3:
        raise InputError("envelope-unreadable")
    body = f"{parts[0]}.{parts[1]}"
    if not hmac.compare_digest(parts[2], _sum(body)):
        raise InputError("envelope-cut" if _is_short(parts) else "envelope-altered")
    return read_header(unb64(parts[0])), unb64(parts[1])


def _is_short(parts: list[str]) -> bool:
    """Whether fewer bytes arrived than the header tells; a guess for the sentence, no protection."""
    try:
        size = read_header(unb64(parts[0])).size
    except InputError:
        return False
    return len(parts[2]) < _SUM_CHARS or (size is not None and len(parts[1]) < -(-size // 3) * 4)


def _base(person_key: bytes, file: bytes, birth_date: date | None) -> bytes:
    if birth_date is None:
        return person_key
    day = f"{birth_date.year:04}{birth_date.month:02}{birth_date.day:02}"
    return _expand(person_key, file, f"sealwell/envelope/2/proof/{day}".encode("ascii"))


def _check(base: bytes, file: bytes, version: int) -> bytes:
    return _expand(base, file, f"sealwell/envelope/{version}/check".encode("ascii"))[:CHECK_BYTES]


def _file_key(base: bytes, file: bytes, version: int) -> bytes:
    return _expand(base, file, f"sealwell/envelope/{version}/file".encode("ascii"))


def _expand(key: bytes, file: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=file, info=info).derive(key)


def _sum(body: str) -> str:
    return b64(hashlib.sha256(body.encode("ascii")).digest())
