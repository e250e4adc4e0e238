"""Across the window while backups are old: from a day on a warning, from two days on in red.

Who can do something is led there; everybody else reads plain words and whom to tell.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.office.values_backups import FRESH, Freshness
from desktop.office.values_entry import DutyState
from desktop.ui.backups.words import LOOKERS, headline
from desktop.ui.base import Ui
from desktop.ui.strip import Strip

_EVERY_MS = 60 * 1000


class BackupBanner(QWidget):
    """Hidden while all is well. Asks again when the state has changed, and every minute."""

    known = Signal(object)
    """Each `Freshness` that was learnt, for the foot of the window."""

    def __init__(self, ui: Ui, session: Session, on_open: Callable[[], None]) -> None:
        super().__init__()
        self.ui = ui
        self._session = session
        self._state = ""
        self._can_act = session.role in LOOKERS
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 12, 24, 0)
        self.strip = Strip(ui, "warn")
        self.strip.act(ui.say("ui.banner.to-backups"), on_open, self._can_act)
        column.addWidget(self.strip)
        self.hide()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(_EVERY_MS)

    def hear(self, duty: DutyState) -> None:
        """What is told of backups without a session; anything new is looked at."""
        before, self._state = self._state, duty.backup
        if before and duty.backup and before != duty.backup:
            self.look()

    def look(self) -> None:
        self.ui.bridge.run(
            self, lambda _: self.ui.office.freshness(self._session), self.show_freshness, _later
        )

    def show_freshness(self, freshness: Freshness) -> None:
        self.known.emit(freshness)
        if freshness.state == FRESH:
            self.strip.say("")
            self.hide()
            return
        words = [headline(self.ui, freshness)]
        if not self._can_act:
            words.append(self.ui.say("ui.banner.tell-manager"))
        elif freshness.campaigns_locked:
            words.append(self.ui.say("ui.backups.campaigns-locked"))
        self.strip.look("error" if freshness.campaigns_locked else "warn")
        self.strip.say(" ".join(words))
        self.show()


def _later(_: SealwellError) -> None:
    """Locked, or not to be known just now: the next look will tell."""
