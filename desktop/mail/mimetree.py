"""A received mail as a tree of its parts, each with exactly the bytes that came.

The standard library's parser keeps no positions, and a signed part or a mail within a mail must
stay as it came (RFC 1847 2.1). Headers are still its work; here a mail is only cut at its
boundaries (RFC 2046 5.1), in one pass for each level, to bounded depth and number.
Nothing raises for what is in a mail.
"""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import HeaderParseError, MessageError
from email.header import decode_header
from email.message import Message
from email.parser import HeaderParser
from email.policy import compat32
from email.utils import collapse_rfc2231_value

MAIL_BYTES = 32 * 1024 * 1024
PARTS = 5_000
DEPTH = 50
MAIL_DEPTH = 10
"""Mails within mails that are looked into; what is deeper is one file."""
_HEAD_BYTES = 256 * 1024
_BLANK = re.compile(rb"\r?\n\r?\n")
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64))
_LINE = 1_000
"""Bytes of a line that may still be a boundary (RFC 5322 2.1.1)."""
TEXTS = ("text/plain", "text/html")
_MAILS = ("message/rfc822", "message/global")
Span = tuple[int, int]
_HARMLESS = (MessageError, HeaderParseError, UnicodeError, LookupError, ValueError, TypeError, RecursionError)


@dataclass
class _Budget:
    parts: int = PARTS


@dataclass(frozen=True)
class Node:
    """One part. `parts` are those of a multipart, or the one mail within a message part."""

    data: bytes = field(repr=False)
    start: int
    body: int
    end: int
    type: str
    header: Message = field(repr=False)
    parts: tuple[Node, ...] = ()

    @property
    def raw(self) -> bytes:
        """With its header, as it came."""
        return self.data[self.start : self.end]

    @property
    def content(self) -> bytes:
        """Its body, decoded as far as that goes."""
        return _decoded(self.data[self.body : self.end], self.encoding)

    @property
    def encoding(self) -> str:
        return _said(self.header, "content-transfer-encoding").strip().lower()

    @property
    def is_mail(self) -> bool:
        return self.type in _MAILS

    @property
    def disposition(self) -> str:
        return _said(self.header, "content-disposition").partition(";")[0].strip().lower()

    def param(self, name: str, field: str = "content-type") -> str:
        """A parameter of a header field, decoded by RFC 2231 or, as many write it, RFC 2047; else ''."""
        try:
            found = self.header.get_param(name, "", header=field, unquote=True)
            return _words(collapse_rfc2231_value(found)) if found else ""
        except _HARMLESS:
            return ""

    def said(self, name: str) -> str:
        """The first value of a header field, decoded; '' where it is not there."""
        return _words(_said(self.header, name))

    @property
    def name(self) -> str:
        """The file name that its writer gave it, as it stands; '' without one."""
        return self.param("filename", "content-disposition") or self.param("name")

    def leaves(self, *, within: bool = True) -> Iterator[Node]:
        """What holds something, in its order; a mail within stands before what is in it."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            if not node.parts or node.is_mail:
                yield node
            if within or not node.is_mail:
                waiting.extend(reversed(node.parts))

    def shown(self) -> Iterator[Node]:
        """The texts of this mail itself that are no files: not those of mails within it."""
        for leaf in self.leaves(within=False):
            if leaf.type in TEXTS and not leaf.name and leaf.disposition != "attachment":
                yield leaf


def open_mail(data: bytes) -> Node:
    """The tree of a whole mail; of more than `MAIL_BYTES` only the beginning."""
    data = data[:MAIL_BYTES]
    return _node(data, 0, len(data), _Budget(), 0, 0, "text/plain")


def _node(data: bytes, start: int, end: int, budget: _Budget, depth: int, mails: int, usual: str) -> Node:
    budget.parts -= 1
    body = _body_at(data, start, end)
    header = _header(data[start : min(body, start + _HEAD_BYTES)])
    kind = _type(header, usual)
    leaf = Node(data, start, body, end, kind, header)
    if depth >= DEPTH:
        return leaf
    if kind in _MAILS:
        return leaf if mails >= MAIL_DEPTH else _mail(leaf, budget, depth, mails)
    if not kind.startswith("multipart/"):
        return leaf
    boundary = leaf.param("boundary").rstrip()
    inside = "message/rfc822" if kind == "multipart/digest" else "text/plain"
    parts = tuple(
        _node(data, first, last, budget, depth + 1, mails, inside)
        for first, last in _between(data, body, end, boundary.encode("latin-1", "replace"), budget)
    )
    return Node(data, start, body, end, kind if parts else "text/plain", header, parts)


def _mail(leaf: Node, budget: _Budget, depth: int, mails: int) -> Node:
    if budget.parts <= 0:
        return leaf
    if leaf.encoding in ("", "7bit", "8bit", "binary"):
        inner = _node(leaf.data, leaf.body, leaf.end, budget, depth + 1, mails + 1, "text/plain")
    else:  # against RFC 2046 5.2.1, and seen
        content = leaf.content
        inner = _node(content, 0, len(content), budget, depth + 1, mails + 1, "text/plain")
    return Node(leaf.data, leaf.start, leaf.body, leaf.end, leaf.type, leaf.header, (inner,))


def _body_at(data: bytes, start: int, end: int) -> int:
    for blank in (b"\n", b"\r\n"):
        if data.startswith(blank, start, end):
            return start + len(blank)
    found = _BLANK.search(data, start, end)
    return found.end() if found else end


def _between(
    data: bytes, start: int, end: int, boundary: bytes, budget: _Budget
) -> Iterator[tuple[int, int]]:
    """Where the parts between the boundaries lie, without the line end that belongs to a boundary."""
    if not boundary:
        return
    mark, first = b"--" + boundary, -1
    at = start
    while budget.parts > 0:
        at = data.find(mark, at, end)
        behind = _line_end(data, at + len(mark), end) if at >= 0 else None
        if at >= 0 and (behind is None or not (at == start or data[at - 1] == 0x0A)):
            at += len(mark)
            continue
        if first >= 0:
            yield first, _without_line_end(data, first, at) if at >= 0 else end
        if at < 0 or behind is None or data.startswith(b"--", at + len(mark), end):
            return
        at = first = behind


def _line_end(data: bytes, at: int, end: int) -> int | None:
    """Where the next line begins if nothing but `--` and blanks follows a boundary; else None."""
    found = data.find(b"\n", at, end)
    stop = found if found >= 0 else end
    if stop - at > _LINE or data[at:stop].removeprefix(b"--").strip(b" \t\r"):
        return None
    return min(stop + 1, end)


def _without_line_end(data: bytes, first: int, at: int) -> int:
    if at > first and data[at - 1] == 0x0A:
        at -= 1
        if at > first and data[at - 1] == 0x0D:
            at -= 1
    return at


def _header(head: bytes) -> Message:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError:
        text = head.decode("latin-1")
    try:
        return HeaderParser(policy=compat32).parsestr(text)
    except _HARMLESS:
        return Message()


def _type(header: Message, usual: str) -> str:
    if header.get("content-type") is None:
        return usual
    try:
        return header.get_content_type()
    except _HARMLESS:
        return "application/octet-stream"


def _said(header: Message, name: str) -> str:
    try:
        return str(header.get(name, ""))
    except _HARMLESS:
        return ""


def _words(value: str) -> str:
    try:
        return "".join(
            piece.decode(charset or "latin-1", "replace") if isinstance(piece, bytes) else piece
            for piece, charset in decode_header(value)
        )
    except (*_HARMLESS, binascii.Error):
        return value


def _decoded(body: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        plain = body.partition(b"=")[0].translate(None, _NOT_BASE64)
        plain = plain[:-1] if len(plain) % 4 == 1 else plain
        return binascii.a2b_base64(plain + b"=" * (-len(plain) % 4))
    if encoding == "quoted-printable":
        return quopri.decodestring(body)
    return body
