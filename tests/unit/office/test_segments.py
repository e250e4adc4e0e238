"""Groups at the door: made, counted, shown, explained; what front desk sees of them; lists by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from desktop.access.signin import slot_uid
from desktop.audit.witness import Gap
from desktop.errors import InputError, Refused
from desktop.models import customfields, users
from desktop.models.accounts import Role, Session, User
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.rules import Condition, Every, Nope, Op, Rule, to_text
from desktop.models.standing import CustomField, FieldClass, FieldId, FieldKind, SegmentId
from desktop.office.api import Office
from desktop.office.values import ImportRequest
from desktop.office.values_facts import FieldRequest
from desktop.office.values_segments import SegmentRequest
from desktop.people.segments import RECIPES
from tests.made_practice import PEOPLE, Practice, person_named
from tests.made_staff import desk_of

OLD = Condition("age", Op.AT_LEAST, (60,))
ILL = Condition("custom.diabetes", Op.IS, ("yes",))
SMOKES = Condition("custom.smoker", Op.IS, ("yes",))


@pytest.fixture
def practice(practice: Practice) -> Practice:
    """With three people: Zoraida of 65, Bo of 45 and Ned of 36."""
    office, ana = practice.signed_in()
    office.import_people(ana, ImportRequest("people.csv", PEOPLE))
    office.close()
    return practice


def a_role(office: Office, role: Role) -> Session:
    """A session of somebody with `role` on the same open office."""
    desk = desk_of(office)
    someone = User(slot_uid(desk.opened().vault.vault_id, "eve"), "eve", role)
    desk.opened().database.write(lambda tx: users.add(tx, someone, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"))
    return desk.guard.open(someone, desk.clock.now())


def diabetes(office: Office) -> None:
    field = CustomField(FieldId(new_id()), "diabetes", "Diabetes", FieldKind.YES_NO, FieldClass.CLINICAL)
    at = datetime(2026, 11, 1, tzinfo=UTC)
    desk_of(office).opened().database.write(lambda tx: customfields.put(tx, field, at))


def keep(office: Office, session: Session, name: str, rule: Rule | None) -> SegmentId:
    request = SegmentRequest(name, "" if rule is None else to_text(rule))
    return office.keep_segment(session, request).line.id


def names(office: Office, session: Session, id_: SegmentId) -> list[str]:
    return [line.name for line in office.show_segment(session, id_).members]


def test_a_rule_is_counted_with_the_first_of_its_people(practice: Practice) -> None:
    office, ana = practice.signed_in()
    counted = office.count_rule(ana, to_text(OLD))
    assert (counted.count, counted.everybody) == (1, 3)
    assert [line.name for line in counted.sample] == ["Zoraida Canaryfield"]
    assert not counted.clinical


def test_people_are_in_a_group_by_name_and_leave_it_when_they_change(practice: Practice) -> None:
    office, ana = practice.signed_in()
    id_ = keep(office, ana, "Older", Nope(Condition("age", Op.AT_MOST, (44,))))
    assert names(office, ana, id_) == ["Zoraida Canaryfield", "Bo Nightingale"]
    office.set_person(ana, person_named(office, ana, "Bo"), {"birth_date": "2001-01-01"})
    assert names(office, ana, id_) == ["Zoraida Canaryfield"]


def test_people_come_into_a_group_on_their_day(practice: Practice) -> None:
    office, ana = practice.signed_in()
    id_ = keep(office, ana, "Forty-six", Condition("age", Op.AT_LEAST, (46,)))
    assert names(office, ana, id_) == ["Zoraida Canaryfield"]
    desk_of(office).clock.move(40 * 86_400)  # type: ignore[attr-defined]
    office, ana = practice.signed_in()
    assert names(office, ana, id_) == ["Zoraida Canaryfield", "Bo Nightingale"]


def test_a_list_is_kept_by_hand(practice: Practice) -> None:
    office, ana = practice.signed_in()
    id_, bo = keep(office, ana, "Choir", None), person_named(office, ana, "Bo")
    office.add_to_segment(ana, id_, (bo,))
    rule = keep(office, ana, "Not the choir", Condition("group", Op.NOT_IN, (id_,)))
    assert names(office, ana, rule) == ["Zoraida Canaryfield", "Ned Noaddress"]
    assert names(office, ana, id_) == ["Bo Nightingale"]
    assert office.explain_segment(ana, id_, bo).reason == "by-hand"
    with pytest.raises(InputError, match="group-used"):
        office.retire_segment(ana, id_)
    assert office.remove_from_segment(ana, id_, (bo,)).members == ()
    assert len(names(office, ana, rule)) == 3
    with pytest.raises(InputError, match="group-kind"):
        office.add_to_segment(ana, rule, (bo,))
    office.retire_segment(ana, rule)
    assert office.retire_segment(ana, id_).segments == ()
    with pytest.raises(InputError, match="group-unknown"):
        office.show_segment(ana, id_)


def test_why_somebody_is_in_a_group_is_said_by_condition(practice: Practice) -> None:
    office, ana = practice.signed_in()
    rule = Every((OLD, Nope(Condition("address", Op.HAS))))
    id_ = keep(office, ana, "Older without address", rule)
    why = office.explain_segment(ana, id_, person_named(office, ana, "Zoraida"))
    assert not why.inside
    assert [(part.depth, part.joint, part.holds) for part in why.parts] == [
        (0, "all", False),
        (1, "", True),
        (1, "not", False),
        (2, "", True),
    ]


def test_whoever_was_merged_is_in_no_group_and_that_is_the_reason(practice: Practice) -> None:
    office, ana = practice.signed_in()
    id_, bo = keep(office, ana, "All", Every(())), person_named(office, ana, "Bo")

    def withdraw(tx: Tx) -> None:
        tx.driver.execute(
            "UPDATE person SET withdrawn_at = '2026-11-01T00:00:00.000000Z' WHERE id = ?", (bo,)
        )

    assert len(names(office, ana, id_)) == 3
    desk_of(office).opened().database.write(withdraw)
    assert len(names(office, ana, id_)) == 2
    assert office.list_segments(ana).segments[0].count == 2


def test_front_desk_sees_counts_alone_and_no_name_of_what_is_about_health(practice: Practice) -> None:
    office, ana = practice.signed_in()
    diabetes(office)
    keep(office, ana, "Diabetes letters", ILL)
    named = keep(office, ana, "Older", OLD)
    eve = a_role(office, Role.FRONT_DESK)
    shown = office.list_segments(eve)
    assert [(line.name, line.hidden) for line in shown.segments] == [("", True), ("Older", False)]
    assert (shown.can_show, shown.can_change) == (False, False)
    for refused in (
        lambda: office.show_segment(eve, named),
        lambda: office.count_rule(eve, to_text(OLD)),
        lambda: office.keep_segment(eve, SegmentRequest("Mine", to_text(OLD))),
        lambda: office.explain_segment(eve, named, person_named(office, ana, "Bo")),
    ):
        with pytest.raises(Refused, match="not-allowed"):
            refused()


def test_a_group_that_names_one_about_health_is_about_health(practice: Practice) -> None:
    office, ana = practice.signed_in()
    inner = keep(office, ana, "Letters", OLD)
    outer = keep(office, ana, "Others", Condition("group", Op.NOT_IN, (inner,)))
    diabetes(office)
    office.keep_segment(ana, SegmentRequest("Letters", to_text(ILL), inner, 1))
    lines = {line.id: line for line in office.list_segments(ana).segments}
    assert lines[inner].clinical
    assert lines[outer].clinical
    assert lines[outer].count == 3


def test_a_field_that_comes_to_be_about_health_hides_the_names_of_its_groups(
    practice: Practice,
) -> None:
    office, ana = practice.signed_in()
    field = FieldRequest("smoker", "Smoker", FieldKind.YES_NO, FieldClass.PLAIN)
    office.set_field(ana, field)
    keep(office, ana, "Outer", Condition("group", Op.IN, (keep(office, ana, "Smokers", SMOKES),)))
    front = a_role(office, Role.FRONT_DESK)
    assert [line.name for line in office.list_segments(front).segments] == ["Outer", "Smokers"]
    office.set_field(ana, replace(field, group=FieldClass.CLINICAL))
    assert [line.name for line in office.list_segments(front).segments] == ["", ""]
    office.set_field(ana, field)
    assert [line.name for line in office.list_segments(front).segments] == ["Outer", "Smokers"]


def test_groups_never_name_each_other_in_a_circle(practice: Practice) -> None:
    office, ana = practice.signed_in()
    first = keep(office, ana, "First", OLD)
    second = keep(office, ana, "Second", Condition("group", Op.IN, (first,)))
    circle = to_text(Condition("group", Op.IN, (second,)))
    with pytest.raises(InputError, match="group-circle"):
        office.keep_segment(ana, SegmentRequest("First", circle, first))
    with pytest.raises(InputError, match="group-unknown"):
        office.count_rule(ana, to_text(Condition("group", Op.IN, (new_id(),))))


def test_what_says_nothing_sensible_is_refused(practice: Practice) -> None:
    office, ana = practice.signed_in()
    id_ = keep(office, ana, "Older", OLD)
    for request, code in (
        (SegmentRequest("", to_text(OLD)), "group-name"),
        (SegmentRequest("older", to_text(OLD)), "group-taken"),
        (SegmentRequest("Older", "nonsense", id_), "group-form"),
        (SegmentRequest("Older", to_text(OLD), id_, 7), "group-changed"),
        (SegmentRequest("Older", "", id_), "group-kind"),
        (SegmentRequest("New", to_text(Condition("age", Op.IS, ("old",)))), "group-rule"),
        (SegmentRequest("New", to_text(Condition("shoe-size", Op.HAS))), "group-field"),
        (SegmentRequest("New", to_text(OLD), SegmentId(new_id())), "group-unknown"),
    ):
        with pytest.raises(InputError, match=code):
            office.keep_segment(ana, request)


def test_every_recipe_is_a_rule_that_runs(practice: Practice) -> None:
    office, ana = practice.signed_in()
    recipes = office.rule_parts(ana).recipes
    assert {recipe.code for recipe in recipes} == RECIPES.keys()
    for recipe in recipes:
        assert office.count_rule(ana, recipe.rule).count <= 3


def test_a_field_that_a_kept_rule_asks_about_has_an_index_until_it_is_retired(practice: Practice) -> None:
    office, ana = practice.signed_in()
    diabetes(office)
    database = desk_of(office).opened().database

    def indexes(tx: Tx) -> int:
        found = tx.driver.execute("SELECT count(*) FROM sqlite_master WHERE name LIKE 'person_own_%'")
        return int(found.fetchone()[0])

    bo = person_named(office, ana, "Bo")
    database.write(lambda tx: customfields.put_values(tx, bo, {"diabetes": True}))
    id_ = keep(office, ana, "Letters", ILL)
    assert database.read(indexes) == 1
    assert names(office, ana, id_) == ["Bo Nightingale"]
    office.retire_segment(ana, id_)
    assert database.read(indexes) == 0


def test_after_an_import_every_rule_is_worked_out_anew(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, ana = practice.signed_in()
    id_ = keep(office, ana, "All", Every(()))
    monkeypatch.setattr("desktop.models.segmentrows.MANY", 1)
    database = desk_of(office).opened().database

    database.write(lambda tx: tx.driver.execute("UPDATE person SET city = 'Golden'"))
    assert len(names(office, ana, id_)) == 3
    golden = keep(office, ana, "Golden", Condition("city", Op.IS, ("GOLDEN",)))
    assert len(names(office, ana, golden)) == 3


def test_while_the_log_does_not_agree_groups_are_shown_as_they_were(practice: Practice) -> None:
    office, ana = practice.signed_in()
    id_ = keep(office, ana, "Older", OLD)
    office.set_person(ana, person_named(office, ana, "Bo"), {"birth_date": "1950-01-01"})
    watch = desk_of(office).log_watch
    assert watch is not None
    watch.gap = Gap("missing", 1, 2, "keyring")
    assert names(office, ana, id_) == ["Zoraida Canaryfield"]
    watch.gap = None
    assert len(names(office, ana, id_)) == 2
