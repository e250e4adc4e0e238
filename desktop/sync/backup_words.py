"""What the maker of backups and the program that waits for it say to each other: JSON, one word at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, field
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from desktop.frozen import dataclass
from desktop.models.rekey import DatabaseKeys
from desktop.models.safekeeping import Backup

_MOST = 16 * 1024 * 1024


@dataclass(frozen=True)
class Order:
    """What to make. `secret` is the vault's key for backups, `keys` open the database."""

    root: Path
    vault_id: bytes
    id: str
    salt: bytes
    now: datetime
    program: str
    secret: bytes = field(repr=False)
    keys: DatabaseKeys = field(repr=False)


@dataclass(frozen=True)
class Shape:
    """The file, now that it is held still."""

    pages: int
    page_bytes: int


@dataclass(frozen=True)
class Facts:
    """What the database said of itself in that state; `files` are the sealed years that it knows."""

    revision: str
    note: str
    records: int
    root: str
    head_hash: str
    counts: Mapping[str, int]
    files: tuple[str, ...]


@dataclass(frozen=True)
class At:
    percent: int


@dataclass(frozen=True)
class Ready:
    """To begin; later: the database's file is needed no more, and: it was still to the end."""


@dataclass(frozen=True)
class Done:
    """`backup` is None where nothing had changed since the last one."""

    backup: Backup | None


@dataclass(frozen=True)
class Failed:
    code: str
    params: dict[str, str | int]


Word = Order | Shape | Facts | At | Ready | Done | Failed


def say(pipe: Connection[Any, Any], word: Word) -> None:
    """Raises OSError where nobody listens any more."""
    spelled = json.dumps([type(word).__name__, asdict(word)], default=_plain, separators=(",", ":"))
    pipe.send_bytes(spelled.encode("utf-8"))


def hear(pipe: Connection[Any, Any]) -> Word:
    """The next word; waits for it. Raises EOFError or OSError where nobody speaks any more."""
    kind, values = json.loads(pipe.recv_bytes(_MOST), object_hook=_revived)
    return _MADE[kind](**values)


def _order(root: str, keys: dict[str, Any], **rest: Any) -> Order:
    return Order(root=Path(root), keys=DatabaseKeys(**keys), **rest)


def _facts(files: list[str], **rest: Any) -> Facts:
    return Facts(files=tuple(files), **rest)


def _done(backup: dict[str, Any] | None) -> Done:
    return Done(None if backup is None else Backup(**backup))


_MADE: dict[str, Callable[..., Word]] = {
    "Order": _order,
    "Shape": Shape,
    "Facts": _facts,
    "At": At,
    "Ready": Ready,
    "Done": _done,
    "Failed": Failed,
}


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return {"$hex": value.hex()}
    if isinstance(value, datetime):
        return {"$at": value.isoformat()}
    if isinstance(value, Path):
        return str(value)
    raise TypeError(type(value).__name__)


def _revived(found: dict[str, Any]) -> object:
    match found:
        case {"$hex": str(digits)}:
            return bytes.fromhex(digits)
        case {"$at": str(moment)}:
            return datetime.fromisoformat(moment)
    return found
