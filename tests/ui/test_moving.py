"""This computer, in the window: what it lacks after a restore, what cannot travel, and its end."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from desktop.models import arrivals, pauses
from desktop.models.accounts import Role, Session
from desktop.models.delivery import EVERYTHING, Pause
from desktop.models.records import Reason
from desktop.models.safekeeping import Place, TargetKind
from desktop.office.values_backups import ARRIVAL_ITEMS, ArrivalShown, MoveItem, TargetRequest
from desktop.ui.account.page import AccountPage
from desktop.ui.dates import moment_words
from desktop.ui.firstrun.setup import SetupPages
from desktop.ui.moving.arrival import ArrivalCard
from desktop.ui.moving.page import ComputerSection
from desktop.ui.moving.retire import RetireDialog, RetiredPage
from desktop.ui.outbox.page import OutboxPage
from desktop.ui.reminders.page import TodayPage
from desktop.ui.settings.page import SettingsPage
from desktop.ui.workspace import Workspace
from tests.made_staff import desk_of
from tests.support.pages import texts_of
from tests.support.retired import SAME_DISK
from tests.ui.conftest import HOLD, AtWork, Opened

WHY = "Replaced by a new computer"


def arrive(at_work: AtWork, *items: str) -> None:
    """As after a restore: nothing of it is done."""
    now = at_work.practice.clock.now()
    database = desk_of(at_work.office).opened().database
    database.write(lambda tx: arrivals.open_items(tx, items or ARRIVAL_ITEMS, now))


def section(at_work: AtWork) -> ComputerSection:
    at_work.workspace.settings("computer")
    at_work.screen.settle()
    page = at_work.page("settings", SettingsPage).sections.pages["computer"]
    assert isinstance(page, ComputerSection)
    return page


def today(at_work: AtWork) -> TodayPage:
    return at_work.page("today", TodayPage)


# --- what this computer lacks ------------------------------------------------------------------


def test_nothing_is_said_on_a_computer_that_lacks_nothing(at_work: AtWork) -> None:
    assert today(at_work).arrival.isHidden()
    assert section(at_work).arrival.isHidden()


def test_today_leads_to_the_list_until_everything_is_done(at_work: AtWork) -> None:
    arrive(at_work, "recovery-key", "test")
    page = today(at_work)
    page.look_at_arrival = True
    page.refresh()
    at_work.screen.settle()
    assert page.arrival.words.text() == at_work.screen.ui.texts.count("ui.computer.lacks", 2)
    page.arrival.button.click()
    at_work.screen.settle()
    computer = section(at_work)
    assert set(computer.arrival.dones) == {"recovery-key", "test"}
    computer.arrival.dones["recovery-key"].click()
    at_work.screen.settle()
    assert set(computer.arrival.dones) == {"test"}
    assert today(at_work).arrival.words.text() == at_work.screen.ui.texts.count("ui.computer.lacks", 1)


def test_tab_goes_through_the_list_before_what_stands_below_it(at_work: AtWork) -> None:
    arrive(at_work, "recovery-key", "test")
    computer = section(at_work)
    order: list[QWidget] = []
    here: QWidget | None = computer.arrival.dones["recovery-key"]
    while here is not None and here is not computer.retire:
        if here.isVisible() and here.focusPolicy() & Qt.FocusPolicy.TabFocus:
            order.append(here)
        here = here.nextInFocusChain()
    assert order == [*computer.arrival.stops, computer.plan_button]


def test_what_was_not_done_is_not_ticked_off(at_work: AtWork) -> None:
    arrive(at_work, "relay", "recovery-key")
    computer = section(at_work)
    computer.arrival.dones["relay"].click()
    at_work.screen.settle()
    assert computer.notice.property("kind") == "error"
    assert "relay" in computer.arrival.dones


@pytest.mark.parametrize(
    ("item", "entry", "kind"),
    [("quick-unlock", "account", AccountPage), ("outbox", "outbox", OutboxPage)],
)
def test_each_item_leads_to_where_it_is_done(
    at_work: AtWork, item: str, entry: str, kind: type[object]
) -> None:
    arrive(at_work, item, "recovery-key")
    now = at_work.practice.clock.now()
    fence = Pause(EVERYTHING, Reason("restored"), None, now)
    desk_of(at_work.office).opened().database.write(lambda tx: pauses.put(tx, fence))
    section(at_work).arrival.leads[item].click()
    at_work.screen.settle()
    assert at_work.workspace.stack.currentWidget() is at_work.workspace.pages[entry]
    assert isinstance(at_work.workspace.pages[entry], kind)


@pytest.mark.parametrize(
    ("item", "place"), [("relay", "relay"), ("recovery-key", "backups"), ("test", "health")]
)
def test_items_of_the_settings_lead_to_their_section(at_work: AtWork, item: str, place: str) -> None:
    arrive(at_work, item)
    section(at_work).arrival.leads[item].click()
    at_work.screen.settle()
    assert at_work.page("settings", SettingsPage).sections.current == place


def test_the_front_desk_is_not_asked_about_it(at_work: AtWork) -> None:
    arrive(at_work)
    one = at_work.session
    desk = Session(one.id, one.user, one.user_name, Role.FRONT_DESK, one.started)
    page = at_work.screen.show(Workspace(at_work.screen.ui, desk, HOLD)).pages["today"]
    assert isinstance(page, TodayPage)
    assert not page.look_at_arrival
    assert page.arrival.isHidden()


# --- moving ----------------------------------------------------------------------------------------


def test_the_plan_says_in_words_what_cannot_travel(at_work: AtWork) -> None:
    computer = section(at_work)
    computer.plan_button.click()
    at_work.screen.settle()
    said = "\n".join(label.text() for label in computer.lines)
    assert at_work.screen.words("ui.computer.item-relay") in said
    assert at_work.screen.words("ui.computer.step-4") in said
    assert computer.ready.words == at_work.screen.words("ui.computer.not-saved")
    computer.to_backups.click()
    at_work.screen.settle()
    assert at_work.page("settings", SettingsPage).sections.current == "backups"


def test_after_a_backup_outside_it_says_from_when_it_is(at_work: AtWork, tmp_path: Path) -> None:
    save_outside(at_work, tmp_path)
    computer = section(at_work)
    computer.plan_button.click()
    at_work.screen.settle()
    made = moment_words(at_work.practice.clock.now(), "en")
    assert computer.ready.words == at_work.screen.words("ui.computer.saved-until", when=made)


def save_outside(at_work: AtWork, folder: Path) -> None:
    there = folder / "drive"
    there.mkdir()
    office, session = at_work.office, at_work.session
    place = Place(TargetKind.FOLDER, str(there))
    office.add_target(session, TargetRequest("Drive", place))
    office.create_backup(session)


# --- retiring --------------------------------------------------------------------------------------


def dialog_of(at_work: AtWork) -> RetireDialog:
    section(at_work).retire.click()
    at_work.screen.settle()
    return at_work.workspace.findChildren(RetireDialog)[0]


def fill(dialog: RetireDialog, to: Path, practice: str = "Elm Street") -> None:
    dialog.practice.input.setText(practice)
    dialog.reason.input.setText(WHY)
    dialog.to.input.setText(str(to))


def test_nothing_happens_without_the_name_the_reason_and_a_place(at_work: AtWork, tmp_path: Path) -> None:
    dialog = dialog_of(at_work)
    dialog.submit()
    assert dialog.practice.input.property("wrong")
    fill(dialog, tmp_path / "paper.pdf")
    dialog.reason.input.setText("old")
    dialog.submit()
    assert dialog.reason.input.property("wrong")
    assert dialog.go.objectName() == "danger"
    dialog.reject()
    at_work.screen.settle()
    assert at_work.practice.folder.exists()


def test_another_name_destroys_nothing_and_says_so_beside_it(at_work: AtWork, tmp_path: Path) -> None:
    save_outside(at_work, tmp_path)
    dialog = dialog_of(at_work)
    fill(dialog, tmp_path / "paper.pdf", practice="Oak Street")
    dialog.submit()
    at_work.screen.settle()
    assert dialog.practice.input.property("wrong")
    assert dialog.go.isEnabled()
    assert not at_work.workspace.ending
    assert at_work.practice.folder.database.exists()


def test_without_a_backup_outside_nothing_is_destroyed(at_work: AtWork, tmp_path: Path) -> None:
    dialog = dialog_of(at_work)
    fill(dialog, tmp_path / "paper.pdf")
    dialog.submit()
    at_work.screen.settle()
    assert dialog.notice.property("kind") == "error"
    assert at_work.practice.folder.database.exists()
    assert not (tmp_path / "paper.pdf").exists()


def test_a_retired_computer_is_a_bare_one(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SAME_DISK, lambda path, folder: False)
    workspace = opened.sign_in()
    at_work = AtWork(opened.screen, opened.office, workspace.session, workspace, opened.practice)
    save_outside(at_work, tmp_path)
    dialog = dialog_of(at_work)
    paper = tmp_path / "paper.pdf"
    fill(dialog, paper)
    dialog.submit()
    opened.screen.settle()
    page = opened.window.centralWidget()
    assert isinstance(page, RetiredPage), dialog_words(dialog)
    assert paper.read_bytes().startswith(b"%PDF")
    assert str(paper) in "\n".join(texts_of(page))
    assert not opened.practice.folder.keys.exists()
    assert opened.window.locked
    opened.window.lock()
    assert opened.window.centralWidget() is page, "there is nothing to sign in to"
    page.go.click()
    assert isinstance(opened.window.centralWidget(), SetupPages)


def dialog_words(dialog: RetireDialog) -> str:
    return dialog.notice.words


def test_what_is_lacking_has_the_width_of_the_list_and_not_of_a_column(at_work: AtWork) -> None:
    card = ArrivalCard(at_work.screen.ui, at_work.workspace, lambda _: None)
    at_work.screen.qtbot.addWidget(card)
    card.show_items(ArrivalShown((MoveItem("recovery-key", Reason("no-address", {"name": "Bo " * 60})),)))
    card.resize(600, 400)
    card.show()
    at_work.screen.settle()
    words = next(one for one in card.findChildren(QLabel) if "Bo Bo" in one.text())
    assert words.width() > 480
