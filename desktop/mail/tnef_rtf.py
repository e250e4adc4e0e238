"""Compressed RTF, the form of a text that Outlook wrote with its own editor (MS-OXRTFCP)."""

from __future__ import annotations

import struct

MOST = 8 * 1024 * 1024
_PACKED, _PLAIN = b"LZFu", b"MELA"
_WINDOW = 4096
_DICTIONARY = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
"""2.1.2.1: what every packer and unpacker starts with."""


def unpacked(data: bytes) -> bytes:
    """The RTF; as much as is whole, of at most 8 MiB, and b'' for what is none."""
    if len(data) < 16:
        return b""
    size, raw, kind = struct.unpack_from("<II4s", data)
    body = data[16 : 4 + size if size >= 12 else 16]
    if kind == _PLAIN:
        return body[: min(raw, MOST)]
    return _unpack(body, min(raw, MOST)) if kind == _PACKED else b""


def _unpack(body: bytes, most: int) -> bytes:
    window = bytearray(_DICTIONARY.ljust(_WINDOW, b"\x00"))
    write, at, out = len(_DICTIONARY), 0, bytearray()
    while at < len(body) and len(out) < most:
        flags = body[at]
        at += 1
        for bit in range(8):
            if flags >> bit & 1:
                if at + 2 > len(body):
                    return bytes(out[:most])
                pointer = body[at] << 8 | body[at + 1]
                at += 2
                read, length = pointer >> 4, (pointer & 15) + 2
                if read == write:  # the end, as packers mark it
                    return bytes(out[:most])
                piece = bytearray()
                for _ in range(length):
                    piece.append(window[read])
                    window[write] = window[read]
                    read, write = (read + 1) % _WINDOW, (write + 1) % _WINDOW
                out += piece
            elif at < len(body):
                window[write] = body[at]
                out.append(body[at])
                write, at = (write + 1) % _WINDOW, at + 1
    return bytes(out[:most])
