"""Messages: places and their lists, new mail, and what is not for a role; over a real practice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import shiboken6
from PySide6.QtTest import QTest

from desktop.errors import InputError
from desktop.models.accounts import Role, Session
from desktop.models.correspondence import ConversationState, Urgency
from desktop.models.records import Label, Reason
from desktop.office.values_entry import Credentials
from desktop.office.values_messages import (
    ConversationQuery,
    ConversationsShown,
)
from desktop.ui.messages.actions import TAKE
from desktop.ui.messages.page import MessagesPage
from desktop.ui.outbox.page import OutboxPage
from desktop.ui.workspace import Workspace
from tests.support.inbox import Inbox
from tests.support.pages import texts_of
from tests.support.second_user import BEN, BENS_PASSWORD, add_ben, code_of
from tests.ui.conftest import HOLD, AtWork, Screen
from tests.ui.mailpage import colleague, look, look_at, open_page, opened

# --- the list ---------------------------------------------------------------------------------


def test_an_empty_mailbox_says_the_next_step(at_work: AtWork) -> None:
    page = open_page(at_work)
    assert page.middle.currentWidget() is page.empty
    assert page.empty_words.text() == at_work.screen.words("ui.messages.empty-inbox")
    page.places.buttons["sent"].click()
    at_work.screen.settle()
    assert page.empty_words.text() == at_work.screen.words("ui.messages.empty-sent")


def test_a_row_says_who_what_and_that_it_is_new(at_work: AtWork, box: Inbox) -> None:
    box.arrives("Zoraida", "Is the parking lot open?", "Parking", unseen=True)
    page = open_page(at_work)
    row = look_at(at_work, page, 0)
    assert (row.name, row.line, row.foot, row.strong) == (
        "Zoraida Canaryfield",
        "Parking",
        "Is the parking lot open?",
        True,
    )
    assert at_work.screen.words("ui.messages.unseen") in row.said, "not by weight alone"


def test_what_is_asked_stands_in_the_row_and_urgent_in_words_at_the_top(at_work: AtWork, box: Inbox) -> None:
    box.arrives("Bo", "May I?", ask=Reason("ask-question", {"name": "Bo Nightingale"}), urgency=Urgency.ASKS)
    box.arrives(
        "Bo", "Chest pain", ask=Reason("ask-urgent", {"name": "Bo Nightingale"}), urgency=Urgency.URGENT
    )
    box.arrives("Bo", "Later")
    page = open_page(at_work)
    first, second = look_at(at_work, page, 0), look_at(at_work, page, 1)
    urgent = at_work.screen.words("ui.messages.urgent")
    assert first.mark == urgent
    assert first.said.startswith(urgent)
    assert second.mark == ""
    assert not second.line.startswith("Bo"), "the name stands above it already"
    id_ = page.list.rows.line(0)
    assert id_ is not None
    page.show_conversation(id_.id)
    at_work.screen.settle()
    assert page.pane.head.banner.words == at_work.screen.words("reason.ask-urgent", name="Bo Nightingale")


def test_strangers_words_are_cleaned_and_plain(at_work: AtWork, box: Inbox) -> None:
    id_ = box.arrives("", "<b>bold</b>", "Evil\u202egnp.exe", sender="Eve \u202e<eve@example.org>")
    page = opened(at_work, id_)
    assert "\u202e" not in "".join(texts_of(page))
    page.show_place("unknown")
    at_work.screen.settle()
    assert "\u202e" not in look_at(at_work, page, 0).said
    assert "<b>bold</b>" in texts_of(page.list.view)[1] or "<b>bold</b>" in look_at(at_work, page, 0).foot


def test_places_count_what_stands_there(at_work: AtWork, box: Inbox) -> None:
    for _ in range(2):
        box.arrives("Bo")
    box.arrives("", "Who am I?")
    box.arrives("Bo", state=ConversationState.WAITING, unseen=False)
    page = open_page(at_work)
    numbers = {code: made.number.text() for code, made in page.places.buttons.items()}
    assert numbers["inbox"] == "2"
    assert numbers["unknown"] == "1"
    assert numbers["waiting"] == "1"
    assert numbers["mine"] == ""
    page.places.buttons["waiting"].click()
    at_work.screen.settle()
    assert page.list.rows.rowCount() == 1


def test_something_urgent_of_a_household_stands_out_in_its_place(at_work: AtWork, box: Inbox) -> None:
    box.arrives("", "Who am I?")
    page = open_page(at_work)
    place = page.places.buttons["unknown"]
    assert place.number.objectName() == "muted"
    box.arrives("", "My chest hurts", ask=Reason("ask-urgent", {"name": "Eve"}), urgency=Urgency.URGENT)
    at_work.screen.qtbot.waitUntil(lambda: place.number.text() == "2", timeout=10_000)
    assert place.number.objectName() == "pill-error"
    assert at_work.screen.words("ui.messages.urgent") in place.accessibleName()


def test_new_mail_appears_at_the_top_and_what_is_open_stays_so(at_work: AtWork, box: Inbox) -> None:
    first = box.arrives("Zoraida", "First")
    page = open_page(at_work)
    page.list.view.selectRow(0)
    QTest.qWait(250)
    at_work.screen.settle()
    box.arrives("Bo", "Second")
    at_work.screen.qtbot.waitUntil(lambda: page.list.rows.rowCount() == 2, timeout=10_000)
    at_work.screen.settle()
    assert look_at(at_work, page, 0).foot == "Second"
    assert page.list.chosen == first
    assert page.list.view.currentIndex().row() == 1, "the choice moved with its conversation"
    assert page.pane.shown is not None
    assert page.pane.shown.line.id == first


def test_a_reply_in_the_open_conversation_comes_into_view(at_work: AtWork, box: Inbox) -> None:
    id_ = box.arrives("Zoraida", "First")
    page = opened(at_work, id_)
    box.again(id_, "And one thing more")
    look(at_work, page)
    at_work.screen.settle()
    assert any("And one thing more" in text for text in texts_of(page.pane.entries))


def test_nothing_is_read_while_nothing_changed_or_nobody_looks(
    at_work: AtWork, box: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.arrives("Zoraida")
    page = open_page(at_work)
    asked: list[ConversationQuery] = []
    door = at_work.office.list_conversations

    def watched(session: Session, query: ConversationQuery) -> ConversationsShown:
        asked.append(query)
        return door(session, query)

    monkeypatch.setattr(at_work.office, "list_conversations", watched)
    look(at_work, page)
    assert asked[-1].known, "the mark of the look before goes with it"
    at_work.workspace.open("people")
    at_work.screen.settle()
    assert not page._timer.isActive()
    before = len(asked)
    page._look_if_shown()
    at_work.screen.settle()
    assert len(asked) == before


def test_who_has_left_off_answering_is_not_named_for_ever(at_work: AtWork, box: Inbox) -> None:
    ben, clock = colleague(at_work), at_work.practice.clock
    id_ = box.arrives("Zoraida")
    box.change(id_, answering=ben, answering_until=clock.now() + timedelta(minutes=5))
    page = open_page(at_work)
    assert BEN in look_at(at_work, page, 0).note
    clock.move(301)
    look(at_work, page)
    assert look_at(at_work, page, 0).note == ""


def test_a_look_that_fails_is_said_and_the_next_good_one_takes_it_back(
    at_work: AtWork, box: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page(at_work)

    def failing(session: Session, query: ConversationQuery) -> ConversationsShown:
        raise InputError("mail-gone")

    with monkeypatch.context() as patched:
        patched.setattr(at_work.office, "list_conversations", failing)
        look(at_work, page)
    assert page.notice.words
    look(at_work, page)
    assert page.notice.words == ""


# --- from and to elsewhere ------------------------------------------------------------------------


def test_what_is_not_for_a_role_shows_that_it_is_there_and_no_words(
    at_work: AtWork, box: Inbox, make_screen: Callable[..., Screen]
) -> None:
    id_ = box.arrives("Zoraida", "CANARY-WORDS", "CANARY-SUBJECT", label=Label.VERY_SENSITIVE)
    uri = add_ben(at_work.office, at_work.session, at_work.practice.clock, Role.BILLING)
    office = at_work.practice.office()
    at_work.practice.clock.move(30)
    session = office.sign_in(
        Credentials(BEN, password=BENS_PASSWORD, code=code_of(uri, at_work.practice.clock))
    ).session
    screen = make_screen(office, at_work.practice.clock)
    workspace = screen.show(Workspace(screen.ui, session, HOLD))
    workspace.open("messages")
    screen.settle()
    page = workspace.pages["messages"]
    assert isinstance(page, MessagesPage)
    page.list.view.selectRow(0)
    QTest.qWait(250)
    screen.settle()
    assert page.list.chosen == id_
    assert page.pane.head.facts.text() == screen.words("ui.messages.hidden-lead")
    assert not page.pane.actions_bar.isVisible()
    assert not any("CANARY" in text for text in texts_of(page))


def test_outbox_and_new_message_are_one_press_away(at_work: AtWork, box: Inbox) -> None:
    page = open_page(at_work)
    page.places.outbox.click()
    assert isinstance(at_work.workspace.stack.currentWidget(), OutboxPage)
    at_work.workspace.open("messages")
    page.new.click()
    at_work.screen.settle()
    assert at_work.workspace.stack.currentWidget() is at_work.workspace.pages["compose"]


def test_a_page_that_was_closed_while_it_asked_is_not_called_back(at_work: AtWork, box: Inbox) -> None:
    id_ = box.arrives("Zoraida")
    page = opened(at_work, id_)
    page.pane.actions_bar.press(TAKE)
    page.pane.look_again()
    page.refresh()
    at_work.workspace.pages.pop("messages")
    at_work.workspace.stack.removeWidget(page)
    shiboken6.delete(page)
    at_work.screen.settle()
    assert box.row(id_).owner == at_work.session.user, "the office did it all the same"
