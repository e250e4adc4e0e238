"""What happens before all else: nothing that follows may leak or run twice.

Called first by `desktop.__main__`, before any key exists in memory. Files are made
for their owner only, a crash leaves no memory image behind, and no other process of
the same user may attach (Linux: prctl(2), PR_SET_DUMPABLE).
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from desktop.errors import Refused
from desktop.paths import PRIVATE_FILE

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl
    import resource

_PR_SET_DUMPABLE = 4


def harden() -> None:
    """Close what the operating system leaves open by default; raises OSError if Linux refuses."""
    os.umask(0o077)
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl")


class SingleInstance:
    """At most one window per practice, by a lock that the system drops when the process ends.

    The file stays behind on purpose: removing it would let two processes each hold
    a lock on a different file of the same name.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the lock, or raise Refused("already-open") when another window has it."""
        if self._descriptor is not None:
            return
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
        try:
            _lock(descriptor)
        except OSError as taken:
            os.close(descriptor)
            raise Refused("already-open") from taken
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def _lock(descriptor: int) -> None:
    """Lock without waiting; OSError when another process or handle has the lock."""
    if sys.platform == "win32":
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
