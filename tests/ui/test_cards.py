"""The secret desk and help in the window: by keyboard, words gone after a minute, a check before words."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop.models import tasks
from desktop.models.protection import Form
from desktop.models.records import Label, MessageId, Method, PersonId
from desktop.office.values import LetterRequest, PassphraseRequest
from desktop.office.values_protection import IdentityCheck
from desktop.ui.cards.check import CheckPanel
from desktop.ui.cards.dialog import CardDialog
from desktop.ui.cards.saving import PhraseDialog
from desktop.ui.cards.words import SECONDS, Words
from desktop.ui.help.dialog import HelpDialog
from desktop.ui.outbox.page import OutboxPage
from desktop.ui.people.page import PeoplePage
from desktop.ui.reminders.page import TodayPage
from tests.made_staff import desk_of
from tests.support.pages import texts_of
from tests.support.queued import queued
from tests.ui.conftest import AtWork

CHECK = ("birth-date", "record-number")


@pytest.fixture
def zoraida(at_work: AtWork) -> PersonId:
    """With a mail service, and a card whose words are kept."""
    person = at_work.person("Zoraida")
    at_work.office.make_passphrase(at_work.session, PassphraseRequest(person, "Ana", "in-person"))
    at_work.office.set_form(at_work.session, person, Form.HTML)
    return person


@pytest.fixture
def sent(at_work: AtWork, zoraida: PersonId) -> MessageId:
    letter = LetterRequest(zoraida, "Results", "All is well.", label=Label.ROUTINE, wanted=Method.ENVELOPE)
    return queued(at_work.office.send_letter(at_work.session, letter)).id


def people_page(at_work: AtWork) -> PeoplePage:
    page = at_work.page("people", PeoplePage)
    page.search.setText("Zoraida")
    page.look_up()
    at_work.screen.settle()
    return page


def desk(at_work: AtWork) -> CardDialog:
    page = people_page(at_work)
    page.detail.passphrase.click()
    return page.findChildren(CardDialog)[-1]


def press(widget: QWidget, key: Qt.Key, times: int = 1) -> None:
    for _ in range(times):
        focused: QWidget | None = widget.window().focusWidget()
        QTest.keyClick(widget if focused is None else focused, key)


def test_words_are_shown_after_a_check_and_leave_the_window_after_a_minute(
    at_work: AtWork, zoraida: PersonId
) -> None:
    dialog = desk(at_work)
    dialog.read.click()
    at_work.screen.settle()
    assert dialog.words.text() == ""
    assert dialog.check.isVisible()
    assert not dialog.check.done.isEnabled()
    for code in CHECK:
        dialog.check.boxes[code].click()
    dialog.check.done.click()
    at_work.screen.settle()
    assert not dialog.check.isVisible()
    dialog.read.click()
    at_work.screen.settle()
    words = dialog.words.text()
    assert len(words.split()) == 6
    for _ in range(SECONDS - 1):
        dialog.words.tick()
    assert dialog.words.text() == words
    dialog.words.tick()
    assert not any(words in text for text in texts_of(at_work.workspace))


def test_one_answer_is_no_check(at_work: AtWork, zoraida: PersonId) -> None:
    dialog = desk(at_work)
    dialog.read.click()
    at_work.screen.settle()
    dialog.check.boxes["birth-date"].click()
    assert not dialog.check.done.isEnabled()


def test_new_words_send_what_is_outstanding_again(at_work: AtWork, sent: MessageId) -> None:
    dialog = desk(at_work)
    dialog.make.click()
    at_work.screen.settle()
    assert len(dialog.words.text().split()) == 6
    assert at_work.screen.ui.texts.count("ui.card.again", 1) in dialog.notice.words


def test_closing_the_desk_forgets_the_words(at_work: AtWork, zoraida: PersonId) -> None:
    dialog = desk(at_work)
    dialog.make.click()
    at_work.screen.settle()
    words = dialog.words.text()
    dialog.cancel.click()
    at_work.screen.settle()
    assert not any(words in text for text in texts_of(at_work.workspace))


def test_the_phrase_is_asked_for_before_the_first_card(at_work: AtWork, zoraida: PersonId) -> None:
    dialog = desk(at_work)
    dialog.save.click()
    at_work.screen.settle()
    asking = dialog.findChildren(PhraseDialog)[-1]
    assert len(asking.field.text().split()) == 3
    asking.field.setText("short")
    asking.save.click()
    at_work.screen.settle()
    assert asking.notice.words
    asking.reject()
    at_work.screen.settle()
    assert at_work.office.show_phrase(at_work.session).phrase == ""


def test_help_is_two_boxes_and_one_way_by_keyboard(at_work: AtWork, sent: MessageId) -> None:
    """Space, Tab, Space, Tab, Space: the check. Then the way, and it is on its way."""
    page = people_page(at_work)
    page.detail.help.setFocus()
    press(page.detail.help, Qt.Key.Key_Space)
    at_work.screen.settle()
    dialog = page.findChildren(HelpDialog)[-1]
    assert dialog.check is not None
    boxes = dialog.check.boxes
    first = next(iter(boxes.values()))
    assert dialog.focusWidget() is first
    assert not any(step.isEnabled() for step in dialog.steps.values())
    press(dialog, Qt.Key.Key_Space)
    press(dialog, Qt.Key.Key_Tab)
    press(dialog, Qt.Key.Key_Space)
    assert dialog.check.done.isEnabled()
    press(dialog, Qt.Key.Key_Tab, len(boxes) - 1)
    assert dialog.focusWidget() is dialog.check.done
    press(dialog, Qt.Key.Key_Space)
    at_work.screen.settle()
    assert not dialog.findChildren(CheckPanel)
    assert dialog.focusWidget() is dialog.steps["read-words"]
    press(dialog, Qt.Key.Key_Tab)
    assert dialog.focusWidget() is dialog.steps["as-pdf"]
    press(dialog, Qt.Key.Key_Space)
    at_work.screen.settle()
    newest = at_work.office.help_person(at_work.session, at_work.person("Zoraida"))
    assert newest.form is Form.PDF
    assert page.detail.notice.words
    assert dialog.focusWidget() is dialog.opened
    press(dialog, Qt.Key.Key_Tab)
    press(dialog, Qt.Key.Key_Space)
    at_work.screen.settle()
    calls = desk_of(at_work.office).opened().database.read(lambda tx: tasks.open_ones(tx, "call"))
    assert [one.details["cause"] for one in calls] == ["not-opened"]


def test_help_from_the_outbox_reads_out_the_words(at_work: AtWork, sent: MessageId) -> None:
    person = at_work.person("Zoraida")
    at_work.office.record_check(at_work.session, IdentityCheck(person, CHECK))
    page = at_work.page("outbox", OutboxPage)
    assert not page.help.isVisible()
    page.view.selectRow(0)
    page.help.click()
    at_work.screen.settle()
    dialog = page.findChildren(HelpDialog)[-1]
    assert dialog.check is None
    dialog.steps["read-words"].click()
    at_work.screen.settle()
    assert len(dialog.words.text().split()) == 6


def test_what_cannot_be_done_says_why_beside_the_button(at_work: AtWork, sent: MessageId) -> None:
    people_page(at_work).detail.help.click()
    at_work.screen.settle()
    dialog = at_work.workspace.pages["people"].findChildren(HelpDialog)[-1]
    link = dialog.steps["as-link"]
    assert not link.isEnabled()
    assert link.accessibleDescription() == at_work.screen.words("reason.form-not-possible")


def test_nothing_sent_yet_says_so(at_work: AtWork, zoraida: PersonId) -> None:
    people_page(at_work).detail.help.click()
    at_work.screen.settle()
    dialog = at_work.workspace.pages["people"].findChildren(HelpDialog)[-1]
    assert at_work.screen.words("error.nothing-sent") in dialog.notice.words


def test_today_says_how_many_can_be_reached(at_work: AtWork) -> None:
    page = at_work.page("today", TodayPage)
    page.refresh()
    at_work.screen.settle()
    line = page.start.reach
    assert line.isVisible()
    assert "3" in line.words.text()


def test_words_widget_forgets_when_hidden(at_work: AtWork) -> None:
    words = Words(at_work.screen.ui)
    at_work.screen.qtbot.addWidget(words)
    words.show_words("alpha bravo")
    words.hide()
    assert words.text() == ""
