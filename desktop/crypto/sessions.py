"""The file behind a command line's token: useless without the token, the computer and this boot.

Layout: magic `SWS1`, salt (16), commitment (32), nonce (12), AES-256-GCM ciphertext,
SHA-256 over all before it. The sum names damage before anything else is tried; the
commitment tells a wrong token from damage, which AES-GCM alone does not (it does not
commit to its key). Idle and total time are checked by the caller: they are a gate, not
cryptography.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from desktop.crypto.kdf import hkdf, hkdf_expand, hkdf_extract, labelled
from desktop.errors import Refused, VaultError

_MAGIC = b"SWS1"
_SALT = 16
_COMMIT = 32
_NONCE = 12
_TAG = 16
_SUM = 32
_HEADER = len(_MAGIC) + _SALT + _COMMIT + _NONCE


def new_token() -> str:
    """256 random bits as hexadecimal digits."""
    return secrets.token_hex(32)


def session_id(token: str) -> str:
    """The name of the token's file; it does not lead back to the token."""
    return hkdf(_bytes(token), b"", b"sealwell/session-id/1", 16).hex()


def seal_session(token: str, share: bytes | None, boot_id: str, payload: bytes) -> bytes:
    """The file's bytes for `payload` (the vault key, the user and the times)."""
    salt, nonce = secrets.token_bytes(_SALT), secrets.token_bytes(_NONCE)
    key, commit = _keys(token, share, boot_id, salt)
    header = _MAGIC + salt + commit + nonce
    blob = header + AESGCM(key).encrypt(nonce, payload, header)
    return blob + hashlib.sha256(blob).digest()


def open_session(token: str, share: bytes | None, boot_id: str, blob: bytes) -> bytes:
    """The payload.

    Raises Refused("session-ended") for another token, another computer or after a
    restart, and VaultError("session-damaged") when the file is not what was written.
    """
    body, checksum = blob[:-_SUM], blob[-_SUM:]
    whole = len(body) >= _HEADER + _TAG and body.startswith(_MAGIC)
    if not whole or not hmac.compare_digest(hashlib.sha256(body).digest(), checksum):
        raise VaultError("session-damaged")
    header, sealed = body[:_HEADER], body[_HEADER:]
    salt, commit, nonce = header[4:20], header[20:52], header[52:]
    key, expected = _keys(token, share, boot_id, salt)
    if not hmac.compare_digest(commit, expected):
        raise Refused("session-ended")
    try:
        return AESGCM(key).decrypt(nonce, sealed, header)
    except InvalidTag:
        raise VaultError("session-damaged") from None


def _keys(token: str, share: bytes | None, boot_id: str, salt: bytes) -> tuple[bytes, bytes]:
    material = labelled("token", _bytes(token))
    if share is not None:
        material += labelled("dev", share)
    material += labelled("boot", boot_id.encode("utf-8"))
    key = hkdf_extract(salt, material)
    return hkdf_expand(key, b"sealwell/session/1"), hkdf_expand(key, b"sealwell/session-commit/1", _COMMIT)


def _bytes(token: str) -> bytes:
    return token.strip().encode("utf-8", "surrogatepass")
