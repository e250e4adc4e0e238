"""Locks between processes: together or alone, and gone with their holder."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from desktop.locks import exclusive, held, shared

ROOT = Path(__file__).resolve().parents[3]
HOLDER = """
import sys
from pathlib import Path
from desktop.locks import exclusive
lock = exclusive(Path(sys.argv[1]))
print(lock is not None, flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vault.lock"


def test_many_hold_it_together_and_one_alone(path: Path) -> None:
    first, second = shared(path), shared(path)
    assert first is not None
    assert second is not None
    assert exclusive(path) is None
    first.release()
    first.release()
    assert exclusive(path) is None
    second.release()
    with exclusive(path) or pytest.fail("free"):
        assert shared(path) is None
        assert exclusive(path) is None
    with shared(path) or pytest.fail("free again"):
        pass
    assert path.exists()


def test_a_killed_holder_holds_nothing(path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        assert shared(path) is None
        other.kill()
        other.communicate()
    lock = shared(path)
    assert lock is not None
    lock.release()


def test_waiting_ends_when_the_other_lets_go(path: Path) -> None:
    order = []
    inside = threading.Event()

    def second() -> None:
        inside.wait(10)
        with held(path):
            order.append("second")

    waiting = threading.Thread(target=second)
    waiting.start()
    with held(path):
        inside.set()
        waiting.join(0.1)
        order.append("first")
    waiting.join(10)
    assert order == ["first", "second"]
    assert path.with_name("vault.lock.lock").exists()


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        shared(tmp_path / "gone" / "vault.lock")
