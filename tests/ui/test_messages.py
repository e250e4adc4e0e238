"""Messages: who has what, and what one press does; over a real practice."""

from __future__ import annotations

import pytest

from desktop.models.correspondence import ConversationState, Retention
from desktop.office.values_messages import (
    ConversationQuery,
    ConversationShown,
    EntryShown,
)
from desktop.ui.messages.actions import DONE, GIVE_BACK, REOPEN, REPLY, TAKE, TAKE_OVER, WAIT, WRONG_PERSON
from desktop.ui.messages.asking import AskDialog, WhoseDialog
from desktop.ui.toast import Toast
from tests.support.along import Along
from tests.support.inbox import Inbox
from tests.support.pages import texts_of
from tests.support.second_user import BEN
from tests.ui.conftest import AtWork
from tests.ui.mailpage import acts, colleague, dialog_of, look_at, opened, press

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


def test_what_came_in_meanwhile_is_not_done_with_what_was_read(at_work: AtWork, box: Inbox) -> None:
    id_ = box.arrives("Zoraida")
    page = opened(at_work, id_)
    box.again(id_, "I have chest pain")
    press(at_work, page, DONE)
    assert box.row(id_).state is ConversationState.OPEN
    assert any("chest pain" in text for text in texts_of(page.pane.entries))
    assert page.notice.words


def test_done_is_not_taken_back_over_what_came_in_since(at_work: AtWork, box: Inbox) -> None:
    id_ = box.arrives("Zoraida", state=ConversationState.WAITING)
    page = opened(at_work, id_)
    press(at_work, page, DONE)
    box.again(id_, "I have chest pain")
    toast = at_work.workspace.findChild(Toast)
    assert toast is not None
    toast.action.click()
    at_work.screen.settle()
    assert (box.row(id_).state, box.row(id_).turn) == (ConversationState.OPEN, 2)


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


def test_what_came_from_another_address_than_the_one_on_record_says_so(at_work: AtWork, box: Inbox) -> None:
    page = opened(at_work, box.arrives("Zoraida", said=({}, {"sender": "sister@else.example"})))
    words = at_work.screen.words("ui.messages.elsewhere", address="sister@else.example")
    assert [text.replace("\u200b", "") for text in texts_of(page.pane.entries)].count(words) == 1


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
