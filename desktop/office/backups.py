"""Backups for people: what there is and where, one made now, one looked into."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.crypto.container import ClearHeader, container_key
from desktop.crypto.container_header import SealedHeader
from desktop.crypto.openvault import OpenVault
from desktop.errors import InputError, Refused, SealwellError, VaultError
from desktop.models import backups, targets
from desktop.models.accounts import Session, SessionId
from desktop.models.backupnames import parse_name
from desktop.models.database import Tx
from desktop.models.documents import Progress
from desktop.models.records import Reason
from desktop.models.rekey import DatabaseKeys
from desktop.models.safekeeping import Target, TargetId
from desktop.office.backup_lines import fresh, shown
from desktop.office.desk import Desk, Recorder
from desktop.office.values_backups import (
    BackupMade,
    BackupsShown,
    BackupVerified,
    Freshness,
    VerifyRequest,
)
from desktop.paths import PracticeFolder
from desktop.sync.backup_chain import prove, scratch
from desktop.sync.backup_fetch import Holder, LocalFolder, PointedAt, fetch_chain
from desktop.sync.targets.base import Reached, vault_tag
from desktop.sync.targets.reach import reach
from desktop.sync.thinning import complete

_OURS = frozenset({"disk-full", "database-unwritable", "database-busy"})
"""Troubles of this computer, which say nothing about the backup."""
_NO_GOOD = frozenset(
    {"backup-cut", "backup-damaged", "backup-newer", "backup-not-one", "backup-chain-broken"}
)
"""What a file that is pointed at turns out to be."""
_FETCHING = 40
"""Per cent of looking into one that are for bringing it here."""


class Backups:
    """The part of the door that is about backups themselves; their places are `office/targets.py`."""

    def __init__(self, desk: Desk, clock: Clock, folder: PracticeFolder) -> None:
        self._desk = desk
        self._clock = clock
        self._folder = folder
        self._told: dict[tuple[SessionId, str], None] = {}

    def show_backups(self, session: Session) -> BackupsShown:
        """Freshness, targets, what was made and where it lies, drills."""
        watch, now = self._desk.check(session, Action.SHOW_BACKUPS).backups, self._clock.now()
        bytes_here = sum(_bytes(path) for path in self._here())

        def look(tx: Tx) -> BackupsShown:
            planned = {one.id: watch.next_at(one.id) for one in targets.listing(tx, live=True)}
            again = {target: at for target, at in planned.items() if at is not None}
            return shown(tx, now, running=watch.running, here_bytes=bytes_here, again=again)

        return self._desk.read(
            session,
            Action.SHOW_BACKUPS,
            look,
            lambda found: Event(Act.BACKUPS_SHOWN, det={"count": len(found.history)}),
        )

    def freshness(self, session: Session) -> Freshness:
        """Asked every minute by every window: on record once for each state."""

        now = self._clock.now()

        def event(found: Freshness) -> Event | None:
            known = (session.id, found.state) in self._told
            return None if known else Event(Act.BACKUPS_SHOWN, det={"count": 0})

        found = self._desk.read(session, Action.SHOW_FRESHNESS, lambda tx: fresh(tx, now), event)
        self._told[session.id, found.state] = None
        return found

    def create_backup(self, session: Session, progress: Progress | None = None) -> BackupMade:
        """What one target refuses is said, and keeps nothing from the others.

        Raises Refused "cancelled", "backup-running", VaultError where none could be made.
        """
        opened = self._desk.check(session, Action.MAKE_BACKUP)
        written: list[Act] = []

        def record(tx: Tx, event: Event) -> None:
            written.append(event.act)
            Recorder(self._desk.audit, tx, session)(event)

        try:
            made = opened.backups.run(record, progress)
        except SealwellError as error:
            if not written and error.code != "locked":
                self._desk.note_refusal(session, Act.BACKUP_FAILED, error)
            raise
        if not written:  # nothing had changed, and every target has it
            nothing = Event(Act.BACKUPS_SHOWN, det={"count": 0})
            self._desk.write(session, Action.MAKE_BACKUP, lambda _, record: record(nothing))
        return made

    def verify_backup(
        self, session: Session, request: VerifyRequest, progress: Progress | None = None
    ) -> BackupVerified:
        """Raises InputError "target-unknown", "file-missing", VaultError "backup-missing" where there is
        none at all, what reaching the target raises, and Refused "cancelled".
        """
        opened = self._desk.check(session, Action.VERIFY_BACKUP)
        try:
            with self._source(request) as (source, name):
                found = self._looked_into(opened.vault, source, name, progress)
        except SealwellError as error:
            if not (request.file and error.code in _NO_GOOD):
                self._desk.note_refusal(session, Act.BACKUP_VERIFIED, error)
                raise
            found = BackupVerified(False, Path(request.file).name, Reason(error.code))
        event = Event(Act.BACKUP_VERIFIED, det={"records": found.records})
        if found.reason is not None:
            event = Event(Act.BACKUP_VERIFIED, outcome="failed", why=found.reason.code)

        def note(tx: Tx, record: Recorder) -> None:
            record(event)
            if found.reason is not None and request.target is not None:
                self._doubt(tx, request.target, found.name)

        self._desk.write(session, Action.VERIFY_BACKUP, note)
        return found

    # --- inside ------------------------------------------------------------------------------

    def _doubt(self, tx: Tx, target: TargetId, name: str) -> None:
        """Nothing of its chain counts there until the next visit has read it back; what is broken then
        is put there anew.
        """
        known = {one.id: one for one in backups.of_target(tx, target)}
        one = next((one for one in known.values() if one.name == name), None)
        while one is not None:
            backups.remove_copy(tx, one.id, target, self._clock.now())
            known.pop(one.id)
            one = known.get(one.parent) if one.parent else None

    def _here(self) -> list[Path]:
        return list(self._folder.backups.iterdir()) if self._folder.backups.is_dir() else []

    @contextmanager
    def _source(self, request: VerifyRequest) -> Iterator[tuple[Holder, str]]:
        """Where it lies and how it is called there."""
        if request.target is not None:
            with closing(self._reached(request.target)) as reached:
                yield reached, request.name or _newest_of(reached)
            return
        if request.file:
            path = Path(request.file).expanduser()
            if not path.is_file():
                raise InputError("file-missing", file=path.name)
            pointed = PointedAt(path)
            pointed.check()
            yield pointed, pointed.name
            return
        if not self._here():
            raise VaultError("backup-missing")
        folder = LocalFolder(self._folder.backups)
        yield folder, request.name or _newest_of(folder)

    def _reached(self, target: TargetId) -> Reached:
        opened = self._desk.opened()

        def look(tx: Tx) -> tuple[Target, str]:
            found = targets.get(tx, target)
            if found is None:
                raise InputError("target-unknown")
            return found, targets.secret(tx, target)

        found, secret = opened.database.read(look)
        return reach(found.place, secret, vault_tag(opened.vault.vault_id.hex()), found.marker)

    def _looked_into(
        self, vault: OpenVault, source: Holder, name: str, progress: Progress | None
    ) -> BackupVerified:
        database = self._desk.opened().database

        def bringing(done: int, of: int) -> bool:
            if database.closed:
                raise Refused("locked")
            return progress is None or progress(_FETCHING * done // max(of, 1), 100)

        def proving(done: int, of: int) -> bool:
            at = _FETCHING + (100 - _FETCHING) * done // max(of, 1)
            if database.closed:
                raise Refused("locked")
            if progress is not None and not progress(at, 100):
                raise Refused("cancelled")
            return True

        try:
            with scratch(self._folder.root) as beside:
                chain = fetch_chain(source, name, beside, bringing)
                sealed = _proven(vault, chain, beside, proving)
        except VaultError as error:
            if error.code in _OURS:
                raise
            return BackupVerified(False, name, Reason(_told(error), dict(error.params)))
        return BackupVerified(True, name, None, sealed.records, sum(sealed.counts.values()))


def _told(error: VaultError) -> str:
    """What is found in a database or a log that came out of a backup is the backup's damage."""
    known = error.code.startswith("backup-") or error.code == "database-damaged"
    return error.code if known else "backup-damaged"


def _proven(vault: OpenVault, chain: tuple[Path, ...], beside: Path, progress: Progress) -> SealedHeader:
    def key_of(clear: ClearHeader) -> bytes:
        return container_key(vault, clear)

    return prove(chain, key_of, DatabaseKeys(*vault.database_key(), vault.epoch), beside, progress)


def _newest_of(source: Holder) -> str:
    """The newest that is complete. Raises VaultError("backup-missing")."""
    whole = [found for name in complete(name for name, _ in source.names()) if (found := parse_name(name))]
    if not whole:
        raise VaultError("backup-missing")
    return max(whole, key=lambda one: (one.made_at, one.name)).name


def _bytes(path: Path) -> int:
    """0 for what a backup that is being made has just renamed or removed."""
    try:
        return path.stat().st_size if path.is_file() else 0
    except FileNotFoundError:
        return 0
