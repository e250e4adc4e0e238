"""One line about the practice's own domain, and the record that would put it right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

import dns.rdatatype

from desktop.frozen import dataclass
from desktop.models.records import Reason
from desktop.sync.dns import Reply, Resolver, State, text_of

_PRINTABLE = re.compile(r"[\x20-\x7e]*")
_STRING = 255
"""RFC 1035 3.3: one string of a TXT record."""


class Grade(StrEnum):
    """How a finding stands; `better` works and could be improved, `unknown` was not answered."""

    GOOD = "good"
    BETTER = "better"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """`fix` is the exact text to copy: records as zone files write them, or a policy's text."""

    check: str
    grade: Grade
    reason: Reason
    fix: str | None = None


@dataclass(frozen=True)
class Texts:
    """The TXT records of a name that are whole and plain; `odd` says that another was there."""

    reply: Reply
    found: tuple[str, ...] = ()
    odd: bool = False

    @property
    def failed(self) -> bool:
        return self.reply.state is State.FAILED


async def texts_at(resolver: Resolver, name: str) -> Texts:
    """Records with controls, bidirectional marks or more than printable ASCII are never shown or used."""
    reply = await resolver.ask(name, dns.rdatatype.TXT)
    whole = [text_of(record) for record in reply.records]
    plain = tuple(text for text in whole if text is not None and _PRINTABLE.fullmatch(text))
    return Texts(reply, plain, len(plain) < len(whole))


def record(name: str, text: str) -> str:
    """A TXT record as a zone file writes it; long texts in strings of 255."""
    pieces = [text[at : at + _STRING] for at in range(0, len(text), _STRING)] or [""]
    return f"{name}. IN TXT " + " ".join(f'"{piece}"' for piece in pieces)


def tags(text: str) -> list[tuple[str, str]]:
    """`name=value` parts between semicolons, blanks around them dropped (RFC 6376 3.2)."""
    parts = [part.partition("=") for part in text.split(";") if part.strip()]
    return [(name.strip().lower(), value.strip()) for name, _, value in parts]


def starting(texts: Sequence[str], version: str) -> list[str]:
    """The records of one kind: `v=` must be the first tag."""
    return [text for text in texts if tags(text)[:1] == [("v", version)]]
