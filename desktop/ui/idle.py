"""Locks the screen after a time without a key or a click (45 CFR 164.312(a)(2)(iii))."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer

from desktop.clock import Clock

_SIGNS_OF_LIFE = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
    }
)


class IdleWatch(QObject):
    """An event filter over the whole application; `on_idle` is called once per idle spell."""

    def __init__(
        self,
        application: QObject,
        clock: Clock,
        seconds: int,
        on_idle: Callable[[], None],
        on_life: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent or application)
        self._application = application
        self._on_life = on_life
        self._alive = False
        self._clock = clock
        self._seconds = seconds
        self._on_idle = on_idle
        self._last = self._moment()
        self._running = False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.check)

    def wait_for(self, seconds: int) -> None:
        """The practice's own time, from now on."""
        self._seconds = seconds

    def start(self) -> None:
        """From sign-in on; before, no event passes through Python, which would slow the first page."""
        self._last = self._moment()
        self._running = True
        self._timer.start(1000)
        self._application.installEventFilter(self)

    def stop(self) -> None:
        self._running = False
        self._timer.stop()
        self._application.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if self._running and event.type() in _SIGNS_OF_LIFE:
            # An event that comes after the time is up locks, and reaches nothing: no key may press Send.
            if self.check():
                return True
            self._last = self._moment()
            self._alive = True
        return False

    def _moment(self) -> tuple[float, float]:
        return self._clock.mono(), self._clock.now().timestamp()

    def _gone_by(self) -> float:
        """By the clock that says more: one stands still in sleep, the other can be set back."""
        return max(now - then for now, then in zip(self._moment(), self._last, strict=True))

    def check(self) -> bool:
        """Lock if the time is up, and say so; else pass on, once a second, that somebody is there."""
        if not self._running:
            return False
        if self._gone_by() >= self._seconds:
            self.stop()
            self._on_idle()
            return True
        if self._alive:
            self._alive = False
            self._on_life()
        return False
