"""What stands still, who said so, and that what would go out is seen before it goes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from desktop.models import pauses
from desktop.models.delivery import EVERYTHING, Pause
from desktop.models.records import Reason, State
from desktop.office.values_entry import DutyState
from desktop.ui.outbox.calls import CallDialog
from desktop.ui.outbox.page import OutboxPage
from desktop.ui.outbox.pausing import ContinueDialog, PauseDialog
from desktop.ui.outbox.status import StatusLine
from tests.made_staff import desk_of
from tests.support.along import Along
from tests.support.pages import texts_of
from tests.ui.conftest import AtWork, Screen


@pytest.fixture
def along(at_work: AtWork) -> Along:
    made = Along(at_work.office, at_work.session, at_work.practice.clock)
    made.reminders()
    return made


@pytest.fixture
def page(at_work: AtWork, along: Along) -> OutboxPage:
    return at_work.page("outbox", OutboxPage)


def opened(page: OutboxPage, kind: type[QDialog]) -> QDialog:
    return next(one for one in page.findChildren(kind) if one.isVisible())


def fence(at_work: AtWork, reason: str) -> None:
    now = at_work.practice.clock.now()
    one = Pause(EVERYTHING, Reason(reason), None, now)
    desk_of(at_work.office).opened().database.write(lambda tx: pauses.put(tx, one))


def paused(at_work: AtWork) -> bool:
    return bool(at_work.office.list_pauses(at_work.session).pauses)


def test_everything_is_paused_by_keyboard_and_the_banner_says_by_whom(
    at_work: AtWork, page: OutboxPage
) -> None:
    page.pause.setFocus()
    QTest.keyClick(page.pause, Qt.Key.Key_Space)
    dialog = opened(page, PauseDialog)
    assert isinstance(dialog, PauseDialog)
    assert dialog.focusWidget() is dialog.span
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    at_work.screen.settle()
    assert paused(at_work)
    (words,) = (one.text() for one in page.banner.words)
    assert at_work.screen.words("ui.pause.all") in words
    assert at_work.screen.ui.texts.count("ui.pause.waiting", 2) in words
    assert "you" in words
    assert not page.pause.isVisible(), "it is paused already"


def test_a_pause_for_an_hour_ends_by_itself(at_work: AtWork, page: OutboxPage) -> None:
    page.ask_pause()
    dialog = opened(page, PauseDialog)
    assert isinstance(dialog, PauseDialog)
    dialog.span.setCurrentIndex(dialog.span.findData("hour"))
    dialog.pause()
    at_work.screen.settle()
    assert paused(at_work)
    for _ in range(13):
        at_work.practice.clock.move(300)
        at_work.office.touch(at_work.session)
    assert not paused(at_work)


def test_escape_pauses_nothing(at_work: AtWork, page: OutboxPage) -> None:
    page.ask_pause()
    QTest.keyClick(opened(page, PauseDialog), Qt.Key.Key_Escape)
    at_work.screen.settle()
    assert not paused(at_work)


@pytest.mark.parametrize("reason", ["restored", "clock-changed", "woke-late"])
def test_a_fence_shows_what_would_go_and_lets_it_go_only_then(
    at_work: AtWork, along: Along, page: OutboxPage, reason: str
) -> None:
    lost = along.letter("Bo")
    along.lose(lost)
    fence(at_work, reason)
    page.refresh()
    at_work.screen.settle()
    assert at_work.screen.words(f"reason.{reason}") in page.banner.words[0].text()
    page.banner.buttons[0].click()
    at_work.screen.settle()
    dialog = opened(page, ContinueDialog)
    assert isinstance(dialog, ContinueDialog)
    told = " ".join(texts_of(dialog))
    assert "Zoraida Canaryfield" in told
    assert at_work.screen.ui.texts.count("ui.continue.go-heading", 2) in told
    assert at_work.screen.ui.texts.count("ui.continue.uncertain", 1) in told
    assert dialog.cancel.hasFocus(), "keeping it paused is the default"
    dialog.go.click()
    at_work.screen.settle()
    assert not paused(at_work)
    assert not page.banner.isVisible()
    assert along.state(lost) is State.UNCERTAIN


def test_what_came_since_it_was_shown_is_shown_before_anything_goes(
    at_work: AtWork, along: Along, page: OutboxPage
) -> None:
    fence(at_work, "restored")
    page.ask_continue(EVERYTHING)
    at_work.screen.settle()
    dialog = opened(page, ContinueDialog)
    assert isinstance(dialog, ContinueDialog)
    along.letter("Bo")
    dialog.go.click()
    at_work.screen.settle()
    assert paused(at_work), "nothing went that nobody had seen"
    assert dialog.notice.isVisible()
    assert dialog.go.text() == at_work.screen.ui.texts.count("ui.continue.go-out", 3)
    dialog.go.click()
    at_work.screen.settle()
    assert not paused(at_work)


def test_keeping_it_paused_changes_nothing(at_work: AtWork, page: OutboxPage) -> None:
    fence(at_work, "woke-late")
    page.ask_continue(EVERYTHING)
    at_work.screen.settle()
    QTest.keyClick(opened(page, ContinueDialog), Qt.Key.Key_Escape)
    at_work.screen.settle()
    assert paused(at_work)


def test_the_status_line_says_paused_and_names_nobody(at_work: AtWork, page: OutboxPage) -> None:
    status = at_work.workspace.status
    status.look()
    at_work.screen.settle()
    assert status.line.text() == at_work.screen.ui.texts.count("ui.status.due", 2)
    fence(at_work, "restored")
    status.look()
    at_work.screen.settle()
    assert at_work.screen.words("reason.restored") in status.line.text()
    assert "Canaryfield" not in status.line.text()
    at_work.workspace.open("people")
    status.line.click()
    assert at_work.workspace.stack.currentWidget() is page


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_status_line_does_not_say_twice_that_somebody_paused(
    at_work: AtWork, make_screen: Callable[..., Screen], language: str
) -> None:
    ui = make_screen(at_work.office, at_work.practice.clock, language).ui
    status = StatusLine(ui, lambda: None, lambda: None)
    at_work.screen.qtbot.addWidget(status)
    status.show_duty(DutyState("", locked=False, vault_open=True, due=2, paused="paused-by-person"))
    assert status.line.text() == ui.say("ui.status.paused-by-person")
    assert ui.say("reason.paused-by-person") not in status.line.text()


def test_the_call_list_names_whom_to_phone_and_is_saved(at_work: AtWork, along: Along) -> None:
    line = next(one for one in at_work.office.list_outbox(at_work.session).messages if "Zoraida" in one.name)
    along.lose(line.id)
    at_work.workspace.outbox("calls")
    at_work.screen.settle()
    page = at_work.workspace.pages["outbox"]
    assert isinstance(page, OutboxPage)
    dialog = opened(page, CallDialog)
    assert isinstance(dialog, CallDialog)
    assert "Zoraida Canaryfield" in " ".join(texts_of(dialog.view))
    assert dialog.view.hasFocus()
    target = at_work.practice.folder.root.parent / "calls.pdf"
    paper = at_work.office.print_call_list(at_work.session)
    dialog._saver.write(target, paper)
    assert target.read_bytes().startswith(b"%PDF")


def test_today_counts_what_needs_somebody_and_leads_there(at_work: AtWork, along: Along) -> None:
    one, other = (line.id for line in at_work.office.list_outbox(at_work.session).messages)
    along.lose(one)
    along.refuse(other)
    at_work.workspace.open("today")
    at_work.screen.settle()
    start = at_work.workspace.pages["today"].start  # type: ignore[attr-defined]
    lines = {code: row.line.count for code, row in start.overview.rows.items()}
    assert lines == {"unclear": 1, "failed": 1}
    start.overview.rows["unclear"].click()
    at_work.screen.settle()
    page = at_work.workspace.pages["outbox"]
    assert isinstance(page, OutboxPage)
    assert page.filters.chosen == "unclear"
    assert page.rows.rowCount() == 1
