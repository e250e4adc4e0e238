"""Setting up the folders that are looked into for new lists (`folder_watch.py` does the looking)."""

from __future__ import annotations

from pathlib import Path

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.errors import InputError
from desktop.models import mappings, tasks, watchedfolders
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.records import Reason
from desktop.models.standing import FolderId
from desktop.models.tasks import TaskState
from desktop.models.watchedfolders import WatchedFolder
from desktop.office.desk import Desk, Recorder
from desktop.office.task_kinds import FOLDER
from desktop.office.values_imports import PEOPLE, VISITS, FolderLine, FolderRequest
from desktop.paths import PracticeFolder

_MOST_MINUTES = 24 * 60
_MOST_FOLDERS = 20
_SAID = frozenset({"folder-unreachable", "folder-needs-mapping", "confirm-needed"})


class Folders:
    """A folder of the computer that the practice's database is on."""

    def __init__(self, desk: Desk, clock: Clock, practice: PracticeFolder) -> None:
        self._desk = desk
        self._clock = clock
        self._practice = practice

    def watch_folder(self, session: Session, request: FolderRequest) -> FolderLine:
        """Looked into from now on; what lies there already is taken in too.

        Raises InputError "folder-missing", "folder-own", "folder-watched", "folders-many",
        "kind-unknown", "minutes-unknown", "mapping-unknown"; Refused "step-up-needed".
        """
        self._desk.check(session, Action.WATCH_FOLDER)
        path = self._path(request)

        def watch(tx: Tx, record: Recorder) -> FolderLine:
            known = watchedfolders.listing(tx)
            if any(Path(one.path) == path for one in known):
                raise InputError("folder-watched")
            if len(known) >= _MOST_FOLDERS:
                raise InputError("folders-many", most=_MOST_FOLDERS)
            saved = mappings.get(tx, request.mapping) if request.mapping else None
            if request.mapping and (saved is None or saved.kind != request.kind):
                raise InputError("mapping-unknown")
            one = watchedfolders.made(
                str(path), request.kind, request.mapping, request.minutes, session.user, self._clock.now()
            )
            watchedfolders.add(tx, one)
            record(Event(Act.FOLDER_WATCHED, one.id))
            return _line(tx, one)

        return self._desk.write(session, Action.WATCH_FOLDER, watch)

    def list_folders(self, session: Session) -> tuple[FolderLine, ...]:
        return self._desk.read(
            session,
            Action.LIST_IMPORTS,
            _lines,
            lambda shown: Event(Act.IMPORTS_LISTED, det={"count": len(shown)}),
        )

    def forget_folder(self, session: Session, folder: FolderId) -> tuple[FolderLine, ...]:
        """It is not looked into any more; what came from it stays. Raises InputError "folder-unknown"."""

        def forget(tx: Tx, record: Recorder) -> tuple[FolderLine, ...]:
            if watchedfolders.get(tx, folder) is None:
                raise InputError("folder-unknown")
            now = self._clock.now()
            watchedfolders.retire(tx, folder, now)
            for ended in tasks.close_of(tx, FOLDER, folder, TaskState.DROPPED, now, session.user):
                record(
                    Event(Act.TASK_ENDED, ended, det={"task-kind": FOLDER, "result": TaskState.DROPPED.value})
                )
            record(Event(Act.FOLDER_WATCHED, folder))
            return _lines(tx)

        return self._desk.write(session, Action.WATCH_FOLDER, forget)

    def _path(self, request: FolderRequest) -> Path:
        if request.kind not in (PEOPLE, VISITS):
            raise InputError("kind-unknown")
        if not 1 <= request.minutes <= _MOST_MINUTES:
            raise InputError("minutes-unknown", most=_MOST_MINUTES)
        given = Path(request.path).expanduser()
        if not given.is_absolute() or not given.is_dir():
            raise InputError("folder-missing")
        path, own = given.resolve(), self._practice.root.resolve()
        if path == own or own in path.parents or path in own.parents:
            raise InputError("folder-own")
        return path


def _lines(tx: Tx) -> tuple[FolderLine, ...]:
    return tuple(_line(tx, one) for one in watchedfolders.listing(tx))


def _line(tx: Tx, one: WatchedFolder) -> FolderLine:
    saved = mappings.get(tx, one.mapping) if one.mapping else None
    return FolderLine(
        id=one.id,
        path=one.path,
        kind=one.kind,
        mapping=saved.name if saved else "",
        minutes=one.minutes,
        taken=watchedfolders.taken(tx, one.id),
        looked_at=one.looked_at,
        trouble=_trouble(one.trouble),
    )


def _trouble(code: str) -> Reason | None:
    """In the words for folders; what is wrong with a file itself is said where it is chosen by hand."""
    if not code:
        return None
    return Reason(code if code in _SAID else "folder-file-refused")
