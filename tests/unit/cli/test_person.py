"""`people add` and `people timeline`: their forms, who is alike, paging, and wrong use."""

from __future__ import annotations

from tests.support.shell import Shell

NOOR = {"first_name": "Noor", "last_name": "Abadi", "birth_date": "1988-07-01"}


def test_a_newcomer_is_added_and_who_is_alike_is_printed_first(desk: Shell) -> None:
    added = desk("people", "add", given=NOOR)
    assert (added["added"]["name"], added["alike"]) == ("Noor Abadi", [])
    again = desk("people", "add", given=NOOR)
    assert again["added"] is None
    assert [(one["id"], one["why"]) for one in again["alike"]] == [
        (added["added"]["id"], ["name", "birth-date"])
    ]
    anyway = desk("people", "add", "--anyway", given=NOOR)
    assert anyway["added"]["id"] != added["added"]["id"]


def test_nobody_is_added_with_an_answer_or_without_a_name(desk: Shell) -> None:
    assert desk("people", "add", given={**NOOR, "consent": "given"})["error"]["code"] == "consent-later"
    assert desk("people", "add", given={"first_name": "Noor"})["error"]["code"] == "value-needed"


def test_a_field_that_there_is_not_is_answered_with_those_of_a_newcomer(desk: Shell) -> None:
    for given in ({"name": "Noor"}, {}):
        said = desk("people", "add", given=given)["error"]["message"]
        assert "last_name" in said
        assert "consent" not in said
        assert "plain_wish" not in said


def test_the_timeline_for_people_names_no_code(desk: Shell) -> None:
    person = desk("people", "add", given=NOOR)["added"]["id"]
    desk("people", "set", person, given={"phone": "+1 303 555 0101"})
    desk("consent", "record", person, "marketing", "refused")
    desk("appointments", "add", given={"person": person, "start": "2026-11-24T09:30", "type": "Check-up"})
    said = desk.words("people", "timeline", person)
    assert "2026-11-24 09:30  Check-up: booked" in said
    assert "News and offers: No" in said
    assert "people." not in said


def test_the_timeline_goes_on_behind_what_was_printed(desk: Shell) -> None:
    person = desk("people", "add", given=NOOR)["added"]["id"]
    desk("people", "set", person, given={"phone": "+1 303 555 0101"})
    whole = desk("people", "timeline", person)
    assert [line["what"] for line in whole["lines"]] == ["people.changed", "people.added"]
    assert (whole["older"], whole["hidden"]) == (None, [])
    first = desk("people", "timeline", person, "--limit", "1")
    assert first["lines"] == whole["lines"][:1]
    rest = desk("people", "timeline", person, "--limit", "1", "--older", first["older"])
    assert (rest["lines"], rest["older"]) == (whole["lines"][1:], None)


def test_a_place_that_was_never_printed_is_wrong_use(desk: Shell) -> None:
    desk("people", "timeline", "0" * 32, "--older", "yesterday")
    assert desk.code == 2
    assert desk("people", "timeline", "0" * 32)["error"]["code"] == "person-unknown"
