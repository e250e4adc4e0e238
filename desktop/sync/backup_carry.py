"""A backup and all that it goes on from, to one target: put, read back, counted, then older ones thinned.

What lies on a target and what our rows say of it may part: somebody empties the drive, a restored
database remembers files that were thinned out since. So each visit begins by looking, and a row
is written only for what was read back and is equal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from desktop.audit.acts import Act
from desktop.audit.events import Event
from desktop.audit.witness import BACKUP, CHECKPOINT_FILE
from desktop.clock import Clock
from desktop.errors import Refused, VaultError
from desktop.frozen import dataclass
from desktop.models import backups, targets, witnesses
from desktop.models.backupnames import chain_of, parse_name
from desktop.models.database import Database, Tx
from desktop.models.documents import Progress
from desktop.models.safekeeping import Backup, Place, Target, TargetTry
from desktop.models.witnesses import GivenMark
from desktop.sync.targets.base import Reached, TargetError
from desktop.sync.thinning import keep, order_of_removal

Record = Callable[[Tx, Event], object]
"""Writes an audit record of the person or the program that makes the backup."""
Reach = Callable[[Place, str, str, str | None], Reached]


@dataclass(frozen=True)
class Outside:
    """`reach` opens a target; `kept` is told, in the same transaction, when the newest lies on one."""

    reach: Reach
    tag: str
    kept: Callable[[Tx, datetime], None]


class Carrier:
    """Puts what lies in `folder` onto targets. One at a time; every method blocks."""

    def __init__(self, folder: Path, database: Database, clock: Clock, outside: Outside) -> None:
        self._folder = folder
        self._database = database
        self._clock = clock
        self._outside = outside

    def carry(self, target: Target, newest: Backup, record: Record, progress: Progress | None = None) -> None:
        """Afterwards `newest` can be restored from this target alone.

        `progress` counts bytes, put and read back. Raises TargetError, InputError of a wrong
        address, Refused "cancelled", VaultError "backup-chain-broken" where a part of the chain
        lies neither here nor there.
        """
        secret = self._database.read(lambda tx: targets.secret(tx, target.id))
        place, tag = target.place, self._outside.tag
        with closing(self._outside.reach(place, secret, tag, target.marker)) as reached:
            there = dict(reached.names())
            self._settle(target, there, record)
            chain = self._chain(newest, there)
            missing = self._missing(target, chain, there)
            meter = _Meter(progress, 2 * sum(one.bytes for one in missing))
            for one in missing:
                self._put(reached, target, one, there, meter)
                self._count(target, one, record, last=one.id == newest.id)
            if newest.note:  # where the log is damaged, what is known of it there stays
                reached.write_small(CHECKPOINT_FILE, newest.note.encode("utf-8"))
            self._thin(reached, target, {one.name for one in chain}, record)
        at = self._clock.now()
        self._database.write(lambda tx: targets.note_try(tx, TargetTry(target.id, at)))

    def _settle(self, target: Target, there: Mapping[str, int], record: Record) -> None:
        """Rows of files that lie there no more, or have another size, are ended."""
        known = self._database.read(lambda tx: backups.of_target(tx, target.id))
        gone = [one for one in known if there.get(one.name) != one.bytes]
        if gone:
            self._database.write(lambda tx: self._end(tx, target, gone, record, why="not-there"))

    def _end(self, tx: Tx, target: Target, gone: Sequence[Backup], record: Record, why: str = "") -> None:
        now = self._clock.now()
        for one in gone:
            backups.remove_copy(tx, one.id, target.id, now)
        record(tx, Event(Act.BACKUP_THINNED, target.id, why=why, det={"count": len(gone)}))

    def _chain(self, newest: Backup, there: Mapping[str, int]) -> list[Backup]:
        """The whole one first, each by its row."""
        names = {path.name for path in self._folder.iterdir()} | there.keys()
        parsed = [found for name in names if (found := parse_name(name)) is not None]
        wanted = next((one for one in parsed if one.name == newest.name), None)
        chain = chain_of(wanted, parsed) if wanted is not None else None
        if chain is None:
            raise VaultError("backup-chain-broken")
        links = [one.name for one in chain]
        rows = self._database.read(lambda tx: [backups.by_name(tx, name) for name in links])
        known = [row for row in rows if row is not None]
        if len(known) != len(links):
            raise VaultError("backup-chain-broken")
        return known

    def _missing(self, target: Target, chain: list[Backup], there: Mapping[str, int]) -> list[Backup]:
        known = self._database.read(lambda tx: {one.id for one in backups.of_target(tx, target.id)})
        missing = [one for one in chain if one.id not in known]
        for one in missing:
            lies = there.get(one.name) == one.bytes
            if not lies and not (self._folder / one.name).is_file():
                raise VaultError("backup-chain-broken")
        return missing

    def _put(
        self, reached: Reached, target: Target, one: Backup, there: Mapping[str, int], meter: _Meter
    ) -> None:
        """A file that lies there already, of a try whose row was never written, is read like a new one."""
        lies = there.get(one.name)
        if lies is not None and lies != one.bytes:
            reached.remove(one.name)
            lies = None
        if lies is None:
            reached.put(one.name, self._folder / one.name, meter.of(one.bytes))
        meter.begin(one.bytes)
        if reached.sha256(one.name, meter.of(one.bytes)) != one.sha256:
            reached.remove(one.name)
            self._drop_spoiled(one)
            raise TargetError("target-broken")
        meter.begin(one.bytes)

    def _drop_spoiled(self, one: Backup) -> None:
        """Where the file here is what changed, no target is to blame, and a whole new one is made."""
        path = self._folder / one.name
        if not path.is_file():
            return
        with path.open("rb") as file:
            spoiled = hashlib.file_digest(file, "sha256").hexdigest() != one.sha256
        if spoiled:
            path.unlink()
            raise VaultError("backup-chain-broken")

    def _count(self, target: Target, one: Backup, record: Record, *, last: bool) -> None:
        now = self._clock.now()

        def note(tx: Tx) -> None:
            backups.put_copy(tx, one.id, target.id, now)
            record(tx, Event(Act.BACKUP_PUT, one.id, det={"target": target.id, "bytes": one.bytes}))
            if last:
                witnesses.put(tx, GivenMark(BACKUP, one.records, one.note, now))
                self._outside.kept(tx, now)

        self._database.write(note)

    def _thin(self, reached: Reached, target: Target, chain: set[str], record: Record) -> None:
        """Rows first: stopped in between, a file too many lies there, and none is missing that we count."""
        reached.sweep(chain)
        names = [name for name, _ in reached.names()]
        kept = keep(names, self._clock.now()) | chain
        goes = order_of_removal(names, frozenset(kept))
        if not goes:
            return
        known = self._database.read(lambda tx: backups.of_target(tx, target.id))
        rows = [one for one in known if one.name in set(goes)]
        if rows:
            self._database.write(lambda tx: self._end(tx, target, rows, record))
        for name in goes:
            reached.remove(name)


class _Meter:
    """Several files as one row of bytes."""

    def __init__(self, progress: Progress | None, whole: int) -> None:
        self._progress = progress
        self._whole = max(1, whole)
        self._done = 0
        self.tell(0)

    def begin(self, size: int) -> None:
        self._done += size

    def of(self, size: int) -> Progress:
        """For one file; the answer goes back to whoever moves it."""

        def told(done: int, of: int) -> bool:
            part = size * done // of if of else 0
            return self._progress is None or self._progress(self._done + part, self._whole)

        return told

    def tell(self, done: int) -> None:
        if self._progress is not None and not self._progress(done, self._whole):
            raise Refused("cancelled")
