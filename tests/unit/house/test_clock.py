from __future__ import annotations

import subprocess
import sys
import uuid
from datetime import UTC
from pathlib import Path

import pytest

from desktop.clock import SystemClock


def run(code: str, *arguments: str) -> str:
    """What `code` prints, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True, timeout=30
    )
    return done.stdout.strip()


def test_now_is_utc_and_mono_never_goes_back() -> None:
    clock = SystemClock()
    assert clock.now().tzinfo is UTC
    readings = [clock.mono() for _ in range(100)]
    assert readings == sorted(readings)


def test_two_processes_of_one_run_of_the_machine_name_it_alike() -> None:
    other = run("from desktop.clock import SystemClock; print(SystemClock().boot_id())")
    assert other == SystemClock().boot_id() != ""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's own file")
def test_linux_makes_a_new_id_at_each_start() -> None:
    kernel = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    assert SystemClock().boot_id() == kernel == str(uuid.UUID(kernel))


def test_nothing_slow_is_loaded_for_the_time() -> None:
    """It loads before the first page: 2 ms of `uuid` were seen there."""
    loaded = run(
        "import sys; before = set(sys.modules); import desktop.clock; print(*(set(sys.modules) - before))"
    ).split()
    assert "desktop.clock" in loaded
    assert not {"uuid", "platform", "ctypes.util", "subprocess"} & set(loaded)


WINDOWS = """
import sys, types, time, functools, datetime, typing
sys.platform = "win32"
fake = types.ModuleType("winreg")
fake.HKEY_LOCAL_MACHINE, fake.KEY_READ, fake.KEY_WOW64_64KEY = "HKLM", 1, 2
values = {"BootId": 421, "MachineGuid": "0f2c"} if sys.argv[1:] else {"MachineGuid": "0f2c"}

class Key:
    def __enter__(self): return self
    def __exit__(self, *ended): pass

def query(key, name):
    if name not in values:
        raise FileNotFoundError(name)
    return values[name], 4

fake.OpenKey, fake.QueryValueEx = lambda *asked: Key(), query
sys.modules["winreg"] = fake
from desktop.clock import SystemClock
print(SystemClock().boot_id())
"""

MACOS = """
import ctypes, sys, time, functools, datetime, typing
sys.platform = "darwin"

class System:
    def sysctlbyname(self, name, value, size, new, length):
        value.value = b"6FA7E2C4-8D0F-4E61-9C1B-3A5D7E9F1B2C"
        return 0 if name == b"kern.bootsessionuuid" else -1

ctypes.CDLL = lambda name, **given: System()
from desktop.clock import SystemClock
print(SystemClock().boot_id())
"""


def test_windows_counts_its_starts() -> None:
    assert run(WINDOWS, "counted") == "0f2c/421"


def test_windows_without_a_count_is_known_by_the_minute_of_its_start() -> None:
    first = run(WINDOWS)
    assert first.startswith("started/")
    assert abs(int(run(WINDOWS).split("/")[1]) - int(first.split("/")[1])) <= 1


def test_macos_names_each_start() -> None:
    assert run(MACOS) == "6FA7E2C4-8D0F-4E61-9C1B-3A5D7E9F1B2C"
