"""The recovery key, to be written down; two of its groups are typed back."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout

from desktop.errors import SealwellError
from desktop.office.values_protection import Paper
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.cover import Cover
from desktop.ui.form import CentredForm, Field
from desktop.ui.saving import save_paper

_WIDE = 560


def _nothing() -> None:
    """Nobody is signed in whose idle clock could start anew."""


class RecoveryPage(CentredForm):
    """Shown once, at set-up and after each emergency access."""

    def __init__(
        self, ui: Ui, key: str, done: Callable[[], None], on_life: Callable[[], None] = _nothing
    ) -> None:
        super().__init__(ui, "lock", ui.say("ui.recovery.title"), ui.say("ui.recovery.lead"), _WIDE)
        self._groups = key.replace("-", " ").split()
        self._key = key
        self._done = done
        half = (len(self._groups) + 1) // 2
        words = "  ".join(self._groups[:half]) + "\n" + "  ".join(self._groups[half:])
        self.shown = plain_label(words, "mono", wrap=True)
        self.cover = Cover(ui, self.shown, on_life)
        self.column.addWidget(self.cover)
        self.column.addWidget(plain_label(ui.say("ui.recovery.warning"), "problem", wrap=True))
        self.asked = sorted(secrets.SystemRandom().sample(range(len(self._groups)), 2))
        self.typed = [Field(ui.say("ui.recovery.group", number=at + 1)) for at in self.asked]
        row = QHBoxLayout()
        for field in self.typed:
            row.addWidget(field)
            field.input.returnPressed.connect(self.submit)
        self.column.addLayout(row)
        foot = QHBoxLayout()
        self.kit = button(ui.say("ui.recovery.print"), self.print_kit, "quiet")
        foot.addWidget(self.kit)
        foot.addStretch()
        self.go = button(ui.say("ui.next"), self.submit, "primary")
        foot.addWidget(self.go)
        self.column.addLayout(foot)
        self.setFocusProxy(self.typed[0].input)

    def print_kit(self) -> None:
        """The key on paper, as groups, words and a code, with where the backups lie and what to do."""
        key = self._key
        self.kit.setEnabled(False)
        self.notice.show_words(self.ui.say("ui.recovery.printing"), "plain")
        self.ui.bridge.run(self, lambda _: self.ui.office.print_new_kit(key), self._printed, self._refused)

    def _printed(self, paper: Paper) -> None:
        self.kit.setEnabled(True)
        self.notice.clear()
        name = self.ui.say("ui.recovery.kit-name")
        save_paper(self, self.ui, paper.data, name, "ui.recovery.printed", self.notice.show_words)

    def _refused(self, error: SealwellError) -> None:
        self.kit.setEnabled(True)
        self.notice.show_words(self.ui.error(error))

    def holds(self) -> bool:
        """Whether the key is still to be written down; said, because it is shown only once."""
        if self._groups:
            self.notice.show_words(self.ui.say("ui.recovery.first"), "warn")
        return bool(self._groups)

    def submit(self) -> None:
        if not self._groups:
            return
        for at, field in zip(self.asked, self.typed, strict=True):
            if field.text.strip().upper() != self._groups[at].upper():
                field.wrong(self.ui.say("ui.recovery.differs"))
                field.input.setFocus()
                return
        self.shown.clear()
        self._groups, self._key = [], ""
        self._done()
