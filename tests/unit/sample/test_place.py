"""Where a look around lies: private, gone at the end, swept where it broke off, never anybody else's."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from desktop.bootstrap import SingleInstance
from desktop.sample.place import sweep, temporary_place


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_it_is_its_owners_alone_and_gone_at_the_end(temporary: Path) -> None:
    with temporary_place() as root:
        assert root.parent == temporary
        assert stat.S_IMODE(root.stat().st_mode) == 0o700
        (root / "practice").mkdir()
        (root / "practice" / "practice.db").write_bytes(b"x")
    assert list(temporary.iterdir()) == []


def test_what_broke_off_is_swept_at_the_next_start_and_what_is_held_stays(temporary: Path) -> None:
    left = temporary / "sealwell-sample-left"
    left.mkdir()
    (left / "held.lock").touch()
    (left / "practice.db").write_bytes(b"x")
    with temporary_place() as held:
        assert not left.exists()
        sweep()
        assert held.exists()


def test_a_killed_one_is_swept(temporary: Path) -> None:
    words = (
        "import sys, tempfile; tempfile.tempdir = sys.argv[1]\n"
        "from desktop.sample.place import temporary_place\n"
        "with temporary_place() as root:\n    print(root, flush=True)\n    sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", words, str(temporary)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        root = Path(child.stdout.readline().decode().strip())
        sweep()
        assert root.exists(), "it is still looked around in"
        child.kill()
    sweep()
    assert not root.exists()


def test_one_that_is_about_to_be_taken_is_not_swept_by_another_start(temporary: Path) -> None:
    """Between its making and its lock."""
    begun, left = temporary / "sealwell-sample-begun", temporary / "sealwell-sample-left"
    begun.mkdir()
    left.mkdir()
    before = begun.stat().st_mtime - 61
    os.utime(left, (before, before))
    sweep()
    assert begun.exists()
    assert not left.exists()


def test_nobody_holds_a_folder_while_it_is_removed(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows removes nothing that is open; the lock neither."""
    free: list[str] = []
    remove = shutil.rmtree

    def asked(root: Path, *, ignore_errors: bool) -> None:
        with SingleInstance(root / "held.lock"):
            free.append(root.name)
        remove(root, ignore_errors=ignore_errors)

    monkeypatch.setattr(shutil, "rmtree", asked)
    left = temporary / "sealwell-sample-left"
    left.mkdir()
    (left / "held.lock").touch()
    with temporary_place() as root:
        pass
    assert free == [left.name, root.name]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_in_its_name_is_not_followed(temporary: Path) -> None:
    practice = temporary / "my practice"
    practice.mkdir()
    (practice / "vault.keys").write_bytes(b"x")
    os.symlink(practice, temporary / "sealwell-sample-trap")
    sweep()
    assert (practice / "vault.keys").exists()
