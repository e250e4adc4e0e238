"""One condition of a group, as one line of fields that the keyboard reaches in order."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLineEdit, QMenu, QPushButton, QWidget

from desktop.models import rules
from desktop.models.rules import OPERATORS, OPPOSITE, Condition, FieldRule, Narrow, Op, Scalar, Shape
from desktop.texts import clean
from desktop.ui.base import button, emptied, plain_label
from desktop.ui.segments.words import Words

_VALUE, _SHORT, _FIELD, _OP = 120, 60, 174, 170
"""Widths in logical pixels: of a word, of a number, of what is asked about, of what is said of it."""
_BARE = (Op.HAS, Op.EVER)
_DAYS = (Op.IN_LAST, Op.IN_NEXT)


class Choices(QPushButton):
    """Some of a few, each ticked in a menu; the button says which."""

    changed = Signal()

    def __init__(self, offered: list[tuple[str, str]], chosen: tuple[str, ...], none: str) -> None:
        super().__init__()
        self.setAutoDefault(False)
        self._none = none
        menu = QMenu(self)
        self.actions_of = {code: menu.addAction(words.replace("&", "&&")) for code, words in offered}
        for code, action in self.actions_of.items():
            action.setCheckable(True)
            action.setChecked(code in chosen)
            action.toggled.connect(lambda _: self._tell())
        self.setMenu(menu)
        self._say()

    @property
    def chosen(self) -> tuple[str, ...]:
        return tuple(code for code, action in self.actions_of.items() if action.isChecked())

    def _tell(self) -> None:
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        ticked = [action.text() for action in self.actions_of.values() if action.isChecked()]
        more = f" +{len(ticked) - 1}" if len(ticked) > 1 else ""
        self.setText(ticked[0] + more if ticked else self._none)
        whole = (", ".join(ticked) or self._none).replace("&&", "&")
        self.setAccessibleDescription(whole)
        self.setToolTip(whole)


class ConditionRow(QWidget):
    """Field, what is said of it, values; `gone` asks to be taken away."""

    changed = Signal()
    gone = Signal()

    def __init__(self, words: Words, one: Condition) -> None:
        super().__init__()
        self._words, self._of = words, one.of
        say = words.ui.say
        row = QGridLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setHorizontalSpacing(8)
        row.setVerticalSpacing(6)
        row.setColumnStretch(2, 1)
        self.field = QComboBox()
        _shrinks(self.field, _FIELD)
        self.field.setAccessibleName(say("ui.groups.asks"))
        for name in words.fields:
            self.field.addItem(words.field(name), name)
        self.field.setCurrentIndex(max(0, self.field.findData(one.field)))
        self.op = QComboBox()
        self.op.setAccessibleName(say("ui.groups.says"))
        _shrinks(self.op, _OP)
        self._values = QHBoxLayout()
        self._values.setSpacing(6)
        self._second = QHBoxLayout()
        self._narrowing = QHBoxLayout()
        self._narrowing.setSpacing(6)
        self.inputs: list[QLineEdit] = []
        self.choices: Choices | None = None
        self.narrows: dict[str, QComboBox] = {}
        self.remove = button(say("ui.groups.take-out"), self.gone.emit, "quiet")
        row.addWidget(self.field, 0, 0)
        row.addWidget(self.op, 0, 1)
        row.addLayout(self._values, 0, 2, Qt.AlignmentFlag.AlignLeft)
        row.addWidget(self.remove, 0, 3)
        row.addLayout(self._second, 1, 0, 1, 3, Qt.AlignmentFlag.AlignLeft)
        row.addLayout(self._narrowing, 2, 0, 1, 4, Qt.AlignmentFlag.AlignLeft)
        self._offer(one.op)
        self._ask(one.values)
        self.field.currentIndexChanged.connect(lambda _: self._field_chosen())
        self.op.currentIndexChanged.connect(lambda _: self._op_chosen())

    @property
    def _field(self) -> FieldRule:
        return self._words.fields[str(self.field.currentData())]

    @property
    def _op(self) -> Op:
        return Op(str(self.op.currentData()))

    def condition(self) -> Condition:
        """As it stands; whether it is complete is asked behind the door."""
        return Condition(self._field.name, self._op, self._given(), self._narrowed())

    def _narrowed(self) -> Narrow:
        """Which visits count; what is not offered here stays as it was kept."""
        chosen = {code: str(box.currentData()) for code, box in self.narrows.items()}
        return replace(self._of, **chosen)

    def _given(self) -> tuple[Scalar, ...]:
        if self.choices is not None:
            return self.choices.chosen
        op = OPPOSITE.get(self._op, self._op)
        if op in _DAYS or op is Op.TIMES or self._field.shape is Shape.NUMBER:
            return tuple(_number(one.text()) for one in self.inputs)
        if self._field.shape is Shape.TEXT:
            return tuple(
                word.strip() for one in self.inputs for word in one.text().split(",") if word.strip()
            )
        return tuple(one.text().strip() for one in self.inputs)

    def _field_chosen(self) -> None:
        self._of = Narrow()
        self._offer(None)
        self._ask(())
        self.changed.emit()

    def _op_chosen(self) -> None:
        self._of = self._narrowed()
        self._ask(self._given())
        self.changed.emit()

    def _offer(self, chosen: Op | None) -> None:
        self.op.blockSignals(True)
        self.op.clear()
        for op in OPERATORS[self._field.shape]:
            self.op.addItem(self._words.op(op), op.value)
        if chosen is not None:
            self.op.setCurrentIndex(max(0, self.op.findData(chosen.value)))
        self.op.blockSignals(False)

    def _ask(self, values: tuple[Scalar, ...]) -> None:
        """The inputs that the operator wants, with what stood in them."""
        emptied(self._values)
        emptied(self._second)
        emptied(self._narrowing)
        self.inputs, self.choices, self.narrows = [], None, {}
        op, field = OPPOSITE.get(self._op, self._op), self._field
        offered = self._words.choices(field)
        if op not in _BARE:
            if offered and op in (Op.IS, Op.IN):
                self._choose(offered, values)
            else:
                many = 2 if op in (Op.BETWEEN, Op.TIMES) else 1
                typed = [", ".join(map(str, values))] if field.shape is Shape.TEXT else [*map(str, values)]
                for at in range(many):
                    self._type(typed[at] if at < len(typed) else "", op)
        unit = self._words.unit(field.name, self._op)
        if unit:
            self._values.addWidget(plain_label(unit, "muted"))
        if field.visits and field.shape is not Shape.WORD:
            parts = self._words.parts
            self._narrow("type", parts.types, self._of.type)
            self._narrow("provider", parts.providers, self._of.provider)
            self._narrow("location", parts.locations, self._of.location)

    def _choose(self, offered: list[tuple[str, str]], values: tuple[Scalar, ...]) -> None:
        none = self._words.ui.say("ui.groups.choose")
        self.choices = Choices(offered, tuple(map(str, values)), none)
        self.choices.setAccessibleName(self._words.field(self._field.name))
        self.choices.changed.connect(self.changed)
        self._values.addWidget(self.choices)

    def _type(self, text: str, op: Op) -> None:
        made = QLineEdit(text)
        made.setAccessibleName(self._words.field(self._field.name))
        days = op in _DAYS or op is Op.TIMES
        made.setFixedWidth(_SHORT if days or self._field.shape is Shape.NUMBER else _VALUE)
        if self._field.shape is Shape.DAY and not days:
            made.setPlaceholderText(self._words.ui.say("ui.groups.day-form"))
        made.setMaxLength(rules.CHARS)
        made.textEdited.connect(lambda _: self.changed.emit())
        self.inputs.append(made)
        twice = op is Op.BETWEEN and made.width() == _VALUE
        (self._second if twice else self._values).addWidget(made)

    def _narrow(self, code: str, offered: tuple[str, ...], now: str) -> None:
        """Any, or one of those that visits have named; nothing where none was ever named."""
        known = dict.fromkeys((*offered, *filter(None, (now,))))
        if not known:
            return
        say = self._words.ui.say
        made = QComboBox()
        made.setAccessibleName(say(f"ui.groups.visit-{code}"))
        made.addItem(say(f"ui.groups.any-{code}"), "")
        for one in known:
            made.addItem(clean(one), one)
        made.setCurrentIndex(max(0, made.findData(now)))
        made.currentIndexChanged.connect(lambda _: self.changed.emit())
        _shrinks(made, _FIELD)
        self.narrows[code] = made
        self._narrowing.addWidget(made)


class KeptRow(QWidget):
    """A condition on a field that is offered no more: it holds as it was kept, until it is taken out."""

    changed = Signal()
    gone = Signal()

    def __init__(self, words: Words, one: Condition) -> None:
        super().__init__()
        self._one = one
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(plain_label(words.condition(one), "muted", wrap=True), 1)
        row.addWidget(button(words.ui.say("ui.groups.take-out"), self.gone.emit, "quiet"))

    def condition(self) -> Condition:
        return self._one


def _shrinks(box: QComboBox, width: int) -> None:
    """As wide as this, whatever the longest choice is: the list that opens shows it whole."""
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setFixedWidth(width)
    box.view().setMinimumWidth(width * 3 // 2)


def _number(text: str) -> Scalar:
    """A number where it is one; what is none is refused behind the door."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text.strip()
