"""Said before two records become one."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dialog import FormDialog


class MergeDialog(FormDialog):
    """What is kept, what is taken over, and that it can be undone."""

    def __init__(self, ui: Ui, kept: str, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.duplicates.merge-title"), parent)
        self.content.addWidget(plain_label(ui.say("ui.duplicates.merge-lead", name=kept), wrap=True))
        self.content.addWidget(plain_label(ui.say("ui.duplicates.merge-mail"), "muted", wrap=True))
        self.go_button = button(ui.say("ui.duplicates.merge-go"), self.accept, "primary")
        self.foot.addWidget(self.go_button)
        self.cancel.setFocus()
