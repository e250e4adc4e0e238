from __future__ import annotations

import gc
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desktop.bootstrap import SingleInstance, find_programs, loading
from desktop.errors import Refused

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's own account of the process")

HOLD = """
import sys
from pathlib import Path
from desktop.bootstrap import SingleInstance
held = SingleInstance(Path(sys.argv[1]))
held.acquire()
print("held", flush=True)
sys.stdin.read()
"""
TRY = """
import sys
from pathlib import Path
from desktop.bootstrap import SingleInstance
from desktop.errors import Refused
try:
    SingleInstance(Path(sys.argv[1])).acquire()
except Refused as refused:
    print(refused.code)
"""


def run(code: str, *arguments: str) -> str:
    """In a process of its own: hardening cannot be undone."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True, timeout=30
    )
    return done.stdout.strip()


def test_files_made_after_hardening_are_their_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "made"
    run(
        "import sys; from desktop.bootstrap import harden; harden(); open(sys.argv[1], 'w').close()",
        str(file),
    )
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@linux_only
def test_a_hardened_process_has_both_switches_set() -> None:
    seen = run(
        "import ctypes, resource\n"
        "from desktop.bootstrap import harden\n"
        "before = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)\n"
        "harden()\n"
        "print(before, ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE))"
    )
    assert seen == "1 0 (0, 0)"


def test_g38_a_second_window_on_the_same_practice_is_refused_within_two_seconds(tmp_path: Path) -> None:
    lock = tmp_path / "window.lock"
    with SingleInstance(lock):
        began = time.monotonic()
        other = run(TRY, str(lock))
        took = time.monotonic() - began
    assert other == "already-open"
    assert took < 2  # with the start of a whole process


def test_another_practice_may_be_open_beside_it(tmp_path: Path) -> None:
    with SingleInstance(tmp_path / "one.lock"), SingleInstance(tmp_path / "two.lock"):
        pass


def test_a_released_lock_can_be_taken_again_and_releasing_twice_harms_nobody(tmp_path: Path) -> None:
    first, second = SingleInstance(tmp_path / "lock"), SingleInstance(tmp_path / "lock")
    first.acquire()
    first.acquire()
    with pytest.raises(Refused):
        second.acquire()
    first.release()
    first.release()
    second.acquire()
    with pytest.raises(Refused):
        first.acquire()
    second.release()


def test_a_killed_window_does_not_lock_the_practice_for_ever(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            HOLD,
            str(lock),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        second = SingleInstance(lock)
        with pytest.raises(Refused):
            second.acquire()
        holder.kill()
        holder.wait()
    second.acquire()
    second.release()


def test_the_lock_file_is_private(tmp_path: Path) -> None:
    with SingleInstance(tmp_path / "lock"):
        assert stat.S_IMODE((tmp_path / "lock").stat().st_mode) == 0o600


def test_a_program_opened_from_the_finder_finds_gpg_behind_the_system_s_own() -> None:
    environ = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin:/usr/local/bin"}
    find_programs(environ, "darwin")
    folders = environ["PATH"].split(":")
    assert folders[:5] == ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin"]
    assert {"/opt/homebrew/bin", "/usr/local/MacGPG2/bin"} == set(folders[5:])
    find_programs(environ, "darwin")
    assert environ["PATH"].split(":") == folders
    find_programs(environ, "linux")
    assert environ["PATH"].split(":") == folders


def test_nothing_looks_for_garbage_while_modules_are_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[bool] = []
    monkeypatch.setattr(gc, "freeze", lambda: kept.append(gc.isenabled()))
    with loading():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert kept == [False]
