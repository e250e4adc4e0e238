"""What was found in a letter: shown under it, settled with one step, and never in the way of typing."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.models.records import Label, Level, Method, PersonId, Reason, State
from desktop.office.values import (
    AttachmentIn,
    ContentFound,
    Explained,
    LetterRequest,
    PassphraseRequest,
)
from desktop.ui.compose.checking import WAIT_MS
from desktop.ui.compose.findings import neutral_name, put_together
from desktop.ui.compose.page import ComposePage
from desktop.ui.compose.scan import ScanDialog
from tests.content_files import pdf
from tests.support.pages import texts_of
from tests.ui.conftest import AtWork, RelayHere

OTHER = "Bo Nightingale sends regards."


@pytest.fixture
def compose(at_work: AtWork) -> ComposePage:
    """A letter to Zoraida, who has a password card."""
    request = PassphraseRequest(at_work.person("Zoraida"), "Ana", "in-person")
    at_work.office.make_passphrase(at_work.session, request)
    at_work.workspace.compose(at_work.person("Zoraida"))
    at_work.screen.settle()
    page = at_work.workspace.pages["compose"]
    assert isinstance(page, ComposePage)
    return page


def write(at_work: AtWork, compose: ComposePage, text: str, subject: str = "A message") -> None:
    compose.subject.setText(subject)
    compose.text.setPlainText(text)
    look(at_work, compose)


def look(at_work: AtWork, compose: ComposePage) -> None:
    compose.deciding.checker.now()
    at_work.screen.settle()


def attach(at_work: AtWork, compose: ComposePage, name: str, data: bytes) -> None:
    compose.take_files([at_work.file(name, data)])
    at_work.screen.settle()
    look(at_work, compose)


def letters(at_work: AtWork) -> int:
    return len(at_work.office.list_outbox(at_work.session).messages)


def press(compose: ComposePage, code: str) -> None:
    said = compose.ui.say(code)
    next(one for one in compose.found.buttons if one.text() == said).click()


# --- put together: pure --------------------------------------------------------------------


def request(text: str = "", subject: str = "", *names: str) -> LetterRequest:
    files = tuple(AttachmentIn(name, data=name.encode()) for name in names)
    return LetterRequest(PersonId("p"), subject=subject, text=text, attachments=files)


def explained(*hits: ContentFound) -> Explained:
    return Explained(PersonId("p"), Method.TLS, Level.ON_THE_WAY, (), (), "2", "ab", hits=hits)


def hit(
    part: str, start: int, end: int, action: str, code: str = "content-ssn", file: int = -1
) -> ContentFound:
    return ContentFound("ssn", part, file, start, end, Reason(code), action)


def test_what_is_alike_in_one_part_is_one_line_with_its_words() -> None:
    found = put_together(
        request("flu and flu and cold"),
        explained(hit("text", 0, 3, "raise"), hit("text", 8, 11, "raise"), hit("text", 16, 20, "raise")),
    )
    (line,) = found.raises
    assert line.words == ("flu", "cold")
    assert len(line.spans) == 3


def test_the_same_thing_in_subject_and_text_is_two_lines() -> None:
    found = put_together(
        request("flu", "flu"), explained(hit("subject", 0, 3, "block"), hit("text", 0, 3, "raise"))
    )
    assert [one.part for one in found.blocks] == ["subject"]
    assert [one.part for one in found.raises] == ["text"]


def test_a_finding_is_the_same_wherever_it_moved() -> None:
    before = put_together(request("Bo"), explained(hit("text", 0, 2, "warn")))
    after = put_together(request("Dear Bo"), explained(hit("text", 5, 7, "warn")))
    other = put_together(request("Al"), explained(hit("text", 0, 2, "warn")))
    assert before.warns[0].key == after.warns[0].key != other.warns[0].key


@pytest.mark.parametrize(
    ("name", "neutral"),
    [
        ("Maria Lopez.PDF", "Document 1.pdf"),
        ("c:\\scans\\Lopez.tif", "Document 1.tif"),
        ("hiv", "Document 1"),
        ("a.strangelylongending", "Document 1.strange"),
    ],
)
def test_a_neutral_name_keeps_only_the_ending(name: str, neutral: str) -> None:
    assert neutral_name(name, "Document", set()) == neutral


def test_a_neutral_name_is_never_given_twice() -> None:
    assert neutral_name("b.pdf", "Document", {"Document 1.pdf", "Document 2.pdf"}) == "Document 3.pdf"


# --- blocked ------------------------------------------------------------------------------


def test_a_subject_that_tells_stops_send_and_one_click_moves_it_into_the_letter(
    at_work: AtWork, compose: ComposePage
) -> None:
    write(at_work, compose, "All is well.", subject="Your HIV test, SSN 123-45-6789")
    assert not compose.send_button.isEnabled()
    assert compose.deciding.line.why.text() == at_work.screen.words("ui.found.blocked")
    compose.send()
    at_work.screen.settle()
    assert letters(at_work) == 0
    press(compose, "ui.found.move-subject")
    at_work.screen.settle()
    assert compose.text.toPlainText() == "Your HIV test, SSN 123-45-6789\n\nAll is well."
    assert compose.subject.text() == at_work.screen.words("ui.compose.neutral-subject")
    assert compose.send_button.isEnabled()


def test_a_file_name_that_tells_is_made_neutral_with_one_click_and_leaves_so(
    at_work: AtWork, compose: ComposePage
) -> None:
    write(at_work, compose, "Please see the file.")
    attach(at_work, compose, "Zoraida Canaryfield.txt", b"All is well.")
    assert not compose.send_button.isEnabled()
    press(compose, "ui.found.rename")
    at_work.screen.settle()
    assert [one.name for one in compose.attachments.files] == ["Document 1.txt"]
    assert compose.send_button.isEnabled()
    assert compose.attachments.paths[0].endswith("Zoraida Canaryfield.txt"), "the draft still finds it"


def test_another_patients_file_stops_send_until_it_is_taken_off(
    at_work: AtWork, compose: ComposePage
) -> None:
    write(at_work, compose, "Please see the file.")
    attach(at_work, compose, "report.pdf", pdf("Report on Bo Nightingale, born 12/31/1980"))
    assert not compose.send_button.isEnabled()
    assert any("report.pdf" in text for text in texts_of(compose.found))
    press(compose, "ui.found.remove")
    look(at_work, compose)
    assert compose.attachments.files == ()
    assert compose.send_button.isEnabled()


# --- looked at ------------------------------------------------------------------------------


def test_a_warning_needs_one_tick_and_then_the_letter_goes(
    at_work: AtWork, compose: ComposePage, relay: RelayHere
) -> None:
    write(at_work, compose, OTHER)
    assert not compose.send_button.isEnabled()
    assert compose.deciding.line.why.text() == at_work.screen.words("ui.found.waiting")
    assert compose.found.tick is not None
    compose.found.tick.click()
    assert compose.send_button.isEnabled()
    compose.send()
    at_work.screen.settle()
    assert letters(at_work) == 1


def test_the_tick_taken_back_stops_the_letter_again(at_work: AtWork, compose: ComposePage) -> None:
    write(at_work, compose, OTHER)
    assert compose.found.tick is not None
    compose.found.tick.click()
    compose.found.tick.click()
    assert not compose.send_button.isEnabled()


def test_the_tick_outlasts_typing_elsewhere_but_not_another_name(
    at_work: AtWork, compose: ComposePage
) -> None:
    write(at_work, compose, OTHER)
    assert compose.found.tick is not None
    compose.found.tick.click()
    write(at_work, compose, f"Dear Zoraida, {OTHER}")
    assert compose.send_button.isEnabled()
    write(at_work, compose, f"{OTHER} So does Ned Noaddress.")
    assert not compose.send_button.isEnabled()


def test_a_tick_does_not_count_for_the_next_letter(at_work: AtWork, compose: ComposePage) -> None:
    write(at_work, compose, OTHER)
    assert compose.found.tick is not None
    compose.found.tick.click()
    compose.send()
    at_work.screen.settle()
    compose.start(at_work.person("Zoraida"))
    at_work.screen.settle()
    write(at_work, compose, OTHER)
    assert not compose.send_button.isEnabled()


@pytest.mark.parametrize("answer", ["yes", "no", "cancel"])
def test_a_scan_shows_its_first_page_and_asks_whose_it_is(
    at_work: AtWork, compose: ComposePage, answer: str
) -> None:
    write(at_work, compose, "Please see the file.")
    attach(at_work, compose, "scan.pdf", pdf("", picture=True))
    assert not compose.send_button.isEnabled()
    press(compose, "ui.found.look")
    dialog = compose.findChildren(ScanDialog)[-1]
    assert "Zoraida Canaryfield, 1961" in dialog.accessibleName()
    assert "Zoraida" not in dialog.windowTitle(), "the system shows titles to whoever looks"
    assert not dialog.page.pixmap().isNull()
    getattr(dialog, answer).click()
    look(at_work, compose)
    assert len(compose.attachments.files) == (0 if answer == "no" else 1)
    assert compose.send_button.isEnabled() is (answer != "cancel")


def test_show_selects_the_words_also_behind_an_emoji(at_work: AtWork, compose: ComposePage) -> None:
    write(at_work, compose, f"Hello 😀, {OTHER}")
    press(compose, "ui.found.show")
    assert compose.text.textCursor().selectedText() == "Bo Nightingale"
    assert compose.text.extraSelections()


def test_show_selects_nothing_that_was_changed_meanwhile(at_work: AtWork, compose: ComposePage) -> None:
    write(at_work, compose, OTHER)
    compose.text.setPlainText("Something else altogether.")
    press(compose, "ui.found.show")
    assert compose.text.textCursor().selectedText() == ""


def test_what_raises_the_letter_is_one_quiet_line_and_needs_nothing(
    at_work: AtWork, compose: ComposePage
) -> None:
    write(at_work, compose, "Your diabetes is better; SSN 123-45-6789.")
    assert compose.send_button.isEnabled()
    assert compose.found.isVisible()
    assert compose.found.tick is None


# --- when ---------------------------------------------------------------------------------


def test_the_letter_is_looked_through_a_moment_after_the_last_key(
    at_work: AtWork, compose: ComposePage
) -> None:
    compose.text.setFocus()
    QTest.keyClicks(compose.text, OTHER)
    assert not compose.found.isVisible()
    at_work.screen.qtbot.wait(WAIT_MS + 100)
    at_work.screen.settle()
    assert compose.found.isVisible()


def test_a_long_check_holds_up_neither_typing_nor_the_last_word(
    at_work: AtWork, compose: ComposePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, texts = threading.Event(), []
    ask = at_work.office.explain_letter

    def slow(session: object, asked: LetterRequest) -> Explained:
        texts.append(asked.text)
        gate.wait(20)
        return ask(at_work.session, asked)

    monkeypatch.setattr(at_work.office, "explain_letter", slow)
    compose.subject.setText("A message")
    compose.text.setPlainText("one")
    compose.deciding.checker.now()
    for text in ("two", "three", OTHER):
        compose.text.setPlainText(text)
        compose.deciding.checker.now()
    assert compose.text.toPlainText() == OTHER, "typing goes on"
    compose.send()
    gate.set()
    at_work.screen.settle()
    assert texts == ["one", OTHER], "one at a time, and only what stands there in the end"
    assert compose.found.isVisible()
    assert letters(at_work) == 0, "the last words were looked at before anything left"


def test_last_words_that_change_the_way_are_shown_before_anything_leaves(
    at_work: AtWork, compose: ComposePage
) -> None:
    box = compose.deciding.label.box
    box.setCurrentIndex(box.findData(Label.ROUTINE.value))
    box.activated.emit(box.currentIndex())
    at_work.screen.settle()
    compose.subject.setText("A message")
    compose.text.setPlainText("Your number is 123-45-6789.")
    compose.send()
    at_work.screen.settle()
    assert compose.notice.words == at_work.screen.words("ui.compose.changed")
    assert letters(at_work) == 0
    compose.send()
    at_work.screen.settle()
    assert letters(at_work) == 1


# --- do not e-mail ---------------------------------------------------------------------------


def test_do_not_email_becomes_a_call_and_the_words_stay_with_the_drafts(
    at_work: AtWork, compose: ComposePage, relay: RelayHere
) -> None:
    write(at_work, compose, "Tell her in person.")
    box = compose.deciding.label.box
    box.setCurrentIndex(box.findData(Label.DO_NOT_EMAIL.value))
    box.activated.emit(box.currentIndex())
    at_work.screen.settle()
    assert compose.send_button.text() == at_work.screen.words("ui.compose.call")
    assert not compose.deciding.card.isVisible(), "there is nothing to explain"
    compose.send()
    at_work.screen.settle()
    assert letters(at_work) == 0
    assert "Zoraida Canaryfield" in compose.notice.words
    (draft,) = at_work.office.list_drafts(at_work.session).drafts
    assert (draft.text, draft.label) == ("Tell her in person.", Label.DO_NOT_EMAIL)
    at_work.practice.clock.move(60)
    assert State.ACCEPTED not in {one.state for one in at_work.office.run_outbox(at_work.session).messages}
    assert relay.server.received == []


def test_a_draft_comes_back_with_its_label(at_work: AtWork, compose: ComposePage) -> None:
    write(at_work, compose, "Very private.")
    box = compose.deciding.label.box
    box.setCurrentIndex(box.findData(Label.VERY_SENSITIVE.value))
    box.activated.emit(box.currentIndex())
    compose.keeper.keep()
    at_work.screen.settle()
    (draft,) = at_work.office.list_drafts(at_work.session).drafts
    compose.clear()
    assert compose.deciding.label.box.currentData() == Label.SENSITIVE.value
    compose.continue_draft(draft)
    at_work.screen.settle()
    assert compose.deciding.label.label is Label.VERY_SENSITIVE


def test_the_findings_can_be_walked_with_the_keyboard(at_work: AtWork, compose: ComposePage) -> None:
    write(at_work, compose, OTHER)
    at_work.screen.qtbot.waitUntil(at_work.workspace.isActiveWindow)
    compose.text.setFocus()
    seen = []
    for _ in range(12):
        focused = compose.focusWidget()
        seen.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert compose.found.buttons[0] in seen
    assert compose.found.tick in seen
    assert compose.deciding.label.box in seen
    assert compose.deciding.line.more in seen
    assert seen.index(compose.found.tick) < seen.index(compose.deciding.line.more)
