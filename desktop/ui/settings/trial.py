"""A test that somebody may give up before it answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject

from desktop.errors import SealwellError
from desktop.ui.base import Ui

T = TypeVar("T")


class Trial:
    """One at a time. What one finds that was given up comes to nobody: it only reads, and ends by itself."""

    def __init__(self, owner: QObject, ui: Ui) -> None:
        self._owner, self._ui = owner, ui
        self._current: object | None = None

    @property
    def running(self) -> bool:
        return self._current is not None

    def run(
        self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[SealwellError], None]
    ) -> None:
        mine = self._current = object()

        def tell(call: Callable[[], None]) -> None:
            if self._current is mine:
                self._current = None
                call()

        self._ui.bridge.run(
            self._owner,
            lambda _: work(),
            lambda answer: tell(lambda: done(answer)),
            lambda error: tell(lambda: failed(error)),
        )

    def give_up(self) -> None:
        self._current = None
