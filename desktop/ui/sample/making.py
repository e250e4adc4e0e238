"""While the sample practice is made: how far it is, and a way out."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar

from desktop.errors import SealwellError
from desktop.office.values_sample import Guide
from desktop.ui.base import Ui, button
from desktop.ui.form import CentredForm


class MakingPage(CentredForm):
    """Emits `made` with who is signed in; `left` where nobody wants it any more."""

    made = Signal(object)
    left = Signal()

    def __init__(self, ui: Ui, guide: Callable[[], Guide]) -> None:
        super().__init__(ui, "users", ui.say("ui.sample.making"), ui.say("ui.sample.making-lead"))
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(ui.say("ui.sample.making"))
        self.column.addWidget(self.bar)
        row = QHBoxLayout()
        row.addStretch()
        self.cancel = button(ui.say("ui.cancel"), self.stop)
        row.addWidget(self.cancel)
        self.column.addLayout(row)
        self._task = ui.bridge.run(
            self, lambda task: guide().begin(task.progress), self.made.emit, self._failed, self._show
        )

    def stop(self) -> None:
        self.cancel.setEnabled(False)
        self._task.cancel()
        self.left.emit()

    def _show(self, done: int, of: int) -> None:
        self.bar.setRange(0, of)
        self.bar.setValue(done)

    def _failed(self, error: SealwellError) -> None:
        """The one way on is out: what was made so far is removed with the window."""
        self.bar.hide()
        self.notice.show_words(self.ui.error(error))
        self.cancel.setText(self.ui.say("ui.close"))
