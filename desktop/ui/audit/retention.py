"""How long things are kept: years of the log sealed and, after their time, destroyed by two people."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSpinBox, QWidget

from desktop.errors import InputError, SealwellError
from desktop.models.accounts import Session
from desktop.office.values_access import Purpose
from desktop.office.values_audit import Purged, PurgeRequest, RetentionShown, SegmentLine
from desktop.texts import clean
from desktop.ui.audit.inputs import number_input
from desktop.ui.audit.words import may_change, number_words
from desktop.ui.base import Page, Ui, button, card, plain_label
from desktop.ui.bridge import Task
from desktop.ui.dates import date_words
from desktop.ui.dialog import FormDialog
from desktop.ui.files import choose_target
from desktop.ui.form import Field
from desktop.ui.handout import pending_words
from desktop.ui.stepup import proved
from desktop.ui.table import Column, Rows, table

_LEAST_DAYS, _MOST_DAYS = 30, 3650
_FIRST_YEAR = 2020


class RetentionSection(Page):
    """The years above, the practice's own choices below."""

    def __init__(self, ui: Ui, session: Session) -> None:
        super().__init__(ui, "")
        self.title.hide()
        self._session = session
        self._changes = may_change(session.role)
        self._sealing: Task | None = None
        self._days: dict[str, QSpinBox] = {}
        self.outer.addWidget(plain_label(ui.say("ui.retention.lead"), "muted", wrap=True))
        language = ui.texts.language
        self.rows = Rows[SegmentLine](
            [
                Column(ui.say("ui.retention.year"), lambda one: str(one.year), width=90),
                Column(
                    ui.say("ui.retention.records"),
                    lambda one: number_words(one.last - one.first + 1, language),
                    width=120,
                ),
                Column(ui.say("ui.retention.sealed"), lambda one: _day(ui, one.sealed_at), width=150),
                Column(
                    ui.say("ui.retention.from"), lambda one: date_words(one.purgeable, language), width=190
                ),
                Column(ui.say("ui.retention.state"), self._state, stretch=True),
            ]
        )
        self.view = table(self.rows, ui.say("ui.retention.list"))
        self.view.selectionModel().selectionChanged.connect(lambda *_: self._selected())
        self.outer.addWidget(self.view, 1)
        self.empty = plain_label(ui.say("ui.retention.none"), "muted", wrap=True)
        self.outer.addWidget(self.empty)
        self.outer.addLayout(self._foot())
        self.outer.addWidget(self._classes())
        self.outer.addStretch()

    def _foot(self) -> QHBoxLayout:
        say = self.ui.say
        foot = QHBoxLayout()
        last = self.ui.clock.now().year - 1
        self.year = number_input(say("ui.retention.year"), _FIRST_YEAR, last)
        self.year.setValue(last)
        self.seal_button = button(say("ui.retention.seal"), self.seal)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(say("ui.retention.sealing"))
        self.bar.setMaximumWidth(200)
        self.stop = button(say("ui.audit.stop"), self._stop)
        self.purge_button = button(say("ui.retention.purge"), self.purge)
        self.purge_button.setEnabled(False)
        for one in (self.year, self.seal_button, self.bar, self.stop):
            foot.addWidget(one)
        foot.addStretch()
        foot.addWidget(self.purge_button)
        self.bar.hide()
        self.stop.hide()
        if not self._changes:
            for one in (self.year, self.seal_button, self.purge_button):
                one.hide()
        return foot

    def _classes(self) -> QWidget:
        frame, self.column = card()
        self.column.setContentsMargins(20, 14, 20, 14)
        self.column.setSpacing(8)
        self.column.addWidget(plain_label(self.ui.say("ui.retention.classes"), "label"))
        return frame

    # --- showing ----------------------------------------------------------------------------

    def refresh(self) -> None:
        self.call(lambda _: self.ui.office.show_retention(self._session), self.show_retention)

    def show_retention(self, shown: RetentionShown) -> None:
        self.rows.show(shown.segments)
        self.view.setVisible(bool(shown.segments))
        self.empty.setVisible(not shown.segments)
        if shown.segments:
            last = len(shown.segments) - 1
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.view.selectionModel().setCurrentIndex(self.rows.index(last, 0), flags)
            self.year.setValue(min(shown.segments[-1].year + 1, self.year.maximum()))
        self._selected()
        for kept, days in shown.classes:
            self._show_class(kept, days)

    def _show_class(self, kept: str, days: int) -> None:
        if kept in self._days:
            self._days[kept].setValue(days)
            return
        row = QHBoxLayout()
        words = self.ui.say(f"retention.{kept}")
        row.addWidget(plain_label(words), 1)
        spin = number_input(words, _LEAST_DAYS, _MOST_DAYS)
        spin.setValue(days)
        spin.setSuffix(f" {self.ui.say('ui.retention.days')}")
        spin.setEnabled(self._changes)
        self._days[kept] = spin
        save = button(self.ui.say("ui.save"), partial(self.keep, kept))
        save.setAccessibleName(f"{self.ui.say('ui.save')}: {words}")
        row.addWidget(spin)
        row.addWidget(save)
        self.column.addLayout(row)
        save.setVisible(self._changes)

    def _state(self, line: SegmentLine) -> str:
        say = self.ui.say
        if line.purged_at is not None:
            return say("ui.retention.destroyed", day=_day(self.ui, line.purged_at))
        return say("ui.retention.may-go" if self._over(line) else "ui.retention.locked")

    def _over(self, line: SegmentLine) -> bool:
        return self.ui.clock.now().astimezone().date() >= line.purgeable

    def _chosen(self) -> SegmentLine | None:
        rows = self.view.selectionModel().selectedRows()
        return self.rows.rows[rows[0].row()] if rows and rows[0].row() < len(self.rows.rows) else None

    def _selected(self) -> None:
        line = self._chosen()
        self.purge_button.setEnabled(line is not None and line.purged_at is None and self._over(line))

    # --- doing ------------------------------------------------------------------------------

    def keep(self, kept: str) -> None:
        days = self._days[kept].value()
        self.notice.clear()
        proved(
            self,
            self.ui,
            self._session,
            Purpose.USERS,
            lambda _: self.ui.office.set_retention(self._session, kept, days),
            self._kept,
            self.show_error,
        )

    def _kept(self, shown: RetentionShown) -> None:
        self.show_retention(shown)
        self.notice.show_words(self.ui.say("ui.retention.saved"), "ok")

    def seal(self) -> None:
        year = self.year.value()
        self.notice.clear()
        self._busy(True)
        self._sealing = self.call(
            lambda task: self.ui.office.seal_year(self._session, year, task.progress),
            self._sealed,
            self._not_sealed,
            self._progress,
        )

    def _busy(self, busy: bool) -> None:
        self.bar.setRange(0, 0)
        self.bar.setVisible(busy)
        self.stop.setVisible(busy)
        self.seal_button.setEnabled(not busy)

    def _progress(self, done: int, of: int) -> None:
        self.bar.setRange(0, max(1, of))
        self.bar.setValue(done)

    def _stop(self) -> None:
        if self._sealing is not None:
            self._sealing.cancel()

    def _sealed(self, shown: RetentionShown) -> None:
        self._busy(False)
        self.show_retention(shown)
        self.notice.show_words(self.ui.say("ui.retention.sealed-now"), "ok")

    def _not_sealed(self, error: SealwellError) -> None:
        self._busy(False)
        self.show_error(error)

    def purge(self) -> None:
        line = self._chosen()
        if line is not None:
            dialog = PurgeDialog(self.ui, self._session, PurgeRequest(line.year, ""), self)
            dialog.finished.connect(lambda _: self.refresh())
            dialog.open()


class PurgeDialog(FormDialog):
    """Asks once; with an approved request it destroys, and gives the certificate."""

    def __init__(self, ui: Ui, session: Session, request: PurgeRequest, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.purge.title", year=str(request.year)), parent)
        self._session = session
        self._request = request
        self._proof = ""
        code = "ui.purge.lead-approved" if request.approval else "ui.purge.lead"
        self.content.addWidget(plain_label(ui.say(code), wrap=True))
        self.reason = Field(ui.say("ui.audit.reason"))
        self.reason.input.setText(request.reason)
        self.reason.setEnabled(not request.approval)
        self.content.addWidget(self.reason)
        self.keep = button(ui.say("ui.purge.certificate"), self._choose)
        self.keep.hide()
        self.foot.addWidget(self.keep)
        self.go = button(ui.say("ui.purge.go" if request.approval else "ui.purge.ask"), self.purge, "primary")
        self.foot.addWidget(self.go)
        (self.go if request.approval else self.reason.input).setFocus()

    def purge(self) -> None:
        reason = self.reason.text.strip()
        if not reason:
            self.reason.wrong(self.ui.say("ui.audit.reason-missing"))
            self.reason.input.setFocus()
            return
        request = PurgeRequest(self._request.year, reason, self._request.approval)
        self.go.setEnabled(False)
        self.notice.clear()
        proved(
            self,
            self.ui,
            self._session,
            Purpose.EXPORT,
            lambda _: self.ui.office.purge_year(self._session, request),
            self._done,
            self._refused,
        )

    def _refused(self, error: SealwellError) -> None:
        self.go.setEnabled(True)
        self.failed(error)

    def _done(self, answer: Purged) -> None:
        self._holder.hide()
        self.go.hide()
        self.cancel.setText(self.ui.say("ui.close"))
        if answer.pending:
            self.notice.show_words(pending_words(self.ui, answer.from_, ()), "warn")
        else:
            self._proof = answer.certificate
            self.keep.show()
            words = self.ui.texts.count("ui.purge.done", answer.records, year=str(answer.year))
            self.notice.show_words(words, "ok")
        self.adjustSize()

    def _choose(self) -> None:
        name = f"certificate-{self._request.year}.json"
        choose_target(self, self.ui.say("ui.purge.certificate"), name, self.save_certificate)

    def save_certificate(self, to: Path) -> None:
        """It is small; it is also kept with the year's line."""
        try:
            to.write_text(self._proof, "utf-8")
        except OSError:
            self.failed(InputError("file-not-written", file=clean(to.name)))
            return
        self.notice.show_words(self.ui.say("ui.purge.certificate-saved", file=clean(to.name)), "ok")


def _day(ui: Ui, moment: datetime | None) -> str:
    return date_words(moment.astimezone().date(), ui.texts.language) if moment is not None else ""
