"""The conversations of one place: rows arrive as they are looked at, what is open stays chosen."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, Signal

from desktop.models.accounts import UserId
from desktop.models.correspondence import ConversationId
from desktop.office.values_messages import ConversationLine, ConversationsShown
from desktop.ui.base import Ui
from desktop.ui.lazy import LazyList
from desktop.ui.messages.rows import HEIGHT, Opener, dress, row_column
from desktop.ui.messages.words import line_look

_ROWS = QItemSelectionModel.SelectionFlag.Rows
_CHOSEN = QItemSelectionModel.SelectionFlag.ClearAndSelect | _ROWS


class ConversationList(LazyList[ConversationLine]):
    """`passed` when the choice moved, `opened` once it rests or was clicked, `entered` after Enter."""

    passed = Signal(object)
    opened = Signal(object)
    entered = Signal()

    def __init__(self, ui: Ui, user: UserId) -> None:
        name = ui.say("ui.messages.list")
        super().__init__([row_column(name, lambda line: line_look(ui, line, user))], name)
        dress(self.view, ui.theme)
        self.place = ""
        self.chosen: ConversationId | None = None
        self._opener = Opener(self.view)
        self._opener.passed.connect(self._passed)
        self._opener.opened.connect(self._open)
        self._opener.entered.connect(lambda _: self.entered.emit())

    @property
    def line(self) -> ConversationLine | None:
        """What is chosen, as the list knows it."""
        return next((one for one in self.rows.held.values() if one.id == self.chosen), None)

    # --- rows ----------------------------------------------------------------------------------

    def show_shown(self, place: str, first: int, number: int, shown: ConversationsShown) -> None:
        """What a look for `number` found; in the same place choice and sight stay where they were."""
        bar = self.view.verticalScrollBar()
        same = place == self.place
        if not same:
            self.chosen = None
        where, anchor = (bar.value(), self.rows.line(bar.value() // HEIGHT)) if same else (0, None)
        row = self.view.currentIndex().row()
        self.place = place
        self._opener.keeping = True
        self.renew(_total(shown, place, first, number), first, shown.lines)
        self._find_chosen(row if same else -1)
        self._opener.keeping = False
        if where >= HEIGHT and anchor is not None:
            found = self._row_of(anchor.id)
            where = where if found < 0 else found * HEIGHT + where % HEIGHT
        bar.setValue(where)

    def fill(self, first: int, number: int, shown: ConversationsShown) -> None:
        """Further rows of the same list; where its length is not counted, it ends or goes on here."""
        if self.place not in shown.counts:
            self.rows.resize(_total(shown, self.place, first, number))
        self.rows.fill(first, shown.lines)

    def _row_of(self, conversation: ConversationId | None) -> int:
        return next((row for row, one in self.rows.held.items() if one.id == conversation), -1)

    # --- what is chosen ---------------------------------------------------------------------------

    def choose(self, conversation: ConversationId | None) -> None:
        """From elsewhere: it stands out where it is in this list."""
        self._opener.stop()
        self.chosen = conversation
        self._opener.keeping = True
        self._find_chosen(-1)
        self._opener.keeping = False

    def _find_chosen(self, before: int) -> None:
        """Rows move when mail comes in; where the chosen one has left, the arrows go on from its place."""
        model = self.view.selectionModel()
        row = self._row_of(self.chosen)
        if row >= 0:
            model.setCurrentIndex(self.rows.index(row, 0), _CHOSEN)
            return
        model.clearSelection()
        if before >= 0 and self.rows.rowCount():
            near = self.rows.index(min(before, self.rows.rowCount() - 1), 0)
            model.setCurrentIndex(near, QItemSelectionModel.SelectionFlag.NoUpdate)

    def _passed(self, row: int) -> None:
        line = self.rows.line(row)
        self.chosen = line.id if line is not None else None
        self.passed.emit(line)

    def _open(self, row: int) -> None:
        line = self.rows.line(row)
        if line is not None:
            self.chosen = line.id
            self.opened.emit(line)


def _total(shown: ConversationsShown, place: str, first: int, number: int) -> int:
    """As counted; of a place that is not counted, one stretch more for as long as there are more."""
    if place in shown.counts:
        return shown.counts[place]
    found = len(shown.lines)
    return first + found + (number if found >= number else 0)
