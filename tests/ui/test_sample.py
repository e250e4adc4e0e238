"""The look around as people see it: offered before anybody signs in, its making, its banner, its end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.config import LIMITS
from desktop.errors import Refused
from desktop.models.accounts import Role
from desktop.office.values_access import Purpose
from desktop.office.values_entry import SignedIn
from desktop.office.values_sample import LeftLetter
from desktop.ui.files import choose_target
from desktop.ui.firstrun.setup import SetupPages
from desktop.ui.gate.lock import LockPage
from desktop.ui.gate.signin import SignInPage
from desktop.ui.sample.around import look_around
from desktop.ui.sample.banner import SampleBanner
from desktop.ui.sample.left import LeftDialog
from desktop.ui.sample.making import MakingPage
from desktop.ui.stepup import StepUpDialog
from desktop.ui.window import MainWindow
from desktop.ui.workspace import Workspace
from tests.made_practice import PASSWORD, Practice
from tests.ui.conftest import PAGES, AtWork, Screen

LEFT = (
    LeftLetter(
        datetime(2026, 11, 22, 15, 0, tzinfo=UTC), "ibis@example.net", "Your visit", "Hello\u202e", 640
    ),
    LeftLetter(datetime(2026, 11, 22, 14, 0, tzinfo=UTC), "robin@example.org", "", "-----BEGIN PGP", 4000),
)


class Leads:
    """A guide whose people are all one: the practice's own user."""

    password = PASSWORD
    roles = (Role.FRONT_DESK, Role.MANAGER, Role.ADMINISTRATOR)

    def __init__(self, practice: Practice) -> None:
        self.practice = practice
        self.office = practice.office()
        self.entered: list[Role] = []
        self.fails: Refused | None = None
        self.waits = threading.Event()
        self.waits.set()

    def begin(self, progress: Callable[[int, int], bool]) -> SignedIn:
        for step in range(3):
            if not progress(step, 3):
                raise Refused("cancelled")
            self.waits.wait(10)
        return self.enter(Role.FRONT_DESK)

    def enter(self, role: Role) -> SignedIn:
        if self.fails is not None:
            raise self.fails
        self.entered.append(role)
        self.practice.clock.move(30)
        return self.office.sign_in(self.practice.credentials())

    def left(self) -> tuple[LeftLetter, ...]:
        return LEFT


@pytest.fixture
def guide(practice: Practice) -> Leads:
    return Leads(practice)


@pytest.fixture
def window(guide: Leads, make_screen: Callable[..., Screen]) -> Iterator[MainWindow]:
    screen = make_screen(guide.office, guide.practice.clock)
    application = QCoreApplication.instance()
    assert application is not None
    made = MainWindow(screen.ui, application, LIMITS, PAGES, practice_exists=True)
    look_around(made, lambda: guide)
    screen.show(made)
    yield made
    application.setProperty("files-marked", None)


def banner(window: MainWindow) -> SampleBanner:
    found = window.findChild(SampleBanner)
    assert found is not None
    return found


def settle(window: MainWindow) -> None:
    wait = 0
    while window.ui.bridge.busy and wait < 400:
        QTest.qWait(25)
        wait += 1
    QTest.qWait(20)


def test_the_sign_in_page_offers_it_and_this_window_stays_as_it_is(
    practice: Practice, make_screen: Callable[..., Screen]
) -> None:
    started: list[int] = []
    screen = make_screen(practice.office(), practice.clock)
    application = QCoreApplication.instance()
    assert application is not None
    window = MainWindow(
        screen.ui, application, LIMITS, replace(PAGES, sample=lambda: started.append(1)), True
    )
    screen.show(window)
    page = window.centralWidget()
    assert isinstance(page, SignInPage)
    page.sample.setFocus()
    QTest.keyClick(page.sample, Qt.Key.Key_Space)
    screen.settle()
    assert started == [1]
    assert page.notice.words == screen.words("ui.sample.opening")
    assert window.centralWidget() is page


def test_what_cannot_be_started_is_said(practice: Practice, make_screen: Callable[..., Screen]) -> None:
    def fails() -> None:
        raise Refused("sample-not-started")

    screen = make_screen(practice.office(), practice.clock)
    application = QCoreApplication.instance()
    assert application is not None
    window = MainWindow(screen.ui, application, LIMITS, replace(PAGES, sample=fails), practice_exists=True)
    screen.show(window)
    page = window.centralWidget()
    assert isinstance(page, SignInPage)
    page.sample.click()
    screen.settle()
    assert page.notice.words == screen.ui.error(Refused("sample-not-started"))


def test_a_computer_without_a_practice_offers_it_too(
    tmp_path: Path, practice: Practice, make_screen: Callable[..., Screen]
) -> None:
    started: list[int] = []
    screen = make_screen(practice.office(), practice.clock)
    application = QCoreApplication.instance()
    assert application is not None
    pages = replace(PAGES, sample=lambda: started.append(1))
    window = MainWindow(screen.ui, application, LIMITS, pages, practice_exists=False)
    screen.show(window)
    setup = window.centralWidget()
    assert isinstance(setup, SetupPages)
    setup.practice.sample.click()
    screen.settle()
    assert started == [1]
    assert setup.practice.notice.words == screen.words("ui.sample.opening")


def test_after_its_making_the_front_desk_is_there_under_the_banner(window: MainWindow, guide: Leads) -> None:
    settle(window)
    assert isinstance(window.centralWidget(), Workspace)
    assert guide.entered == [Role.FRONT_DESK]
    assert banner(window).isVisible()
    assert "SAMPLE" in window.windowTitle()


def test_its_making_says_how_far_it_is_and_can_be_left(
    guide: Leads, make_screen: Callable[..., Screen], qtbot: QtBot
) -> None:
    guide.waits.clear()
    screen = make_screen(guide.office, guide.practice.clock)
    page = MakingPage(screen.ui, lambda: guide)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: page.bar.maximum() == 3)
    with qtbot.waitSignal(page.left):
        QTest.keyClick(page.cancel, Qt.Key.Key_Space)
    guide.waits.set()
    screen.settle()
    assert guide.entered == [], "nobody is let in any more"


def test_where_it_cannot_be_made_it_says_why(
    guide: Leads, make_screen: Callable[..., Screen], qtbot: QtBot
) -> None:
    guide.fails = Refused("folder-on-network")
    screen = make_screen(guide.office, guide.practice.clock)
    page = MakingPage(screen.ui, lambda: guide)
    qtbot.addWidget(page)
    page.show()
    screen.settle()
    assert page.notice.words == screen.ui.error(Refused("folder-on-network"))
    assert page.cancel.text() == screen.words("ui.close")


def test_one_press_and_somebody_else_is_there(window: MainWindow, guide: Leads) -> None:
    settle(window)
    before = window.centralWidget()
    QTest.keyClick(banner(window).roles[Role.MANAGER], Qt.Key.Key_Space)
    settle(window)
    assert guide.entered == [Role.FRONT_DESK, Role.MANAGER]
    assert isinstance(window.centralWidget(), Workspace)
    assert window.centralWidget() is not before
    assert banner(window).roles[Role.MANAGER].isChecked()


def test_behind_the_lock_the_banner_stands_and_leads_back(window: MainWindow, guide: Leads) -> None:
    settle(window)
    window.lock()
    settle(window)
    assert isinstance(window.centralWidget(), LockPage)
    assert banner(window).isVisible()
    banner(window).roles[Role.FRONT_DESK].click()
    settle(window)
    assert isinstance(window.centralWidget(), Workspace)


def test_who_cannot_be_entered_leaves_the_lock_page_with_the_reason(window: MainWindow, guide: Leads) -> None:
    settle(window)
    guide.fails = Refused("clock-back")
    banner(window).roles[Role.MANAGER].click()
    settle(window)
    page = window.centralWidget()
    assert isinstance(page, LockPage)
    assert page.notice.words == window.ui.error(Refused("clock-back"))
    assert banner(window).roles[Role.MANAGER].isEnabled()


def test_what_would_have_left_is_read_letter_by_letter(window: MainWindow) -> None:
    settle(window)
    QTest.keyClick(banner(window).outbox, Qt.Key.Key_Space)
    settle(window)
    dialog = window.findChild(LeftDialog)
    assert dialog is not None
    assert dialog.list.count() == 2
    assert "Your visit" in dialog.letter.toPlainText()
    assert "\u202e" not in dialog.letter.toPlainText()
    QTest.keyClick(dialog.list, Qt.Key.Key_Down)
    assert "BEGIN PGP" in dialog.letter.toPlainText()
    dialog.close()


def test_a_long_paragraph_stays_whole(at_work: AtWork) -> None:
    """A letter wraps: each of its paragraphs is one line."""
    paragraph = " ".join(["Flu season begins, and we have vaccine."] * 20)
    letter = replace(LEFT[0], text=f"Hello\n\n{paragraph}\n\nGoodbye\u202e\n")
    dialog = LeftDialog(at_work.screen.ui, (letter,), at_work.workspace)
    assert dialog.letter.toPlainText().endswith(f"Hello\n\n{paragraph}\n\nGoodbye")
    dialog.close()


def test_before_anything_left_it_says_what_to_do(at_work: AtWork) -> None:
    dialog = LeftDialog(at_work.screen.ui, (), at_work.workspace)
    assert dialog.letter.toPlainText() == at_work.screen.words("ui.sample.left-none")
    dialog.close()


def test_end_closes_the_window(window: MainWindow) -> None:
    settle(window)
    with_closed: list[bool] = []
    window.closed.connect(lambda: with_closed.append(True))
    banner(window).end.click()
    settle(window)
    assert with_closed == [True]


def test_the_password_that_is_asked_again_is_filled_in(at_work: AtWork, guide: Leads) -> None:
    ui = replace(at_work.screen.ui, guide=lambda: guide)
    dialog = StepUpDialog(ui, at_work.session, Purpose.EXPORT, at_work.workspace)
    at_work.screen.settle()
    assert dialog.password.text == PASSWORD
    usual = StepUpDialog(at_work.screen.ui, at_work.session, Purpose.EXPORT, at_work.workspace)
    at_work.screen.settle()
    assert usual.password.text == ""
    dialog.close()
    usual.close()


def test_every_file_that_is_saved_says_sample(window: MainWindow, qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    dialog = choose_target(owner, "Save", "log.csv", lambda _: None)
    assert dialog.selectedFiles()[0].endswith("SAMPLE-log.csv")
    dialog.close()


def test_at_work_files_have_their_own_names(qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    dialog = choose_target(owner, "Save", "log.csv", lambda _: None)
    assert dialog.selectedFiles()[0].endswith("/log.csv")
    dialog.close()


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_banner_fits_the_smallest_window(
    guide: Leads, make_screen: Callable[..., Screen], qtbot: QtBot, language: str
) -> None:
    screen = make_screen(guide.office, guide.practice.clock, language)
    made = SampleBanner(screen.ui, guide, lambda: None, lambda _: None, lambda _: None, lambda: None)
    qtbot.addWidget(made)
    assert made.minimumSizeHint().width() <= 1000
