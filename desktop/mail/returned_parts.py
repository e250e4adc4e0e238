"""A received mail as bounded, decoded parts: strangers wrote it, so nothing in it is believed.

The standard library's parser under its oldest policy, which interprets least. What it
cannot read (nesting without end, broken parameters) is read as far as it goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import HeaderParseError, MessageError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32

from desktop.frozen import dataclass
from desktop.mail.tnef import TYPES as WINMAIL_TYPES
from desktop.mail.tnef import Tnef, read_tnef

READ_BYTES = 2 * 1024 * 1024
"""Of one mail; reports stand at its beginning, and what is behind is somebody's old text."""
PARTS = 100
TEXT_CHARS = 100_000
DEPTH = 50
_BOUNDARY = re.compile(rb"^--(?!\s*$)", re.MULTILINE)
_FOLD = re.compile(r"\r?\n[ \t]+")
_HARMLESS = (MessageError, HeaderParseError, UnicodeError, LookupError, ValueError, TypeError, RecursionError)
"""What the parser raises for hostile mail; anything else is a bug of ours."""


@dataclass(frozen=True)
class Part:
    """One leaf; `either` is the same number, not 0, for those that are the same in several forms."""

    type: str
    text: str
    either: int = 0
    named: bool = False
    """It is a file, not words between other words."""


@dataclass(frozen=True)
class Incoming:
    """`header` holds unfolded, decoded values by lower-case name, in their order."""

    header: dict[str, tuple[str, ...]]
    type: str
    report: str
    """The `report-type` of a multipart/report (RFC 6522), in lower case, else ''."""
    parts: tuple[Part, ...]

    def one(self, name: str) -> str:
        """The first value of a header field, or ''."""
        return next(iter(self.header.get(name, ())), "")

    def first(self, kind: str) -> str:
        """The text of the first part of this kind that has any."""
        return next((part.text for part in self.of_type(kind) if part.text.strip()), "")

    def of_type(self, *types: str) -> Iterator[Part]:
        return (part for part in self.parts if part.type in types)


def open_incoming(data: bytes) -> Incoming:
    """Never raises: of a mail that no parser could read, there are its header fields at most."""
    head = data[:READ_BYTES]
    message = _parsed(head)
    parts = tuple(_parts(message)) if message is not None else ()
    if message is None:
        message = BytesHeaderParser(policy=compat32).parsebytes(head)
    return Incoming(fields_of(message), _type(message), _report(message), parts)


def fields_of(message: Message) -> dict[str, tuple[str, ...]]:
    """Its header fields, decoded."""
    found: dict[str, tuple[str, ...]] = {}
    for name, value in message.raw_items():
        key = name.lower()
        found[key] = (*found.get(key, ()), _words(str(value)))
    return found


def blocks(text: str) -> list[dict[str, str]]:
    """The groups of fields in a report's part (RFC 3464 2.1), split at empty lines; names in lower case."""
    found: list[dict[str, str]] = []
    for block in re.split(r"\n[ \t]*\n", _FOLD.sub(" ", text.replace("\r\n", "\n").strip("\n"))):
        fields: dict[str, str] = {}
        for line in block.split("\n"):
            name, colon, value = line.partition(":")
            if colon and " " not in name.strip():
                fields.setdefault(name.strip().lower(), value.strip())
        if fields:
            found.append(fields)
    return found


def _parsed(data: bytes) -> Message | None:
    if sum(1 for _ in _BOUNDARY.finditer(data)) > 10 * PARTS:
        return None
    try:
        return message_from_bytes(data, policy=compat32)
    except _HARMLESS:
        return None


def _parts(message: Message, depth: int = 0) -> Iterator[Part]:
    """Leaves and reports of this mail, and the header of a mail that it carries, never its content."""
    count = 0
    waiting: list[tuple[Message, int, int]] = [(message, depth, 0)]
    while waiting and count < PARTS:
        part, level, either = waiting.pop(0)
        count += 1
        kind = _type(part)
        either = count if kind == "multipart/alternative" else either
        payload = _payload(part)
        if kind in ("message/rfc822", "message/global"):
            yield Part("message/rfc822", _header_text(payload))
        elif kind.startswith("message/") and isinstance(payload, list):
            yield Part(kind, "\n\n".join(_fields_text(one) for one in payload if isinstance(one, Message)))
        elif isinstance(payload, list):
            if level < DEPTH:
                waiting[0:0] = [(one, level + 1, either) for one in payload if isinstance(one, Message)]
        else:
            yield Part(kind, _text(part), either, _is_named(part))
            if kind in WINMAIL_TYPES:
                yield from _wrapped(part)


def _wrapped(part: Message) -> Iterator[Part]:
    """The words in a `winmail.dat`: they stand behind those that the mail says itself."""
    try:
        payload = part.get_payload(decode=True)
    except _HARMLESS:
        return
    found = read_tnef(payload) if isinstance(payload, bytes) else Tnef()
    if found.text or found.page:
        yield Part("text/plain" if found.text else "text/html", (found.text or found.page)[:TEXT_CHARS])


def _header_text(payload: object) -> str:
    inner = payload[0] if isinstance(payload, list) and payload else None
    return _fields_text(inner) if isinstance(inner, Message) else ""


def _fields_text(message: Message) -> str:
    """Header fields as text, and what follows where a report was not split at its empty lines."""
    fields = "\n".join(f"{name}: {_FOLD.sub(' ', str(value))}" for name, value in message.raw_items())
    rest = _payload(message)
    return f"{fields}\n\n{rest[:TEXT_CHARS]}" if isinstance(rest, str) and rest.strip() else fields


def _payload(part: Message) -> object:
    """Its parts, or its text as it stands; '' where the parser cannot say."""
    try:
        return part.get_payload()
    except _HARMLESS:
        return ""


def _text(part: Message) -> str:
    try:
        payload = part.get_payload(decode=True)
    except _HARMLESS:
        return ""
    if not isinstance(payload, bytes):
        return ""
    try:
        text = payload[: 4 * TEXT_CHARS].decode(part.get_content_charset("utf-8"), "replace")
    except _HARMLESS:
        text = payload[: 4 * TEXT_CHARS].decode("latin-1")
    return text[:TEXT_CHARS]


def _is_named(part: Message) -> bool:
    try:
        return bool(part.get_filename())
    except _HARMLESS:
        return True


def _type(message: Message) -> str:
    try:
        return message.get_content_type()
    except _HARMLESS:
        return "text/plain"


def _report(message: Message) -> str:
    try:
        found = message.get_param("report-type")
    except _HARMLESS:
        return ""
    return found.lower() if isinstance(found, str) else ""


def _words(value: str) -> str:
    """A field's value; bytes that no encoding announces are UTF-8 (RFC 6532) as far as they are."""
    value = _FOLD.sub(" ", value.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
    try:
        pieces = decode_header(value)
        return "".join(
            piece.decode(charset or "latin-1", "replace") if isinstance(piece, bytes) else piece
            for piece, charset in pieces
        ).strip()
    except _HARMLESS:
        return value.strip()
