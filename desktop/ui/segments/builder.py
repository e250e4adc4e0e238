"""Conditions joined with all, any or none, and such groups within each other."""

from __future__ import annotations

from typing import TypeAlias

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.models.rules import Condition, Every, Nope, Op, Rule, Some
from desktop.ui.base import button
from desktop.ui.segments.row import ConditionRow, KeptRow
from desktop.ui.segments.words import Words

DEEPEST = 3
"""Groups within groups that one can still read; deeper ones come from the command line."""
JOINTS = ("all", "any", "not-all", "none")
_FIRST = Condition("age", Op.AT_LEAST, (18,))


class RuleGroup(QFrame):
    """Parts and how they are joined."""

    changed = Signal()
    gone = Signal()

    def __init__(self, words: Words, rule: Rule, depth: int = 0) -> None:
        super().__init__()
        self._words, self._depth = words, depth
        self.parts: list[Part] = []
        self.setObjectName("inset" if depth else "")
        say = words.ui.say
        column = QVBoxLayout(self)
        column.setContentsMargins(14 if depth else 0, 8 if depth else 0, 0, 8 if depth else 0)
        column.setSpacing(8)
        head = QHBoxLayout()
        self.joint = QComboBox()
        self.joint.setAccessibleName(say("ui.groups.joint"))
        for code in JOINTS:
            self.joint.addItem(say(f"ui.groups.joint.{code}"), code)
        head.addWidget(self.joint)
        head.addStretch()
        if depth:
            head.addWidget(button(say("ui.groups.take-out"), self.gone.emit, "quiet"))
        column.addLayout(head)
        self._column = QVBoxLayout()
        self._column.setSpacing(8)
        column.addLayout(self._column)
        foot = QHBoxLayout()
        self.add_button = button(say("ui.groups.add"), self.add_condition)
        foot.addWidget(self.add_button)
        self.add_group_button = button(say("ui.groups.add-part"), self.add_group)
        self.add_group_button.setVisible(depth < DEEPEST)
        foot.addWidget(self.add_group_button)
        foot.addStretch()
        column.addLayout(foot)
        joint, parts = _taken_apart(rule)
        self.joint.setCurrentIndex(JOINTS.index(joint))
        for part in parts:
            self._put(part)
        self.joint.currentIndexChanged.connect(lambda _: self.changed.emit())

    def rule(self) -> Rule:
        """As it stands."""
        parts = tuple(part.rule() if isinstance(part, RuleGroup) else part.condition() for part in self.parts)
        joint = str(self.joint.currentData())
        joined = Every(parts) if joint in ("all", "not-all") else Some(parts)
        return Nope(joined) if joint in ("not-all", "none") else joined

    def add_condition(self) -> None:
        made = self._put(_FIRST)
        if isinstance(made, ConditionRow):
            made.field.setFocus()
        self.changed.emit()

    def add_group(self) -> None:
        made = self._put(Some((_FIRST,)))
        if isinstance(made, RuleGroup):
            made.joint.setFocus()
        self.changed.emit()

    def _put(self, rule: Rule) -> Part:
        made: Part
        if not isinstance(rule, Condition):
            made = RuleGroup(self._words, rule, self._depth + 1)
        elif rule.field in self._words.fields:
            made = ConditionRow(self._words, rule)
        else:
            made = KeptRow(self._words, rule)
        made.changed.connect(self.changed)
        made.gone.connect(lambda: self._take(made))
        self.parts.append(made)
        self._column.addWidget(made)
        return made

    def _take(self, part: QWidget) -> None:
        self.parts = [one for one in self.parts if one is not part]
        part.hide()
        part.deleteLater()
        self.add_button.setFocus()
        self.changed.emit()


Part: TypeAlias = ConditionRow | KeptRow | RuleGroup


def _taken_apart(rule: Rule) -> tuple[str, tuple[Rule, ...]]:
    """How parts are joined, and the parts; a bare condition stands alone among all."""
    if isinstance(rule, Condition):
        return "all", (rule,)
    if isinstance(rule, Nope):
        inner = rule.rule
        if isinstance(inner, Nope):
            return _taken_apart(inner.rule)
        if isinstance(inner, Condition):
            return "none", (inner,)
        return ("not-all" if isinstance(inner, Every) else "none"), inner.rules
    return ("all" if isinstance(rule, Every) else "any"), rule.rules
