"""The pages of an encrypted database as bytes of its file: which changed, and reading them raw.

SQLCipher ends each page with its IV (16 bytes) and its seal (HMAC-SHA512, 64 bytes; zetetic.net,
"SQLCipher Design"). The first 16 bytes of the seal are the page's *tag*: every writing makes
another one, so that equal tags are equal pages. Only a process that has no connection to a
live database may open its file here (`Database.frozen` says why).
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from desktop.errors import Refused, VaultError
from desktop.frozen import dataclass
from desktop.models.documents import Progress

TAG = 16
_TAG_AT = 64
"""From the end of a page."""
_LOCK_BYTE = 0x40000000
"""SQLite keeps its locks at this place of the file and nothing else in that page (fileformat2.html, 1.4)."""
_BLOCK_PAGES = 256
_NO_TAG = bytes(TAG)


@dataclass(frozen=True)
class Scan:
    """`digest` is the SHA-256 (hex) of all tags; `runs` pages and how many, in turn."""

    digest: str
    runs: array[int]
    changed: int

    def each(self) -> Iterator[tuple[int, int]]:
        return zip(self.runs[::2], self.runs[1::2], strict=True)


def lock_page(page_bytes: int) -> int:
    """The number of the page that is never read and stays zeros."""
    return _LOCK_BYTE // page_bytes + 1


def scan(
    path: Path,
    pages: int,
    page_bytes: int,
    before: BinaryIO | None,
    tags: BinaryIO | None,
    progress: Progress,
) -> Scan:
    """Look at each page's tag, against those of `before` (None: every page counts as changed).

    The tags are written to `tags`. Raises VaultError("database-damaged") where the file ends early, and
    Refused("cancelled").
    """
    summed, runs = hashlib.sha256(), _Runs(lock_page(page_bytes))
    with path.open("rb", buffering=0) as file:
        for first in range(1, pages + 1, _BLOCK_PAGES):
            count = min(_BLOCK_PAGES, pages + 1 - first)
            found = _tags(file, first, count, page_bytes)
            summed.update(found)
            if tags is not None:
                tags.write(found)
            known = before.read(count * TAG) if before is not None else b""
            if found != known:
                for at in range(0, count * TAG, TAG):
                    if found[at : at + TAG] != known[at : at + TAG]:
                        runs.add(first + at // TAG)
            if not progress(first + count - 1, pages):
                raise Refused("cancelled")
    return Scan(summed.hexdigest(), runs.found, sum(runs.found[1::2]))


def every_page(scanned: Scan, pages: int, page_bytes: int) -> Scan:
    """The same state, with all its pages as changed ones."""
    lock = lock_page(page_bytes)
    runs = [1, min(pages, lock - 1)]
    if pages > lock:
        runs += [lock + 1, pages - lock]
    return Scan(scanned.digest, array("Q", runs), sum(runs[1::2]))


def read_pages(path: Path, first: int, count: int, page_bytes: int) -> Iterator[bytes]:
    """The bytes of `count` pages, some at a time. Raises as `scan`."""
    with path.open("rb", buffering=0) as file:
        for at in range(first, first + count, _BLOCK_PAGES):
            yield _exactly(file, at, min(_BLOCK_PAGES, first + count - at), page_bytes)


def digest_of(path: Path, pages: int, page_bytes: int) -> str:
    """The SHA-256 over all tags of a file that is nobody's live database."""
    return scan(path, pages, page_bytes, None, None, lambda _done, _all: True).digest


class _Runs:
    """Changed pages, next to each other ones together."""

    def __init__(self, lock: int) -> None:
        self.found = array("Q")
        self._lock = lock

    def add(self, page: int) -> None:
        if page == self._lock:
            return
        if self.found and self.found[-2] + self.found[-1] == page:
            self.found[-1] += 1
        else:
            self.found.extend((page, 1))


def _tags(file: BinaryIO, first: int, count: int, page_bytes: int) -> bytes:
    lock = lock_page(page_bytes)
    if first <= lock < first + count:
        above = (
            _tags(file, lock + 1, first + count - lock - 1, page_bytes) if first + count > lock + 1 else b""
        )
        return (_tags(file, first, lock - first, page_bytes) if lock > first else b"") + _NO_TAG + above
    data = _exactly(file, first, count, page_bytes)
    at = page_bytes - _TAG_AT
    return b"".join([data[start : start + TAG] for start in range(at, len(data), page_bytes)])


def _exactly(file: BinaryIO, first: int, count: int, page_bytes: int) -> bytes:
    file.seek((first - 1) * page_bytes)
    data = file.read(count * page_bytes)
    while len(data) < count * page_bytes:
        more = file.read(count * page_bytes - len(data))
        if not more:
            raise VaultError("database-damaged")
        data += more
    return data
