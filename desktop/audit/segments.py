"""A closed year of the log as one encrypted file that cannot be cut or changed unnoticed.

The records lie one a line under AES-256-GCM in chunks (the STREAM construction of Hoang,
Reyhanitabar, Rogaway and Vizár, 2015: random prefix, counter, a mark on the last chunk), with
a random key of its own that is kept inside the database. So a new vault key leaves old
segments readable, and forgetting the key destroys every copy of the file.

The header holds the frontier of the tree before the segment and the root behind it:
appending the segment's leaves to the one must give the other, which is RFC 6962's
consistency of both trees (docs/formats/audit-segment.md).
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from desktop.audit.chain import GENESIS, canonical_record, leaf_hash, parse
from desktop.audit.merkle import Range, frontier
from desktop.errors import InputError, VaultError
from desktop.frozen import dataclass
from desktop.models.records import AuditRecord
from desktop.paths import write_private_parts

KEY_BYTES = 32
CHUNK = 1024 * 1024
_MAGIC = b"sealwell-audit-segment-1\n"
_TAG = 16
_PREFIX = 7
_HEADER_MOST = 1024 * 1024


@dataclass(frozen=True)
class Cover:
    """What a segment holds. `before` and `after` are frontiers in hexadecimal (`Range.to_bytes`).

    `prev` is the hash before its first record, `last_hash` that of its last, `root` the
    tree's root over the first `last` records of the log.
    """

    year: int
    first: int
    last: int
    prev: str
    last_hash: str
    before: str
    after: str
    root: str

    @property
    def tree(self) -> Range:
        """The frontier behind it; what later records are appended to."""
        return frontier(self.last, bytes.fromhex(self.after))


@dataclass(frozen=True)
class Edge:
    """Where a segment begins: behind the record `seq` with this hash and this tree."""

    seq: int = 0
    hash: str = GENESIS
    nodes: str = ""

    @classmethod
    def behind(cls, cover: Cover) -> Edge:
        return cls(cover.last, cover.last_hash, cover.after)


def survey(records: Iterable[AuditRecord], edge: Edge, year: int) -> Cover:
    """Check the records that follow `edge` and sum them up.

    Raises VaultError("log-damaged") where a hash, a link or a number is wrong: a seal over
    that would make it look right.
    """
    tree = frontier(edge.seq, bytes.fromhex(edge.nodes))
    seq, prev = edge.seq, edge.hash
    for record in records:
        body = parse(record.body)
        fits = record.seq == seq + 1 and leaf_hash(record.body.encode()) == record.hash
        if body is None or not fits or (body["seq"], body["prev"]) != (record.seq, prev):
            raise VaultError("log-damaged")
        seq, prev = record.seq, record.hash
        tree.append(bytes.fromhex(record.hash))
    return Cover(
        year=year,
        first=edge.seq + 1,
        last=seq,
        prev=edge.hash,
        last_hash=prev,
        before=edge.nodes,
        after=tree.to_bytes().hex(),
        root=tree.root().hex(),
    )


def write_segment(path: Path, cover: Cover, records: Iterable[AuditRecord], key: bytes) -> str:
    """Write the file whole or not at all; the answer is the SHA-256 of its bytes.

    Raises InputError("file-not-written") where the disk or the folder does not allow it.
    """
    summed = hashlib.sha256()

    def parts() -> Iterator[bytes]:
        for part in _sealed(cover, records, key):
            summed.update(part)
            yield part

    try:
        write_private_parts(path, parts())
    except OSError:
        raise InputError("file-not-written", file=path.name) from None
    return summed.hexdigest()


def read_segment(path: Path, key: bytes, sha256: str, expected: Cover) -> Iterator[AuditRecord]:
    """The records of a file, after all of it was checked against what is known of it.

    Raises VaultError "segment-missing", or "segment-damaged" for a cut, changed or foreign
    file, and for one that holds other records than it was sealed with.
    """
    try:
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                raise _damaged(path)
    except FileNotFoundError:
        raise VaultError("segment-missing", file=path.name) from None
    except OSError:
        raise _damaged(path) from None
    edge = Edge(expected.first - 1, expected.prev, expected.before)
    try:
        if survey(_opened(path, key, expected), edge, expected.year) != expected:
            raise _damaged(path)
    except VaultError:
        raise _damaged(path) from None
    return _opened(path, key, expected)


def _sealed(cover: Cover, records: Iterable[AuditRecord], key: bytes) -> Iterator[bytes]:
    prefix = secrets.token_bytes(_PREFIX)
    header = canonical_record({**asdict(cover), "v": 1, "chunk": CHUNK, "prefix": prefix.hex()})
    head = _MAGIC + len(header).to_bytes(4, "big") + header
    yield head
    cipher, bound, number = AESGCM(key), hashlib.sha256(head).digest(), 0
    held = bytearray()
    for record in records:
        held += record.body.encode("utf-8") + b"\n"
        while len(held) > CHUNK:  # what is left is never empty: the last chunk is marked
            yield cipher.encrypt(_nonce(prefix, number, last=False), bytes(held[:CHUNK]), bound)
            del held[:CHUNK]
            number += 1
    yield cipher.encrypt(_nonce(prefix, number, last=True), bytes(held), bound)


def _opened(path: Path, key: bytes, expected: Cover) -> Iterator[AuditRecord]:
    rest, seq = b"", expected.first
    for plain in _chunks(path, key):
        *lines, rest = (rest + plain).split(b"\n")
        for line in lines:
            yield AuditRecord(seq, line.decode("utf-8"), leaf_hash(line))
            seq += 1
    if rest:
        raise _damaged(path)


def _chunks(path: Path, key: bytes) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            magic = file.read(len(_MAGIC))
            length = file.read(4)
            size = int.from_bytes(length, "big")
            if magic != _MAGIC or size > _HEADER_MOST:
                raise _damaged(path)
            header = file.read(size)
            tree = json.loads(header)
            prefix, chunk = bytes.fromhex(tree["prefix"]), int(tree["chunk"])
            bound, cipher, number = hashlib.sha256(magic + length + header).digest(), AESGCM(key), 0
            held = file.read(chunk + _TAG)
            while held:
                following = file.read(chunk + _TAG)
                yield cipher.decrypt(_nonce(prefix, number, last=not following), held, bound)
                held, number = following, number + 1
            if not number:
                raise _damaged(path)
    except (OSError, ValueError, KeyError, TypeError, InvalidTag):
        raise _damaged(path) from None


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])


def _damaged(path: Path) -> VaultError:
    return VaultError("segment-damaged", file=path.name)
