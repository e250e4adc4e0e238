"""What stands on a page, for tests that read the screen as people do."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractItemView, QComboBox, QWidget

_READABLE = ("text", "placeholderText", "windowTitle", "accessibleName", "toolTip")


def texts_of(widget: QWidget) -> list[str]:
    """Every text on `widget` and its children: labels, buttons, choices, cells of tables."""
    found: list[str] = []
    for one in [widget, *widget.findChildren(QWidget)]:
        values = [one.property(name) for name in _READABLE]
        found += [value for value in values if isinstance(value, str) and value]
        if isinstance(one, QComboBox):
            found += [one.itemText(at) for at in range(min(one.count(), 12))]
        if isinstance(one, QAbstractItemView) and one.model() is not None:
            found += _cells(one)
    return found


def _cells(view: QAbstractItemView) -> list[str]:
    model = view.model()
    return [
        str(model.index(row, column).data())
        for row in range(min(model.rowCount(), 200))
        for column in range(model.columnCount())
    ]
