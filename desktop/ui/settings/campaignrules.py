"""From how many people on somebody else signs a campaign, and how many letters one person gets at most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from desktop.office.values_campaigns import RULE_LIMITS, CampaignRules
from desktop.ui.audit.inputs import number_input
from desktop.ui.base import Ui, button, card, plain_label


class CampaignRulesCard(QWidget):
    """One number beside the other; `on_save` hears of all three."""

    def __init__(self, ui: Ui, rules: CampaignRules, on_save: Callable[[CampaignRules], None]) -> None:
        super().__init__()
        self._on_save = on_save
        say = ui.say
        frame, column = card()
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(frame)
        column.addWidget(plain_label(say("ui.sending.many"), "heading"))
        column.addWidget(plain_label(say("ui.sending.many-lead"), "muted", wrap=True))
        row = QHBoxLayout()
        row.setSpacing(12)
        self.numbers: dict[str, QSpinBox] = {}
        for name, value in asdict(rules).items():
            made = number_input(say(f"ui.sending.many-{name}"), *RULE_LIMITS[name])
            made.setValue(value)
            self.numbers[name] = made
            beside = QVBoxLayout()
            beside.addWidget(plain_label(made.accessibleName(), "label", wrap=True))
            beside.addWidget(made)
            row.addLayout(beside, 1)
        column.addLayout(row)
        self.save_button = button(say("ui.save"), self.save, "primary")
        column.addWidget(self.save_button, 0, Qt.AlignmentFlag.AlignLeft)

    def save(self) -> None:
        self._on_save(CampaignRules(**{name: made.value() for name, made in self.numbers.items()}))
