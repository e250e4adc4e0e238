"""`winmail.dat` put together byte by byte as MS-OXTNEF says: real ones hold real people's mail."""

from __future__ import annotations

import struct
from collections.abc import Sequence

AN_ITEM = bytes.fromhex("0703020000000000c000000000000046")
Property = tuple[int, int, bytes]


def attribute(level: int, kind: int, data: bytes) -> bytes:
    checksum = struct.pack("<H", sum(data) % 65536)
    return struct.pack("<BII", level, kind, len(data)) + data + checksum


def properties(*wanted: Property) -> bytes:
    """Id, type and bytes of each; numbers are four bytes, texts and bytes of any length."""
    made = struct.pack("<I", len(wanted))
    for name, kind, value in wanted:
        made += struct.pack("<HH", kind, name)
        if name >= 0x8000:  # a name of its own: here by a word
            word = "Own\x00".encode("utf-16-le")
            made += bytes(16) + struct.pack("<II", 1, len(word)) + word
        if kind in (0x1E, 0x1F, 0x102, 0x0D):
            made += struct.pack("<II", 1, len(value)) + value + bytes(-len(value) % 4)
        else:
            made += value
    return made


def wide(text: str) -> bytes:
    return (text + "\x00").encode("utf-16-le")


def attachment(title: bytes, data: bytes | None, *more: Property) -> bytes:
    made = attribute(2, 0x00069002, bytes(14))
    made += attribute(2, 0x00018010, title + b"\x00")
    if data is not None:
        made += attribute(2, 0x0006800F, data)
    return made + (attribute(2, 0x00069005, properties(*more)) if more else b"")


def winmail(*attachments: bytes, message: Sequence[Property] = (), body: bytes = b"") -> bytes:
    made = b"\x78\x9f\x3e\x22\x01\x00" + attribute(1, 0x00089006, struct.pack("<I", 0x00010000))
    made += attribute(1, 0x00069007, struct.pack("<II", 1252, 0))
    made += attribute(1, 0x0002800C, body) if body else b""
    made += attribute(1, 0x00069003, properties(*message)) if message else b""
    return made + b"".join(attachments)
