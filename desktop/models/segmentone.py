"""Whether one person belongs, by a rule compiled once a day: making its words takes longer than asking."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy.dialects import sqlite

from desktop.models import segments
from desktop.models.columns import utc_text
from desktop.models.lanes import Tx
from desktop.models.records import PersonId
from desktop.models.rules import Rule
from desktop.models.segments import Basis
from desktop.models.standing import CustomField, SegmentId
from desktop.models.tables import person

_WHO = "whose"
_AT_ANY_TIME = datetime(1, 1, 1, tzinfo=UTC)


def belongs(tx: Tx, rule: Rule, at: Basis, who: PersonId) -> bool:
    """Raises as `segments.matching`."""
    words, named, order = _compiled(rule, at.today, frozenset(at.groups.items()), tuple(at.own.values()))
    values = {**named, _WHO: who, segments.NOW: utc_text(at.now)}
    found = tx.connection.exec_driver_sql(words, tuple(values[name] for name in order))
    return found.first() is not None


@lru_cache(maxsize=256)
def _compiled(
    rule: Rule, today: date, groups: frozenset[tuple[SegmentId, Rule | None]], own: tuple[CustomField, ...]
) -> tuple[str, dict[str, Any], tuple[str, ...]]:
    """The statement, its values by name, and the order in which it takes them."""
    at = Basis(_AT_ANY_TIME, today, {one.name: one for one in own}, dict(groups))
    query = segments.matching(rule, at).where(person.c.id == bindparam(_WHO, ""))
    made = query.compile(
        dialect=sqlite.dialect(paramstyle="qmark"), compile_kwargs={"render_postcompile": True}
    )
    return str(made), dict(made.params), tuple(made.positiontup or ())
