"""Way 3: one letter with a PDF in four actions; several files at once; whom each names."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from desktop.office.values import PassphraseRequest
from desktop.ui.compose.page import ComposePage
from tests.content_files import pdf
from tests.ui.conftest import AtWork

HERS = pdf("Result of Zoraida Canaryfield, born 4/2/1961")


class Hands:
    """Counts what somebody has to do in the real window."""

    def __init__(self, at_work: AtWork) -> None:
        self.at_work = at_work
        self.count = 0

    @property
    def page(self) -> ComposePage:
        page = self.at_work.workspace.pages["compose"]
        assert isinstance(page, ComposePage)
        return page

    def _done(self) -> None:
        self.count += 1
        self.at_work.screen.settle()

    def new(self) -> None:
        workspace = self.at_work.workspace
        self.at_work.screen.qtbot.waitUntil(workspace.isActiveWindow, timeout=10_000)
        QTest.keyClick(workspace, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
        self._done()

    def name(self, typed: str) -> None:
        QTest.keyClicks(self.page.to, typed)
        QTest.keyClick(self.page.to, Qt.Key.Key_Return)
        self.at_work.screen.qtbot.waitUntil(lambda: self.page.recipient.person is not None, timeout=15_000)
        self._done()

    def drop(self, place: QWidget, *files: Path) -> None:
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
        copy, left, none = (
            Qt.DropAction.CopyAction,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        enter = QDragEnterEvent(place.rect().center(), copy, mime, left, none)
        QApplication.sendEvent(place, enter)
        assert enter.isAccepted()
        QApplication.sendEvent(place, QDropEvent(QPointF(place.rect().center()), copy, mime, left, none))
        self.at_work.screen.qtbot.waitUntil(lambda: len(self.page.attachments.files) > 0, timeout=15_000)
        self._done()

    def looked(self, until: str = "✓") -> str:
        """The file's line once the letter was looked through."""
        page, wait = self.page, self.at_work.screen.qtbot.waitUntil
        wait(lambda: page.deciding.checker.fresh and any(until in one for one in lines(page)), timeout=15_000)
        return lines(page)[0]

    def send(self) -> None:
        self.at_work.screen.qtbot.waitUntil(self.page.send_button.isEnabled, timeout=15_000)
        QTest.mouseClick(self.page.send_button, Qt.MouseButton.LeftButton)
        self._done()


@pytest.fixture
def hands(at_work: AtWork) -> Hands:
    request = PassphraseRequest(at_work.person("Zoraida"), "Ana", "in-person")
    at_work.office.make_passphrase(at_work.session, request)
    return Hands(at_work)


def lines(page: ComposePage) -> list[str]:
    return [
        one.text()
        for one in page.attachments.findChildren(QLabel)
        if one.isVisibleTo(page.attachments) and "·" in one.text()
    ]


def test_a_letter_with_a_pdf_takes_four_actions(at_work: AtWork, hands: Hands) -> None:
    hands.new()
    hands.name("zor")
    assert "born 2 Apr 1961" in hands.page.recipient.info.text()
    hands.drop(hands.page, at_work.file("result.pdf", HERS))
    line = hands.looked()
    named = at_work.screen.words("ui.compose.names", person="Zoraida Canaryfield, 1961")
    assert line.startswith("result.pdf")
    assert "bytes  ·  " in line
    assert line.endswith(named)
    assert hands.page.deciding.line.how.text(), "how it goes stands beside Send"
    hands.send()
    assert hands.count == 4
    (sent,) = at_work.office.list_outbox(at_work.session).messages
    assert sent.person == at_work.person("Zoraida")
    assert at_work.workspace._toast is not None


def test_several_files_are_taken_at_once_in_their_order(at_work: AtWork, hands: Hands) -> None:
    hands.new()
    files = [at_work.file(name, pdf(name)) for name in ("b.pdf", "a.pdf", "c.pdf")]
    hands.drop(hands.page, *files)
    assert [one.name for one in hands.page.attachments.files] == ["b.pdf", "a.pdf", "c.pdf"]


def test_what_cannot_be_taken_is_said_and_the_others_are_attached(at_work: AtWork, hands: Hands) -> None:
    hands.new()
    gone = at_work.practice.folder.root.parent / "gone.pdf"
    hands.drop(hands.page, at_work.file("a.pdf", pdf("a")), gone, at_work.file("b.pdf", pdf("b")))
    assert [one.name for one in hands.page.attachments.files] == ["a.pdf", "b.pdf"]
    assert "gone.pdf" in hands.page.notice.words


@pytest.mark.parametrize("place", ["subject", "text"])
def test_a_file_that_is_dropped_on_a_field_is_attached_and_no_word_of_it_is_written(
    at_work: AtWork, hands: Hands, place: str
) -> None:
    hands.new()
    page = hands.page
    target = page.subject if place == "subject" else page.text.viewport()
    hands.drop(target, at_work.file("result.pdf", pdf("x")))
    assert [one.name for one in page.attachments.files] == ["result.pdf"]
    assert (page.subject.text(), page.text.toPlainText()) == ("", "")


@pytest.mark.parametrize(
    ("words", "named"), [("Result of Zoraida Canaryfield", "Zoraida Canaryfield"), ("A form", "")]
)
def test_a_file_is_said_to_name_somebody_only_where_it_does(
    at_work: AtWork, hands: Hands, words: str, named: str
) -> None:
    hands.new()
    hands.name("zor")
    hands.drop(hands.page, at_work.file("result.pdf", pdf(words)))
    hands.looked("result" if not named else "✓")
    said = at_work.screen.words("ui.compose.names", person=named)
    assert lines(hands.page)[0].endswith(said) is bool(named)


def test_another_recipient_takes_the_mark_away(at_work: AtWork, hands: Hands) -> None:
    hands.new()
    hands.name("zor")
    hands.drop(hands.page, at_work.file("result.pdf", HERS))
    hands.looked()
    QTest.keyClick(hands.page.to, Qt.Key.Key_X)
    at_work.screen.qtbot.waitUntil(
        lambda: [line.endswith("✓") for line in lines(hands.page)] == [False], timeout=10_000
    )


def test_words_that_somebody_wrote_stay_when_a_file_comes(at_work: AtWork, hands: Hands) -> None:
    hands.new()
    hands.name("zor")
    hands.page.subject.setText("Your results")
    hands.page.text.setPlainText("All is well.")
    hands.drop(hands.page, at_work.file("result.pdf", HERS))
    assert (hands.page.subject.text(), hands.page.text.toPlainText()) == ("Your results", "All is well.")
