"""The real window over a real practice: made once, copied for each test, its clock moved by hand."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from demo.authority import Authority
from demo.relay import RecordingRelay, RelaySetup
from desktop.assembly import build_office
from desktop.config import LIMITS
from desktop.crypto.kdf import FLOOR
from desktop.models.accounts import Session
from desktop.models.records import Baa, PersonId
from desktop.office.api import Office
from desktop.office.values import ImportRequest
from desktop.office.values_entry import NewPractice, PracticeMade
from desktop.office.values_practice import RelayRequest
from desktop.paths import PracticeFolder
from desktop.texts import Texts
from desktop.ui.base import Ui
from desktop.ui.bridge import Bridge
from desktop.ui.firstrun.setup import SetupPages
from desktop.ui.gate.arrival import ArrivalPages
from desktop.ui.gate.emergency import EmergencyPages
from desktop.ui.gate.gate import LatePages
from desktop.ui.gate.join import JoinPages
from desktop.ui.gate.readonly import ReadonlyPages
from desktop.ui.gate.restore import RestorePages
from desktop.ui.gate.signin import SignInPage
from desktop.ui.moving.retire import RetiredPage
from desktop.ui.paper import OffscreenPrinter
from desktop.ui.theme import Theme
from desktop.ui.window import MainWindow
from desktop.ui.workspace import Workspace
from tests.made_practice import PASSWORD, PEOPLE, USER, MovedClock, Practice, person_named
from tests.support.inbox import Inbox

W = TypeVar("W", bound=QWidget)
HOLD = 10
PAGES = LatePages(
    workspace=lambda ui, session: Workspace(ui, session, HOLD),
    setup=SetupPages,
    join=JoinPages,
    emergency=EmergencyPages,
    arrival=ArrivalPages,
    restore=RestorePages,
    readonly=ReadonlyPages,
    retired=lambda ui, gate, answer: RetiredPage(ui, answer, gate.show_start),
)
"""As `app.py` hands them to the window."""


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    """Light, whatever the computer prefers."""
    return Theme(qapp, dark=False)


@dataclass(frozen=True)
class RelayHere:
    """The recording relay of the whole run; emptied before each test."""

    server: RecordingRelay
    ca_file: Path

    def request(self) -> RelayRequest:
        setup = self.server.setup
        return RelayRequest(
            name="Relay",
            host="localhost",
            port=self.server.port,
            security=setup.security,
            user=setup.user,
            sender="office@elmstreet.example.com",
            baa=Baa("Relay Inc.", date(2026, 1, 1), date(2027, 1, 1), "e-mail"),
            password=setup.password,
            ca_file=str(self.ca_file),
            required_tls="account",
        )


@pytest.fixture(scope="session")
def relay_of_the_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RelayHere]:
    folder = tmp_path_factory.mktemp("relay")
    authority = Authority(folder)
    with RecordingRelay(RelaySetup(context=authority.server_context("localhost"))) as server:
        yield RelayHere(server, authority.ca_file)


@pytest.fixture
def relay(relay_of_the_run: RelayHere) -> RelayHere:
    relay_of_the_run.server.received.clear()
    return relay_of_the_run


@pytest.fixture(scope="session")
def stocked(
    tmp_path_factory: pytest.TempPathFactory, relay_of_the_run: RelayHere
) -> tuple[Path, PracticeMade]:
    """Three people, a relay, the practice's own keys."""
    folder = tmp_path_factory.mktemp("stocked") / "practice"
    clock = MovedClock()
    office = build_office(PracticeFolder(folder), clock, params=lambda: FLOOR, device_store=lambda: None)
    made = office.create_practice(NewPractice("Elm Street", "America/Denver", USER, password=PASSWORD))
    made_practice = Practice(PracticeFolder(folder), clock, made, [office])
    session = office.sign_in(made_practice.credentials()).session
    office.import_people(session, ImportRequest("people.csv", data=PEOPLE))
    office.add_relay(session, relay_of_the_run.request())
    office.close()
    return folder, made


@pytest.fixture
def practice(stocked: tuple[Path, PracticeMade], tmp_path: Path) -> Iterator[Practice]:
    origin, made = stocked
    copy = tmp_path / "practice"
    shutil.copytree(origin, copy)
    practice = Practice(PracticeFolder(copy), MovedClock(), made, printer=OffscreenPrinter)
    practice.clock.move(60)
    yield practice
    practice.close()


class Screen:
    """The window's long-lived objects over one office, and ways to wait for answers."""

    def __init__(
        self, qtbot: QtBot, theme: Theme, office: Office, clock: MovedClock, language: str = "en"
    ) -> None:
        self.qtbot = qtbot
        self.bugs: list[BaseException] = []
        self.bridge = Bridge(self.bugs.append)
        self.office = office
        self.clock = clock
        self.ui = Ui(lambda: office, self.bridge, Texts(language), theme, clock)

    def show(self, widget: W) -> W:
        """Show the page and wait until it stands."""
        self.qtbot.addWidget(widget)
        widget.resize(1240, 780)
        with self.qtbot.waitExposed(widget):
            widget.show()
        self.settle()
        return widget

    def settle(self) -> None:
        """Until every question to the office has its answer."""
        self.qtbot.waitUntil(lambda: not self.bridge.busy, timeout=20_000)
        QApplication.processEvents()
        if self.bridge.busy:
            self.settle()

    def words(self, code: str, **params: str | int) -> str:
        return self.ui.say(code, **params)


@pytest.fixture
def make_screen(qtbot: QtBot, theme: Theme) -> Iterator[Callable[..., Screen]]:
    made: list[Screen] = []

    def make(office: Office, clock: MovedClock, language: str = "en") -> Screen:
        made.append(Screen(qtbot, theme, office, clock, language))
        return made[-1]

    yield make
    for screen in made:
        screen.bridge.stop()
        assert screen.bugs == []


@dataclass(frozen=True)
class AtWork:
    """Somebody is signed in; the workspace is on the screen."""

    screen: Screen
    office: Office
    session: Session
    workspace: Workspace
    practice: Practice

    def page(self, code: str, kind: type[W]) -> W:
        self.workspace.open(code)
        self.screen.settle()
        page = self.workspace.pages[code]
        assert isinstance(page, kind)
        return page

    def person(self, name: str) -> PersonId:
        return person_named(self.office, self.session, name)

    def file(self, name: str, data: bytes) -> Path:
        """A file as from the practice's other program, exported a minute ago."""
        path = self.practice.folder.root.parent / name
        path.write_bytes(data)
        stamp = self.practice.clock.now().timestamp()
        os.utime(path, (stamp, stamp))
        return path


@pytest.fixture
def at_work(practice: Practice, make_screen: Callable[..., Screen], relay: RelayHere) -> AtWork:
    office, session = practice.signed_in()
    screen = make_screen(office, practice.clock)
    workspace = screen.show(Workspace(screen.ui, session, HOLD))
    return AtWork(screen, office, session, workspace, practice)


@pytest.fixture
def box(at_work: AtWork) -> Inbox:
    """The practice's mailbox, as others write into it."""
    return Inbox(at_work.office, at_work.session, at_work.practice.clock)


class Opened:
    """A main window over the practice, at the sign-in page."""

    def __init__(self, practice: Practice, make_screen: Callable[..., Screen]) -> None:
        self.practice = practice
        self.office = practice.office()
        self.screen = make_screen(self.office, practice.clock)
        application = QApplication.instance()
        assert application is not None
        self.window = MainWindow(self.screen.ui, application, LIMITS, PAGES, practice_exists=True)
        self.screen.show(self.window)

    def page(self) -> SignInPage:
        page = self.window.centralWidget()
        assert isinstance(page, SignInPage)
        return page

    def fill(
        self, user: str = USER, password: str = PASSWORD, code: str | None = None, wait: float = 30
    ) -> SignInPage:
        """Name and password, Enter; then the code where it is asked for."""
        self.practice.clock.move(wait)
        page = self.page()
        page.user.input.setText(user)
        page.password.input.setText(password)
        QTest.keyClick(page.password.input, Qt.Key.Key_Return)
        self.screen.settle()
        if self.window.locked and not page.code.isHidden():
            page.code.input.setText(self.practice.code() if code is None else code)
            QTest.keyClick(page.code.input, Qt.Key.Key_Return)
            self.screen.settle()
        return page

    def sign_in(self) -> Workspace:
        self.fill()
        page = self.window.centralWidget()
        assert isinstance(page, Workspace)
        return page


@pytest.fixture
def opened(practice: Practice, make_screen: Callable[..., Screen], relay: RelayHere) -> Opened:
    return Opened(practice, make_screen)
