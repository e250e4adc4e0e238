"""A disk that fails at the Nth write (`disk_fault.c`), around a program of its own."""

from __future__ import annotations

import ctypes
import errno
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

ROOT = Path(__file__).resolve().parents[2]
FULL, BROKEN = errno.ENOSPC, errno.EIO


@cache
def library() -> Path:
    """Compiled once a process."""
    made = Path(mkdtemp(prefix="disk-fault-")) / "disk_fault.so"
    source = Path(__file__).with_suffix(".c")
    subprocess.run(
        ["gcc", "-shared", "-fPIC", "-O1", "-U_FORTIFY_SOURCE", "-o", str(made), str(source), "-ldl"],
        check=True,
    )
    return made


def environment(under: Path, at: int = 0, error: int = FULL, *, stays: bool = False) -> dict[str, str]:
    """What a program is started with so that its disk fails; `at` 0 counts only."""
    return {
        **{name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ},
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "LD_PRELOAD": str(library()),
        "FAULT_UNDER": str(under),
        "FAULT_AT": str(at),
        "FAULT_ERRNO": str(error),
        "FAULT_STICKY": str(int(stays)),
    }


class Disk:
    """Inside such a program: when the disk fails next, and how often it was asked."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(None)

    def fail_at(self, number: int, error: int = FULL, *, stays: bool = False) -> None:
        """0: never; counting begins anew."""
        self._library.fault_arm(ctypes.c_long(number), error, int(stays))

    @property
    def asked(self) -> int:
        return int(self._library.fault_count())


def run(module: str, *arguments: str, under: Path, seconds: float = 600) -> str:
    """What `python -m module` says on standard output; its disk is sound until it says otherwise itself."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=environment(under),
        stdout=subprocess.PIPE,
        text=True,
        timeout=seconds,
        check=True,
    )
    return done.stdout
