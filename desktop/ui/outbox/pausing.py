"""What stands still and why, and the way back: what would go out is seen before anything goes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.delivery import EVERYTHING, Pause, Scope
from desktop.office.values import OutboxLine
from desktop.office.values_delivery import PauseRequest, PausesShown, Resume, WouldGo
from desktop.texts import clean
from desktop.ui.base import Ui, button, emptied, plain_label
from desktop.ui.dates import moment_words
from desktop.ui.dialog import FormDialog
from desktop.ui.icons import pixmap
from desktop.ui.outbox.words import BY_PERSON, DESK

_ONE = "message:"
_NAMED = 60
"""Names of a list in the preview; the rest is a number."""
_SPANS: dict[str, timedelta | None] = {
    "open": None,
    "half-hour": timedelta(minutes=30),
    "hour": timedelta(hours=1),
    "four-hours": timedelta(hours=4),
}


class PauseBanner(QFrame):
    """One line for each pause that is wider than a message; `resume` with its scope."""

    resume = Signal(object)

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__()
        self.ui = ui
        self._session = session
        self._shown: PausesShown | None = None
        self.setObjectName("notice")
        self.setProperty("kind", "warn")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(14, 8, 10, 8)
        self.column.setSpacing(6)
        self.words: list[QLabel] = []
        self.buttons: list[QPushButton] = []
        self.hide()

    def show_pauses(self, shown: PausesShown) -> None:
        if shown == self._shown:
            return
        self._shown = shown
        emptied(self.column)
        self.words, self.buttons = [], []
        wide = [one for one in shown.pauses if not one.scope.startswith(_ONE)]
        for one in wide:
            self.column.addWidget(self._line(one, shown))
        self.setVisible(bool(wide))

    def _line(self, pause: Pause, shown: PausesShown) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        picture = QLabel()
        picture.setPixmap(pixmap("triangle-alert", self.ui.theme.tokens.warn, 18))
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        words = plain_label(self._words(pause, shown), wrap=True)
        self.words.append(words)
        row.addWidget(words, 1)
        if self._session.role in DESK:
            made = button(self.ui.say("ui.pause.look"), lambda: self.resume.emit(pause.scope))
            made.setAccessibleDescription(words.text())
            self.buttons.append(made)
            row.addWidget(made, 0, Qt.AlignmentFlag.AlignTop)
        return line

    def _words(self, pause: Pause, shown: PausesShown) -> str:
        """What stands still, who or what did it, since when and until when, how much waits."""
        language = self.ui.texts.language
        what = self.ui.say(f"ui.pause.{scope_code(pause.scope)}")
        parts = [what]
        if pause.reason.code != BY_PERSON:
            parts.append(self.ui.reason(pause.reason))
        since = moment_words(pause.at, language)
        if pause.by is None:
            parts.append(self.ui.say("ui.pause.since", when=since))
        elif pause.by == self._session.user:
            parts.append(self.ui.say("ui.pause.by-you", when=since))
        else:
            who = clean(shown.names.get(pause.by, "")) or self.ui.say("ui.pause.somebody")
            parts.append(self.ui.say("ui.pause.by", who=who, when=since))
        if pause.until is not None:
            parts.append(self.ui.say("ui.pause.until", when=moment_words(pause.until, language)))
        if shown.waiting:
            parts.append(self.ui.texts.count("ui.pause.waiting", shown.waiting))
        return " ".join(parts)


def scope_code(scope: Scope) -> str:
    """`all`, `source`, `relay`, or of a kind `kind-<kind>`: names the words."""
    kind, _, id_ = scope.partition(":")
    return f"kind-{id_}" if kind == "kind" else kind


class PauseDialog(FormDialog):
    """Everything stands still: for how long."""

    def __init__(self, ui: Ui, session: Session, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.pause.title"), parent)
        self._session = session
        self.content.addWidget(plain_label(ui.say("ui.pause.lead"), "muted", wrap=True))
        label = plain_label(ui.say("ui.pause.how-long"), "label")
        self.span = QComboBox()
        self.span.setAccessibleName(label.text())
        for code in _SPANS:
            self.span.addItem(ui.say(f"ui.pause.span-{code}"), code)
        label.setBuddy(self.span)
        self.content.addWidget(label)
        self.content.addWidget(self.span)
        self.go = button(ui.say("ui.pause.go"), self.pause, "primary")
        self.go.setDefault(True)
        self.foot.addWidget(self.go)
        self.span.setFocus()

    def pause(self) -> None:
        self.go.setEnabled(False)
        span = _SPANS[str(self.span.currentData())]
        until = self.ui.clock.now() + span if span is not None else None
        request = PauseRequest(EVERYTHING, until)
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.pause_sending(self._session, request),
            lambda _: self.accept(),
            self._refused,
        )

    def _refused(self, error: SealwellError) -> None:
        self.go.setEnabled(True)
        self.failed(error)


class ContinueDialog(FormDialog):
    """What would go out, what is too late, what is in doubt; then one button, or nothing changes."""

    def __init__(self, ui: Ui, session: Session, scope: Scope, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.continue.title"), parent)
        self._session = session
        self._scope = scope
        self.shown: WouldGo | None = None
        self.setMinimumWidth(620)
        self.why = plain_label("", wrap=True)
        self.content.addWidget(self.why)
        self._place = QVBoxLayout()
        self._place.setSpacing(12)
        self.content.addLayout(self._place)
        self.go = button(ui.say("ui.continue.go"), self.resume, "primary")
        self.go.setEnabled(False)
        self.foot.addWidget(self.go)
        self.cancel.setText(ui.say("ui.continue.keep"))
        self.cancel.setFocus()
        self.look()

    def look(self) -> None:
        self.ui.bridge.run(
            self, lambda _: self.ui.office.would_go(self._session, self._scope), self._show, self.failed
        )

    def _show(self, shown: WouldGo) -> None:
        self.shown = shown
        self.why.setText(self.ui.reason(shown.pause.reason) if shown.pause is not None else "")
        self.why.setVisible(bool(self.why.text()))
        emptied(self._place)
        self._add("go-heading", shown.go)
        if shown.late:
            self._add("late", shown.late)
        if shown.uncertain:
            self._add("uncertain", shown.uncertain)
        self.go.setText(self.ui.texts.count("ui.continue.go-out", len(shown.go)))
        self.go.setEnabled(True)

    def _add(self, code: str, lines: Sequence[OutboxLine]) -> None:
        """A count, and whose messages they are."""
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        heading = plain_label(self.ui.texts.count(f"ui.continue.{code}", len(lines)), "label", wrap=True)
        column.addWidget(heading)
        named = [clean(line.name) or self.ui.say(f"ui.kind.{line.kind}") for line in lines[:_NAMED]]
        if len(lines) > _NAMED:
            named.append(self.ui.texts.count("ui.continue.more", len(lines) - _NAMED))
        if named:
            column.addWidget(plain_label("  ·  ".join(named), "muted", wrap=True))
        self._place.addWidget(part)

    def resume(self) -> None:
        if self.shown is None:
            return
        self.go.setEnabled(False)
        request = Resume(self._scope, self.shown.seen)
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.resume_sending(self._session, request),
            lambda _: self.accept(),
            self._refused,
        )

    def _refused(self, error: SealwellError) -> None:
        """Something changed since: it is shown anew, and nothing has gone."""
        self.failed(error)
        self.look()
