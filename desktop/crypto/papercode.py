"""Random bytes as people write them: Crockford's base 32 in groups of four, with a check group.

The alphabet has no I, L, O or U, so that a code copied by hand survives. The check group
is the first 20 bits of a SHA-256 over the bytes: a slip of the pen is told apart from a
code of something else. The bytes and their spare zero bits fill whole groups.
"""

from __future__ import annotations

import hashlib

GROUP = 4
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_GROUP_BITS = GROUP * 5


def groups_of(length: int) -> int:
    """How many groups `length` bytes take, the check group included."""
    return -(-length * 8 // _GROUP_BITS) + 1


def write_code(code: bytes, check: bytes) -> str:
    """Groups of four, with dashes; `check` keeps codes of different kinds apart."""
    digits = (groups_of(len(code)) - 1) * GROUP
    spare = digits * 5 - len(code) * 8
    written = _digits(int.from_bytes(code, "big") << spare, digits) + _check(code, check)
    return "-".join(written[i : i + GROUP] for i in range(0, len(written), GROUP))


def read_code(text: str, length: int, check: bytes) -> bytes | None:
    """What somebody typed or scanned; None if it cannot be any code of this kind.

    Capitals, O for 0, I and L for 1, blanks, dashes and full stops do not matter.
    """
    typed, digits = normalise(text), (groups_of(length) - 1) * GROUP
    if len(typed) != digits + GROUP or any(c not in _ALPHABET for c in typed):
        return None
    number = 0
    for character in typed[:digits]:
        number = number * 32 + _ALPHABET.index(character)
    spare = digits * 5 - length * 8
    if number & ((1 << spare) - 1):
        return None
    code = (number >> spare).to_bytes(length, "big")
    return code if typed[digits:] == _check(code, check) else None


def normalise(text: str) -> str:
    """Typed characters as the alphabet has them; compare a typed-back group with this."""
    kept = "".join(c for c in text.upper() if c.isalnum())
    return kept.translate(_READ_AS)


def _check(code: bytes, check: bytes) -> str:
    digest = hashlib.sha256(check + code).digest()
    return _digits(int.from_bytes(digest[:3], "big") >> 4, GROUP)


def _digits(number: int, count: int) -> str:
    return "".join(_ALPHABET[(number >> (5 * i)) & 31] for i in reversed(range(count)))
