"""Folders that other programs write their lists into: new files are taken in by themselves.

Only a plain file that has stood still from one look to the next, and only where the file says
itself what its columns are, or a saved mapping does. What cannot be taken in is tried once,
never again with the same content, and becomes a task for somebody; only where it was this computer
that could not, it is tried again. The files stay where they
are: they belong to the program that wrote them.
"""

from __future__ import annotations

import hashlib
import os
import stat
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.config import LIMITS
from desktop.errors import DeliveryError, InputError, Refused, SealwellError, VaultError
from desktop.mail.outbox import Outbox
from desktop.models import tasks, watchedfolders
from desktop.models.database import Database, Tx
from desktop.models.ids import new_id
from desktop.models.tasks import Task, TaskState
from desktop.models.watchedfolders import WatchedFolder
from desktop.office.intake import Intake, Pull
from desktop.office.task_kinds import FOLDER
from desktop.office.values_imports import FileLook, ImportOrder
from desktop.people.mapping import Certainty
from desktop.texts import clean

MOST_FILES = 500
"""Of one look into one folder; what goes beyond waits for the next."""
_SETTLE = timedelta(minutes=1)
_NAME_CHARS = 120
_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".lock")
_Mark = tuple[int, int]
"""Size and time of change: what has the same at two looks is not being written."""


class FolderWatch:
    """Hangs on the watch of the open practice; looks on a thread of its own, one look at a time."""

    def __init__(
        self,
        database: Database,
        audit: AuditLog,
        clock: Clock,
        intake: Intake,
        outbox: Outbox,
        has_gap: Callable[[], bool],
    ) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock
        self._intake = intake
        self._outbox = outbox
        self._has_gap = has_gap
        self._looking = threading.Lock()
        self._marks: dict[str, dict[Path, _Mark]] = {}
        self._done: dict[Path, _Mark] = {}
        """What this process has looked into already; another one asks the database by the content."""
        self._settling: set[str] = set()

    def look(self) -> None:
        """Look where it is time, on another thread: a folder on a slow share holds nobody up."""
        if not self._looking.locked() and self._due():
            threading.Thread(target=self._look, name="folders", daemon=True).start()

    def _look(self) -> None:
        try:
            self.take_in_due()
        except SealwellError as error:
            if error.code != "locked":  # closed meanwhile
                raise

    def take_in_due(self) -> None:
        """Every folder whose time has come; one look at a time."""
        with self._looking:
            for folder in self._due():
                self._take_in(folder)

    def _due(self) -> list[WatchedFolder]:
        if self._database.closed or self._has_gap():
            return []
        now = self._clock.now()
        known = self._database.read(watchedfolders.listing)
        return [one for one in known if _is_due(one, now, settling=one.id in self._settling)]

    def _take_in(self, folder: WatchedFolder) -> None:
        try:
            found = _files(Path(folder.path))
        except OSError:
            self._note(folder, "folder-unreachable")
            return
        before = self._marks.get(folder.id, {})
        still = [path for path, mark in found.items() if before.get(path) == mark]
        fresh = {path for path in found if path not in still and self._done.get(path) != found[path]}
        self._marks[folder.id] = found
        (self._settling.add if fresh else self._settling.discard)(folder.id)
        trouble = ""
        for path in still:
            if self._done.get(path) == found[path]:
                continue
            try:
                trouble = self._take_file(folder, path) or trouble
                self._done[path] = found[path]
            except (DeliveryError, VaultError) as error:  # not the file's: it is tried again
                if error.code == "locked":
                    raise
                trouble = error.code
        self._note(folder, trouble)

    def _take_file(self, folder: WatchedFolder, path: Path) -> str:
        """The code of what stood in the way, '' where nothing did."""
        try:
            data = _read(path)
        except OSError:
            return "folder-unreachable"
        sha256 = hashlib.sha256(data).hexdigest()
        if self._database.read(lambda tx: watchedfolders.known(tx, folder.id, sha256)):
            return ""
        try:
            self._import(folder, path, data, sha256)
        except (InputError, Refused) as error:
            if error.code == "locked":
                raise
            code = error.code
            self._database.write(lambda tx: self._refused(tx, folder, path.name, sha256, code))
            return code
        return ""

    def _import(self, folder: WatchedFolder, path: Path, data: bytes, sha256: str) -> None:
        """As somebody's import, in the name of whoever set the folder up; nobody is asked anything."""
        modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        if len(data) > LIMITS.import_bytes:
            raise InputError("file-too-large", file="", mebibytes=LIMITS.import_bytes // 1024 // 1024)
        order = ImportOrder(FileLook(path.name, data=data, kind=folder.kind, modified=modified))
        sheet = self._intake.read(data, folder.kind)
        known = self._database.read(lambda tx: self._intake.known(tx, sheet, folder.kind, folder.mapping))
        seen = self._intake.see(sheet, folder.kind, known)
        likely = any(one.certainty is Certainty.LIKELY for one in seen.guesses)
        if seen.asked or (known.saved is None and likely):
            raise InputError("folder-needs-mapping")
        prepared = self._intake.prepare(order, sheet, known)

        def store(tx: Tx) -> None:
            if watchedfolders.get(tx, folder.id) is None:
                return  # forgotten meanwhile
            if watchedfolders.known(tx, folder.id, sha256):
                return  # another program was faster

            def record(event: Event) -> int:
                return self._audit.record(tx, event).seq

            brought = self._intake.store(tx, record, prepared, order, folder.by, Pull(self._outbox))
            rows = brought.created + brought.updated + brought.unchanged
            if brought.rejected and not rows:
                raise InputError("folder-needs-mapping")  # all of it left out: undone, and said
            name = clean(path.name, _NAME_CHARS)
            watchedfolders.put_file(tx, folder.id, sha256, name, self._clock.now(), brought.id)
            record(Event(Act.FOLDER_TAKEN_IN, folder.id, det={"count": rows, "import": brought.id}))

        self._database.write(store)

    def _refused(self, tx: Tx, folder: WatchedFolder, name: str, sha256: str, code: str) -> None:
        now = self._clock.now()
        if watchedfolders.known(tx, folder.id, sha256):
            return
        watchedfolders.put_file(tx, folder.id, sha256, clean(name, _NAME_CHARS), now, None, code)
        self._audit.record(tx, Event(Act.FOLDER_TAKEN_IN, folder.id, "refused", code))
        self._open_task(tx, folder, code, now)

    def _note(self, folder: WatchedFolder, trouble: str) -> None:
        """When it was looked into; a folder that cannot be reached any more is a task too."""
        now = self._clock.now()

        def note(tx: Tx) -> None:
            watchedfolders.looked(tx, folder.id, now, trouble)
            if trouble == "folder-unreachable" and folder.trouble != trouble:
                self._audit.record(tx, Event(Act.FOLDER_TAKEN_IN, folder.id, "failed", trouble))
                self._open_task(tx, folder, trouble, now)

        self._database.write(note)

    def _open_task(self, tx: Tx, folder: WatchedFolder, code: str, now: datetime) -> None:
        """One open task for each folder: its page tells what is wrong."""
        known = tasks.of_source(tx, FOLDER, folder.id)
        if any(one.state is TaskState.OPEN for one in known):
            return
        one = Task(new_id(), FOLDER, now, source=folder.id, details={"code": code})
        tasks.add(tx, one)
        self._audit.record(tx, Event(Act.TASK_OPENED, one.id, det={"task-kind": FOLDER}))


def _is_due(folder: WatchedFolder, now: datetime, *, settling: bool) -> bool:
    """A clock that was set back does not stop it."""
    if folder.looked_at is None:
        return True
    since, every = now - folder.looked_at, timedelta(minutes=folder.minutes)
    return since < timedelta() or since >= (min(every, _SETTLE) if settling else every)


def _files(folder: Path) -> dict[Path, _Mark]:
    """The plain files in it, by name; none that is hidden, a link, or being written under another name."""
    found: dict[Path, _Mark] = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith((".", "~")) or entry.name.lower().endswith(_UNFINISHED):
                continue
            with suppress(FileNotFoundError):  # gone meanwhile
                facts = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(facts.st_mode) and facts.st_size:
                    found[Path(entry.path)] = (facts.st_size, facts.st_mtime_ns)
            if len(found) >= MOST_FILES:
                break
    return dict(sorted(found.items()))


def _read(path: Path) -> bytes:
    """At most one byte more than may be taken in; not through a link that has taken its place."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        return file.read(LIMITS.import_bytes + 1)
