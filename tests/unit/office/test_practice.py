"""What the practice says of itself: kept once, checked, and named in letters and reminders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from desktop.access.roles import Purpose
from desktop.compliance.hours import load_hours
from desktop.errors import InputError, Refused, SealwellError
from desktop.models import sendingrules, settings
from desktop.models.accounts import Role, Session
from desktop.models.standing import Location, LocationId, VisitRule
from desktop.office.api import Office
from desktop.office.values_audit import LogQuery
from desktop.office.values_facts import PracticeChange, PracticeShown
from desktop.office.values_messages import SnippetRequest
from tests.made_practice import Practice, import_visits, person_named
from tests.made_staff import desk_of
from tests.support.colleagues import let_in

HERE = Location(
    LocationId(""),
    "Main  Street",
    "12 Main Street, Denver",
    "303-555-0100",
    "Second floor",
    {"3": "1 to 7", "1": "8 to 5", "2": " "},
    "https://book.example.org/main",
)
VISITS = (
    b"Appointment ID,MRN,Date,Time,Provider,Type,Location\n"
    b"A1,1001,2026-11-24,09:30,Dr. Shah,Blood  Test,main street\n"
)


def code_of(error: pytest.ExceptionInfo[SealwellError]) -> str:
    return error.value.code


def facts(office: Office, session: Session, **changes: object) -> PracticeShown:
    before = office.show_practice(session).facts
    return office.set_practice(session, replace(before, **changes))  # type: ignore[arg-type]


def test_facts_are_kept_and_the_practices_phone_stands_in_letters(at_work: tuple[Office, Session]) -> None:
    office, ana = at_work
    shown = facts(office, ana, phone=" 303-555-0199 ", portal_link="https://portal.example.org")
    assert (shown.facts.name, shown.facts.phone, shown.can_change) == ("Elm Street", "303-555-0199", True)
    assert (shown.facts.first, shown.facts.last, shown.facts.country) == (7, 19, "US")
    assert shown == office.show_practice(ana)
    database = desk_of(office).opened().database
    assert database.read(lambda tx: settings.get(tx, "practice-phone")) == "303-555-0199"
    acts = {line.act: line.details for line in office.query_log(ana, LogQuery(limit=20)).lines}
    assert acts["practice.changed"] == {"fields": 2}


def test_other_hours_and_closed_days_want_a_fresh_proof_and_hold_everywhere(
    practice: Practice, at_work: tuple[Office, Session]
) -> None:
    office, ana = at_work
    practice.clock.move(360)
    with pytest.raises(Refused) as caught:
        facts(office, ana, first=8)
    assert code_of(caught) == "step-up-needed"
    assert office.show_practice(ana).facts.first == 7
    desk_of(office).guard.prove(ana, Purpose.USERS)
    facts(office, ana, first=8, days=(2, 1), closed=("2026-12-24", " 2026-12-24"), region="co")
    database = desk_of(office).opened().database
    hours, rules = database.read(load_hours), database.read(sendingrules.get)
    assert (hours.first, hours.days) == (8, (1, 2))
    assert (rules.closed, rules.region) == (("2026-12-24",), "CO")
    acts = [line.act for line in office.query_log(ana, LogQuery(limit=20)).lines]
    assert {"opening-hours.changed", "sending-rules.changed", "practice.changed"} <= set(acts)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": " "}, "practice-name"),
        ({"phone": "call us"}, "practice-phone"),
        ({"phone": "12"}, "practice-phone"),
        ({"booking_link": "http://book.example.org"}, "practice-link"),
        ({"portal_link": "https://bank.example@evil.example/"}, "practice-link"),
        ({"portal_link": "javascript:alert(1)"}, "practice-link"),
        ({"portal_link": "https://[::1"}, "practice-link"),
        ({"address": "x" * 301}, "practice-too-long"),
        ({"first": 19, "last": 7}, "opening-hours-wrong"),
        ({"closed": ("yesterday",)}, "closed-day-wrong"),
        ({"closed": tuple("2026-12-24" for _ in range(401))}, "closed-days-many"),
        ({"country": "XX"}, "holiday-country-unknown"),
        ({"region": "XX"}, "holiday-region-unknown"),
    ],
)
def test_what_cannot_stand_in_a_letter_is_refused_and_nothing_changes(
    at_work: tuple[Office, Session], changes: dict[str, object], code: str
) -> None:
    office, ana = at_work
    desk_of(office).guard.prove(ana, Purpose.USERS)
    before = office.show_practice(ana)
    with pytest.raises(InputError) as caught:
        facts(office, ana, **{"phone": "303-555-0100", **changes})
    assert code_of(caught) == code
    assert office.show_practice(ana) == before


def test_a_place_is_added_changed_and_retired(at_work: tuple[Office, Session]) -> None:
    office, ana = at_work
    (one,) = office.set_location(ana, HERE).locations
    assert (one.name, one.hours) == ("Main Street", {"1": "8 to 5", "3": "1 to 7"})
    (changed,) = office.set_location(ana, replace(one, phone="")).locations
    assert changed == replace(one, phone="")
    for wrong, code in (
        (HERE, "location-twice"),
        (replace(HERE, name=""), "location-name"),
        (replace(HERE, name="Other", hours={"8": "x"}), "hours-day"),
        (replace(one, id=LocationId("0" * 32), name="Other"), "location-unknown"),
    ):
        with pytest.raises(InputError) as caught:
            office.set_location(ana, wrong)
        assert code_of(caught) == code
    assert office.retire_location(ana, one.id).locations == ()
    with pytest.raises(InputError) as caught:
        office.retire_location(ana, one.id)
    assert code_of(caught) == "location-unknown"
    assert len(office.set_location(ana, HERE).locations) == 1


def test_types_of_visits_that_schedules_name_are_offered_until_something_is_said_about_them(
    practice: Practice, at_work: tuple[Office, Session]
) -> None:
    office, ana = at_work
    import_visits(office, ana, practice.clock, VISITS)
    assert office.show_practice(ana).types == ("Blood Test",)
    shown = office.set_visit_rule(
        ana, VisitRule("", " blood  test ", 15, {"en": "Do not eat.\n\nWater is fine."})
    )
    assert shown.types == ()
    (rule,) = shown.rules
    assert (rule.type_key, rule.name, rule.arrive_early) == ("blood test", "blood test", 15)
    assert rule.instructions == {"en": "Do not eat.\n\nWater is fine."}
    again = office.set_visit_rule(ana, replace(rule, name="BLOOD TEST", patient_only=True))
    assert [(one.name, one.patient_only) for one in again.rules] == [("BLOOD TEST", True)]


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (VisitRule("", " "), "visit-type-name"),
        (VisitRule("", "X", arrive_early=181), "visit-early-range"),
        (VisitRule("", "X", arrive_early=-1), "visit-early-range"),
        (VisitRule("", "X", instructions={"fr": "Bonjour"}), "visit-language"),
        (VisitRule("", "X", instructions={"en": "x" * 1001}), "practice-too-long"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(
    at_work: tuple[Office, Session], rule: VisitRule, code: str
) -> None:
    office, ana = at_work
    with pytest.raises(InputError) as caught:
        office.set_visit_rule(ana, rule)
    assert code_of(caught) == code


def test_a_text_block_is_filled_with_what_holds_for_the_next_visit(
    practice: Practice, at_work: tuple[Office, Session]
) -> None:
    office, ana = at_work
    import_visits(office, ana, practice.clock, VISITS)
    facts(office, ana, address="1 Elm Street", booking_link="https://book.example.org")
    office.set_location(ana, HERE)
    office.set_visit_rule(ana, VisitRule("", "Blood test", 15, {"en": "Do not eat."}))
    text = (
        "{{ practice_address }}|{{ booking_link }}|{{ location_address }}|{{ location_phone }}|"
        "{{ location_directions }}|{{ location_hours }}|{{ arrive_early }}|{{ arrive_at }}|{{ instructions }}"
    )
    block = office.keep_snippet(ana, SnippetRequest("snippet", "Facts", text)).snippets[0]
    filled = office.fill_snippet(ana, block.id, person_named(office, ana, "Canaryfield"))
    assert filled.missing == ()
    assert filled.text == (
        "1 Elm Street|https://book.example.org/main|12 Main Street, Denver|303-555-0100|Second floor|"
        "Monday: 8 to 5\nWednesday: 1 to 7|15|"
        "9:15 am|Do not eat."
    )


@pytest.mark.parametrize("work", ["set_practice", "set_location", "set_visit_rule"])
def test_a_manager_looks_and_changes_nothing(
    practice: Practice, at_work: tuple[Office, Session], work: str
) -> None:
    office, ana = at_work
    desk_of(office).guard.prove(ana, Purpose.USERS)
    _, bo = let_in(practice, office, ana, "bo", Role.MANAGER).signed_in(practice, office)
    assert not office.show_practice(bo).can_change
    given: dict[str, Callable[[], object]] = {
        "set_practice": lambda: office.set_practice(bo, PracticeChange("X")),
        "set_location": lambda: office.set_location(bo, HERE),
        "set_visit_rule": lambda: office.set_visit_rule(bo, VisitRule("", "X")),
    }
    with pytest.raises(Refused) as caught:
        given[work]()
    assert code_of(caught) == "not-allowed"
