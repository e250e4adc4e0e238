"""One letter to one person: how it goes is shown first, and nothing is lost on a refusal."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop.models.records import State
from desktop.office.values import PassphraseRequest
from desktop.ui.compose.page import ComposePage
from tests.content_files import pdf
from tests.support.pages import texts_of
from tests.ui.conftest import AtWork, RelayHere


@pytest.fixture
def compose(at_work: AtWork) -> ComposePage:
    """Zoraida has a password card, so that a letter can reach her."""
    request = PassphraseRequest(at_work.person("Zoraida"), "Ana", "in-person")
    at_work.office.make_passphrase(at_work.session, request)
    at_work.workspace.compose(None)
    at_work.screen.settle()
    page = at_work.workspace.pages["compose"]
    assert isinstance(page, ComposePage)
    return page


def choose(at_work: AtWork, compose: ComposePage, name: str = "Zoraida") -> None:
    compose.start(at_work.person(name))
    at_work.screen.settle()


def write(compose: ComposePage, subject: str = "Your results", text: str = "All is well.") -> None:
    compose.subject.setText(subject)
    compose.text.setPlainText(text)


def popup_of(compose: ComposePage) -> QWidget:
    popup = compose.to.completer().popup()
    assert popup is not None
    return popup


def letters(at_work: AtWork) -> int:
    return len(at_work.office.list_outbox(at_work.session).messages)


def test_typing_a_name_offers_people_and_a_choice_shows_who_it_is(
    at_work: AtWork, compose: ComposePage
) -> None:
    QTest.keyClicks(compose.to, "zor")
    at_work.screen.qtbot.waitUntil(lambda: bool(compose.recipient.names.stringList()), timeout=5000)
    offered = compose.recipient.names.stringList()
    assert offered == ["Zoraida Canaryfield  ·  2 Apr 1961  ·  zoraida@example.org"]
    popup_of(compose).hide()
    compose.to.completer().activated.emit(offered[0])
    at_work.screen.settle()
    assert compose.to.text() == "Zoraida Canaryfield"
    assert "born 2 Apr 1961" in compose.recipient.info.text()
    assert compose.subject.hasFocus()


def test_the_offer_can_be_taken_with_the_keyboard_alone(at_work: AtWork, compose: ComposePage) -> None:
    QTest.keyClicks(compose.to, "zor")
    popup = popup_of(compose)
    at_work.screen.qtbot.waitUntil(popup.isVisible, timeout=5000)
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    at_work.screen.settle()
    assert compose.recipient.person is not None
    assert compose.recipient.person.person.first_name == "Zoraida"


def test_return_typed_right_after_a_name_takes_the_only_one_who_has_it(
    at_work: AtWork, compose: ComposePage
) -> None:
    QTest.keyClicks(compose.to, "zor")
    QTest.keyClick(compose.to, Qt.Key.Key_Return)
    at_work.screen.qtbot.waitUntil(lambda: compose.recipient.person is not None, timeout=10_000)
    assert compose.to.text() == "Zoraida Canaryfield"


def test_return_takes_nobody_where_several_are_meant(at_work: AtWork, compose: ComposePage) -> None:
    QTest.keyClicks(compose.to, "n")
    QTest.keyClick(compose.to, Qt.Key.Key_Return)
    at_work.screen.qtbot.waitUntil(lambda: len(compose.recipient.names.stringList()) == 2, timeout=10_000)
    QTest.keyClick(compose.to, Qt.Key.Key_Return)
    at_work.screen.settle()
    assert compose.recipient.person is None
    assert compose.to.text() == "n"


def test_a_name_that_nobody_has_says_so(at_work: AtWork, compose: ComposePage) -> None:
    QTest.keyClicks(compose.to, "qqq")
    at_work.screen.qtbot.waitUntil(lambda: bool(compose.recipient.info.text()), timeout=5000)
    assert compose.recipient.info.text() == at_work.screen.words("ui.compose.nobody")
    assert not compose.send_button.isEnabled()


def test_how_it_goes_and_why_stand_beside_send(at_work: AtWork, compose: ComposePage) -> None:
    choose(at_work, compose)
    assert compose.deciding.line.how.text() == at_work.screen.words("ui.decision.form-pdf", name="Zoraida")
    assert compose.deciding.line.why.text() == "", "one line; the reasons are on the card"
    assert compose.send_button.isEnabled()


def test_somebody_without_a_safe_way_cannot_be_sent_to_and_the_reason_stands_there(
    at_work: AtWork, compose: ComposePage
) -> None:
    choose(at_work, compose, "Bo")
    write(compose)
    assert not compose.send_button.isEnabled()
    assert compose.deciding.line.why.text()
    compose.send()
    at_work.screen.settle()
    assert letters(at_work) == 0


def test_a_letter_with_a_file_reaches_the_relay_as_a_locked_file(
    at_work: AtWork, compose: ComposePage, relay: RelayHere
) -> None:
    choose(at_work, compose)
    write(compose)
    compose.take_files([at_work.file("result.pdf", pdf("All is well, canary."))])
    at_work.screen.settle()
    assert any("result.pdf" in text for text in texts_of(compose.attachments))
    compose.send_button.click()
    at_work.screen.settle()
    toast = at_work.workspace._toast
    assert toast is not None
    assert "Zoraida Canaryfield" in toast.label.text()
    at_work.practice.clock.move(11)
    at_work.office.run_outbox(at_work.session)
    wire = relay.server.received[0].wire
    assert all(word not in wire for word in (b"Your results", b"All is well", b"result.pdf", b"canary"))


def test_after_sending_the_page_is_empty_for_the_next_letter(at_work: AtWork, compose: ComposePage) -> None:
    choose(at_work, compose)
    write(compose)
    compose.take_files([at_work.file("result.pdf", pdf("All is well."))])
    at_work.screen.settle()
    compose.send()
    at_work.screen.settle()
    assert (compose.to.text(), compose.subject.text(), compose.text.toPlainText()) == ("", "", "")
    assert compose.attachments.files == ()
    assert not compose.send_button.isEnabled()


def test_undo_stops_the_letter(at_work: AtWork, compose: ComposePage, relay: RelayHere) -> None:
    choose(at_work, compose)
    write(compose)
    compose.send()
    at_work.screen.settle()
    toast = at_work.workspace._toast
    assert toast is not None
    toast.action.click()
    at_work.screen.settle()
    states = [line.state for line in at_work.office.list_outbox(at_work.session).messages]
    assert states == [State.CANCELLED]
    assert compose.text.toPlainText() == "All is well.", "it can be put right and sent again"
    assert compose.to.text() == "Zoraida Canaryfield"
    at_work.practice.clock.move(60)
    at_work.office.run_outbox(at_work.session)
    assert relay.server.received == []


@pytest.mark.parametrize(
    ("subject", "text", "code"),
    [("", "All is well.", "ui.compose.no-subject"), ("Results", "  ", "ui.compose.no-text")],
)
def test_what_is_missing_is_said_and_nothing_is_queued(
    at_work: AtWork, compose: ComposePage, subject: str, text: str, code: str
) -> None:
    choose(at_work, compose)
    write(compose, subject, text)
    compose.send()
    at_work.screen.settle()
    assert compose.notice.words == at_work.screen.words(code)
    assert (compose.subject if "subject" in code else compose.text).hasFocus()
    assert letters(at_work) == 0


def test_another_name_takes_the_decision_back(at_work: AtWork, compose: ComposePage) -> None:
    choose(at_work, compose)
    write(compose)
    QTest.keyClick(compose.to, Qt.Key.Key_X)
    assert not compose.send_button.isEnabled()
    assert compose.deciding.line.how.text() == ""
    compose.send()
    at_work.screen.settle()
    assert letters(at_work) == 0


def test_a_decision_that_changed_meanwhile_keeps_the_letter_and_is_shown_anew(
    at_work: AtWork, compose: ComposePage
) -> None:
    choose(at_work, compose)
    write(compose)
    at_work.office.set_person(at_work.session, at_work.person("Zoraida"), {"status": "moved"})
    compose.send()
    at_work.screen.settle()
    assert compose.notice.words
    assert compose.text.toPlainText() == "All is well."
    assert not compose.send_button.isEnabled()
    assert letters(at_work) == 0


def test_a_file_can_be_taken_off_again(at_work: AtWork, compose: ComposePage) -> None:
    compose.take_files([at_work.file("result.pdf", pdf("All is well."))])
    at_work.screen.settle()
    compose.attachments._remove(compose.attachments.files[0])
    assert compose.attachments.files == ()
    assert not compose.attachments.isVisible()


def test_a_file_that_is_too_large_is_refused(at_work: AtWork, compose: ComposePage) -> None:
    path = at_work.practice.folder.root.parent / "scan.pdf"
    with path.open("wb") as file:
        file.truncate(21 * 1024 * 1024)
    compose.take_files([path])
    at_work.screen.settle()
    assert "scan.pdf" in compose.notice.words
    assert compose.attachments.files == ()


def test_ctrl_enter_sends(at_work: AtWork, compose: ComposePage) -> None:
    choose(at_work, compose)
    write(compose)
    at_work.screen.qtbot.waitUntil(at_work.workspace.isActiveWindow)
    QTest.keyClick(compose.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    at_work.screen.settle()
    assert letters(at_work) == 1
