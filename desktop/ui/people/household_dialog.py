"""Which mailbox somebody's mail goes to from now on, and who reads it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from desktop.config import LIMITS
from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.standing import Reader
from desktop.office.values_household import HouseholdShown, LinkLine, LinkRequest
from desktop.texts import clean
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dialog import FormDialog
from desktop.ui.files import choose_file, read
from desktop.ui.form import Field

_NAMED = frozenset({Reader.GUARDIAN, Reader.PROXY})


class LinkDialog(FormDialog):
    """`saved` with the household as it is then."""

    saved = Signal(object)

    def __init__(self, ui: Ui, session: Session, shown: HouseholdShown, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.household.set"), parent)
        self._session = session
        self._shown = shown
        self.paper: Path | None = None
        say = ui.say
        now = next((link for link in shown.links if link.counts), None)
        self.address = Field(say("ui.edit.email"))
        self.address.input.setText(clean(now.address) if now is not None else "")
        self.content.addWidget(self.address)
        label = plain_label(say("ui.household.reader"), "label")
        self.reader = QComboBox()
        self.reader.setAccessibleName(say("ui.household.reader"))
        for one in Reader:
            self.reader.addItem(say(f"ui.household.reader-{one.value}"), one.value)
        label.setBuddy(self.reader)
        self.content.addWidget(label)
        self.content.addWidget(self.reader)
        self.means = plain_label("", "muted", wrap=True)
        self.content.addWidget(self.means)
        self.name = Field(say("ui.household.reader-name"))
        self.content.addWidget(self.name)
        self.choose = button(say("ui.household.choose-paper"), self._ask_paper)
        self.paper_name = plain_label("", "muted", wrap=True)
        self.content.addWidget(self.choose, 0, Qt.AlignmentFlag.AlignLeft)
        self.content.addWidget(self.paper_name)
        self.confidential = QCheckBox(say("ui.household.ask-confidential"))
        self.content.addWidget(self.confidential)
        self.save = button(say("ui.household.save"), self.store, "primary")
        self.save.setDefault(True)
        self.foot.addWidget(self.save)
        self.reader.currentIndexChanged.connect(lambda _: self._follow())
        self._fill(now)
        self._follow()
        self.address.input.setFocus()

    @property
    def chosen(self) -> Reader:
        return Reader(str(self.reader.currentData()))

    def take_paper(self, path: Path) -> None:
        """The file that shows it; read when it is saved."""
        self.paper = path
        self.paper_name.setText(clean(path.name, 80))

    def store(self) -> None:
        if not self.address.text.strip():
            self.address.refuse(self.ui.say("ui.form.missing"))
            return
        request = LinkRequest(
            person=self._shown.person,
            address=self.address.text.strip(),
            reader=self.chosen,
            reader_name=self.name.text.strip() if self.chosen in _NAMED else "",
            confidential=self.confidential.isChecked(),
        )
        paper = self.paper if self.chosen is Reader.PROXY else None

        def work() -> HouseholdShown:
            data = read(paper, LIMITS.attachment_bytes) if paper is not None else b""
            named = replace(request, document_name=paper.name if paper is not None else "", document=data)
            return self.ui.office.set_link(self._session, named)

        self.save.setEnabled(False)
        self.ui.bridge.run(self, lambda _: work(), self._done, self._refused)

    def _fill(self, now: LinkLine | None) -> None:
        if now is None:
            return
        self.reader.setCurrentIndex(self.reader.findData(now.reader.value))
        self.name.input.setText(clean(now.reader_name))
        self.confidential.setChecked(now.confidential)

    def _follow(self) -> None:
        """What a choice means, and what else it needs."""
        self.means.setText(self.ui.say(f"ui.household.means-{self.chosen.value}"))
        self.name.setVisible(self.chosen in _NAMED)
        for widget in (self.choose, self.paper_name):
            widget.setVisible(self.chosen is Reader.PROXY)

    def _ask_paper(self) -> None:
        choose_file(self, self.ui.say("ui.household.choose-paper"), "", self.take_paper)

    def _done(self, shown: HouseholdShown) -> None:
        self.saved.emit(shown)
        self.accept()

    def _refused(self, error: SealwellError) -> None:
        self.save.setEnabled(True)
        self.failed(error)
