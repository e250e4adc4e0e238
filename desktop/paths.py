"""Where files live, and the only ways to write them.

Everything of a practice lies in one folder (0700). A file is replaced whole or not
at all: temporary file, fsync, rename, fsync of the folder.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import platformdirs

from desktop.frozen import dataclass

if sys.platform == "win32":
    from desktop.paths_windows import keep_to_owner
else:

    def keep_to_owner(path: Path) -> None:
        """Nobody else may look into the folder."""
        path.chmod(PRIVATE_FOLDER)


_HERE = Path(__file__).resolve().parent
PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
VAULT_LOCK = "vault.lock"
_TRIES, _TRY_EVERY = 60, 0.05
"""Three seconds in all."""


def resource(name: str) -> Path:
    """A file of `resources/`; inside the wheel it lies in the package.

    Raises ValueError for an absolute path or one that climbs out.
    """
    relative = Path(name)
    if relative.is_absolute() or ".." in relative.parts:
        raise ValueError(name)
    packaged = _HERE / "resources"
    root = packaged if packaged.is_dir() else _HERE.parent / "resources"
    return root / relative


@dataclass(frozen=True)
class PracticeFolder:
    """Names of the files of one practice."""

    root: Path

    @property
    def database(self) -> Path:
        return self.root / "practice.db"

    @property
    def keys(self) -> Path:
        return self.root / "vault.keys"

    @property
    def tries(self) -> Path:
        return self.root / "vault.tries"

    @property
    def log_marks(self) -> Path:
        """The key that marks new records of the audit log; outside the database, which forgets nothing."""
        return self.root / "audit.mac"

    @property
    def next_log_marks(self) -> Path:
        """The same key under the next vault key, until the database has changed places."""
        return self.root / "audit.mac.next"

    @property
    def outbox_mark(self) -> Path:
        """How far the outbox had come; outside the database, so that an older one is noticed."""
        return self.root / "outbox.mark"

    @property
    def lock(self) -> Path:
        return self.root / "window.lock"

    @property
    def service(self) -> Path:
        """Where the background service is reached, and the key that it asks for; while it runs."""
        return self.root / "service.json"

    @property
    def service_lock(self) -> Path:
        """Held by the one background service of this practice."""
        return self.root / "service.lock"

    @property
    def service_log(self) -> Path:
        return self.root / "service.log"

    @property
    def next_database(self) -> Path:
        """The database under the next vault key, until it takes the place of the old one."""
        return self.root / "practice.db.next"

    def next_database_files(self) -> tuple[Path, ...]:
        """`next_database` with what SQLite may have left beside it."""
        return tuple(
            self.root / f"{self.next_database.name}{suffix}" for suffix in ("", "-wal", "-shm", "-journal")
        )

    def database_copies(self) -> tuple[Path, ...]:
        """What migrations left behind: whole databases under the key of their time."""
        return tuple(self.root.glob(f"{self.database.name}.before-*"))

    @property
    def next_keys(self) -> Path:
        """The key slots that belong to it."""
        return self.root / "vault.keys.next"

    @property
    def vault_lock(self) -> Path:
        """Held together by all who have the database open, alone by who changes the vault key."""
        return self.root / VAULT_LOCK

    @property
    def segments(self) -> Path:
        """Sealed years of the audit log."""
        return self.root / "audit-years"

    @property
    def backups(self) -> Path:
        """Backups that wait for their targets, with what they go on from."""
        return self.root / "backups"

    @property
    def drill(self) -> Path:
        """Where a restore drill puts a backup together; empty but while one runs."""
        return self.root / "drill"

    @property
    def emergencies(self) -> Path:
        """Sealed records of emergency openings, until a sound database takes them up."""
        return self.root / "emergency.records"

    @property
    def restoring(self) -> Path:
        """Where a practice out of a backup is put together; nothing in it counts."""
        return self.root / ".restoring"

    @property
    def log(self) -> Path:
        return self.root / "sealwell.log"

    @property
    def pending_keys(self) -> Path:
        """The key slots of a set-up that has not come to its end."""
        return self.root / "setup.keys"

    def exists(self) -> bool:
        """Whether a practice is here, damaged or not; a set-up that broke off is none."""
        return self.keys.exists() or (self.database.exists() and not self.pending_keys.exists())


def default_practice() -> PracticeFolder:
    """The practice that is opened when none is named."""
    return PracticeFolder(Path(platformdirs.user_data_dir("sealwell", appauthor=False)) / "practice")


def same_disk(path: Path, practice: PracticeFolder) -> bool:
    """Whether `path` goes away with the practice: a folder that only looks like another place."""
    try:
        return path.stat().st_dev == practice.root.stat().st_dev
    except OSError:
        return False


def runtime_folder(practice: PracticeFolder) -> Path:
    """Where session files and sockets go: the system's runtime folder, else the practice's."""
    named = os.environ.get("XDG_RUNTIME_DIR")
    if named and Path(named).is_dir() and os.access(named, os.W_OK):
        return make_private_folder(Path(named) / "sealwell")
    return practice.root


def spare_folder() -> Path:
    """For what must be kept when the practice's own disk takes nothing: the account's state folder."""
    return Path(platformdirs.user_state_dir("sealwell", appauthor=False))


def make_private_folder(path: Path) -> Path:
    """Create `path` for its owner only; an existing folder is narrowed."""
    path.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    keep_to_owner(path)
    return path


def write_private(path: Path, data: bytes) -> None:
    """Replace `path` by `data`, whole or not at all, readable by the owner only."""
    write_private_parts(path, (data,))


def write_private_parts(path: Path, parts: Iterable[bytes]) -> None:
    """As `write_private`, for what is too large to hold in memory at once."""
    with replacing(path) as file:
        for part in parts:
            file.write(part)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes the place of `path` when the block ends; if it fails, nothing stays."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        put_in_place(temporary, path)
    except BaseException:  # no half file is left behind; then it goes on up
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
        raise
    sync_folder(path.parent)


def put_in_place(source: Path, target: Path) -> None:
    """`os.replace`, with patience on Windows.

    There a file that anybody has open cannot be replaced, and virus scanners and indexers open what was
    just written, as does another process of ours that reads `target`: all let go of it within moments.
    """
    tries = _TRIES if sys.platform == "win32" else 1
    for left in range(tries, 0, -1):
        try:
            os.replace(source, target)
        except PermissionError:
            if left == 1:
                raise
            time.sleep(_TRY_EVERY)
        else:
            return


def append_private(path: Path, data: bytes) -> None:
    """Add `data` to the end of `path` and wait until the disk has it."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE_FILE)
    with os.fdopen(descriptor, "ab") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Make a rename durable; Windows has no handle for it."""
    if sys.platform == "win32":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
