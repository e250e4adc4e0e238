"""What one SMTP transaction carries, and the checks that its octets must pass unchanged.

aiosmtplib would mend bare CR and LF on the way, which breaks signatures and is how SMTP
smuggling works (VU#302671). Here nothing is mended: what is not canonical is not sent.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import field
from functools import lru_cache

from desktop.frozen import dataclass

_LINE_MAX = 998
_BYTES_PER_PIECE = 64 * 1024
_COMMAND_UNSAFE = re.compile(r"[<>\s\x00-\x1f\x7f]")
_LOCAL_MAX, _PATH_MAX = 64, 254


@dataclass(frozen=True)
class Letter:
    """`wire` is sent as it is, but for dot-stuffing; one recipient, always."""

    sender: str
    recipient: str
    wire: bytes = field(repr=False)
    envelope_id: str = ""
    """Opaque; comes back in delivery reports where the relay knows DSN (RFC 3461)."""
    requiretls: bool = False


def address_fits(address: str) -> bool:
    """ASCII, one at-sign outside the local part, nothing that could end or extend a command."""
    local, at, domain = address.rpartition("@")
    return bool(
        at
        and local
        and domain
        and address.isascii()
        and not _COMMAND_UNSAFE.search(address)
        and len(local) <= _LOCAL_MAX
        and len(address) <= _PATH_MAX
    )


def wire_fits(wire: bytes, sha256: str) -> bool:
    """The frozen octets: CRLF only, lines of at most 998 (RFC 5321, 4.5.3.1.6), and unaltered."""
    return (
        wire.endswith(b"\r\n")
        and wire.count(b"\r") == wire.count(b"\n") == wire.count(b"\r\n")  # none of them is bare
        and b"\x00" not in wire
        and max(map(len, wire.split(b"\r\n"))) <= _LINE_MAX
        and hashlib.sha256(wire).hexdigest() == sha256
    )


@lru_cache(maxsize=64)
def path(address: str) -> bytes:
    """The address as a command takes it; raises ValueError for one that does not fit."""
    if not address_fits(address):
        raise ValueError("not an address for a command")
    return address.encode("ascii")


def pieces(wire: bytes) -> tuple[list[bytes], bytes]:
    """The dot-stuffed octets (RFC 5321, 4.5.2): all pieces but the last, and the last."""
    stuffed = wire.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    cut = max(0, (len(stuffed) - 1) // _BYTES_PER_PIECE * _BYTES_PER_PIECE)
    return (
        [stuffed[start : start + _BYTES_PER_PIECE] for start in range(0, cut, _BYTES_PER_PIECE)],
        stuffed[cut:],
    )
