"""Keeps the log provable while the practice is open: marks, checkpoints, and the near witness.

When the database opens, before anything of it is shown or recorded, what the keyring and the
marks' key remember is held against it. While it is open one thread asks the clock: a signed
checkpoint every quarter of an hour in which something was recorded, the keyring's mark every
half minute. Closing makes the last of both. Where entries are missing nothing is published any
more until somebody said why, so that the evidence of what was there stays.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from desktop.audit import marks
from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.audit.logkey import WRAP_INFO as LOG_KEY
from desktop.audit.logkey import load_log_key
from desktop.audit.macs import WRAP_INFO as MARKS_KEY
from desktop.audit.macs import MacKeys
from desktop.audit.merkle import Range
from desktop.audit.proving import Marking, make_checkpoint
from desktop.audit.witness import (
    KEYRING,
    OTHER_VAULT,
    ROLLED_BACK,
    TRUNCATED,
    Gap,
    KeyringWitness,
    Mark,
    Place,
    compare,
    tree_at,
)
from desktop.clock import Clock
from desktop.crypto.devicekey import DeviceStore
from desktop.crypto.officer import officer_public
from desktop.crypto.openvault import OpenVault
from desktop.errors import SealwellError, VaultError
from desktop.models import audit as kept
from desktop.models import audit_proofs as proofs
from desktop.models import witnesses
from desktop.models.audit_proofs import KeptCheckpoint
from desktop.models.database import Database, Tx
from desktop.models.witnesses import GivenMark
from desktop.office import log_outside, loggap
from desktop.office.watch import Watch
from desktop.office.witness_mail import DailyMail
from desktop.paths import PracticeFolder

EVERY = timedelta(minutes=15)
"""A checkpoint at least this often while something is recorded (SECURITY.md 5.2)."""
LOOK_EVERY = 30.0
"""Seconds between two looks; the clock is asked each time, because computers sleep."""
_NEAR = 50_000
"""Records behind the last checkpoint that are hashed while somebody waits at the sign-in."""
MARKS_FILE = "marks"
"""The witness that is the marks' key itself: its step is newer than the database."""


class Watched(Protocol):
    """What of the open practice is needed here."""

    @property
    def vault(self) -> OpenVault: ...
    @property
    def database(self) -> Database: ...
    @property
    def watch(self) -> Watch: ...


@dataclass
class _Open:
    """What is watched now; one at a time."""

    vault: OpenVault
    database: Database
    mail: DailyMail
    keys: MacKeys
    mono: float
    wall: datetime
    published: int = 0
    tree: Range | None = None


class LogWatch:
    """One per process. `enter` at each opening of the database; `start` and `stop` around its use."""

    def __init__(
        self,
        folder: PracticeFolder,
        clock: Clock,
        audit: AuditLog,
        device_store: Callable[[], DeviceStore | None],
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._audit = audit
        self._device_store = device_store
        self._witness: KeyringWitness | None = None
        self._guard = threading.RLock()
        self._keys: MacKeys | None = None
        self._open: _Open | None = None
        self._ended: threading.Event | None = None
        self.gap: Gap | None = None
        self._gone: frozenset[str] = frozenset()

    # --- at the door -------------------------------------------------------------------

    def log_was_lost(self) -> bool:
        """To be asked before the database is opened: its write-ahead log would be made anew."""
        wal = self._folder.database.with_name(f"{self._folder.database.name}-wal")
        return self._folder.database.exists() and not wal.exists()

    def enter(self, vault: OpenVault, database: Database, *, without_log: bool) -> None:
        """Begin or go on with the marks, and compare with what is remembered elsewhere.

        Nothing of the practice was shown yet. A gap is recorded once, and kept until explained.
        """
        with self._guard:
            store = self._store()
            self._witness = KeyringWitness(store, vault.vault_id) if store is not None else None
            mark = self._remembered()
            officer = officer_public(self._slots(), vault)
            keys, readable = marks.open_keys(
                self._folder.log_marks, self._folder.next_log_marks, vault.key(MARKS_KEY), vault.vault_id
            )
            self._keys = keys
            self._audit.follower = Marking(keys)
            place = Place(store, str(self._folder.root)) if store is not None else None
            outside = log_outside.marks_outside(database, vault)

            def look(tx: Tx) -> tuple[str, Gap | None, Gap | None]:
                gap, self._gone = log_outside.worst(tx, outside)
                why = marks.reason_to_begin(tx, keys, readable, officer)
                lost = without_log and not _was_closed(tx, keys)
                found = _found(tx, vault, mark, place, why, lost=lost) or gap
                return why, loggap.kept(tx), found

            why, known, found = database.read(look)
            if why or (found is not None and known is None):
                database.write(lambda tx: self._begin(tx, keys, officer, why, None if known else found))
            self.gap = known or found
            if place is not None and self.gap is None:
                _quietly(lambda: place.keep(vault.vault_id))

    def _begin(self, tx: Tx, keys: MacKeys, officer: bytes, why: str, gap: Gap | None) -> None:
        if why:
            marks.begin(tx, self._audit, keys, officer, why)
        if gap is not None:
            det: dict[str, str | int] = {"first": gap.first, "last": gap.last}
            event = Event(Act.AUDIT_VERIFIED, outcome="failed", why=gap.kind, det=det)
            self._audit.record(tx, event)
            loggap.keep(tx, gap)

    def begin_new(self, tx: Tx, vault: OpenVault) -> None:
        """At set-up, in the transaction of the first records: marks from the very first one on."""
        store = self._store()
        if store is not None:
            Place(store, str(self._folder.root)).keep(vault.vault_id)
        self._keys = MacKeys(self._folder.log_marks, vault.key(MARKS_KEY), vault.vault_id)
        marks.begin(tx, self._audit, self._keys, officer_public(self._slots(), vault), marks.NEW)

    def carry_over(self, following: OpenVault) -> None:
        """The marks' key under the next vault key; counts once the database has changed places."""
        with self._guard:
            if self._keys is not None:
                self._keys.copy_to(self._folder.next_log_marks, following.key(MARKS_KEY))

    def officer_changed(self) -> None:
        """A new recovery key in place of one that nobody typed: the marks begin anew, sealed to it."""
        with self._guard:
            opened = self._open
            if opened is None:
                return
            officer = officer_public(self._slots(), opened.vault)
            opened.database.write(
                lambda tx: marks.begin(tx, self._audit, opened.keys, officer, marks.OTHER_OFFICER)
            )

    # --- while it is open --------------------------------------------------------------

    def start(self, opened: Watched) -> None:
        """Watch from now on; one thread until `stop`."""
        vault, database = opened.vault, opened.database
        with self._guard:
            if self._keys is None:
                raise RuntimeError("the log is watched before it was entered")
            now = self._clock
            mail = DailyMail(database, opened.watch.officer, self._audit, self._clock)
            self._open = _Open(vault, database, mail, self._keys, now.mono(), now.now())
            self._ended = ended = threading.Event()
            _quietly(self._publish_near)
        threading.Thread(target=self._run, args=(ended,), name="log-watch", daemon=True).start()

    def _publish_near(self) -> None:
        """While somebody waits; what would take seconds is left to the thread."""
        if self._open is not None and self._open.database.read(_is_near):
            self._publish(in_use=True)

    def _run(self, ended: threading.Event) -> None:
        while not ended.wait(LOOK_EVERY):
            with self._guard:
                if ended.is_set():
                    return
                _quietly(self.look)

    def look(self) -> None:
        """A checkpoint if one is due, else the keyring's mark if the log went on."""
        with self._guard:
            opened = self._open
            if opened is None or self.gap is not None:
                return
            clock = self._clock
            gone = max(clock.mono() - opened.mono, (clock.now() - opened.wall).total_seconds())
            if gone >= EVERY.total_seconds():
                self.checkpoint()
            else:
                self._publish(in_use=True)

    def checkpoint(self) -> KeptCheckpoint | None:
        """A signed checkpoint of what is open, told to the near witness; None where nothing is new."""
        with self._guard:
            opened = self._open
            if opened is None:
                return None
            made = opened.database.write(lambda tx: self._made(tx, opened))
            if made is not None:
                opened.keys.keep(made.step)
            opened.mono, opened.wall = self._clock.mono(), self._clock.now()
            self._publish(in_use=True)
            if made is not None and self.gap is None:
                _quietly(lambda: opened.mail.send(made))
            return made

    def _made(self, tx: Tx, opened: _Open) -> KeptCheckpoint | None:
        vault = opened.vault
        key = load_log_key(tx, vault.vault_id, vault.key(LOG_KEY))
        made = make_checkpoint(tx, self._audit, key, opened.keys, vault.vault_id, self._clock)
        if made is not None and self._witness is not None and self.gap is None:
            witnesses.put(tx, GivenMark(KEYRING, made.size, made.note, made.made_at))
        return made

    def _publish(self, *, in_use: bool) -> None:
        """Tell the keyring where the log stands, unless it knows, or a gap is to be kept as evidence."""
        witness, opened = self._witness, self._open
        if witness is None or opened is None or self.gap is not None:
            return

        def publish() -> None:
            before = witness.known()
            opened.tree = tree = opened.database.read(lambda tx: _grown(tx, opened.tree))
            if before is not None and before.size > tree.stop:
                return  # another program was faster
            if before is not None and (before.size, before.in_use) == (tree.stop, in_use):
                return
            root, now = tree.root().hex(), self._clock.now()
            witness.publish(Mark(tree.stop, root, opened.vault.epoch, now, in_use=in_use))

        _quietly(publish)

    def stop(self, *, whole: bool = True) -> None:
        """Before the database is closed: the last checkpoint (`whole`, or if one is due) and mark."""
        with self._guard:
            ended, self._ended = self._ended, None
            if ended is not None:
                ended.set()
            opened = self._open
            if opened is None:
                return
            if self.gap is None and (whole or self._is_due(opened)):
                _quietly(self.checkpoint)
            self._publish(in_use=False)
            self._open = None

    def _is_due(self, opened: _Open) -> bool:
        """A command is short: what counts is when the last checkpoint of all programs was made."""
        try:
            newest = opened.database.read(proofs.newest)
        except SealwellError:
            return False
        return newest is None or self._clock.now() - newest.made_at >= EVERY

    def locked(self) -> None:
        """The screen lock, with work on duty behind it: what was done until now is under a checkpoint."""
        if self.gap is None:
            _quietly(self.checkpoint)

    def explained(self, tx: Tx) -> None:
        """In the transaction that records why: the gap is over."""
        loggap.forget(tx, self._gone)

    def resume(self) -> None:
        """After that transaction: a new checkpoint, and the witnesses go on from here."""
        with self._guard:
            self.gap = None
            opened, witness = self._open, self._witness
            if opened is None:
                return
            store = self._store()
            if witness is not None and store is not None:
                place = Place(store, str(self._folder.root))
                now, epoch = self._clock.now(), opened.vault.epoch
                _quietly(lambda: place.keep(opened.vault.vault_id))
                _quietly(lambda: witness.publish(Mark(0, Range().root().hex(), epoch, now)))
            self.checkpoint()

    @property
    def witness(self) -> KeyringWitness | None:
        """The keyring, where this computer has one."""
        return self._witness

    def _store(self) -> DeviceStore | None:
        try:
            return self._device_store()
        except VaultError:
            return None

    def _remembered(self) -> Mark | None:
        """A keyring that cannot be asked is no witness today; the state of the log says so."""
        if self._witness is None:
            return None
        try:
            return self._witness.known()
        except VaultError:
            return None

    def _slots(self) -> Path:
        return self._folder.keys if self._folder.keys.exists() else self._folder.pending_keys


def _is_near(tx: Tx) -> bool:
    """Whether the last checkpoint is near enough to root the log at once; an older practice has none."""
    head, (size, _) = kept.last(tx), proofs.newest_step(tx)
    return head is None or head.seq - size <= _NEAR


def _grown(tx: Tx, tree: Range | None) -> Range:
    """The frontier of the whole log, going on from the last one."""
    if tree is None:
        return tree_at(tx)
    for record in kept.records(tx, after=tree.stop):
        tree.append(bytes.fromhex(record.hash))
    return tree


def _found(
    tx: Tx, vault: OpenVault, mark: Mark | None, place: Place | None, why: str, *, lost: bool
) -> Gap | None:
    head = kept.last(tx)
    size = head.seq if head is not None else 0
    if place is not None and _is_other(place, vault.vault_id):
        return Gap(OTHER_VAULT, 1, size, KEYRING)
    found = compare(tx, mark, KEYRING) if mark is not None else None
    if found is None and mark is not None and mark.in_use and lost:
        # Somebody was in when it ended, and what they wrote last lay in that log.
        found = Gap(TRUNCATED, size + 1, size + 1, KEYRING, mark.at, mark.root)
    if found is None and mark is not None and mark.epoch > vault.epoch:
        found = Gap(ROLLED_BACK, size + 1, mark.size, KEYRING, mark.at, mark.root)
    if found is None and why == marks.AHEAD:
        found = Gap(ROLLED_BACK, size + 1, size + 1, MARKS_FILE)
    return found


def _was_closed(tx: Tx, keys: MacKeys) -> bool:
    """Whether the log ends with the last checkpoint there was, as it does where a program left in order.

    Then a key store that could not be told so, because the whole session was ending, is no alarm.
    """
    head, (size, step) = kept.last(tx), proofs.newest_step(tx)
    return head is not None and head.seq == size and not keys.is_ahead(step)


def _is_other(place: Place, vault_id: bytes) -> bool:
    try:
        known = place.known()
    except VaultError:
        return False
    return known is not None and known != vault_id


def _quietly(work: Callable[[], object]) -> None:
    """What the log's watch cannot do now does not stop the work; the state of the log says how old it is."""
    try:
        work()
    except SealwellError:
        return
    except OSError:
        return
