"""The answer that a locked file's page seals for the practice, without a server.

    shared = ECDH on P-256 of a key of this moment and the practice's reply key
    key    = HKDF-SHA-256(shared, salt = moment's point ‖ practice's point, "sealwell/reply/1")
    reply  = AES-256-GCM(key, nonce, content, AAD = header)

P-256 and not X25519, because the oldest browsers that open locked files have no X25519
in WebCrypto (ADR 0015). Whoever has a locked file has the public key: that a reply comes
from somebody who opened the file is shown by `token` (`envelope.reply_token`).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from dataclasses import field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from desktop.crypto.envelope_header import FILE_BYTES, NONCE_BYTES, json_object, unb64
from desktop.errors import InputError
from desktop.frozen import dataclass

MAX_REPLY_BYTES = 1024 * 1024
"""The mail around it included; the page takes 20,000 characters."""

BEGIN = b"-----BEGIN SEALWELL REPLY-----"
_ARMOR = re.compile(BEGIN + rb"(.*?)-----END SEALWELL REPLY-----", re.DOTALL)
_AROUND = re.compile(rb"[\s>]+|&nbsp;")
_INFO = b"sealwell/reply/1"
_HALF = FILE_BYTES // 2


@dataclass(frozen=True)
class ReplyKeys:
    """`private` is PKCS #8 (DER), `public` the uncompressed point, 65 bytes."""

    private: bytes = field(repr=False)
    public: bytes


@dataclass(frozen=True)
class Reply:
    """`file` is the id of the locked file that it answers; `token` is not yet compared."""

    text: str = field(repr=False)
    file: bytes
    token: bytes = field(repr=False)

    def comes_from_reader(self, token: bytes) -> bool:
        """Whether its writer had opened the file; `token` is `envelope.reply_token(...)`."""
        return hmac.compare_digest(self.token, token)


def new_reply_keys() -> ReplyKeys:
    """The practice's key for replies; the public half goes into each locked file."""
    key = ec.generate_private_key(ec.SECP256R1())
    return ReplyKeys(
        key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()), _point(key.public_key())
    )


def new_file(key: bytes, about: bytes) -> bytes:
    """An id for a locked file, 32 bytes, from which `key` tells `about` (16 bytes) again.

    For everybody else it is random: `nonce ‖ about XOR HMAC-SHA-256(key, nonce)`, 16 bytes
    each. It proves nothing; that is the token's part. ValueError for another length (a bug).
    """
    if len(about) != _HALF:
        raise ValueError("what a file is about has 16 bytes")
    nonce = secrets.token_bytes(_HALF)
    return nonce + _masked(key, nonce, about)


def file_about(key: bytes, file: bytes) -> bytes:
    """What `new_file` was given; something random for a file that was made otherwise."""
    return _masked(key, file[:_HALF], file[_HALF:])


def _masked(key: bytes, nonce: bytes, data: bytes) -> bytes:
    mask = hmac.new(key, b"sealwell/file/1" + nonce, hashlib.sha256).digest()
    return bytes(a ^ b for a, b in zip(data, mask, strict=False))


def open_reply(private: bytes, data: bytes) -> Reply:
    """The reply in a saved file or in the text of a mail, quoted or wrapped.

    Raises InputError `reply-unreadable` (none there, or not in our form) and
    `reply-altered` (changed on its way, or sealed for another key).
    """
    own = load_der_private_key(private, None)
    if not isinstance(own, ec.EllipticCurvePrivateKey):
        raise TypeError("the reply key is no key on a curve")
    try:
        return _open(own, data)
    except InputError as problem:
        if problem.code != "envelope-unreadable":
            raise
        raise InputError("reply-unreadable") from problem


def _open(own: ec.EllipticCurvePrivateKey, data: bytes) -> Reply:
    found = _ARMOR.search(data[:MAX_REPLY_BYTES])
    parts = _AROUND.sub(b"", found[1]).split(b".") if found else []
    if len(parts) != 2:
        raise InputError("reply-unreadable")
    raw, payload = (unb64(part.decode("ascii", "replace")) for part in parts)
    header = json_object(raw)
    file, point, nonce = (unb64(str(header.get(name))) for name in ("file", "key", "nonce"))
    version = header.get("v")
    if type(version) is not int or version != 1 or (len(file), len(nonce)) != (FILE_BYTES, NONCE_BYTES):
        raise InputError("reply-unreadable")
    try:
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError as problem:
        raise InputError("reply-unreadable") from problem
    salt = point + _point(own.public_key())
    key = HKDF(SHA256(), 32, salt, _INFO).derive(own.exchange(ec.ECDH(), theirs))
    try:
        plain = AESGCM(key).decrypt(nonce, payload, raw)
    except (InvalidTag, ValueError) as problem:
        raise InputError("reply-altered") from problem
    return _content(plain, file)


def _content(plain: bytes, file: bytes) -> Reply:
    size = int.from_bytes(plain[:4], "big")
    try:
        given = json.loads(plain[4 : 4 + size])
        return Reply(str(given["text"]), file, unb64(str(given["token"])))
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise InputError("reply-unreadable") from problem


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
