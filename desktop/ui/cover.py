"""A secret on the screen is covered when nobody has moved for a while, until somebody asks for it again."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from desktop.config import LIMITS
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.idle import IdleWatch


def _nothing() -> None:
    """Nobody is signed in yet whose idle clock could start anew."""


class Cover(QWidget):
    """Shows `secret`, a QR code or a key that is shown once; `on_life` hears that somebody is there."""

    def __init__(self, ui: Ui, secret: QWidget, on_life: Callable[[], None] = _nothing) -> None:
        super().__init__()
        self.secret = secret
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(secret)
        self._instead = QWidget()
        inside = QVBoxLayout(self._instead)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(plain_label(ui.say("ui.cover.words"), "muted", wrap=True))
        self.again = button(ui.say("ui.cover.again"), self.uncover)
        inside.addWidget(self.again)
        column.addWidget(self._instead)
        self._instead.hide()
        application = QApplication.instance()
        if application is None:
            raise TypeError("a page needs a QApplication")
        self.watch = IdleWatch(application, ui.clock, LIMITS.idle_lock, self.cover, on_life, self)

    @property
    def covered(self) -> bool:
        return self.secret.isHidden()

    def cover(self) -> None:
        self.secret.hide()
        self._instead.show()

    def uncover(self) -> None:
        self._instead.hide()
        self.secret.show()
        self.watch.start()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        if not self.covered:
            self.watch.start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        self.watch.stop()
        super().hideEvent(event)
