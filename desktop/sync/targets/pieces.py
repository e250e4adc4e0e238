"""What every kind of target does alike with the pieces of a file that comes back, and with its marker."""

from __future__ import annotations

import errno
import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop.config import TARGET_LIMITS
from desktop.errors import VaultError
from desktop.models.documents import Progress
from desktop.paths import replacing
from desktop.sync.targets.base import MARKER_FILE, TargetError

TRIAL_FILE = "trial.txt"
_MARKER = re.compile(r"[0-9a-f]{32}\Z")


class Pieced(ABC):
    """Half of `base.Reached`."""

    portion: int = TARGET_LIMITS.part_bytes

    def fetch(self, name: str, to: Path, progress: Progress | None = None) -> None:
        with local_disk(), replacing(to) as file:
            for piece in self._pieces(name, progress):
                file.write(piece)

    def sha256(self, name: str, progress: Progress | None = None) -> str:
        found = hashlib.sha256()
        for piece in self._pieces(name, progress):
            found.update(piece)
        return found.hexdigest()

    def claim(self, marker: str) -> str:
        self._make_folder()
        found = (self.read_small(MARKER_FILE) or b"").decode("ascii", "replace").strip()
        if _MARKER.match(found):
            return found
        self.write_small(MARKER_FILE, f"{marker}\n".encode("ascii"))  # none, or a power cut took it
        return marker

    def try_out(self, content: bytes) -> Iterator[tuple[str, bool]]:
        """Write a small file, read it back, remove it: each step by its name as it is done, and whether
        it went well. What it made goes again, a folder of its own too where that can be done safely.
        """
        self._make_folder()
        try:
            self.write_small(TRIAL_FILE, content)
            yield "write", True
            yield "read-back", self.read_small(TRIAL_FILE) == content
        finally:
            self._remove_small(TRIAL_FILE)
            self._drop_folder()
        yield "remove", self.read_small(TRIAL_FILE) is None

    # --- each kind -----------------------------------------------------------------------------

    @abstractmethod
    def practices(self) -> list[str]:
        """The tags of the practices whose backups lie there. Raises TargetError `target-no-folder`."""

    @abstractmethod
    def close(self) -> None: ...
    @abstractmethod
    def names(self) -> list[tuple[str, int]]: ...
    @abstractmethod
    def put(self, name: str, source: Path, progress: Progress | None = None) -> None: ...
    @abstractmethod
    def remove(self, name: str) -> None: ...
    @abstractmethod
    def sweep(self, but: Collection[str]) -> None: ...
    @abstractmethod
    def _remove_small(self, name: str) -> None:
        """No trouble where it is not there."""

    @abstractmethod
    def _drop_folder(self) -> None:
        """Ours, if nothing is in it and it can be removed without what is in it."""

    @abstractmethod
    def read_small(self, name: str) -> bytes | None: ...
    @abstractmethod
    def write_small(self, name: str, content: bytes) -> None: ...
    @abstractmethod
    def free_bytes(self) -> int | None: ...
    @abstractmethod
    def _make_folder(self) -> None:
        """Ours, in the one that the address names; no trouble where it exists."""

    @abstractmethod
    def _pieces(self, name: str, progress: Progress | None) -> Iterator[bytes]:
        """A complete file. Raises TargetError `target-missing`, `target-broken` where some of it lacks."""

    # --- inside ------------------------------------------------------------------------------

    def _refuse_full(self, needed: int) -> None:
        free = self.free_bytes()
        if free is not None and free < needed + TARGET_LIMITS.spare_bytes:
            raise TargetError("target-full")


@contextmanager
def local_disk() -> Iterator[None]:
    """A full disk of this computer is not the target's trouble. Raises VaultError `disk-full`."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise VaultError("disk-full") from error
        raise
