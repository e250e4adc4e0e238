"""Time comes from here and nowhere else, so that tests can move it.

`now` is UTC wall time for what happened; `mono` measures idleness and never jumps;
`boot_id` tells two runs of the machine apart (leases, session files).
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from functools import lru_cache
from typing import Protocol

if sys.platform == "win32":
    import winreg
elif sys.platform == "darwin":
    import ctypes


def milliseconds(moment: datetime) -> int:
    """UTC milliseconds since 1970, as records, tokens and key slots keep them."""
    return int(moment.timestamp() * 1000)


class Clock(Protocol):
    """What every room asks for the time."""

    def now(self) -> datetime:
        """Aware UTC wall time."""
        ...

    def mono(self) -> float:
        """Seconds since some fixed point; never goes back."""
        ...

    def boot_id(self) -> str:
        """Opaque id of this run of the machine."""
        ...


if sys.platform == "win32":
    _MEMORY = r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters"
    _MACHINE = r"SOFTWARE\Microsoft\Cryptography"

    def _this_boot() -> str:
        """The loader's count of starts (BootId), with the machine's own id (MachineGuid)."""
        try:
            return f"{_registered(_MACHINE, 'MachineGuid')}/{_registered(_MEMORY, 'BootId')}"
        except OSError:
            # Not counted here. The monotonic clock of Windows goes on in sleep: the minute stays the same.
            return f"started/{int((time.time() - time.monotonic()) / 60)}"

    def _registered(key: str, name: str) -> object:
        with winreg.OpenKey(
            winreg.HKEY_LOCAL_MACHINE, key, 0, winreg.KEY_READ | winreg.KEY_WOW64_64KEY
        ) as at:
            return winreg.QueryValueEx(at, name)[0]

elif sys.platform == "darwin":

    def _this_boot() -> str:
        """kern.bootsessionuuid (sysctl(3)): a UUID made at each start, kept in sleep."""
        value, size = ctypes.create_string_buffer(64), ctypes.c_size_t(64)
        system = ctypes.CDLL(None, use_errno=True)
        if system.sysctlbyname(b"kern.bootsessionuuid", value, ctypes.byref(size), None, 0) != 0:
            raise OSError(ctypes.get_errno(), "sysctlbyname")
        return value.value.decode("ascii")

else:

    def _this_boot() -> str:
        """random(4): a UUID made at each start."""
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()


_boot_id = lru_cache(maxsize=1)(_this_boot)
"""The program ends before the computer starts anew: asked once."""


class SystemClock:
    """The computer's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def mono(self) -> float:
        return time.monotonic()

    def boot_id(self) -> str:
        return _boot_id()
