"""Ten saved codes, shown once: printed or copied by their person, and then gone from the screen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.ui.base import Ui, button, plain_label
from desktop.ui.clipboard import forget_clipboard
from desktop.ui.cover import Cover
from desktop.ui.printing import print_text

_COLUMNS = 2


class CodesView(QWidget):
    """The codes with Print and Copy; the clipboard is emptied when they are gone."""

    def __init__(self, ui: Ui, user: str, codes: tuple[str, ...]) -> None:
        super().__init__()
        self.ui = ui
        self._user = user
        self.codes = codes
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(6)
        for at, code in enumerate(codes):
            grid.addWidget(plain_label(code, "mono"), at // _COLUMNS, at % _COLUMNS)
        self.cover = Cover(ui, inside)
        column.addWidget(self.cover)
        row = QHBoxLayout()
        self.print_button = button(ui.say("ui.codes.print"), self.print)
        self.copy_button = button(ui.say("ui.codes.copy"), self.copy)
        row.addWidget(self.print_button)
        row.addWidget(self.copy_button)
        row.addStretch()
        column.addLayout(row)

    def print(self) -> None:
        print_text(self, self.ui.say("ui.codes.sheet", name=self._user), self.codes)

    def copy(self) -> None:
        """Once, into the person's own password manager."""
        QGuiApplication.clipboard().setText("\n".join(self.codes))
        self.copy_button.setText(self.ui.say("ui.codes.copied"))
        self.copy_button.setEnabled(False)

    def forget(self) -> None:
        """They are kept now: nothing of them stays in this window."""
        self.codes = ()
        forget_clipboard()
        self.hide()
        for label in self.cover.secret.findChildren(QWidget):
            label.deleteLater()


def have_them(ui: Ui, view: CodesView, done: Callable[[], None]) -> tuple[QHBoxLayout, QPushButton]:
    """The row that ends the page, and its button."""
    row = QHBoxLayout()
    row.addStretch()

    def go() -> None:
        view.forget()
        done()

    made = button(ui.say("ui.codes.have-them"), go, "primary")
    row.addWidget(made)
    return row, made
