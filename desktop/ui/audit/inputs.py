"""Days, times and whole numbers, typed or changed with the arrow keys."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QDate, QLocale, QTime
from PySide6.QtWidgets import QAbstractSpinBox, QDateEdit, QLineEdit, QSpinBox, QTimeEdit

S = TypeVar("S", bound=QAbstractSpinBox)
_MARGIN = 9
"""The style sheet gives the text inside no room of its own."""


def day_input(name: str, day: QDate, language: str) -> QDateEdit:
    """The months in the window's language."""
    made = QDateEdit(day)
    made.setLocale(QLocale("es_US" if language == "es" else "en_US"))
    made.setDisplayFormat("d MMM yyyy")
    made.setMinimumWidth(128)
    return _plain(made, name)


def time_input(name: str, at: QTime, language: str) -> QTimeEdit:
    """Of the day on the wall, such as "2:30 PM"."""
    made = QTimeEdit(at)
    made.setLocale(QLocale("es_US" if language == "es" else "en_US"))
    made.setDisplayFormat("h:mm AP")
    made.setMinimumWidth(128)
    return _plain(made, name)


def number_input(name: str, least: int, most: int) -> QSpinBox:
    made = QSpinBox()
    made.setRange(least, most)
    made.setMinimumWidth(80)
    return _plain(made, name)


def _plain(made: S, name: str) -> S:
    made.setAccessibleName(name)
    inner = made.findChild(QLineEdit)
    if inner is not None:
        inner.setTextMargins(_MARGIN, 0, _MARGIN, 0)
        inner.setAccessibleName(name)
    return made
