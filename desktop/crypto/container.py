"""One backup file: a clear header, a sealed stream of pages and files, a sum over all of it.

The clear header carries the practice's key slots (`vault.keys`), so that a password or the
recovery key of that time opens the backup and nothing else does. What the file holds comes
out as it is read, checked chunk by chunk; memory does not grow with the practice
(docs/formats/backup-container.md, ADR 0019).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from desktop.crypto.container_header import (
    MOST_CLEAR,
    MOST_SEALED,
    ClearHeader,
    SealedHeader,
    StoredFile,
    parse_clear,
    parse_sealed,
)
from desktop.crypto.container_stream import Opening, Sealing, Written, check_sum, trouble
from desktop.crypto.kdf import hkdf
from desktop.crypto.openvault import OpenVault
from desktop.errors import VaultError
from desktop.frozen import dataclass

__all__ = [
    "PURPOSE",
    "ClearHeader",
    "Content",
    "Opened",
    "Pages",
    "Part",
    "SealedHeader",
    "StoredFile",
    "Written",
    "check_sum",
    "container_key",
    "key_from",
    "open_container",
    "read_clear",
    "write_container",
]

PURPOSE = "backup"
"""Of the vault's key from which those of all containers come."""
_FAMILY = b"sealwell-backup-"
_MAGIC = _FAMILY + b"1\n"
_LENGTH = struct.Struct(">I")
_PART = struct.Struct(">cQQ")
_PAGES, _CONTENT, _END = b"P", b"F", b"E"
_BLOCK = 256 * 1024


@dataclass(frozen=True)
class Pages:
    """`count` pages from number `first` (the database's first page is 1); `data` has all their bytes."""

    first: int
    count: int
    data: Iterable[bytes]


@dataclass(frozen=True)
class Content:
    """The bytes of `SealedHeader.files[index]`."""

    index: int
    size: int
    data: Iterable[bytes]


Part = Pages | Content


class Opened:
    """A container that is being read: `header` at once, then `parts`, to the very end."""

    def __init__(self, stream: Opening) -> None:
        self._stream = stream
        size = _LENGTH.unpack(stream.read(_LENGTH.size))[0]
        if size > MOST_SEALED:
            raise VaultError("backup-damaged")
        self.header: SealedHeader = parse_sealed(stream.read(size))

    def parts(self) -> Iterator[Part]:
        """Runs of pages, then files; only once, and nothing counts before the last one was asked for.

        What the caller does not take of one part is skipped. Raises VaultError "backup-cut" and
        "backup-damaged".
        """
        sizes = {(number, one.size) for number, one in enumerate(self.header.files) if one.here}
        while True:
            kind, first, size = _PART.unpack(self._stream.read(_PART.size))
            if kind == _END:
                return self._stream.finish()
            if kind == _PAGES and first > 0 and first + size - 1 <= self.header.pages:
                data = self._blocks(size * self.header.page_bytes)
                yield Pages(first, size, data)
            elif kind == _CONTENT and (first, size) in sizes:
                data = self._blocks(size)
                yield Content(first, size, data)
            else:
                raise VaultError("backup-damaged")
            for _ in data:
                pass

    def _blocks(self, left: int) -> Iterator[bytes]:
        while left:
            some = min(left, _BLOCK)
            left -= some
            yield self._stream.read(some)


def container_key(vault: OpenVault, header: ClearHeader) -> bytes:
    """The key of one container.

    Raises VaultError "backup-other-practice", and "backup-wrong-key" for one that was made under
    an earlier or later vault key of this practice.
    """
    if vault.vault_id != header.vault_id:
        raise VaultError("backup-other-practice")
    if vault.epoch != header.epoch:
        raise VaultError("backup-wrong-key")
    return key_from(vault.key(PURPOSE), header)


def key_from(secret: bytes, header: ClearHeader) -> bytes:
    """As `container_key`, from the vault's key for backups, where the vault itself is elsewhere."""
    return hkdf(secret, header.salt, b"sealwell/backup/1" + bytes.fromhex(header.id))


def write_container(
    file: BinaryIO, header: ClearHeader, key: bytes, sealed: SealedHeader, parts: Iterable[Part]
) -> Written:
    """Write all of it. Durable only after the caller's fsync.

    Raises ValueError where a part has another size than it says, and what reading and writing raise.
    """
    clear = header.spelled()
    stream = Sealing(file, key, _MAGIC + _LENGTH.pack(len(clear)) + clear)
    inner = sealed.spelled()
    stream.write(_LENGTH.pack(len(inner)) + inner)
    for part in parts:
        if isinstance(part, Pages):
            stream.write(_PART.pack(_PAGES, part.first, part.count))
            left = part.count * sealed.page_bytes
        else:
            stream.write(_PART.pack(_CONTENT, part.index, part.size))
            left = part.size
        for data in part.data:
            stream.write(data)
            left -= len(data)
        if left:
            raise ValueError("a part has another size than it says")
    stream.write(_PART.pack(_END, 0, 0))
    return stream.finish()


def read_clear(file: BinaryIO) -> ClearHeader:
    """What is known without a key; nothing of it is proven before the container was opened.

    Raises VaultError "backup-not-one", "backup-cut", "backup-damaged", "backup-newer".
    """
    return _clear(file)[0]


def open_container(file: BinaryIO, key: bytes) -> Opened:
    """Begin to read what is sealed; `file` is from its beginning and can be moved about in.

    Raises as `read_clear`, and VaultError("backup-wrong-key") where the file is as it was
    written and `key` is not its own.
    """
    clear = _clear(file)[1]
    return Opened(Opening(file, key, clear))


def _clear(file: BinaryIO) -> tuple[ClearHeader, bytes]:
    file.seek(0)
    magic = file.read(len(_MAGIC))
    if magic != _MAGIC:
        raise _not_ours(file, magic)
    length = file.read(_LENGTH.size)
    size = int.from_bytes(length, "big")
    spelled = file.read(size) if size <= MOST_CLEAR else b""
    if len(length) < _LENGTH.size or len(spelled) < size:
        raise trouble(file) or VaultError("backup-damaged")
    try:
        return parse_clear(spelled), magic + length + spelled
    except VaultError as error:
        raise trouble(file) or error from None


def _not_ours(file: BinaryIO, magic: bytes) -> VaultError:
    if _MAGIC.startswith(magic):
        return VaultError("backup-cut")
    if not magic.startswith(_FAMILY):
        return VaultError("backup-not-one")
    return VaultError("backup-newer") if check_sum(file) else VaultError("backup-damaged")
