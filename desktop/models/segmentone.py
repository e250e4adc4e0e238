"""The groups of one person, by rules compiled once a day: making their words takes longer than asking."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, literal, select
from sqlalchemy.dialects import sqlite

from desktop.frozen import dataclass
from desktop.models import segments
from desktop.models.columns import utc_text
from desktop.models.lanes import Tx
from desktop.models.records import PersonId
from desktop.models.rules import Rule
from desktop.models.segments import Basis
from desktop.models.standing import CustomField, SegmentId
from desktop.models.tables import person

RULES, VALUES = 50, 5_000
"""Rules and values of one statement: SQLite takes no more than 500 and 32,766."""
_WHO = "whose"
_AT_ANY_TIME = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class _Question:
    """One statement about one person: its values by name, and the order in which it takes them."""

    words: str
    named: dict[str, Any]
    order: tuple[str, ...]


def groups_of(tx: Tx, at: Basis, who: PersonId) -> set[SegmentId]:
    """Whose rule takes the person in. Raises as `segments.matching`."""
    moment = {_WHO: who, segments.NOW: utc_text(at.now)}
    found: set[SegmentId] = set()
    for one in _compiled(at.today, tuple(at.groups.items()), tuple(at.own.values())):
        values = {**one.named, **moment}
        asked = tx.connection.exec_driver_sql(one.words, tuple(values[name] for name in one.order))
        found.update(SegmentId(id_) for id_ in asked.scalars())
    return found


@lru_cache(maxsize=16)
def _compiled(
    today: date, groups: tuple[tuple[SegmentId, Rule | None], ...], own: tuple[CustomField, ...]
) -> tuple[_Question, ...]:
    """All rules in as few statements as they fit in."""
    at = Basis(_AT_ANY_TIME, today, {one.name: one for one in own}, dict(groups))
    asked = [
        _question(number, id_, rule, at) for number, (id_, rule) in enumerate(groups) if rule is not None
    ]
    made, some = list[_Question](), list[_Question]()
    for one in asked:
        if some and (len(some) == RULES or sum(len(other.order) for other in some) + len(one.order) > VALUES):
            made.append(_together(some))
            some = []
        some.append(one)
    return (*made, *([_together(some)] if some else ()))


def _question(number: int, id_: SegmentId, rule: Rule, at: Basis) -> _Question:
    """The group's id, if the person belongs."""
    whole = select(literal(id_)).select_from(person)
    query = whole.where(*segments.THERE, segments.holds(rule, at), person.c.id == bindparam(_WHO, ""))
    made = query.compile(
        dialect=sqlite.dialect(paramstyle="qmark"), compile_kwargs={"render_postcompile": True}
    )
    shared = {_WHO, segments.NOW}
    names = {name: name if name in shared else f"{number}:{name}" for name in made.params}
    named = {names[name]: value for name, value in made.params.items()}
    return _Question(str(made), named, tuple(names[name] for name in made.positiontup or ()))


def _together(some: list[_Question]) -> _Question:
    return _Question(
        " UNION ALL ".join(one.words for one in some),
        {name: value for one in some for name, value in one.named.items()},
        tuple(name for one in some for name in one.order),
    )
