"""Answers: fixed to whom they answer, what is answered above them, and nothing said meanwhile missed."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.models.correspondence import ConversationId, Entry, EntryId
from desktop.office.values import LetterRequest, PassphraseRequest, Queued
from desktop.office.values_access import DraftKept
from desktop.office.values_messages import ConversationShown, EntryShown
from desktop.ui.compose.page import ComposePage
from tests.content_files import pdf
from tests.support.mailroom import Mailroom
from tests.ui.conftest import AtWork

FIRST = "<first@example.org>"
ASKED = "Can I move it to Thursday?\n\nMy knee is better, thank you."


class Answering:
    """Zoraida asked something; her card is made, so that an answer can reach her."""

    def __init__(self, at_work: AtWork) -> None:
        self.at_work = at_work
        self.office, self.session = at_work.office, at_work.session
        self.zoraida = at_work.person("Zoraida")
        self.office.make_passphrase(self.session, PassphraseRequest(self.zoraida, "Ana", "in-person"))
        self.mailroom = Mailroom(self.office)
        self.entry = self.asks(message_id=FIRST)

    def asks(self, words: str = ASKED, subject: str = "RE: Fwd: Your visit", **said: Any) -> Entry:
        return self.mailroom.comes(words, self.zoraida, subject=subject, **said)

    def writes_again(self, words: str) -> None:
        self.asks(words, in_reply_to=FIRST)

    @property
    def shown(self) -> ConversationShown:
        return self.office.show_conversation(self.session, self.entry.conversation)

    def settle(self) -> None:
        self.at_work.screen.settle()

    @property
    def compose(self) -> ComposePage:
        page = self.at_work.workspace.pages["compose"]
        assert isinstance(page, ComposePage)
        return page

    def reply(self, entry: EntryId | None = None) -> ComposePage:
        shown = self.shown
        one = next(one for one in shown.entries if one.id == (entry or self.entry.id))
        self.at_work.workspace.reply(shown, one)
        self.settle()
        return self.compose

    def words(self, code: str, **params: str | int) -> str:
        return self.at_work.screen.words(code, **params)

    def said(self) -> list[EntryShown]:
        return [one for one in self.shown.entries if one.kind == "letter"]

    def front(self) -> str:
        workspace = self.at_work.workspace
        return next(code for code, page in workspace.pages.items() if page is workspace.stack.currentWidget())


@pytest.fixture
def desk(at_work: AtWork) -> Answering:
    return Answering(at_work)


def test_an_answer_knows_its_person_its_subject_and_what_it_answers(desk: Answering) -> None:
    page = desk.reply()
    assert (page.to.text(), page.to.isReadOnly()) == ("Zoraida Canaryfield", True)
    assert page.subject.text() == "Re: Your visit"
    assert page.text.toPlainText() == "", "quoted words would travel again"
    assert page.text.hasFocus()
    banner = page.answer.banner
    assert banner.isVisible()
    assert banner.heading.text() == desk.words("ui.answer.heading", name="Zoraida Canaryfield")
    assert "Can I move it to Thursday? My knee is better" in banner.words.text()
    assert desk.at_work.workspace.rail.buttons["messages"].isChecked()


def test_what_is_asked_stands_above_the_letter(desk: Answering) -> None:
    desk.entry = desk.asks(ask="ask-question")
    heading = desk.reply().answer.banner.heading.text()
    assert "Zoraida Canaryfield" in heading
    assert heading != desk.words("ui.answer.heading", name="Zoraida Canaryfield")


def test_a_long_message_is_shown_whole_on_request(desk: Answering) -> None:
    desk.entry = desk.asks("word " * 300 + "end.")
    banner = desk.reply().answer.banner
    assert banner.words.text().endswith("…")
    banner.whole_button.click()
    assert banner.whole.isVisible()
    assert banner.whole.toPlainText().endswith("end.")
    banner.whole_button.click()
    assert not banner.whole.isVisible()


def test_words_are_quoted_only_when_somebody_asks(desk: Answering) -> None:
    page = desk.reply()
    page.text.setPlainText("Yes, at 2.")
    page.answer.banner.quote_button.click()
    first, *rest = page.text.toPlainText().split("\n\n", 1)
    assert first == "Yes, at 2."
    assert "> Can I move it to Thursday?\n>\n> My knee is better, thank you." in rest[0]
    assert "Zoraida Canaryfield" in rest[0]
    assert not page.answer.banner.quote_button.isVisible()


def test_an_answer_is_sent_in_its_conversation_and_the_list_is_shown(desk: Answering) -> None:
    page = desk.reply()
    page.text.setPlainText("Yes, at 2.")
    page.send()
    desk.settle()
    assert [(one.subject, one.own) for one in desk.said()] == [("Re: Your visit", "Yes, at 2.")]
    assert desk.front() == "messages"
    toast = desk.at_work.workspace._toast
    assert toast is not None
    assert "Zoraida Canaryfield" in toast.label.text()
    assert not page.answer.banner.isVisible()
    assert not page.to.isReadOnly()


def test_undo_stops_an_answer(desk: Answering) -> None:
    page = desk.reply()
    page.text.setPlainText("Yes, at 2.")
    page.send()
    desk.settle()
    toast = desk.at_work.workspace._toast
    assert toast is not None
    toast.action.click()
    desk.settle()
    assert [one.state.value for one in desk.said() if one.state] == ["cancelled"]
    assert desk.front() == "compose"
    assert page.text.toPlainText() == "Yes, at 2."
    assert page.answer.banner.heading.text() == desk.words("ui.answer.heading", name="Zoraida Canaryfield")
    page.send()
    desk.settle()
    assert len(desk.said()) == 2, "put right and sent again"


def test_what_was_said_meanwhile_is_shown_and_the_letter_stays(desk: Answering) -> None:
    page = desk.reply()
    page.text.setPlainText("Yes, at 2.")
    desk.settle()
    desk.writes_again("Please forget it, I found another time.")
    page.send()
    desk.settle()
    banner = page.answer.banner
    assert banner.heading.text() == desk.words("ui.answer.moved")
    assert "Please forget it" in banner.words.text()
    assert page.text.toPlainText() == "Yes, at 2."
    assert desk.said() == []
    page.send()
    desk.settle()
    assert [one.own for one in desk.said()] == ["Yes, at 2."]


def test_a_colleague_who_answered_first_is_shown_too(desk: Answering) -> None:
    page = desk.reply()
    page.text.setPlainText("Yes, at 2.")
    desk.settle()
    ben, shown = desk.mailroom.colleague("ben"), desk.shown
    one = LetterRequest(
        desk.zoraida, "Re: Your visit", "No, sorry.", conversation=shown.line.id, turn=shown.turn
    )
    sent = desk.office.send_letter(ben, one)
    assert isinstance(sent, Queued)
    page.send()
    desk.settle()
    assert "No, sorry." in page.answer.banner.words.text()
    assert "ben" in page.answer.banner.words.text()
    assert page.text.toPlainText() == "Yes, at 2."
    assert [one.own for one in desk.said()] == ["No, sorry."]


def test_others_see_who_is_answering_until_the_letter_is_left(desk: Answering) -> None:
    page = desk.reply()
    row = desk.mailroom.conversation(desk.entry.conversation)
    assert row.answering == desk.session.user
    page.clear()
    desk.settle()
    assert desk.mailroom.conversation(desk.entry.conversation).answering is None


def test_somebody_who_answers_already_is_named(desk: Answering) -> None:
    ben = desk.mailroom.colleague("ben")
    desk.office.begin_answer(ben, desk.entry.conversation)
    banner = desk.reply().answer.banner
    assert banner.other.isVisible()
    assert banner.other.text() == desk.words("ui.answer.other", name="ben")


def test_nobody_is_answered_before_it_is_known_whose_it_is(desk: Answering) -> None:
    desk.entry = desk.mailroom.comes("Hello?", sender="lena@stranger.example")
    page = desk.reply()
    assert page.notice.words == desk.words("ui.answer.nobody")
    assert page.answer.conversation is None


def test_a_new_letter_is_never_sent_into_the_conversation_of_the_answer_before(desk: Answering) -> None:
    page = desk.reply()
    page.text.setPlainText("Yes, at 2.")
    desk.at_work.workspace.compose(desk.at_work.person("Bo"))
    desk.settle()
    assert page.answer.conversation is None
    assert page.text.toPlainText() == ""
    assert page.to.text().startswith("Bo")
    assert page.notice.words == desk.words("ui.answer.put-aside")
    (kept,) = desk.office.list_drafts(desk.session).drafts
    assert (kept.text, kept.conversation) == ("Yes, at 2.", desk.entry.conversation)


def test_replying_again_goes_on_with_the_draft(desk: Answering) -> None:
    page = desk.reply()
    page.text.setPlainText("Yes, at")
    desk.at_work.workspace.compose(None)
    desk.settle()
    assert page.text.toPlainText() == ""
    page = desk.reply()
    assert page.text.toPlainText() == "Yes, at"
    assert page.answer.conversation == desk.entry.conversation
    assert page.to.isReadOnly()
    assert len(desk.office.list_drafts(desk.session).drafts) == 1


def test_a_draft_whose_conversation_is_gone_becomes_a_letter_of_its_own(desk: Answering) -> None:
    gone = ConversationId("0" * 32)
    desk.at_work.workspace.draft(DraftKept("", desk.zoraida, "Re: A", "Yes.", conversation=gone, turn=3))
    desk.settle()
    page = desk.compose
    assert page.notice.words
    assert page.answer.conversation is None
    assert not page.to.isReadOnly()
    page.send()
    desk.settle()
    assert len(desk.office.list_outbox(desk.session).messages) == 1


def test_a_draft_says_first_what_came_since_it_was_left(desk: Answering) -> None:
    page = desk.reply()
    page.text.setPlainText("Yes, at 2.")
    page.keeper.keep()
    desk.settle()
    page.clear()
    desk.settle()
    desk.writes_again("Please forget it.")
    (kept,) = desk.office.list_drafts(desk.session).drafts
    desk.at_work.workspace.draft(kept)
    desk.settle()
    assert page.answer.banner.heading.text() == desk.words("ui.answer.moved")
    assert "Please forget it." in page.answer.banner.words.text()
    page.send()
    desk.settle()
    assert [one.own for one in desk.said()] == ["Yes, at 2."]


def test_tab_goes_from_what_is_answered_down_to_send(desk: Answering) -> None:
    page = desk.reply()
    page.text.insertPlainText("Yes, at 2.")
    desk.settle()
    desk.at_work.screen.qtbot.waitUntil(desk.at_work.workspace.isActiveWindow, timeout=10_000)
    page.answer.banner.quote_button.setFocus()
    seen: list[QWidget | None] = []
    while page.send_button not in seen and len(seen) < 15:
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, Qt.Key.Key_Tab)
        seen.append(QApplication.focusWidget())
    wanted = [page.to, page.subject, page.text, page.attach, page.blocks.button, page.deciding.label.box]
    assert [one for one in seen if one in wanted] == wanted
    assert seen[-1] is page.send_button


def test_a_low_window_leaves_a_place_to_write_in_and_covers_nothing(desk: Answering) -> None:
    """Banner, a notice, two files, what was found in one of them, and the card."""
    at_work = desk.at_work
    at_work.workspace.resize(1000, 640)
    page = desk.reply()
    wrong = pdf("Result of Bo Nightingale, born 12/31/1980")
    page.take_files([at_work.file("a.pdf", pdf("Hers")), at_work.file("b.pdf", wrong)])
    page.text.setPlainText("Dear Zoraida, here they are.")
    at_work.screen.qtbot.waitUntil(lambda: page.found.blocked, timeout=20_000)
    page.notice.show_words("The letter that you were writing is kept with the drafts.", "plain")
    page.deciding.open_card(True)
    desk.settle()
    at_work.screen.qtbot.wait(50)
    assert page.text.height() >= 100
    fields = (page.to, page.subject, page.text, page.attachments, page.found)
    inside = [QRect(one.mapTo(page, QPoint()), one.size()) for one in fields]
    for upper, lower in pairwise(inside):
        assert upper.bottom() < lower.top()
    bottom = page.written.mapTo(page, page.written.rect().bottomLeft()).y()
    send = page.send_button
    assert bottom < send.mapTo(page, QPoint()).y()
    assert page.deciding.card.height() >= 150
    at_work.screen.qtbot.waitUntil(lambda: not page.found.visibleRegion().isEmpty())


def test_another_answer_that_is_begun_while_one_is_sent_is_not_thrown_away(
    desk: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the letter that was sent stays with no draft: nobody sends it a second time."""
    other = desk.mailroom.comes("And I?", desk.at_work.person("Bo"), subject="Mine")
    page = desk.reply()
    QTest.keyClicks(page.text, "Thursday at two is yours.")
    page.deciding.checker.now()
    desk.settle()
    send = desk.office.send_letter

    def slow(*given: Any) -> Any:
        time.sleep(0.5)
        return send(*given)

    monkeypatch.setattr(desk.office, "send_letter", slow)
    page.send_button.click()
    desk.at_work.screen.qtbot.waitUntil(lambda: page._sending, timeout=10_000)
    shown = desk.office.show_conversation(desk.session, other.conversation)
    desk.at_work.workspace.reply(shown, shown.entries[-1])
    desk.settle()
    assert len(desk.said()) == 1
    assert desk.front() == "compose"
    assert page.answer.conversation == other.conversation
    assert desk.office.list_drafts(desk.session).drafts == ()
