"""One record of the log in words; what only an examiner needs is folded away."""

from __future__ import annotations

from datetime import tzinfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop.office.values_practice import AuditLine
from desktop.ui.audit.words import (
    LOOKS,
    full_when,
    outcome_words,
    plain_fields,
    technical_fields,
    what_words,
    who_words,
    why_words,
)
from desktop.ui.base import Ui, card, plain_label

_CHUNK = 16


class RecordPanel(QWidget):
    """Who, when, what, and what became of it."""

    def __init__(self, ui: Ui) -> None:
        super().__init__()
        self.ui = ui
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, self.column = card()
        self.column.setContentsMargins(20, 16, 20, 16)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(frame)
        outer.addWidget(scroll)
        top = QHBoxLayout()
        self.what = plain_label("", "heading", wrap=True)
        self.outcome = plain_label("", "pill-plain")
        top.addWidget(self.what, 1)
        top.addWidget(self.outcome, 0, Qt.AlignmentFlag.AlignTop)
        self.column.addLayout(top)
        self.facts = _form()
        self.column.addLayout(self.facts)
        self.fold = QPushButton(ui.say("ui.record.technical"))
        self.fold.setObjectName("quiet")
        self.fold.setCheckable(True)
        self.fold.setAutoDefault(False)
        self.fold.toggled.connect(self._unfold)
        self.column.addWidget(self.fold, 0, Qt.AlignmentFlag.AlignLeft)
        self._folded = QWidget()
        self.technical = _form()
        self.technical.setContentsMargins(0, 0, 0, 0)
        self._folded.setLayout(self.technical)
        self._folded.hide()
        self.column.addWidget(self._folded)
        self.column.addStretch()
        self.show_line(None, None)

    def _unfold(self, shown: bool) -> None:
        self._folded.setVisible(shown)

    def show_line(self, line: AuditLine | None, zone: tzinfo | None) -> None:
        for form in (self.facts, self.technical):
            while form.rowCount():
                form.removeRow(0)
        self.fold.setVisible(line is not None)
        self.outcome.setVisible(line is not None)
        self._folded.setVisible(line is not None and self.fold.isChecked())
        if line is None:
            self.what.setText(self.ui.say("ui.record.none"))
            return
        self.what.setText(what_words(self.ui, line.act))
        self.outcome.setText(outcome_words(self.ui, line.outcome))
        self.outcome.setObjectName(LOOKS.get(line.outcome, "pill-error"))
        self.outcome.style().unpolish(self.outcome)
        self.outcome.style().polish(self.outcome)
        say = self.ui.say
        facts = [
            (say("ui.audit.when"), full_when(line.at, zone, self.ui.texts.language)),
            (say("ui.audit.who"), self._who(line)),
            (say("ui.record.because"), why_words(self.ui, line)),
            *plain_fields(self.ui, line, zone),
        ]
        for name, value in facts:
            if value:
                self.facts.addRow(plain_label(name, "muted"), _value(value))
        for name, value in technical_fields(self.ui, line, zone):
            self.technical.addRow(plain_label(name, "muted"), _value(_broken(value)))

    def _who(self, line: AuditLine) -> str:
        name = who_words(self.ui, line.actor)
        code = f"ui.role.{line.role}"
        return f"{name} ({self.ui.say(code)})" if self.ui.texts.has(code) else name


def _form() -> QFormLayout:
    made = QFormLayout()
    made.setHorizontalSpacing(16)
    made.setVerticalSpacing(8)
    made.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
    return made


def _value(words: str) -> QLabel:
    label = plain_label(words, wrap=True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _broken(value: str) -> str:
    """A long fingerprint in parts that fit."""
    if len(value) < 2 * _CHUNK or " " in value:
        return value
    return " ".join(value[at : at + _CHUNK] for at in range(0, len(value), _CHUNK))
