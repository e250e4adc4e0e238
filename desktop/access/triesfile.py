"""The bytes of `vault.tries`: canonical JSON with a sum, replaced whole."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import rfc8785

from desktop.models.ids import new_id
from desktop.paths import write_private

VERSION = 1
MOST_RECORDS = 2000
MOST_USERS = 500
_MOST_BYTES = 4 * 1024 * 1024


class DamagedTriesError(Exception):
    """The file is missing or not what was written."""


@dataclass
class Entry:
    """Failures in a row of one slot, and the moment of the last (ms, wall and monotonic)."""

    count: int = 0
    at: int = 0
    mono: int = 0
    boot: str = ""


@dataclass
class State:
    """The whole file. `floor` stands for everybody who has no entry of their own."""

    box: str
    """The X25519 public key in hexadecimal; '' after damage, until the next sign-in."""
    id: str = field(default_factory=new_id)
    """Of this file since it was made anew: serials count within it."""
    serial: int = 0
    damaged: bool = False
    unsealed: int = 0
    floor: Entry = field(default_factory=Entry)
    users: dict[str, Entry] = field(default_factory=dict)
    records: list[tuple[int, str]] = field(default_factory=list)

    def entry(self, user: str) -> Entry:
        return self.users.get(user) or replace(self.floor)

    def put(self, user: str, entry: Entry) -> None:
        """Keep `entry`; where names are tried out by the hundred, the oldest of the few tries goes."""
        self.users[user] = entry
        if len(self.users) > MOST_USERS:
            others = (name for name in self.users if name != user)
            del self.users[min(others, key=lambda name: (self.users[name].count, self.users[name].at))]


def read_state(path: Path) -> State:
    """Raises DamagedTriesError; OSError where the file is there but cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        raise DamagedTriesError from None
    try:
        tree = json.loads(data)
        checksum = tree.pop("sum")
        if tree.pop("v") != VERSION or checksum != _sum(tree):
            raise DamagedTriesError
        return State(
            **{
                **tree,
                "floor": Entry(**tree["floor"]),
                "users": {name: Entry(**entry) for name, entry in tree["users"].items()},
                "records": [(serial, blob) for serial, blob in tree["records"]],
            }
        )
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError, rfc8785.CanonicalizationError):
        raise DamagedTriesError from None


def write_state(path: Path, state: State) -> None:
    """Replace the file, whole or not at all."""
    tree = asdict(state)
    write_private(path, rfc8785.dumps({**tree, "v": VERSION, "sum": _sum(tree)}))


def _sum(tree: dict[str, Any]) -> str:
    return hashlib.sha256(rfc8785.dumps(tree)).hexdigest()
