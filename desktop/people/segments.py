"""Groups of people: rules made ready, and why somebody is in a group or not."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from desktop.frozen import dataclass
from desktop.models import rules, segmentrows
from desktop.models.lanes import Tx
from desktop.models.records import Consent, Kind, PersonId, Status
from desktop.models.rules import Condition, Every, Narrow, Nope, Op, Rule, Some, Stage
from desktop.models.segments import Basis
from desktop.models.standing import FieldClass, SegmentId, Use

_PATIENTS = (
    Condition("kind", Op.IS, (Kind.PATIENT.value,)),
    Condition("status", Op.IS, (Status.ACTIVE.value,)),
)
ZIP_HERE = "802"
"""Where a recipe wants the beginning of a ZIP code, this stands to be changed."""


def _of_patients(*more: Rule) -> Rule:
    return Every((*_PATIENTS, *more))


RECIPES: Mapping[str, Rule] = MappingProxyType(
    {
        "flu": _of_patients(
            Condition("age", Op.AT_LEAST, (65,)),
            Condition("zip", Op.STARTS, (ZIP_HERE,)),
            Condition("visit.came", Op.NOT_IN_LAST, (180,), Narrow(type="Flu shot")),
        ),
        "school": _of_patients(
            Condition("age", Op.BETWEEN, (4, 18)),
            Condition("visit.came", Op.NOT_IN_LAST, (365,)),
            Condition("visit.booked", Op.NEVER),
        ),
        "sports": _of_patients(
            Condition("age", Op.BETWEEN, (11, 18)),
            Condition("visit.came", Op.NOT_IN_LAST, (365,), Narrow(type="Sports physical")),
        ),
        "allergies": _of_patients(
            Condition("visit.came", Op.IN_LAST, (730,), Narrow(type="Allergy")),
            Condition("visit.booked", Op.NEVER),
        ),
        "breast-screening": _of_patients(
            Condition("age", Op.BETWEEN, (40, 74)),
            Condition("sex", Op.IS, ("female",)),
            Condition("visit.came", Op.NOT_IN_LAST, (730,), Narrow(type="Mammogram")),
        ),
        "colon-screening": _of_patients(
            Condition("age", Op.BETWEEN, (45, 75)),
            Condition("visit.came", Op.NOT_IN_LAST, (365,), Narrow(type="Colon screening")),
        ),
        "checkup": _of_patients(
            Condition("visit.came", Op.NOT_IN_LAST, (365,)),
            Condition("visit.came", Op.EVER),
            Condition("visit.booked", Op.NEVER),
        ),
        "birthday": _of_patients(Condition("birthday", Op.IN_NEXT, (7,))),
        "no-show": _of_patients(
            Condition("visit.missed", Op.IN_LAST, (60,)),
            Condition("visit.booked", Op.NEVER),
        ),
        "new": _of_patients(Condition("stage", Op.IS, (Stage.NEW.value,))),
        "at-risk": _of_patients(Condition("stage", Op.IS, (Stage.AT_RISK.value,))),
        "news": _of_patients(
            Condition(f"consent.{Use.MARKETING}", Op.IS, (Consent.GIVEN.value,)),
            Condition("address", Op.HAS),
        ),
        "ask-address": _of_patients(
            Condition("visit.booked", Op.IN_NEXT, (30,)),
            Some((Condition("address", Op.HAS_NOT), Condition("stopped", Op.HAS))),
        ),
        "everybody": _of_patients(),
    }
)
"""By code: its words are `ui.groups.recipe.<code>`. Each is a beginning that one changes."""


@dataclass(frozen=True)
class Part:
    """One step of a rule as it is read: how deep, `all`, `any`, `not` or '' of a condition, and whether
    it holds."""

    depth: int
    joint: str
    rule: Rule
    holds: bool


def explain(tx: Tx, rule: Rule, at: Basis, who: PersonId) -> list[Part] | None:
    """Each part of the rule for one person, the whole first; None for whoever is in no group at all.

    Raises as `models.segments.matching`.
    """
    steps = list(_steps(rule, 0))
    held = segmentrows.truths(tx, [step for _, step in steps], at, who)
    if held is None:
        return None
    return [Part(deep, _joint(step), step, yes) for (deep, step), yes in zip(steps, held, strict=True)]


def _steps(rule: Rule, depth: int) -> list[tuple[int, Rule]]:
    inside = (rule.rule,) if isinstance(rule, Nope) else () if isinstance(rule, Condition) else rule.rules
    return [(depth, rule), *(step for part in inside for step in _steps(part, depth + 1))]


def _joint(rule: Rule) -> str:
    return {Every: "all", Some: "any", Nope: "not"}.get(type(rule), "")


def is_clinical(rule: Rule, at: Basis, known: Mapping[SegmentId, bool]) -> bool:
    """Whether the rule tells of somebody's health: a clinical field, or a group that does.

    `known` says it of the groups that are kept. Raises InputError("group-field").
    """
    own = (rules.field_of(name, at.own) for name in rules.fields_in(rule))
    return any(one.clinical for one in own) or any(known.get(id_, False) for id_ in rules.groups_in(rule))


def tell_health(tx: Tx, at: Basis) -> None:
    """A field of the practice's own was put into another class: so is every group that asks about it."""
    kept = segmentrows.listing(tx)
    known = {one.id: False for one in kept}
    while more := [
        one.id for one in kept if one.rule and not known[one.id] and is_clinical(one.rule, at, known)
    ]:
        known.update(dict.fromkeys(more, True))
    for one in kept:
        if one.clinical is not known[one.id]:
            segmentrows.concerned(tx, one.id, clinical=known[one.id])


def is_offered(group: FieldClass, *, clinical: bool) -> bool:
    """Whether a field of the practice's own may be asked about by who sees clinical fields or not."""
    return clinical or group is not FieldClass.CLINICAL
