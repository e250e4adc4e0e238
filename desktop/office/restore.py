"""A practice brought back out of a backup, into a folder that holds none: all of it, or nothing.

Everything is put together and settled aside (`restore_folder.py`): pages and files of the chain,
every check, the new password where the recovery key opened it. Only then it takes its place, and
the key slots last of all.
"""

from __future__ import annotations

import contextlib
import errno
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from desktop import __version__
from desktop.access.computer import refuse_unsuitable
from desktop.access.passwords import check_password
from desktop.access.signin import KeysFor
from desktop.audit.log import AuditLog
from desktop.audit.witness import Gap, KeyringWitness, Mark
from desktop.audit.witness import Place as KnownPlace
from desktop.clock import Clock
from desktop.config import TARGET_LIMITS
from desktop.crypto.container import ClearHeader, SealedHeader, container_key, open_container, read_clear
from desktop.crypto.container_stream import trouble
from desktop.crypto.devicekey import DeviceStore
from desktop.crypto.kdf import KdfParams
from desktop.crypto.openvault import OpenVault
from desktop.errors import InputError, Refused, SealwellError, VaultError
from desktop.frozen import dataclass
from desktop.models import schema
from desktop.models.backupcheck import looking
from desktop.models.documents import Progress
from desktop.models.lanes import known
from desktop.models.rekey import DatabaseKeys
from desktop.models.safekeeping import BackupId
from desktop.office import loggap
from desktop.office.filereading import FileReading
from desktop.office.intake import Intake
from desktop.office.logwatch import LogWatch
from desktop.office.opening import Opener
from desktop.office.recovery import Breakglass
from desktop.office.restore_folder import put_in_place, put_together
from desktop.office.restore_keys import open_backup
from desktop.office.restore_place import Wanted, find, wanted_of
from desktop.office.restore_settle import Brought, Settling, Stand
from desktop.office.setup import password_refused
from desktop.office.values_backups import BackupsFound, Restored, RestorePlace, RestoreRequest
from desktop.office.values_entry import Recovery
from desktop.paths import PracticeFolder, make_private_folder
from desktop.sync.backup_chain import assemble, check_assembled
from desktop.sync.backup_fetch import bytes_to_fetch, checkpoint_in, fetch_chain, fetch_one, name_in
from desktop.sync.targets.patient import in_time

_REASON = 500
_SPARE = 64 * 1024 * 1024
"""Room beside the database: its log while it is settled, key slots, marks."""
_STEPS = 1000
_FIRST, _FETCHED, _ASSEMBLED, _CHECKED, _SETTLED = 50, 450, 800, 930, 1000


@dataclass(frozen=True)
class _Backup:
    """The backup that was asked for, opened: whose it is, when it was made, what it must hold."""

    header: ClearHeader
    sealed: SealedHeader
    vault: OpenVault

    @property
    def made_at(self) -> datetime:
        return datetime.fromtimestamp(self.header.made_at / 1000, UTC)

    def key_of(self, header: ClearHeader) -> bytes:
        return container_key(self.vault, header)


class Restore:
    """The part of the door that needs no session: there is no practice yet."""

    def __init__(
        self,
        folder: PracticeFolder,
        clock: Clock,
        params: Callable[[], KdfParams],
        device_store: Callable[[], DeviceStore | None],
        keys: KeysFor,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._params = params
        self._device_store = device_store
        self._keys = keys

    def find_backups(self, where: RestorePlace) -> BackupsFound:
        """Newest first; an SFTP server that is not known yet shows its key and nothing else."""
        return find(where)

    def restore(self, request: RestoreRequest, progress: Progress | None = None) -> Restored:
        """Blocks for minutes: call it from a worker. `progress` is in thousandths.

        Raises Refused "restore-in-place", "restore-running", "restore-several", "reason-missing",
        "password-…", "folder-on-network", "cancelled" and those of `open_backup`; VaultError
        "backup-…", "disk-full"; InputError "restore-no-room", "folder-not-writable"; what reaching
        the place raises.
        """
        began, steps = self._clock.mono(), _Steps(progress)
        _check(request)
        # Said before anything is fetched: without its key store this computer cannot be enrolled.
        store = self._device_store() if request.recovery_key else None
        folder = PracticeFolder(Path(request.to).absolute() if request.to else self._folder.root)
        refuse_unsuitable(folder.root)
        with (
            _disk_troubles(),
            wanted_of(request.where, request.name) as wanted,
            put_together(folder) as scratch,
            contextlib.ExitStack() as opened,
        ):
            backup = self._opened(scratch, wanted, request, steps)
            opened.callback(backup.vault.close)
            unexplained = self._assemble(scratch, wanted, backup, steps)
            brought = Brought(
                BackupId(backup.header.id),
                backup.made_at,
                backup.sealed,
                backup.vault.vault_id,
                self._remembered(backup.vault.vault_id),
                checkpoint_in(wanted.source),
                unexplained,
            )
            recovery_key, stand = self._settle(scratch, backup.vault, brought, request, store)
            steps.at(_SETTLED)
            put_in_place(scratch, folder)
            self._tell_keyring(folder, backup.vault, stand)
        return Restored(
            str(folder.root),
            wanted.name,
            backup.made_at,
            backup.sealed.records,
            stand.waiting,
            round(self._clock.mono() - began),
            recovery_key,
        )

    # --- the steps ------------------------------------------------------------------

    def _opened(
        self, scratch: PracticeFolder, wanted: Wanted, request: RestoreRequest, steps: _Steps
    ) -> _Backup:
        """The newest file of the chain alone: who may not open it waits for no more than that."""
        steps.at(0)
        fetching = bytes_to_fetch(wanted.source, wanted.name)
        _make_room(scratch, fetching)
        file = fetch_one(wanted.source, wanted.name, _fetched(scratch), steps.part(0, _FIRST))
        with file.open("rb") as opened:
            header = read_clear(opened)
            if name_in(header) != wanted.name:  # an old one that a server shows as the newest
                raise trouble(opened) or VaultError("backup-damaged")
            try:
                vault = open_backup(scratch, header, request, self._device_store, self._keys)
            except SealwellError as error:  # where the file was changed, the password is not to blame
                raise trouble(opened) or error from None
            try:
                sealed = open_container(opened, container_key(vault, header)).header
                if sealed.revision not in schema.REVISIONS:
                    raise VaultError("backup-newer")
                copies = 1 if sealed.revision == schema.HEAD else 2
                files = sum(one.size for one in sealed.files)
                _make_room(scratch, fetching + copies * sealed.pages * sealed.page_bytes + files)
            except BaseException:  # nobody uses the keys; then it goes on up
                vault.close()
                raise
        return _Backup(header, sealed, vault)

    def _assemble(
        self, scratch: PracticeFolder, wanted: Wanted, backup: _Backup, steps: _Steps
    ) -> Gap | None:
        """The answer is the gap of the log that nobody had explained when the backup was made."""
        fetched = _fetched(scratch)
        chain = fetch_chain(wanted.source, wanted.name, fetched, steps.part(_FIRST, _FETCHED))
        sealed = in_time(  # a share that is read straight from may hang
            TARGET_LIMITS.transfer,
            lambda told: assemble(chain, backup.key_of, scratch.root, told),
            steps.part(_FETCHED, _ASSEMBLED),
        )
        if sealed != backup.sealed:
            raise VaultError("backup-damaged")
        keys = DatabaseKeys(*backup.vault.database_key(), backup.vault.epoch)
        check_assembled(scratch.root, keys, sealed)
        shutil.rmtree(fetched)
        steps.at(_CHECKED)
        with looking(scratch.database, keys) as tx:
            return loggap.kept(tx)

    def _settle(
        self,
        scratch: PracticeFolder,
        vault: OpenVault,
        brought: Brought,
        request: RestoreRequest,
        store: DeviceStore | None,
    ) -> tuple[str, Stand]:
        """As the office opens it, but for the key store: it remembers another database of this name."""
        audit = AuditLog(__version__, self._clock)
        log_watch = LogWatch(scratch, self._clock, audit, lambda: None)
        intake = Intake(self._clock, audit, FileReading(self._clock).read)
        opener = Opener(self._clock, audit, scratch, log_watch, intake)
        made = ""
        if request.recovery_key:
            asked = Recovery(request.user, request.recovery_key, request.password, request.reason)
            room = Breakglass(scratch, self._clock, audit, opener)
            made = room.recover(asked, self._params(), store).recovery_key
        settling = Settling(scratch, self._clock, audit, log_watch)
        with contextlib.closing(opener.database(vault)) as database:
            stand = database.write(lambda tx: settling.settle(tx, brought, request))
        for copy in scratch.database_copies():  # of an older schema: the backup is that copy
            copy.unlink()
        return made, stand

    def _remembered(self, vault_id: bytes) -> Mark | None:
        """How far the log had come on this computer, where its key store says so."""
        try:
            store = self._device_store()
            return KeyringWitness(store, vault_id).known() if store is not None else None
        except VaultError:
            return None

    def _tell_keyring(self, folder: PracticeFolder, vault: OpenVault, stand: Stand) -> None:
        """From here on it compares with this database; where it cannot be told, the first opening asks."""
        with contextlib.suppress(VaultError):
            store = self._device_store()
            if store is None:
                return
            KnownPlace(store, str(folder.root)).keep(vault.vault_id)
            mark = Mark(stand.records, stand.root, vault.epoch, self._clock.now())
            KeyringWitness(store, vault.vault_id).publish(mark)


class _Steps:
    """One progress over all of it, in thousandths."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress

    def at(self, done: int) -> None:
        """Raises Refused("cancelled")."""
        if self._progress is not None and not self._progress(done, _STEPS):
            raise Refused("cancelled")

    def part(self, first: int, last: int) -> Progress:
        """That of one step, between two points of the whole."""

        def told(done: int, of: int) -> bool:
            now = first + (last - first) * min(done, of) // max(of, 1)
            return self._progress is None or self._progress(now, _STEPS)

        return told


def _check(request: RestoreRequest) -> None:
    why = request.reason.strip()
    if not why or len(why) > _REASON:
        raise Refused("reason-missing")
    if request.recovery_key:
        refused = check_password(request.password, (request.user,))
        if refused is not None:
            raise password_refused(refused.code)


def _fetched(scratch: PracticeFolder) -> Path:
    return make_private_folder(scratch.root / "fetched")


def _make_room(scratch: PracticeFolder, needed: int) -> None:
    """Said beforehand, and not after an hour of fetching. Raises InputError("restore-no-room")."""
    free = shutil.disk_usage(scratch.root).free
    if free < needed + _SPARE:
        mebibyte = 1024 * 1024
        raise InputError("restore-no-room", needed=(needed + _SPARE) // mebibyte + 1, free=free // mebibyte)


@contextlib.contextmanager
def _disk_troubles() -> Iterator[None]:
    """The system's words hold paths: they go no further than this."""
    try:
        yield
    except OSError as error:
        full = VaultError("disk-full") if error.errno == errno.EFBIG else known(error, writing=True)
        raise full or VaultError("restore-disk") from error
