"""The form of every small dialog: heading, notice, content, buttons with Cancel first."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.ui.base import Notice, Ui, button, plain_label
from desktop.ui.capture import block_capture

_AROUND = 170
"""What heading, buttons and margins take, in logical pixels: a dialog is no taller than its window."""
_SHORTEST = 260
_NARROWEST = 432
"""Of the content. Set on the dialog itself it would keep the dialog from growing with longer words."""


class _Content(QScrollArea):
    """As tall as what it holds, up to a limit; then it scrolls."""

    def __init__(self, inner: QWidget, tallest: int) -> None:
        super().__init__()
        self._inner = inner
        self._tallest = tallest
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        inner = self._inner
        width = inner.sizeHint().width() + self.verticalScrollBar().sizeHint().width()
        wanted = inner.heightForWidth(max(width, self.width())) if inner.hasHeightForWidth() else -1
        return QSize(max(width, _NARROWEST), min(max(wanted, inner.sizeHint().height()), self._tallest))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return self.sizeHint()


class FormDialog(QDialog):
    """Heading, notice, content that scrolls where it is tall, and a row of buttons with Cancel first."""

    def __init__(self, ui: Ui, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.ui = ui
        # What was shown goes when it closes: a password card is not kept behind the page.
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # Titles name people, and the system shows them in its lists of windows and to remote helpers.
        self.setWindowTitle(ui.say("ui.window.title"))
        self.setAccessibleName(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(12)
        column.addWidget(plain_label(title, "heading", wrap=True))
        self.notice = Notice(ui.theme)
        column.addWidget(self.notice)
        self._holder = QWidget()
        self.content = QVBoxLayout(self._holder)
        self.content.setContentsMargins(2, 2, 8, 2)
        self.content.setSpacing(12)
        tallest = max(_SHORTEST, parent.window().height() - _AROUND)
        column.addWidget(_Content(self._holder, tallest), 1)
        self.foot = QHBoxLayout()
        self.foot.addStretch()
        self.cancel = button(ui.say("ui.cancel"), self.reject)
        self.foot.addWidget(self.cancel)
        column.addLayout(self.foot)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        block_capture(self)

    def failed(self, error: SealwellError) -> None:
        self.notice.show_words(self.ui.error(error))


class ConfirmDialog(FormDialog):
    """Something ends: said in one sentence, and done only on a second click."""

    def __init__(self, ui: Ui, code: str, parent: QWidget) -> None:
        super().__init__(ui, ui.say(f"{code}-title"), parent)
        self.content.addWidget(plain_label(ui.say(f"{code}-lead"), "muted", wrap=True))
        self.go_button = button(ui.say(code), self.accept, "primary")
        self.foot.addWidget(self.go_button)
        self.cancel.setFocus()


def row_label(words: str) -> QLabel:
    """A label beside its input, in the middle of the row."""
    label = plain_label(words, "muted")
    label.setMinimumHeight(36)
    return label
