"""The real program in a real X server, driven by real key presses alone (xdotool): in, lock, back, out."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyotp
import pytest

from desktop.assembly import build_office
from desktop.clock import SystemClock
from desktop.crypto.kdf import FLOOR
from desktop.office.values_entry import Credentials, NewPractice
from desktop.paths import PracticeFolder
from tests.made_practice import PASSWORD, USER
from tests.support.waiting import until

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0
pytestmark = pytest.mark.skipif(
    not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool"
)


@contextmanager
def screen() -> Iterator[str]:
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1400x1000x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            yield f":{server.stdout.readline().strip()}"
        finally:
            server.terminate()


class Keys:
    """Presses keys in the one window of the display."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._window = ""

    def _run(self, *words: str) -> str:
        done = subprocess.run(
            ["xdotool", *words],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )
        return done.stdout.strip()

    def find(self) -> bool:
        found = self._run("search", "--onlyvisible", "--name", "^Sealwell$").split()
        self._window = found[-1] if found else ""
        if self._window:
            self._run("windowfocus", "--sync", self._window)
        return bool(self._window)

    def type(self, text: str, *then: str) -> None:
        self._run("type", "--delay", "8", text)
        self.press(*then)

    def press(self, *keys: str) -> None:
        for key in keys:
            self._run("key", key)


def wait(true: Callable[[], bool], what: str) -> None:
    until(true, PATIENCE, step=0.2, what=what)


def test_in_lock_back_and_out_with_key_presses_alone(tmp_path: Path) -> None:
    folder = PracticeFolder(tmp_path / "practice")
    office = build_office(folder, SystemClock(), params=lambda: FLOOR, device_store=lambda: None)
    made = office.create_practice(NewPractice("Elm Street", "America/Denver", USER, password=PASSWORD))
    code = pyotp.TOTP(pyotp.parse_uri(made.totp_uri).secret).now()
    codes = office.new_recovery_codes(office.sign_in(Credentials(USER, password=PASSWORD, code=code)).session)
    office.close()
    saved = iter(codes.codes)  # a code of the app would be good once in half a minute
    log = tmp_path / "log"

    def events() -> list[str]:
        return log.read_text("utf-8").split() if log.exists() else []

    with screen() as display:
        environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "SEALWELL_WALK": str(log)}
        program = [sys.executable, "-c", PROGRAM, str(folder.root)]
        with subprocess.Popen(
            program, env=environment, cwd=ROOT, stderr=subprocess.PIPE, text=True
        ) as window:
            try:
                keys = Keys(environment)
                wait(keys.find, "the window")
                wait(lambda: "SignInPage" in events(), "the first page")
                keys.type(USER, "Tab")
                keys.type(PASSWORD, "Return")
                wait(lambda: "code" in events(), "the field of the code")
                keys.press("Tab", "space")
                keys.type(next(saved), "Return")
                wait(lambda: "NoticePage" in events(), "what a saved code makes everybody read")
                keys.press("Tab", "space")
                wait(lambda: "Workspace" in events(), "the work")
                keys.press("ctrl+l")
                wait(lambda: "LockPage" in events(), "the lock")
                keys.type(PASSWORD, "Return")
                wait(lambda: events().count("code") == 2, "the field of the code, again")
                keys.press("Tab", "space")
                keys.type(next(saved), "Return")
                wait(lambda: events().count("NoticePage") == 2, "the notice, again")
                keys.press("Tab", "space")
                wait(lambda: events().count("Workspace") == 2, "the work, again")
                keys.press("ctrl+shift+l")
                wait(lambda: "user" in events(), "the change of person")
            finally:
                window.terminate()
                window.wait(PATIENCE)
    office = build_office(folder, SystemClock(), params=lambda: FLOOR, device_store=lambda: None)
    session = office.sign_in(Credentials(USER, password=PASSWORD, recovery_code=next(saved))).session
    acts = [line.act for line in office.query_log(session).lines]
    office.close()
    assert "session.locked" in acts
    assert acts.count("notice.acknowledged") == 2


PROGRAM = """
import os, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from desktop.app import WindowRun
from desktop.assembly import build_office
from desktop.clock import SystemClock
from desktop.crypto.kdf import FLOOR
from desktop.paths import PracticeFolder
folder = PracticeFolder(Path(sys.argv[1]))
log = open(os.environ["SEALWELL_WALK"], "a", buffering=1)
run = WindowRun(folder, "en", lambda: build_office(
    folder, SystemClock(), params=lambda: FLOOR, device_store=lambda: None))
seen = []
def look():
    page = run.window.centralWidget()
    page = page.currentWidget() if hasattr(page, "currentWidget") else page
    said = [type(page).__name__]
    if hasattr(page, "code") and not page.code.isHidden():
        said = ["code"]
    elif said == ["LockPage"] and not page.user.isHidden():
        said = ["user"]
    if said != seen:
        seen[:] = said
        print(said[0], file=log)
timer = QTimer()
timer.timeout.connect(look)
timer.start(50)
sys.exit(run.run())
"""
"""The program as it is, with the least key derivation; it writes down which page is in front."""
