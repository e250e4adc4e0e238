"""The list of messages: rows arrive as they are looked at, what is chosen stays chosen by its id."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView

from desktop.models.records import MessageId
from desktop.office.values import OutboxLine, OutboxShown
from desktop.texts import clean
from desktop.ui.base import Ui
from desktop.ui.dates import moment_words
from desktop.ui.lazy import LazyList
from desktop.ui.outbox.words import counted, state_words, tone
from desktop.ui.table import Column

_WHAT, _QUEUED = 1, 3
_NARROW = 560
"""Below this width kind and time of a message stand beside the list only."""


class OutboxList(LazyList[OutboxLine]):
    """`chosen_changed` when a person chose."""

    chosen_changed = Signal()

    def __init__(self, ui: Ui) -> None:
        self.ui = ui
        super().__init__(self._columns(), ui.say("ui.outbox.list"))
        self.group = ""
        self._keeping = False
        self.chosen: dict[MessageId, OutboxLine] = {}
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.view.selectionModel().selectionChanged.connect(lambda *_: self._selected())

    def _columns(self) -> list[Column[OutboxLine]]:
        ui, tokens = self.ui, self.ui.theme.tokens
        language = ui.texts.language
        colours = {"ok": tokens.ok, "warn": tokens.warn, "error": tokens.error, "plain": ""}
        return [
            Column(ui.say("ui.outbox.to"), lambda line: clean(line.name), width=180),
            Column(ui.say("ui.outbox.what"), lambda line: ui.say(f"ui.kind.{line.kind}"), width=124),
            Column(
                ui.say("ui.outbox.state"),
                lambda line: state_words(ui, line),
                colour=lambda line: colours[tone(line.state)],
                stretch=True,
            ),
            Column(ui.say("ui.outbox.since"), lambda line: moment_words(line.queued_at, language), width=176),
        ]

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        for column in (_WHAT, _QUEUED):
            self.view.setColumnHidden(column, self.width() < _NARROW)

    # --- rows ---------------------------------------------------------------------------------

    def show_shown(self, group: str, first: int, shown: OutboxShown) -> None:
        """What a look found; in another group nothing stays chosen."""
        if group != self.group:
            self.group = group
            self.chosen = {}
            self.view.scrollToTop()
        self._keeping = True
        self.renew(counted(shown.counts, group), first, shown.messages)
        self.view.selectionModel().clearSelection()
        self._find_chosen()
        self._keeping = False

    def fill(self, first: int, shown: OutboxShown) -> None:
        """Further rows of the same outbox; what was chosen before it was here is known now."""
        self.rows.fill(first, shown.messages)
        before = len(self.chosen)
        model = self.view.selectionModel()
        for row, line in enumerate(shown.messages, first):
            if model.isRowSelected(row):
                self.chosen[line.id] = line
        self._keeping = True
        self._find_chosen()
        self._keeping = False
        if len(self.chosen) != before:
            self.chosen_changed.emit()

    # --- what is chosen -------------------------------------------------------------------------

    def _find_chosen(self) -> None:
        """Rows move when messages arrive; what was chosen is found again by its id."""
        found = QItemSelection()
        last = len(self.rows.columns) - 1
        for row, line in self.rows.held.items():
            if line.id in self.chosen:
                self.chosen[line.id] = line
                found.select(self.rows.index(row, 0), self.rows.index(row, last))
        if found.isEmpty():
            return
        model = self.view.selectionModel()
        model.select(found, QItemSelectionModel.SelectionFlag.Select)
        if not model.isRowSelected(self.view.currentIndex().row()):
            current = self.rows.index(found.indexes()[0].row(), 0)
            model.setCurrentIndex(current, QItemSelectionModel.SelectionFlag.NoUpdate)

    def _selected(self) -> None:
        if self._keeping:
            return
        self.chosen = {}
        unread: list[int] = []
        for chosen in self.view.selectionModel().selectedRows():
            line = self.rows.line(chosen.row())
            if line is None:
                unread.append(chosen.row())
            else:
                self.chosen[line.id] = line
        if unread:
            self.wanted.emit(min(unread), max(unread) - min(unread) + 1)
        self.chosen_changed.emit()

    def stoppable(self) -> tuple[MessageId, ...]:
        return tuple(line.id for line in self.chosen.values() if line.can_cancel)
