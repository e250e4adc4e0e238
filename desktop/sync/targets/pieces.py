"""What every kind of target does alike with the pieces of a file that comes back, and with its marker."""

from __future__ import annotations

import errno
import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop.config import TARGET_LIMITS
from desktop.errors import VaultError
from desktop.models.documents import Progress
from desktop.paths import replacing
from desktop.sync.targets.base import MARKER_FILE, TargetError

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

    # --- each kind -----------------------------------------------------------------------------

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
