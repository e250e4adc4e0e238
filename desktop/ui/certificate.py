"""The authority behind a server of the practice's own, which computers do not know by themselves."""

from __future__ import annotations

from pathlib import Path

from desktop.ui.base import Ui
from desktop.ui.form import Field


class CertificateField(Field):
    """The path of a PEM file; usually empty."""

    def __init__(self, ui: Ui) -> None:
        super().__init__(ui.say("ui.relay.ca-file"), hint=ui.say("ui.relay.ca-file-hint"))
        self._ui = ui

    def value(self) -> str | None:
        """The whole path, or '' for none; None where there is no such file, which is said beside it.

        Whole, because the background service does not stand in the folder that this window was started in.
        """
        if not self.text.strip():
            return ""
        file = Path(self.text.strip()).absolute()
        if file.is_file():
            return str(file)
        self.wrong(self._ui.say("ui.relay.ca-file-wrong"))
        self.input.setFocus()
        return None
