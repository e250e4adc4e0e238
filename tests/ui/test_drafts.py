"""A letter that is being written survives a lock and another day, and belongs to its writer alone."""

from __future__ import annotations

import pytest
import shiboken6
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.models.accounts import Session
from desktop.models.records import Label, Level
from desktop.office.values_access import DraftKept
from desktop.ui.compose.drafts import WAIT_MS, DiscardDialog
from desktop.ui.compose.page import ComposePage
from desktop.ui.workspace import Workspace
from tests.support.pages import texts_of
from tests.support.second_user import BEN, BENS_PASSWORD, add_ben, code_of
from tests.ui.conftest import AtWork, Opened

SUBJECT, TEXT = "Results of Canaryfield", "All is well, dear canary."


def page_of(workspace: Workspace) -> ComposePage:
    page = workspace.pages["compose"]
    assert isinstance(page, ComposePage)
    return page


def drafts(office: object, session: Session) -> tuple[DraftKept, ...]:
    return office.list_drafts(session).drafts  # type: ignore[attr-defined, no-any-return]


@pytest.fixture
def compose(at_work: AtWork) -> ComposePage:
    at_work.workspace.compose(None)
    at_work.screen.settle()
    return page_of(at_work.workspace)


def write(compose: ComposePage) -> None:
    QTest.keyClicks(compose.subject, SUBJECT)
    compose.text.setPlainText(TEXT)


def test_a_few_seconds_after_the_last_change_the_letter_is_kept_once(
    at_work: AtWork, compose: ComposePage
) -> None:
    write(compose)
    assert drafts(at_work.office, at_work.session) == ()
    at_work.screen.qtbot.wait(WAIT_MS + 200)
    at_work.screen.settle()
    compose.text.setPlainText(TEXT + " More.")
    compose.keeper.keep()
    at_work.screen.settle()
    (kept,) = drafts(at_work.office, at_work.session)
    assert (kept.subject, kept.text) == (SUBJECT, TEXT + " More.")


def test_an_empty_page_keeps_nothing(at_work: AtWork, compose: ComposePage) -> None:
    compose.subject.setText("   ")
    compose.keeper.touch()
    compose.keeper.keep()
    at_work.screen.settle()
    assert drafts(at_work.office, at_work.session) == ()
    assert compose.unfinished() is None


def test_a_sent_letter_leaves_no_draft(at_work: AtWork, compose: ComposePage) -> None:
    write(compose)
    compose.keeper.keep()
    at_work.screen.settle()
    assert len(drafts(at_work.office, at_work.session)) == 1
    compose._throw_away(compose.keeper.away())
    compose.clear()
    at_work.screen.settle()
    assert drafts(at_work.office, at_work.session) == ()


def test_unfinished_letters_stand_above_an_empty_page_and_can_be_continued(
    at_work: AtWork, compose: ComposePage
) -> None:
    file = at_work.file("result.pdf", b"%PDF-1.7")
    letter = DraftKept("", at_work.person("Zoraida"), subject=SUBJECT, text=TEXT, attachments=(str(file),))
    at_work.office.keep_draft(at_work.session, letter)
    compose.refresh()
    at_work.screen.settle()
    assert compose.drafts.isVisible()
    assert f"To Zoraida Canaryfield  ·  {SUBJECT}" in texts_of(compose.drafts)
    compose.continue_draft(compose.drafts.drafts[0])
    at_work.screen.settle()
    assert (compose.subject.text(), compose.text.toPlainText()) == (SUBJECT, TEXT)
    assert compose.to.text() == "Zoraida Canaryfield"
    assert [one.name for one in compose.attachments.files] == ["result.pdf"]
    assert not compose.drafts.isVisible()
    compose.text.setPlainText("Changed.")
    compose.keeper.keep()
    at_work.screen.settle()
    assert [one.text for one in drafts(at_work.office, at_work.session)] == ["Changed."]


def test_a_letter_that_was_raised_does_not_come_back_with_less_protection(
    at_work: AtWork, compose: ComposePage
) -> None:
    at_work.workspace.compose(at_work.person("Zoraida"))
    at_work.screen.settle()
    compose.deciding.label.choose(Label.ROUTINE)
    write(compose)
    compose.deciding.card.level_wanted.emit(True)
    at_work.screen.settle()
    compose.keeper.keep()
    at_work.screen.settle()
    (kept,) = drafts(at_work.office, at_work.session)
    assert (kept.label, kept.raise_to) == (Label.ROUTINE, Level.END_TO_END)
    compose.clear()
    compose.continue_draft(kept)
    at_work.screen.settle()
    again = compose._letter()
    assert again is not None
    assert (again.label, again.raise_to) == (Label.ROUTINE, Level.END_TO_END)
    compose.recipient.load(at_work.person("Zoraida"))
    at_work.screen.settle()
    chosen_anew = compose._letter()
    assert chosen_anew is not None
    assert chosen_anew.raise_to is None  # the wish belonged to the letter to the one before


def test_a_file_of_a_draft_that_is_gone_is_said_and_the_rest_comes_back(
    at_work: AtWork, compose: ComposePage
) -> None:
    letter = DraftKept("", None, subject=SUBJECT, text=TEXT, attachments=("/nowhere/result.pdf",))
    at_work.office.keep_draft(at_work.session, letter)
    compose.continue_draft(drafts(at_work.office, at_work.session)[0])
    at_work.screen.settle()
    assert compose.text.toPlainText() == TEXT
    assert "result.pdf" in compose.notice.words


def test_discarding_asks_first(at_work: AtWork, compose: ComposePage) -> None:
    write(compose)
    compose.keeper.keep()
    at_work.screen.settle()
    compose.discard_button.click()
    compose.findChildren(DiscardDialog)[-1].reject()
    at_work.screen.settle()
    assert compose.subject.text() == SUBJECT
    assert len(drafts(at_work.office, at_work.session)) == 1
    compose.discard_button.click()
    compose.findChildren(DiscardDialog)[-1].go.click()
    at_work.screen.settle()
    assert compose.subject.text() == ""
    assert drafts(at_work.office, at_work.session) == ()


# --- through a lock ---------------------------------------------------------------------


def begun(opened: Opened) -> Workspace:
    shown = opened.sign_in()
    shown.compose(None)
    opened.screen.settle()
    write(page_of(shown))
    return shown


def everything() -> str:
    return " ".join(text for one in QApplication.topLevelWidgets() for text in texts_of(one))


def test_a_letter_survives_a_lock_and_comes_back_for_the_same_person(opened: Opened) -> None:
    page = page_of(begun(opened))
    opened.window.lock()
    opened.screen.qtbot.waitUntil(lambda: not shiboken6.isValid(page))
    opened.screen.settle()
    assert "Canaryfield" not in everything()
    back = opened.sign_in()
    opened.screen.settle()
    assert page_of(back).subject.text() == SUBJECT
    assert page_of(back).text.toPlainText() == TEXT
    assert back.stack.currentWidget() is page_of(back)
    assert len(drafts(opened.office, back.session)) == 1


def test_somebody_else_sees_nothing_of_it(opened: Opened) -> None:
    session = opened.sign_in().session
    uri = add_ben(opened.office, session, opened.practice.clock)
    shown = opened.window.centralWidget()
    assert isinstance(shown, Workspace)
    shown.compose(None)
    opened.screen.settle()
    write(page_of(shown))
    opened.window.lock()
    opened.screen.settle()
    opened.practice.clock.move(30)
    opened.fill(user=BEN, password=BENS_PASSWORD, code=code_of(uri, opened.practice.clock), wait=0)
    bens = opened.window.centralWidget()
    assert isinstance(bens, Workspace)
    bens.open("compose")
    opened.screen.settle()
    assert not page_of(bens).drafts.isVisible()
    assert "Canaryfield" not in everything()
    assert drafts(opened.office, bens.session) == ()


def test_closing_the_window_keeps_the_letter_too(opened: Opened) -> None:
    begun(opened)
    opened.window.close()
    opened.screen.settle()
    opened.office.close()
    office, session = opened.practice.signed_in()
    assert [one.subject for one in drafts(office, session)] == [SUBJECT]
