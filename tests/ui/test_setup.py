"""First run from an empty folder to the first page, with every wrong turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pyotp
import pytest
from PySide6.QtWidgets import QWidget

from desktop.assembly import build_office
from desktop.crypto.kdf import FLOOR
from desktop.office.api import Office
from desktop.office.values_entry import SignedIn
from desktop.paths import PracticeFolder
from desktop.ui.firstrun.setup import SetupPages
from desktop.ui.window import SMALLEST
from tests.made_practice import PASSWORD, MovedClock
from tests.ui.conftest import RelayHere, Screen


class FirstRun:
    """Stands for the window around the pages."""

    def __init__(self, folder: Path, make_screen: Callable[..., Screen]) -> None:
        self.clock = MovedClock()
        self.folder = PracticeFolder(folder)
        self.office: Office = build_office(
            self.folder, self.clock, params=lambda: FLOOR, device_store=lambda: None
        )
        self.screen = make_screen(self.office, self.clock)
        self.attended: list[SignedIn] = []
        self.finished: list[SignedIn] = []
        self.restoring = False
        self.pages = self.screen.show(SetupPages(self.screen.ui, self))

    def attend(self, answer: SignedIn) -> None:
        self.attended.append(answer)

    def enter(self, answer: SignedIn) -> None:
        self.finished.append(answer)

    def show_sign_in(self, user: str = "", words: str = "") -> None:
        raise AssertionError("set-up leads to the work")

    def look_around(self) -> None:
        raise AssertionError("nobody wants a look around here")

    @property
    def practice_exists(self) -> bool:
        return self.folder.exists()

    def show_start(self) -> None:
        raise AssertionError("set-up leads to the work")

    def show_restore(self) -> None:
        self.restoring = True

    def show_readonly(self, user: str = "") -> None:
        raise AssertionError("nothing is damaged")

    def create(self, password: str = PASSWORD, again: str = "") -> None:
        page = self.pages.practice
        page.name.input.setText("Elm Street")
        page.user.input.setText("ana")
        page.zone.setCurrentText("America/Denver")
        page.password.input.setText(password)
        page.again.input.setText(again or password)
        page.submit()
        self.screen.settle()

    def code(self) -> str:
        assert self.pages._made is not None
        return pyotp.TOTP(pyotp.parse_uri(self.pages._made.totp_uri).secret).at(self.clock.now())

    def confirm_code(self) -> None:
        """The code from the app, then the ten saved codes."""
        self.pages.factor.code.input.setText(self.code())
        self.pages.factor.submit()
        self.screen.settle()
        assert len(self.pages.codes.view.codes) == 10
        self.pages.codes.go.click()
        self.screen.settle()

    def type_back(self) -> None:
        page = self.pages.recovery
        groups = list(page._groups)
        for at, field in zip(page.asked, page.typed, strict=True):
            field.input.setText(groups[at].lower())
        page.submit()
        self.screen.settle()


@pytest.fixture
def first(tmp_path: Path, make_screen: Callable[..., Screen], relay: RelayHere) -> Iterator[FirstRun]:
    made = FirstRun(tmp_path / "practice", make_screen)
    yield made
    made.office.close()


def test_from_an_empty_folder_to_the_first_session(first: FirstRun, relay: RelayHere) -> None:
    first.create()
    first.confirm_code()
    first.type_back()
    page = first.pages.relay
    request = relay.request()
    for field, text in (
        (page.form.host, request.host),
        (page.form.port, str(request.port)),
        (page.form.from_address, request.sender),
        (page.form.user, request.user),
        (page.form.password, request.password),
        (page.form.counterparty, "Relay Inc."),
        (page.form.signed, "2026-01-01"),
    ):
        field.input.setText(text)
    page.save()
    first.screen.settle()
    assert first.finished
    relays = first.office.list_relays(first.finished[0].session)
    assert [(one.host, one.problem) for one in relays] == [("localhost", None)]


def test_a_relay_can_wait(first: FirstRun) -> None:
    first.create()
    first.confirm_code()
    first.type_back()
    first.pages.relay.later.click()
    assert len(first.finished) == 1
    assert not first.office.today(first.finished[0].session).relay_ready


def test_an_untrusted_relay_fails_its_test_in_words_and_nothing_is_stored(
    first: FirstRun, relay: RelayHere
) -> None:
    first.create()
    first.confirm_code()
    first.type_back()
    page = first.pages.relay
    page.form.host.input.setText("localhost")
    page.form.port.input.setText(str(relay.server.port))
    for field in (page.form.from_address, page.form.user, page.form.password):
        field.input.setText("office@elmstreet.example.com")
    page.test()
    first.screen.settle()
    assert page.notice.property("kind") == "error"
    assert "reason." not in page.notice.words
    assert first.finished == []


@pytest.mark.parametrize(
    ("password", "again", "beside"),
    [("short", "", ""), (PASSWORD, "something else entirely", "again"), ("password12345678", "", "")],
)
def test_a_password_that_will_not_do_stores_nothing(
    first: FirstRun, password: str, again: str, beside: str
) -> None:
    first.create(password, again)
    page = first.pages.practice
    assert first.pages.currentWidget() is page
    said = page.again._below.text() if beside else page.notice.words
    assert said
    assert not said.startswith(("ui.", "error."))
    assert page.go.isEnabled()
    assert not first.folder.keys.exists()


def test_the_password_is_judged_while_it_is_typed(first: FirstRun) -> None:
    page = first.pages.practice
    page.password.input.setText("password12345678")
    page.password.input.editingFinished.emit()
    first.screen.settle()
    assert page.password.input.property("wrong")
    page.password.input.setText(PASSWORD)
    page.password.input.editingFinished.emit()
    first.screen.settle()
    assert not page.password.input.property("wrong")


def test_a_name_that_is_missing_is_said_beside_its_field(first: FirstRun) -> None:
    first.pages.practice.submit()
    assert first.pages.practice.name.input.property("wrong")
    assert not first.screen.bridge.busy


def test_a_wrong_code_stays_on_its_page_and_can_be_tried_again(first: FirstRun) -> None:
    first.create()
    first.pages.factor.code.input.setText("000000")
    first.pages.factor.submit()
    first.screen.settle()
    assert first.pages.currentWidget() is first.pages.factor
    assert first.pages.factor.code.input.property("wrong")
    assert first.pages.factor.code.text == ""
    first.clock.move(30)
    first.confirm_code()
    assert first.pages.currentWidget() is first.pages.recovery


def test_a_wrong_group_keeps_the_recovery_key_on_the_screen(first: FirstRun) -> None:
    first.create()
    first.confirm_code()
    page = first.pages.recovery
    for field in page.typed:
        field.input.setText("XXXX")
    page.submit()
    assert first.pages.currentWidget() is page
    assert page.typed[0].input.property("wrong")
    assert page.shown.text()
    first.type_back()
    assert first.pages.currentWidget() is first.pages.relay


def test_the_recovery_key_is_gone_from_memory_after_it_was_typed_back(first: FirstRun) -> None:
    first.create()
    assert first.pages._made is not None
    key = first.pages._made.recovery_key
    first.confirm_code()
    page = first.pages.recovery
    first.type_back()
    assert page._groups == []
    assert vars(first.pages)["_made"] is None
    kept = [value for value in vars(first.pages).values() if not isinstance(value, QWidget)]
    assert key not in repr(kept)


def test_the_way_to_a_backup_is_seen_at_once_in_the_smallest_window(first: FirstRun) -> None:
    pages = first.pages
    pages.setMinimumSize(0, 0)
    pages.resize(*SMALLEST)
    first.screen.settle()
    button = pages.practice.restore
    assert pages.rect().contains(button.mapTo(pages, button.rect().bottomRight()))
    button.click()
    assert first.restoring
