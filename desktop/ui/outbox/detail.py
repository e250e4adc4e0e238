"""One message beside the list: its way in words, what is known for sure, and what may be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.delivery import Scope
from desktop.models.records import MessageId
from desktop.office.values import Cancelled, OutboxLine
from desktop.office.values_delivery import MessageShown, PauseRequest, PhaseLine, Resume
from desktop.texts import clean
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dates import day_words, moment_words, time_words
from desktop.ui.dialog import ConfirmDialog
from desktop.ui.outbox.unclear import UnclearPanel
from desktop.ui.outbox.words import DESK, NOT_ARRIVED, state_words

WIDTH = 372
_TIME = 74


class MessagePane(QFrame):
    """`changed` after something was done, `said` with words and their kind, `wizard` with a message."""

    changed = Signal()
    said = Signal(str, str)
    wizard = Signal(object)
    help_wanted = Signal(object)

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__()
        self.ui = ui
        self._session = session
        self._lines: tuple[OutboxLine, ...] = ()
        self.shown: MessageShown | None = None
        self.setObjectName("card")
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(ui.say("ui.outbox.detail"))
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 14, 4, 12)
        column.setSpacing(8)
        self.heading = plain_label("", "heading", wrap=True)
        self.state = plain_label("", wrap=True)
        for label in (self.heading, self.state):
            label.setContentsMargins(14, 0, 14, 0)
            column.addWidget(label)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(self._scroll, 1)
        self.unclear: UnclearPanel | None = None
        self._answers = QVBoxLayout()
        self._answers.setContentsMargins(14, 0, 14, 0)
        column.addLayout(self._answers)
        self.fold: QPushButton | None = None
        self.technical: QLabel | None = None
        self._details = ""
        column.addLayout(self._actions())
        self.show_chosen(())

    def _actions(self) -> QVBoxLayout:
        say = self.ui.say
        column = QVBoxLayout()
        column.setContentsMargins(14, 0, 14, 0)
        column.setSpacing(8)
        self.follow = button(say("ui.outbox.what-now"), self._follow, "primary")
        self.pause = button(say("ui.outbox.pause-one"), self._pause)
        self.resume = button(say("ui.outbox.continue-one"), self._resume)
        self.stop = button(say("ui.outbox.stop"), self.ask_stop)
        self.help = button(say("ui.help.open"), self._help)
        for made in (self.follow, self.pause, self.resume, self.stop, self.help):
            column.addWidget(made)
        return column

    # --- what is shown ----------------------------------------------------------------------

    def show_chosen(self, lines: Sequence[OutboxLine]) -> None:
        """Nothing, one message with its way, or how many were chosen."""
        self._lines = tuple(lines)
        if len(lines) == 1:
            self._show_line(lines[0])
            self._load(lines[0].id)
            return
        self.shown = None
        self._put(QWidget())
        for made in (self.follow, self.pause, self.resume, self.help):
            made.hide()
        able = len(self._stoppable())
        self.stop.setVisible(bool(able))
        if lines:
            self.heading.setText(self.ui.texts.count("ui.outbox.chosen", len(lines)))
            self.state.setText(self.ui.texts.count("ui.outbox.chosen-waiting", able))
            self.stop.setText(self.ui.texts.count("ui.outbox.stop-many", able))
        else:
            self.heading.setText("")
            self.state.setText(self.ui.say("ui.outbox.choose"))
        self.stop.setEnabled(bool(able))

    def _show_line(self, line: OutboxLine) -> None:
        """What the list knows already; the rest follows."""
        self.heading.setText(clean(line.name))
        self.state.setText(state_words(self.ui, line))
        self.stop.setText(self.ui.say("ui.outbox.stop"))
        self.stop.setEnabled(line.can_cancel)
        self.stop.setVisible(line.can_cancel)
        self.help.show()
        self.follow.setVisible(line.state in NOT_ARRIVED)
        if self.shown is None or self.shown.line.id != line.id:
            self.pause.hide()
            self.resume.hide()
            self._put(QWidget())

    def _load(self, message: MessageId) -> None:
        self.ui.bridge.run(
            self, lambda _: self.ui.office.show_message(self._session, message), self._show, self._say
        )

    def _show(self, shown: MessageShown) -> None:
        if len(self._lines) != 1 or self._lines[0].id != shown.line.id:
            return  # another one was chosen meanwhile
        if shown == self.shown:
            return  # as it stands: nothing jumps under the hand
        folded = self.technical is None or self.technical.isHidden()
        typed = self.unclear.note if self.unclear is not None and self._same(shown) else ""
        self.shown = shown
        line = shown.line
        self.state.setText(state_words(self.ui, line))
        self.stop.setVisible(shown.can_cancel)
        self.stop.setEnabled(shown.can_cancel)
        own = shown.pause is not None and shown.pause.scope == self._scope(line)
        desk = self._session.role in DESK
        self.pause.setVisible(shown.can_pause and shown.pause is None and desk)
        self.resume.setVisible(own and desk)
        self.follow.setVisible(line.state in NOT_ARRIVED)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(14, 0, 10, 0)
        column.setSpacing(6)
        column.addWidget(plain_label(self._how(shown), "muted", wrap=True))
        if shown.silence_until is not None:
            when = moment_words(shown.silence_until, self.ui.texts.language)
            column.addWidget(plain_label(self.ui.say("ui.outbox.silence", when=when), "muted", wrap=True))
        self._add_way(column, shown)
        self._add_technical(column, shown, folded)
        column.addStretch()
        self._put(body)
        self._ask(shown, typed)

    def _ask(self, shown: MessageShown | None, typed: str = "") -> None:
        """What only a person can answer stands below the evidence, always in sight."""
        if self.unclear is not None:
            self._answers.removeWidget(self.unclear)
            self.unclear.hide()
            self.unclear.deleteLater()
            self.unclear = None
        if shown is not None and shown.can_resolve:
            self.unclear = UnclearPanel(self.ui, self._session, shown)
            self.unclear.note = typed
            self.unclear.done.connect(self._settled)
            self.unclear.failed.connect(self._failed)
            self._answers.addWidget(self.unclear)

    def _same(self, shown: MessageShown) -> bool:
        return self.shown is not None and self.shown.line.id == shown.line.id

    def _put(self, body: QWidget) -> None:
        if body.layout() is None:
            self.fold = self.technical = None
            self._ask(None)
        body.setObjectName("plain")
        where = self._scroll.verticalScrollBar().value()
        self._scroll.setWidget(body)
        self._scroll.verticalScrollBar().setValue(where)

    def _how(self, shown: MessageShown) -> str:
        say, line = self.ui.say, shown.line
        parts = [say(f"ui.kind.{line.kind}"), say(f"ui.method.{line.method.value}")]
        if shown.relay:
            parts.append(say("ui.outbox.through", relay=clean(shown.relay)))
        return "  ·  ".join(parts)

    def _add_way(self, column: QVBoxLayout, shown: MessageShown) -> None:
        """Newest first: what happened last says most."""
        column.addSpacing(4)
        column.addWidget(plain_label(self.ui.say("ui.outbox.way"), "label"))
        language, day = self.ui.texts.language, None
        for one in reversed(_told_once(shown.phases)):
            at = one.at.astimezone()
            if at.date() != day:
                day = at.date()
                column.addWidget(plain_label(day_words(day, language), "muted"))
            row = QHBoxLayout()
            row.setSpacing(10)
            when = plain_label(time_words(at, language), "muted")
            when.setMinimumWidth(_TIME)
            row.addWidget(when, 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(plain_label(self.ui.reason(one.words), wrap=True), 1)
            column.addLayout(row)

    def _add_technical(self, column: QVBoxLayout, shown: MessageShown, folded: bool) -> None:
        """Every phase with its time to the second, and what the servers said."""
        lines = [
            " ".join(
                part for part in (f"{one.at:%Y-%m-%d %H:%M:%S}Z", one.phase, clean(one.reply, 400)) if part
            )
            for one in shown.phases
        ]
        self._details = "\n".join(lines)
        self.technical = plain_label("" if folded else self._details, "muted", wrap=True)
        self.technical.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.fold = button(self.ui.say("ui.decision.technical"), self._turn, "quiet")
        column.addWidget(self.fold)
        column.addWidget(self.technical)
        if folded:
            self.technical.hide()

    def _turn(self) -> None:
        """The servers' own terms stand there only once they are asked for."""
        if self.technical is not None:
            opened = self.technical.isHidden()
            self.technical.setText(self._details if opened else "")
            self.technical.setVisible(opened)

    # --- what may be done ---------------------------------------------------------------------

    def _stoppable(self) -> tuple[MessageId, ...]:
        return tuple(line.id for line in self._lines if line.can_cancel)

    def ask_stop(self) -> None:
        """One is stopped at once; several after a second click."""
        wanted = self._stoppable()
        if len(wanted) > 1:
            dialog = ConfirmDialog(self.ui, "ui.outbox.stop-all", self)
            dialog.go_button.setText(self.ui.texts.count("ui.outbox.stop-many", len(wanted)))
            dialog.accepted.connect(lambda: self._stop(wanted))
            dialog.open()
        elif wanted:
            self._stop(wanted)

    def _stop(self, wanted: tuple[MessageId, ...]) -> None:
        self.stop.setEnabled(False)
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.cancel_messages(self._session, wanted),
            self._stopped,
            self._failed,
        )

    def _stopped(self, answer: Cancelled) -> None:
        if answer.too_late:
            self.said.emit(self.ui.texts.count("ui.undo.too-late", answer.too_late), "warn")
        self.changed.emit()

    def _pause(self) -> None:
        if self.shown is None:
            return
        request = PauseRequest(self._scope(self.shown.line))
        self._do(lambda: self.ui.office.pause_sending(self._session, request))

    def _resume(self) -> None:
        if self.shown is None:
            return
        request = Resume(self._scope(self.shown.line))
        self._do(lambda: self.ui.office.resume_sending(self._session, request))

    def _do(self, work: Callable[[], object]) -> None:
        self.ui.bridge.run(self, lambda _: work(), lambda _: self.changed.emit(), self._failed)

    def _follow(self) -> None:
        if self._lines:
            self.wizard.emit(self._lines[0].id)

    def _help(self) -> None:
        if self._lines:
            self.help_wanted.emit(self._lines[0].id)

    def _settled(self, words: str) -> None:
        self.said.emit(words, "ok")
        self.changed.emit()

    def _say(self, error: SealwellError) -> None:
        self.said.emit(self.ui.error(error), "error")

    def _failed(self, error: SealwellError) -> None:
        self._say(error)
        self.changed.emit()

    def _scope(self, line: OutboxLine) -> Scope:
        return Scope(f"message:{line.id}")


def _told_once(phases: Sequence[PhaseLine]) -> list[PhaseLine]:
    """Steps in a row with the same words are one for people; the details keep each."""
    told: list[PhaseLine] = []
    for one in phases:
        if told and told[-1].words == one.words:
            told.pop()
        told.append(one)
    return told
