"""How to call the use cases of groups of people."""

from __future__ import annotations

from typing import Any

from desktop.models import rules
from desktop.models.accounts import Session
from desktop.models.rules import Condition, Op
from desktop.office.values_segments import SegmentRequest

GROWN = rules.to_text(Condition("age", Op.AT_LEAST, (18,)))


def _keep(world: Any, session: Session) -> None:
    kept = world.office.keep_segment(session, SegmentRequest("Grown-ups", GROWN))
    world.kept["segment"] = kept.line.id


def _add(world: Any, session: Session) -> None:
    if "list" not in world.kept:
        world.kept["list"] = world.office.keep_segment(session, SegmentRequest("By hand", "")).line.id
    world.office.add_to_segment(session, world.kept["list"], (world.person,))


SEGMENTS = {
    "keep_segment": _keep,
    "add_to_segment": _add,
    "remove_from_segment": lambda w, s: w.office.remove_from_segment(s, w.kept["list"], (w.person,)),
    "list_segments": lambda w, s: w.office.list_segments(s),
    "rule_parts": lambda w, s: w.office.rule_parts(s),
    "count_rule": lambda w, s: w.office.count_rule(s, GROWN),
    "show_segment": lambda w, s: w.office.show_segment(s, w.kept["segment"]),
    "explain_segment": lambda w, s: w.office.explain_segment(s, w.kept["segment"], w.person),
    "retire_segment": lambda w, s: w.office.retire_segment(s, w.kept["segment"]),
}
