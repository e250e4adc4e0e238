"""A condition of a group in words: its field, what is said of it, its values."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QLocale

from desktop.models import rules
from desktop.models.rules import Condition, FieldRule, Op, Shape
from desktop.office.values_segments import RuleParts
from desktop.texts import clean
from desktop.ui.base import Ui


class Words:
    """The words of fields, operators and choices for one practice."""

    def __init__(self, ui: Ui, parts: RuleParts) -> None:
        self.ui = ui
        self.parts = parts
        self.own = {one.name: one for one in parts.own}
        self.fields: Mapping[str, FieldRule] = {
            **rules.FIELDS,
            **{rules.CUSTOM + one.name: rules.own_field(one) for one in parts.own},
        }

    def field(self, name: str) -> str:
        found = self.fields.get(name)
        if found is None:
            return self.ui.say("ui.groups.field.gone")
        return clean(found.label) or self.ui.say(f"ui.groups.field.{name}")

    def op(self, op: Op) -> str:
        return self.ui.say(f"ui.groups.op.{op}")

    def choices(self, field: FieldRule) -> list[tuple[str, str]]:
        """Code and words of what may be chosen; [] where one types."""
        if field.shape is Shape.GROUP:
            return [(one.id, clean(one.name)) for one in self.parts.groups]
        return [(code, self.choice(field, code)) for code in field.choices]

    def choice(self, field: FieldRule, code: str) -> str:
        if field.shape is Shape.GROUP:
            return next((clean(one.name) for one in self.parts.groups if one.id == code), code)
        if field.name == "birth-month":
            return QLocale(self.ui.texts.language).standaloneMonthName(int(code))
        if field.label and code not in (rules.YES, rules.NO):
            return clean(code)
        return self.ui.say(f"ui.groups.word.{code}")

    def condition(self, one: Condition) -> str:
        """As one line."""
        field = self.fields.get(one.field)
        values = [str(value) for value in one.values]
        if field is not None and self.choices(field):
            values = [self.choice(field, value) for value in values]
        narrow = [clean(value) for value in vars(one.of).values() if value]
        said = [self.field(one.field), self.op(one.op), ", ".join(map(clean, values)), *narrow]
        return " ".join(part for part in (*said, self.unit(one.field, one.op)) if part)

    def unit(self, field: str, op: Op) -> str:
        """What the values count: days, years, or times and days."""
        if op in (Op.IN_LAST, Op.NOT_IN_LAST, Op.IN_NEXT, Op.NOT_IN_NEXT):
            return self.ui.say("ui.groups.unit.days")
        if op is Op.TIMES:
            return self.ui.say("ui.groups.unit.times")
        if field == "age" and op not in (Op.HAS, Op.HAS_NOT):
            return self.ui.say("ui.groups.unit.years")
        return ""
