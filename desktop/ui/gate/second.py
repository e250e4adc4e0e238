"""The second factor on a page: nothing at first, then a code or a saved code; or the security key.

Whoever has a security key on this computer opens nothing without it, so it alone is asked for.
"""

from __future__ import annotations

from dataclasses import field

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.frozen import dataclass
from desktop.ui.base import Ui, button
from desktop.ui.form import Field

NONE, CODE, SAVED, KEY = "none", "code", "saved", "key"
_ABOUT_CODES = {"code-needed": CODE, "code-wrong": CODE, "code-used": CODE, "recovery-code-wrong": SAVED}
"""What the office says of a code, and the field that it is about."""
_WORDS = {
    CODE: ("ui.signin.code", "ui.signin.code-hint", False),
    SAVED: ("ui.second.saved", "ui.second.saved-hint", False),
    KEY: ("ui.second.key-pin", "ui.second.key-hint", True),
}
"""Label, hint, and whether what is typed is hidden."""


@dataclass(frozen=True)
class SecondGiven:
    """What was typed; the others are empty."""

    code: str = field(default="", repr=False)
    recovery_code: str = field(default="", repr=False)
    key_pin: str = field(default="", repr=False)


class SecondFactor(QWidget):
    """One field at a time, and links to the other ways; `submitted` on Enter."""

    submitted = Signal()

    def __init__(self, ui: Ui, saved: bool = True) -> None:
        super().__init__()
        self.ui = ui
        self._saved = saved
        self.mode = NONE
        self._fields: dict[str, Field] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self.to_saved = button(ui.say("ui.second.use-saved"), lambda: self.ask(SAVED), "quiet")
        self.to_code = button(ui.say("ui.second.use-code"), lambda: self.ask(CODE), "quiet")
        for link in (self.to_code, self.to_saved):
            self._column.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)
        self._show()

    @property
    def code(self) -> Field:
        return self._field(CODE)

    @property
    def saved_code(self) -> Field:
        return self._field(SAVED)

    @property
    def key_pin(self) -> Field:
        return self._field(KEY)

    def _field(self, mode: str) -> Field:
        """Made when it is first wanted: most days nobody is asked, and the first page stands sooner."""
        if mode not in self._fields:
            words, hint, secret = _WORDS[mode]
            made = Field(self.ui.say(words), secret=secret, hint=self.ui.say(hint))
            if mode == CODE:
                made.input.setMaxLength(8)
                made.input.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
            made.input.returnPressed.connect(self.submitted)
            self._column.insertWidget(0, made)  # before it is shown: alone it would be a window
            made.setVisible(mode == self.mode)
            # Made late, it would come last; and Tab from the code must lead on, not back to the name.
            QWidget.setTabOrder(_stop_before(self.to_code), made.input)
            self._fields[mode] = made
        return self._fields[mode]

    def offer_key(self, has: bool) -> None:
        """Whether the person has a security key here."""
        if has != (self.mode == KEY):
            self.mode = KEY if has else NONE
            self._show()

    def ask(self, mode: str) -> None:
        """Show the field of `mode` and go to it."""
        self.mode = mode
        self._show()
        if mode != NONE:
            self._field(mode).input.setFocus()

    def wants(self, error_code: str) -> bool:
        """Whether an error is about the code: then its field is there to be filled."""
        mode = _ABOUT_CODES.get(error_code)
        if mode is None:
            return False
        self.ask(mode)
        return True

    def missing(self) -> Field | None:
        """The field that is shown and empty."""
        shown = self._fields.get(self.mode)
        return shown if shown is not None and not shown.text.strip() else None

    def given(self) -> SecondGiven:
        text = {mode: one.text.strip() for mode, one in self._fields.items() if mode == self.mode}
        return SecondGiven(text.get(CODE, ""), text.get(SAVED, ""), text.get(KEY, ""))

    def clear(self) -> None:
        for one in self._fields.values():
            one.input.clear()

    def _show(self) -> None:
        if self.mode != NONE:
            self._field(self.mode)
        for mode, one in self._fields.items():
            one.setVisible(mode == self.mode)
        self.to_saved.setVisible(self._saved and self.mode in (NONE, CODE))
        self.to_code.setVisible(self.mode == SAVED)


def _stop_before(widget: QWidget) -> QWidget:
    """The last widget before `widget` at which Tab stops; Qt orders nothing behind one where it does not."""
    before = widget.previousInFocusChain()
    while before is not None and before is not widget:
        if before.focusPolicy() & Qt.FocusPolicy.TabFocus:
            return before
        before = before.previousInFocusChain()
    return widget
