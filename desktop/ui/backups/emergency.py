"""What is done before it is needed: trying a restore, the kit on paper, a new recovery key."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from desktop.office.values_backups import BackupsShown
from desktop.ui.backups.words import drill_words, live
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dates import date_words


class EmergencyCard(QFrame):
    """Three rows; for administrators."""

    def __init__(
        self,
        ui: Ui,
        on_drill: Callable[[], None],
        on_kit: Callable[[], None],
        on_new_key: Callable[[], None],
    ) -> None:
        super().__init__()
        self._ui = ui
        self.setObjectName("card")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(20, 16, 20, 16)
        self._column.setSpacing(14)
        self._column.addWidget(plain_label(ui.say("ui.backups.emergency"), "heading"))
        self.drill_words, self.drill_button = self._row("drill", "", on_drill)
        _, self.kit_button = self._row("kit", ui.say("ui.backups.kit-about"), on_kit)
        _, self.key_button = self._row("new-key", ui.say("ui.backups.new-key-about"), on_new_key)

    def _row(self, code: str, words: str, act: Callable[[], None]) -> tuple[QLabel, QPushButton]:
        say = self._ui.say
        row = QHBoxLayout()
        row.setSpacing(16)
        side = QVBoxLayout()
        side.setSpacing(2)
        side.addWidget(plain_label(say(f"ui.backups.{code}"), "label"))
        about = plain_label(words, "muted", wrap=True)
        side.addWidget(about)
        row.addLayout(side, 1)
        made = button(say(f"ui.backups.{code}-go"), act)
        row.addWidget(made, 0, Qt.AlignmentFlag.AlignVCenter)
        self._column.addLayout(row)
        return about, made

    def show_drills(self, shown: BackupsShown) -> None:
        words = [drill_words(self._ui, shown.drills)]
        if shown.drill_due is not None:
            due = shown.drill_due <= self._ui.clock.now().astimezone().date()
            day = date_words(shown.drill_due, self._ui.texts.language)
            words.append(self._ui.say("ui.drill.due-now" if due else "ui.drill.due", day=day))
        self.drill_words.setText(" ".join(words))
        self.drill_button.setEnabled(bool(live(shown)))
