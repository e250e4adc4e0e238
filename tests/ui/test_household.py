"""A person's household in the window, and records of the same person side by side."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget

from desktop.models.accounts import Session
from desktop.models.standing import Reader
from desktop.office.api import Progress
from desktop.office.values import ImportRequest
from desktop.office.values_household import DuplicatesFound
from desktop.ui.dialog import ConfirmDialog
from desktop.ui.duplicates.dialog import MergeDialog
from desktop.ui.duplicates.page import DuplicatesPage
from desktop.ui.people.household import HouseholdSection
from desktop.ui.people.household_dialog import LinkDialog
from desktop.ui.people.page import DUPLICATES, PeoplePage
from tests.support.pages import texts_of
from tests.ui.conftest import AtWork

TWICE = (
    b"MRN,First Name,Last Name,DOB,Phone\n"
    b"7001,Twila,Twofold,1950-05-05,555 010 7001\n"
    b"7002,Twilla,Twofold,1950-05-05,555 010 7001\n"
)


@pytest.fixture
def people(at_work: AtWork) -> PeoplePage:
    return at_work.page("people", PeoplePage)


@pytest.fixture
def section(at_work: AtWork, people: PeoplePage) -> HouseholdSection:
    people.search.setText("zor")
    people.everybody.look_up()
    at_work.screen.settle()
    people.detail.sections.open("household")
    at_work.screen.settle()
    made = people.detail.sections.built["household"]
    assert isinstance(made, HouseholdSection)
    return made


def dialog_of(at_work: AtWork, parent: QWidget, kind: type[QWidget]) -> QWidget:
    found = [one for one in parent.findChildren(kind) if one.isVisible()]
    assert found
    return found[-1]


def press(at_work: AtWork, parent: QWidget, words: str) -> None:
    buttons = [one for one in parent.findChildren(QPushButton) if one.text() == words and one.isVisible()]
    assert buttons, words
    buttons[0].click()
    at_work.screen.settle()


def test_the_mailbox_is_shown_and_set_to_what_others_read(at_work: AtWork, section: HouseholdSection) -> None:
    say = at_work.screen.words
    assert any("zoraida@example.org" in line for line in texts_of(section))
    section.ask()
    dialog = dialog_of(at_work, section, LinkDialog)
    assert isinstance(dialog, LinkDialog)
    assert dialog.address.text == "zoraida@example.org"
    dialog.reader.setCurrentIndex(dialog.reader.findData(Reader.SHARED.value))
    assert dialog.means.text() == say("ui.household.means-shared")
    assert not dialog.name.isVisible()
    dialog.save.click()
    at_work.screen.settle()
    assert any(say("ui.household.reader-shared") in line for line in texts_of(section))


def test_a_proxy_without_the_paper_is_refused_where_it_was_asked(
    at_work: AtWork, section: HouseholdSection, tmp_path: Path
) -> None:
    section.ask()
    dialog = dialog_of(at_work, section, LinkDialog)
    assert isinstance(dialog, LinkDialog)
    dialog.address.input.setText("")
    dialog.store()
    assert dialog.address.input.hasFocus() or dialog.address.input.property("wrong")
    dialog.address.input.setText("son@example.org")
    dialog.reader.setCurrentIndex(dialog.reader.findData(Reader.PROXY.value))
    dialog.save.click()
    at_work.screen.settle()
    assert dialog.notice.words.startswith(at_work.screen.words("error.proxy-needs-document"))
    paper = tmp_path / "poa.pdf"
    paper.write_bytes(b"%PDF-1.4")
    dialog.take_paper(paper)
    dialog.save.click()
    at_work.screen.settle()
    assert any(at_work.screen.words("ui.household.paper-kept") in line for line in texts_of(section))


def test_a_mailbox_is_given_up_after_a_second_click(at_work: AtWork, section: HouseholdSection) -> None:
    say = at_work.screen.words
    press(at_work, section, say("ui.household.end"))
    dialog = dialog_of(at_work, section, ConfirmDialog)
    assert isinstance(dialog, ConfirmDialog)
    dialog.reject()
    at_work.screen.settle()
    assert section.household is not None
    assert section.household.links[0].counts
    press(at_work, section, say("ui.household.end"))
    again = dialog_of(at_work, section, ConfirmDialog)
    assert isinstance(again, ConfirmDialog)
    again.go_button.click()
    at_work.screen.settle()
    assert section.household is not None
    assert not any(link.counts for link in section.household.links)


def test_two_records_are_put_together_and_taken_apart(at_work: AtWork, people: PeoplePage) -> None:
    say = at_work.screen.words
    at_work.office.import_people(at_work.session, ImportRequest("twice.csv", TWICE))
    people.tabs.open(DUPLICATES)
    at_work.screen.settle()
    page = people.tabs.pages[DUPLICATES]
    assert isinstance(page, DuplicatesPage)
    assert page.count.text() == say("ui.duplicates.none")
    page.look.click()
    at_work.screen.settle()
    at_work.screen.settle()
    assert page.rows.rowCount() == 1
    assert page.pair is not None
    assert any(line.startswith("≠") for line in texts_of(page))
    press(at_work, page, say("ui.duplicates.same"))
    dialog = dialog_of(at_work, page, MergeDialog)
    assert isinstance(dialog, MergeDialog)
    dialog.go_button.click()
    at_work.screen.settle()
    at_work.screen.settle()
    assert page.rows.rowCount() == 0
    press(at_work, page, say("ui.duplicates.undo"))
    at_work.screen.settle()
    assert any(say("ui.duplicates.undone") in line for line in texts_of(page))


def test_looking_for_records_on_file_twice_can_be_stopped(
    at_work: AtWork, people: PeoplePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work.office.import_people(at_work.session, ImportRequest("twice.csv", TWICE))
    whole = at_work.office.find_duplicates

    def slow(session: Session, progress: Progress | None = None) -> DuplicatesFound:
        """As with many people: under way until Cancel was pressed."""
        assert progress is not None
        while progress(0, 1):
            time.sleep(0.01)
        return whole(session, progress)

    monkeypatch.setattr(at_work.office, "find_duplicates", slow)
    people.tabs.open(DUPLICATES)
    at_work.screen.settle()
    page = people.tabs.pages[DUPLICATES]
    assert isinstance(page, DuplicatesPage)
    assert page.stop.isHidden()
    QTest.keyClick(page.look, Qt.Key.Key_Space)
    assert page.look.isHidden()
    QTest.keyClick(page.stop, Qt.Key.Key_Space)
    at_work.screen.settle()
    assert page.notice.words == at_work.screen.words("ui.duplicates.stopped")
    assert page.stop.isHidden()
    assert page.look.isVisible()
    assert at_work.office.list_duplicates(at_work.session).pairs == ()


def test_two_people_are_not_asked_about_again(at_work: AtWork, people: PeoplePage) -> None:
    at_work.office.import_people(at_work.session, ImportRequest("twice.csv", TWICE))
    at_work.office.find_duplicates(at_work.session)
    people.tabs.open(DUPLICATES)
    at_work.screen.settle()
    page = people.tabs.pages[DUPLICATES]
    assert isinstance(page, DuplicatesPage)
    assert page.rows.rowCount() == 1
    press(at_work, page, at_work.screen.words("ui.duplicates.two"))
    assert page.rows.rowCount() == 0
