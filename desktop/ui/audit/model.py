"""The log as a table that is never whole: pages come as it is scrolled, off the window's thread.

A page is asked for by the number of the last record before it (keyset), so the thousandth
costs what the first does. At most `MOST` records are held; then the list goes on from there
anew, and what is above is let go.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QBrush, QColor

from desktop.models.filters import AuditFilter
from desktop.office.values_audit import LogQuery
from desktop.office.values_practice import AuditLine, AuditPage
from desktop.ui.audit.words import summary, who_words
from desktop.ui.base import Ui
from desktop.ui.dates import when_words

Index = QModelIndex | QPersistentModelIndex
Ask = Callable[[LogQuery, Callable[[AuditPage], None]], None]
PAGE = 200
MOST = 10_000
WHEN, WHO, WHAT = range(3)
_NOWHERE = QModelIndex()


class LogModel(QAbstractTableModel):
    """`ask` calls the office and answers on the window's thread; an old answer is dropped."""

    answered = Signal(object)
    """The `AuditPage` of the first page of a new list."""
    grown = Signal()

    def __init__(self, ui: Ui, ask: Ask, page: int = PAGE, most: int = MOST) -> None:
        super().__init__()
        self._ui = ui
        self._ask = ask
        self._page = page
        self._most = most
        self._asked = 0
        self._loading = False
        self._ended = True
        self._filter = AuditFilter()
        self.lines: list[AuditLine] = []
        self.zone: tzinfo | None = None
        self.headings = tuple(ui.say(f"ui.audit.{code}") for code in ("when", "who", "what"))
        self.from_newest = True

    @property
    def loading(self) -> bool:
        return self._loading

    @property
    def has_older(self) -> bool:
        """As many as are held at once are here, and there are more behind them."""
        return not self._ended and len(self.lines) >= self._most

    def start(self, wanted: AuditFilter, before: int | None = None) -> None:
        """A new list, from the newest record or from behind the one numbered `before`.

        What stands there stays until the answer comes, so that nothing flickers.
        """
        self._filter = wanted
        self._ended = False
        self._load(before, anew=True)

    def older(self) -> None:
        """Go on behind the last record that is held."""
        if self.lines:
            self.start(self._filter, self.lines[-1].seq)

    def _load(self, before: int | None, *, anew: bool) -> None:
        self._asked += 1
        asked = self._asked
        self._loading = True

        def done(page: AuditPage) -> None:
            if asked == self._asked:
                self._loading = False
                self._take(page, before, anew=anew)

        self._ask(LogQuery(self._filter, before, self._page), done)

    def stop_loading(self) -> None:
        """The office said no: nothing more comes by itself until a new list is started."""
        self._loading = False
        self._ended = True

    def _take(self, page: AuditPage, before: int | None, *, anew: bool) -> None:
        self._ended = len(page.lines) < self._page
        self.zone = ZoneInfo(page.zone)
        if anew:
            self.beginResetModel()
            self.lines = list(page.lines)
            self.from_newest = before is None
            self.endResetModel()
            self.answered.emit(page)
        elif page.lines:
            first = len(self.lines)
            self.beginInsertRows(_NOWHERE, first, first + len(page.lines) - 1)
            self.lines.extend(page.lines)
            self.endInsertRows()
        self.grown.emit()

    # --- as Qt asks ---------------------------------------------------------------------

    def canFetchMore(self, parent: Index) -> bool:  # noqa: N802 - Qt's name
        return (
            not parent.isValid()
            and not self._loading
            and not self._ended
            and 0 < len(self.lines) < self._most
        )

    def fetchMore(self, parent: Index) -> None:  # noqa: N802 - Qt's name
        if self.canFetchMore(parent):
            self._load(self.lines[-1].seq, anew=False)

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802 - Qt's name
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802 - Qt's name
        return 0 if parent.isValid() else len(self.headings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line = self.lines[index.row()]
        if role in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
            Qt.ItemDataRole.ToolTipRole,
        ):
            return self._text(line, index.column())
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == WHAT and line.outcome != "ok":
            tokens = self._ui.theme.tokens
            return QBrush(QColor(tokens.warn if line.outcome == "refused" else tokens.error))
        return None

    def _text(self, line: AuditLine, column: int) -> str:
        if column == WHEN:
            return when_words(line.at, self.zone, self._ui.texts.language)
        return who_words(self._ui, line.actor) if column == WHO else summary(self._ui, line)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.headings[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None
