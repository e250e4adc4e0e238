"""Rules of groups: a typed tree of conditions about people, and its JSON form.

Nothing here asks a database: `segments.py` compiles a rule to one query. Only the fields and
operators listed here exist, so that no rule can say what was not thought of. Every condition is
true or false of everybody: what is not known counts as "is not so". Days count in the practice's
own calendar; a text is compared without regard to the case of ASCII letters.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.models.delivery import EventKind
from desktop.models.records import Consent, Kind, Status
from desktop.models.standing import CustomField, FieldClass, FieldKind, SegmentId, Use

DEPTH, CONDITIONS, VALUES, CHARS = 6, 60, 200, 200
"""How much one rule may hold: groups within groups, conditions, values of one, letters of a text."""
DAYS = 36_500
LARGEST = 1e15
CUSTOM = "custom."
Scalar = str | int | float


class Op(StrEnum):
    """What a condition says of its field; the second half says the opposite of the first."""

    IS = "is"
    STARTS = "starts-with"
    HAS = "has"
    AT_LEAST = "at-least"
    AT_MOST = "at-most"
    BETWEEN = "between"
    BEFORE = "before"
    FROM = "from"
    IN_LAST = "in-last"
    IN_NEXT = "in-next"
    EVER = "ever"
    TIMES = "times"
    """At least so many times (first value) in the last days (second value)."""
    IN = "in"
    IS_NOT = "is-not"
    HAS_NOT = "has-not"
    NOT_IN_LAST = "not-in-last"
    NOT_IN_NEXT = "not-in-next"
    NEVER = "never"
    NOT_IN = "not-in"


OPPOSITE: Mapping[Op, Op] = MappingProxyType(
    {
        Op.IS_NOT: Op.IS,
        Op.HAS_NOT: Op.HAS,
        Op.NOT_IN_LAST: Op.IN_LAST,
        Op.NOT_IN_NEXT: Op.IN_NEXT,
        Op.NEVER: Op.EVER,
        Op.NOT_IN: Op.IN,
    }
)


class Stage(StrEnum):
    """Where a patient stands by their visits; `segments.py` says when. Everybody is in one of them."""

    NEW = "new"
    AT_RISK = "at-risk"
    ACTIVE = "active"
    OVERDUE = "overdue"
    INACTIVE = "inactive"


class Shape(StrEnum):
    """What kind of answer a field has; it decides the operators and what their values are."""

    NUMBER = "number"
    WORD = "word"
    """One of few; `FieldRule.choices` where they are known."""
    TEXT = "text"
    DAY = "day"
    BIRTHDAY = "birthday"
    PRESENT = "present"
    PAST = "past"
    COMING = "coming"
    GROUP = "group"


OPERATORS: Mapping[Shape, tuple[Op, ...]] = MappingProxyType(
    {
        Shape.NUMBER: (Op.AT_LEAST, Op.AT_MOST, Op.BETWEEN, Op.HAS, Op.HAS_NOT),
        Shape.WORD: (Op.IS, Op.IS_NOT),
        Shape.TEXT: (Op.IS, Op.IS_NOT, Op.STARTS, Op.HAS, Op.HAS_NOT),
        Shape.DAY: (Op.IN_LAST, Op.NOT_IN_LAST, Op.IN_NEXT, Op.BEFORE, Op.FROM, Op.HAS, Op.HAS_NOT),
        Shape.BIRTHDAY: (Op.IN_NEXT, Op.NOT_IN_NEXT),
        Shape.PRESENT: (Op.HAS, Op.HAS_NOT),
        Shape.PAST: (Op.IN_LAST, Op.NOT_IN_LAST, Op.TIMES, Op.EVER, Op.NEVER),
        Shape.COMING: (Op.IN_NEXT, Op.NOT_IN_NEXT, Op.EVER, Op.NEVER),
        Shape.GROUP: (Op.IN, Op.NOT_IN),
    }
)
_COUNTS: Mapping[Op, tuple[int, int]] = MappingProxyType(
    {
        **dict.fromkeys((Op.IS, Op.STARTS, Op.IN), (1, VALUES)),
        **dict.fromkeys((Op.AT_LEAST, Op.AT_MOST, Op.BEFORE, Op.FROM, Op.IN_LAST, Op.IN_NEXT), (1, 1)),
        **dict.fromkeys((Op.BETWEEN, Op.TIMES), (2, 2)),
        **dict.fromkeys((Op.HAS, Op.EVER), (0, 0)),
    }
)


@dataclass(frozen=True)
class FieldRule:
    """One field that a rule may ask about. `choices` are codes, except of a field of the practice's own."""

    name: str
    shape: Shape
    choices: tuple[str, ...] = ()
    clinical: bool = False
    visits: bool = False
    """About visits: `Condition.of` may narrow it to a kind, a provider or a place."""
    label: str = ""
    """The practice's own words, of a field of its own."""


def _plain(shape: Shape, *names: str) -> dict[str, FieldRule]:
    return {name: FieldRule(name, shape) for name in names}


FIELDS: Mapping[str, FieldRule] = MappingProxyType(
    {
        "age": FieldRule("age", Shape.NUMBER),
        "birthday": FieldRule("birthday", Shape.BIRTHDAY),
        "birth-month": FieldRule("birth-month", Shape.WORD, tuple(str(month) for month in range(1, 13))),
        **_plain(Shape.TEXT, "sex", "zip", "city", "region"),
        "language": FieldRule("language", Shape.WORD, ("en", "es")),
        "kind": FieldRule("kind", Shape.WORD, tuple(Kind)),
        "status": FieldRule("status", Shape.WORD, tuple(Status)),
        "since": FieldRule("since", Shape.DAY),
        **_plain(Shape.PRESENT, "address", "phone", "key", "card", "stopped"),
        "stage": FieldRule("stage", Shape.WORD, tuple(Stage), visits=True),
        **{
            name: FieldRule(name, Shape.PAST, visits=True)
            for name in ("visit.came", "visit.missed", "visit.cancelled")
        },
        "visit.booked": FieldRule("visit.booked", Shape.COMING, visits=True),
        **{f"consent.{use}": FieldRule(f"consent.{use}", Shape.WORD, tuple(Consent)) for use in Use},
        "mail.written": FieldRule("mail.written", Shape.PAST),
        **{f"mail.{kind}": FieldRule(f"mail.{kind}", Shape.PAST) for kind in EventKind},
        "group": FieldRule("group", Shape.GROUP),
    }
)
"""Every field but the practice's own, which `own_field` tells. `stopped`: nothing is sent to the address."""

_SHAPES: Mapping[FieldKind, Shape] = MappingProxyType(
    {
        FieldKind.TEXT: Shape.TEXT,
        FieldKind.NUMBER: Shape.NUMBER,
        FieldKind.DAY: Shape.DAY,
        FieldKind.CHOICE: Shape.TEXT,
        FieldKind.YES_NO: Shape.WORD,
    }
)
YES, NO = "yes", "no"


@dataclass(frozen=True)
class Narrow:
    """Which visits count, each '' for any: compared without regard to case."""

    type: str = ""
    provider: str = ""
    location: str = ""


@dataclass(frozen=True)
class Condition:
    """One field, what is said of it, and the values that it takes."""

    field: str
    op: Op
    values: tuple[Scalar, ...] = ()
    of: Narrow = Narrow()


@dataclass(frozen=True)
class Every:
    """All of them hold; with none, everybody."""

    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class Some:
    """One of them holds at least; with none, nobody."""

    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True)
class Nope:
    """It does not hold."""

    rule: Rule


Rule = Condition | Every | Some | Nope
Own = Mapping[str, CustomField]
"""Fields of the practice's own by name."""


def own_field(one: CustomField) -> FieldRule:
    """A field of the practice's own as one that rules may ask about."""
    choices = (YES, NO) if one.kind is FieldKind.YES_NO else one.choices
    clinical = one.group is FieldClass.CLINICAL
    return FieldRule(CUSTOM + one.name, _SHAPES[one.kind], choices, clinical, label=one.label)


def field_of(name: str, own: Own) -> FieldRule:
    """Raises InputError("group-field") for one that does not exist."""
    known = FIELDS.get(name)
    if known is not None:
        return known
    kept = own.get(name.removeprefix(CUSTOM)) if name.startswith(CUSTOM) else None
    if kept is None:
        raise InputError("group-field")
    return own_field(kept)


def conditions(rule: Rule) -> Iterator[Condition]:
    """Every condition, in the order in which they are read."""
    if isinstance(rule, Condition):
        yield rule
    elif isinstance(rule, Nope):
        yield from conditions(rule.rule)
    else:
        for part in rule.rules:
            yield from conditions(part)


def positive(one: Condition) -> Condition:
    """The condition of which this is the opposite, or itself."""
    return replace(one, op=OPPOSITE.get(one.op, one.op))


def groups_in(rule: Rule) -> frozenset[SegmentId]:
    """The other groups that a rule names itself."""
    named = (one for one in conditions(rule) if one.field == "group")
    return frozenset(SegmentId(str(value)) for one in named for value in one.values)


def fields_in(rule: Rule) -> frozenset[str]:
    return frozenset(one.field for one in conditions(rule))


# --- checks ------------------------------------------------------------------------------


def check(rule: Rule, own: Own) -> None:
    """Raises InputError "group-field", "group-rule" (`number` of the condition that says nothing
    sensible, from 1), "group-rule-big".
    """
    if _depth(rule) > DEPTH or sum(1 for _ in conditions(rule)) > CONDITIONS:
        raise InputError("group-rule-big", most=CONDITIONS, deep=DEPTH)
    for number, one in enumerate(conditions(rule), start=1):
        field = field_of(one.field, own)
        if not _fits(one, field):
            raise InputError("group-rule", number=number)


def _depth(rule: Rule) -> int:
    if isinstance(rule, Condition):
        return 0
    if isinstance(rule, Nope):
        return 1 + _depth(rule.rule)
    return 1 + max((_depth(part) for part in rule.rules), default=0)


def _fits(one: Condition, field: FieldRule) -> bool:
    if one.op not in OPERATORS[field.shape]:
        return False
    if one.of != Narrow() and (not field.visits or field.shape is Shape.WORD):
        return False
    op = OPPOSITE.get(one.op, one.op)
    least, most = _COUNTS[op]
    if not least <= len(one.values) <= most:
        return False
    if op in (Op.IN_LAST, Op.IN_NEXT):
        return _number(one.values[0], DAYS)
    if op is Op.TIMES:
        return all(_number(value, DAYS) and value != 0 for value in one.values)
    return all(_value(value, field) for value in one.values) and _in_order(one)


def _in_order(one: Condition) -> bool:
    return one.op is not Op.BETWEEN or one.values[0] <= one.values[1]  # type: ignore[operator]


def _number(value: Scalar, most: int) -> bool:
    return type(value) is int and 0 <= value <= most


def _measure(value: Scalar) -> bool:
    return not isinstance(value, str) and abs(value) < LARGEST


def _value(value: Scalar, field: FieldRule) -> bool:
    if field.shape is Shape.NUMBER:
        return _number(value, 150) if field.name == "age" else _measure(value)
    if not isinstance(value, str) or not value or len(value) > CHARS:
        return False
    if field.shape is Shape.DAY:
        return _is_day(value)
    return field.shape is not Shape.WORD or value in field.choices


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


# --- the form that is kept ---------------------------------------------------------------


def to_text(rule: Rule) -> str:
    """As it is kept and crosses the door: `{"all": [...]}`, `{"any": [...]}`, `{"not": {...}}`, or
    `{"field": "age", "is": "at-least", "values": [65]}` with `type`, `provider`, `location` of a visit.
    """
    return json.dumps(to_data(rule), ensure_ascii=False, separators=(",", ":"))


def to_data(rule: Rule) -> dict[str, Any]:
    if isinstance(rule, Every):
        return {"all": [to_data(part) for part in rule.rules]}
    if isinstance(rule, Some):
        return {"any": [to_data(part) for part in rule.rules]}
    if isinstance(rule, Nope):
        return {"not": to_data(rule.rule)}
    of = {name: value for name, value in vars(rule.of).items() if value}
    values = {"values": list(rule.values)} if rule.values else {}
    return {"field": rule.field, "is": rule.op.value, **values, **of}


def from_text(text: str) -> Rule:
    """Raises InputError("group-form") for what is not of that form."""
    if len(text) > CONDITIONS * VALUES * CHARS:
        raise InputError("group-form")
    try:
        return from_data(json.loads(text))
    except (ValueError, RecursionError):
        raise InputError("group-form") from None


def from_data(data: Any, deep: int = 0) -> Rule:
    """As `from_text`, of what JSON holds. Raises InputError("group-form")."""
    if not isinstance(data, dict) or deep > DEPTH + 1:
        raise InputError("group-form")
    for name, kind in (("all", Every), ("any", Some)):
        if data.keys() == {name} and isinstance(data[name], list):
            return kind(tuple(from_data(part, deep + 1) for part in data[name]))
    if data.keys() == {"not"}:
        return Nope(from_data(data["not"], deep + 1))
    narrow = {name: data[name] for name in ("type", "provider", "location") if name in data}
    values = data.get("values", [])
    whole = data.keys() <= {"field", "is", "values", *narrow} and {"field", "is"} <= data.keys()
    words = (data.get("field"), data.get("is"), *narrow.values())
    if not whole or not isinstance(values, list) or not all(isinstance(word, str) for word in words):
        raise InputError("group-form")
    if data["is"] not in list(Op) or not all(type(value) in (str, int, float) for value in values):
        raise InputError("group-form")
    return Condition(data["field"], Op(data["is"]), tuple(values), Narrow(**narrow))
