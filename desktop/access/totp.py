"""Codes from an authenticator app: RFC 6238, six digits, thirty seconds, each used once.

A code is a gate in front of a person, not cryptography: who holds the keys of the
database needs none (SECURITY.md, finding 12). One step to either side is accepted
(documented deviation from ASVS 6.5.5), because phones and desktops drift.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta

import pyotp

from desktop.errors import Refused

STEP = 30
DIGITS = 6
DRIFT = 1
SECRET_CHARS = 32
"""160 bits in base32; NIST asks for 112."""
CLOCK_SLACK = timedelta(seconds=STEP * (2 * DRIFT + 1))
"""A clock that is put right by a little has not been turned back."""
ISSUER = "Sealwell"


def new_secret() -> str:
    """160 random bits in base32."""
    return pyotp.random_base32(SECRET_CHARS)


def uri(secret: str, user: str, practice: str) -> str:
    """The `otpauth:` address that the QR code holds; the practice names the entry in the app."""
    issuer = f"{ISSUER} {practice}".replace(":", " ").strip()
    return _totp(secret).provisioning_uri(name=user.replace(":", " "), issuer_name=issuer)


def secret_of(totp_uri: str) -> str:
    """The secret inside an address made by `uri`; raises ValueError for any other text.

    A shorter secret is refused: nobody talks themselves into a weaker authenticator.
    """
    secret = str(pyotp.parse_uri(totp_uri).secret)
    if len(secret) != SECRET_CHARS:
        raise ValueError("the secret has another length")
    return secret


def verify(secret: str, code: str, at: datetime, last_step: int, seen: datetime | None = None) -> int:
    """The time step that `code` belongs to, to be kept as the new `last_step`.

    `seen` is the latest time at which a code was accepted, for any user. Raises Refused:
    `clock-back` when the clock stands before what was seen, `code-used` for a step that is
    not newer than the last, `code-wrong` for everything else.
    """
    step = int(at.timestamp()) // STEP
    if (seen is not None and at < seen - CLOCK_SLACK) or step + DRIFT < last_step:
        raise Refused("clock-back")
    digits = "".join(unicodedata.normalize("NFKC", code).split())
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
        raise Refused("code-wrong")
    totp = _totp(secret)
    matching = [
        near
        for near in range(step - DRIFT, step + DRIFT + 1)
        if pyotp.utils.strings_equal(totp.generate_otp(near), digits)
    ]
    if not matching:
        raise Refused("code-wrong")
    newer = [near for near in matching if near > last_step]
    if not newer:
        raise Refused("code-used")
    return newer[0]


def _totp(secret: str) -> pyotp.TOTP:
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP)
