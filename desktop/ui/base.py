"""What every page is given, and the small pieces that pages are made of.

Outside text is always plain: `plain_label` never interprets markup, and names pass
through `texts.clean` first.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.clock import Clock
from desktop.errors import SealwellError
from desktop.frozen import dataclass
from desktop.paths import PracticeFolder
from desktop.texts import WHEN, Texts, is_visit
from desktop.ui.bridge import Bridge, Task
from desktop.ui.dates import visit_words
from desktop.ui.icons import icon, pixmap
from desktop.ui.theme import Theme

if TYPE_CHECKING:
    from desktop.models.records import Reason
    from desktop.office.api import Office
    from desktop.office.values_sample import Guide

T = TypeVar("T")
Laid = TypeVar("Laid", bound=QLayout)


@dataclass(frozen=True)
class Ui:
    """The window's long-lived objects, handed down from `app.py`."""

    open_office: Callable[[], Office]
    """Waits until the rest of the program is loaded: only ever called on the bridge's pool."""
    bridge: Bridge
    texts: Texts
    theme: Theme
    clock: Clock
    guide: Callable[[], Guide] | None = None
    """Of a look around; None at work."""
    folder: PracticeFolder | None = None
    """Where the program writes its logs."""

    @property
    def office(self) -> Office:
        """For the functions handed to `Bridge.run`, never on the window's thread."""
        return self.open_office()

    def say(self, code: str, /, **params: str | int) -> str:
        return self.texts.say(code, **params)

    def reason(self, reason: Reason) -> str:
        """The words of a reason."""
        params, when = reason.params, str(reason.params.get(WHEN, ""))
        if is_visit(when):
            params = {**params, WHEN: visit_words(datetime.fromisoformat(when), self.texts.language)}
        return self.texts.say(f"reason.{reason.code}", **params)

    def error(self, error: SealwellError) -> str:
        """A known error's sentence and what to do about it."""
        return " ".join(self.texts.error(error.code, error.params))


def plain_label(text: str, name: str = "", wrap: bool = False) -> QLabel:
    """A label that shows `text` as it is; `name` picks the look from the style sheet."""
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText(text)
    label.setObjectName(name)
    label.setWordWrap(wrap)
    return label


def button(text: str, on_click: Callable[[], object], name: str = "") -> QPushButton:
    """A push button; `name` is `primary`, `link`, or nothing."""
    made = QPushButton(text)
    made.setObjectName(name)
    made.setAutoDefault(False)
    made.clicked.connect(lambda: on_click())
    return made


def card(parent: QWidget | None = None) -> tuple[QFrame, QVBoxLayout]:
    """A white panel with its layout."""
    frame = QFrame(parent)
    frame.setObjectName("card")
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(24, 20, 24, 20)
    layout.setSpacing(12)
    return frame, layout


_NOTICE_ICONS = {"error": "circle-alert", "warn": "triangle-alert", "ok": "check", "plain": "info"}


def emptied(layout: Laid) -> Laid:
    """The same layout, its widgets out of sight at once and deleted when Qt comes to it."""
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()
    return layout


def scrolled_column(place: QVBoxLayout, spacing: int = 14, margin: int = 0) -> QVBoxLayout:
    """A column for cards that scrolls within `place`; `margin` is left free at its right, in pixels."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, margin, 0)
    column.setSpacing(spacing)
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    scroll.setWidget(holder)
    place.addWidget(scroll, 1)
    return column


class Notice(QFrame):
    """One sentence on the page itself: what went wrong and what to do, or what was done."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setObjectName("notice")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 14, 10)
        row.setSpacing(10)
        self._picture = QLabel()
        self._words = plain_label("", wrap=True)
        row.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._words, 1)
        self.hide()

    @property
    def words(self) -> str:
        return self._words.text()

    def show_words(self, words: str, kind: str = "error") -> None:
        """`kind` is `error`, `warn`, `ok` or `plain`."""
        tokens = self._theme.tokens
        colour = {"error": tokens.error, "warn": tokens.warn, "ok": tokens.ok}.get(kind, tokens.text)
        self._picture.setPixmap(pixmap(_NOTICE_ICONS[kind], colour, 18))
        self._words.setText(words)
        self.setProperty("kind", kind)
        self.style().unpolish(self)
        self.style().polish(self)
        for label in (self._picture, self._words):
            self.style().unpolish(label)
            self.style().polish(label)
        self.show()

    def clear(self) -> None:
        self._words.setText("")
        self.hide()


class Page(QWidget):
    """A page of the window: a title, a place for notices, and calls that die with it."""

    def __init__(self, ui: Ui, title: str) -> None:
        super().__init__()
        self.ui = ui
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.outer = QVBoxLayout(self)
        self.outer.setContentsMargins(24, 18, 24, 16)
        self.outer.setSpacing(14)
        self.head = QHBoxLayout()
        self.head.setSpacing(12)
        self.title = plain_label(title, "title")
        self.head.addWidget(self.title)
        self.outer.addLayout(self.head)
        self.notice = Notice(ui.theme)
        self.outer.addWidget(self.notice)

    def lead_back(self, words: str, on_back: Callable[[], None]) -> QPushButton:
        """A quiet way back at the page's head, to where people come here from."""
        made = button(words, on_back, "quiet")
        made.setIcon(icon("chevron-left", self.ui.theme.tokens.muted))
        made.setAccessibleName(self.ui.say("ui.back-to", place=words))
        self.head.insertWidget(0, made)
        return made

    def refresh(self) -> None:
        """Called each time the page comes to the front."""

    def call(
        self,
        work: Callable[[Task], T],
        done: Callable[[T], None],
        failed: Callable[[SealwellError], None] | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Task:
        """Ask the office; the answer comes back only while this page lives."""
        return self.ui.bridge.run(self, work, done, failed or self.show_error, progress)

    def show_error(self, error: SealwellError) -> None:
        self.notice.show_words(self.ui.error(error))
