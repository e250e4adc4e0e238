"""Drafts within a conversation: kept two seconds after typing stops, found again with what they answer."""

from __future__ import annotations

import pytest

from desktop.ui.compose.drafts import WAIT_MS
from tests.made_practice import Practice
from tests.support.pages import texts_of
from tests.ui.conftest import AtWork
from tests.ui.test_compose_answer import Answering


@pytest.fixture
def desk(at_work: AtWork) -> Answering:
    return Answering(at_work)


def test_it_is_two_seconds() -> None:
    assert WAIT_MS == 2000


def test_an_answer_is_kept_after_typing_stops_with_what_it_answers(desk: Answering) -> None:
    page = desk.reply()
    page.text.insertPlainText("Yes, at 2.")
    desk.at_work.screen.qtbot.waitUntil(lambda: bool(page.keeper.id), timeout=20_000)
    (kept,) = desk.office.list_drafts(desk.session).drafts
    assert (kept.conversation, kept.turn, kept.person) == (desk.entry.conversation, 1, desk.zoraida)
    assert (kept.text, kept.name) == ("Yes, at 2.", "Zoraida Canaryfield")


def test_whoever_locks_is_not_shown_as_answering(desk: Answering) -> None:
    page = desk.reply()
    page.text.insertPlainText("Yes, at 2.")
    assert desk.mailroom.conversation(desk.entry.conversation).answering == desk.session.user
    work = page.unfinished()
    assert work is not None
    work()
    assert desk.mailroom.conversation(desk.entry.conversation).answering is None
    (kept,) = desk.office.list_drafts(desk.session).drafts
    assert kept.text == "Yes, at 2."


def test_the_list_says_whom_each_answers(desk: Answering) -> None:
    page = desk.reply()
    page.text.insertPlainText("Yes, at 2.")
    desk.at_work.workspace.compose(None)
    desk.settle()
    page.refresh()
    desk.settle()
    assert page.drafts.isVisible()
    answers = desk.words("ui.drafts.answers", name="Zoraida Canaryfield")
    assert any(answers in words for words in texts_of(page.drafts))


def test_an_answer_comes_back_with_its_conversation_after_the_program_ended(
    desk: Answering, practice: Practice
) -> None:
    page = desk.reply()
    page.text.insertPlainText("Yes, at 2.")
    page.keeper.keep()
    desk.settle()
    desk.office.close()  # what was kept is in the database: nothing is asked of the window
    office, session = practice.signed_in()
    (kept,) = office.list_drafts(session).drafts
    assert (kept.conversation, kept.text) == (desk.entry.conversation, "Yes, at 2.")


def test_what_is_passed_on_comes_back_with_whom_it_is_about(desk: Answering) -> None:
    shown = desk.shown
    desk.at_work.workspace.forward(shown, shown.entries[-1])
    desk.settle()
    page = desk.compose
    assert page.subject.text() == "Fwd: Your visit"
    assert "> Can I move it to Thursday?" in page.text.toPlainText()
    page.keeper.touch()
    page.keeper.keep()
    desk.settle()
    (kept,) = desk.office.list_drafts(desk.session).drafts
    assert (kept.about, kept.conversation, kept.person) == (desk.zoraida, None, None)
    page.clear()
    desk.at_work.workspace.draft(kept)
    desk.settle()
    assert page.about.person is not None
    assert page.about.person.person.id == desk.zoraida
