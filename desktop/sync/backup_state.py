"""What is known of the last backup on this computer: its chain, and the tag of each page at that time.

A missing, older or damaged file only means that the next backup is a whole one: what a
backup holds is checked when it is read back, never taken from here.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from desktop.clock import milliseconds
from desktop.frozen import dataclass
from desktop.models.pages import TAG
from desktop.paths import replacing

FILE = "state"
MOST_LINKS = 24
WHOLE_EVERY = timedelta(days=7)
_MAGIC = b"sealwell-backup-state-1\n"
_MOST = 1024 * 1024


@dataclass(frozen=True)
class Link:
    """A container of the chain: `pages` in it, `made_at` in UTC milliseconds."""

    id: str
    name: str
    pages: int
    made_at: int


@dataclass(frozen=True)
class State:
    """`chain` begins with the whole one and holds `files` (name, SHA-256); `keys` is `sum_of` the slots."""

    vault_id: str
    epoch: int
    page_bytes: int
    pages: int
    keys: str
    files: tuple[tuple[str, str], ...]
    chain: tuple[Link, ...]

    def spelled(self) -> bytes:
        tree = json.dumps(asdict(self), separators=(",", ":")).encode("ascii")
        return _MAGIC + len(tree).to_bytes(4, "big") + tree

    def may_go_on(self, vault_id: str, epoch: int, page_bytes: int, now: datetime) -> bool:
        """Whether a backup of now may hold changes alone, as far as it can be said before looking at them."""
        moment = milliseconds(now)
        return (
            (self.vault_id, self.epoch, self.page_bytes) == (vault_id, epoch, page_bytes)
            and len(self.chain) < MOST_LINKS
            and moment >= self.chain[-1].made_at  # a clock that was set back begins anew
            and moment - self.chain[0].made_at < WHOLE_EVERY / timedelta(milliseconds=1)
        )

    def has_room_for(self, changed: int) -> bool:
        """Whether the changes stay below half of the whole one; beyond, a new whole one costs less."""
        return 2 * (changed + sum(link.pages for link in self.chain[1:])) < self.chain[0].pages


def sum_of(keys: bytes) -> str:
    """How `State.keys` tells two key files apart."""
    return hashlib.sha256(keys).hexdigest()


def read_state(folder: Path) -> State | None:
    """What stands there, if it has the right form and all files of its chain lie beside it."""
    try:
        with (folder / FILE).open("rb") as file:
            found = _read(file)
        complete = all((folder / link.name).is_file() for link in found.chain)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return found if complete and found.chain else None


@contextmanager
def tags_of(folder: Path) -> Iterator[BinaryIO]:
    """The tags of the state's pages, one behind the other."""
    with (folder / FILE).open("rb") as file:
        _read(file)
        yield file


def write_state(folder: Path, state: State, tags: Path) -> None:
    """Put `state` with the tags in the file `tags` in place of the one before."""
    with replacing(folder / FILE) as file:
        file.write(state.spelled())
        with tags.open("rb") as source:
            while data := source.read(_MOST):
                file.write(data)


def _read(file: BinaryIO) -> State:
    if file.read(len(_MAGIC)) != _MAGIC:
        raise ValueError("not a state")
    size = int.from_bytes(file.read(4), "big")
    tree = json.loads(file.read(size) if size <= _MOST else b"")
    chain = tuple(
        Link(str(one["id"]), str(one["name"]), int(one["pages"]), int(one["made_at"]))
        for one in tree["chain"]
    )
    state = State(
        vault_id=str(tree["vault_id"]),
        epoch=int(tree["epoch"]),
        page_bytes=int(tree["page_bytes"]),
        pages=int(tree["pages"]),
        keys=str(tree["keys"]),
        files=tuple((str(name), str(digest)) for name, digest in tree["files"]),
        chain=chain,
    )
    at = file.tell()
    if file.seek(0, os.SEEK_END) != at + state.pages * TAG:
        raise ValueError("tags are missing")
    file.seek(at)
    return state
