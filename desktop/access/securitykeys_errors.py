"""What a stranger's device answers, in our codes; nothing of it is a trace back.

A key is somebody else's computer: it may be pulled out, say no, or send rubbish. What
the prompt raises is no answer of a device and passes through.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from fido2 import cbor
from fido2.cose import CoseKey
from fido2.ctap import CtapError
from fido2.hid import ConnectionFailure
from fido2.webauthn import AuthenticatorData

from desktop.access.securitykeys_values import Turn
from desktop.errors import InputError, Refused, SealwellError

_ERR = CtapError.ERR
_CODES = {
    _ERR.KEEPALIVE_CANCEL: "security-key-cancelled",
    _ERR.OPERATION_DENIED: "security-key-cancelled",
    _ERR.TIMEOUT: "security-key-timeout",
    _ERR.ACTION_TIMEOUT: "security-key-timeout",
    _ERR.USER_ACTION_TIMEOUT: "security-key-timeout",
    _ERR.NO_CREDENTIALS: "security-key-not-enrolled",
    _ERR.INVALID_CREDENTIAL: "security-key-not-enrolled",
    _ERR.CREDENTIAL_EXCLUDED: "security-key-already-enrolled",
    _ERR.PIN_BLOCKED: "security-key-pin-blocked",
    _ERR.UV_BLOCKED: "security-key-pin-blocked",
    _ERR.PIN_AUTH_BLOCKED: "security-key-pin-paused",
    _ERR.PIN_NOT_SET: "security-key-no-pin",
    _ERR.PUAT_REQUIRED: "security-key-no-pin",
    _ERR.PIN_POLICY_VIOLATION: "security-key-no-pin",  # a PIN that the key wants changed first
    _ERR.UV_INVALID: "security-key-unproven",
    _ERR.UNSUPPORTED_ALGORITHM: "security-key-unsuitable",
    _ERR.UNSUPPORTED_OPTION: "security-key-unsuitable",
    _ERR.INVALID_COMMAND: "security-key-unsuitable",
}
RUBBISH = (ValueError, TypeError, KeyError, IndexError, AttributeError, struct.error)
"""What reading a malformed answer raises inside python-fido2, which does not check each field."""


def said(error: CtapError, turn: Turn) -> SealwellError:
    """The known error that a status of CTAP 2.1, 8.2 stands for."""
    return Refused(turn.code or _CODES.get(error.code, "security-key-failed"))


@contextmanager
def talking(turn: Turn) -> Iterator[None]:
    """Around every exchange with a device."""
    try:
        yield
    except CtapError as error:
        raise said(error, turn) from error
    except (OSError, ConnectionFailure) as error:
        if turn.asking:
            raise
        raise Refused(turn.code or "security-key-failed") from error
    except RUBBISH as error:
        if turn.asking:
            raise
        raise InputError(turn.code or "security-key-failed") from error


def check_person(rp_id: str, data: AuthenticatorData) -> None:
    """Touched *and* known to the key (WebAuthn 3, 7.2): without PIN or finger the secret is another one."""
    same = data.rp_id_hash == sha256(rp_id.encode("utf-8")).digest()
    if not (same and data.is_user_present() and data.is_user_verified()):
        raise Refused("security-key-unproven")


def check_signature(public_key: bytes, data: bytes, challenge_hash: bytes, signature: bytes) -> None:
    """The signature over this very challenge, by the key that was enrolled; else "security-key-unproven"."""
    stored = cbor.decode(public_key)
    if not isinstance(stored, dict):
        raise InputError("security-key-unproven")
    try:
        CoseKey.parse(stored).verify(data + challenge_hash, signature)
    except InvalidSignature as error:
        raise Refused("security-key-unproven") from error
