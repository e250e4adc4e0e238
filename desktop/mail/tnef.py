"""`winmail.dat`: what Outlook wraps around files for readers who have no Outlook (MS-OXTNEF).

A small reader of its own: the libraries for it are old or under the GPL's family. It takes files,
their names and the text, and passes over everything else. Every length is checked against what is
there; what is damaged is read up to the damage, and nothing raises.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from desktop.mail.tnef_rtf import unpacked

SIGNATURE = b"\x78\x9f\x3e\x22"
TYPES = ("application/ms-tnef", "application/vnd.ms-tnef")
FILES = 1_000
_ATTRIBUTES = 20_000
_PROPERTIES = 10_000
_DEPTH = 4
"""Outlook items within Outlook items."""
_TEXT_BYTES = 4 * 1024 * 1024

_MESSAGE, _FILE = 1, 2
_BODY, _PROPS, _CODEPAGE = 0x0002800C, 0x00069003, 0x00069007
_NEW_FILE, _FILE_DATA, _FILE_TITLE, _FILE_PROPS = 0x00069002, 0x0006800F, 0x00018010, 0x00069005
"""2.1.3.2: with their types in the upper half."""

_P_BODY, _P_HTML, _P_RTF = 0x1000, 0x1013, 0x1009
_P_LONG_NAME, _P_NAME, _P_SHOWN, _P_MIME, _P_DATA = 0x3707, 0x3704, 0x3001, 0x370E, 0x3701
_TITLE = 0
"""A name from before there were properties: taken where there is no other."""
_FIXED = {0x02: 4, 0x03: 4, 0x04: 4, 0x0A: 4, 0x0B: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x14: 8, 0x40: 8, 0x48: 16}
_STRING8, _UNICODE, _BINARY, _OBJECT = 0x1E, 0x1F, 0x102, 0x0D
_MANY, _NAMED = 0x1000, 0x8000
_AN_ITEM = bytes.fromhex("0703020000000000c000000000000046")
"""IID_IMessage (MS-OXCDATA): the object is another winmail.dat."""


@dataclass(frozen=True)
class TnefFile:
    name: str = field(repr=False)
    type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Tnef:
    """`text` is what its writer wrote, where it stands as plain text; `page` where it is HTML."""

    files: tuple[TnefFile, ...] = ()
    text: str = field(default="", repr=False)
    page: str = field(default="", repr=False)


@dataclass
class _Item:
    """What is being put together; `names` by how good they are, `inner` an item within."""

    names: dict[int, str] = field(default_factory=dict)
    type: str = ""
    data: bytes | None = None
    inner: bytes | None = None

    def take(self, name: int, type_: int, one: bytes, charset: str) -> None:
        """A property of it."""
        if name in (_P_LONG_NAME, _P_NAME, _P_SHOWN):
            self.names[name] = _string(type_, one, charset)
        elif name == _P_MIME:
            self.type = _string(type_, one, charset)
        elif name == _P_DATA and type_ == _OBJECT and one[:16] == _AN_ITEM:
            self.inner = one[16:]
        elif name == _P_DATA and self.data is None:
            self.data = one[16:] if type_ == _OBJECT else one


def is_tnef(kind: str, name: str) -> bool:
    return kind in TYPES or name.strip().lower() == "winmail.dat"


def read_tnef(data: bytes, depth: int = 0) -> Tnef:
    """Empty for what is none, or holds nothing."""
    if not data.startswith(SIGNATURE):
        return Tnef()
    found = _Found()
    for level, kind, value in _attributes(data):
        if kind == _CODEPAGE and len(value) >= 4:
            found.charset = _charset(struct.unpack_from("<I", value)[0])
        elif level == _FILE:
            found.of_file(kind, value)
        else:
            found.of_message(kind, value)
    files = tuple(_files(found.items, depth))
    plain = unpacked(found.rtf) if found.rtf and not (found.text or found.page) else b""
    if plain:
        files = (*files, TnefFile("message.rtf", "application/rtf", plain))
    return Tnef(files[:FILES], found.text, found.page)


@dataclass
class _Found:
    charset: str = "cp1252"
    text: str = ""
    page: str = ""
    rtf: bytes = b""
    items: list[_Item] = field(default_factory=list)

    def of_message(self, kind: int, value: bytes) -> None:
        if kind == _BODY:
            self.text = self.text or _said(value[:_TEXT_BYTES], self.charset)
        for name, type_, one in _properties(value) if kind == _PROPS else ():
            if name == _P_BODY:
                self.text = self.text or _string(type_, one[:_TEXT_BYTES], self.charset)
            elif name == _P_HTML:
                self.page = self.page or _said(one[:_TEXT_BYTES], self.charset)
            elif name == _P_RTF:
                self.rtf = self.rtf or one

    def of_file(self, kind: int, value: bytes) -> None:
        if kind == _NEW_FILE and len(self.items) < FILES:
            self.items.append(_Item())
        elif self.items and kind == _FILE_DATA:
            self.items[-1].data = value
        elif self.items and kind == _FILE_TITLE:
            self.items[-1].names[_TITLE] = _said(value, self.charset)
        elif self.items and kind == _FILE_PROPS:
            for name, type_, one in _properties(value):
                self.items[-1].take(name, type_, one, self.charset)


def _files(items: list[_Item], depth: int) -> Iterator[TnefFile]:
    for item in items:
        name = next((said for _, said in sorted(item.names.items(), reverse=True) if said), "")
        if item.inner is not None and depth < _DEPTH:
            inner = read_tnef(item.inner, depth + 1)
            if inner.text:
                yield TnefFile(f"{name or 'message'}.txt", "text/plain", inner.text.encode())
            elif inner.page:
                yield TnefFile(f"{name or 'message'}.html", "text/html", inner.page.encode())
            yield from inner.files
        elif item.data is not None:
            yield TnefFile(name, item.type or "application/octet-stream", item.data)


def _attributes(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Level, name and bytes of each (2.1.3.1), up to the first that is not whole."""
    at = 6
    for _ in range(_ATTRIBUTES):
        if at + 9 > len(data):
            return
        level, kind, size = struct.unpack_from("<BII", data, at)
        at += 9
        if level not in (_MESSAGE, _FILE) or at + size > len(data):
            return
        yield level, kind, data[at : at + size]
        at += size + 2  # a checksum that proves nothing about a stranger's bytes


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Id, type and first value of each MAPI property (2.1.3.4), up to the first that is not whole."""
    reader = _Reader(data)
    try:
        for _ in range(min(reader.number(), _PROPERTIES)):
            type_, name = reader.pair()
            if name >= _NAMED:
                reader.take(16)
                if reader.number():
                    reader.padded(reader.number())
                else:
                    reader.take(4)
            yield from ((name, type_ & ~_MANY, one) for one in _values(reader, type_)[:1])
    except _Ended:
        return


def _values(reader: _Reader, type_: int) -> list[bytes]:
    plain = type_ & ~_MANY
    variable = plain in (_STRING8, _UNICODE, _BINARY, _OBJECT)
    if not variable and plain not in _FIXED:
        raise _Ended
    count = reader.number() if variable or type_ & _MANY else 1
    if count > reader.left:
        raise _Ended
    values: list[bytes] = []
    for _ in range(count):
        one = reader.padded(reader.number()) if variable else reader.take(_FIXED[plain])
        values = values or [one]
    return values


class _Ended(Exception):
    """There is less than was announced."""


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._data) - self._at

    def take(self, size: int) -> bytes:
        if size > self.left:
            raise _Ended
        self._at += size
        return self._data[self._at - size : self._at]

    def padded(self, size: int) -> bytes:
        """So many bytes, and what fills them up to four; at the very end that may be missing."""
        value = self.take(size)
        self._at = min(self._at + -size % 4, len(self._data))
        return value

    def number(self) -> int:
        return int.from_bytes(self.take(4), "little")

    def pair(self) -> tuple[int, int]:
        value = self.take(4)
        return int.from_bytes(value[:2], "little"), int.from_bytes(value[2:], "little")


def _charset(codepage: int) -> str:
    return {65001: "utf-8", 20127: "ascii", 28591: "latin-1"}.get(codepage, f"cp{codepage}")


def _string(type_: int, value: bytes, charset: str) -> str:
    if type_ == _UNICODE:
        return value.decode("utf-16-le", "replace").partition("\x00")[0]
    return _said(value, charset)


def _said(value: bytes, charset: str) -> str:
    value = value.partition(b"\x00")[0]
    try:
        return value.decode(charset, "replace")
    except LookupError:
        return value.decode("cp1252", "replace")
