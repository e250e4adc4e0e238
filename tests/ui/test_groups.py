"""Groups in the real page: built with the keyboard, counted while one types, explained, kept by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.models.rules import CUSTOM, Condition, Every, Narrow, Nope, Op, Some, from_text, to_text
from desktop.models.standing import FieldKind
from desktop.office.values_facts import FieldRequest, VisitRequest
from desktop.office.values_segments import SegmentRequest
from desktop.ui.segments.builder import RuleGroup
from desktop.ui.segments.members import WhyDialog
from desktop.ui.segments.page import GroupsPage
from desktop.ui.segments.row import ConditionRow
from desktop.ui.users.dialogs import ConfirmDialog
from tests.ui.conftest import AtWork


@pytest.fixture
def page(at_work: AtWork) -> GroupsPage:
    made = GroupsPage(at_work.screen.ui, at_work.session, at_work.workspace)
    at_work.screen.show(made)
    made.refresh()
    at_work.screen.settle()
    return made


def built(page: GroupsPage) -> RuleGroup:
    assert page.builder is not None
    return page.builder


def row(page: GroupsPage, at: int) -> ConditionRow:
    made = built(page).parts[at]
    assert isinstance(made, ConditionRow)
    return made


def counted(at_work: AtWork, page: GroupsPage) -> str:
    """After the pause in typing and the answer."""
    at_work.screen.qtbot.waitUntil(lambda: not page._timer.isActive(), timeout=10_000)
    at_work.screen.settle()
    return page.counted.text()


def test_a_group_is_built_with_the_keyboard_and_counted_on_the_way(at_work: AtWork, page: GroupsPage) -> None:
    assert page.none.isVisible()
    QTest.keyClick(page.new_button, Qt.Key.Key_Space)
    QTest.keyClicks(page.name.input, "Older people")
    QTest.keyClick(built(page).add_button, Qt.Key.Key_Space)
    first = row(page, 0)
    assert counted(at_work, page) == "3 of 3 people"
    first.inputs[0].clear()
    QTest.keyClicks(first.inputs[0], "60")
    assert counted(at_work, page) == "1 of 3 people"
    assert page.sample.text() == "For example: Zoraida Canaryfield"
    QTest.keyClick(page.save_button, Qt.Key.Key_Space)
    at_work.screen.settle()
    assert page.notice.words == at_work.screen.words("ui.groups.saved")
    assert [(line.name, line.count) for line in page.rows.rows] == [("Older people", 1)]
    assert [line.name for line in page.members.rows.rows] == ["Zoraida Canaryfield"]


def test_every_form_of_a_rule_comes_out_of_the_builder_as_it_went_in(
    at_work: AtWork, page: GroupsPage
) -> None:
    rule = Every(
        (
            Condition("age", Op.BETWEEN, (20, 64)),
            Some(
                (Condition("zip", Op.STARTS, ("802", "803")), Condition("stage", Op.IS, ("new", "overdue")))
            ),
            Nope(Some((Condition("visit.missed", Op.TIMES, (2, 365)),))),
            Nope(Every((Condition("since", Op.BEFORE, ("2020-01-01",)),))),
            Condition("visit.booked", Op.NOT_IN_NEXT, (30,)),
            Condition("consent.marketing", Op.IS_NOT, ("refused",)),
            Condition("birth-month", Op.IS, ("12",)),
            Condition("address", Op.HAS_NOT),
        )
    )
    page.begin(rule)
    assert built(page).rule() == rule
    counted(at_work, page)


def test_what_is_not_complete_is_said_where_the_count_stands(at_work: AtWork, page: GroupsPage) -> None:
    page.begin(Every((Condition("age", Op.AT_LEAST, (18,)),)))
    row(page, 0).inputs[0].clear()
    QTest.keyClicks(row(page, 0).inputs[0], "x")
    assert counted(at_work, page) == ""
    assert "Condition 1 is not complete." in page.sample.text()


def test_another_field_offers_its_own_operators(at_work: AtWork, page: GroupsPage) -> None:
    page.begin(Every((Condition("age", Op.AT_LEAST, (18,)),)))
    one = row(page, 0)
    one.field.setCurrentIndex(one.field.findData("stage"))
    assert one.choices is not None
    one.choices.actions_of["active"].setChecked(True)
    assert one.condition() == Condition("stage", Op.IS, ("active",))
    built(page).add_group()
    assert len(built(page).parts) == 2
    one.gone.emit()
    assert len(built(page).parts) == 1
    counted(at_work, page)


def test_a_recipe_is_where_one_begins(at_work: AtWork, page: GroupsPage) -> None:
    assert len(page.recipes.actions()) == 14
    page.recipes.actions()[0].trigger()
    assert page.name.text.startswith("Flu shot")
    assert counted(at_work, page).endswith("of 3 people")


def test_a_list_takes_people_in_and_lets_them_go(at_work: AtWork, page: GroupsPage) -> None:
    page.begin_list()
    page.name.input.setText("Choir")
    page.save()
    at_work.screen.settle()
    QTest.keyClicks(page.members.add_field, "night")
    QTest.keyClick(page.members.add_field, Qt.Key.Key_Return)
    at_work.screen.settle()
    assert [line.name for line in page.members.rows.rows] == ["Bo Nightingale"]
    page.members.view.selectRow(0)
    page.members.take()
    at_work.screen.settle()
    assert page.members.rows.rows == []
    QTest.keyClicks(page.members.add_field, "nobody of this name")
    QTest.keyClick(page.members.add_field, Qt.Key.Key_Return)
    at_work.screen.settle()
    assert page.notice.words == at_work.screen.words("ui.groups.nobody-found")


def test_why_somebody_is_in_a_group_is_said_condition_by_condition(at_work: AtWork, page: GroupsPage) -> None:
    page.begin(Every((Condition("age", Op.AT_LEAST, (60,)),)), "Older people")
    page.save()
    at_work.screen.settle()
    page.members.view.selectRow(0)
    page.members.explain()
    at_work.screen.settle()
    dialog = page.members.findChild(WhyDialog)
    assert dialog is not None
    words = [label.text() for label in dialog.findChildren(type(page.sample))]
    assert "Zoraida Canaryfield is in this group." in words
    assert "Yes: Age at least 60 years" in words
    dialog.reject()


def test_a_group_is_removed_after_a_question(at_work: AtWork, page: GroupsPage) -> None:
    page.begin(Every((Condition("age", Op.AT_LEAST, (60,)),)), "Older people")
    page.save()
    at_work.screen.settle()
    page.remove()
    dialog = page.findChild(ConfirmDialog)
    assert dialog is not None
    dialog.reject()
    assert len(page.rows.rows) == 1
    page.remove()
    page.findChildren(ConfirmDialog)[-1].accept()
    at_work.screen.settle()
    assert page.rows.rows == []
    assert page.card.isHidden()


def test_a_group_that_is_opened_again_is_as_it_was_kept(at_work: AtWork, page: GroupsPage) -> None:
    page.begin(Every((Condition("age", Op.AT_LEAST, (60,)),)), "Older people")
    page.save()
    at_work.screen.settle()
    page.begin(Every(()))
    page.list.selectRow(0)
    at_work.screen.settle()
    shown = at_work.office.show_segment(at_work.session, page.rows.rows[0].id)
    assert built(page).rule() == from_text(shown.rule)
    assert page.name.text == "Older people"


def test_visits_are_narrowed_by_provider_and_place_and_stay_so_with_another_operator(
    at_work: AtWork, page: GroupsPage
) -> None:
    kept = Condition("visit.came", Op.IN_LAST, (90,), Narrow("Flu shot", "Dr. Reyes", "Main office"))
    page.begin(Every((kept,)))
    one = row(page, 0)
    assert one.condition() == kept
    where = one.narrows["location"]
    where.setCurrentIndex(where.findData(""))
    one.op.setCurrentIndex(one.op.findData(Op.NOT_IN_LAST.value))
    assert one.condition() == Condition(
        "visit.came", Op.NOT_IN_LAST, (90,), Narrow("Flu shot", "Dr. Reyes", "")
    )
    counted(at_work, page)


def test_providers_and_places_that_visits_name_are_offered(at_work: AtWork, page: GroupsPage) -> None:
    one, now = at_work.person("Zoraida"), at_work.practice.clock.now()
    visit = VisitRequest(one, now.replace(tzinfo=None) + timedelta(days=2), "Check-up", "Dr. Reyes", "Annex")
    at_work.office.add_visit(at_work.session, visit)
    page.refresh()
    at_work.screen.settle()
    page.begin(Every((Condition("visit.booked", Op.IN_NEXT, (30,)),)))
    for code, said in (("type", "Check-up"), ("provider", "Dr. Reyes"), ("location", "Annex")):
        box = row(page, 0).narrows[code]
        QTest.keyClick(box, Qt.Key.Key_Down)
        assert box.currentData() == said
    assert counted(at_work, page) == "1 of 3 people"


def test_a_condition_on_a_field_that_is_gone_turns_into_an_age_when_the_group_is_saved(
    at_work: AtWork, page: GroupsPage
) -> None:
    office, session = at_work.office, at_work.session
    office.set_field(session, FieldRequest("bus", "Comes by bus", FieldKind.TEXT))
    rule = Every((Condition(CUSTOM + "bus", Op.HAS), Condition("age", Op.AT_LEAST, (60,))))
    office.keep_segment(session, SegmentRequest("By bus", to_text(rule)))
    office.set_field(session, FieldRequest("bus", "Comes by bus", FieldKind.TEXT, retired=True))
    page.refresh()
    at_work.screen.settle()
    page.list.selectRow(0)
    at_work.screen.settle()
    assert built(page).rule() == rule
    gone = built(page).parts[0]
    gone.gone.emit()
    assert built(page).rule() == Every(rule.rules[1:])
    counted(at_work, page)


def test_a_group_says_how_many_others_name_it(at_work: AtWork, page: GroupsPage) -> None:
    office, session = at_work.office, at_work.session
    first = office.keep_segment(
        session, SegmentRequest("Older", to_text(Every((Condition("age", Op.AT_LEAST, (60,)),))))
    )
    inner = Condition("group", Op.IN, (first.line.id,))
    office.keep_segment(session, SegmentRequest("Within", to_text(Every((inner,)))))
    page.refresh()
    at_work.screen.settle()
    for at, line in enumerate(page.rows.rows):
        page.list.selectRow(at)
        at_work.screen.settle()
        assert page.used.text().startswith("1 other group") == (line.name == "Older")


def test_before_a_group_is_chosen_it_is_said_what_can_be_done(at_work: AtWork, page: GroupsPage) -> None:
    rule = to_text(Every((Condition("age", Op.AT_LEAST, (60,)),)))
    at_work.office.keep_segment(at_work.session, SegmentRequest("Older", rule))
    page.refresh()
    at_work.screen.settle()
    assert page.hint.text() == at_work.screen.words("ui.groups.choose-one")
    page.list.selectRow(0)
    at_work.screen.settle()
    assert page.hint.isHidden()
    assert page.card.isVisible()
