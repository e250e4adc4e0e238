"""`practice`, `fields`, `appointments` by hand and `people addresses`: their forms, errors and wrong use."""

from __future__ import annotations

import pytest

from desktop.models.records import PersonId
from tests.support.shell import Shell

NOBODY = PersonId("0" * 32)
VISIT = {
    *("id", "person", "name", "start", "zone", "status", "type", "provider", "location", "reminder"),
    "withdrawn",
}


def test_the_practice_is_shown_and_changed_in_parts(desk: Shell) -> None:
    before = desk("practice", "show")
    assert (before["name"], before["phone"], before["days"][0]) == ("Elm Street", "", "mon")
    after = desk("practice", "set", given={"phone": "303-555-0199", "closed": ["2026-12-24"]})
    assert after == {**before, "phone": "303-555-0199", "closed": ["2026-12-24"]}
    made = desk("practice", "place", given={"name": "Main Street", "hours": {"mon": "8 to 5"}})["places"]
    assert (made[0]["name"], made[0]["hours"]) == ("Main Street", {"mon": "8 to 5"})
    said = {"name": "Blood test", "arrive_early": 15, "instructions": {"en": "Do not eat."}}
    (rule,) = desk("practice", "visit-type", given=said)["visit_types"]
    assert rule == {**said, "patient_only": False, "remind": True}
    assert desk("practice", "remove-place", made[0]["id"])["places"] == []
    assert desk("practice", "remove-place", made[0]["id"])["error"]["code"] == "location-unknown"


@pytest.mark.parametrize(
    ("verb", "given"),
    [
        ("set", {"telephone": "1"}),
        ("set", {"first": "8"}),
        ("set", {"days": ["monday"]}),
        ("place", {}),
        ("place", {"name": "X", "adress": "1 Elm St"}),
        ("visit-type", {"name": "X", "patient-only": True}),
        ("place", {"name": "X", "hours": {"monday": "8"}}),
        ("place", {"name": "X", "hours": "8"}),
        ("visit-type", {"name": "X", "arrive_early": "15"}),
        ("visit-type", {"name": "X", "remind": "no"}),
    ],
)
def test_a_document_of_another_shape_is_wrong_use(desk: Shell, verb: str, given: dict[str, object]) -> None:
    desk("practice", verb, given=given)
    assert desk.code == 2


def test_fields_are_made_and_filled(desk: Shell) -> None:
    person = desk("people", "search", "Zoraida")["people"][0]["id"]
    given = {"name": "a1c", "label": "Last A1c", "kind": "number", "class": "clinical"}
    (line,) = desk("fields", "set", given=given)["fields"]
    assert line == {**given, "choices": [], "place": 0, "retired": False, "used": 0}
    desk("fields", "set", given={"name": "vip", "label": "VIP", "kind": "yes-no"})
    filled = desk("people", "fields", person, given={"a1c": 6.5, "vip": True})
    assert filled == {"person": person, "fields": {"a1c": 6.5, "vip": True}}
    assert desk("people", "fields", person, given={"vip": None})["fields"] == {"a1c": 6.5, "vip": None}
    assert desk("people", "fields", person)["fields"] == {"a1c": 6.5, "vip": None}
    assert [one["used"] for one in desk("fields", "list")["fields"]] == [1, 0]
    assert desk("people", "fields", person, given={"a1c": "high"})["error"]["code"] == "value-unusable"
    assert desk.code == 1
    desk("fields", "set", given={"name": "x", "label": "X", "kind": "colour"})
    assert desk.code == 2


def test_a_visit_is_added_moved_cancelled_and_marked(desk: Shell) -> None:
    person = desk("people", "search", "Zoraida")["people"][0]["id"]
    made = desk(
        "appointments", "add", given={"person": person, "start": "2026-11-24T09:30", "type": "Check-up"}
    )
    assert set(made) == VISIT
    assert (made["start"], made["status"], made["type"], made["withdrawn"]) == (
        "2026-11-24T09:30",
        "booked",
        "Check-up",
        0,
    )
    assert made["id"] in desk.words("appointments", "list", "--date", "2026-11-24")
    shown = desk("appointments", "list", "--date", "2026-11-24")
    assert [one["id"] for one in shown["visits"]] == [made["id"]]
    moved = desk(
        "appointments", "move", made["id"], given={"start": "2026-11-25T09:30", "provider": "Dr. Li"}
    )
    assert (moved["start"], moved["provider"]) == ("2026-11-25T09:30", "Dr. Li")
    assert desk("appointments", "cancel", made["id"])["status"] == "cancelled"
    assert desk("appointments", "mark", made["id"], "booked")["status"] == "booked"
    assert desk("appointments", "mark", made["id"], "kept")["error"]["code"] == "visit-not-begun"
    assert len(desk("appointments", "list", "--person", person)["visits"]) == 1
    assert desk("appointments", "cancel", NOBODY)["error"]["code"] == "visit-unknown"


@pytest.mark.parametrize(
    "given",
    [
        {"person": NOBODY},
        {"person": NOBODY, "start": "tomorrow"},
        {"person": NOBODY, "start": "2026-11-24T09:30+00:00"},
        {"person": NOBODY, "start": "2026-11-24T09:30", "second": 2},
    ],
)
def test_a_time_that_is_none_is_wrong_use(desk: Shell, given: dict[str, object]) -> None:
    desk("appointments", "add", given=given)
    assert desk.code == 2


def test_a_list_of_no_day_is_wrong_use(desk: Shell) -> None:
    desk("appointments", "list", "--date", "someday")
    assert desk.code == 2


def test_doubtful_addresses_are_listed_with_what_was_meant(desk: Shell) -> None:
    assert desk("people", "addresses") == {"addresses": [], "counts": {}, "total": 0, "looked_at": 2}
    person = desk("people", "search", "Bo")["people"][0]["id"]
    desk("people", "set", person, given={"email": "office@example.org"})
    answer = desk("people", "addresses", "--reason", "address-role")
    (line,) = answer["addresses"]
    assert (line["person"], line["reason"]["code"], line["suggestion"]) == (person, "address-role", None)
    assert answer["counts"] == {"address-role": 1}


def test_a_field_about_health_is_not_plain_by_a_slip(desk: Shell) -> None:
    for given in (
        {"name": "hiv", "label": "HIV", "group": "clinical"},
        {"name": "x", "label": "X", "kind": "foo"},
    ):
        desk("fields", "set", given=given)
        assert desk.code == 2
        assert "valid" not in desk.err
    assert desk("fields", "list") == {"fields": []}


def test_a_visit_has_a_time_and_the_last_day_of_the_calendar_is_no_bug(desk: Shell) -> None:
    person = desk("people", "search", "Zoraida")["people"][0]["id"]
    for start in ("2026-12-01", "now", "2026-12-01T10:00+01:00"):
        desk("appointments", "add", given={"person": person, "start": start})
        assert desk.code == 2
        assert "start" in desk.err
        assert "isoformat" not in desk.err
    far = desk("appointments", "list", "--date", "9999-12-31", "--days", "5")
    assert far["error"]["code"] == "visit-time-far"
    assert desk("appointments", "list", "--date", "0001-01-01")["visits"] == []


def test_addresses_for_a_reason_that_there_is_not_are_refused_and_not_called_fine(desk: Shell) -> None:
    wrong = desk("people", "addresses", "--reason", "WRONG")
    assert (desk.code, wrong["error"]["code"]) == (1, "value-not-allowed")
    assert "address-role" in wrong["error"]["message"]
    assert desk("people", "addresses", "--reason", "address-role")["addresses"] == []


def test_no_page_of_addresses_is_not_said_to_be_fine(desk: Shell) -> None:
    person = desk("people", "search", "Bo")["people"][0]["id"]
    desk("people", "set", person, given={"email": "office@example.org"})
    assert "address-role  1" in desk.words("people", "addresses", "--limit", "0")
    desk("people", "addresses", "--limit", "-1")
    assert desk.code == 2


@pytest.mark.parametrize("value", [["high"], {"a": 1}])
def test_a_list_is_no_value_of_a_field(desk: Shell, value: object) -> None:
    person = desk("people", "search", "Zoraida")["people"][0]["id"]
    desk("fields", "set", given={"name": "note", "label": "Note"})
    for words, given in (
        (("people", "fields", person), {"note": value}),
        (("people", "set", person), {"last_name": value}),
        (("people", "add"), {"last_name": value}),
    ):
        desk(*words, given=given)
        assert desk.code == 2
    assert desk("people", "fields", person)["fields"] == {"note": None}
    assert len(desk("people", "search", "")["people"]) == 3


def test_why_a_value_cannot_be_is_said_without_gaps(desk: Shell) -> None:
    person = desk("people", "search", "Zoraida")["people"][0]["id"]
    pet = {"name": "pet", "label": "Pet", "kind": "choice", "choices": ["cat", "dog"]}
    desk("fields", "set", given=pet)
    assert "cat, dog" in desk("people", "fields", person, given={"pet": "cow"})["error"]["message"]
    slip = desk("people", "set", person, given={"email": "zoe@gmial.com"})["error"]
    assert "gmial.com looks like a typing mistake. Is gmail.com meant?" in slip["message"]
    mailbox = desk("people", "mailbox", person, given={"address": "zoe@gmial.com"})["error"]
    assert mailbox["message"] == slip["message"]
