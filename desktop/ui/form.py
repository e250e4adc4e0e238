"""A form in the middle of the window: labels above fields, problems beside them."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from desktop.ui.base import Notice, Ui, card, plain_label
from desktop.ui.icons import pixmap

_WIDTH = 440
_LEAST_REASON = 10
"""Characters; "test" or "x" explains nothing to whoever reads the log."""


class Field(QWidget):
    """A label, an input, and one line for what is wrong with it."""

    def __init__(self, label: str, secret: bool = False, hint: str = "") -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        words = plain_label(label, "label")
        self.input = QLineEdit()
        self.input.setAccessibleName(label)
        if secret:
            self.input.setEchoMode(QLineEdit.EchoMode.Password)
        words.setBuddy(self.input)
        self._hint = hint
        self._below = plain_label(hint, "muted", wrap=True)
        self._row = QHBoxLayout()
        self._row.setSpacing(12)
        self._row.addWidget(self.input, 1)
        column.addWidget(words)
        column.addLayout(self._row)
        column.addWidget(self._below)
        self._below.setVisible(bool(hint))
        self.input.textEdited.connect(lambda _: self.wrong(""))

    @property
    def text(self) -> str:
        return self.input.text()

    def beside(self, widget: QWidget) -> None:
        """On one line with the input, such as a button that looks for a file."""
        self._row.addWidget(widget)

    def hint(self, words: str) -> None:
        """Another hint from now on."""
        self._hint = words
        self.wrong("")

    def wrong(self, words: str) -> None:
        """Say what is wrong; an empty text takes it back."""
        self.input.setProperty("wrong", bool(words))
        self._below.setObjectName("problem" if words else "muted")
        self._below.setText(words or self._hint)
        self._below.setVisible(bool(words or self._hint))
        self.input.setAccessibleDescription(words or self._hint)
        for widget in (self.input, self._below):
            widget.style().unpolish(widget)
            widget.style().polish(widget)

    def refuse(self, words: str) -> None:
        """Say what is wrong, with the cursor where it is put right."""
        self.wrong(words)
        self.input.setFocus()


def filled(ui: Ui, fields: Iterable[Field]) -> bool:
    """Whether something stands in each; the first that is empty says so."""
    for field in fields:
        if not field.text.strip():
            field.refuse(ui.say("ui.form.missing"))
            return False
    return True


def explained(ui: Ui, reason: Field) -> bool:
    """Whether a reason tells anything; it says so where it does not."""
    if len(reason.text.strip()) >= _LEAST_REASON:
        return True
    reason.refuse(ui.say("ui.emergency.reason-short"))
    return False


class CentredForm(QWidget):
    """A card in the middle: picture, title, one sentence, what the page adds; scrolls where it is tall."""

    def __init__(self, ui: Ui, picture: str, title: str, lead: str, width: int = _WIDTH) -> None:
        super().__init__()
        self.ui = ui
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        around.addWidget(scroll)
        holder = QWidget()
        middle = QVBoxLayout(holder)
        row = QHBoxLayout()
        self.card, self.column = _card(width)
        middle.addStretch(2)
        row.addStretch()
        row.addWidget(self.card)
        row.addStretch()
        middle.addLayout(row)
        middle.addStretch(3)
        scroll.setWidget(holder)
        image = QLabel()
        image.setPixmap(pixmap(picture, ui.theme.tokens.accent, 32))
        self.column.addWidget(image)
        self.title = plain_label(title, "title", wrap=True)
        self.lead = plain_label(lead, "muted", wrap=True)
        self.column.addWidget(self.title)
        self.column.addWidget(self.lead)
        self.notice = Notice(ui.theme)
        self.column.addWidget(self.notice)


def _card(width: int) -> tuple[QFrame, QVBoxLayout]:
    frame, column = card()
    frame.setFixedWidth(width)
    column.setContentsMargins(32, 28, 32, 28)
    column.setSpacing(14)
    return frame, column
