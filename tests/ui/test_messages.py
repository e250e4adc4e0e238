"""Messages: the list, who has what, and what one press does; over a real practice."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest
import shiboken6
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from desktop.models.accounts import Role, Session, UserId
from desktop.models.correspondence import ConversationId, ConversationState, Retention, Urgency
from desktop.models.records import Label, Reason
from desktop.office.values_entry import Credentials
from desktop.office.values_messages import (
    ConversationQuery,
    ConversationShown,
    ConversationsShown,
    EntryShown,
)
from desktop.ui.messages.actions import DONE, GIVE_BACK, REOPEN, REPLY, TAKE, TAKE_OVER, WAIT, WRONG_PERSON
from desktop.ui.messages.asking import AskDialog, WhoseDialog
from desktop.ui.messages.page import MessagesPage
from desktop.ui.messages.rows import RowLook
from desktop.ui.outbox.page import OutboxPage
from desktop.ui.table import LOOK
from desktop.ui.toast import Toast
from desktop.ui.workspace import Workspace
from tests.support.along import Along
from tests.support.inbox import Inbox
from tests.support.pages import texts_of
from tests.support.second_user import BEN, BENS_PASSWORD, add_ben, code_of
from tests.ui.conftest import HOLD, AtWork, Screen

D = TypeVar("D", bound=QDialog)


@pytest.fixture
def box(at_work: AtWork) -> Inbox:
    return Inbox(at_work.office, at_work.session, at_work.practice.clock)


def open_page(at_work: AtWork) -> MessagesPage:
    return at_work.page("messages", MessagesPage)


def look_at(at_work: AtWork, page: MessagesPage, row: int) -> RowLook:
    look = page.list.rows.index(row, 0).data(LOOK)
    assert isinstance(look, RowLook)
    return look


def opened(at_work: AtWork, conversation: ConversationId) -> MessagesPage:
    page = open_page(at_work)
    page.show_conversation(conversation)
    at_work.screen.settle()
    return page


def look(at_work: AtWork, page: MessagesPage) -> None:
    page._look_if_shown()
    at_work.screen.settle()


def press(at_work: AtWork, page: MessagesPage, code: str) -> None:
    page.pane.actions_bar.press(code)
    at_work.screen.settle()


def dialog_of(page: MessagesPage, kind: type[D]) -> D:
    return next(one for one in page.findChildren(kind) if one.isVisible())


def colleague(at_work: AtWork, role: Role = Role.FRONT_DESK) -> UserId:
    add_ben(at_work.office, at_work.session, at_work.practice.clock, role)
    lines = at_work.office.list_users(at_work.session).users
    return next(one.id for one in lines if one.name == BEN)


def acts(at_work: AtWork) -> list[str]:
    return [line.act for line in at_work.office.query_log(at_work.session).lines]


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


def test_one_that_reached_the_wrong_person_is_asked_about_once_and_stops_the_address(
    at_work: AtWork, box: Inbox
) -> None:
    along = Along(at_work.office, at_work.session, at_work.practice.clock)
    message = along.letter()
    (line,) = at_work.office.list_conversations(at_work.session, ConversationQuery("done")).lines
    page = opened(at_work, line.id)
    assert page.pane.shown is not None
    assert page.pane.shown.entries[0].message == message
    press(at_work, page, WRONG_PERSON)
    dialog_of(page, AskDialog).cancel.click()
    at_work.screen.settle()
    assert "person.wrong" not in acts(at_work)
    press(at_work, page, WRONG_PERSON)
    dialog_of(page, AskDialog).go.click()
    at_work.screen.settle()
    assert page.notice.words == at_work.screen.words("ui.messages.wrong-said")
    assert "person.wrong" in acts(at_work)
    assert page.pane.head.tasks.isVisible()


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


# --- taking, answering, settling ----------------------------------------------------------------


def test_taking_one_makes_reply_the_next_step(at_work: AtWork, box: Inbox) -> None:
    id_ = box.arrives("Zoraida")
    page = opened(at_work, id_)
    buttons = page.pane.actions_bar.buttons
    assert buttons[TAKE].objectName() == "primary"
    buttons[TAKE].click()
    at_work.screen.settle()
    assert box.row(id_).owner == at_work.session.user
    assert not buttons[TAKE].isVisible()
    assert buttons[REPLY].objectName() == "primary"
    press(at_work, page, GIVE_BACK)
    assert box.row(id_).owner is None


def test_one_that_a_colleague_took_first_says_whose_it_is(at_work: AtWork, box: Inbox) -> None:
    ben = colleague(at_work)
    id_ = box.arrives("Zoraida")
    page = opened(at_work, id_)
    box.change(id_, owner=ben)
    page.pane.actions_bar.buttons[TAKE].click()
    at_work.screen.settle()
    assert BEN in page.notice.words
    assert page.pane.head.banner.words == at_work.screen.words("ui.messages.is-theirs", name=BEN)
    assert not page.pane.actions_bar.buttons[TAKE].isVisible()
    press(at_work, page, TAKE_OVER)
    assert box.row(id_).owner == at_work.session.user


def handed_over(
    at_work: AtWork, monkeypatch: pytest.MonkeyPatch
) -> list[tuple[ConversationShown, EntryShown]]:
    given: list[tuple[ConversationShown, EntryShown]] = []
    monkeypatch.setattr(at_work.workspace, "reply", lambda shown, entry: given.append((shown, entry)))
    return given


def test_reply_is_seen_by_others_and_goes_to_the_letter(
    at_work: AtWork, box: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = box.arrives("Zoraida", "The newest")
    page = opened(at_work, id_)
    given = handed_over(at_work, monkeypatch)
    press(at_work, page, REPLY)
    ((shown, entry),) = given
    assert shown.line.id == id_
    assert entry.own == "The newest"
    assert box.row(id_).answering == at_work.session.user


def test_where_a_colleague_is_answering_it_is_asked_first(
    at_work: AtWork, box: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben = colleague(at_work)
    id_ = box.arrives("Zoraida")
    box.change(id_, answering=ben, answering_until=at_work.practice.clock.now().replace(year=2030))
    page = opened(at_work, id_)
    assert BEN in page.pane.head.banner.words
    assert BEN in look_at(at_work, page, 0).note
    given = handed_over(at_work, monkeypatch)
    press(at_work, page, REPLY)
    dialog_of(page, AskDialog).cancel.click()
    assert given == []
    press(at_work, page, REPLY)
    dialog_of(page, AskDialog).go.click()
    assert len(given) == 1


def test_what_came_in_meanwhile_is_read_before_it_is_answered(
    at_work: AtWork, box: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = box.arrives("Zoraida")
    page = opened(at_work, id_)
    box.again(id_, "Do not come, I am ill")
    given = handed_over(at_work, monkeypatch)
    press(at_work, page, REPLY)
    assert given == []
    assert page.notice.words == at_work.screen.words("ui.messages.something-new")
    assert any("I am ill" in text for text in texts_of(page.pane.entries))


def test_done_leaves_the_inbox_and_can_be_taken_back(at_work: AtWork, box: Inbox) -> None:
    id_ = box.arrives("Zoraida")
    page = opened(at_work, id_)
    press(at_work, page, DONE)
    assert box.row(id_).state is ConversationState.DONE
    assert page.list.rows.rowCount() == 0
    assert page.pane.shown is not None, "what was done stays in sight"
    toast = at_work.workspace.findChild(Toast)
    assert toast is not None
    toast.action.click()
    at_work.screen.settle()
    assert box.row(id_).state is ConversationState.OPEN
    assert page.list.rows.rowCount() == 1


def test_waiting_and_opening_again(at_work: AtWork, box: Inbox) -> None:
    id_ = box.arrives("Zoraida")
    page = opened(at_work, id_)
    press(at_work, page, WAIT)
    assert box.row(id_).state is ConversationState.WAITING
    assert page.pane.head.banner.words == at_work.screen.words("ui.messages.is-waiting")
    press(at_work, page, REOPEN)
    assert box.row(id_).state is ConversationState.OPEN


def test_how_long_the_words_are_kept_is_chosen_in_the_menu(at_work: AtWork, box: Inbox) -> None:
    id_ = box.arrives("Zoraida")
    page = opened(at_work, id_)
    kept = page.pane.actions_bar.kept
    assert kept[Retention.STANDARD].isChecked()
    kept[Retention.CHART].trigger()
    at_work.screen.settle()
    assert box.row(id_).retention is Retention.CHART
    assert kept[Retention.CHART].isChecked()


def test_an_unknown_sender_is_put_to_a_person_or_to_nobody(at_work: AtWork, box: Inbox) -> None:
    bo = box.person("Bo")
    id_ = box.arrives("", "It is me", sender="bo@example.org")
    page = opened(at_work, id_)
    assert page.pane.head.whose.isVisible()
    assert not page.pane.actions_bar.buttons[REPLY].isVisible(), "nobody to answer yet"
    page.pane.head.whose.click()
    at_work.screen.settle()
    dialog = dialog_of(page, WhoseDialog)
    assert not dialog.go.isEnabled()
    dialog.offers[bo].click()
    dialog.go.click()
    at_work.screen.settle()
    assert box.row(id_).person == bo
    assert page.pane.head.name.text() == "Bo Nightingale"
    other = box.arrives("", "Buy our chairs")
    page.show_conversation(other)
    at_work.screen.settle()
    page.pane.head.whose.click()
    dialog_of(page, WhoseDialog).none.click()
    at_work.screen.settle()
    assert box.row(other).state is ConversationState.DONE


def test_somebody_is_found_by_name_for_an_unknown_sender(at_work: AtWork, box: Inbox) -> None:
    id_ = box.arrives("", "It is me")
    page = opened(at_work, id_)
    page.pane.head.whose.click()
    dialog = dialog_of(page, WhoseDialog)
    dialog.field.setText("Nighting")
    dialog.field.look_up()
    at_work.screen.settle()
    dialog.field.choose(0)
    assert dialog.go.isEnabled()
    dialog.go.click()
    at_work.screen.settle()
    assert box.row(id_).person == box.person("Bo")


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
