"""Who saw one person's record: a list, and the papers that the person may ask for."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QTableView, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.filters import AuditFilter
from desktop.models.records import PersonId
from desktop.office.values_audit import LogQuery
from desktop.office.values_practice import AuditPage
from desktop.texts import clean
from desktop.ui.audit.export import ACCESS, DISCLOSURES, ExportDialog
from desktop.ui.audit.log import log_table
from desktop.ui.audit.model import LogModel
from desktop.ui.audit.words import number_words
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.dialog import FormDialog

_HEIGHT = 320


class HistoryDialog(FormDialog):
    """Newest first. Lists in which the person stood are sealed; the record of access has them."""

    def __init__(self, ui: Ui, session: Session, person: PersonId, name: str, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.history.title", name=clean(name)), parent)
        self._session = session
        self._person = person
        self._name = clean(name)
        self.setMinimumWidth(760)
        self.model = LogModel(ui, self._ask)
        self.model.answered.connect(self._first_page)
        self.view: QTableView = log_table(self.model, ui.say("ui.history.list"))
        self.view.setMinimumHeight(_HEIGHT)
        self.content.addWidget(self.view)
        self.count = plain_label("", "muted")
        self.content.addWidget(self.count)
        self.content.addWidget(plain_label(ui.say("ui.history.lists"), "muted", wrap=True))
        row = QHBoxLayout()
        self.access = button(ui.say("ui.history.access"), lambda: self._export(ACCESS), "primary")
        self.disclosures = button(ui.say("ui.history.disclosures"), lambda: self._export(DISCLOSURES))
        row.addWidget(self.disclosures)
        row.addWidget(self.access)
        self.foot.addLayout(row)
        self.cancel.setText(ui.say("ui.close"))
        self.view.setFocus()
        self.model.start(AuditFilter(person=person))

    def _ask(self, query: LogQuery, done: Callable[[AuditPage], None]) -> None:
        def failed(error: SealwellError) -> None:
            self.model.stop_loading()
            self.failed(error)

        self.ui.bridge.run(self, lambda _: self.ui.office.query_log(self._session, query), done, failed)

    def _first_page(self, page: AuditPage) -> None:
        number = number_words(page.total, self.ui.texts.language)
        if page.whole:
            self.count.setText(self.ui.texts.count("ui.audit.records", page.total, number=number))
        else:
            self.count.setText(self.ui.say("ui.audit.records-more", number=number))

    def _export(self, scope: str) -> None:
        dialog = ExportDialog(self.ui, self._session, self)
        dialog.take_person(self._person, self._name, scope)
        dialog.open()
