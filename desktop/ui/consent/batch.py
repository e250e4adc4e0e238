"""Many answers at once: an intake column of people who are known already, and the form behind it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QWidget

from desktop.config import LIMITS
from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.models.standing import EvidenceKind, Use
from desktop.office.values_access import Purpose
from desktop.office.values_consent import (
    BatchColumns,
    BatchDone,
    BatchLeftOut,
    BatchRequest,
    BatchTried,
    ProofIn,
)
from desktop.office.values_imports import FileLook, FileSeen
from desktop.texts import clean
from desktop.ui.base import Ui, button, plain_label
from desktop.ui.consent.inputs import Choice, FileField
from desktop.ui.dialog import FormDialog, row_label
from desktop.ui.files import read
from desktop.ui.form import Field
from desktop.ui.stepup import proved
from desktop.ui.table import Column, Rows, table

_COLUMNS = ("answer", "on", "version", "external_id", "first_name", "last_name", "birth_date")
_NEEDED = ("answer", "on")
_USES = (Use.CARE, Use.MARKETING)
_HEIGHT = 140


class BatchDialog(FormDialog):
    """The file and the blank form, then which column says what, then what it would come to; only
    then does an administrator sign. `entered` once it is."""

    entered = Signal()

    def __init__(self, ui: Ui, session: Session, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.batch.title"), parent)
        self._session = session
        self._seen: FileSeen | None = None
        say = ui.say
        self.content.addWidget(plain_label(say("ui.batch.lead"), "muted", wrap=True))
        self.use = Choice(say("ui.consent.about"), [(one.value, say(f"ui.use.{one.value}")) for one in _USES])
        self.file = FileField(ui, say("ui.batch.file"), "ui.files.tables")
        self.form = FileField(ui, say("ui.batch.form"), "ui.files.scan")
        self.wording = Field(say("ui.consent.wording"), hint=say("ui.batch.wording-hint"))
        for one in (self.use, self.file, self.form, self.wording):
            self.content.addWidget(one)
        self.columns: dict[str, QComboBox] = {}
        self._rest = QWidget()
        rows = QFormLayout(self._rest)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setVerticalSpacing(10)
        for code in _COLUMNS:
            box = QComboBox()
            label = row_label(say(f"ui.batch.column-{code}"))
            label.setBuddy(box)
            box.setAccessibleName(label.text())
            box.currentIndexChanged.connect(lambda _: self._forget())
            rows.addRow(label, box)
            self.columns[code] = box
        self.content.addWidget(self._rest)
        self._rest.hide()
        self.summary = plain_label("", "heading", wrap=True)
        self.content.addWidget(self.summary)
        self.summary.hide()
        self.left_out = Rows[BatchLeftOut](
            [
                Column(say("ui.import.line"), lambda one: str(one.line), width=90),
                Column(say("ui.import.problem"), lambda one: ui.reason(one.reason), stretch=True),
            ]
        )
        self.view = table(self.left_out, say("ui.import.rejected-list"))
        self.view.setMinimumHeight(_HEIGHT)
        self.content.addWidget(self.view)
        self.view.hide()
        self.look_button = button(say("ui.batch.look"), self.look)
        self.try_button = button(say("ui.batch.try"), self.try_it)
        self.sign = button(say("ui.batch.sign"), self.store, "primary")
        for foot in (self.look_button, self.try_button, self.sign):
            self.foot.addWidget(foot)
        self.try_button.hide()
        self.sign.setEnabled(False)
        self.sign.hide()
        self.use.box.setFocus()

    def _forget(self) -> None:
        """Another column is another batch: tried anew before it is signed."""
        self.sign.setEnabled(False)
        self.summary.hide()
        self.view.hide()

    def look(self) -> None:
        """Which columns are there."""
        if not self.file.chosen() or not self.form.chosen():
            return
        self.notice.clear()
        name = self.file.path.name if self.file.path is not None else ""
        self.ui.bridge.run(
            self,
            lambda _: self.ui.office.look_at_file(self._session, FileLook(name, self._data())),
            self._looked,
            self._refused,
        )

    def _data(self) -> bytes:
        return read(self.file.path, LIMITS.import_bytes) if self.file.path is not None else b""

    def _looked(self, seen: FileSeen) -> None:
        self._seen = seen
        for code, box in self.columns.items():
            box.clear()
            box.addItem(self.ui.say("ui.batch.no-column"), "")
            for column in seen.columns:
                samples = ", ".join(clean(one, 20) for one in column.samples[:2])
                title = clean(column.title, 60)
                box.addItem(f"{title} ({samples})" if samples else title, column.title)
                if column.guess == code:
                    box.setCurrentIndex(box.count() - 1)
        self._rest.show()
        self.look_button.hide()
        self.try_button.show()
        self.sign.show()
        self.columns["answer"].setFocus()

    def _request(self) -> BatchRequest:
        """Off the window's thread: both files are read here."""
        chosen = {code: str(box.currentData() or "") for code, box in self.columns.items()}
        form = ProofIn(
            EvidenceKind.BATCH_FORM,
            self.form.path.name if self.form.path is not None else "",
            data=self.form.read(),
        )
        name = self.file.path.name if self.file.path is not None else ""
        return BatchRequest(
            Use(self.use.value),
            name,
            self._data(),
            BatchColumns(**chosen),
            form,
            wording=self.wording.text.strip(),
        )

    def try_it(self) -> None:
        empty = next((code for code in _NEEDED if not self.columns[code].currentData()), None)
        if empty is not None:
            self.notice.show_words(
                self.ui.say("ui.batch.column-needed", column=self.columns[empty].accessibleName())
            )
            self.columns[empty].setFocus()
            return
        self.notice.clear()
        self.try_button.setEnabled(False)
        proved(
            self,
            self.ui,
            self._session,
            Purpose.USERS,
            lambda _: self.ui.office.try_batch(self._session, self._request()),
            self._tried,
            self._refused,
        )

    def _tried(self, tried: BatchTried) -> None:
        self.try_button.setEnabled(True)
        self.summary.setText(
            self.ui.say("ui.batch.would", given=tried.given, refused=tried.refused, same=tried.same)
        )
        self.summary.show()
        self.left_out.show(tried.left_out)
        self.view.setVisible(bool(tried.left_out))
        self.sign.setEnabled(bool(tried.given or tried.refused))
        if self.sign.isEnabled():
            self.sign.setFocus()

    def store(self) -> None:
        self.sign.setEnabled(False)
        proved(
            self,
            self.ui,
            self._session,
            Purpose.USERS,
            lambda _: self.ui.office.run_batch(self._session, self._request()),
            self._stored,
            self._refused,
        )

    def _stored(self, _: BatchDone) -> None:
        self.entered.emit()
        self.accept()

    def _refused(self, error: SealwellError) -> None:
        self.try_button.setEnabled(True)
        self.failed(error)
