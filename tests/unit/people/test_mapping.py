"""Columns are guessed aloud; dates that can be read both ways are asked, never guessed."""

from __future__ import annotations

from datetime import date

import pytest

from desktop.errors import InputError
from desktop.models.standing import CustomField, FieldId, FieldKind
from desktop.people.mapping import Certainty, Mapping, Options, Question, guess, questions, signature
from desktop.people.parsing import parse_people
from desktop.people.reading import read_sheet
from desktop.people.schedules import parse_appointments
from desktop.people.sheets import Sheet

TODAY = date(2026, 11, 23)
RISK = CustomField(FieldId("f"), "risk", "Risk group", FieldKind.CHOICE, choices=("high", "low"))


def sheet(text: str, kind: str = "people") -> Sheet:
    return read_sheet(text.encode(), kind)


def sure(one: Sheet) -> Mapping:
    return Mapping({g.position: g.field for g in guess(one, "people", [RISK]) if g.field})


def test_each_column_has_a_guess_with_its_first_values() -> None:
    one = sheet("MRN,First Name,Surname,Emial,Shoe size\n7,Ana,Ruiz,ana@example.org,38\n8,Bo,Ng,,\n")

    found = guess(one, "people")

    assert [(g.field, g.certainty) for g in found] == [
        ("external_id", Certainty.SURE),
        ("first_name", Certainty.SURE),
        ("last_name", Certainty.SURE),
        ("email", Certainty.LIKELY),
        ("", Certainty.NONE),
    ]
    assert found[0].samples == ("7", "8")


def test_a_column_of_addresses_is_likely_the_address() -> None:
    one = sheet("First Name,Last Name,Contact\nAna,Ruiz,ana@example.org\n")

    assert guess(one, "people")[2].field == "email"


def test_the_practices_own_fields_are_found_by_their_label() -> None:
    one = sheet("First Name,Last Name,MRN,RISK GROUP\nAna,Ruiz,1,High\n")

    assert guess(one, "people", [RISK])[3].field == "custom:risk"
    (row,) = parse_people(one, sure(one), today=TODAY, fields=[RISK]).rows
    assert row.custom == '{"risk":"high"}'


def test_a_name_that_stands_twice_is_taken_once_and_not_surely() -> None:
    one = sheet("MRN,First Name,Last Name,Phone,Phone\n1,Ana,Ruiz,1,2\n")

    phones = [(g.position, g.certainty) for g in guess(one, "people") if g.field == "phone"]
    assert phones == [(3, Certainty.LIKELY)]


@pytest.mark.parametrize(
    ("dates", "born"),
    [
        (("1980-03-04", "1981-05-06"), (3, 4)),
        (("03/04/1980", "12/25/1981"), (3, 4)),
        (("03.04.1980", "25.12.1981"), (4, 3)),
        (("4 March 1980", "March 5, 1981"), (3, 4)),
        (("19800304", "19811225"), (3, 4)),
    ],
)
def test_dates_come_in_five_forms_and_the_file_tells_their_order(
    dates: tuple[str, str], born: tuple[int, int]
) -> None:
    one = sheet(f'First Name,Last Name,DOB\nAna,Ruiz,{dates[0]}\nBo,Ng,"{dates[1]}"\n')

    assert questions(one, sure(one), "people") == ()
    first = parse_people(one, sure(one), today=TODAY).rows[0].birth_date
    assert first is not None
    assert (first.month, first.day) == born


@pytest.mark.parametrize("second", ["05/06/1981", "25/12/1981\nEva,Paz,12/25/1981"])
def test_dates_that_can_be_read_both_ways_are_asked(second: str) -> None:
    one = sheet(f"First Name,Last Name,DOB\nAna,Ruiz,03/04/1980\nBo,Ng,{second}\n")
    mapping = sure(one)

    (asked,) = questions(one, mapping, "people")
    assert (asked.code, asked.position) == ("date-order", 2)
    with pytest.raises(InputError, match="date-order-unknown"):
        parse_people(one, mapping, today=TODAY)

    answered = Mapping(mapping.columns, Options(day_first=True))
    assert questions(one, answered, "people") == ()
    assert parse_people(one, answered, today=TODAY).rows[0].birth_date == date(1980, 4, 3)


def test_a_schedules_dates_are_asked_too() -> None:
    one = sheet("MRN,Date,Time\n1,03/04/2026,9:00\n", "appointments")
    mapping = Mapping({0: "patient_id", 1: "date", 2: "time"})

    assert questions(one, mapping, "appointments") == (Question("date-order", 1, ("03/04/2026",)),)
    with pytest.raises(InputError, match="date-order-unknown"):
        parse_appointments(one, "UTC", mapping)


def test_a_mapping_must_fit_the_file() -> None:
    one = sheet("First Name,Last Name\nAna,Ruiz\n")

    for columns, code in (
        ({0: "first_name", 9: "last_name"}, "mapping-unfit"),
        ({0: "first_name", 1: "first_name"}, "columns-twice"),
        ({0: ""}, "columns-unknown"),
        ({0: "first_name"}, "columns-missing"),
        ({0: "first_name", 1: "last_name", -1: "email"}, "mapping-unfit"),
    ):
        with pytest.raises(InputError, match=code):
            parse_people(one, Mapping(columns), today=TODAY)


def test_a_field_that_is_gone_is_said() -> None:
    one = sheet("First Name,Last Name,Risk group\nAna,Ruiz,high\n")

    with pytest.raises(InputError, match="custom-unknown"):
        parse_people(one, sure(one), today=TODAY)


def test_a_file_of_the_same_program_is_known_again() -> None:
    one, same = sheet("First Name,Last Name\nAna,Ruiz\n"), sheet("FIRST  NAME,last name\nBo,Ng\n")

    assert signature(one) == signature(same)
    assert signature(one) != signature(sheet("Last Name,First Name\nNg,Bo\n"))


def test_a_file_never_says_that_somebody_wants_plain_mail() -> None:
    header = "First Name,Last Name,Unencrypted consent,Unencrypted consent date,Unencrypted consent source\n"

    parsed = parse_people(sheet(header + "Ana,Ruiz,yes,2026-01-01,Form\nBo,Ng,no,,\n"), today=TODAY)

    assert [row.reason.code for row in parsed.rejected] == ["plain-wish-by-hand"]
    assert [row.sayings[0].use.value for row in parsed.rows] == ["plain"]
