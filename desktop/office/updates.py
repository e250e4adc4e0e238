"""New versions of the program: told, fetched and proved; never installed from here.

Installing wants the computer's administrator and the system's own installer, which both check the
file again. A program that replaced itself would be a way in for whoever could speak in its name.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import platformdirs

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.errors import DeliveryError, InputError, Refused, SealwellError
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.documents import Progress
from desktop.office.desk import Desk, Recorder
from desktop.office.update_facts import Judge, Kept, failed, keep, kept
from desktop.office.update_tasks import settle
from desktop.office.values_updates import UpdateCheckFile, UpdateDownloaded, UpdatesShown, UpdateVerified
from desktop.sync.update_list import File, UpdateList
from desktop.sync.updates import LIST_NAME, check, download, fetch_list, measure
from desktop.texts import clean


class Updates:
    """Fulfils `UpdateDoor`."""

    def __init__(self, desk: Desk, clock: Clock, audit: AuditLog, judge: Judge) -> None:
        self._desk = desk
        self._clock = clock
        self._audit = audit
        self._judge = judge
        self._downloading = threading.Lock()

    def show_updates(self, session: Session) -> UpdatesShown:
        return self._desk.read(
            session,
            Action.SHOW_UPDATES,
            lambda tx: self._judge.shown(kept(tx), self._clock.now()),
            lambda _: Event(Act.UPDATES_SHOWN),
        )

    def allow_updates(self, session: Session, allowed: bool) -> UpdatesShown:
        def change(tx: Tx, record: Recorder) -> UpdatesShown:
            now = self._clock.now()
            after = replace(kept(tx), allowed=allowed, next_at="")
            keep(tx, after)
            record(Event(Act.UPDATES_ALLOWED if allowed else Act.UPDATES_FORBIDDEN))
            settle(tx, self._audit, self._judge, after, now)
            return self._judge.shown(after, now)

        return self._desk.write(session, Action.SET_UPDATES, change)

    def check_updates(self, session: Session) -> UpdatesShown:
        self._may_ask(session)
        try:
            document = fetch_list(self._judge.source)
            return self._desk.write(
                session,
                Action.CHECK_UPDATES,
                lambda tx, record: self._heard(tx, record, document, self._clock.now()),
            )
        except (InputError, DeliveryError) as error:
            self._note(session, error.code)
            raise

    def verify_update(
        self, session: Session, request: UpdateCheckFile, progress: Progress | None = None
    ) -> UpdateVerified:
        opened = self._desk.check(session, Action.CHECK_UPDATES)
        if not self._judge.has_key:
            raise Refused("update-no-key")
        before = opened.database.read(kept)
        try:
            newest = self._list_for(request, before, self._clock.now())
            found = _which(Path(request.file), newest, progress)
        except InputError as error:
            self._desk.note_refusal(session, Act.UPDATE_VERIFIED, error)
            raise
        event = Event(Act.UPDATE_VERIFIED, det={"program": newest.version, "content": found.sha256})
        self._desk.write(session, Action.CHECK_UPDATES, lambda _, record: record(event))
        return UpdateVerified(found.name, newest.version, found.system, self._judge.is_newer(newest))

    def download_update(
        self, session: Session, folder: str = "", progress: Progress | None = None
    ) -> UpdateDownloaded:
        before = self._may_ask(session)
        try:
            newest, file = self._wanted(before)
            path = self._fetched(file, Path(folder or platformdirs.user_downloads_dir()), progress)
        except SealwellError as error:
            self._desk.note_refusal(session, Act.UPDATE_DOWNLOADED, error)
            raise
        event = Event(Act.UPDATE_DOWNLOADED, det={"program": newest.version, "content": file.sha256})
        self._desk.write(session, Action.CHECK_UPDATES, lambda _, record: record(event))
        return UpdateDownloaded(str(path), newest.version, file.bytes, file.sha256)

    # --- parts -------------------------------------------------------------------------------

    def _may_ask(self, session: Session) -> Kept:
        """Before anything leaves this computer."""
        one = self._desk.check(session, Action.CHECK_UPDATES).database.read(kept)
        if not self._judge.has_key:
            raise Refused("update-no-key")
        if not one.allowed:
            raise Refused("updates-forbidden")
        return one

    def _fetched(self, file: File, into: Path, progress: Progress | None) -> Path:
        if not into.is_dir():
            raise InputError("folder-missing", folder=clean(into.name))
        if not self._downloading.acquire(blocking=False):
            raise Refused("update-running")
        try:
            return download(self._judge.source, file, into, progress)
        finally:
            self._downloading.release()

    def _heard(self, tx: Tx, record: Recorder, document: bytes, now: datetime) -> UpdatesShown:
        after = self._judge.heard(document, kept(tx), now)
        keep(tx, after)
        record(Event(Act.UPDATES_CHECKED, det={"program": after.seen}))
        settle(tx, self._audit, self._judge, after, now)
        return self._judge.shown(after, now)

    def _note(self, session: Session, code: str) -> None:
        """What was wrong is kept and recorded, though the work itself was rolled back."""
        now = self._clock.now()

        def change(tx: Tx, record: Recorder) -> None:
            after = failed(kept(tx), code, now)
            keep(tx, after)
            record(Event(Act.UPDATES_CHECKED, outcome="failed", why=code))
            settle(tx, self._audit, self._judge, after, now)

        self._desk.write(session, Action.CHECK_UPDATES, change)

    def _list_for(self, request: UpdateCheckFile, before: Kept, now: datetime) -> UpdateList:
        """The list that is named, the one beside the file, or the one that was heard last."""
        beside = Path(request.file).with_name(LIST_NAME)
        if request.list_file or beside.is_file():
            path = Path(request.list_file) if request.list_file else beside
            return self._judge.believed(_read(path), before, now)
        if not before.document:
            raise InputError("update-no-list")
        return self._judge.believed(before.document.encode(), before, now)

    def _wanted(self, before: Kept) -> tuple[UpdateList, File]:
        """What is to be fetched, judged anew at this moment."""
        if not before.document:
            raise Refused("update-none")
        newest = self._judge.believed(before.document.encode(), before, self._clock.now())
        if not self._judge.is_newer(newest):
            raise Refused("update-none")
        if self._judge.here.by_system:
            raise Refused("update-by-system")
        first = self._judge.needs_first(newest)
        if first:
            raise Refused("update-too-far", version=first)
        file = newest.file_for(self._judge.here.system)
        if file is None:
            raise Refused("update-no-file", version=newest.version)
        return newest, file


def _which(path: Path, newest: UpdateList, progress: Progress | None) -> File:
    """The published file that this one is, under whatever name; else what is wrong with it."""
    try:
        size, digest = measure(path, progress)
        same = next((one for one in newest.files if (one.bytes, one.sha256) == (size, digest)), None)
        if same is not None:
            return same
        named = next((one for one in newest.files if one.name == path.name), None)
        if named is None:
            raise InputError("update-file-unknown", file=clean(path.name), version=newest.version)
        check(path, named)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputError("file-missing", file=clean(path.name)) from error
    except OSError as error:
        raise InputError("file-not-readable", file=clean(path.name)) from error
    return named


def _read(path: Path) -> bytes:
    """A list that somebody fetched by other means; its size is checked where it is opened."""
    try:
        with path.open("rb") as file:
            return file.read(1024 * 1024)
    except FileNotFoundError as error:
        raise InputError("file-missing", file=clean(path.name)) from error
    except OSError as error:
        raise InputError("file-not-readable", file=clean(path.name)) from error
