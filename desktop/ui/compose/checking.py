"""How the letter would go and what it gives away, asked a moment after the last change.

The office looks through text and files off the window's thread, so typing never waits.
One question is under way at a time; whatever changed meanwhile is asked about next.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.office.values import Explained, LetterRequest
from desktop.ui.base import Ui

WAIT_MS = 700


class Checker(QObject):
    """`answered` carries the request that was looked at and its answer; `busy` whether it works."""

    answered = Signal(object, object)
    failed = Signal(object)
    busy = Signal(bool)

    def __init__(
        self, owner: QWidget, ui: Ui, session: Session, look: Callable[[], LetterRequest | None]
    ) -> None:
        super().__init__(owner)
        self._ui = ui
        self._session = session
        self._look = look
        self._running = False
        self._again = False
        self._seen: LetterRequest | None = None
        self._then: Callable[[], None] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT_MS)
        self._timer.timeout.connect(self.now)

    @property
    def fresh(self) -> bool:
        """Whether the last answer is about the letter as it stands there now."""
        return self._seen is not None and self._seen == self._request()

    def soon(self) -> None:
        """Something changed: ask when it has rested for a moment."""
        self._timer.start()

    def now(self) -> None:
        self._timer.stop()
        if self._running:
            self._again = True
            return
        request = self._request()
        if request is None or request == self._seen:
            self._go_on()
            return
        self._running = True
        self.busy.emit(True)
        self._ui.bridge.run(
            self,
            lambda _: self._ui.office.explain_letter(self._session, request),
            lambda answer: self._answer(request, answer),
            lambda error: self._fail(error),
        )

    def then(self, act: Callable[[], None]) -> None:
        """`act` once there is an answer about the letter as it stands; not at all where it fails."""
        self._then = act
        self.now()

    def forget(self) -> None:
        """Another letter, or something outside of it changed: what was answered counts no more."""
        self._timer.stop()
        self._seen = None
        self._then = None
        self._again = self._running

    def _request(self) -> LetterRequest | None:
        request = self._look()
        return replace(request, expect="") if request is not None else None

    def _answer(self, request: LetterRequest, answer: Explained) -> None:
        self._end()
        current = self._request()
        if current is not None and current.person == request.person:
            self._seen = request
            self.answered.emit(request, answer)
        self._go_on()

    def _fail(self, error: SealwellError) -> None:
        self._end()
        self._then = None
        if self._again:
            self._go_on()
        else:
            self.failed.emit(error)

    def _end(self) -> None:
        self._running = False
        self.busy.emit(False)

    def _go_on(self) -> None:
        if self._again or (self._then is not None and not self.fresh):
            self._again = False
            if self._request() is not None and not self.fresh:
                self.now()
                return
        act, self._then = self._then, None
        if act is not None and self.fresh:
            act()
