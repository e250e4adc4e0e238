"""The program starts on an unfit computer: said before anybody signs in, in words, and once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from desktop.access.computer_linux import LinuxProbe
from desktop.access.computer_macos import MacProbe
from desktop.access.computer_windows import WindowsProbe
from desktop.app import WindowRun
from desktop.ui.gate.signin import SignInPage
from tests.made_practice import Practice

FIT: dict[str, object] = {
    "network_share": False,
    "disk_encrypted": True,
    "screen_lock": True,
    "clock_kept": True,
    "sync_service": "",
}


class Computer:
    """Answers at the edge of the system, whichever system the test runs on."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch

    def says(self, **answers: object) -> None:
        for probe in (LinuxProbe, MacProbe, WindowsProbe):
            for name, answer in {**FIT, **answers}.items():
                self._patch.setattr(probe, name, lambda self, *asked, answer=answer: answer)


@pytest.fixture
def computer(monkeypatch: pytest.MonkeyPatch) -> Computer:
    return Computer(monkeypatch)


class Started:
    def __init__(self, practice: Practice, qtbot: QtBot) -> None:
        self._practice = practice
        self._qtbot = qtbot
        self._runs: list[WindowRun] = []

    def page(self) -> SignInPage:
        """The first page, once the computer was looked over."""
        run = WindowRun(self._practice.folder, "en", self._practice.office)
        self._runs.append(run)
        run.window.show()
        with self._qtbot.waitSignal(run.window.painted, timeout=20_000):
            pass
        self._qtbot.waitUntil(lambda: not run.bridge.busy, timeout=20_000)
        page = run.window.centralWidget()
        assert isinstance(page, SignInPage)
        return page

    def end(self) -> None:
        for run in self._runs:
            run.stop()
            run.window.deleteLater()


@pytest.fixture
def started(practice: Practice, qtbot: QtBot) -> Iterator[Started]:
    made = Started(practice, qtbot)
    yield made
    made.end()


def test_a_fit_computer_is_not_spoken_of(computer: Computer, started: Started) -> None:
    computer.says()
    assert started.page().notice.words == ""


def test_what_could_not_be_found_out_alarms_nobody(computer: Computer, started: Started) -> None:
    computer.says(network_share=None, disk_encrypted=None, screen_lock=None, clock_kept=None)
    assert started.page().notice.words == ""


def test_each_thing_to_put_right_is_said(computer: Computer, started: Started) -> None:
    computer.says(disk_encrypted=False, sync_service="Dropbox")
    words = started.page().notice.words.splitlines()
    assert len(words) == 2
    assert "not encrypted" in words[0]
    assert "Dropbox" in words[1]


def test_a_network_drive_is_named_before_the_password_is_typed(computer: Computer, started: Started) -> None:
    computer.says(network_share=True)
    assert "network drive" in started.page().notice.words


def test_a_collection_of_garbage_does_not_hold_up_who_types() -> None:
    """What is loaded by the first page is left out of it, once: what a page leaves behind is collected."""
    program = (
        "import gc, desktop.app as app\n"
        "app._keep_what_is_loaded()\n"
        "kept = gc.get_freeze_count()\n"
        "page = [[] for _ in range(1000)]\n"
        "app._keep_what_is_loaded()\n"
        "print(kept > 10_000, gc.get_freeze_count() <= kept)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]
