"""The next generation of a letter that cannot be opened again: the same sealed content, another name.

What was sealed to a key opens for its owner alone. Where it would be sealed to the same key for
the same address today, its bytes serve again; only what names this message on its way is new.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

from desktop.mail import headers
from desktop.mail.sealing import Sealed

_HEAD_END = b"\r\n\r\n"
_DATE = re.compile(rb"(?m)^Date: [^\r\n]*\r$")


def renamed(wire: bytes, old: str, new: str, now: datetime) -> Sealed:
    """`wire` under the Message-ID `new` instead of `old`, with the date of today.

    The local part of the id also stands wherever else the program put it (a header, the
    boundary of the parts), so it is replaced as a word: 26 letters of a keyed hash that
    nothing else spells.
    """
    before, after = _local(old), _local(new)
    if len(before) != len(after):
        raise ValueError("ids of different lengths")
    whole = wire.replace(before, after).replace(old.encode("ascii"), new.encode("ascii"))
    head, end, body = whole.partition(_HEAD_END)
    date = f"Date: {headers.date(now)[1]}\r".encode("ascii")
    made = _DATE.sub(date, head + b"\r\n", count=1).removesuffix(b"\r\n") + end + body
    return Sealed(made, hashlib.sha256(made).hexdigest(), new)


def _local(message_id: str) -> bytes:
    return message_id.strip("<>").partition("@")[0].encode("ascii")
