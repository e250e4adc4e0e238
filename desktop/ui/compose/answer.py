"""What a letter answers stands above it; others see who answers, and nothing said meanwhile is missed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.correspondence import ConversationId, Direction
from desktop.office.values_messages import Answering, ConversationShown, EntryShown
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, plain_label
from desktop.ui.dates import moment_words
from desktop.ui.icons import pixmap

_SHOWN, _SHOWN_LOW = 280, 100
"""Letters of the last words that are shown at once: three lines, and one in a low window."""
_LOW = 700
"""Pixels of a window's height."""
_ALL = -1
_GONE = ("conversation-unknown", "conversation-hidden")


class AnswerBanner(QFrame):
    """The ask in one line, the last words in three; all of them, and quoting them, on request."""

    def __init__(self, ui: Ui, on_quote: Callable[[], None]) -> None:
        super().__init__()
        self.ui = ui
        self.setObjectName("card")
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 10, 20, 10)
        column.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(12)
        self._picture = QLabel()
        self.heading = plain_label("", "label", wrap=True)
        self.whole_button = button(ui.say("ui.answer.whole"), self._turn)
        self.quote_button = button(ui.say("ui.answer.quote"), on_quote)
        self.quote_button.setToolTip(ui.say("ui.answer.quote-hint"))
        row.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.heading, 1)
        for one in (self.whole_button, self.quote_button):
            one.setObjectName("quiet")
            row.addWidget(one)
        column.addLayout(row)
        self.other = plain_label("", "warn", wrap=True)
        column.addWidget(self.other)
        self.words = plain_label("", "muted", wrap=True)
        column.addWidget(self.words)
        self.whole = QPlainTextEdit()
        self.whole.setReadOnly(True)
        self.whole.setTabChangesFocus(True)
        self.whole.setFixedHeight(150)
        self.whole.setAccessibleName(ui.say("ui.answer.whole-name"))
        column.addWidget(self.whole)
        self.clear()

    def clear(self) -> None:
        for one in (self.whole, self.other, self.whole_button):
            one.hide()
        self.whole.clear()
        self.words.clear()
        self.heading.clear()
        self.hide()

    def show_entry(self, heading: str, entry: EntryShown | None, *, moved: bool) -> None:
        tokens = self.ui.theme.tokens
        self._picture.setPixmap(
            pixmap("triangle-alert", tokens.warn, 18) if moved else pixmap("mail", tokens.muted, 18)
        )
        self.heading.setText(heading)
        words = (entry.own.strip() or entry.rest.strip()) if entry is not None else ""
        at_once = " ".join(words.split())
        most = _SHOWN if self.window().height() >= _LOW else _SHOWN_LOW
        short = at_once if len(at_once) <= most else at_once[:most].rsplit(" ", 1)[0] + " …"
        said = f"{clean(entry.name)}, {self._when(entry)}" if entry is not None else ""
        self.words.setText(f"{said}:  {short}" if short else said)
        self.words.setVisible(bool(said))
        self.whole.setPlainText(words)
        self.whole.hide()
        self.whole_button.setVisible(short != words)
        self.whole_button.setText(self.ui.say("ui.answer.whole"))
        self.quote_button.setVisible(bool(words))
        self.show()

    def show_other(self, name: str) -> None:
        """Somebody else's answer is under way."""
        self.other.setText(self.ui.say("ui.answer.other", name=clean(name)))
        self.other.setVisible(bool(name))

    def _when(self, entry: EntryShown) -> str:
        return moment_words(entry.at, self.ui.texts.language)

    def _turn(self) -> None:
        shown = self.whole.isHidden()
        self.whole.setVisible(shown)
        self.words.setVisible(not shown)
        self.whole_button.setText(self.ui.say("ui.answer.less" if shown else "ui.answer.whole"))


class Answer(QObject):
    """The conversation that the letter on the page belongs to, and the turn that its writer has seen.

    `changed` when it moved on or is gone; `gone` says that the letter now begins one of its own.
    """

    changed = Signal()
    gone = Signal()

    def __init__(self, page: Page, session: Session, on_quote: Callable[[], None]) -> None:
        super().__init__(page)
        self.ui = page.ui
        self._page = page
        self._session = session
        self.conversation: ConversationId | None = None
        self.turn = 0
        self.entry: EntryShown | None = None
        self._moved = False
        """What stands above the letter was said after its writer began."""
        self.banner = AnswerBanner(page.ui, on_quote)

    def begin(self, shown: ConversationShown, entry: EntryShown) -> None:
        """An answer to `entry`; from now on others see who is answering."""
        self.conversation, self.turn = shown.line.id, shown.turn
        self._show(shown, entry, moved=False)
        self._begin()

    def resume(self, conversation: ConversationId, turn: int | None) -> None:
        """A draft: what was said since `turn` is shown first; None where its writer saw all of it."""
        self.conversation, self.turn = conversation, _ALL if turn is None else turn
        self._begin()
        self.look_again()

    def look_again(self) -> None:
        """The conversation as it is now; what its writer has not seen yet stands above the letter."""
        conversation = self.conversation
        if conversation is not None:
            self._page.call(
                lambda _: self.ui.office.show_conversation(self._session, conversation),
                self._looked,
                self._failed,
            )

    def end(self) -> None:
        """Left, or thrown away: nobody is answering any more."""
        conversation = self.conversation
        if conversation is not None:
            self.forget()
            self._page.call(
                lambda _: self.ui.office.end_answer(self._session, conversation), lambda _: None, self._failed
            )

    def forget(self) -> None:
        """Sent, or another letter."""
        self.conversation, self.turn, self.entry = None, 0, None
        self._moved = False
        self.banner.clear()

    def _begin(self) -> None:
        conversation = self.conversation
        if conversation is not None:
            self._page.call(
                lambda _: self.ui.office.begin_answer(self._session, conversation), self._begun, self._failed
            )

    def _begun(self, answering: Answering) -> None:
        self.banner.show_other(answering.other)
        if answering.turn != self.turn:
            self.look_again()

    def _looked(self, shown: ConversationShown) -> None:
        if shown.line.id != self.conversation or (self._moved and shown.turn == self.turn):
            return
        moved = self.turn != _ALL and shown.turn > self.turn
        new = shown.entries[-(shown.turn - self.turn) :] if moved else shown.entries
        theirs = [one for one in new if one.direction is Direction.IN] or list(new)
        self.turn, self._moved = shown.turn, moved
        self._show(shown, theirs[-1] if theirs else None, moved=moved)
        self.changed.emit()

    def _failed(self, error: SealwellError) -> None:
        if error.code in _GONE and self.conversation is not None:
            self.forget()
            self.gone.emit()
        self._page.show_error(error)

    def _show(self, shown: ConversationShown, entry: EntryShown | None, *, moved: bool) -> None:
        self.entry = entry
        line = shown.line
        if moved:
            heading = self.ui.say("ui.answer.moved")
        elif line.ask is not None:
            heading = clean(self.ui.reason(line.ask))
        else:
            heading = self.ui.say("ui.answer.heading", name=clean(line.name))
        self.banner.show_entry(heading, entry, moved=moved)
