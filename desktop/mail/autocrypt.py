"""The Autocrypt header of a received mail: a hint where its sender's OpenPGP key is (Autocrypt 1.1, 2.1).

Anybody can write such a header, so what it brings waits to be confirmed and never takes the place
of a key that is kept. Anything unclear is no hint: nobody is asked to guess.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import field
from email.utils import getaddresses

from desktop.config import KEY_SEARCH_LIMITS
from desktop.crypto.keyrecord import mailbox
from desktop.frozen import dataclass
from desktop.mail.headers import same_address

_BLANK = re.compile(r"[ \t\r\n]+")
_KNOWN = frozenset({"addr", "prefer-encrypt", "keydata"})


@dataclass(frozen=True)
class Hint:
    """`key` is what the header holds, unread: binary, and perhaps no key at all."""

    address: str
    key: bytes = field(repr=False)


def read_autocrypt(fields: Sequence[tuple[str, str]], kind: str = "text/plain") -> Hint | None:
    """The one hint in a mail's header; `fields` as they stand in it, `kind` its content type.

    None where there is no header or more than one, where it is not about the one From address,
    too long, of an unknown kind, or damaged; and in reports, which nobody wrote.
    """
    written = [value for name, value in fields if name.lower() == "autocrypt"]
    senders = [value for name, value in fields if name.lower() == "from"]
    if len(written) != 1 or len(senders) != 1 or kind.lower() == "multipart/report":
        return None
    sender = _sender(senders[0])
    hint = _hint(written[0])
    return hint if hint and sender and same_address(hint.address, sender) else None


def _hint(value: str) -> Hint | None:
    if len(value) > KEY_SEARCH_LIMITS.autocrypt_bytes:
        return None
    found: dict[str, str] = {}
    for part in value.split(";"):
        name, equals, content = part.partition("=")
        name = name.strip(" \t\r\n").lower()
        if not name and not equals and not content:
            continue  # a semicolon at the end
        if not equals or name in found or (name not in _KNOWN and not name.startswith("_")):
            return None  # an attribute that is unknown and does not begin with `_` is critical
        found[name] = content
    address = mailbox(found.get("addr", "").strip(" \t\r\n"))
    try:
        key = base64.b64decode(_BLANK.sub("", found.get("keydata", "")), validate=True)
    except (binascii.Error, ValueError):
        return None
    return Hint(address, key) if address and key else None


def _sender(value: str) -> str | None:
    """The address of a From field with exactly one, written plainly at its end."""
    line = _BLANK.sub(" ", value).strip()
    try:
        found = getaddresses([line])
    except (ValueError, IndexError, RecursionError):  # comments inside comments go down step by step
        return None
    if len(found) != 1:
        return None
    address = found[0][1]
    # What the library read must also be what stands there (CVE-2023-27043).
    return mailbox(address) if line == address or line.endswith(f"<{address}>") else None
