"""The window over a real background service: in, locked, the service dies, in again, closed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.app import WindowRun
from desktop.paths import PracticeFolder
from desktop.ui.gate.lock import LockPage
from desktop.ui.gate.signin import SignInPage
from desktop.ui.workspace import Workspace
from tests.made_practice import PASSWORD, USER
from tests.support.service import Service, is_running, make_practice

WAIT = 60_000


class Running:
    """One window's life over the service."""

    def __init__(self, service: Service, qtbot: QtBot) -> None:
        self.service = service
        self.qtbot = qtbot
        self.run = WindowRun(service.folder, "en")
        self.run.window.show()
        qtbot.waitUntil(lambda: service.folder.service.exists(), timeout=WAIT)
        self.settle()

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: not self.run.bridge.busy, timeout=WAIT)

    @property
    def page(self) -> SignInPage:
        page = self.run.window.centralWidget()
        assert isinstance(page, SignInPage)
        return page

    def sign_in(self) -> None:
        page = self.page
        page.user.input.setText(USER)
        page.password.input.setText(PASSWORD)
        QTest.keyClick(page.password.input, Qt.Key.Key_Return)
        self.settle()
        if self.run.window.locked:
            page.code.input.setText(self.service.code())
            QTest.keyClick(page.code.input, Qt.Key.Key_Return)
            self.settle()
        assert isinstance(self.run.window.centralWidget(), Workspace)


@pytest.fixture
def running(tmp_path: Path, qtbot: QtBot) -> Iterator[Running]:
    made = make_practice(tmp_path / "practice")
    service = Service(PracticeFolder(tmp_path / "practice"), made)
    running = Running(service, qtbot)
    yield running
    running.run.stop()
    running.run.window.deleteLater()
    service.end()


def test_the_window_lives_with_its_service_and_outlives_it(running: Running) -> None:
    running.sign_in()
    first = running.service.kill()
    running.qtbot.waitUntil(lambda: running.run.window.locked, timeout=WAIT)
    running.settle()
    assert isinstance(running.page, LockPage)
    assert "background service has stopped" in running.page.notice.words
    running.sign_in()
    assert running.service.pid != first


def test_a_window_that_closes_leaves_the_service_to_its_duty(running: Running) -> None:
    running.sign_in()
    pid = running.service.pid
    running.run.stop()
    assert is_running(pid)
    assert running.service.office().as_office().duty().locked
