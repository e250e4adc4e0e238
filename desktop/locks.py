"""Locks between processes that the system drops when their holder ends, however it ends.

flock(2), on Windows LockFileEx: both belong to the open handle, so two handles of one
process exclude each other as two processes do. The files stay behind on purpose:
removing one would let two holders each lock a different file of the same name.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from desktop.paths import PRIVATE_FILE

if sys.platform == "win32":
    import ctypes
    import msvcrt
    from ctypes import wintypes

    class _Overlapped(ctypes.Structure):
        _fields_ = (
            ("internal", ctypes.c_void_p),
            ("internal_high", ctypes.c_void_p),
            ("offset", wintypes.DWORD),
            ("offset_high", wintypes.DWORD),
            ("event", wintypes.HANDLE),
        )

    _FAIL_AT_ONCE, _EXCLUSIVE = 1, 2

    def _take(descriptor: int, *, exclusive: bool, wait: bool) -> bool:
        flags = (_EXCLUSIVE if exclusive else 0) | (0 if wait else _FAIL_AT_ONCE)
        handle = wintypes.HANDLE(msvcrt.get_osfhandle(descriptor))
        where = ctypes.byref(_Overlapped())
        return bool(ctypes.windll.kernel32.LockFileEx(handle, flags, 0, 1, 0, where))

else:
    import fcntl

    def _take(descriptor: int, *, exclusive: bool, wait: bool) -> bool:
        operation = fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH
        try:
            fcntl.flock(descriptor, operation if wait else operation | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class Lock:
    """A lock that is held until `release`; made by `shared` and `exclusive`."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        """Let go; may be called again."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def shared(path: Path) -> Lock | None:
    """Hold the file `path` together with others; None while somebody holds it alone."""
    return _lock(path, exclusive=False)


def exclusive(path: Path) -> Lock | None:
    """Hold the file `path` alone; None while anybody else holds it."""
    return _lock(path, exclusive=True)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Wait for the lock of `path` (a file `<name>.lock` beside it) and hold it alone."""
    lock = _lock(path.with_name(f"{path.name}.lock"), exclusive=True, wait=True)
    if lock is None:  # Windows alone gives up waiting, when the folder's server is gone
        raise OSError(f"no lock for {path.name}")
    with lock:
        yield


def _lock(path: Path, *, exclusive: bool, wait: bool = False) -> Lock | None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    try:
        taken = _take(descriptor, exclusive=exclusive, wait=wait)
    except BaseException:  # the descriptor is nobody else's to close; then it goes on up
        os.close(descriptor)
        raise
    if taken:
        return Lock(descriptor)
    os.close(descriptor)
    return None
