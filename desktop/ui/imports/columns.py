"""What each column of a file means: the guess, its first values, and a choice beside them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QGridLayout,
    QLineEdit,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.office.values_imports import VISITS, ColumnSeen, FieldOffered, FileSeen, QuestionSeen
from desktop.texts import clean
from desktop.ui.base import Ui, emptied, plain_label

_SHOWN = 200
"""Columns; a file with more is no list that anybody keeps."""
_TITLE, _SAMPLE = 60, 90
_CHOICE = 260
"""Logical pixels, of the box that says what a column is."""
_ABSENT, DATE_ORDER = "absent", "date-order"
_DATE_ANSWERS = ("month-first", "day-first")
_ABSENT_ANSWERS = ("changes", "whole")


class ColumnsView(QWidget):
    """`changed` is called with every choice; `problem` says what stands in the way."""

    def __init__(self, ui: Ui, changed: Callable[[], None]) -> None:
        super().__init__()
        self.ui = ui
        self._changed = changed
        self.combos: list[QComboBox] = []
        self.answers: dict[str, QButtonGroup] = {}
        self._width = 0
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(10)
        self.lead = plain_label("", "muted", wrap=True)
        outer.addWidget(self.lead)
        self._asked = QVBoxLayout()
        self._asked.setSpacing(4)
        outer.addLayout(self._asked)
        holder = QWidget()
        self._grid = QGridLayout(holder)
        self._grid.setContentsMargins(0, 0, 8, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(0, 2)
        self._grid.setColumnStretch(1, 3)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(holder)
        outer.addWidget(scroll, 1)
        self.keep_as = QLineEdit()
        self.keep_as.setPlaceholderText(ui.say("ui.imports.keep-as-hint"))
        self.keep_as.setAccessibleName(ui.say("ui.imports.keep-as"))
        label = plain_label(ui.say("ui.imports.keep-as"), "label")
        label.setBuddy(self.keep_as)
        outer.addWidget(label)
        outer.addWidget(self.keep_as)

    def show_file(self, seen: FileSeen) -> None:
        """The file's columns with what they are taken for."""
        self._width = len(seen.columns)
        self.lead.setText(self.ui.texts.count("ui.imports.columns-lead", seen.rows))
        self.keep_as.setText(clean(seen.mapping.name) if seen.mapping else "")
        emptied(self._asked)
        self.answers = {}
        for question in _questions(seen):
            self._ask(question, seen.options.get(question.code, ""))
        emptied(self._grid)
        self.combos = []
        for row, column in enumerate(seen.columns[:_SHOWN]):
            self._grid.setRowStretch(row, 0)
            self._add(row, column, seen.fields)
        self._grid.setRowStretch(len(self.combos), 1)
        self._changed()

    def _ask(self, question: QuestionSeen, answer: str) -> None:
        sample = clean(question.sample, _SAMPLE)
        words = plain_label(self.ui.say(f"ui.imports.ask-{question.code}", sample=sample), "label", wrap=True)
        self._asked.addWidget(words)
        group = QButtonGroup(self)
        for choice in question.choices:
            made = QRadioButton(self.ui.say(f"ui.imports.answer-{choice}"))
            made.setProperty("code", choice)
            made.setChecked(choice == answer)
            made.setAccessibleDescription(words.text())
            group.addButton(made)
            self._asked.addWidget(made)
        group.buttonToggled.connect(lambda *_: self._changed())
        self.answers[question.code] = group

    def ask_date_order(self) -> None:
        """A column was chosen whose days can be read both ways."""
        if DATE_ORDER not in self.answers:
            self._ask(QuestionSeen(DATE_ORDER, _DATE_ANSWERS), "")
        self.answers[DATE_ORDER].buttons()[0].setFocus()

    def _add(self, row: int, column: ColumnSeen, fields: tuple[FieldOffered, ...]) -> None:
        title = clean(column.title, _TITLE) or self.ui.say("ui.imports.untitled", number=column.at + 1)
        samples = "  ·  ".join(clean(one, _SAMPLE) for one in column.samples)
        combo = QComboBox()
        combo.setAccessibleName(self.ui.say("ui.imports.column-is", column=title))
        combo.addItem(self.ui.say("ui.imports.not-used"), "")
        for one in fields:
            combo.addItem(field_words(self.ui, one), one.code)
        combo.setCurrentIndex(max(0, combo.findData(column.guess)))
        combo.setFixedWidth(_CHOICE)
        combo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        doubt = column.guess and not column.sure
        combo.setAccessibleDescription(self.ui.say("ui.imports.look-again") if doubt else samples)
        combo.currentIndexChanged.connect(lambda _: self._changed())
        self.combos.append(combo)
        values = plain_label(samples, "muted", wrap=True)
        look = plain_label(self.ui.say("ui.imports.look-again") if doubt else "", "problem")
        name = plain_label(title, "label", wrap=True)
        name.setBuddy(combo)
        for at, widget in enumerate((name, values, look, combo)):
            self._grid.addWidget(widget, row, at)

    # --- what was chosen ------------------------------------------------------------------

    @property
    def columns(self) -> tuple[str, ...]:
        """One field's code or '' for each column of the file."""
        chosen = [str(combo.currentData()) for combo in self.combos]
        return (*chosen, *[""] * (self._width - len(chosen)))

    @property
    def options(self) -> dict[str, str]:
        """What was answered."""
        checked = {code: group.checkedButton() for code, group in self.answers.items()}
        return {code: str(made.property("code")) for code, made in checked.items() if made is not None}

    def problem(self) -> str:
        """Why it cannot go on, in words; '' where it can."""
        taken = [code for code in self.columns if code]
        if not taken:
            return self.ui.say("ui.imports.nothing-taken")
        twice = next((code for code in taken if taken.count(code) > 1), "")
        if twice:
            words = next(combo.currentText() for combo in self.combos if combo.currentData() == twice)
            return self.ui.say("ui.imports.twice", field=words)
        if self.answers.keys() - self.options.keys():
            return self.ui.say("ui.imports.answer-first")
        return ""


def field_words(ui: Ui, one: FieldOffered) -> str:
    """The practice's own label, or the program's words."""
    return clean(one.label, _TITLE) if one.label else ui.say(f"ui.column.{one.code}")


def _questions(seen: FileSeen) -> list[QuestionSeen]:
    """What is open, and of a schedule always what it means that a visit is not in it."""
    asked = [one for one in seen.questions if one.choices]
    if DATE_ORDER in seen.options and all(one.code != DATE_ORDER for one in asked):
        asked.append(QuestionSeen(DATE_ORDER, _DATE_ANSWERS))
    if seen.kind == VISITS and all(one.code != _ABSENT for one in asked):
        asked.append(QuestionSeen(_ABSENT, _ABSENT_ANSWERS))
    return asked
