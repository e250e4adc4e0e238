"""The form of every small dialog: heading, notice, content, buttons with Cancel first."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.ui.base import Notice, Ui, button, plain_label


class FormDialog(QDialog):
    """Heading, notice, content, and a row of buttons with Cancel first."""

    def __init__(self, ui: Ui, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.ui = ui
        self.setWindowTitle(title)
        self.setMinimumWidth(480)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(12)
        column.addWidget(plain_label(title, "heading", wrap=True))
        self.notice = Notice(ui.theme)
        column.addWidget(self.notice)
        self.content = QVBoxLayout()
        self.content.setSpacing(12)
        column.addLayout(self.content)
        column.addStretch()
        self.foot = QHBoxLayout()
        self.foot.addStretch()
        self.cancel = button(ui.say("ui.cancel"), self.reject)
        self.foot.addWidget(self.cancel)
        column.addLayout(self.foot)

    def failed(self, error: SealwellError) -> None:
        self.notice.show_words(self.ui.error(error))
