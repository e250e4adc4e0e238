"""No other program of the same user looks into the process, and a crash leaves nothing behind.

Each body runs in a process of its own: hardening cannot be undone. Every refusal is
held against the same try on a process that is not hardened, so that it cannot pass by chance.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux's kernel")

VICTIM = """
import sys
from desktop.bootstrap import harden
if sys.argv[1] == "hardened":
    harden()
print("ready", flush=True)
sys.stdin.read()
"""

ATTACKER = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
pid = int(sys.argv[1])
try:
    os.close(os.open(f"/proc/{pid}/mem", os.O_RDONLY))
    print("read")
except PermissionError:
    print("no-read")
if libc.ptrace(16, pid, None, None) == 0:  # PTRACE_ATTACH
    os.waitpid(pid, 0)
    libc.ptrace(17, pid, None, None)  # PTRACE_DETACH
    print("attached")
else:
    print("not-attached", ctypes.get_errno())
"""

_PR_CAPBSET_DROP, _CAP_SYS_PTRACE = 24, 19


def as_an_ordinary_user() -> None:
    """Root may look into everything by a capability; without it, root is a user like any other."""
    if os.geteuid() == 0 and ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, _CAP_SYS_PTRACE, 0, 0, 0) != 0:
        raise OSError("prctl")


def looked_into(state: str) -> list[str]:
    """What another process of the same user gets from a process that is `hardened` or `open`."""
    victim = subprocess.Popen(
        [sys.executable, "-c", VICTIM, state],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        preexec_fn=as_an_ordinary_user,  # noqa: PLW1509 - no other thread runs here
    )
    with victim:
        assert victim.stdout is not None
        assert victim.stdout.readline() == b"ready\n"
        done = subprocess.run(
            [sys.executable, "-c", ATTACKER, str(victim.pid)],
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
            preexec_fn=as_an_ordinary_user,
        )
    return done.stdout.splitlines()


def yama() -> int:
    scope = Path("/proc/sys/kernel/yama/ptrace_scope")
    return int(scope.read_text()) if scope.exists() else 0


@linux_only
def test_another_process_of_the_same_user_neither_attaches_nor_reads_memory() -> None:
    assert looked_into("hardened") == ["no-read", "not-attached 1"]


@linux_only
@pytest.mark.skipif(yama() > 0, reason="this kernel refuses it to everybody (Yama)")
def test_the_same_tries_succeed_on_an_open_process() -> None:
    assert looked_into("open") == ["read", "attached"]


CRASH = """
import os, resource
hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
{body}
os.abort()
"""


def crashed(folder: Path, body: str) -> bool:
    """Whether the kernel wrote a memory image of a process that aborts."""
    process = subprocess.Popen(
        [sys.executable, "-c", CRASH.format(body=body)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL,
    )
    _, status = os.waitpid(process.pid, 0)
    process.returncode = -os.WTERMSIG(status)
    assert os.WTERMSIG(status) == signal.SIGABRT
    return os.WCOREDUMP(status)


@linux_only
def test_a_crash_leaves_no_memory_image(tmp_path: Path) -> None:
    assert not crashed(tmp_path, "from desktop.bootstrap import harden; harden()")
    assert list(tmp_path.iterdir()) == []


@linux_only
def test_an_open_process_would_leave_one(tmp_path: Path) -> None:
    import resource  # noqa: PLC0415 - Linux and macOS only

    if resource.getrlimit(resource.RLIMIT_CORE)[1] == 0:
        pytest.skip("this computer writes no memory images at all")
    assert crashed(tmp_path, "pass")


# ── systems that are not here: what they are asked ─────────────────────────────


WINDOWS = """
import ctypes, os, sys, types
import desktop.errors, desktop.paths
from ctypes import wintypes
refuses = sys.argv[1:]
sys.platform = "win32"
sys.modules["msvcrt"] = types.ModuleType("msvcrt")

class Library:
    def __init__(self, name): self.name = name
    def __getattr__(self, call):
        def called(*given):
            print(self.name, call, *(getattr(one, "value", one) for one in given if isinstance(one, int)
                  or isinstance(one, wintypes.LPCWSTR)))
            return 0 if call in refuses else 1
        return called

ctypes.WinDLL = lambda name, **given: Library(name)
ctypes.WinError = lambda code: PermissionError(code)
ctypes.get_last_error = lambda: 5
from desktop.bootstrap import harden
try:
    harden()
except PermissionError as error:
    print("refused", error)
"""

MACOS = """
import ctypes, os, sys
import desktop.errors, desktop.paths
refuses = sys.argv[1:]
sys.platform = "darwin"

class System:
    def ptrace(self, request, pid, address, data):
        print("ptrace", request, pid)
        return -1 if "ptrace" in refuses else 0

ctypes.CDLL = lambda name, **given: System()
import resource
from desktop.bootstrap import harden
try:
    harden()
except OSError as error:
    print("refused")
print(resource.getrlimit(resource.RLIMIT_CORE))
"""


def told(code: str, *arguments: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True, timeout=30
    )
    return done.stdout.splitlines()


def test_windows_lets_nobody_but_the_system_read_the_memory() -> None:
    lines = told(WINDOWS)
    (rights,) = [line for line in lines if "ConvertStringSecurityDescriptorToSecurityDescriptorW" in line]
    owner = int(rights.split("(A;;")[1].split(";;;OW")[0], 16)
    read, write, duplicate, change_list, change_owner = 0x10, 0x20, 0x40, 0x40000, 0x80000
    assert owner & (read | write | duplicate | change_list | change_owner) == 0
    assert owner & 0x1  # to end it
    assert rights.split()[2].startswith("D:P")  # nothing is inherited
    assert any(line.startswith("advapi32 SetKernelObjectSecurity") for line in lines)
    assert lines[:2] == ["kernel32 SetErrorMode 32771", "kernel32 WerSetFlags 1"]
    assert lines[-1].startswith("kernel32 LocalFree")


@pytest.mark.parametrize(
    "call", ["ConvertStringSecurityDescriptorToSecurityDescriptorW", "SetKernelObjectSecurity"]
)
def test_windows_refusing_is_an_error_and_no_silence(call: str) -> None:
    assert told(WINDOWS, call)[-1] == "refused 5"


def test_macos_denies_debuggers() -> None:
    assert told(MACOS) == ["ptrace 31 0", "(0, 0)"]
    assert told(MACOS, "ptrace") == ["ptrace 31 0", "refused", "(0, 0)"]
