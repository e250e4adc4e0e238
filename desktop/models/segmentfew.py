"""What few rows tell of is gathered once, instead of being looked for person by person.

Of a million events a handful is of the last weeks: who replied in these is read from an index in
milliseconds, while looking at everybody's events takes half a second. Of many rows it is the other
way round, so they are counted first, as far as that takes no time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import func, literal_column, select

from desktop.models import rules, segments
from desktop.models.lanes import Tx
from desktop.models.rules import Condition, Rule
from desktop.models.segments import Basis
from desktop.models.standing import SegmentId

FEW = 20_000
"""Rows that are gathered in less time than it takes to look at everybody."""


def gathering(tx: Tx, rule: Rule, at: Basis) -> Basis:
    """`at`, knowing of which conditions of the rule few rows tell; for questions about everybody."""
    asked = {rules.positive(one) for one in _conditions(rule, at, set())}
    return replace(at, few=frozenset(one for one in asked if _is_few(tx, one, at)))


def _conditions(rule: Rule, at: Basis, known: set[SegmentId]) -> Iterator[Condition]:
    """Of the rule, and of the groups that it names."""
    yield from rules.conditions(rule)
    for id_ in rules.groups_in(rule) - known:
        known.add(id_)
        inner = at.groups.get(id_)
        if inner is not None:
            yield from _conditions(inner, at, known)


def _is_few(tx: Tx, one: Condition, at: Basis) -> bool:
    span = segments.span(one, at)
    if not span:
        return False
    rows = select(literal_column("1")).where(*span).limit(FEW + 1).subquery()
    return int(tx.connection.execute(select(func.count()).select_from(rows)).scalar_one()) <= FEW
