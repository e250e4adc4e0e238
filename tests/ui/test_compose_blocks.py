"""Text blocks in a letter: filtered while somebody types, filled for whom it goes to; the signature once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.office.values import PassphraseRequest
from desktop.office.values_messages import SnippetRequest
from desktop.ui.compose.page import ComposePage
from desktop.ui.snippets.page import BlocksPage
from desktop.ui.workspace import Workspace
from tests.ui.conftest import HOLD, AtWork

SIGNATURE = "Elm Street\nAna, front desk"


@pytest.fixture
def page(at_work: AtWork) -> ComposePage:
    office, session = at_work.office, at_work.session
    office.make_passphrase(session, PassphraseRequest(at_work.person("Zoraida"), "Ana", "in-person"))
    for one in (
        SnippetRequest("snippet", "Parking", "You can park behind the house, {{ first_name }}."),
        SnippetRequest("snippet", "Fasting", "Please come with an empty stomach on {{ date }}."),
        SnippetRequest("template", "Results", "Dear {{ first_name }}, all is well.", "Your results"),
        SnippetRequest("signature", "Mine", SIGNATURE),
    ):
        office.keep_snippet(session, one)
    at_work.workspace.compose(at_work.person("Zoraida"))
    at_work.screen.settle()
    made = at_work.workspace.pages["compose"]
    assert isinstance(made, ComposePage)
    return made


@pytest.fixture
def take(at_work: AtWork, page: ComposePage) -> Callable[[str], None]:
    def act(typed: str) -> None:
        page.blocks.open()
        QTest.keyClicks(page.blocks.list.filter, typed)
        QTest.keyClick(page.blocks.list.filter, Qt.Key.Key_Return)
        at_work.screen.settle()

    return act


def offered(page: ComposePage) -> list[str]:
    shown = page.blocks.list.list
    return [shown.item(row).text().splitlines()[0] for row in range(shown.count())]


def test_the_list_is_filtered_by_name_and_words_and_holds_no_signature(page: ComposePage) -> None:
    page.blocks.open()
    assert page.blocks.list.isVisible()
    assert sorted(offered(page)) == ["Fasting", "Parking", "Results"]
    QTest.keyClicks(page.blocks.list.filter, "stomach")
    assert offered(page) == ["Fasting"]
    QTest.keyClick(page.blocks.list, Qt.Key.Key_Escape)
    assert not page.blocks.list.isVisible()
    assert page.text.written == ""


def test_a_block_goes_where_the_cursor_stands_filled_for_its_reader(
    page: ComposePage, take: Callable[[str], None]
) -> None:
    page.text.setPlainText("Hello.\n\n")
    page.text.moveCursor(page.text.textCursor().MoveOperation.End)
    take("park")
    assert page.text.toPlainText() == "Hello.\n\nYou can park behind the house, Zoraida."
    assert page.subject.text() == ""
    assert page.window().focusWidget() is page.text


def test_the_arrows_choose_while_the_words_are_typed(at_work: AtWork, page: ComposePage) -> None:
    page.blocks.open()
    field = page.blocks.list.filter
    first, second = offered(page)[:2]
    QTest.keyClick(field, Qt.Key.Key_Down)
    current = page.blocks.list.list.currentItem()
    assert current is not None
    assert current.text().startswith(second)
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert page.blocks.list.list.currentItem().text().startswith(first)
    page.blocks.list.hide()


def test_a_template_gives_an_empty_letter_its_subject_and_takes_none_away(
    page: ComposePage, take: Callable[[str], None]
) -> None:
    take("results")
    assert page.subject.text() == "Your results"
    assert page.text.written == "Dear Zoraida, all is well."
    page.subject.setText("Something else")
    take("results")
    assert page.subject.text() == "Something else"


def test_what_is_not_on_record_is_said_marked_and_not_sent(
    at_work: AtWork, page: ComposePage, take: Callable[[str], None]
) -> None:
    take("fasting")
    assert page.notice.words == at_work.screen.words("ui.blocks.missing", fields="[[date]]")
    assert "[[date]]" in page.text.toPlainText()
    page.subject.setText("Before you come")
    page.send()
    at_work.screen.settle()
    assert page.notice.words == at_work.screen.words("ui.compose.gaps", fields="[[date]]")
    assert at_work.office.list_outbox(at_work.session).messages == ()
    page.text.setPlainText(page.text.toPlainText().replace("[[date]]", "Monday"))
    page.send()
    at_work.screen.settle()
    assert len(at_work.office.list_outbox(at_work.session).messages) == 1


def test_without_a_recipient_it_asks_for_one(at_work: AtWork, page: ComposePage) -> None:
    page.clear()
    page.blocks.open()
    assert not page.blocks.list.isVisible()
    assert page.notice.words == at_work.screen.words("ui.blocks.whom")
    assert page.to.hasFocus()


def test_the_signature_stands_once_under_a_new_letter_and_is_no_letter_alone(
    at_work: AtWork, page: ComposePage
) -> None:
    assert page.text.toPlainText() == f"\n\n{SIGNATURE}"
    assert page.text.textCursor().position() == 0, "one writes above it"
    assert page.unfinished() is None
    page.refresh()
    at_work.screen.settle()
    assert page.text.toPlainText().count(SIGNATURE) == 1
    page.text.insertPlainText("Hello.")
    page.keeper.keep()
    at_work.screen.settle()
    (kept,) = at_work.office.list_drafts(at_work.session).drafts
    page.clear()
    page.continue_draft(kept)
    at_work.screen.settle()
    assert page.text.toPlainText() == f"Hello.\n\n{SIGNATURE}"


def test_a_letter_with_nothing_but_the_signature_is_not_sent(at_work: AtWork, page: ComposePage) -> None:
    page.subject.setText("Hello")
    page.send()
    at_work.screen.settle()
    assert page.notice.words == at_work.screen.words("ui.compose.no-text")


def test_somebody_without_blocks_is_told_how_they_come(at_work: AtWork) -> None:
    shown = at_work.screen.show(Workspace(at_work.screen.ui, at_work.session, HOLD))
    shown.compose(at_work.person("Zoraida"))
    at_work.screen.settle()
    page = shown.pages["compose"]
    assert isinstance(page, ComposePage)
    page.blocks.open()
    assert page.blocks.list.none.isVisible()
    assert not page.blocks.list.list.isVisible()
    page.blocks.list.hide()


def test_blocks_are_changed_on_a_page_of_their_own_and_the_letter_waits(
    at_work: AtWork, page: ComposePage
) -> None:
    page.text.setPlainText("Half a letter")
    page.blocks.open()
    page.blocks.list.change_button.click()
    at_work.screen.settle()
    blocks = at_work.workspace.pages["blocks"]
    assert isinstance(blocks, BlocksPage)
    assert at_work.workspace.stack.currentWidget() is blocks
    blocks.form.name.input.setText("Closing")
    blocks.form.text.setPlainText("See you soon.")
    blocks.save_button.click()
    at_work.screen.settle()
    blocks.back.click()
    at_work.screen.settle()
    assert at_work.workspace.stack.currentWidget() is page
    assert page.text.toPlainText() == "Half a letter"
    page.blocks.open()
    assert "Closing" in offered(page)
