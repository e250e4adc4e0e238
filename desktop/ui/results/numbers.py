"""The large numbers of a report: each with what it is, and what it is a share of."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from desktop.models.outcomes import Figure, Shown
from desktop.office.results_words import figure_words, percent_words
from desktop.ui.base import Ui, emptied, plain_label

_ACROSS = 4


class Numbers(QWidget):
    """Four in a row; what is not shown stands in smaller words."""

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self.ui = ui
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(18)
        self._grid.setVerticalSpacing(12)
        for column in range(_ACROSS):
            self._grid.setColumnStretch(column, 1)

    def show_figures(self, figures: Sequence[Figure]) -> None:
        emptied(self._grid)
        for at, one in enumerate(figures):
            self._grid.addWidget(self._cell(one), at // _ACROSS, at % _ACROSS)

    def _cell(self, one: Figure) -> QWidget:
        texts = self.ui.texts
        name = texts.say(f"results.measure.{one.measure.value}")
        value, share = figure_words(texts, one), percent_words(texts, one)
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(plain_label(name, "muted", wrap=True))
        column.addWidget(plain_label(value, "title" if one.shown is Shown.EXACT else "label", wrap=True))
        column.addWidget(plain_label(share, "muted", wrap=True))
        column.addStretch()
        made.setAccessibleName(", ".join(part for part in (f"{name}: {value}", share) if part))
        return made
