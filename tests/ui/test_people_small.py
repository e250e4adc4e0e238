"""The place of people in the smallest window: nothing needs scrolling sideways, no column vanishes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QScrollArea, QTableView

from desktop.office.values import ImportRequest
from desktop.office.values_segments import SegmentRequest
from desktop.ui.hygiene.page import AddressesPage
from desktop.ui.imports.standing import StandingDialog
from desktop.ui.people.page import ADDRESSES, DUPLICATES, GROUPS, IMPORTS, PeoplePage
from desktop.ui.workspace import Workspace
from tests.made_practice import Practice
from tests.ui.conftest import HOLD, AtWork, RelayHere, Screen

TWICE = (
    b"MRN,First Name,Last Name,DOB,Phone\n"
    b"7001,Twila,Twofold,1950-05-05,555 010 7001\n7002,Twilla,Twofold,1950-05-05,555 010 7001\n,,,x,\n"
)
SHARED = (
    b"MRN,First Name,Last Name,E-mail\n"
    b"7003,Ada,Onebox,onebox@example.org\n7004,Cyd,Otherbox,onebox@example.org\n"
)
NARROWEST = 70


@pytest.fixture
def work(practice: Practice, make_screen: Callable[..., Screen], relay: RelayHere, language: str) -> AtWork:
    office, session = practice.signed_in()
    for name, data in (("a longer name of a file.csv", TWICE), ("shared.csv", SHARED)):
        office.import_people(session, ImportRequest(name, data))
    office.find_duplicates(session)
    recipe = office.rule_parts(session).recipes[0]
    office.keep_segment(session, SegmentRequest("Flu", recipe.rule))
    screen = make_screen(office, practice.clock, language)
    workspace = screen.show(Workspace(screen.ui, session, HOLD))
    workspace.resize(1000, 640)
    return AtWork(screen, office, session, workspace, practice)


def narrow(view: QTableView) -> list[tuple[int, int]]:
    """Columns in which nothing can be read."""
    columns = range(view.model().columnCount())
    widths = [(at, view.columnWidth(at)) for at in columns if not view.isColumnHidden(at)]
    return [(at, width) for at, width in widths if width < NARROWEST]


@pytest.mark.parametrize("language", ["en", "es"])
def test_nothing_in_the_place_of_people_has_to_be_scrolled_sideways(work: AtWork, language: str) -> None:
    people = work.page("people", PeoplePage)
    wrong: list[str] = []
    for code in (GROUPS, DUPLICATES, ADDRESSES, IMPORTS):
        people.open_part(code)
        work.screen.settle()
        part = people.tabs.pages[code]
        lists = [view for view in part.findChildren(QTableView) if view.isVisible()]
        for view in lists:
            view.selectRow(0)
        work.screen.settle()
        work.screen.qtbot.wait(50)  # scroll areas lay out once more after they are shown
        areas = [area for area in part.findChildren(QScrollArea) if area.isVisible()]
        over = [one.horizontalScrollBar().maximum() for one in (*areas, *lists)]
        wrong += [f"{code}: {width} too wide" for width in over if width]
        wrong += [f"{code}: {at} is {width} wide" for view in lists for at, width in narrow(view)]
    assert wrong == []


@pytest.mark.parametrize("language", ["en"])
def test_the_first_doubtful_address_says_whole_why_and_offers_the_next_step(
    work: AtWork, language: str
) -> None:
    people = work.page("people", PeoplePage)
    people.open_part(ADDRESSES)
    work.screen.settle()
    page = people.tabs.pages[ADDRESSES]
    assert isinstance(page, AddressesPage)
    assert page.line is not None
    assert page.why.text() == work.screen.ui.reason(page.line.reason)
    assert page.person_button.isVisible()


@pytest.mark.parametrize("language", ["en"])
def test_no_button_forgets_nothing_where_nothing_is_remembered(work: AtWork, language: str) -> None:
    people = work.page("people", PeoplePage)
    dialog = StandingDialog(work.screen.ui, work.session, people)
    dialog.open()
    dialog.look()
    work.screen.settle()
    assert dialog.no_mappings.isVisible()
    assert dialog.no_folders.isVisible()
    assert not dialog.forget.isVisible()
    assert not dialog.drop.isVisible()
    dialog.reject()


@pytest.mark.parametrize("language", ["en"])
def test_somebody_without_letters_is_not_said_to_have_no_history(work: AtWork, language: str) -> None:
    people = work.page("people", PeoplePage)
    people.show_one(work.person("Zoraida"))
    work.screen.settle()
    people.detail.sections.open("messages")
    work.screen.settle()
    section = people.detail.sections.built["messages"]
    assert section.empty.text() == work.screen.words("ui.person.no-messages")  # type: ignore[attr-defined]
