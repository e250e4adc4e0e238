"""Makes backups while the practice is open: every four hours of use, and when the last person leaves.

One thread of its own: neither a window, a lane of the database nor a sign-in waits for it. Where
entries of the log are missing and nobody said why, nothing is made: it could push out what shows
how things were.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from desktop.audit.events import Event
from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.compliance import freshness
from desktop.compliance.alerts import BACKUP_AT
from desktop.crypto.openvault import OpenVault
from desktop.errors import Refused, SealwellError
from desktop.models import backups, settings, targets
from desktop.models.database import Database, Tx
from desktop.models.documents import Progress
from desktop.models.safekeeping import MOUNTED, Target, TargetId
from desktop.office.backup_lines import is_beside, note_disk, refusal
from desktop.office.values_backups import BackupMade
from desktop.paths import PracticeFolder, same_disk
from desktop.sync.backup_carry import Outside, Reach, Record
from desktop.sync.backup_run import Ran, Rules, Runner
from desktop.sync.targets.base import vault_tag
from desktop.sync.targets.reach import reach as reach_target

LOOK_EVERY = 30.0
AGAIN, AGAIN_MOST = 10 * 60.0, 4 * 3600.0
"""Seconds to the next try after trouble, doubled each time; the most of it."""
SOON = 60.0
"""A drive that is not there is looked for so often: it costs a glance and is no trouble."""
CLOSING_MOST = 30 * 60.0
_WAIT = 0.2
_STILL = 20.0
_NO_TROUBLE = ("target-not-connected", "backup-running")
_MAKING = ""


class BackupWatch:
    """One per open practice, with its own thread; `stop` before the database closes."""

    def __init__(
        self,
        folder: PracticeFolder,
        vault: OpenVault,
        database: Database,
        audit: AuditLog,
        clock: Clock,
        has_gap: Callable[[], bool] = lambda: False,
        reach: Reach = reach_target,
    ) -> None:
        self._folder = folder
        self._database = database
        self._audit = audit
        self._clock = clock
        self._has_gap = has_gap
        rules = Rules(self._changed, lambda tx, target: refusal(tx, target, clock.now()))
        outside = Outside(reach, vault_tag(vault.vault_id.hex()), _note_outside)
        self._runner = Runner(folder, vault, database, clock, rules, outside)
        self._turn = threading.Lock()
        self._guard = threading.Lock()
        self._ended = threading.Event()
        self._wake = threading.Event()
        self._started = False
        self._since = clock.mono()
        self._pauses: dict[str, tuple[float, float]] = {}
        self._closing: float | None = None
        self._closed = False

    # --- for the office ----------------------------------------------------------------------

    def start(self) -> None:
        """From the first sign-in on; asked again it does nothing."""
        with self._guard:
            if self._started or self._ended.is_set():
                return
            self._started = True
        threading.Thread(target=self._watch, name="backup-watch", daemon=True).start()

    def somebody_came(self) -> None:
        """Nothing is closing any more."""
        with self._guard:
            self._closing, self._closed = None, False

    def refresh(self) -> None:
        """Targets were added, changed or tried with success: look at once, whatever went wrong before."""
        with self._guard:
            self._pauses.clear()
        self._wake.set()

    @property
    def running(self) -> bool:
        return self._turn.locked()

    def next_at(self, target: TargetId) -> datetime | None:
        """When it is tried again after trouble; None where there was none."""
        with self._guard:
            pause = self._pauses.get(target)
        if pause is None:
            return None
        return self._clock.now() + timedelta(seconds=max(0.0, pause[0] - self._clock.mono()))

    def run(self, record: Record, progress: Progress | None = None) -> BackupMade:
        """Make one now and put it on every target, after one that is under way.

        Raises Refused "cancelled", "backup-running", VaultError where none could be made.
        """
        while not self._turn.acquire(timeout=_WAIT):
            self._go_on(progress, 0, 100)
        try:
            live = self._database.read(lambda tx: targets.listing(tx, live=True))
            ran = self._ran(live, record, progress, anew=True)
        finally:
            self._turn.release()
        return BackupMade(ran.backup, ran.copied, ran.failed)

    def wanted_at_close(self) -> bool:
        """Nobody is there any more: whether the vault stays open for a backup that is being made.

        The first to ask begins it. Half an hour later nobody waits for it any longer.
        """
        if self._ended.is_set() or not self._started or self._has_gap():
            return False
        with self._guard:
            if self._closing is not None:
                return not self._closed and self._clock.mono() < self._closing
        if not self._is_worth_closing():
            return False
        with self._guard:
            self._closing, self._closed = self._clock.mono() + CLOSING_MOST, False
        self._wake.set()
        return True

    def stop(self) -> None:
        """Ends what is being made and waits until nothing reads the database's file.

        What is being carried is not waited for: it writes no row behind a closed database.
        """
        self._ended.set()
        self._wake.set()
        self._runner.still.wait(_STILL)

    # --- the thread --------------------------------------------------------------------------

    def _watch(self) -> None:
        while True:
            self._wake.wait(LOOK_EVERY)
            self._wake.clear()
            if self._ended.is_set():
                return
            try:
                self.look()
            except SealwellError as error:
                if error.code == "locked":  # closed meanwhile
                    return

    def look(self) -> None:
        """Tell people how fresh it is, and make and carry what is due."""
        self._tell()
        with self._guard:
            closing = self._closing is not None and not self._closed
        try:
            if not self._has_gap() and self._my_turn(closing):
                try:
                    self._work(closing)
                finally:
                    self._turn.release()
        finally:
            if closing:
                with self._guard:
                    self._closed = True

    def _my_turn(self, closing: bool) -> bool:
        """Behind the last person it waits for what somebody began by hand; else that is enough."""
        while not self._turn.acquire(timeout=_WAIT):
            if not closing or self._ended.is_set():
                return False
        return True

    def _work(self, closing: bool) -> None:
        live = self._open_targets()
        if not live:
            return
        usable = self._runner.usable() is not None
        due = not usable or self._is_due() or (closing and self._runner.is_due())
        anew = due and self._may(_MAKING)
        wanted = [target for target in live if self._may(target.id) and self._is_wanted(target, anew)]
        if anew or (wanted and usable):
            ran = self._ran(wanted, self._by_itself, None, anew=anew)
            if ran.copied:
                self._tell()

    def _tell(self) -> None:
        """The task about it is opened and ended by itself."""
        now = self._clock.now()
        if self._database.read(lambda tx: freshness.is_due(tx, now)):
            self._database.write(lambda tx: freshness.look(tx, now))

    def _ran(self, wanted: list[Target], record: Record, progress: Progress | None, *, anew: bool) -> Ran:
        def told(done: int, of: int) -> bool:
            return not self._ended.is_set() and (progress is None or progress(done, of))

        try:
            ran = self._runner.run(wanted, record, told, anew=anew)
        except SealwellError as error:
            if error.code not in ("cancelled", "locked"):
                self._trouble(_MAKING, error.code)
            raise
        if ran.backup is not None:
            self._since = self._clock.mono()
        with self._guard:
            self._pauses.pop(_MAKING, None)
            for target in ran.copied:
                self._pauses.pop(target, None)
        for target, why in ran.failed:
            self._trouble(target, why.code)
        self._note_disks([one for one in wanted if one.id in ran.copied and one.place.kind in MOUNTED])
        return ran

    def _note_disks(self, reached: list[Target]) -> None:
        """A practice may have come to another computer since, and a folder to another disk."""
        found = {one.id: same_disk(Path(one.place.address), self._folder) for one in reached}

        def changed(tx: Tx) -> dict[TargetId, bool]:
            return {target: same for target, same in found.items() if same != is_beside(tx, target)}

        def note(tx: Tx) -> None:
            for target, same in changed(tx).items():
                note_disk(tx, target, same=same)

        if self._database.read(changed):
            self._database.write(note)

    def _by_itself(self, tx: Tx, event: Event) -> object:
        return self._audit.record(tx, event)

    def _go_on(self, progress: Progress | None, done: int, of: int) -> None:
        if self._ended.is_set() or (progress is not None and not progress(done, of)):
            raise Refused("cancelled")

    # --- what is due -------------------------------------------------------------------------

    def _changed(self, tx: Tx, records: int) -> bool:
        return freshness.change_since(tx, records, self._clock.now()) is not None

    def _open_targets(self) -> list[Target]:
        """In use, and nothing forbids them."""
        now = self._clock.now()
        return self._database.read(
            lambda tx: [one for one in targets.listing(tx, live=True) if refusal(tx, one, now) is None]
        )

    def _is_due(self) -> bool:
        """The first at once; then four hours after the first change that is in none."""
        now, used = self._clock.now(), self._clock.mono() - self._since

        def look(tx: Tx) -> bool:
            newest = backups.newest(tx)
            if newest is None:
                return True
            at = freshness.change_since(tx, newest.records, now)
            return at is not None and (now - at >= freshness.EVERY or used >= freshness.EVERY.total_seconds())

        return self._database.read(look)

    def _is_wanted(self, target: Target, anew: bool) -> bool:
        """Whether its schedule lets it have what it lacks, or what is being made."""
        now = self._clock.now()

        def look(tx: Tx) -> bool:
            newest, there = backups.newest(tx), backups.whole_at(tx, target.id)
            lacks = anew or (newest is not None and (not there or there[0].id != newest.id))
            put = backups.last_put(tx, target.id) if target.every_hours else None
            return lacks and (put is None or not put <= now < put + timedelta(hours=target.every_hours))

        return self._database.read(look)

    def _is_worth_closing(self) -> bool:
        live = self._open_targets()
        if not live:
            return False
        return self._runner.is_due() or any(
            self._may(one.id) and self._is_wanted(one, anew=False) for one in live
        )

    def _may(self, what: str) -> bool:
        with self._guard:
            return self._clock.mono() >= self._pauses.get(what, (0.0, 0.0))[0]

    def _trouble(self, what: str, code: str) -> None:
        with self._guard:
            before = self._pauses.get(what, (0.0, AGAIN / 2))[1]
            grown = min(before * 2, AGAIN_MOST)
            pause, kept = (SOON, before) if code in _NO_TROUBLE else (grown, grown)
            self._pauses[what] = (self._clock.mono() + pause, kept)


def _note_outside(tx: Tx, at: datetime) -> None:
    """One target has it: what the rule about old backups counts from."""
    settings.put(tx, BACKUP_AT, at.isoformat())
