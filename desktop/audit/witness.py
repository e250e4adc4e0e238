"""Witnesses: places outside the database that know where the log stood (SECURITY.md 5.2).

A database that was set back to an older state is whole and agrees with itself; only somebody
who saw it later can tell. The keyring is near: another place, but the same computer. An export,
a backup, a mail to the security officer and a printed page are outside.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from desktop.audit.chain import is_whole, leaf_hash
from desktop.audit.merkle import HASH, Range, frontier
from desktop.audit.note import origin_of, read_checkpoint
from desktop.crypto.devicekey import DeviceStore
from desktop.errors import InputError, VaultError
from desktop.frozen import dataclass
from desktop.models import audit as kept
from desktop.models import witnesses
from desktop.models.database import Tx
from desktop.paths import write_private

KEYRING = "keyring"
EXPORT = "export"
BACKUP = "backup"
MAIL = "mail"
PAPER = "paper"
OUTSIDE = frozenset({EXPORT, BACKUP, MAIL, PAPER})
"""Kinds that survive when this computer, keyring and all, is set back to an older state."""

ROLLED_BACK = "rolled-back"
TRUNCATED = "truncated"
FORKED = "forked"
OTHER_VAULT = "other-vault"

CHECKPOINT_FILE = "checkpoint.txt"
"""The name under which a backup carries its checkpoint: the signed note, nothing else."""


@dataclass(frozen=True)
class Mark:
    """The log had `size` records with the Merkle root `root` (hex) in epoch `epoch` of the vault.

    `note` is the signed checkpoint where there is one for that size. `in_use`: a program had
    the database open and did not yet say that it closed it.
    """

    size: int
    root: str
    epoch: int
    at: datetime
    note: str = ""
    in_use: bool = False


@dataclass(frozen=True)
class Gap:
    """Records `first` to `last` are missing or differ; `root` is what the witness saw, '' if only a size."""

    kind: str
    first: int
    last: int
    witness: str
    since: datetime | None = None
    root: str = ""


class Witness(Protocol):
    """One place that keeps the last mark."""

    name: str

    def publish(self, mark: Mark) -> None:
        """Keep `mark` in place of an older one. VaultError or OSError where it cannot."""
        ...

    def known(self) -> Mark | None:
        """The last mark, None where there is none. Raises where it cannot be asked."""
        ...


class KeyringWitness:
    """The operating system's key store: one small item per practice."""

    name = KEYRING

    def __init__(self, store: DeviceStore, vault_id: bytes) -> None:
        self._store = store
        self._item = f"mark-{vault_id.hex()}"

    def publish(self, mark: Mark) -> None:
        tree = {
            "v": 1,
            "size": mark.size,
            "root": mark.root,
            "epoch": mark.epoch,
            "at": int(mark.at.timestamp() * 1000),
            "in_use": int(mark.in_use),
        }
        self._store.set(self._item, json.dumps(tree, separators=(",", ":")).encode("ascii"))

    def known(self) -> Mark | None:
        """Raises VaultError as the store does, and "mark-damaged" for what is no mark."""
        found = self._store.get(self._item)
        return None if found is None else _read(found)

    def forget(self) -> None:
        """For a computer that is retired."""
        self._store.delete(self._item)


class NoteWitness:
    """A file with the signed checkpoint, as exports and backups carry it; `vkey` is the log's key."""

    def __init__(self, name: str, path: Path, vkey: str, epoch: int = 0) -> None:
        self.name = name
        self._path = path
        self._vkey = vkey
        self._epoch = epoch

    def publish(self, mark: Mark) -> None:
        write_private(self._path, mark.note.encode("utf-8"))

    def known(self) -> Mark | None:
        """Raises InputError "checkpoint-forged" or "checkpoint-unreadable", OSError."""
        if not self._path.exists():
            return None
        try:
            note = self._path.read_text("utf-8")
        except UnicodeDecodeError:
            raise InputError("checkpoint-unreadable") from None
        seen = read_checkpoint(note, self._vkey)
        vault_id = bytes.fromhex(self._vkey.partition("+")[0].partition("/")[2])
        if seen.origin != origin_of(vault_id):
            raise InputError("checkpoint-forged")
        at = datetime.fromtimestamp(self._path.stat().st_mtime, UTC)
        return Mark(seen.size, seen.root.hex(), self._epoch, at, note)


class Place:
    """Which practice this account last opened in a folder: a whole other one in its place is seen."""

    def __init__(self, store: DeviceStore, folder: str) -> None:
        self._store = store
        self._item = f"place-{leaf_hash(folder.encode('utf-8', 'surrogateescape'))[:32]}"

    def known(self) -> bytes | None:
        return self._store.get(self._item)

    def keep(self, vault_id: bytes) -> None:
        self._store.set(self._item, vault_id)

    def forget(self) -> None:
        self._store.delete(self._item)


def tree_at(tx: Tx, size: int | None = None) -> Range:
    """The frontier of the first `size` records (None: all), from the nearest kept checkpoint on.

    Each record behind that checkpoint is hashed anew. It ends earlier where records are missing.
    """
    before = witnesses.checkpoint_upto(tx, size) if size is not None else witnesses.checkpoint_upto(tx, _ALL)
    tree = Range()
    if before is not None:
        try:
            tree = frontier(before.size, before.frontier)
        except ValueError:
            raise VaultError("log-damaged") from None
    left = None if size is None else size - tree.stop
    for record in kept.records(tx, after=tree.stop, limit=left):
        if record.seq != tree.stop + 1:
            break
        tree.append(bytes.fromhex(leaf_hash(record.body.encode("utf-8", "surrogatepass"))))
    return tree


_ALL = 2**62


def compare(tx: Tx, mark: Mark, witness: str) -> Gap | None:
    """What is missing or other than `mark` says; None where the log goes on from it."""
    head = kept.last(tx)
    size = head.seq if head is not None else 0
    if size < mark.size:
        # Traces of the missing records tell a cut tail from a whole older state.
        kind = TRUNCATED if witnesses.last_proven(tx) > size else ROLLED_BACK
        return Gap(kind, size + 1, mark.size, witness, mark.at, mark.root)
    tree = tree_at(tx, mark.size)
    if tree.stop == mark.size and tree.root().hex() == mark.root:
        return None
    agreed = witnesses.checkpoint_upto(tx, mark.size)
    return Gap(FORKED, (agreed.size if agreed else 0) + 1, mark.size, witness, mark.at, mark.root)


def _read(found: bytes) -> Mark:
    try:
        tree: dict[str, Any] = json.loads(found)
        numbers = [tree["size"], tree["epoch"], tree["at"], tree["in_use"]]
        root = bytes.fromhex(tree["root"])
        if tree["v"] != 1 or not all(is_whole(number) for number in numbers) or len(root) != HASH:
            raise ValueError
        at = datetime.fromtimestamp(tree["at"] / 1000, UTC)
    except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError):
        raise VaultError("mark-damaged") from None
    return Mark(tree["size"], root.hex(), tree["epoch"], at, in_use=bool(tree["in_use"]))
