"""Delivery check in Settings: mailboxes of the staff, a round, what was seen, what follows."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QComboBox

from desktop.models import messages
from desktop.models.records import State
from desktop.office.values_health import StaffAccountIn
from desktop.ui.settings.health import AccountsDialog, HealthSection
from desktop.ui.settings.page import SettingsPage
from tests.made_staff import desk_of
from tests.support.pages import texts_of
from tests.ui.conftest import AtWork


@pytest.fixture
def page(at_work: AtWork) -> HealthSection:
    settings = at_work.page("settings", SettingsPage)
    opened = settings.sections.open("health")
    at_work.screen.settle()
    assert isinstance(opened, HealthSection)
    return opened


def given(at_work: AtWork, page: HealthSection, address: str = "ana@mail.example.com") -> None:
    page.accounts_button.click()
    dialog = page.findChildren(AccountsDialog)[-1]
    where, provider, phone = dialog.rows[0]
    where.input.setText(address)
    provider.input.setText("Example")
    phone.setChecked(True)
    dialog.save_button.click()
    at_work.screen.settle()


def choose(box: QComboBox, code: str) -> None:
    box.setCurrentIndex(box.findData(code))
    box.activated.emit(box.currentIndex())


def test_without_mailboxes_nothing_can_be_started(page: HealthSection) -> None:
    assert not page.start_button.isEnabled()
    assert not page.compare_button.isEnabled()
    assert page.ui.say("ui.health.none") in texts_of(page)


def test_from_mailboxes_to_what_follows(at_work: AtWork, page: HealthSection) -> None:
    given(at_work, page)
    office, session = at_work.office, at_work.session
    assert office.show_delivery_checks(session).accounts == (
        StaffAccountIn("ana@mail.example.com", "Example", "phone"),
    )
    assert page.ui.say("ui.health.due") in texts_of(page)
    page.start_button.click()
    at_work.screen.settle()
    (round_,) = office.show_delivery_checks(session).rounds
    assert {line.form for line in round_} >= {"html", "pdf"}
    page_line = next(line for line in round_ if line.form == "html")
    placed, opened = page.ticks[page_line.id]
    assert not placed.isEnabled()  # it has not left yet: nobody can have seen it

    database = desk_of(office).opened().database
    rows = [row.id for row in database.read(lambda tx: messages.listing(tx, kind="check"))]
    database.write(lambda tx: messages.move_all(tx, rows, State.QUEUED, State.ACCEPTED))
    page.refresh()
    at_work.screen.settle()
    placed, opened = page.ticks[page_line.id]
    choose(opened, "yes")
    at_work.screen.settle()
    assert office.show_delivery_checks(session).rounds[0][0].placed == ""  # where is asked first
    choose(placed, "spam")
    at_work.screen.settle()
    line = next(one for one in office.show_delivery_checks(session).rounds[0] if one.id == page_line.id)
    assert (line.placed, line.opened) == ("spam", "yes")
    page.refresh()
    at_work.screen.settle()
    assert any("Example" in words and "avoided" in words for words in texts_of(page))


def test_a_wrong_address_is_said_in_the_dialog_and_nothing_is_kept(
    at_work: AtWork, page: HealthSection
) -> None:
    given(at_work, page, "no address")
    dialog = page.findChildren(AccountsDialog)[-1]
    assert dialog.notice.words
    assert dialog.save_button.isEnabled()
    dialog.reject()
    assert at_work.office.show_delivery_checks(at_work.session).accounts == ()


def test_comparing_without_a_mailbox_says_so(at_work: AtWork, page: HealthSection) -> None:
    given(at_work, page)
    page.start_button.click()
    at_work.screen.settle()
    page.compare_button.click()
    at_work.screen.settle()
    assert "Nothing to compare" in page.notice.words
    assert page.start_button.isEnabled()
