"""A second look at a finished message, by a parser that had no part in writing it.

The writer believes that it wrote one recipient and the fields it meant to. This reads
the bytes back with the standard library's parser (as a reader only: SECURITY finding 5
is about its writer) and compares. A difference is a bug, never the user's mistake, and
nothing with a difference may be queued.
"""

from __future__ import annotations

import re
from email.header import decode_header
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import getaddresses
from functools import lru_cache

from desktop.frozen import dataclass

_LONGEST = 998
"""RFC 5322 2.1.1."""
_SEVEN_BIT = bytes((*b"\t\r\n", *range(0x20, 0x7F)))
_ONCE = ("From", "To", "Date", "Message-ID", "Subject", "MIME-Version", "Content-Type")


class MisreadError(Exception):
    """The finished bytes do not say what was meant; a bug in the writer."""


@dataclass(frozen=True)
class Meant:
    """What the outer header must say, and nothing besides."""

    address: str
    sender: str
    subject: str
    message_id: str
    automatic: bool = False
    asked: tuple[tuple[str, str], ...] = ()
    """What tells the relay how the message goes on, name and value, if anything does."""
    besides: tuple[tuple[str, str], ...] = ()
    """What it answers (In-Reply-To, References) and how to get no more of it (List-Unsubscribe), name and
    value unfolded."""


def reread(wire: bytes, meant: Meant) -> None:
    """Raise `MisreadError` unless `wire` is clean and its header is exactly what was meant."""
    if not _clean(wire):
        raise MisreadError("bytes")
    header, _, _ = wire.partition(b"\r\n\r\n")  # of clean bytes every parser ends it there
    message = BytesHeaderParser(policy=compat32).parsebytes(header + b"\r\n\r\n")
    names = message.keys()
    allowed = {*_ONCE, "Content-Transfer-Encoding", "Content-Disposition"}
    allowed |= {"Auto-Submitted"} if meant.automatic else set()
    meant_too = (*meant.asked, *meant.besides)
    needed = {*_ONCE, *(name for name, _ in meant_too)}
    twice = len({name.lower() for name in names}) != len(names)
    if message.defects or twice or not needed <= set(names) <= allowed | needed:
        raise MisreadError("fields")
    if getaddresses([message["To"]]) != [("", meant.address)]:
        raise MisreadError("To")
    if _senders(message["From"]) != (meant.sender,):
        raise MisreadError("From")
    if message["Message-ID"].strip() != meant.message_id or _decoded(message["Subject"]) != meant.subject:
        raise MisreadError("Subject")
    for name, value in meant_too:
        if _decoded(message[name]).strip() != value:
            raise MisreadError(name)


@lru_cache(maxsize=16)
def _senders(value: str) -> tuple[str, ...]:
    """The addresses that a From names: the same in all letters of one practice."""
    return tuple(address for _, address in getaddresses([value]))


def _clean(wire: bytes) -> bool:
    """Seven bits, no line too long, each ended by CRLF and none by half of it."""
    lines = wire.split(b"\r\n")
    whole = len(lines) - 1 == wire.count(b"\r") == wire.count(b"\n") and lines[-1] == b""
    return whole and not wire.translate(None, _SEVEN_BIT) and max(map(len, lines)) <= _LONGEST


def _decoded(value: str) -> str:
    unfolded = re.sub(r"\r?\n(?=[ \t])", "", value)
    return "".join(
        part.decode(charset or "ascii") if isinstance(part, bytes) else part
        for part, charset in decode_header(unfolded)
    )
