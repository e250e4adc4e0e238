"""Recovery codes: ten on paper, each in place of the authenticator once.

NIST SP 800-63B-4, 4.2.1 asks for 64 bits; these have 80, and a check group that tells a slip
of the pen from a wrong code. What is kept is a keyed hash: the key lies in the encrypted
database beside it, so that neither a backup's reader nor a log can try codes.
"""

from __future__ import annotations

import secrets

from desktop.audit.tokens import keyed_hash
from desktop.crypto.papercode import read_code, write_code
from desktop.errors import Refused
from desktop.models.accounts import UserId

CODES = 10
CODE_BYTES = 10
_CHECK = b"sealwell/recovery-code-check/1"


def new_codes() -> tuple[str, ...]:
    """Ten codes of five groups of four characters; shown once and kept nowhere."""
    return tuple(write_code(secrets.token_bytes(CODE_BYTES), _CHECK) for _ in range(CODES))


def code_hash(token_key: bytes, user: UserId, code: str) -> bytes:
    """What is kept of a code; case, blanks and dashes do not matter.

    Raises Refused("recovery-code-wrong") for what cannot be any code.
    """
    read = read_code(code, CODE_BYTES, _CHECK)
    if read is None:
        raise Refused("recovery-code-wrong")
    return bytes.fromhex(keyed_hash(token_key, f"{user}\0{read.hex()}", "recovery-code"))
