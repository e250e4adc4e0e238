"""All templates in one list: the practice's own first, then those that come with the program."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.frozen import dataclass
from desktop.office.values_templates import OwnTemplate, TemplateLine, TemplatesShown
from desktop.texts import clean
from desktop.ui.base import Ui, plain_label
from desktop.ui.table import Column, Rows, table


@dataclass(frozen=True)
class Shelf:
    """One line of the gallery: exactly one of the two."""

    own: OwnTemplate | None = None
    library: TemplateLine | None = None

    @property
    def group(self) -> str:
        return self.own.group if self.own else self.library.group if self.library else ""


class Gallery(QWidget):
    """`chosen` tells the line that is in hand, `opened` that it was pressed."""

    chosen = Signal(object)
    opened = Signal(object)

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self.ui = ui
        self._shown = TemplatesShown((), (), False, False)
        say = ui.say
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.search = QLineEdit()
        self.search.setPlaceholderText(say("ui.templates.search"))
        self.search.setAccessibleName(say("ui.templates.search"))
        self.search.setClearButtonEnabled(True)
        self.group = QComboBox()
        self.group.setAccessibleName(say("ui.templates.group"))
        self.group.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        row.addWidget(self.search, 1)
        row.addWidget(self.group)
        column.addLayout(row)
        self.rows = Rows[Shelf](
            [
                Column(say("ui.templates.template"), self.name_of, stretch=True),
                Column(say("ui.templates.for"), self._purpose, width=140),
                Column(say("ui.templates.state"), self._state, colour=self._colour, width=124),
            ]
        )
        self.list = table(self.rows, say("ui.templates.title"))
        column.addWidget(self.list, 1)
        self.none = plain_label(say("ui.templates.none"), "muted", wrap=True)
        column.addWidget(self.none)
        self.none.hide()
        self.list.selectionModel().currentRowChanged.connect(lambda now, _: self._choose(now.row()))
        self.list.activated.connect(lambda index: self._open(index.row()))
        self.search.textChanged.connect(lambda _: self._filter())
        self.group.activated.connect(lambda _: self._filter())

    # --- showing ----------------------------------------------------------------------------

    def show_all(self, shown: TemplatesShown) -> None:
        """What is in hand stays in hand."""
        self._shown = shown
        groups = dict.fromkeys([*(one.group for one in shown.library), *(one.group for one in shown.own)])
        now = self.group.currentData()
        self.group.clear()
        self.group.addItem(self.ui.say("ui.templates.all-groups"), "")
        for code in groups:
            self.group.addItem(self.ui.say(f"template.group.{code}"), code)
        self.group.setCurrentIndex(max(0, self.group.findData(now)))
        self._filter()

    def in_hand(self) -> Shelf | None:
        row = self.list.currentIndex().row()
        return self.rows.rows[row] if 0 <= row < len(self.rows.rows) else None

    def _filter(self) -> None:
        before, group = self.in_hand(), str(self.group.currentData() or "")
        words = clean(self.search.text()).casefold()
        shelves = [
            *(Shelf(own=one) for one in self._shown.own),
            *(Shelf(library=one) for one in self._shown.library),
        ]
        found = [
            one
            for one in shelves
            if group in ("", one.group) and words in f"{self.name_of(one)} {self._purpose(one)}".casefold()
        ]
        self.rows.show(found)
        self.none.setVisible(not found)
        key = _key(before)
        at = next((row for row, one in enumerate(found) if _key(one) == key), 0 if found else -1)
        if at >= 0:
            self.list.selectRow(at)
        else:
            self.chosen.emit(None)

    def name_of(self, one: Shelf) -> str:
        if one.own is not None:
            return clean(one.own.name)
        return self.ui.say(f"template.title.{one.library.code}") if one.library else ""

    def _purpose(self, one: Shelf) -> str:
        line = one.own or one.library
        return self.ui.say(f"ui.templates.purpose.{line.purpose}") if line else ""

    def _state(self, one: Shelf) -> str:
        return self.ui.say(f"ui.templates.state.{_state(one)}")

    def _colour(self, one: Shelf) -> str:
        tokens = self.ui.theme.tokens
        colours = {"approved": tokens.ok, "draft": tokens.warn, "changed": tokens.warn}
        return colours.get(_state(one), tokens.muted)

    # --- choosing ---------------------------------------------------------------------------

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self.rows.rows):
            self.chosen.emit(self.rows.rows[row])

    def _open(self, row: int) -> None:
        if 0 <= row < len(self.rows.rows):
            self.opened.emit(self.rows.rows[row])


def _state(one: Shelf) -> str:
    own = one.own
    if own is None:
        return "library"
    if own.retired:
        return "removed"
    if not own.approved:
        return "draft"
    return "approved" if own.approved == own.version else "changed"


def _key(one: Shelf | None) -> str:
    if one is None:
        return ""
    return one.own.id if one.own else f"library:{one.library.code}" if one.library else ""
