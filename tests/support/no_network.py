"""Run a program that the kernel ends if it, or anything that it starts, makes a socket of a network.

A filter of system calls (seccomp(2), BPF as in linux/filter.h) stays with every process that comes of
it; SIGSYS is the answer to `socket` for anything but a local family. For x86-64.
"""

from __future__ import annotations

import ctypes
import platform
import signal
import struct
import subprocess
import sys

POSSIBLE = sys.platform == "linux" and platform.machine() == "x86_64"
KILLED = -signal.SIGSYS if POSSIBLE else 0
_NR_SOCKET, _AF_INET, _AF_INET6 = 41, 2, 10
_LOAD, _EQUAL, _ANSWER = 0x20, 0x15, 0x06
_NUMBER, _FIRST = 0, 16
"""Where number and first argument stand in `struct seccomp_data`."""
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER = 38, 22, 2
_PROGRAM = (
    (_LOAD, 0, 0, _NUMBER),
    (_EQUAL, 0, 3, _NR_SOCKET),
    (_LOAD, 0, 0, _FIRST),
    (_EQUAL, 2, 0, _AF_INET),
    (_EQUAL, 1, 0, _AF_INET6),
    (_ANSWER, 0, 0, _ALLOW),
    (_ANSWER, 0, 0, _KILL),
)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def _forbid() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *one) for one in _PROGRAM))
    program = _Program(len(_PROGRAM), ctypes.cast(code, ctypes.c_void_p))
    if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(program)):
        raise OSError(ctypes.get_errno(), "seccomp")


def run(words: str, *arguments: str, seconds: int) -> subprocess.CompletedProcess[str]:
    """`words` are Python's; the return code is `KILLED` where a socket was made."""
    return subprocess.run(
        [sys.executable, "-c", words, *arguments],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        preexec_fn=_forbid,
    )
