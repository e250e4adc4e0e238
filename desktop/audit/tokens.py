"""What stands in the log for things that must not: keyed hashes, and ids under encryption.

K_token and K_field are random and kept in the database (SECURITY.md 5.0), so that a new
vault key leaves old hashes comparable and old lists readable.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from desktop.audit.fields import Value
from desktop.errors import VaultError
from desktop.models import audit as kept
from desktop.models.database import Tx
from desktop.models.ids import new_id

_NONCE = 12
_IDS = b"sealwell/audit-ids/1/"


def keyed_hash(token_key: bytes, value: str, kind: str = "address") -> str:
    """HMAC-SHA256 of `value` under K_token as 64 hex digits.

    `kind` keeps hashes of different things apart: an address and a reason that read
    alike hash differently. An address is passed as it is kept, already normalised.
    """
    return hmac.new(token_key, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()


def ids_hash(token_key: bytes, ids: Iterable[str]) -> str:
    """One keyed hash over the ids in the order in which they were shown."""
    return keyed_hash(token_key, "\n".join(ids), "ids")


def keep_ids(tx: Tx, field_key: bytes, event_seq: int, ids: Iterable[str]) -> None:
    """Keep the ids that event `event_seq` showed, encrypted under K_field and bound to it."""
    nonce = secrets.token_bytes(_NONCE)
    plain = json.dumps(list(ids), separators=(",", ":")).encode("ascii")
    kept.put_ids(tx, event_seq, nonce + AESGCM(field_key).encrypt(nonce, plain, _bound_to(event_seq)))


def read_ids(field_key: bytes, event_seq: int, sealed: bytes) -> tuple[str, ...]:
    """What `keep_ids` kept. Raises VaultError("sealed-damaged") for another event or damage."""
    try:
        plain = AESGCM(field_key).decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound_to(event_seq))
    except (InvalidTag, ValueError):
        raise VaultError("sealed-damaged") from None
    return tuple(json.loads(plain))


def keep_reason(tx: Tx, token_key: bytes, text: str) -> dict[str, Value]:
    """Keep a typed reason in its own table; the answer belongs into the event's `det`."""
    reason = new_id()
    kept.put_reason(tx, reason, text)
    return {"reason": reason, "reason-hash": keyed_hash(token_key, text, "reason")}


def _bound_to(event_seq: int) -> bytes:
    return _IDS + str(event_seq).encode("ascii")
