"""One run: make a backup if something changed, carry it to the targets that are due, tidy up here.

What goes wrong at one target is its own trouble and keeps nothing from the others. Two programs
that have the practice open do not run at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from desktop.audit.acts import Act
from desktop.audit.events import Event
from desktop.clock import Clock
from desktop.crypto.openvault import OpenVault
from desktop.errors import DeliveryError, InputError, Refused, VaultError
from desktop.frozen import dataclass
from desktop.locks import exclusive
from desktop.models import backups, targets
from desktop.models.database import Database, Tx
from desktop.models.documents import Progress
from desktop.models.lanes import known
from desktop.models.records import Reason
from desktop.models.safekeeping import Backup, Target, TargetId, TargetTry
from desktop.paths import PracticeFolder, make_private_folder
from desktop.sync.backup_carry import Carrier, Outside, Record
from desktop.sync.backup_make import make
from desktop.sync.backup_state import FILE, read_state

_LOCK = ".run.lock"
_SECOND, _PUT_RIGHT = timedelta(seconds=1), timedelta(hours=1)
_MAKING = 50
"""Per cent of a run that is making and checking; the rest is carried."""


@dataclass(frozen=True)
class Rules:
    """What is decided above: whether anything changed since so many records, and why nothing is put on
    a target.
    """

    changed: Callable[[Tx, int], bool]
    refusal: Callable[[Tx, Target], Reason | None]


@dataclass(frozen=True)
class Ran:
    """`backup` is what was made, None where nothing had changed."""

    backup: Backup | None
    copied: tuple[TargetId, ...] = ()
    failed: tuple[tuple[TargetId, Reason], ...] = ()


class Runner:
    """Blocks; called by one thread at a time."""

    def __init__(
        self,
        folder: PracticeFolder,
        vault: OpenVault,
        database: Database,
        clock: Clock,
        rules: Rules,
        outside: Outside,
    ) -> None:
        self._folder = folder
        self._vault = vault
        self._database = database
        self._clock = clock
        self._rules = rules
        self._carrier = Carrier(folder.backups, database, clock, outside)
        self._said = ""
        self.still = threading.Event()
        """Nothing reads the database's file."""
        self.still.set()

    def run(
        self,
        wanted: Iterable[Target],
        record: Record,
        progress: Progress | None = None,
        *,
        anew: bool = True,
    ) -> Ran:
        """Carry the newest to all of `wanted`; with `anew` make one first, if something changed.

        `progress` is told per cent. Raises Refused "cancelled", "backup-running" where another
        program is at it, VaultError where none could be made.
        """
        try:
            lock = exclusive(make_private_folder(self._folder.backups) / _LOCK)
        except OSError as error:
            raise known(error, writing=True) or VaultError("database-unwritable") from error
        if lock is None:
            raise Refused("backup-running")
        with lock:
            newest = self.usable()
            made = None
            if newest is None or (anew and self.is_due()):
                made = self._made(record, _part(progress, 0, _MAKING))
            newest = made or newest
            if newest is None:
                return Ran(None)
            return self._carried(made, newest, list(wanted), record, progress)

    def is_due(self) -> bool:
        """Whether something changed since the last one, or there is none that could be carried."""
        newest = self.usable()
        return newest is None or self._database.read(lambda tx: self._rules.changed(tx, newest.records))

    def usable(self) -> Backup | None:
        """The newest that was made, if it lies here with its chain."""
        newest = self._database.read(backups.newest)
        state = read_state(self._folder.backups)
        if newest is None or state is None or state.chain[-1].id != newest.id:
            return None
        return newest

    def _made(self, record: Record, progress: Progress) -> Backup | None:
        if self.usable() is None:
            # What lies here is not what the rows say (a restored database, a crash in between):
            # nothing may go on from it.
            (self._folder.backups / FILE).unlink(missing_ok=True)
        self.still.clear()
        try:
            now = self._moment()
            made = make(self._folder, self._vault, self._database, now, progress)
        except VaultError as error:
            self._failed(error, record)
            raise
        finally:
            self.still.set()
        self._said = ""
        if made is None:
            return None
        one = made.backup

        def keep(tx: Tx) -> None:
            backups.add(tx, one)
            det: dict[str, str | int] = {"records": one.records, "root": one.root}
            record(tx, Event(Act.BACKUP_MADE, one.id, det=det | {"bytes": one.bytes, "content": one.sha256}))

        self._database.write(keep)
        return one

    def _moment(self) -> datetime:
        """Names are told to the second and sorted by it: of two, the later one is called later, also
        where the clock was put right by a little in between.
        """
        now, newest = self._clock.now(), self._database.read(backups.newest)
        if newest is not None and now < newest.made_at + _SECOND < now + _PUT_RIGHT:
            return newest.made_at + _SECOND
        return now

    def _failed(self, error: VaultError, record: Record) -> None:
        """Said once for each trouble, and not at each of its tries."""
        if error.code != self._said:
            self._said = error.code
            event = Event(Act.BACKUP_FAILED, outcome="failed", why=error.code)
            self._database.write(lambda tx: record(tx, event))

    def _carried(
        self,
        made: Backup | None,
        newest: Backup,
        wanted: list[Target],
        record: Record,
        progress: Progress | None,
    ) -> Ran:
        copied, failed = list[TargetId](), list[tuple[TargetId, Reason]]()
        for number, target in enumerate(wanted):
            share = (100 - _MAKING) / len(wanted)
            part = _part(progress, _MAKING + share * number, _MAKING + share * (number + 1))
            why = self._refusal(target) or self._tried(target, newest, record, part)
            if why is None:
                copied.append(target.id)
            else:
                failed.append((target.id, why))
        return Ran(made, tuple(copied), tuple(failed))

    def _refusal(self, target: Target) -> Reason | None:
        return self._database.read(lambda tx: self._rules.refusal(tx, target))

    def _tried(self, target: Target, newest: Backup, record: Record, progress: Progress) -> Reason | None:
        """What went wrong there, and is kept beside the target."""
        try:
            self._carrier.carry(target, newest, record, progress)
        except (DeliveryError, InputError) as error:
            self._note(target, error.code, record)
            return Reason(error.code, dict(error.params))
        except VaultError as error:
            if error.code != "backup-chain-broken":
                raise
            self._note(target, error.code, record)
            return Reason(error.code, dict(error.params))
        return None

    def _note(self, target: Target, code: str, record: Record) -> None:
        """A drive that is in a drawer for a week is one record, and not a thousand."""
        now = self._clock.now()

        def keep(tx: Tx) -> None:
            before = targets.last_try(tx, target.id)
            targets.note_try(tx, TargetTry(target.id, now, code))
            if before is None or before.trouble != code:
                record(tx, Event(Act.BACKUP_FAILED, target.id, outcome="failed", why=code))

        self._database.write(keep)


def _part(progress: Progress | None, start: float, end: float) -> Progress:
    """A part of a run, told as per cent of the whole."""

    def told(done: int, of: int) -> bool:
        share = min(1.0, done / of) if of else 0.0
        return progress is None or progress(round(start + (end - start) * share), 100)

    return told
