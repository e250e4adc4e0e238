"""Outbox: every message and where it stands, in plain words; a held one can be stopped."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout

from desktop.errors import DeliveryError
from desktop.models.accounts import Session
from desktop.models.records import State
from desktop.office.values import Cancelled, OutboxLine, OutboxShown
from desktop.texts import clean
from desktop.ui.base import Page, Ui, button, plain_label
from desktop.ui.dates import moment_words
from desktop.ui.help.opening import Helper
from desktop.ui.table import Column, Rows, table

_REFRESH_MS = 2000
_GOOD = frozenset({State.ACCEPTED})
_BAD = frozenset({State.FAILED, State.BOUNCED, State.COMPLAINED, State.UNCERTAIN, State.EXPIRED})


class OutboxPage(Page):
    """Looks anew every two seconds while it is in front."""

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__(ui, ui.say("ui.outbox.title"))
        self._session = session
        self._trouble = False
        self.summary = plain_label("", "muted")
        self.head.addWidget(self.summary)
        self.head.addStretch()
        tokens = ui.theme.tokens
        language = ui.texts.language

        def colour(line: OutboxLine) -> str:
            if line.state in _GOOD:
                return tokens.ok
            return tokens.error if line.state in _BAD else ""

        self.rows = Rows[OutboxLine](
            [
                Column(ui.say("ui.outbox.to"), lambda line: clean(line.name), width=180),
                Column(ui.say("ui.outbox.what"), lambda line: ui.say(f"ui.kind.{line.kind}"), width=115),
                Column(
                    ui.say("ui.outbox.how"), lambda line: ui.say(f"ui.method.{line.method.value}"), width=180
                ),
                Column(ui.say("ui.outbox.state"), self._state_words, colour=colour, stretch=True),
                Column(
                    ui.say("ui.outbox.since"), lambda line: moment_words(line.queued_at, language), width=160
                ),
            ]
        )
        self.view = table(self.rows, ui.say("ui.outbox.list"))
        self.view.selectionModel().selectionChanged.connect(lambda *_: self._selected())
        self.outer.addWidget(self.view, 1)
        self.empty = plain_label(ui.say("ui.outbox.empty"), "muted", wrap=True)
        self.outer.addWidget(self.empty)
        foot = QHBoxLayout()
        self.stop = button(ui.say("ui.outbox.stop"), self._stop)
        self.stop.setEnabled(False)
        self.help = button(ui.say("ui.help.open"), self._help)
        self.help.setEnabled(False)
        self.helper = Helper(ui, session, self, lambda words, kind: self.notice.show_words(words, kind))
        foot.addStretch()
        foot.addWidget(self.help)
        foot.addWidget(self.stop)
        self.outer.addLayout(foot)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look_if_shown)
        self._timer.start(_REFRESH_MS)

    def _state_words(self, line: OutboxLine) -> str:
        words = self.ui.say(f"ui.state.{line.state.value}")
        if line.reason is not None:
            return f"{words}: {self.ui.reason(line.reason)}"
        return words

    def _look_if_shown(self) -> None:
        if self.isVisible():
            self.refresh()

    def refresh(self) -> None:
        self.call(lambda _: self.ui.office.list_outbox(self._session), self._show)

    def _show(self, shown: OutboxShown) -> None:
        self.empty.setVisible(not shown.messages)
        self.view.setVisible(bool(shown.messages))
        parts = [
            self.ui.texts.count(f"ui.outbox.count-{state.value}", number)
            for state, number in shown.counts.items()
            if number
            and state in (State.QUEUED, State.ACCEPTED, State.UNCERTAIN, State.FAILED, State.DEFERRED)
        ]
        self.summary.setText("  ·  ".join(parts))
        self._show_trouble(shown)
        if list(shown.messages) == self.rows.rows:
            return
        chosen = self._chosen()
        self.rows.show(shown.messages)
        for position, line in enumerate(shown.messages):
            if chosen is not None and line.id == chosen.id:
                self.view.selectRow(position)
        self._selected()

    def _show_trouble(self, shown: OutboxShown) -> None:
        """While rows wait because the latest run ended early, say why; it goes when they have left."""
        waiting = shown.counts.get(State.QUEUED, 0) + shown.counts.get(State.DEFERRED, 0)
        if shown.stopped is not None and waiting:
            error = DeliveryError(shown.stopped.code, **shown.stopped.params)
            self.notice.show_words(self.ui.error(error), "warn")
            self._trouble = True
        elif self._trouble:
            self.notice.clear()
            self._trouble = False

    def _chosen(self) -> OutboxLine | None:
        rows = self.view.selectionModel().selectedRows()
        return self.rows.rows[rows[0].row()] if rows and rows[0].row() < len(self.rows.rows) else None

    def _selected(self) -> None:
        line = self._chosen()
        self.stop.setEnabled(line is not None and line.can_cancel)
        self.help.setEnabled(line is not None)

    def _help(self) -> None:
        line = self._chosen()
        if line is not None:
            self.helper.message(line.id)

    def _stop(self) -> None:
        line = self._chosen()
        if line is not None:
            self.call(lambda _: self.ui.office.cancel_messages(self._session, (line.id,)), self._stopped)

    def _stopped(self, answer: Cancelled) -> None:
        if answer.too_late:
            self.notice.show_words(self.ui.texts.count("ui.undo.too-late", answer.too_late), "warn")
        self.refresh()
