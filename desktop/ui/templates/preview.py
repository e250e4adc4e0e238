"""What would come of the words in the editor: as a telephone, a computer and a text reader show it.

Asked a moment after the last key, one question at a time, off the window's thread. Meanwhile the last
letter that could be made stays where it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.errors import SealwellError
from desktop.frozen import dataclass
from desktop.models.accounts import Session
from desktop.office.values_templates import TemplatePreview, TemplateTryRequest
from desktop.texts import clean, clean_lines
from desktop.ui.audit.personfield import PersonField
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.templates.browser import exact_page, open_page
from desktop.ui.templates.letter import DESKTOP, PHONE, LetterView

PAUSE = 250
"""Milliseconds without a key after which the letter is made anew."""
_LONGEST = 40_000
_WIDTHS = {"phone": PHONE, "desktop": DESKTOP}
VIEWS = (*_WIDTHS, "text")


@dataclass(frozen=True)
class _Made:
    request: TemplateTryRequest
    preview: TemplatePreview
    pictures: dict[str, bytes]


class PreviewPane(QWidget):
    """`found` hears each answer's findings and its language; `failed` an error of the question itself.

    `look` says what is in the editor now, None where nothing is.
    """

    found = Signal(object, str)
    failed = Signal(object)

    def __init__(self, ui: Ui, session: Session, look: Callable[[], TemplateTryRequest | None]) -> None:
        super().__init__()
        self.ui, self._session, self._look = ui, session, look
        self._pictures: dict[str, bytes] = {}
        self._asking = False
        self._again = False
        self._round = 0
        self.made: _Made | None = None
        self._timer = QTimer(self, singleShot=True, interval=PAUSE)
        self._timer.timeout.connect(self.ask)
        say = ui.say
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self._build_views())
        self.person = PersonField(ui, session, say("ui.templates.for-person"))
        self.person.changed.connect(self.ask)
        column.addWidget(self.person)
        self.subject = plain_label("", "label", wrap=True)
        self.line = plain_label("", "muted", wrap=True)
        self.state = plain_label("", "problem", wrap=True)
        for label in (self.subject, self.line, self.state):
            column.addWidget(label)
            label.hide()
        self.stack = QStackedWidget()
        self.letter = LetterView(say("ui.templates.preview"))
        self.letter.pressed.connect(self._say_where)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(say("ui.templates.preview-text"))
        self.stack.addWidget(self.letter)
        self.stack.addWidget(self.text)
        column.addWidget(self.stack, 1)

    def _build_views(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        group = QButtonGroup(self)
        self.views: dict[str, QPushButton] = {}
        for code in VIEWS:
            made = button(self.ui.say(f"ui.templates.view-{code}"), partial(self.show_view, code), "section")
            made.setCheckable(True)
            group.addButton(made)
            row.addWidget(made)
            self.views[code] = made
        self.views["phone"].setChecked(True)
        row.addStretch()
        self.browser = button(self.ui.say("ui.templates.browser"), self.open_browser, "link")
        self.browser.setToolTip(self.ui.say("ui.templates.browser-about"))
        self.browser.setAccessibleDescription(self.ui.say("ui.templates.browser-about"))
        row.addWidget(self.browser)
        return row

    # --- asking -------------------------------------------------------------------------

    def soon(self) -> None:
        """Something was typed."""
        self._timer.start()

    @property
    def settled(self) -> bool:
        return not (self._timer.isActive() or self._asking)

    def ask(self) -> None:
        """Now; while one question is open the next waits for its answer."""
        self._timer.stop()
        if self._asking:
            self._again = True
            return
        request = self._look()
        if request is None:
            self.clear()
            return
        asked = replace(request, person=self.person.chosen)
        known = dict(self._pictures)
        self._asking = True
        now = self._round
        self.ui.bridge.run(
            self, lambda _: self._make(asked, known), lambda made: self._answered(made, now), self._refused
        )

    def _make(self, request: TemplateTryRequest, known: dict[str, bytes]) -> _Made:
        """On the bridge's pool."""
        office = self.ui.office
        preview = office.preview_template(self._session, request)
        letter = preview.letter
        if letter is not None:
            shown = {piece.picture for piece in letter.pieces} | {letter.logo}
            for name in sorted(shown - known.keys() - {""}):
                known[name] = office.picture_data(self._session, name)
        return _Made(request, preview, known)

    def _answered(self, made: _Made, asked_in: int) -> None:
        """An answer about a template that is not in the editor any more says nothing."""
        self._asking = False
        self._pictures = made.pictures
        if asked_in == self._round:
            self._show(made)
            self.found.emit(made.preview.findings, made.request.language)
        self._next()

    def _refused(self, error: SealwellError) -> None:
        self._asking = False
        self.failed.emit(error)
        self._next()

    def _next(self) -> None:
        if self._again:
            self._again = False
            self.ask()

    # --- showing ------------------------------------------------------------------------

    def begin(self) -> None:
        """Another template is in the editor."""
        self._round += 1
        self.clear()
        self.ask()

    def clear(self) -> None:
        """Nobody's letter, until the next is made."""
        self.made = None
        self.letter.show_letter(None, {}, PHONE)
        self.text.clear()
        for label in (self.subject, self.line, self.state):
            label.hide()

    def forget_pictures(self) -> None:
        """One of a name may be another by now."""
        self._pictures = {}
        self.ask()

    def show_view(self, code: str) -> None:
        self.views[code].setChecked(True)
        self.stack.setCurrentWidget(self.text if code == "text" else self.letter)
        if self.made is not None:
            self._draw(self.made)

    def _show(self, made: _Made) -> None:
        preview = made.preview
        self._tell(preview)
        if preview.letter is None:
            # Of another person or language nothing may stay.
            before = self.made
            if before is None or _whose(before.request) != _whose(made.request):
                state = self.state.text()
                self.clear()
                self._say(state, "problem")
            return
        self.made = made
        self._put(self.subject, clean(preview.subject))
        self._put(self.line, clean(preview.letter.preview))
        self._draw(made)

    def _draw(self, made: _Made) -> None:
        code = next(code for code, one in self.views.items() if one.isChecked())
        if code == "text":
            self.text.setPlainText(clean_lines(made.preview.text, _LONGEST))
        else:
            self.letter.show_letter(made.preview.letter, made.pictures, _WIDTHS[code])

    def _tell(self, preview: TemplatePreview) -> None:
        if preview.missing:
            names = ", ".join(map(self._field_words, preview.missing))
            self._say(self.ui.say("ui.templates.missing", fields=names), "problem")
        elif preview.letter is None:
            self._say(self.ui.say("ui.templates.no-preview"), "problem")
        else:
            self._say("", "muted")

    def _field_words(self, name: str) -> str:
        code = f"ui.blocks.field-{name}"
        return self.ui.say(code) if self.ui.texts.has(code) else clean(name)

    def _say_where(self, link: str) -> None:
        self._say(self.ui.say("ui.templates.leads-to", link=clean(link)), "muted")

    def _say(self, words: str, look: str) -> None:
        self.state.setObjectName(look)
        self.state.style().unpolish(self.state)
        self.state.style().polish(self.state)
        self._put(self.state, words)

    def _put(self, label: QWidget, words: str) -> None:
        label.setText(words)  # type: ignore[attr-defined]
        label.setVisible(bool(words))

    # --- the page itself ----------------------------------------------------------------

    def open_browser(self) -> None:
        """The exact page, always with sample values: a file on the disk names nobody."""
        request = self._look()
        if request is None:
            return
        sample = replace(request, person=None)
        self.browser.setEnabled(False)
        self.ui.bridge.run(
            self, lambda _: exact_page(self.ui.office, self._session, sample), self._opened, self._not_opened
        )

    def _opened(self, page: bytes) -> None:
        self.browser.setEnabled(True)
        if not page:
            self._say(self.ui.say("ui.templates.no-preview"), "problem")
        elif not open_page(self, page):
            self._say(self.ui.say("ui.templates.no-browser"), "problem")

    def _not_opened(self, error: SealwellError) -> None:
        self.browser.setEnabled(True)
        self.failed.emit(error)


def _whose(request: TemplateTryRequest) -> tuple[object, str]:
    return request.person, request.language
