"""The key that signs checkpoints and exports of the log: Ed25519, one per installation.

Its private half is kept in the database, wrapped once more by a key that derives from the
vault key alone (SECURITY.md 5.0). Its public half travels as a verifier key in the form
of signed notes (C2SP `signed-note.md`): name, key id and base64, joined by plus signs.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from desktop.errors import InputError, VaultError
from desktop.models import vaultkeys
from desktop.models.database import Tx

WRAPPED = "log-key-wrapped"
PUBLIC = "log-key-public"
WRAP_INFO = "sealwell/log-key/1"
"""What to ask the vault for: `OpenVault.key(WRAP_INFO)`."""

NOTE_KEY = b"\x01"
"""Ed25519 over the text of a note."""
COSIGNER_KEY = b"\x04"
"""Ed25519 over a checkpoint and a time (C2SP `tlog-cosignature.md`)."""
_PRIME = 2**255 - 19
_ORDER_8 = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
)
_SMALL_ORDER = frozenset({0, 1, _PRIME - 1, _PRIME, _PRIME + 1, _ORDER_8, _PRIME - _ORDER_8})
"""The y of Ed25519's points of order 1 to 8, in every spelling; the highest bit is the sign of x."""
_KEY_ID = 4
_NONCE = 12


class LogKey:
    """Signs in the name of one installation's log."""

    def __init__(self, vault_id: bytes, private: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(private)
        self.public = self._key.public_key().public_bytes_raw()
        self.vkey = write_vkey(f"sealwell.local/{vault_id.hex()}", self.public)

    def sign(self, data: bytes) -> bytes:
        """64 bytes, RFC 8032."""
        return self._key.sign(data)


def make_log_key(tx: Tx, vault_id: bytes, wrapping_key: bytes) -> LogKey:
    """A new key, kept in the database; at set-up only (a later one is cross-signed)."""
    private = Ed25519PrivateKey.generate().private_bytes_raw()
    _wrap(tx, vault_id, wrapping_key, private)
    key = LogKey(vault_id, private)
    vaultkeys.put(tx, PUBLIC, key.public)
    return key


def load_log_key(tx: Tx, vault_id: bytes, wrapping_key: bytes) -> LogKey:
    """The kept key. Raises VaultError("log-key-damaged") where it is not the one that was made."""
    return LogKey(vault_id, _unwrap(tx, vault_id, wrapping_key))


def rewrap_log_key(tx: Tx, vault_id: bytes, wrapping_key: bytes, next_wrapping_key: bytes) -> None:
    """The same key under the next vault key; part of the transaction that begins the epoch.

    Raises VaultError("log-key-damaged").
    """
    _wrap(tx, vault_id, next_wrapping_key, _unwrap(tx, vault_id, wrapping_key))


def _wrap(tx: Tx, vault_id: bytes, wrapping_key: bytes, private: bytes) -> None:
    nonce = secrets.token_bytes(_NONCE)
    vaultkeys.put(tx, WRAPPED, nonce + AESGCM(wrapping_key).encrypt(nonce, private, vault_id))


def _unwrap(tx: Tx, vault_id: bytes, wrapping_key: bytes) -> bytes:
    wrapped, public = vaultkeys.get(tx, WRAPPED), vaultkeys.get(tx, PUBLIC)
    if wrapped is None or public is None:
        raise VaultError("log-key-damaged")
    try:
        private = AESGCM(wrapping_key).decrypt(wrapped[:_NONCE], wrapped[_NONCE:], vault_id)
        found = LogKey(vault_id, private).public
    except (InvalidTag, ValueError):
        raise VaultError("log-key-damaged") from None
    if found != public:
        raise VaultError("log-key-damaged")
    return private


def is_signed(public: bytes, signature: bytes, data: bytes) -> bool:
    """Whether `signature` is that of `public` (32 bytes) over `data`.

    A key of small order, under which one signature fits many texts, signs nothing.
    """
    if int.from_bytes(public, "little") % 2**255 in _SMALL_ORDER:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def key_id(name: str, public: bytes, kind: bytes = NOTE_KEY) -> bytes:
    """The 4 bytes by which a signature line names its key (C2SP `signed-note.md`)."""
    return hashlib.sha256(name.encode("utf-8") + b"\n" + kind + public).digest()[:_KEY_ID]


def write_vkey(name: str, public: bytes, kind: bytes = NOTE_KEY) -> str:
    """`<name>+<key id>+<base64(kind || public)>`; the id is the first 4 bytes of a SHA-256."""
    encoded = base64.b64encode(kind + public).decode("ascii")
    return f"{name}+{key_id(name, public, kind).hex()}+{encoded}"


def read_vkey(vkey: str, kind: bytes = NOTE_KEY) -> tuple[str, bytes]:
    """Name and public key. Raises InputError("verifier-key-unreadable")."""
    name, _, rest = vkey.partition("+")
    encoded = rest.partition("+")[2]
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise InputError("verifier-key-unreadable") from None
    if key[:1] != kind or len(key) != 33 or write_vkey(name, key[1:], kind) != vkey:
        raise InputError("verifier-key-unreadable")
    return name, key[1:]
