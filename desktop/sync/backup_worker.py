"""Making a backup in a process of its own: raw pages in, a sealed and proven container out.

A process of its own for three reasons: SQLite's locks of the program would be lost if it
opened and closed the database's file itself; window and service stay as quick as ever; and the
work can be ended at any moment by ending the process, with nothing to clean up but files
whose names begin with a dot.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from desktop.clock import milliseconds
from desktop.crypto.container import (
    ClearHeader,
    Content,
    Pages,
    Part,
    SealedHeader,
    StoredFile,
    Written,
    key_from,
    write_container,
)
from desktop.errors import SealwellError, VaultError
from desktop.models.backupnames import container_name
from desktop.models.documents import Progress
from desktop.models.lanes import known
from desktop.models.pages import Scan, every_page, read_pages, scan
from desktop.models.safekeeping import Backup, BackupId
from desktop.paths import PRIVATE_FILE, PracticeFolder, sync_folder
from desktop.sync.backup_chain import prove
from desktop.sync.backup_state import FILE as STATE
from desktop.sync.backup_state import Link, State, read_state, sum_of, tags_of, write_state
from desktop.sync.backup_words import At, Done, Facts, Failed, Order, Ready, Shape, hear, say

MAKING = ".making-"
"""How names of unfinished files begin; what a killed program left is removed by the next."""
_NICE = 10
_SPARE = 32 * 1024 * 1024
T = TypeVar("T")
_BLOCK = 256 * 1024
_SCANNED, _WRITTEN, _TOGETHER, _PROVEN = 10, 40, 70, 100
"""Shares of the whole, in per cent."""


def work(pipe: Connection[Any, Any]) -> None:
    """The process: an order in, news out; ends with the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _stand_back()
    try:
        say(pipe, Ready())
        order = heard(pipe, Order)
        try:
            say(pipe, Done(_Making(pipe, order).run()))
        except SealwellError as error:
            say(pipe, Failed(error.code, error.params))
        except OSError as error:
            if isinstance(error, BrokenPipeError | ConnectionError):
                raise
            trouble = known(error, writing=True) or VaultError("database-unwritable")
            say(pipe, Failed(trouble.code, {}))
    except (EOFError, BrokenPipeError, ConnectionError):
        return  # nobody waits for it any more


def heard(pipe: Connection[Any, Any], kind: type[T]) -> T:
    """The next word, which must be of that kind. Raises EOFError where nobody speaks any more."""
    word = hear(pipe)
    if not isinstance(word, kind):
        raise EOFError
    return word


class _Making:
    def __init__(self, pipe: Connection[Any, Any], order: Order) -> None:
        self._pipe, self._order = pipe, order
        self._folder = PracticeFolder(order.root)
        self._percent = -1
        self._making = self._folder.backups / f"{MAKING}{order.id}"
        self._tags = self._folder.backups / f"{MAKING}{order.id}.tags"

    def run(self) -> Backup | None:
        shape = heard(self._pipe, Shape)
        before = self._before(shape)
        scanned = self._scan(shape, before)
        facts = heard(self._pipe, Facts)
        keys = self._folder.keys.read_bytes()
        files = self._files(facts)
        held = tuple((one.name, one.sha256) for one in files)
        if before is not None:
            same = (before.pages, before.keys, before.files) == (shape.pages, sum_of(keys), held)
            if same and not scanned.changed:
                return None
            if not before.has_room_for(scanned.changed):
                before = None
        if before is None:
            scanned = every_page(scanned, shape.pages, shape.page_bytes)
        self._check_room(shape, scanned)
        clear = self._clear(before, keys)
        kept = before.files if before is not None else ()
        sealed = self._sealed(shape, facts, scanned, [_marked(one, kept) for one in files])
        written = self._write(clear, sealed, scanned)
        say(self._pipe, Ready())
        heard(self._pipe, Ready)
        self._prove(before, sealed)
        link = Link(clear.id, clear.name, scanned.changed, clear.made_at)
        chain = (link,) if before is None else (*before.chain, link)
        order = self._order
        state = State(
            order.vault_id.hex(), order.keys.epoch, shape.page_bytes, shape.pages, sum_of(keys), held, chain
        )
        self._put_in_place(clear.name, state)
        return Backup(
            id=BackupId(clear.id),
            name=clear.name,
            made_at=order.now,
            parent=None if clear.parent is None else BackupId(clear.parent),
            epoch=clear.epoch,
            records=sealed.records,
            root=sealed.root,
            note=sealed.note,
            bytes=written.bytes,
            changed=scanned.changed * shape.page_bytes,
            sha256=written.sha256,
            checked_at=order.now,
        )

    def _before(self, shape: Shape) -> State | None:
        state, order = read_state(self._folder.backups), self._order
        if state is None:
            return None
        fits = state.may_go_on(order.vault_id.hex(), order.keys.epoch, shape.page_bytes, order.now)
        return state if fits else None

    def _scan(self, shape: Shape, before: State | None) -> Scan:
        def looked(known_tags: BinaryIO | None) -> Scan:
            with open(self._tags, "xb", opener=_private) as tags:
                return scan(
                    self._folder.database,
                    shape.pages,
                    shape.page_bytes,
                    known_tags,
                    tags,
                    self._share(0, _SCANNED),
                )

        if before is None:
            return looked(None)
        with tags_of(self._folder.backups) as known_tags:
            return looked(known_tags)

    def _files(self, facts: Facts) -> list[StoredFile]:
        """The sealed years that lie where they should; a missing one is the log's own trouble."""
        found = []
        for name in facts.files:
            path = self._folder.segments / name
            if path.is_file():
                with path.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                found.append(StoredFile(name, digest, path.stat().st_size, here=True))
        return found

    def _check_room(self, shape: Shape, scanned: Scan) -> None:
        """For the container, and for the database that is put together from it."""
        wanted = (shape.pages + scanned.changed * 33 // 32) * shape.page_bytes + _SPARE
        if shutil.disk_usage(self._folder.backups).free < wanted:
            raise VaultError("disk-full")

    def _clear(self, before: State | None, keys: bytes) -> ClearHeader:
        order = self._order
        backup = BackupId(order.id)
        parent = None if before is None else BackupId(before.chain[-1].id)
        return ClearHeader(
            id=backup,
            vault_id=order.vault_id,
            epoch=order.keys.epoch,
            made_at=milliseconds(order.now),
            parent=parent,
            name=container_name(order.now, backup, parent),
            salt=order.salt,
            keys=keys,
        )

    def _sealed(self, shape: Shape, facts: Facts, scanned: Scan, files: list[StoredFile]) -> SealedHeader:
        return SealedHeader(
            revision=facts.revision,
            program=self._order.program,
            note=facts.note,
            records=facts.records,
            root=facts.root,
            head_hash=facts.head_hash,
            pages=shape.pages,
            page_bytes=shape.page_bytes,
            digest=scanned.digest,
            counts=facts.counts,
            files=tuple(files),
        )

    def _write(self, clear: ClearHeader, sealed: SealedHeader, scanned: Scan) -> Written:
        told = self._share(_SCANNED, _WRITTEN)
        with open(self._making, "xb", opener=_private) as file:
            key = key_from(self._order.secret, clear)
            written = write_container(file, clear, key, sealed, self._parts(sealed, scanned, told))
            file.flush()
            os.fsync(file.fileno())
            _forget_cached(file)
        return written

    def _parts(self, sealed: SealedHeader, scanned: Scan, told: Progress) -> Iterator[Part]:
        path, done = self._folder.database, 0
        for first, count in scanned.each():
            yield Pages(
                first,
                count,
                read_pages(
                    path,
                    first,
                    count,
                    sealed.page_bytes,
                ),
            )
            done += count
            told(done, scanned.changed)
        for index, one in enumerate(sealed.files):
            if one.here:
                yield Content(index, one.size, _blocks(self._folder.segments / one.name))

    def _prove(self, before: State | None, sealed: SealedHeader) -> None:
        """Read back what the disk has, with all that it goes on from.

        Where that is not what was sealed, the next one goes on from nothing that lies here.
        """
        order, folder = self._order, self._folder.backups
        earlier = [] if before is None else [folder / link.name for link in before.chain]
        told = self._share(_WRITTEN, _TOGETHER)
        try:
            found = prove(
                [*earlier, self._making],
                lambda header: key_from(order.secret, header),
                order.keys,
                folder,
                told,
            )
            if found != sealed:
                raise VaultError("backup-damaged")
        except VaultError as error:
            if error.code.startswith("backup-"):
                (folder / STATE).unlink(missing_ok=True)
            raise

    def _put_in_place(self, name: str, state: State) -> None:
        """From here on it is a backup; what it does not go on from is needed here no more."""
        folder = self._folder.backups
        os.replace(self._making, folder / name)
        sync_folder(folder)
        write_state(folder, state, self._tags)
        self._tags.unlink()
        self._share(_TOGETHER, _PROVEN)(1, 1)

    def _share(self, start: int, end: int) -> Progress:
        def told(done: int, total: int) -> bool:
            percent = start + (end - start) * done // max(total, 1)
            if percent > self._percent:
                self._percent = percent
                say(self._pipe, At(percent))
            return True

        return told


def _marked(one: StoredFile, kept: tuple[tuple[str, str], ...]) -> StoredFile:
    here = (one.name, one.sha256) not in kept
    return StoredFile(one.name, one.sha256, one.size, here)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while data := file.read(_BLOCK):
            yield data


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, PRIVATE_FILE)


def _stand_back() -> None:
    """Whoever waits for the window comes first, where the system lets us say so."""
    if sys.platform != "win32":
        os.nice(_NICE)


def _forget_cached(file: BinaryIO) -> None:
    """So that reading back asks the disk, where the system has a way to say it."""
    if sys.platform == "linux":
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
