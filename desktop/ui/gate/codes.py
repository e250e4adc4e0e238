"""Ten saved codes on a page of their own: at set-up, and for whoever has joined."""

from __future__ import annotations

from collections.abc import Callable

from desktop.ui.base import Ui
from desktop.ui.codes import CodesView, have_them
from desktop.ui.form import CentredForm

_WIDE = 560


class CodesPage(CentredForm):
    """For the day when the phone is lost."""

    def __init__(self, ui: Ui, user: str, codes: tuple[str, ...], done: Callable[[], None]) -> None:
        super().__init__(ui, "key-round", ui.say("ui.codes.title"), ui.say("ui.codes.lead"), _WIDE)
        self.view = CodesView(ui, user, codes)
        self.column.addWidget(self.view)
        row, self.go = have_them(ui, self.view, done)
        self.column.addLayout(row)
