"""Issue 7: hostile pages in the widget that shows them cause no request, by Qt's word and by the wire's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QTextBrowser
from pytestqt.qtbot import QtBot

from desktop.mail.display import sanitised
from tests.support.hostile_pages import ALL, HIDING, page


class Watched(QTextBrowser):
    """Writes down all that a page makes the widget ask for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.setOpenLinks(False)

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        address = name.toString() if isinstance(name, QUrl) else name
        self.asked.append(f"{QTextDocument.ResourceType(kind).name} {address}")
        return super().loadResource(kind, name)


class Watching(BaseHTTPRequestHandler):
    """Answers everything, and remembers that it was asked."""

    seen: list[str]

    def do_GET(self) -> None:
        self.seen.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    seen: list[str] = []
    handler = type("Handler", (Watching,), {"seen": seen})
    made = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{made.server_address[1]}", seen
    made.shutdown()
    thread.join(timeout=10)
    made.server_close()


def shown(qtbot: QtBot, html: str) -> Watched:
    browser = Watched()
    qtbot.addWidget(browser)
    browser.resize(600, 400)
    browser.show()
    browser.setHtml(html)
    browser.grab()
    return browser


def test_the_watch_sees_what_a_page_asks_for(qtbot: QtBot) -> None:
    """Without sanitising, the widget does ask: the test below would see it."""
    browser = shown(qtbot, "<p>words</p><img src='http://127.0.0.1:9/pixel.gif' width=20 height=20>")
    qtbot.waitUntil(lambda: bool(browser.asked), timeout=10_000)
    assert "pixel.gif" in browser.asked[0]


def test_a_sanitised_page_asks_for_nothing(qtbot: QtBot, server: tuple[str, list[str]]) -> None:
    url, seen = server
    for one in ALL:
        browser = shown(qtbot, sanitised(page(one, url)).html)
        assert browser.asked == [], one
        text = browser.toPlainText()
        assert "before" in text
        if one in HIDING:
            assert "unseen" not in text
    everything = shown(qtbot, sanitised("".join(page(one, url) for one in ALL)).html)
    qtbot.wait(200)
    assert everything.asked == []
    assert seen == []


def test_a_link_cannot_be_followed(qtbot: QtBot) -> None:
    browser = shown(qtbot, sanitised("<a href='https://evil.example/a'>your bank</a>").html)
    assert browser.toPlainText() == "your bank <https://evil.example/a>"
    cursor = browser.textCursor()
    for position in range(len(browser.toPlainText())):
        cursor.setPosition(position)
        assert not cursor.charFormat().isAnchor()
