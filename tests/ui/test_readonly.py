"""Today's list out of a practice that is really damaged: offered where sign-in fails, gone in time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from desktop.config import LIMITS
from desktop.crypto.vault import unlock_with_recovery
from desktop.errors import VaultError
from desktop.models.records import Reason
from desktop.office.values_backups import EmergencyShown, EmergencyVisit
from desktop.ui.gate.lock import LockPage
from desktop.ui.gate.readonly import AskPage, ListPage, ReadonlyPages
from desktop.ui.gate.restore import RestorePages
from desktop.ui.gate.signin import DAMAGED, SignInPage
from desktop.ui.window import MainWindow
from tests.made_practice import PASSWORD, USER, VISITS, Practice, import_visits
from tests.support.damage import overwrite, root_page
from tests.support.pages import texts_of
from tests.ui.conftest import PAGES, Opened, RelayHere, Screen

WHY = "It does not open this morning"
TODAY = VISITS.replace(b"2026-11-24", b"2026-11-23")


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def broken(practice: Practice) -> Practice:
    """Visits today; then a page of the log is overwritten, and nobody gets in any more."""
    office, session = practice.signed_in()
    import_visits(office, session, practice.clock, TODAY)
    office.close()
    break_log(practice)
    return practice


def break_log(practice: Practice) -> None:
    with closing(unlock_with_recovery(practice.folder.keys, practice.made.recovery_key)) as vault:
        keys = vault.database_key()
    overwrite(practice.folder.database, root_page(practice.folder.database, keys, "audit_record"))


@pytest.fixture
def pages(broken: Practice, make_screen: Callable[..., Screen], relay: RelayHere) -> tuple[Opened, AskPage]:
    opened = Opened(broken, make_screen)
    page = opened.fill()
    assert not page.damaged.isHidden()
    page.readonly.click()
    reading = opened.window.centralWidget()
    assert isinstance(reading, ReadonlyPages)
    return opened, reading.ask


def read(opened: Opened, page: AskPage, *, key: str = "", password: str = PASSWORD, why: str = WHY) -> None:
    page.by_key.setChecked(bool(key))
    page.password.input.setText("" if key else password)
    page.key.input.setText(key)
    page.reason.input.setText(why)
    page.submit()
    opened.screen.settle()


def list_of(opened: Opened) -> ListPage:
    reading = opened.window.centralWidget()
    assert isinstance(reading, ReadonlyPages)
    page = reading.currentWidget()
    assert isinstance(page, ListPage)
    return page


def test_where_sign_in_fails_by_damage_todays_list_is_offered_and_read(pages: tuple[Opened, AskPage]) -> None:
    opened, ask = pages
    assert ask.user.text == USER, "nobody types their name twice"
    before = opened.practice.folder.database.read_bytes()
    read(opened, ask)
    page = list_of(opened)
    said = "\n".join(texts_of(page))
    assert "Elm Street" in said
    assert [line.name for line in page.visits.rows] == [
        "Zoraida Canaryfield",
        "Bo Nightingale",
        "Ned Noaddress",
    ]
    assert "09:30" in said
    assert any("cannot be read" in label.text() for label in page.damage)
    assert all(label.isHidden() for label in page.damage), "under Technical details only"
    page.details.click()
    assert not page.damage[0].isHidden()
    assert opened.practice.folder.database.read_bytes() == before
    assert opened.window.windowTitle() == "Sealwell"


def test_the_recovery_key_opens_it_too(pages: tuple[Opened, AskPage]) -> None:
    opened, ask = pages
    read(opened, ask, key=opened.practice.made.recovery_key)
    assert len(list_of(opened).visits.rows) == 3


def test_a_wrong_password_shows_nothing_and_says_so(pages: tuple[Opened, AskPage]) -> None:
    opened, ask = pages
    read(opened, ask, password="another password altogether")
    assert ask.notice.property("kind") == "error"
    assert ask.go.isEnabled()
    assert ask.password.text == ""
    read(opened, ask)
    assert len(list_of(opened).visits.rows) == 3


@pytest.mark.parametrize("why", ["", "test"])
def test_without_a_reason_nothing_is_read(pages: tuple[Opened, AskPage], why: str) -> None:
    opened, ask = pages
    read(opened, ask, why=why)
    assert ask.reason.input.property("wrong")
    assert isinstance(opened.window.centralWidget(), ReadonlyPages)
    assert not opened.practice.folder.emergencies.exists()


def test_it_is_saved_as_a_pdf_and_a_place_that_takes_nothing_is_said(
    pages: tuple[Opened, AskPage], tmp_path: Path
) -> None:
    opened, ask = pages
    read(opened, ask)
    page = list_of(opened)
    page.write(tmp_path / "list.pdf")
    assert (tmp_path / "list.pdf").read_bytes().startswith(b"%PDF")
    assert page.notice.property("kind") == "ok"
    page.write(tmp_path / "nowhere" / "list.pdf")
    assert page.notice.property("kind") == "error"


def test_it_is_gone_when_nobody_moves_and_when_somebody_locks(pages: tuple[Opened, AskPage]) -> None:
    opened, ask = pages
    read(opened, ask)
    page = list_of(opened)
    opened.practice.clock.move(LIMITS.idle_lock + 1)
    reading = opened.window.centralWidget()
    assert isinstance(reading, ReadonlyPages)
    reading.watch.check()
    assert page.visits.rows == []
    assert opened.page().notice.words == opened.screen.words("ui.readonly.closed")
    opened.window.show_readonly(USER)
    again = opened.window.centralWidget()
    assert isinstance(again, ReadonlyPages)
    read(opened, again.ask)
    shown = list_of(opened)
    opened.window.lock()
    assert shown.visits.rows == []
    assert isinstance(opened.window.centralWidget(), SignInPage)


def test_closing_the_list_leads_back_and_the_newest_backup_is_one_press_away(
    pages: tuple[Opened, AskPage],
) -> None:
    opened, ask = pages
    read(opened, ask)
    page = list_of(opened)
    page.restore.click()
    assert isinstance(opened.window.centralWidget(), RestorePages)
    assert page.visits.rows == []


def test_a_sound_practice_offers_nothing_of_it(opened: Opened) -> None:
    page = opened.fill(password="another password altogether")
    assert page.damaged.isHidden()
    for code in sorted(DAMAGED):
        page.show_problem(VaultError(code, file="practice.db"))
        assert not page.damaged.isHidden(), code


def test_the_way_to_a_backup_stands_on_the_first_page(
    broken: Practice, make_screen: Callable[..., Screen]
) -> None:
    application = QApplication.instance()
    assert application is not None
    screen = make_screen(broken.office(), broken.clock)
    window = MainWindow(screen.ui, application, LIMITS, PAGES, practice_exists=True)
    screen.show(window)
    sign_in = window.centralWidget()
    assert isinstance(sign_in, SignInPage)
    sign_in.restore.click()
    assert isinstance(window.centralWidget(), RestorePages)
    window.show_start()
    assert isinstance(window.centralWidget(), SignInPage)


def test_damage_behind_a_locked_screen_is_offered_the_same(opened: Opened) -> None:
    practice = opened.practice
    opened.sign_in()
    opened.window.lock()
    opened.screen.settle()
    break_log(practice)
    page = opened.fill()
    assert isinstance(page, LockPage)
    assert not page.damaged.isHidden()
    page.readonly.click()
    reading = opened.window.centralWidget()
    assert isinstance(reading, ReadonlyPages)
    assert reading.ask.user.text == USER


def test_names_from_outside_stand_there_as_they_are(opened: Opened) -> None:
    """Markup is not interpreted, and nothing turns the direction of writing."""
    hostile = EmergencyVisit(
        "09:30", "<b>Bo</b>\u202egnitset", "<img src=x>", "", "", why=Reason("no-address", {"name": "Bo"})
    )
    shown = EmergencyShown(
        "<i>Elm</i>", opened.practice.clock.now().date(), (hostile,), (hostile,), (), False
    )
    page = opened.screen.show(
        ListPage(opened.screen.ui, ReadonlyPages(opened.screen.ui, opened.window), shown)
    )
    said = texts_of(page)
    assert "<b>Bo</b>gnitset" in said
    assert "<i>Elm</i>" in said
    assert not page.save.isEnabled(), "there is no paper"
    assert page.notice.words == opened.screen.words("ui.readonly.not-recorded")


def test_a_recovery_key_that_was_typed_goes_when_nobody_moves(pages: tuple[Opened, AskPage]) -> None:
    opened, ask = pages
    ask.by_key.setChecked(True)
    ask.key.input.setText(opened.practice.made.recovery_key)
    opened.practice.clock.move(LIMITS.idle_lock + 1)
    reading = opened.window.centralWidget()
    assert isinstance(reading, ReadonlyPages)
    reading.watch.check()
    assert ask.key.text == ""
    assert reading.currentWidget() is ask
    ask.key.input.setText(opened.practice.made.recovery_key)
    opened.window.lock()
    assert ask.key.text == ""


def test_the_keyboard_stands_on_the_first_field_of_each_way_out(pages: tuple[Opened, AskPage]) -> None:
    opened, ask = pages
    opened.window.activateWindow()
    assert opened.window.focusWidget() is ask.password.input
    opened.window.show_restore()
    restore = opened.window.centralWidget()
    assert isinstance(restore, RestorePages)
    assert opened.window.focusWidget() is restore.where.form.kind_box
