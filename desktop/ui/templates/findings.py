"""What was found in a template, what stops it first; a press leads to where it is mended."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop.models.records import Reason
from desktop.office.values_templates import TemplateFinding
from desktop.ui.base import Ui, button, emptied, plain_label
from desktop.ui.icons import icon
from desktop.ui.templates.letter import tip

_TALLEST = 118
_SUBJECT = ("template-no-subject", "template-field-clinical")
_NAMES = ("word", "words", "host", "name", "picture", "link", "field")
"""Of a reason's parameters: what stands in the text itself."""


class Findings(QScrollArea):
    """`wanted` tells language, part (`subject`, `preview`, `body`) and the words to look for."""

    wanted = Signal(str, str, str)

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self.ui = ui
        self._found: dict[str, tuple[TemplateFinding, ...]] = {}
        self._first = ""
        self.setAccessibleName(ui.say("ui.templates.findings"))
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        holder = QWidget()
        self._column = QVBoxLayout(holder)
        self._column.setContentsMargins(0, 0, 8, 0)
        self._column.setSpacing(0)
        self.setWidget(holder)
        self.setMaximumHeight(_TALLEST)
        self.lines: list[QPushButton] = []
        self.good: QLabel | None = None
        self.hide()

    @property
    def stops(self) -> bool:
        return any(one.stops for found in self._found.values() for one in found)

    def clear(self) -> None:
        self._found = {}
        self._show()

    def take(self, language: str, found: tuple[TemplateFinding, ...]) -> None:
        """What is known of one language now."""
        if self._found.get(language) != found:
            self._found[language] = found
            self._show()

    def drop(self, language: str) -> None:
        self._found.pop(language, None)
        self._show()

    def in_front(self, language: str) -> None:
        """The language that is being written comes first."""
        self._first = language
        self._show()

    def _show(self) -> None:
        emptied(self._column)
        self.lines, self.good = [], None
        listed = [(one, language) for language, found in self._found.items() for one in found]
        for one, language in sorted(listed, key=lambda pair: (not pair[0].stops, pair[1] != self._first)):
            self._add(one, language)
        if self._found and not listed:
            self.good = plain_label(self.ui.say("ui.templates.nothing-found"), "good", wrap=True)
            self._column.addWidget(self.good)
        self.setVisible(bool(self._found))
        self.setFixedHeight(min(_TALLEST, max(34, 34 * len(listed))))

    def _add(self, one: TemplateFinding, language: str) -> None:
        tokens, say = self.ui.theme.tokens, self.ui.say
        words = self._words(one.reason)
        if len(self._found) > 1:
            words = f"{say(f'ui.language.{language}')}: {words}"
        place = partial(self.wanted.emit, language, *_place(one.reason))
        made = button(words.replace("&", "&&"), place, "quiet")
        picture, colour = ("circle-alert", tokens.error) if one.stops else ("info", tokens.muted)
        made.setIcon(icon(picture, colour, 18))
        kind = say("ui.templates.stops" if one.stops else "ui.templates.hint")
        made.setAccessibleName(f"{kind}: {words}")
        made.setToolTip(tip(words))
        self._column.addWidget(made)
        self.lines.append(made)

    def _words(self, reason: Reason) -> str:
        """What is no language at all comes with the words of an error."""
        if self.ui.texts.has(f"reason.{reason.code}"):
            return self.ui.reason(reason)
        return " ".join(self.ui.texts.error(reason.code, reason.params))


def _place(reason: Reason) -> tuple[str, str]:
    in_subject = reason.code.startswith("check-subject") or reason.code in _SUBJECT
    words = next((str(reason.params[name]) for name in _NAMES if name in reason.params), "")
    return "subject" if in_subject else "body", words
