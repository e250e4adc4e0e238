"""A backup and all that it goes on from, brought out of a target into a scratch folder.

Nothing is opened here: names alone tell the chain (`models/backupnames.py`), and what came is
judged by whoever assembles it. Only a file that somebody points at is asked itself what it is.
"""

from __future__ import annotations

import contextlib
import errno
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from desktop.audit.witness import CHECKPOINT_FILE
from desktop.crypto.container import ClearHeader, read_clear
from desktop.crypto.container_stream import trouble
from desktop.errors import VaultError
from desktop.models.backupnames import BackupName, chain_of, container_name, parse_name
from desktop.models.documents import Progress
from desktop.models.safekeeping import BackupId
from desktop.sync.targets.base import TargetError, is_container, tag_of, told

_SMALL = 64 * 1024


class Source(Protocol):
    """What of a reached target is needed to read from it (`sync/targets/base.Reached`)."""

    def names(self) -> list[tuple[str, int]]: ...
    def fetch(self, name: str, to: Path, progress: Progress | None = None) -> None: ...
    def read_small(self, name: str) -> bytes | None: ...


class LocalFolder:
    """Backups as they lie in a folder of this computer, with or without a target around it; never copied."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> list[tuple[str, int]]:
        with _reading():
            found = [(one.name, one.stat().st_size) for one in self.path.iterdir() if is_container(one.name)]
        return sorted(found)

    def read_small(self, name: str) -> bytes | None:
        with _reading():
            try:
                with (self.path / name).open("rb") as file:
                    return file.read(_SMALL)
            except FileNotFoundError:
                return None

    def file_of(self, name: str) -> Path:
        """Where the backup of that name lies."""
        return self.path / name


class PointedAt(LocalFolder):
    """One file, whatever somebody has called it since: its beginning says which backup it is.

    What it goes on from lies beside it under its own name.
    """

    def __init__(self, file: Path) -> None:
        """Raises VaultError "backup-cut", "backup-damaged", "backup-newer", "backup-not-one"."""
        super().__init__(file.parent)
        self._file = file
        with _reading(), file.open("rb") as opened:
            clear = read_clear(opened)
            self._size = opened.seek(0, io.SEEK_END)
        self.name = name_in(clear)

    def check(self) -> None:
        """Raises VaultError "backup-chain-broken" where what it goes on from is not there, and this
        file is as it was written; else "backup-cut" or "backup-damaged".
        """
        try:
            chain_in(self.name, dict(self.names()))
        except VaultError as error:
            with _reading(), self._file.open("rb") as opened:
                raise trouble(opened) or error from None

    def names(self) -> list[tuple[str, int]]:
        return sorted({**dict(super().names()), self.name: self._size}.items())

    def file_of(self, name: str) -> Path:
        return self._file if name == self.name else super().file_of(name)


Holder = Source | LocalFolder
"""What a chain is read from."""


def name_in(clear: ClearHeader) -> str:
    """What a backup is called by what its beginning says of it."""
    parent = None if clear.parent is None else BackupId(clear.parent)
    return container_name(datetime.fromtimestamp(clear.made_at / 1000, UTC), BackupId(clear.id), parent)


def folders_in(path: Path) -> list[LocalFolder]:
    """Where backups lie at `path`: in it, and in the practices' own folders inside it.

    Raises TargetError("target-not-connected") where there is no such folder.
    """
    here = LocalFolder(path)
    found = [here] if here.names() else []
    with _reading():
        inside = sorted(one for one in path.iterdir() if tag_of(one.name) is not None and one.is_dir())
    return found + [LocalFolder(one) for one in inside]


def fetch_chain(reached: Holder, name: str, scratch: Path, progress: Progress) -> tuple[Path, ...]:
    """The files of the chain that ends with `name`, the whole one first; what lies here is not copied.

    What `scratch` holds of it already, of the right size, is not fetched again. `progress` counts
    bytes; where it answers False, Refused("cancelled"). Raises VaultError "backup-missing" and
    "backup-chain-broken", and what reaching the target raises.
    """
    sizes = dict(reached.names())
    chain = chain_in(name, sizes)
    done, of = 0, sum(sizes[one.name] for one in chain)
    files = []
    for one in chain:
        files.append(_fetched(reached, one.name, sizes, scratch, _going_on(progress, done, of)))
        done += sizes[one.name]
        told(progress, done, of)
    return tuple(files)


def fetch_one(reached: Holder, name: str, scratch: Path, progress: Progress) -> Path:
    """One file of a chain, as `fetch_chain` has it. Raises VaultError("backup-missing")."""
    return _fetched(reached, name, dict(reached.names()), scratch, progress)


def _fetched(reached: Holder, name: str, sizes: dict[str, int], scratch: Path, progress: Progress) -> Path:
    if name not in sizes:
        raise VaultError("backup-missing")
    if isinstance(reached, LocalFolder):
        return reached.file_of(name)
    to = scratch / name
    if not to.exists() or to.stat().st_size != sizes[name]:
        reached.fetch(name, to, progress)
    return to


def bytes_to_fetch(reached: Holder, name: str) -> int:
    """What `fetch_chain` puts into its scratch folder. Raises as that does."""
    sizes = dict(reached.names())
    chain = chain_in(name, sizes)
    return 0 if isinstance(reached, LocalFolder) else sum(sizes[one.name] for one in chain)


def _going_on(progress: Progress, before: int, of: int) -> Progress:
    """The progress of one file as that of the whole chain."""
    return lambda done, _: progress(before + done, of)


def chain_in(name: str, sizes: dict[str, int]) -> tuple[BackupName, ...]:
    """The chain that ends with `name`, by what lies there. Raises as `fetch_chain`."""
    wanted = parse_name(name)
    if wanted is None or name not in sizes:
        raise VaultError("backup-missing")
    chain = chain_of(wanted, known_in(sizes))
    if chain is None:
        raise VaultError("backup-chain-broken")
    return chain


def known_in(sizes: dict[str, int]) -> list[BackupName]:
    """What lies there, newest first; of one second, what goes on from another is the newer."""
    found = [one for one in map(parse_name, sizes) if one is not None]

    def age(one: BackupName) -> tuple[datetime, int, str]:
        return one.made_at, len(chain_of(one, found) or ()), one.name

    return sorted(found, key=age, reverse=True)


def checkpoint_in(reached: Holder) -> str:
    """The signed note beside the backups, '' where there is none; nobody has looked at it yet."""
    return (reached.read_small(CHECKPOINT_FILE) or b"").decode("utf-8", "replace")


@contextlib.contextmanager
def _reading() -> Iterator[None]:
    """The system's words hold paths: they go no further than this."""
    try:
        yield
    except OSError as error:
        gone = error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ENODEV, errno.ENXIO)
        refused = error.errno in (errno.EACCES, errno.EPERM)
        code = "target-not-connected" if gone else "target-refused" if refused else "target-broken"
        raise TargetError(code) from None
