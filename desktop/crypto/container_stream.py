"""The sealed part of a backup: AES-256-GCM in chunks of 64 KiB, so that nothing is held whole.

The STREAM construction (Hoang, Reyhanitabar, Rogaway and Vizár, 2015): each chunk's nonce
is its number and a mark on the last one, so that chunks cannot be dropped, moved or cut off.
The key is good for one file only, so counting from zero repeats no nonce. The clear beginning
is bound to every chunk. Behind the last one stands the SHA-256 of all before it: a cut or a
changed byte is seen by whoever has no key (docs/formats/backup-container.md).
"""

from __future__ import annotations

import hashlib
import io
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from desktop.errors import VaultError
from desktop.frozen import dataclass

CHUNK = 64 * 1024
TAG = 16
SUM = 32
_STEP = 16 * 1024
_SEALED = CHUNK + TAG
_READ = 1024 * 1024


def _step(length: int) -> int:
    """At most a 32nd of the length, and never less than 16 KiB."""
    return max(_STEP, 1 << max(length.bit_length() - 6, 0))


def is_padded(length: int) -> bool:
    """Whether a whole file can have this length; most cuts leave another one."""
    return length > 0 and length % _step(length) == 0


def padding(start: int, plain: int) -> int:
    """Zeros to add to `plain` bytes of a file whose clear beginning has `start` bytes."""
    natural = start + plain + TAG * max(-(-plain // CHUNK), 1) + SUM
    while True:
        step = _step(natural)
        length = -(-natural // step) * step
        body = length - start - SUM
        last = body % _SEALED
        if last == 0 or last > TAG:
            return body - TAG * -(-body // _SEALED) - plain
        natural = length + 1


def check_sum(file: BinaryIO) -> bool:
    """Whether the file ends with the SHA-256 of all before it; no key is needed. Reads all of it."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    summed, left = hashlib.sha256(), size - SUM
    while left > 0 and (data := file.read(min(left, _READ))):
        summed.update(data)
        left -= len(data)
    return left == 0 and file.read(SUM) == summed.digest()


def trouble(file: BinaryIO) -> VaultError | None:
    """What is wrong with the file as a whole: "backup-cut", "backup-damaged"; None where it is as written."""
    if not is_padded(file.seek(0, io.SEEK_END)):
        return VaultError("backup-cut")
    return None if check_sum(file) else VaultError("backup-damaged")


@dataclass(frozen=True)
class Written:
    """A file's length, and the SHA-256 (hex) of all its bytes, the sum at its end too."""

    bytes: int
    sha256: str


class Sealing:
    """Writes the clear beginning at once, then what is given, sealed; `finish` pads and sums up."""

    def __init__(self, file: BinaryIO, key: bytes, clear: bytes) -> None:
        self._file, self._cipher = file, AESGCM(key)
        self._bound = hashlib.sha256(clear).digest()
        self._summed = hashlib.sha256()
        self._start, self._plain, self._number = len(clear), 0, 0
        self._held = bytearray()
        self._put(clear)

    def write(self, data: bytes) -> None:
        self._plain += len(data)
        self._held += data
        if len(self._held) > CHUNK:  # what is left is never empty: the last chunk is marked
            with memoryview(self._held) as held:
                at = 0
                while len(held) - at > CHUNK:
                    self._seal(held[at : at + CHUNK], last=False)
                    at += CHUNK
            del self._held[:at]

    def finish(self) -> Written:
        """Pad, seal the last chunk, add the sum."""
        left = padding(self._start, self._plain)
        while left:
            some = min(left, CHUNK)
            self.write(bytes(some))
            left -= some
        self._seal(self._held, last=True)
        self._put(self._summed.digest())
        return Written(self._start + self._plain + TAG * self._number + SUM, self._summed.hexdigest())

    def _seal(self, plain: bytes | bytearray | memoryview, *, last: bool) -> None:
        self._put(self._cipher.encrypt(_nonce(self._number, last=last), plain, self._bound))
        self._number += 1

    def _put(self, data: bytes) -> None:
        self._summed.update(data)
        self._file.write(data)


class Opening:
    """Reads what was sealed, each chunk only after its seal was checked.

    Raises VaultError "backup-cut", "backup-damaged", and "backup-wrong-key" where the file is as
    it was written and the key is another one.
    """

    def __init__(self, file: BinaryIO, key: bytes, clear: bytes) -> None:
        self._file, self._cipher = file, AESGCM(key)
        self._bound = hashlib.sha256(clear).digest()
        self._summed = hashlib.sha256(clear)
        size = file.seek(0, io.SEEK_END)
        file.seek(len(clear))
        self._left = size - len(clear) - SUM
        if not is_padded(size) or self._left <= TAG:
            raise VaultError("backup-cut")
        self._number = 0
        self._held = memoryview(b"")

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes. Raises "backup-damaged" where there are fewer."""
        parts: list[memoryview] = []
        while size:
            if not self._held:
                self._held = self._next()
            parts.append(self._held[:size])
            self._held = self._held[size:]
            size -= len(parts[-1])
        return b"".join(parts)

    def finish(self) -> None:
        """Read what is left: zeros, and the right sum behind them."""
        while True:
            if any(self._held):
                raise VaultError("backup-damaged")
            if not self._left:
                break
            self._held = self._next()
        if self._file.read(SUM) != self._summed.digest():
            raise VaultError("backup-damaged")

    def _next(self) -> memoryview:
        sealed = self._file.read(min(self._left, _SEALED))
        self._left -= len(sealed)
        self._summed.update(sealed)
        try:
            plain = self._cipher.decrypt(_nonce(self._number, last=not self._left), sealed, self._bound)
        except (InvalidTag, ValueError):
            first = self._number == 0
            other = VaultError("backup-wrong-key" if first else "backup-damaged")
            raise trouble(self._file) or other from None
        if not plain:
            raise VaultError("backup-damaged")
        self._number += 1
        return memoryview(plain)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
