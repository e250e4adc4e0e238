"""What stands out: a list, and the chosen one with what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from desktop.errors import SealwellError
from desktop.models.accounts import Session
from desktop.office.values_access import Purpose
from desktop.office.values_audit import AlertLine, AlertsShown
from desktop.texts import clean
from desktop.ui.audit.words import may_change
from desktop.ui.base import Page, Ui, button, card, plain_label
from desktop.ui.dates import when_words
from desktop.ui.dialog import FormDialog
from desktop.ui.form import Field
from desktop.ui.icons import pixmap
from desktop.ui.stepup import proved
from desktop.ui.table import Column, Index, Rows, table

_PICTURES = {"notice": "info", "warning": "triangle-alert", "urgent": "circle-alert"}
_LOOKS = {"notice": "pill-plain", "warning": "pill-warn", "urgent": "pill-error"}
_PICTURE = 18


def severity_colour(ui: Ui, severity: str) -> str:
    tokens = ui.theme.tokens
    return {"notice": tokens.muted, "warning": tokens.warn, "urgent": tokens.error}.get(severity, tokens.text)


class AlertRows(Rows[AlertLine]):
    """With the picture of the severity beside its word: colour alone says nothing."""

    def __init__(self, ui: Ui) -> None:
        language = ui.texts.language
        super().__init__(
            [
                Column(
                    ui.say("ui.alerts.severity"),
                    lambda one: ui.say(f"alert.severity.{one.severity}"),
                    lambda one: severity_colour(ui, one.severity),
                    width=142,
                ),
                Column(ui.say("ui.alerts.what"), lambda one: ui.say(f"alert.{one.rule}"), stretch=True),
                Column(ui.say("ui.alerts.times"), lambda one: str(one.count), width=70),
                Column(ui.say("ui.alerts.last"), lambda one: when_words(one.last, None, language), width=196),
                Column(ui.say("ui.alerts.state"), lambda one: _state(ui, one), width=158),
            ]
        )
        self._pictures = {
            code: pixmap(picture, severity_colour(ui, code), _PICTURE) for code, picture in _PICTURES.items()
        }

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DecorationRole:
            return self._pictures.get(self.rows[index.row()].severity) if index.column() == 0 else None
        return super().data(index, role)


class AlertsSection(Page):
    """`counted` hears how many nobody has looked at yet."""

    def __init__(self, ui: Ui, session: Session, counted: Callable[[int], None]) -> None:
        super().__init__(ui, "")
        self.title.hide()
        self._session = session
        self._counted = counted
        self._changes = may_change(session.role)
        self.rows = AlertRows(ui)
        self.view = table(self.rows, ui.say("ui.alerts.list"))
        self.view.selectionModel().currentRowChanged.connect(lambda now, _: self._open(now.row()))
        self.outer.addWidget(self.view, 1)
        self.empty = plain_label(ui.say("ui.alerts.none"), "muted", wrap=True)
        self.outer.addWidget(self.empty)
        self.outer.addStretch()
        self.outer.addWidget(self._detail())
        self.line: AlertLine | None = None

    def _detail(self) -> QWidget:
        self.detail, column = card()
        column.setContentsMargins(20, 14, 20, 14)
        column.setSpacing(8)
        top = QHBoxLayout()
        self.picture = QLabel()
        self.words = plain_label("", "heading", wrap=True)
        self.pill = plain_label("", "pill-plain")
        top.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self.words, 1)
        top.addWidget(self.pill, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(top)
        self.todo = plain_label("", wrap=True)
        self.facts = plain_label("", "muted", wrap=True)
        column.addWidget(self.todo)
        column.addWidget(self.facts)
        row = QHBoxLayout()
        self.seen = button(self.ui.say("ui.alerts.see"), self._see, "primary")
        self.incident = button(self.ui.say("ui.alerts.incident"), self._incident)
        self.settle = button(self.ui.say("ui.alerts.settle"), self._settle)
        row.addWidget(self.seen)
        row.addWidget(self.incident)
        row.addWidget(self.settle)
        row.addStretch()
        column.addLayout(row)
        return self.detail

    # --- showing ----------------------------------------------------------------------------

    def refresh(self) -> None:
        self.call(lambda _: self.ui.office.list_alerts(self._session), self.show_alerts)

    def show_alerts(self, shown: AlertsShown) -> None:
        chosen = self.line.id if self.line is not None else None
        lines = sorted(shown.alerts, key=lambda one: one.seen)
        self.rows.show(lines)
        self.empty.setVisible(not lines)
        self.view.setVisible(bool(lines))
        self._open(-1)
        at = next((row for row, one in enumerate(lines) if one.id == chosen), 0)
        if lines:
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.view.selectionModel().setCurrentIndex(self.rows.index(at, 0), flags)
            self._open(at)
        self._counted(shown.unseen)

    def _open(self, row: int) -> None:
        self.line = line = self.rows.rows[row] if 0 <= row < len(self.rows.rows) else None
        self.detail.setVisible(line is not None)
        if line is None:
            return
        ui = self.ui
        self.picture.setPixmap(pixmap(_PICTURES[line.severity], severity_colour(ui, line.severity), _PICTURE))
        self.words.setText(ui.say(f"alert.{line.rule}"))
        self.pill.setText(ui.say(f"alert.severity.{line.severity}"))
        self.pill.setObjectName(_LOOKS[line.severity])
        self.pill.style().unpolish(self.pill)
        self.pill.style().polish(self.pill)
        self.todo.setText(ui.say(f"alert.{line.rule}.do"))
        self.facts.setText(self._facts(line))
        self.seen.setVisible(self._changes and not line.seen)
        self.incident.setVisible(self._changes and not line.incident)
        self.settle.setVisible(self._changes and bool(line.incident) and not line.settled)

    def _facts(self, line: AlertLine) -> str:
        ui, language = self.ui, self.ui.texts.language
        first, last = (when_words(at, None, language) for at in (line.first, line.last))
        parts = [ui.texts.count("ui.alerts.between", line.count, first=first, last=last)]
        if line.user:
            parts.insert(0, ui.say("ui.alerts.user", name=clean(line.user)))
        if line.seqs:
            numbers = ", ".join(str(one) for one in line.seqs[:8])
            parts.append(ui.say("ui.alerts.records", numbers=numbers))
        if line.incident:
            parts.append(ui.say("ui.alerts.incident-closed" if line.settled else "ui.alerts.incident-open"))
        return "  ·  ".join(parts)

    # --- doing ------------------------------------------------------------------------------

    def _see(self) -> None:
        line = self.line
        if line is not None:
            self._do(lambda: self.ui.office.see_alert(self._session, line.id), "")

    def _incident(self) -> None:
        line = self.line
        if line is not None:
            words = self.ui.say("ui.alerts.incident-opened")
            self._do(lambda: self.ui.office.open_incident(self._session, line.id), words)

    def _settle(self) -> None:
        if self.line is not None:
            dialog = SettleDialog(self.ui, self._session, self.line, self)
            dialog.settled.connect(self._settled)
            dialog.open()

    def _settled(self, shown: AlertsShown) -> None:
        self.show_alerts(shown)
        self.notice.show_words(self.ui.say("ui.alerts.incident-settled"), "ok")

    def _do(self, work: Callable[[], AlertsShown], words: str) -> None:
        self.notice.clear()
        self._free(False)

        def done(shown: AlertsShown) -> None:
            self._free(True)
            self.show_alerts(shown)
            if words:
                self.notice.show_words(words, "ok")
            self.view.setFocus()

        def failed(error: SealwellError) -> None:
            self._free(True)
            self.show_error(error)

        self.call(lambda _: work(), done, failed)

    def _free(self, free: bool) -> None:
        for one in (self.seen, self.incident, self.settle):
            one.setEnabled(free)


class SettleDialog(FormDialog):
    """What came of an incident: one sentence, kept with the record that closes it."""

    settled = Signal(object)

    def __init__(self, ui: Ui, session: Session, line: AlertLine, parent: QWidget) -> None:
        super().__init__(ui, ui.say("ui.alerts.settle-title"), parent)
        self._session = session
        self._alert = line.id
        self.content.addWidget(plain_label(ui.say(f"alert.{line.rule}"), wrap=True))
        self.reason = Field(ui.say("ui.alerts.settle-reason"), hint=ui.say("ui.alerts.settle-hint"))
        self.content.addWidget(self.reason)
        self.go = button(ui.say("ui.alerts.settle-go"), self.close_it, "primary")
        self.foot.addWidget(self.go)
        self.reason.input.setFocus()

    def close_it(self) -> None:
        reason = self.reason.text.strip()
        if not reason:
            self.reason.wrong(self.ui.say("ui.form.missing"))
            self.reason.input.setFocus()
            return
        self.go.setEnabled(False)
        self.notice.clear()
        proved(
            self,
            self.ui,
            self._session,
            Purpose.USERS,
            lambda _: self.ui.office.close_incident(self._session, self._alert, reason),
            self._done,
            self._refused,
        )

    def _done(self, shown: AlertsShown) -> None:
        self.settled.emit(shown)
        self.accept()

    def _refused(self, error: SealwellError) -> None:
        self.go.setEnabled(True)
        self.failed(error)


def _state(ui: Ui, line: AlertLine) -> str:
    if line.incident:
        return ui.say("ui.alerts.state-settled" if line.settled else "ui.alerts.state-incident")
    return ui.say("ui.alerts.state-seen" if line.seen else "ui.alerts.state-new")
