"""The closed list of what is recorded, and what each record must say.

An event that lacks a field, or carries one that is not listed, is a bug: building it
raises `BadEventError`, and the work that it belongs to is rolled back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from desktop.audit.acts import Act
from desktop.audit.eventrules import RULES, Object, Rule
from desktop.audit.fields import FIELDS, Value, is_code, is_id
from desktop.frozen import dataclass

__all__ = ["OUTCOMES", "RULES", "Act", "BadEventError", "Event", "Rule"]


class BadEventError(ValueError):
    """The code tried to record something outside the closed list."""


OUTCOMES = frozenset({"ok", "refused", "failed"})


@dataclass(frozen=True)
class Event:
    """One thing done, before it becomes a record.

    `why` is a code (mandatory unless the outcome is `ok`); `obj` is the id of what it
    was done to, or the code of the use case. Where a rule wants no object, an id may
    still name one. Raises `BadEventError` at once where it does not fit its rule.
    """

    act: Act
    obj: str = ""
    outcome: str = "ok"
    why: str = ""
    det: Mapping[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problem = _problem(self)
        if problem:
            raise BadEventError(f"{self.act}: {problem}")


def _problem(event: Event) -> str:
    rule = RULES[event.act]
    if event.outcome not in OUTCOMES:
        return "unknown outcome"
    if event.why and not is_code(event.why):
        return "why is no code"
    if event.outcome != "ok" and not event.why:
        return "why is missing"
    return _object_problem(event, rule) or _field_problem(event, rule)


def _object_problem(event: Event, rule: Rule) -> str:
    if not event.obj:
        return "obj is missing" if event.outcome == "ok" and rule.obj is not Object.NOTHING else ""
    fits = is_code(event.obj) if rule.obj is Object.CODE else is_id(event.obj)
    return "" if fits else "obj has the wrong form"


def _field_problem(event: Event, rule: Rule) -> str:
    wanted = rule.always | (rule.needs if event.outcome == "ok" else frozenset())
    missing = sorted(wanted - event.det.keys())
    if missing:
        return f"missing {', '.join(missing)}"
    for name, value in event.det.items():
        fits = FIELDS.get(name)
        if fits is None:
            return f"unknown field {name}"
        if not fits(value):
            return f"{name} has the wrong form"
    return ""
