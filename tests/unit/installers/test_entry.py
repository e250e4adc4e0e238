"""The first lines of the installed program: what the starter set for itself is passed on to nobody."""

from __future__ import annotations

import os
import sys

import pytest

from installers import entry


def test_what_the_starter_set_is_passed_on_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/usr/lib/sealwell/_internal")
    monkeypatch.delenv("LD_LIBRARY_PATH_ORIG", raising=False)
    monkeypatch.setenv("_PYI_ARCHIVE_FILE", "/usr/lib/sealwell/sealwell")
    monkeypatch.setenv("HOME", "/home/ana")
    entry.leave_environment_as_it_was()
    assert not {name for name in os.environ if name.startswith(("LD_LIBRARY_PATH", "_PYI_"))}
    assert os.environ["HOME"] == "/home/ana"


def test_a_path_of_the_persons_own_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/usr/lib/sealwell/_internal:/opt/own")
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/opt/own")
    entry.leave_environment_as_it_was()
    assert os.environ["LD_LIBRARY_PATH"] == "/opt/own"
    assert "LD_LIBRARY_PATH_ORIG" not in os.environ


def test_where_there_is_no_terminal_words_go_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    entry.open_streams()
    sys.stdout.write("nobody reads this")
    assert sys.stderr is not None
    for stream in (sys.stdout, sys.stderr):
        stream.close()


@pytest.mark.parametrize(
    ("called", "file", "window"),
    [
        ("/usr/bin/sealwell-gui", "/usr/lib/sealwell/sealwell", True),
        ("/usr/bin/sealwell", "/usr/lib/sealwell/sealwell", False),
        ("SEALWELL-GUI.EXE", "sealwell-gui.exe", True),
        ("anything", "/Applications/Sealwell.app/Contents/MacOS/sealwell-gui", True),
    ],
)
def test_the_name_says_which_program_it_is(
    monkeypatch: pytest.MonkeyPatch, called: str, file: str, window: bool
) -> None:
    monkeypatch.setattr(sys, "argv", [called])
    monkeypatch.setattr(sys, "executable", file)
    assert entry.is_window() is window
