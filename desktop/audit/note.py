"""Checkpoints: one line each for the log's name, its size and its root, signed as a note.

The forms are those of C2SP `signed-note.md` and `tlog-checkpoint.md`, so that tools of
others read them; the security officer's countersignature is `cosignature/v1` of
`tlog-cosignature.md`. Base64 counts in its canonical spelling only, because a decoder
takes several last characters for the same bytes.
"""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.audit.logkey import COSIGNER_KEY, LogKey, is_signed, key_id, read_vkey
from desktop.audit.merkle import HASH
from desktop.errors import InputError
from desktop.frozen import dataclass

_DASH = "— "
_TIME = 8


@dataclass(frozen=True)
class Checkpoint:
    """Where a log stood: `size` records with the Merkle root `root` (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """What is signed: three lines."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"


def origin_of(vault_id: bytes) -> str:
    """The name of a practice's log in its checkpoints."""
    return f"sealwell.local/{vault_id.hex()}/audit"


def sign_checkpoint(key: LogKey, checkpoint: Checkpoint) -> str:
    """The checkpoint as a signed note."""
    return sign_note(key, checkpoint.text())


def sign_note(key: LogKey, text: str) -> str:
    """Lines of text as a signed note. Its first line says what it is, so that none reads as another."""
    name, public = read_vkey(key.vkey)
    return f"{text}\n{_line(name, key_id(name, public) + key.sign(text.encode('utf-8')))}"


def open_note(note: str, vkey: str) -> str:
    """The text of `note`, if the key of `vkey` signed it; other signatures do not count.

    Raises InputError("checkpoint-unreadable") where it is no signed note, and
    InputError("checkpoint-forged") where the key's own signature is missing or wrong.
    """
    text, signatures = _split(note)
    name, public = read_vkey(vkey)
    for mark in _marks_of(signatures, name, key_id(name, public)):
        if is_signed(public, mark, text.encode("utf-8")):
            return text
    raise InputError("checkpoint-forged")


def read_checkpoint(note: str, vkey: str) -> Checkpoint:
    """The checkpoint that the key of `vkey` signed. Raises as `open_note`."""
    return parse_checkpoint(open_note(note, vkey))


def parse_checkpoint(text: str) -> Checkpoint:
    """The three lines of a checkpoint (no extension lines). Raises InputError("checkpoint-unreadable")."""
    origin, _, rest = text.partition("\n")
    size, _, encoded = rest.partition("\n")
    if not (size.isascii() and size.isdigit()) or len(size) > 16:
        raise InputError("checkpoint-unreadable")
    checkpoint = Checkpoint(origin, int(size), _decoded(encoded.removesuffix("\n")))
    if not origin or len(checkpoint.root) != HASH or checkpoint.text() != text:
        raise InputError("checkpoint-unreadable")
    return checkpoint


def cosign(note: str, name: str, private: bytes, at: datetime) -> str:
    """`note` with the officer's `cosignature/v1` line added: "I saw this checkpoint then".

    `private` is Ed25519 (32 bytes), `name` that of the officer's key, such as
    `officer.sealwell.local/<id>`.
    """
    text, _ = _split(note)
    key = Ed25519PrivateKey.from_private_bytes(private)
    public = key.public_key().public_bytes_raw()
    seconds = int(at.timestamp())
    mark = seconds.to_bytes(_TIME, "big") + key.sign(_cosigned(text, seconds))
    return note + _line(name, key_id(name, public, COSIGNER_KEY) + mark)


def cosigned_at(note: str, vkey: str) -> datetime:
    """When the officer of `vkey` (kind 0x04) countersigned. Raises as `open_note`."""
    text, signatures = _split(note)
    name, public = read_vkey(vkey, COSIGNER_KEY)
    for mark in _marks_of(signatures, name, key_id(name, public, COSIGNER_KEY)):
        seconds = int.from_bytes(mark[:_TIME], "big")
        if is_signed(public, mark[_TIME:], _cosigned(text, seconds)):
            return _moment(seconds)
    raise InputError("checkpoint-forged")


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _moment(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        raise InputError("checkpoint-unreadable") from None


def _line(name: str, mark: bytes) -> str:
    return f"{_DASH}{name} {_base64(mark)}\n"


def _split(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Text and signature lines (name, decoded) of a note."""
    text, blank, signed = note.rpartition("\n\n")
    lines = signed.split("\n")
    if not blank or not text or lines[-1] != "" or len(lines) < 2:
        raise InputError("checkpoint-unreadable")
    signatures = []
    for line in lines[:-1]:
        name, space, encoded = line.removeprefix(_DASH).partition(" ")
        if not line.startswith(_DASH) or not space or not name:
            raise InputError("checkpoint-unreadable")
        signatures.append((name, _decoded(encoded)))
    return text + "\n", signatures


def _marks_of(signatures: list[tuple[str, bytes]], name: str, wanted: bytes) -> list[bytes]:
    return [mark[len(wanted) :] for who, mark in signatures if who == name and mark.startswith(wanted)]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _decoded(encoded: str) -> bytes:
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise InputError("checkpoint-unreadable") from None
    if _base64(data) != encoded:
        raise InputError("checkpoint-unreadable")
    return data
