"""Retiring a computer: everything here becomes unreadable, and a certificate says so.

45 CFR 164.310(d)(2)(i). First the practice must lie outside: a checked backup on a target that holds
every change, this one too. Only then are the keys destroyed (`retire_files.py`). A certificate that
could not be written, or a target that was not reached, stops it while everything still works.
"""

from __future__ import annotations

import contextlib
import hashlib
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from desktop import __version__
from desktop.access.roles import Action
from desktop.access.tokens import SessionFiles
from desktop.audit.events import Act, Event
from desktop.audit.tokens import keep_reason
from desktop.audit.witness import tree_at
from desktop.clock import Clock
from desktop.crypto.devicekey import DeviceStore
from desktop.errors import InputError, Refused, SealwellError, VaultError
from desktop.frozen import dataclass
from desktop.locks import exclusive
from desktop.models import backups, settings, targets
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.documents import Printer, Progress
from desktop.models.safekeeping import MOUNTED
from desktop.office.backup_lines import fresh
from desktop.office.desk import Desk, Recorder
from desktop.office.log_files import practice_of
from desktop.office.retire_files import Destroyed, destroy, refuse_another, refuse_unfit
from desktop.office.retire_paper import Facts, certificate
from desktop.office.values_backups import Retired, RetireRequest
from desktop.paths import PracticeFolder, runtime_folder, same_disk, write_private

_REASON = 500
_PART = 45
"""Per cent of the work that each of the two backups takes; the second is small."""


@dataclass(frozen=True)
class _Wanted:
    request: RetireRequest
    reason: str
    to: Path


class Retiring:
    """One use case. `close` ends everything that is open here."""

    def __init__(
        self,
        desk: Desk,
        folder: PracticeFolder,
        clock: Clock,
        device_store: Callable[[], DeviceStore | None],
        printer: Printer,
        close: Callable[[], None],
    ) -> None:
        self._desk = desk
        self._folder = folder
        self._clock = clock
        self._device_store = device_store
        self._printer = printer
        self._close = close

    def retire_computer(
        self, session: Session, request: RetireRequest, progress: Progress | None = None
    ) -> Retired:
        """`progress` may stop it until the last backup lies outside; then it comes to its end.

        Raises InputError "practice-name-wrong"; Refused "reason-missing", "step-up-needed",
        "retire-another-here", "retire-not-saved", "retire-same-disk", "retire-no-certificate",
        "printing-unavailable", "cancelled"; VaultError "practice-in-use", "retire-blocked": then
        everything still works, after a new sign-in.
        """
        self._desk.check(session, Action.RETIRE_COMPUTER)
        store = self._device_store()
        try:
            wanted = self._wanted(request)
            self._back_up(session, _part(progress, 0))
            facts = self._facts(session, wanted)
            self._write(wanted.to, facts, None)
        except (SealwellError, OSError) as error:
            self._desk.note_refusal(session, Act.COMPUTER_RETIRED, _known(error, request))
            raise _known(error, request) from error
        with self._draft_of(wanted.to):
            facts = self._nothing_more(session, wanted, facts, _part(progress, _PART))
            with self._alone():
                gone = destroy(self._folder, facts.vault_id, store, self._sessions())
        if progress is not None:
            progress(100, 100)
        return self._certified(wanted.to, facts, gone)

    # --- before anything is destroyed -----------------------------------------------------------

    def _wanted(self, request: RetireRequest) -> _Wanted:
        why = request.reason.strip()
        if not why or len(why) > _REASON:
            raise Refused("reason-missing")
        name = self._desk.opened().database.read(lambda tx: settings.get(tx, "practice-name") or "")
        if _plain(request.practice) != _plain(name):
            raise InputError("practice-name-wrong")
        to = Path(request.to).expanduser()
        refuse_unfit(to, self._folder)
        refuse_another(self._folder, self._desk.opened().vault.vault_id)
        return _Wanted(request, why, to)

    def _back_up(self, session: Session, progress: Progress | None) -> None:
        """Raises Refused "retire-not-saved", "retire-same-disk" unless every change lies outside, checked."""
        opened, now = self._desk.opened(), self._clock.now()

        def note(tx: Tx, event: Event) -> None:
            Recorder(self._desk.audit, tx, session)(event)

        opened.backups.run(note, progress)
        found = opened.database.read(lambda tx: fresh(tx, now))
        if found.last is None or found.since is not None:
            raise Refused("retire-not-saved")
        if not opened.database.read(self._is_apart):
            raise Refused("retire-same-disk")

    def _is_apart(self, tx: Tx) -> bool:
        """Whether the newest backup lies anywhere that does not go away with this computer's disk."""
        newest = backups.good_elsewhere(tx)
        holding = (
            one.place for one in targets.listing(tx, live=True) if newest in backups.whole_at(tx, one.id)
        )
        return any(
            place.kind not in MOUNTED or not same_disk(Path(place.address), self._folder) for place in holding
        )

    def _nothing_more(
        self, session: Session, wanted: _Wanted, facts: Facts, progress: Progress | None
    ) -> Facts:
        """From here on nothing is sent or read; that it was retired lies outside too. Then all is closed.

        What fails leaves a practice that works, after the next sign-in.
        """
        opened = self._desk.opened()
        try:
            opened.watch.stop()
            opened.mailboxes.stop()
            opened.dispatcher.stop()
            # The guard was asked when it began: a long upload may outlast the fresh proof.
            opened.database.write(lambda tx: self._record(tx, session, wanted))
            try:
                self._back_up(session, progress)
            except SealwellError as error:
                self._desk.note_refusal(session, Act.COMPUTER_RETIRED, error)
                raise
            return opened.database.read(lambda tx: _with_backup(tx, facts))
        finally:
            self._close()

    def _record(self, tx: Tx, session: Session, wanted: _Wanted) -> None:
        det = keep_reason(tx, self._desk.opened().token_key, wanted.reason)
        Recorder(self._desk.audit, tx, session)(Event(Act.COMPUTER_RETIRED, det=det))

    def _facts(self, session: Session, wanted: _Wanted) -> Facts:
        opened = self._desk.opened()
        practice = opened.database.read(practice_of)
        return Facts(
            practice=practice,
            vault_id=opened.vault.vault_id,
            by=session.user_name,
            reason=wanted.reason,
            at=self._clock.now(),
            version=__version__,
            key_file=hashlib.sha256(self._folder.keys.read_bytes()).hexdigest(),
        )

    # --- the end --------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Another program that has the practice open would write into a database without keys."""
        lock = exclusive(self._folder.vault_lock)
        if lock is None:
            raise VaultError("practice-in-use")
        with lock:
            yield

    @contextlib.contextmanager
    def _draft_of(self, to: Path) -> Iterator[None]:
        """What was not done leaves no paper behind."""
        try:
            yield
        except BaseException:  # no paper of something that did not happen; then it goes on up
            with contextlib.suppress(OSError):
                to.unlink(missing_ok=True)
            raise

    def _certified(self, to: Path, facts: Facts, gone: Destroyed) -> Retired:
        facts = replace(facts, at=self._clock.now())
        try:
            self._write(to, facts, gone)
        except (OSError, Refused):
            return Retired("", gone.items, gone.left)
        return Retired(str(to), gone.items, gone.left)

    def _write(self, to: Path, facts: Facts, gone: Destroyed | None) -> None:
        write_private(to, self._printer.print_pdf(certificate(facts, gone)))

    def _sessions(self) -> SessionFiles:
        return SessionFiles(runtime_folder(self._folder), self._clock, None)


def _with_backup(tx: Tx, facts: Facts) -> Facts:
    best, tree = backups.good_elsewhere(tx), tree_at(tx)
    name = best.name if best is not None else ""
    return replace(facts, backup=name, records=tree.stop, root=tree.root().hex())


def _known(error: Exception, request: RetireRequest) -> SealwellError:
    if isinstance(error, SealwellError):
        return error
    return Refused("retire-no-certificate", file=Path(request.to).name)


def _part(progress: Progress | None, start: int) -> Progress | None:
    if progress is None:
        return None
    tell = progress
    return lambda done, of: tell(start + _PART * done // max(of, 1), 100)


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).split())
