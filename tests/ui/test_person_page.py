"""One person's page: its sections, the timeline, adding somebody by hand, what a status stops."""

from __future__ import annotations

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox

from desktop.office.values import ImportRequest
from desktop.office.values_person import Moment
from desktop.ui.messages.page import MessagesPage
from desktop.ui.people.adding import AddDialog
from desktop.ui.people.dialogs import EditDialog
from desktop.ui.people.page import PeoplePage
from desktop.ui.people.timeline import TimelineSection
from tests.made_practice import import_visits
from tests.support.mailroom import Mailroom
from tests.support.pages import texts_of
from tests.ui.conftest import AtWork


@pytest.fixture
def people(at_work: AtWork) -> PeoplePage:
    import_visits(at_work.office, at_work.session, at_work.practice.clock)
    page = at_work.page("people", PeoplePage)
    page.show_one(at_work.person("Zoraida"))
    at_work.screen.settle()
    return page


def section(at_work: AtWork, people: PeoplePage, code: str) -> TimelineSection:
    people.detail.sections.line.buttons[code].click()
    at_work.screen.settle()
    made = people.detail.sections.built[code]
    assert isinstance(made, TimelineSection)
    return made


# --- timeline ----------------------------------------------------------------------


def test_the_timeline_tells_what_happened_newest_first(at_work: AtWork, people: PeoplePage) -> None:
    shown = section(at_work, people, "timeline")
    assert shown.lines[0].kind is Moment.VISIT
    assert any("Dr. Shah" in text for text in texts_of(shown))
    assert shown.older.isHidden()
    assert people.detail.name.isVisible(), "who it is stands above every section"


def test_earlier_lines_come_on_a_press_behind_the_newer(at_work: AtWork, people: PeoplePage) -> None:
    for number in range(35):
        at_work.practice.clock.move(1)
        at_work.office.set_person(
            at_work.session, at_work.person("Zoraida"), {"phone": f"+1 303 555 01{number:02}"}
        )
    shown = section(at_work, people, "timeline")
    assert len(shown.lines) == 30
    shown.older.click()
    at_work.screen.settle()
    assert len(shown.lines) > 35
    assert [line.at for line in shown.lines] == sorted((line.at for line in shown.lines), reverse=True)


def test_a_message_leads_to_its_conversation(at_work: AtWork, people: PeoplePage) -> None:
    Mailroom(at_work.office).comes("May I come later?", at_work.person("Zoraida"))
    shown = section(at_work, people, "timeline")
    line = next(one for one in shown.lines if one.kind is Moment.RECEIVED)
    ((_, go),) = shown.acts(line)
    go()
    at_work.screen.settle()
    assert isinstance(at_work.workspace.stack.currentWidget(), MessagesPage)


def test_another_person_is_shown_in_the_same_section(at_work: AtWork, people: PeoplePage) -> None:
    shown = section(at_work, people, "timeline")
    people.show_one(at_work.person("Ned"))
    at_work.screen.settle()
    assert shown.shown is not None
    assert shown.shown.person.first_name == "Ned"
    people.search.setText("qqqq")
    people.look_up()
    at_work.screen.settle()
    assert people.detail.sections.line.chosen == "overview", "nobody has no timeline"


# --- adding ------------------------------------------------------------------------


def adding(at_work: AtWork, people: PeoplePage, **values: str) -> AddDialog:
    people.everybody.add_button.click()
    dialog = people.findChildren(AddDialog)[-1]
    for name, value in values.items():
        dialog.fields[name].input.setText(value)
    return dialog


def test_somebody_is_added_by_keyboard_and_shown(at_work: AtWork, people: PeoplePage) -> None:
    dialog = adding(at_work, people, first_name="Noor")
    dialog.fields["last_name"].input.setFocus()
    QTest.keyClicks(dialog.fields["last_name"].input, "Abadi")
    QTest.keyClick(dialog.fields["last_name"].input, Qt.Key.Key_Return)
    at_work.screen.settle()
    assert not shiboken6.isValid(dialog)
    assert people.detail.name.text() == "Noor Abadi"


def test_who_is_alike_is_shown_first_and_can_be_opened(at_work: AtWork, people: PeoplePage) -> None:
    dialog = adding(at_work, people, first_name="Bo", last_name="Nightingale")
    dialog.add.click()
    at_work.screen.settle()
    assert dialog.isVisible()
    assert dialog.warning.isVisible()
    assert any("Bo Nightingale" in text for text in texts_of(dialog))
    dialog._choose(at_work.person("Bo"))
    at_work.screen.settle()
    assert people.detail.name.text() == "Bo Nightingale"
    assert at_work.office.search_people(at_work.session, "").total == 3


def test_somebody_else_of_that_name_is_added_on_a_second_press(at_work: AtWork, people: PeoplePage) -> None:
    dialog = adding(at_work, people, first_name="Bo", last_name="Nightingale")
    dialog.add.click()
    at_work.screen.settle()
    dialog.anyway.click()
    at_work.screen.settle()
    assert at_work.office.search_people(at_work.session, "nightingale").total == 2


def test_without_a_last_name_or_with_a_bad_address_nobody_is_added(
    at_work: AtWork, people: PeoplePage
) -> None:
    dialog = adding(at_work, people, first_name="Noor")
    dialog.add.click()
    assert dialog.fields["last_name"].input.property("wrong")
    dialog.fields["last_name"].input.setText("Abadi")
    dialog.fields["email"].input.setText("nowhere")
    dialog.add.click()
    at_work.screen.settle()
    assert dialog.notice.words
    assert dialog.add.isEnabled()
    dialog.cancel.click()
    assert at_work.office.search_people(at_work.session, "").total == 3


# --- status ------------------------------------------------------------------------


def test_a_status_says_what_it_stops_before_it_is_stored(at_work: AtWork, people: PeoplePage) -> None:
    people.detail.edit.click()
    dialog = people.findChildren(EditDialog)[-1]
    assert dialog.consequence.isHidden()
    status = dialog.fields["status"]
    assert isinstance(status, QComboBox)
    status.setCurrentIndex(status.findData("deceased"))
    assert dialog.consequence.isVisible()
    status.setCurrentIndex(status.findData("active"))
    assert dialog.consequence.isHidden()
    dialog.cancel.click()


# --- long lists ----------------------------------------------------------------------


def test_a_long_list_is_read_where_it_is_looked_at(at_work: AtWork, people: PeoplePage) -> None:
    head = b"MRN,First Name,Last Name,E-mail,DOB\n"
    rows = b"".join(b"%d,Pat,Zz%04d,,1990-01-01\n" % (5000 + one, one) for one in range(700))
    at_work.office.import_people(at_work.session, ImportRequest("many.csv", data=head + rows))
    people.look_up()
    at_work.screen.settle()
    assert people.rows.rowCount() == 703
    assert len(people.rows.held) < 300
    people.list.scrollToBottom()
    at_work.screen.qtbot.waitUntil(lambda: people.rows.line(702) is not None, timeout=10_000)
    last = people.rows.line(702)
    assert last is not None
    assert last.name == "Pat Zz0699"
    people.list.selectRow(702)
    at_work.screen.settle()
    assert people.detail.name.text() == "Pat Zz0699"
