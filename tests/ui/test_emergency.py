"""Emergency access in the window (G18): one sheet of paper opens, everybody is told, the key is a new one."""

from __future__ import annotations

import pytest

from desktop.ui.gate.arrival import ArrivalPages
from desktop.ui.gate.emergency import EmergencyPages
from desktop.ui.workspace import Workspace
from tests.made_practice import USER
from tests.support.pages import texts_of
from tests.ui.conftest import Opened

NEW = "seven swans beside the old weir"
REASON = "Ana forgot her password while travelling."


@pytest.fixture
def pages(opened: Opened) -> EmergencyPages:
    opened.page().emergency.click()
    page = opened.window.centralWidget()
    assert isinstance(page, EmergencyPages)
    return page


def fill(opened: Opened, pages: EmergencyPages, key: str = "", reason: str = REASON, new: str = NEW) -> None:
    page = pages.access
    page.key.input.setText(key or opened.practice.made.recovery_key)
    page.reason.input.setText(reason)
    page.user.input.setText(USER)
    page.passwords.password.input.setText(new)
    page.passwords.again.input.setText(new)
    page.submit()
    opened.screen.settle()


def type_back(pages: EmergencyPages) -> None:
    page = pages.recovery
    groups = list(page._groups)
    for at, field in zip(page.asked, page.typed, strict=True):
        field.input.setText(groups[at])
    page.submit()


def test_g18_the_paper_opens_the_practice_and_the_notice_must_be_read(
    opened: Opened, pages: EmergencyPages
) -> None:
    fill(opened, pages)
    new_key = "-".join(pages.recovery._groups)
    assert new_key != opened.practice.made.recovery_key
    type_back(pages)
    page = opened.page()
    assert page.user.text == USER
    assert page.notice.words == opened.screen.words("ui.emergency.done")
    opened.fill(password=NEW)
    arrival = opened.window.centralWidget()
    assert isinstance(arrival, ArrivalPages)
    opened.screen.settle()
    said = " ".join(texts_of(arrival))
    assert USER in said
    assert "notice." not in said
    assert opened.office.list_notices(opened.window._session).notices  # type: ignore[arg-type]
    arrival.notice.go.click()
    opened.screen.settle()
    shown = opened.window.centralWidget()
    assert isinstance(shown, Workspace)
    assert opened.office.list_notices(shown.session).notices == ()


def test_a_wrong_key_opens_nothing_and_says_so(opened: Opened, pages: EmergencyPages) -> None:
    fill(opened, pages, key="-".join(["ABCD"] * 14))
    assert pages.currentWidget() is pages.access
    assert pages.access.notice.property("kind") == "error"
    assert pages.access.go.isEnabled()


@pytest.mark.parametrize("reason", ["", "test"])
def test_without_a_reason_nothing_is_tried(opened: Opened, pages: EmergencyPages, reason: str) -> None:
    fill(opened, pages, reason=reason)
    assert pages.access.reason.input.property("wrong")
    assert pages.currentWidget() is pages.access


def test_a_notice_that_was_not_read_comes_again(opened: Opened, pages: EmergencyPages) -> None:
    fill(opened, pages)
    type_back(pages)
    opened.fill(password=NEW)
    assert isinstance(opened.window.centralWidget(), ArrivalPages)
    opened.window.lock()
    opened.screen.settle()
    opened.fill(password=NEW)
    assert isinstance(opened.window.centralWidget(), ArrivalPages)
    opened.screen.settle()


def test_the_window_stays_until_the_new_key_is_written_down(opened: Opened, pages: EmergencyPages) -> None:
    fill(opened, pages)
    assert not opened.window.close()
    assert opened.window.isVisible()
    assert pages.recovery.notice.words == opened.screen.words("ui.recovery.first")
    opened.window.lock()
    assert pages.recovery.cover.covered
    type_back(pages)
    assert opened.window.close()


def test_a_lock_takes_off_what_was_typed(opened: Opened, pages: EmergencyPages) -> None:
    page = pages.access
    page.key.input.setText(opened.practice.made.recovery_key)
    page.passwords.password.input.setText(NEW)
    opened.window.lock()
    assert (page.key.text, page.passwords.text) == ("", "")
