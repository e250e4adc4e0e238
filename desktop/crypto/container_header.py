"""What a backup says of itself: in clear only what opening it needs, all else sealed.

Spelled as canonical JSON (RFC 8785); only that one spelling is read.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Container, Mapping
from dataclasses import field
from datetime import UTC, datetime
from typing import Any, TypeVar

import rfc8785

from desktop.errors import VaultError
from desktop.frozen import dataclass

VERSION = 1
SALT = 32
MOST_CLEAR = 2 * 1024 * 1024
"""`vault.keys` has a MiB at most, here in base64."""
MOST_SEALED = 16 * 1024 * 1024
_MOST_PAGES = 2**32 - 2
"""Of a database, and the sizes that they can have (https://www.sqlite.org/limits.html)."""
_PAGE_BYTES = frozenset(2**power for power in range(9, 17))
_YEAR = re.compile(r"\d{4}\.[a-z]{1,20}", re.ASCII)

T = TypeVar("T")


@dataclass(frozen=True)
class ClearHeader:
    """Readable without a key. `made_at` is UTC in milliseconds, `keys` the bytes of `vault.keys`.

    `id` and `parent` have 32 hexadecimal digits; `parent` None where the backup needs no other.
    `name` is that of the file, so that a renamed one is noticed.
    """

    id: str
    vault_id: bytes
    epoch: int
    made_at: int
    parent: str | None
    name: str
    salt: bytes
    keys: bytes = field(repr=False)

    def spelled(self) -> bytes:
        return rfc8785.dumps(
            {
                "v": VERSION,
                "id": self.id,
                "vault_id": self.vault_id.hex(),
                "epoch": self.epoch,
                "made_at": self.made_at,
                "parent": self.parent,
                "name": self.name,
                "salt": self.salt.hex(),
                "keys": base64.b64encode(self.keys).decode("ascii"),
            }
        )


@dataclass(frozen=True)
class StoredFile:
    """A sealed year of the audit log; `here`: its bytes are in this container, else in an earlier one."""

    name: str
    sha256: str
    size: int
    here: bool


@dataclass(frozen=True)
class SealedHeader:
    """What must be found when the backup is read: nothing of it can be changed without the key.

    `revision` is that of the database's schema, `note` the signed checkpoint over the first
    `records` records of the audit log with the Merkle root `root`, `head_hash` the last one's hash.
    `digest` is the SHA-256 over the tags of all `pages` pages, `counts` are rows by table.
    """

    revision: str
    program: str
    note: str
    records: int
    root: str
    head_hash: str
    pages: int
    page_bytes: int
    digest: str
    counts: Mapping[str, int]
    files: tuple[StoredFile, ...] = ()

    def spelled(self) -> bytes:
        return rfc8785.dumps(
            {
                "revision": self.revision,
                "program": self.program,
                "note": self.note,
                "records": self.records,
                "root": self.root,
                "head_hash": self.head_hash,
                "pages": self.pages,
                "page_bytes": self.page_bytes,
                "digest": self.digest,
                "counts": dict(self.counts),
                "files": [
                    {"name": one.name, "sha256": one.sha256, "size": one.size, "here": one.here}
                    for one in self.files
                ],
            }
        )


def parse_clear(data: bytes) -> ClearHeader:
    """Raises VaultError "backup-damaged", and "backup-newer" for a later version of the format."""
    tree = _tree(data)
    version = tree.pop("v", None)
    if type(version) is int and version > VERSION:
        raise VaultError("backup-newer")
    return _made(
        data,
        lambda: ClearHeader(
            id=_digits(tree["id"], 16),
            vault_id=bytes.fromhex(_digits(tree["vault_id"], 16)),
            epoch=_number(tree["epoch"]),
            made_at=_moment(tree["made_at"]),
            parent=None if tree["parent"] is None else _digits(tree["parent"], 16),
            name=_text(tree["name"]),
            salt=bytes.fromhex(_digits(tree["salt"], SALT)),
            keys=base64.b64decode(tree["keys"], validate=True),
        ),
    )


def parse_sealed(data: bytes) -> SealedHeader:
    """Raises VaultError("backup-damaged")."""
    tree = _tree(data)
    return _made(
        data,
        lambda: SealedHeader(
            revision=_text(tree["revision"]),
            program=_text(tree["program"]),
            note=_text(tree["note"]),
            records=_number(tree["records"]),
            root=_text(tree["root"]),
            head_hash=_text(tree["head_hash"]),
            pages=_among(range(_MOST_PAGES + 1), tree["pages"]),
            page_bytes=_among(_PAGE_BYTES, tree["page_bytes"]),
            digest=_digits(tree["digest"], 32),
            counts={_text(name): _number(rows) for name, rows in tree["counts"].items()},
            files=tuple(_file(one) for one in tree["files"]),
        ),
    )


def _file(one: Any) -> StoredFile:
    name = _text(one["name"])
    if _YEAR.fullmatch(name) is None:
        raise ValueError("a name that may lead elsewhere, or to a device")
    return StoredFile(name, _digits(one["sha256"], 32), _number(one["size"]), one["here"] is True)


def _tree(data: bytes) -> dict[str, Any]:
    try:
        tree = json.loads(data)
    except (ValueError, RecursionError):
        raise VaultError("backup-damaged") from None
    if not isinstance(tree, dict):
        raise VaultError("backup-damaged")
    return tree


def _made(data: bytes, read: Callable[[], T]) -> T:
    try:
        made = read()
        same = isinstance(made, ClearHeader | SealedHeader) and made.spelled() == data
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError, OSError):
        raise VaultError("backup-damaged") from None
    if not same:
        raise VaultError("backup-damaged")
    return made


def _digits(value: Any, size: int) -> str:
    if not isinstance(value, str) or len(bytes.fromhex(value)) != size or value != value.lower():
        raise ValueError(size)
    return value


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**53:
        raise ValueError(value)
    return value


def _among(allowed: Container[int], value: Any) -> int:
    if _number(value) not in allowed:
        raise ValueError(value)
    return int(value)


def _moment(value: Any) -> int:
    """One that a date can be made of."""
    datetime.fromtimestamp(_number(value) / 1000, UTC)
    return int(value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 4096:
        raise TypeError
    return value
