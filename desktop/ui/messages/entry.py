"""One thing said: who and when, their own words, quotes folded, files below; always as plain text."""

from __future__ import annotations

import re
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.correspondence import Direction, Signature
from desktop.models.records import PersonId
from desktop.office.values_messages import ConversationShown, EntryShown, Formatted
from desktop.texts import clean, clean_lines
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dates import day_words, moment_words, time_words
from desktop.ui.messages.files import FileRows
from desktop.ui.messages.formatted import DeadPage, laid_out_soon
from desktop.ui.messages.saving import Saver
from desktop.ui.messages.words import breakable
from desktop.ui.outbox.words import tone

LETTER, REMINDER, RECEIVED = "letter", "reminder", "received"
_AT_ONCE = 4000
"""Characters that stand there; more of them have a place of their own that scrolls."""
_LONGEST = 100_000
_TALL = 420
_LONG_LINE = re.compile(r"([^\n]{1000})(?=[^\n])")
"""Qt lays a line out in one go; one of a hundred thousand letters would hold the window up."""
_SIGNED = {Signature.GOOD: "good", Signature.UNKNOWN: "muted", Signature.WRONG: "problem"}
_TONES = {"ok": "good", "warn": "problem", "error": "problem", "plain": "muted"}


class EntryView(QFrame):
    """`opened` with the entry once it was decrypted; `failed` with what went wrong."""

    opened = Signal(object)
    failed = Signal(object)

    def __init__(
        self, ui: Ui, session: Session, shown: ConversationShown, entry: EntryShown, saver: Saver
    ) -> None:
        super().__init__()
        self.ui = ui
        self._session = session
        self.entry = entry
        self._saver = saver
        self._person = _person_of(shown)
        self._conversation = shown.line.id
        self.own: QWidget | None = None
        self.rest: QWidget | None = None
        self.quotes: QPushButton | None = None
        self.open: QPushButton | None = None
        self.format: QPushButton | None = None
        self.page: DeadPage | None = None
        self.files: FileRows | None = None
        self._left_out: QLabel | None = None
        self.column = QVBoxLayout(self)
        self.setAccessibleName(ui.say("ui.messages.entry", name=self._name(), when=self._when()))
        if entry.kind not in (LETTER, RECEIVED):
            self._quiet_line()
            return
        self.setObjectName("theirs" if entry.direction is Direction.IN else "ours")
        self.column.setContentsMargins(14, 10, 14, 12)
        self.column.setSpacing(6)
        self._head()
        self._seal()
        self.turns = QHBoxLayout()
        self.turns.setSpacing(20)
        self._words(shown)
        self._look()
        self.turns.addStretch()
        self.column.addLayout(self.turns)
        if entry.files:
            self.files = FileRows(ui, saver, entry, shown.line.id, self._person)
            self.column.addWidget(self.files)
        self._state()

    # --- what stands there ---------------------------------------------------------------------

    def _name(self) -> str:
        name, address = clean(self.entry.name), clean(self.entry.address)
        stranger = self.entry.direction is Direction.IN and self._person is None
        if stranger and name and name != address:
            name = f"{name} <{address}>"  # anybody can write under any name
        name = name or address
        return name or self.ui.say(
            "ui.messages.practice" if self.entry.direction is Direction.OUT else "ui.messages.nobody"
        )

    def _when(self) -> str:
        return moment_words(self.entry.at, self.ui.texts.language)

    def _quiet_line(self) -> None:
        """A reminder, a campaign's letter, an automatic answer: that it went out, in one line."""
        say, entry = self.ui.say, self.entry
        self.column.setContentsMargins(14, 0, 14, 0)
        about = ""
        if entry.kind == REMINDER and entry.about:
            when = datetime.fromisoformat(entry.about)
            language = self.ui.texts.language
            about = f"{day_words(when.date(), language)}, {time_words(when, language)}"
        words = say("ui.messages.reminder-of", when=about) if about else say(f"ui.messages.kind-{entry.kind}")
        state = say(f"ui.state.{entry.state.value}") if entry.state is not None else ""
        line = "  ·  ".join(part for part in (words, self._when(), state) if part)
        self.column.addWidget(plain_label(line, "muted", wrap=True))

    def _head(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(plain_label(breakable(self._name()), "label", wrap=True), 1)
        row.addWidget(plain_label(self._when(), "muted"), 0, Qt.AlignmentFlag.AlignTop)
        self.column.addLayout(row)
        if self.entry.elsewhere:
            words = self.ui.say("ui.messages.elsewhere", address=breakable(clean(self.entry.address)))
            self.column.addWidget(plain_label(words, "warn", wrap=True))

    def _seal(self) -> None:
        """That it came locked, whether it could be opened, and whose signature it bears."""
        say, entry = self.ui.say, self.entry
        if entry.trouble is not None:
            self.column.addWidget(
                plain_label(clean(self.ui.reason(entry.trouble), 400), "problem", wrap=True)
            )
        elif not entry.opened:
            self.column.addWidget(plain_label(say("ui.messages.sealed"), "muted", wrap=True))
            self.open = button(say("ui.messages.open"), self._open)
            self.column.addWidget(self.open, 0, Qt.AlignmentFlag.AlignLeft)
        elif entry.sealed:
            self.column.addWidget(plain_label(say("ui.messages.was-sealed"), "muted", wrap=True))
        if entry.signature is not Signature.NONE:
            words = say(f"ui.messages.signature-{entry.signature.value}")
            self.column.addWidget(plain_label(words, _SIGNED[entry.signature], wrap=True))

    def _words(self, shown: ConversationShown) -> None:
        entry = self.entry
        if entry.trouble is not None or not entry.opened:
            return
        subject = clean(entry.subject)
        if subject and subject != clean(shown.line.subject):
            self.column.addWidget(plain_label(breakable(subject), "label", wrap=True))
        own = clean_lines(entry.own, _LONGEST)
        if own:
            self.own = self._text(own)
            self.column.addWidget(self.own)
        elif not entry.files:
            self.column.addWidget(plain_label(self.ui.say("ui.messages.no-words"), "muted"))
        if entry.rest:
            self.quotes = button(self.ui.say("ui.messages.show-quotes"), self._turn_quotes, "quiet")
            self.turns.addWidget(self.quotes)

    def _text(self, words: str) -> QWidget:
        if len(words) <= _AT_ONCE:
            label = plain_label(breakable(words), wrap=True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            return label
        made = QPlainTextEdit()
        made.setReadOnly(True)
        made.setPlainText(_LONG_LINE.sub(r"\1\n", words))
        made.setTabChangesFocus(True)
        made.setFixedHeight(_TALL)
        made.setAccessibleName(self.ui.say("ui.messages.long-text"))
        return made

    def _turn_quotes(self) -> None:
        if self.quotes is None:
            return
        if self.rest is None:
            self.rest = self._text(clean_lines(self.entry.rest, _LONGEST))
            if isinstance(self.rest, QLabel):
                self.rest.setObjectName("muted")
            self.column.insertWidget(self.column.indexOf(self.turns) + 1, self.rest)
            self.rest.hide()
        hidden = self.rest.isHidden()
        self.rest.setVisible(hidden)
        self.quotes.setText(self.ui.say("ui.messages.hide-quotes" if hidden else "ui.messages.show-quotes"))

    def _look(self) -> None:
        if self.entry.page and self.entry.opened and self.entry.trouble is None:
            self.format = button(self.ui.say("ui.messages.show-formatted"), self._turn_format, "quiet")
            self.turns.addWidget(self.format)

    def _state(self) -> None:
        """Of ours: how far it has come."""
        if self.entry.state is not None:
            words = self.ui.say(f"ui.state.{self.entry.state.value}")
            self.column.addWidget(plain_label(words, _TONES[tone(self.entry.state)], wrap=True))

    # --- opening, formatting -----------------------------------------------------------------------

    def _open(self) -> None:
        if self.open is not None:
            self.open.setEnabled(False)
        entry = self.entry.id
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.open_sealed(self._session, entry),
            self.opened.emit,
            self._not_opened,
        )

    def _not_opened(self, error: SealwellError) -> None:
        if self.open is not None:
            self.open.setEnabled(True)
        self.failed.emit(error)

    def _turn_format(self) -> None:
        """The page takes the place of the words, and back."""
        if self.page is not None:
            self._show_page(self.page.isHidden())
            return
        if self.format is not None:
            self.format.setEnabled(False)
        entry = self.entry.id
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.show_formatted(self._session, entry),
            self._formatted,
            self._not_formatted,
        )

    def _formatted(self, answer: Formatted) -> None:
        if self.format is None:
            return
        self.format.setEnabled(True)
        where = self.column.indexOf(self.turns)
        html, cut = laid_out_soon(answer.html)
        self.page = DeadPage(self.ui, html)
        self.column.insertWidget(where, self.page)
        lines = [self.ui.reason(one) for one in answer.left_out]
        if cut:
            lines.append(self.ui.say("ui.messages.page-cut"))
        if lines:
            self._left_out = plain_label(" ".join(lines), "muted", wrap=True)
            self.column.insertWidget(where + 1, self._left_out)
        self._show_page(True)

    def _show_page(self, on: bool) -> None:
        for one, shown in ((self.page, on), (self._left_out, on), (self.own, not on)):
            if one is not None:
                one.setVisible(shown)
        if self.rest is not None and on:
            self.rest.hide()
        if self.quotes is not None:
            self.quotes.setVisible(not on)
            self.quotes.setText(self.ui.say("ui.messages.show-quotes"))
        if self.format is not None:
            self.format.setText(self.ui.say("ui.messages.show-plain" if on else "ui.messages.show-formatted"))

    def _not_formatted(self, error: SealwellError) -> None:
        if self.format is not None:
            self.format.setEnabled(True)
        self.failed.emit(error)


def _person_of(shown: ConversationShown) -> tuple[PersonId, str] | None:
    return (shown.line.person, clean(shown.line.name, 60)) if shown.line.person is not None else None
