"""What happens before all else: nothing that follows may leak or run twice.

Called first by `desktop.__main__`, before any key exists in memory. Files are made
for their owner only, a crash leaves no memory image behind, and no other program of
the same user may look into the process. An administrator of the computer still can.
"""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from desktop.errors import Refused
from desktop.paths import PRIVATE_FILE

if sys.platform == "win32":
    import msvcrt
    from ctypes import wintypes

    _NO_CRASH_DIALOGS = 0x0001 | 0x0002 | 0x8000
    """SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX, SEM_NOOPENFILEERRORBOX (errhandlingapi.h)."""
    _WER_NO_HEAP = 0x1
    """WER_FAULT_REPORTING_FLAG_NOHEAP (werapi.h): what the program holds is in no report."""
    _OTHERS_MAY = "D:P(A;;0x101001;;;OW)(A;;0x1fffff;;;SY)"
    """To wait for us, end us and ask who we are: SYNCHRONIZE, PROCESS_TERMINATE and
    PROCESS_QUERY_LIMITED_INFORMATION for the owner (SDDL's OW also takes away the right to change
    this list), everything for the system. Not among them: PROCESS_VM_READ, which the user's other
    programs have by default (Process Security and Access Rights; as KeePassXC does)."""
    _SDDL_REVISION = 1
    _DACL_SECURITY_INFORMATION = 0x4

    def _close_memory() -> None:
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.SetErrorMode(_NO_CRASH_DIALOGS)
        kernel.WerSetFlags(_WER_NO_HEAP)
        security = ctypes.WinDLL("advapi32", use_last_error=True)
        descriptor = wintypes.LPVOID()
        made = security.ConvertStringSecurityDescriptorToSecurityDescriptorW(
            wintypes.LPCWSTR(_OTHERS_MAY), _SDDL_REVISION, ctypes.byref(descriptor), None
        )
        if not made:
            raise ctypes.WinError(ctypes.get_last_error())
        try:
            # -1 is this process (GetCurrentProcess): its own handle keeps every right.
            if not security.SetKernelObjectSecurity(
                wintypes.HANDLE(-1), _DACL_SECURITY_INFORMATION, descriptor
            ):
                raise ctypes.WinError(ctypes.get_last_error())
        finally:
            kernel.LocalFree(descriptor)

else:
    import fcntl
    import resource

    _PR_SET_DUMPABLE = 4
    _PT_DENY_ATTACH = 31

    def _close_memory() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        libc = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            # ptrace(2): no debugger attaches from now on, the user's own included.
            if libc.ptrace(_PT_DENY_ATTACH, 0, None, 0) != 0:
                raise OSError(ctypes.get_errno(), "ptrace")
        elif libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
            # prctl(2): neither ptrace nor /proc/PID/mem for other processes of this user.
            raise OSError(ctypes.get_errno(), "prctl")


ANOTHER_RUNS = 3
"""Exit code of a background service where another one holds the practice."""


def on_end(end: Callable[[], None]) -> None:
    """Call `end` when the system or a person asks this process to end; a terminal's keys do not.

    On a thread of its own: a signal may come while the main thread holds what `end` waits for.
    """

    def begin(*_: object) -> None:
        threading.Thread(target=end, name="end", daemon=True).start()

    for name, act in (("SIGTERM", begin), ("SIGBREAK", begin), ("SIGHUP", begin), ("SIGINT", signal.SIG_IGN)):
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, act)


_MAC_PROGRAMS = ("/usr/local/MacGPG2/bin", "/opt/homebrew/bin", "/usr/local/bin")
"""Where GPG Suite and Homebrew put gpg (on Apple processors and on Intel)."""


def find_programs(environ: MutableMapping[str, str] = os.environ, system: str = sys.platform) -> None:
    """What is opened from macOS's Finder looks for programs in the system's own folders only.

    Others come behind those: nothing in them can take the place of a program of the system's.
    """
    if system == "darwin":
        there = [folder for folder in environ.get("PATH", os.defpath).split(os.pathsep) if folder]
        more = [folder for folder in _MAC_PROGRAMS if folder not in there]
        environ["PATH"] = os.pathsep.join([*there, *more])


def harden() -> None:
    """Close what the operating system leaves open by default; raises OSError if it refuses."""
    os.umask(0o077)
    _close_memory()


@contextmanager
def loading() -> Iterator[None]:
    """Load modules in it: what they make stays to the end, so that nobody looks through it for garbage.

    The collector would, again and again, while it grows: a quarter of the time that it takes to load
    the office, and a tenth of a second for each full look later.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


class SingleInstance:
    """At most one window per practice, and one service, by a lock that the system drops at the process's end.

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
