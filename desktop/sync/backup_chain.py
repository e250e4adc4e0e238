"""Reading backups: a chain of containers put together into a practice's files, and the proof of it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from desktop.audit.witness import tree_at
from desktop.crypto.container import (
    ClearHeader,
    Content,
    Opened,
    Pages,
    SealedHeader,
    open_container,
    read_clear,
)
from desktop.errors import Refused, VaultError
from desktop.models.backupcheck import check_copy, looking
from desktop.models.documents import Progress
from desktop.models.lanes import Tx, known
from desktop.models.rekey import DatabaseKeys
from desktop.paths import PRIVATE_FILE, PracticeFolder, make_private_folder

KeyOf = Callable[[ClearHeader], bytes]
"""The key of a container (`crypto/container.container_key`)."""
SCRATCH = ".scratch-"
"""How folders begin in which a backup is put together; what a killed program left is removed later."""


def assemble(chain: Sequence[Path], key_of: KeyOf, to: Path, progress: Progress) -> SealedHeader:
    """Put the database and the sealed years of the log into the empty folder `to`, named as a practice's.

    `chain` begins with the whole backup, each next one goes on from the one before. The database
    is put together and its seals are untouched: `check_copy` proves it. The key slots are those of
    `read_clear(newest).keys`; they are the caller's to write, as is removing `to` where this raises.
    `progress` is in bytes. Raises Refused("cancelled"), VaultError "backup-chain-broken", "disk-full",
    "database-unwritable" where the folder takes nothing, and those of `open_container` and `key_of`.
    """
    if not chain:
        raise VaultError("backup-chain-broken")
    with _troubles():
        return _Assembling(chain, key_of, PracticeFolder(to), progress).run()


def prove(
    chain: Sequence[Path], key_of: KeyOf, keys: DatabaseKeys, beside: Path, progress: Progress
) -> SealedHeader:
    """Put the chain together in a scratch folder in `beside`, check every part of it, remove it again.

    Raises as `assemble` and `check_copy`, and VaultError("backup-damaged") where the audit log in
    it has another root than was sealed.
    """
    with scratch(beside) as to:
        sealed = assemble(chain, key_of, to, progress)
        check_assembled(to, keys, sealed)
    return sealed


def check_assembled(to: Path, keys: DatabaseKeys, sealed: SealedHeader) -> None:
    """Every check of what `assemble` put into `to`; the folder is as it was afterwards. Raises as `prove`."""
    path = PracticeFolder(to).database
    check_copy(path, keys, sealed)
    with looking(path, keys) as tx:
        if root_of(tx, sealed.records) != sealed.root:
            raise VaultError("backup-damaged")


def root_of(tx: Tx, records: int) -> str:
    """The Merkle root (hex) of the audit log, '' where records are missing: then the log is damaged.

    That is no reason to keep no backup of the rest; the log's own check says it.
    """
    try:
        tree = tree_at(tx, records)
    except VaultError:
        return ""
    return tree.root().hex() if tree.stop == records else ""


@contextlib.contextmanager
def scratch(beside: Path) -> Iterator[Path]:
    """A private folder in `beside`, removed with all that is in it, whatever happens."""
    with _troubles():
        folder = make_private_folder(beside / f"{SCRATCH}{secrets.token_hex(6)}")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Assembling:
    def __init__(
        self, chain: Sequence[Path], key_of: KeyOf, folder: PracticeFolder, progress: Progress
    ) -> None:
        self._chain, self._key_of, self._folder, self._progress = chain, key_of, folder, progress
        self._total = sum(path.stat().st_size for path in chain)
        self._done = 0
        self._files: dict[str, str] = {}

    def run(self) -> SealedHeader:
        before: ClearHeader | None = None
        with open(self._folder.database, "xb", opener=_private) as target:
            for path in self._chain:
                with path.open("rb") as file:
                    clear = read_clear(file)
                    _check_link(before, clear)
                    opened = open_container(file, self._key_of(clear))
                    self._take(opened, target)
                before = clear
            sealed = opened.header
            target.truncate(sealed.pages * sealed.page_bytes)
        self._settle(sealed)
        return sealed

    def _take(self, opened: Opened, target: BinaryIO) -> None:
        header = opened.header
        target.truncate(header.pages * header.page_bytes)
        for part in opened.parts():
            if isinstance(part, Pages):
                target.seek((part.first - 1) * header.page_bytes)
                for data in part.data:
                    target.write(data)
                    self._tell(len(data))
            else:
                self._keep(part, header)

    def _keep(self, part: Content, header: SealedHeader) -> None:
        one, summed = header.files[part.index], hashlib.sha256()
        folder = make_private_folder(self._folder.segments)
        with open(folder / one.name, "wb", opener=_private) as file:
            for data in part.data:
                summed.update(data)
                file.write(data)
                self._tell(len(data))
        if summed.hexdigest() != one.sha256:
            raise VaultError("backup-damaged")
        self._files[one.name] = one.sha256

    def _settle(self, sealed: SealedHeader) -> None:
        """Exactly the files that the newest one names."""
        wanted = {one.name: one.sha256 for one in sealed.files}
        if any(self._files.get(name) != digest for name, digest in wanted.items()):
            raise VaultError("backup-chain-broken")
        for name in self._files.keys() - wanted.keys():
            (self._folder.segments / name).unlink()

    def _tell(self, size: int) -> None:
        self._done += size
        if not self._progress(min(self._done, self._total), self._total):
            raise Refused("cancelled")


def _check_link(before: ClearHeader | None, clear: ClearHeader) -> None:
    parent = None if before is None else before.id
    if clear.parent != parent:
        raise VaultError("backup-chain-broken")
    if before is not None and (clear.vault_id, clear.epoch) != (before.vault_id, before.epoch):
        raise VaultError("backup-chain-broken")


@contextlib.contextmanager
def _troubles() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise VaultError("backup-chain-broken") from error
    except OSError as error:
        raise known(error, writing=True) or VaultError("database-unwritable") from error


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, PRIVATE_FILE)
