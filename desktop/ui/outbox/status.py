"""One line at the foot of the window: what sending is doing, how old the newest backup is. Nobody's name."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.errors import SealwellError
from desktop.models.records import Reason
from desktop.office.values_backups import Freshness
from desktop.office.values_entry import DutyState
from desktop.ui.backups.words import status_words, tone
from desktop.ui.base import Ui, button
from desktop.ui.icons import icon
from desktop.ui.outbox.words import BY_PERSON

_EVERY_MS = 4000


class StatusLine(QWidget):
    """A press opens the outbox, or backups; asks without a session, so that it never counts as use.

    `told` carries each answer, for whoever shows another part of it.
    """

    told = Signal(object)

    def __init__(self, ui: Ui, on_open: Callable[[], None], on_backups: Callable[[], None]) -> None:
        super().__init__()
        self.ui = ui
        self._asking = False
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 0, 16, 6)
        self.line = button("", on_open, "quiet")
        row.addWidget(self.line)
        row.addStretch()
        self.backup = button("", on_backups, "quiet")
        self.backup.hide()
        row.addWidget(self.backup)
        self.show_duty(DutyState("", locked=False, vault_open=True, due=0))
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(_EVERY_MS)
        self.look()

    def look(self) -> None:
        if self._asking:
            return
        self._asking = True
        self.ui.bridge.run(self, lambda _: self.ui.office.duty(), self._answered, self._failed)

    def _answered(self, duty: DutyState) -> None:
        self._asking = False
        self.show_duty(duty)
        self.told.emit(duty)

    def _failed(self, _: SealwellError) -> None:
        """The page in front says what is wrong; this line keeps what it knew."""
        self._asking = False

    def show_duty(self, duty: DutyState) -> None:
        say = self.ui.say
        if duty.waits_for_sign_in:
            words = say("ui.status.waits")
        elif duty.paused == BY_PERSON:
            words = say("ui.status.paused-by-person")
        elif duty.paused:
            words = say("ui.status.paused", why=self.ui.reason(Reason(duty.paused)))
        elif duty.due:
            words = self.ui.texts.count("ui.status.due", duty.due)
        else:
            words = say("ui.status.idle")
        if words == self.line.text():
            return
        self.line.setText(words)
        self.line.setAccessibleName(words)
        self.line.setToolTip(say("ui.status.open"))

    def show_freshness(self, freshness: Freshness) -> None:
        """How old the newest backup is; said in colour too where it is too old."""
        words = status_words(self.ui, freshness)
        self.backup.setText(words)
        self.backup.setAccessibleName(words)
        if self.backup.isEnabled():
            self.backup.setToolTip(self.ui.say("ui.status.open-backups"))
        tokens = self.ui.theme.tokens
        picture, colour = {
            "ok": ("shield-check", tokens.muted),
            "warn": ("triangle-alert", tokens.warn),
            "error": ("circle-alert", tokens.error),
        }[tone(freshness)]
        self.backup.setIcon(icon(picture, colour, 16))
        self.backup.show()
