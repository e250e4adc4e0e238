"""Across the window for everybody: entries of the log are missing, or it does not agree with itself.

And for those who look after the log: nobody outside has seen it for a day, and how many alerts
nobody has looked at.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Role, Session
from desktop.office.values_audit import AlertsShown, LogState
from desktop.ui.audit.state import gap_words
from desktop.ui.base import Ui
from desktop.ui.strip import Strip

_EVERY_MS = 15 * 60 * 1000
"""Each look is a record of the log itself, so it is not often; opening the log looks too."""
_MISMATCH = "audit-mismatch"
_READERS = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})


class LogBanner(QWidget):
    """Hidden while all is well. `open_log` opens a part of the audit page."""

    unseen = Signal(int)
    """How many alerts nobody has looked at, for the rail."""

    def __init__(self, ui: Ui, session: Session, open_log: Callable[[str], None]) -> None:
        super().__init__()
        self.ui = ui
        self._session = session
        self._open_log = open_log
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 12, 24, 0)
        column.setSpacing(8)
        self.gap = Strip(ui, "error")
        self.gap.act(ui.say("ui.banner.to-gap"), lambda: open_log("state"), session.role in _READERS)
        self.mismatch = Strip(ui, "error")
        self.mismatch.act(ui.say("ui.banner.to-alerts"), lambda: open_log("alerts"), session.role in _READERS)
        self.stale = Strip(ui, "warn")
        self.stale.act(ui.say("ui.banner.to-state"), lambda: open_log("state"), session.role in _READERS)
        for one in (self.gap, self.mismatch, self.stale):
            column.addWidget(one)
        self.hide()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(_EVERY_MS)

    def look(self) -> None:
        """Ask the office; what cannot be asked now is asked again later."""
        run = self.ui.bridge.run
        run(self, lambda _: self.ui.office.log_state(self._session), self.show_state, _later)
        run(self, lambda _: self.ui.office.list_alerts(self._session), self.show_alerts, _later)

    def show_state(self, state: LogState) -> None:
        if state.gap is None:
            self.gap.say("")
        elif self._session.role in _READERS:
            self.gap.say(gap_words(self.ui, state))
        else:
            self.gap.say(self.ui.say("ui.banner.log-gap"))
        stale = state.stale and state.gap is None and self._session.role in _READERS
        self.stale.say(self.ui.say("ui.banner.witness-stale") if stale else "")
        self._show()

    def show_alerts(self, shown: AlertsShown) -> None:
        """Two sentences, and whom to call; the rest is for those who look after the log."""
        wrong = any(one.rule == _MISMATCH and not one.seen for one in shown.alerts)
        words = (self.ui.say(f"alert.{_MISMATCH}"), self.ui.say(f"alert.{_MISMATCH}.do"))
        self.mismatch.say(" ".join(words) if wrong else "")
        self.unseen.emit(shown.unseen)
        self._show()

    def _show(self) -> None:
        self.setVisible(any(one.words for one in (self.gap, self.mismatch, self.stale)))


def _later(_: SealwellError) -> None:
    """Locked, or not allowed just now: the next look will tell."""
