"""The program's own window for a test that acts as a person does: it only tells where things are.

Beside the window it answers questions from files in a folder: where a control stands, which
texts are to be seen, who has the focus. What acts are real key presses and clicks from outside,
but for one: a file that is dropped, which no tool of the X server can bring.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QCheckBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QScrollArea,
    QTextEdit,
    QWidget,
)

from desktop.app import WindowRun
from desktop.paths import PracticeFolder
from desktop.ui.workspace import Workspace

folder, asked = PracticeFolder(Path(sys.argv[1])), Path(sys.argv[2])
run = WindowRun(folder, sys.argv[3] if len(sys.argv) > 3 else "en")

_TICKED = (QCheckBox, QRadioButton)
_SAID = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)


def words_of(widget: QWidget) -> str:
    """What is read on it, else what a screen reader says."""
    if isinstance(widget, QLineEdit) and widget.echoMode() is not QLineEdit.EchoMode.Normal:
        return widget.accessibleName()
    if isinstance(widget, (QLabel, QAbstractButton, QLineEdit)):
        return widget.text() or widget.accessibleName()
    if isinstance(widget, (QPlainTextEdit, QTextEdit)):
        return widget.toPlainText() or widget.accessibleName()
    return widget.accessibleName()


def seen() -> list[QWidget]:
    """Of every window on the screen, dialogs first."""
    tops = [top for top in QApplication.topLevelWidgets() if top.isVisible()]
    tops.sort(key=lambda top: top is run.window)
    return [one for top in tops for one in (top, *top.findChildren(QWidget)) if one.isVisible()]


def place(widget: QWidget, at: QPoint) -> dict[str, Any]:
    """Where on the screen; `wheel` is where one turns the wheel while it is scrolled out of sight."""
    there, found = widget.mapToGlobal(at), {"enabled": widget.isEnabled()}
    around = widget.parentWidget()
    while around is not None and not isinstance(around, QScrollArea):
        around = around.parentWidget()
    if isinstance(around, QScrollArea) and not around.viewport().rect().contains(
        around.viewport().mapFromGlobal(there)
    ):
        edge = around.mapToGlobal(QPoint(4, around.height() // 2))
        return found | {"wheel": [edge.x(), edge.y(), 5 if there.y() > edge.y() else 4]}
    return found | {"x": there.x(), "y": there.y()}


def spot(widget: QWidget) -> QPoint:
    """Where one presses it: what is ticked is wider than what takes the press."""
    middle = widget.rect().center()
    return QPoint(min(10, middle.x()), middle.y()) if isinstance(widget, _TICKED) else middle


def is_within(widget: QWidget, name: str) -> bool:
    around = widget.parentWidget()
    while around is not None and around.accessibleName() != name:
        around = around.parentWidget()
    return around is not None


def where(words: str, within: str = "") -> dict[str, Any] | None:
    """A control by what stands on it or by its accessible name: whole, else its beginning."""
    for fits in (str.__eq__, str.startswith):
        for one in seen():
            if isinstance(one, QLabel) or not one.isEnabled() or (within and not is_within(one, within)):
                continue
            if fits(words_of(one).replace("&", ""), words) or fits(one.accessibleName(), words):
                return place(one, spot(one))
    return None


def row(words: str) -> dict[str, Any] | None:
    """A row of any list or table that says `words`."""
    for view in seen():
        if not isinstance(view, QAbstractItemView) or view.model() is None:
            continue
        model = view.model()
        for number in range(model.rowCount()):
            for column in range(model.columnCount()):
                index = model.index(number, column)
                if any(words in str(model.data(index, role) or "") for role in _SAID):
                    return place(view.viewport(), view.visualRect(index).center())
    return None


def drop(paths: list[str]) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(path) for path in paths])
    page = run.window.centralWidget()
    target = page.stack.currentWidget() if isinstance(page, Workspace) else page
    if target is None:
        return
    spot, buttons, keys = target.rect().center(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    copy = Qt.DropAction.CopyAction
    QApplication.sendEvent(target, QDragEnterEvent(spot, copy, data, buttons, keys))
    QApplication.sendEvent(target, QDropEvent(QPointF(spot), copy, data, buttons, keys))


_READ = (QLabel, QAbstractButton, QPlainTextEdit, QTextEdit, QLineEdit)
_ROWS = 60


def texts() -> list[str]:
    """Everything that can be read now, also to a screen reader."""
    shown = seen()
    found = [words_of(one) for one in shown if isinstance(one, _READ)]
    for view in shown:
        model = view.model() if isinstance(view, QAbstractItemView) else None
        if model is None:
            continue
        for number in range(min(model.rowCount(), _ROWS)):
            for column in range(model.columnCount()):
                index = model.index(number, column)
                found += [str(model.data(index, role) or "") for role in _SAID]
    return list(dict.fromkeys(one for one in found if one))


def answer(question: dict[str, Any]) -> Any:
    match question["ask"]:
        case "where":
            return where(question["words"], question.get("within", ""))
        case "row":
            return row(question["words"])
        case "texts":
            return texts()
        case "titles":
            return [top.windowTitle() for top in QApplication.topLevelWidgets() if top.isVisible()]
        case "focus":
            one = QApplication.focusWidget()
            return (one.accessibleName() or words_of(one)) if one is not None else ""
        case "page":
            page = run.window.centralWidget()
            inner = page.stack.currentWidget() if isinstance(page, Workspace) else None
            return [type(page).__name__, type(inner).__name__ if inner is not None else ""]
        case "drop":
            drop(question["paths"])
            return True
        case "grab":
            return run.window.grab().save(question["path"])
        case "close":
            return run.window.close()
    return None


def look() -> None:
    for path in sorted(asked.glob("*.ask")):
        question = json.loads(path.read_text("utf-8"))
        path.unlink()
        reply = json.dumps(answer(question))
        made = path.with_suffix(".made")
        made.write_text(reply, "utf-8")
        made.rename(path.with_suffix(".answer"))


timer = QTimer()
timer.timeout.connect(look)
timer.start(20)
sys.exit(run.run())
