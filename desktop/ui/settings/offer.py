"""The newer version as administrators read of it: how urgent it is, what is new in it, its file."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.office.values_updates import UpdateOffer
from desktop.ui.base import Ui, button, emptied, plain_label
from desktop.ui.dates import date_words
from desktop.ui.files import size_words

_PILLS = {"critical": "pill-error", "high": "pill-warn", "normal": "pill-plain"}


class OfferCard(QFrame):
    """Hidden until there is one. The notes are plain text, as everything that strangers wrote."""

    def __init__(self, ui: Ui, on_download: Callable[[], None]) -> None:
        super().__init__()
        self._ui = ui
        self._on_download = on_download
        self.download_button: QPushButton | None = None
        self.setObjectName("card")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(24, 20, 24, 20)
        self._column.setSpacing(12)
        self.hide()

    def show_offer(self, offer: UpdateOffer | None, *, by_system: bool) -> None:
        """`by_system`: there is nothing to be downloaded by hand."""
        self.download_button = None
        self.setVisible(offer is not None)
        column = emptied(self._column)
        if offer is None:
            return
        say, language = self._ui.say, self._ui.texts.language
        head, row = _row()
        row.addWidget(plain_label(say("ui.updates.offer", version=offer.version), "heading"), 1)
        row.addWidget(plain_label(say(f"ui.updates.severity-{offer.severity}"), _PILLS[offer.severity]))
        column.addWidget(head)
        column.addWidget(self._until(offer))
        notes = offer.notes_es if language == "es" else offer.notes_en
        if notes:
            column.addWidget(plain_label(say("ui.updates.notes"), "label"))
            column.addWidget(plain_label(notes, wrap=True))
        if not by_system:
            column.addWidget(self._file(offer))

    def _until(self, offer: UpdateOffer) -> QLabel:
        if offer.install_by is None:
            return plain_label(self._ui.say("ui.updates.at-leisure"), "muted", wrap=True)
        late = offer.install_by < self._ui.clock.now()
        day = date_words(offer.install_by.astimezone().date(), self._ui.texts.language)
        code = "ui.updates.install-late" if late else "ui.updates.install-by"
        return plain_label(self._ui.say(code, day=day), wrap=True)

    def _file(self, offer: UpdateOffer) -> QWidget:
        """The button, or why there is none."""
        say = self._ui.say
        if offer.after:
            return plain_label(say("ui.updates.after", version=offer.after), "muted", wrap=True)
        if not offer.file:
            return plain_label(say("ui.updates.no-file"), "muted", wrap=True)
        foot, row = _row()
        size = size_words(offer.bytes, self._ui.texts.language)
        row.addWidget(plain_label(say("ui.updates.file", file=offer.file, size=size), "muted"), 1)
        self.download_button = button(say("ui.updates.download"), self._on_download, "primary")
        row.addWidget(self.download_button)
        return foot


def _row() -> tuple[QWidget, QHBoxLayout]:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(12)
    return holder, row
