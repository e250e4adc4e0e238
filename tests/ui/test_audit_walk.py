"""With keys alone: from the page to the log, a filter, one record, and an export with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QFileDialog, QLineEdit, QWidget

from desktop.ui.audit.export import ExportDialog
from desktop.ui.audit.page import AuditPageView
from tests.ui.conftest import Opened

_STEPS = 40


class Hands:
    """Keys go where the focus is."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened

    @property
    def focus(self) -> QWidget:
        if QApplication.activeWindow() is None:  # Qt's offscreen platform forgets it when a page goes
            self._opened.window.activateWindow()
            self._opened.screen.qtbot.waitUntil(self._opened.window.isActiveWindow)
        focused = QApplication.focusWidget()
        assert focused is not None, "the focus is nowhere"
        return focused

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.focus, key, modifier)
        self._opened.screen.settle()
        self._opened.screen.qtbot.wait(20)

    def to(self, words: str) -> QWidget:
        """Tab until the control of this name has the focus."""
        seen = []
        for _ in range(_STEPS):
            focused = self.focus
            text = focused.text() if isinstance(focused, QAbstractButton) else ""
            if words in (focused.accessibleName(), text):
                return focused
            seen.append(focused.accessibleName() or text)
            QTest.keyClick(focused, Qt.Key.Key_Tab)
        raise AssertionError(f"{words!r} is not reached with Tab: {seen}")


@pytest.fixture
def hands(opened: Opened) -> Hands:
    opened.sign_in()
    opened.window.activateWindow()
    opened.screen.qtbot.waitUntil(opened.window.isActiveWindow)
    return Hands(opened)


def test_log_filter_record_export(
    opened: Opened, hands: Hands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    say = opened.screen.words
    hands.press(Qt.Key.Key_6, Qt.KeyboardModifier.ControlModifier)
    page = next(one for one in opened.window.findChildren(AuditPageView) if one.isVisible())
    log = page.log

    box = hands.to(say("ui.filter.what"))
    assert isinstance(box, QComboBox)
    for _ in range(box.findData("log")):
        hands.press(Qt.Key.Key_Down)
    opened.screen.qtbot.waitUntil(lambda: not log._later.isActive())
    opened.screen.settle()
    assert log.model.lines
    assert {line.act.partition(".")[0] for line in log.model.lines} <= {
        "audit",
        "alerts",
        "log",
        "checkpoint",
    }

    hands.to(say("ui.audit.list"))
    hands.press(Qt.Key.Key_Down)
    assert log.view.currentIndex().row() == 1
    hands.to(say("ui.record.technical"))
    hands.press(Qt.Key.Key_Space)
    assert log.record.fold.isChecked()

    hands.to(say("ui.audit.export"))
    hands.press(Qt.Key.Key_Space)
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ExportDialog)
    assert dialog.scope == "filtered", "what is shown is offered first"
    reason = hands.to(say("ui.audit.reason"))
    assert isinstance(reason, QLineEdit)
    QTest.keyClicks(reason, "asked by the examiner")
    target = tmp_path / "log.zip"
    monkeypatch.setattr(QFileDialog, "open", lambda chosen: chosen.fileSelected.emit(str(target)))
    hands.to(say("ui.audit.export-go"))
    hands.press(Qt.Key.Key_Space)
    opened.screen.settle()
    assert dialog.notice.property("kind") == "ok", dialog.notice.words
    assert target.exists()
    assert hands.focus is dialog.cancel, "the keyboard stands on Close"
    hands.press(Qt.Key.Key_Space)
    assert QApplication.activeModalWidget() is None


def test_the_parts_of_the_page_are_reached_with_the_arrows(opened: Opened, hands: Hands) -> None:
    say = opened.screen.words
    hands.press(Qt.Key.Key_6, Qt.KeyboardModifier.ControlModifier)
    page = next(one for one in opened.window.findChildren(AuditPageView) if one.isVisible())
    hands.to(say("ui.audit.tab-log"))
    hands.press(Qt.Key.Key_Right)
    hands.press(Qt.Key.Key_Space)
    assert page.tabs.current == "alerts"
    hands.to(say("ui.audit.more"))
    hands.press(Qt.Key.Key_Space)
    assert page.tabs.buttons["rules"].isVisible()
    hands.press(Qt.Key.Key_Space)
    assert page.tabs.current == "rules"
