"""People: search, import with a dry run, changing somebody, password cards."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shiboken6
from PySide6.QtWidgets import QComboBox, QLineEdit

from desktop.models.accounts import Role
from desktop.models.correspondence import FilingForm
from desktop.models.records import Method
from desktop.office.values_messages import ToChart
from desktop.ui.filed import filing_words
from desktop.ui.imports.wizard import ImportWizard
from desktop.ui.people.dialogs import EditDialog, PassphraseDialog
from desktop.ui.people.listing import PeopleList
from desktop.ui.people.page import PeoplePage
from tests.support.mailroom import Mailroom
from tests.support.pages import texts_of
from tests.ui.conftest import AtWork

MORE = (
    b"MRN,First Name,Last Name,E-mail,DOB\n"
    b"2001,Ida,Vance,ida@example.org,1990-02-03\n"
    b"1001,Zoraida,Canaryfield,zoraida.new@example.org,1961-04-02\n"
    b"2002,,,nobody@example.org,1990-02-03\n"
)


@pytest.fixture
def people(at_work: AtWork) -> PeoplePage:
    return at_work.page("people", PeoplePage)


def find(at_work: AtWork, people: PeoplePage, text: str) -> None:
    people.search.setText(text)
    people.look_up()
    at_work.screen.settle()


# --- search -----------------------------------------------------------------------


def test_typing_finds_people_and_shows_the_first(at_work: AtWork, people: PeoplePage) -> None:
    assert people.rows.rowCount() == 3
    people.search.setText("zor")
    at_work.screen.qtbot.waitUntil(lambda: people.rows.rowCount() == 1, timeout=5000)
    at_work.screen.settle()
    assert people.detail.name.text() == "Zoraida Canaryfield"
    assert "zoraida@example.org" in texts_of(people.detail)


def test_nobody_found_says_so_and_offers_nothing(at_work: AtWork, people: PeoplePage) -> None:
    find(at_work, people, "qqqq")
    assert people.detail.name.text() == at_work.screen.words("ui.people.none-found")
    assert not any(button.isEnabled() for button in people.detail.buttons)


def test_what_was_put_to_the_record_stands_on_the_page(at_work: AtWork, people: PeoplePage) -> None:
    mailroom, zoraida = Mailroom(at_work.office), at_work.person("Zoraida")
    asked = mailroom.comes("Can I come later?", zoraida).conversation
    at_work.office.export_conversation(at_work.session, ToChart(asked, FilingForm.PDF, zoraida))
    find(at_work, people, "zor")
    (line,) = at_work.office.show_person(at_work.session, zoraida).filings
    assert filing_words(at_work.screen.ui, line) in texts_of(people.detail)
    nameless = filing_words(at_work.screen.ui, replace(line, name=""))
    assert at_work.screen.words("ui.messages.filed-pdf") in nameless


def test_an_older_answer_never_overtakes_a_newer_one(at_work: AtWork, people: PeoplePage) -> None:
    people.search.setText("bo")
    people.look_up()
    people.search.setText("zor")
    people.look_up()
    at_work.screen.settle()
    assert [one.name for one in people.rows.rows] == ["Zoraida Canaryfield"]


# --- import -----------------------------------------------------------------------


def importing(at_work: AtWork, people: PeoplePage, data: bytes = MORE) -> ImportWizard:
    people.take_file(at_work.file("more.csv", data))
    at_work.screen.settle()
    return people.findChildren(ImportWizard)[-1]


def count(at_work: AtWork) -> int:
    return at_work.office.search_people(at_work.session, "").total


def test_an_import_shows_first_and_stores_on_a_click(at_work: AtWork, people: PeoplePage) -> None:
    dialog = importing(at_work, people)
    assert dialog.notice.words.startswith("This file would add 1, change 1")
    assert dialog.problems.rows.rowCount() == 1
    assert count(at_work) == 3
    dialog.import_button.click()
    at_work.screen.settle()
    assert count(at_work) == 4
    assert dialog.import_button.isHidden()
    dialog.close_button.click()
    at_work.screen.settle()
    assert people.rows.rowCount() == 4


def test_an_import_that_is_given_up_stores_nothing(at_work: AtWork, people: PeoplePage) -> None:
    dialog = importing(at_work, people)
    dialog.close_button.click()
    at_work.screen.settle()
    assert count(at_work) == 3
    assert not shiboken6.isValid(dialog)


def test_a_file_without_rows_says_so_and_cannot_be_imported(at_work: AtWork, people: PeoplePage) -> None:
    dialog = importing(at_work, people, b"First Name,Last Name,E-mail\n")
    assert dialog.notice.property("kind") == "error"
    assert not dialog.notice.words.startswith("error.")
    assert not dialog.import_button.isEnabled()


# --- change -----------------------------------------------------------------------


def edit(at_work: AtWork, people: PeoplePage, name: str = "Zoraida") -> EditDialog:
    find(at_work, people, name)
    people.detail.edit.click()
    return people.findChildren(EditDialog)[-1]


def put(dialog: EditDialog, **values: str) -> None:
    for name, value in values.items():
        field = dialog.fields[name]
        if isinstance(field, QComboBox):
            field.setCurrentIndex(field.findData(value))
        elif isinstance(field, QLineEdit):
            field.setText(value)


def test_a_change_is_stored_and_shown(at_work: AtWork, people: PeoplePage) -> None:
    dialog = edit(at_work, people)
    put(dialog, phone="+1 555 010 9988", detail="minimal")
    dialog.save.click()
    at_work.screen.settle()
    assert not shiboken6.isValid(dialog)
    assert any("9988" in text for text in texts_of(people.detail))
    stored = at_work.office.show_person(at_work.session, at_work.person("Zoraida")).person
    assert stored.detail.value == "minimal"


@pytest.mark.parametrize("values", [{"email": "not an address"}, {"birth_date": "31/31/1999"}])
def test_a_value_that_cannot_be_is_refused_in_the_dialog(
    at_work: AtWork, people: PeoplePage, values: dict[str, str]
) -> None:
    dialog = edit(at_work, people)
    put(dialog, **values)
    dialog.save.click()
    at_work.screen.settle()
    assert dialog.isVisible()
    assert dialog.notice.words
    assert not dialog.notice.words.startswith("error.")
    assert dialog.save.isEnabled()
    stored = at_work.office.show_person(at_work.session, at_work.person("Zoraida")).person
    assert stored.email == "zoraida@example.org"


def test_cancelling_a_change_keeps_what_was(at_work: AtWork, people: PeoplePage) -> None:
    dialog = edit(at_work, people)
    put(dialog, first_name="Somebody")
    dialog.cancel.click()
    at_work.screen.settle()
    assert people.detail.name.text() == "Zoraida Canaryfield"


def test_saving_without_a_change_asks_nobody(at_work: AtWork, people: PeoplePage) -> None:
    dialog = edit(at_work, people)
    before = at_work.office.query_log(at_work.session).total
    dialog.save.click()
    at_work.screen.settle()
    acts = [line.act for line in at_work.office.query_log(at_work.session).lines]
    assert "people.changed" not in acts
    assert before > 0


def test_somebody_who_died_cannot_be_written_to(at_work: AtWork, people: PeoplePage) -> None:
    dialog = edit(at_work, people)
    put(dialog, status="deceased")
    dialog.save.click()
    at_work.screen.settle()
    assert not people.detail.write.isEnabled()


# --- password card ----------------------------------------------------------------------


def card(at_work: AtWork, people: PeoplePage) -> PassphraseDialog:
    find(at_work, people, "Zoraida")
    people.detail.passphrase.click()
    return people.findChildren(PassphraseDialog)[-1]


def test_a_password_card_is_shown_once(at_work: AtWork, people: PeoplePage) -> None:
    dialog = card(at_work, people)
    dialog.make.click()
    at_work.screen.settle()
    words = dialog.words.text()
    assert len(words.split()) == 6
    assert dialog.make.isHidden(), "no second card by a second click"
    dialog.cancel.click()
    at_work.screen.qtbot.waitUntil(lambda: not shiboken6.isValid(dialog))
    at_work.screen.settle()
    assert not any(words in text for text in texts_of(at_work.workspace))
    shown = at_work.office.show_person(at_work.session, at_work.person("Zoraida"))
    assert shown.card is not None
    assert Method.ENVELOPE in shown.methods


def test_a_card_that_nobody_hands_over_is_not_made(at_work: AtWork, people: PeoplePage) -> None:
    dialog = card(at_work, people)
    dialog.who.clear()
    dialog.make.click()
    at_work.screen.settle()
    assert dialog.notice.words == at_work.screen.words("ui.card.who-missing")
    assert dialog.words.text() == ""


def test_cancelling_makes_no_card(at_work: AtWork, people: PeoplePage) -> None:
    card(at_work, people).cancel.click()
    at_work.screen.settle()
    assert at_work.office.show_person(at_work.session, at_work.person("Zoraida")).card is None


@pytest.mark.parametrize(
    ("role", "may"), [(Role.BILLING, False), (Role.CLINICIAN, False), (Role.FRONT_DESK, True)]
)
def test_who_may_not_import_is_offered_a_button_that_only_refuses(
    at_work: AtWork, role: Role, may: bool
) -> None:
    page = PeopleList(at_work.screen.ui, replace(at_work.session, role=role), at_work.workspace)
    at_work.screen.show(page)
    assert page.import_button.isVisible() == may
    assert page.acceptDrops() == may
