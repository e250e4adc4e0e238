"""The locked file in Firefox (its network cut off) and WebKit, from file://; 500 changes in each."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest
from selenium import webdriver
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

from tests.support.envelope_changes import OPEN, SECRET, SUBJECT, changed, small_file, written
from tests.support.envelope_page import WORDS
from tests.support.firefox import Firefox

pytestmark = [
    pytest.mark.soak,
    pytest.mark.timeout(1800),
    # Selenium's own driver of WebKitGTK, not ours.
    pytest.mark.filterwarnings("ignore:setting remote_server_addr:DeprecationWarning"),
]

CHANGES = 500
REFUSED = {WORDS.damaged, WORDS.wrong, WORDS.cut}
EXPIRED = WORDS.expired.split("{date}")[0]


class Window(Protocol):
    def get(self, address: str, /) -> object: ...

    def execute_async_script(self, script: str, /) -> Any: ...


@pytest.fixture
def display(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A screen of its own."""
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1000x800x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        monkeypatch.setenv("DISPLAY", f":{server.stdout.readline().strip()}")
        try:
            yield
        finally:
            server.terminate()


@contextmanager
def firefox(folder: Path) -> Iterator[Window]:
    with Firefox(folder) as window:
        yield window


@contextmanager
def webkit(_folder: Path) -> Iterator[Window]:
    """WebKitGTK's own small browser, on a display that nobody sees."""
    options = Options()
    found = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))
    options.binary_location = str(found[-1])
    options.add_argument("--automation")
    settings = {
        **os.environ,
        "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
        "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",  # root has no user namespaces here
    }
    driver = webdriver.WebKitGTK(options, Service("/usr/bin/WebKitWebDriver", env=settings))
    try:
        driver.set_script_timeout(60)
        yield driver
    finally:
        driver.quit()


@pytest.mark.parametrize("browser", [firefox, webkit])
def test_it_opens_and_500_random_changes_are_refused(
    browser: Callable[[Path], Any], tmp_path: Path, display: None
) -> None:
    locked = small_file()
    with browser(tmp_path) as window:
        window.get(written(tmp_path, locked))
        said, text = window.execute_async_script(OPEN)
        assert SECRET in text
        assert SUBJECT in text
        for kind, data in changed(locked, CHANGES, seed=501):
            window.get(written(tmp_path, data))
            said, text = window.execute_async_script(OPEN)
            assert said in REFUSED or said.startswith(EXPIRED), kind
            assert SECRET not in text
            assert SUBJECT not in text
