from __future__ import annotations

import pytest

from desktop.audit.events import RULES, Act, BadEventError, Event
from desktop.audit.fields import FIELDS

ID = "0123456789abcdef0123456789abcdef"


def test_every_act_has_a_rule_and_every_wanted_field_a_type() -> None:
    assert set(RULES) == set(Act)
    for rule in RULES.values():
        assert rule.needs | rule.always <= FIELDS.keys()


def test_a_missing_field_is_a_bug() -> None:
    with pytest.raises(BadEventError, match="missing ids"):
        Event(Act.PEOPLE_SEARCHED, det={"count": 3})


def test_a_refused_use_case_needs_no_result_but_a_reason() -> None:
    with pytest.raises(BadEventError, match="why is missing"):
        Event(Act.PEOPLE_IMPORTED, outcome="refused")
    assert Event(Act.PEOPLE_IMPORTED, outcome="refused", why="no-rows").det == {}


def test_some_fields_are_wanted_whatever_the_outcome() -> None:
    with pytest.raises(BadEventError, match="missing at"):
        Event(Act.SIGNIN_FAILED, obj=ID, outcome="failed", why="wrong-password")


def test_an_object_of_the_wrong_form_is_refused() -> None:
    for obj in ("", "Maria Lopez", ID.upper(), "17"):
        with pytest.raises(BadEventError, match="obj"):
            Event(Act.PEOPLE_SHOWN, obj=obj)
    assert Event(Act.PEOPLE_SHOWN, obj=ID).obj == ID


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("count", -1),
        ("count", 2**53),
        ("count", "3"),
        ("count", True),
        ("person", "Maria"),
        ("address", "maria@example.org"),
        ("method", "maria"),
        ("state", "MARIA"),
        ("action", "Maria Lopez"),
        ("note", "she called"),
    ],
)
def test_no_field_takes_a_name_an_address_or_a_sentence(name: str, value: str | int) -> None:
    with pytest.raises(BadEventError, match=name):
        Event(Act.SESSION_LOCKED, det={name: value})


def test_why_is_a_code_and_never_a_sentence() -> None:
    with pytest.raises(BadEventError, match="why is no code"):
        Event(Act.RELAY_REFUSED, outcome="refused", why="Cannot reach smtp.example.com")


def test_an_unknown_outcome_is_refused() -> None:
    with pytest.raises(BadEventError, match="outcome"):
        Event(Act.SESSION_LOCKED, outcome="maybe")


def test_a_refusal_of_the_guard_names_the_use_case() -> None:
    event = Event(Act.GUARD_REFUSED, obj="people.search", outcome="refused", why="locked")
    assert event.obj == "people.search"
