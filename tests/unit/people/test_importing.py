"""A list of people goes in whole or not at all, and never against what was said."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.errors import InputError
from desktop.models import people
from desktop.models.records import Consent, Detail, Status
from desktop.people.importing import import_people
from tests.support.sheets import people_of
from tests.unit.people.conftest import NOW, Practice

HEADER = "MRN,First Name,Last Name,DOB,E-mail\n"
ANA = "1,Ana,Ruiz,1980-03-15,ana@example.org\n"
CONSENT = "MRN,First Name,Last Name,DOB,Consent,Consent date,Consent source\n"


def codes(result: object) -> list[tuple[int, str]]:
    return [(row.line, row.reason.code) for row in result.rejected]  # type: ignore[attr-defined]


def test_newcomers_are_stored_with_the_practices_language(practice: Practice) -> None:
    practice.setting("language", "es")

    result = practice.people(HEADER + ANA)

    assert (result.created, result.updated, result.unchanged, result.rejected) == (1, 0, 0, ())
    person = practice.one("Ruiz")
    assert (person.first_name, person.birth_date, person.email) == (
        "Ana",
        date(1980, 3, 15),
        "ana@example.org",
    )
    assert (person.language, person.detail, person.status) == ("es", Detail.STANDARD, Status.ACTIVE)
    assert person.consent is Consent.UNKNOWN


def test_the_same_file_again_changes_nothing(practice: Practice) -> None:
    text = HEADER + ANA + ",Eva,Paz,1990-01-01,\n"
    practice.people(text)

    again = practice.people(text)

    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)


def test_a_person_is_found_by_number_whatever_else_changed(practice: Practice) -> None:
    practice.people(HEADER + ANA)

    result = practice.people(HEADER + "1,Ana,Ruiz-Soto,1980-03-15,ana.soto@example.org\n")

    assert (result.created, result.updated) == (0, 1)
    assert practice.one("Ruiz-Soto").email == "ana.soto@example.org"


def test_a_person_is_found_by_names_and_birth_date_in_any_case(practice: Practice) -> None:
    practice.people(HEADER + ",Ana,Ruiz,1980-03-15,\n")

    result = practice.people(HEADER + "9,ANA,RUIZ,3/15/1980,ana@example.org\n")

    assert (result.created, result.updated) == (0, 1)
    assert [(p.external_id, p.email) for p in practice.everybody()] == [("9", "ana@example.org")]


def test_an_address_alone_never_finds_anybody(practice: Practice) -> None:
    practice.people(HEADER + ANA)

    result = practice.people(HEADER + ",Eva,Ruiz,1990-01-01,ana@example.org\n")

    assert result.created == 1
    assert len(practice.everybody()) == 2


@pytest.mark.parametrize(
    ("before", "row", "code"),
    [
        (ANA, "2,Ana,Ruiz,1980-03-15,\n", "ambiguous"),
        (ANA, ",Ana,Ruiz,,ana@example.org\n", "ambiguous"),
        (",Ana,Ruiz,,\n", ",Ana,Ruiz,1980-03-15,\n", "ambiguous"),
        (ANA, "1,Leo,Gil,1955-05-05,leo@example.org\n", "external-id-of-another"),
        (ANA, "8,,,,eva@example.org\n", "name-missing"),
    ],
)
def test_whom_a_row_means_is_never_guessed(practice: Practice, before: str, row: str, code: str) -> None:
    practice.people(HEADER + before)
    known = practice.everybody()

    result = practice.people(HEADER + row)

    assert codes(result) == [(2, code)]
    assert practice.everybody() == known


def test_two_rows_for_one_known_person_count_once(practice: Practice) -> None:
    practice.people(HEADER + ANA)

    result = practice.people(HEADER + "1,Ana,Ruiz-Soto,1980-03-15,\n,Ana,Ruiz,1980-03-15,\n")

    assert result.updated == 1
    assert codes(result) == [(3, "duplicate")]


def test_a_blank_cell_empties_nothing(practice: Practice) -> None:
    practice.people(
        "MRN,First Name,Last Name,DOB,E-mail,Phone,Status\n1,Ana,Ruiz,1980-03-15,ana@example.org,555,moved\n"
    )
    before = practice.one("Ruiz")

    result = practice.people("MRN,First Name,Last Name,DOB,E-mail,Phone,Status\n1,Ana,Ruiz,,,,\n")

    assert result.unchanged == 1
    assert practice.one("Ruiz") == before


def test_a_column_that_is_not_there_changes_nothing(practice: Practice) -> None:
    practice.people(HEADER + ANA)

    practice.people("MRN,Status\n1,deceased\n")

    person = practice.one("Ruiz")
    assert (person.status, person.first_name, person.email) == (Status.DECEASED, "Ana", "ana@example.org")


def test_consent_is_entered_with_its_date_and_source(practice: Practice) -> None:
    practice.people(CONSENT + "1,Ana,Ruiz,,given,5/1/2024,signed form\n")

    person = practice.one("Ruiz")
    (entry,) = practice.ledger(person)
    assert person.consent is Consent.GIVEN
    assert (entry.state, entry.at, entry.source, entry.by) == (
        Consent.GIVEN,
        datetime(2024, 5, 1, 12, tzinfo=UTC),
        "signed form",
        "ana",
    )


def test_a_consent_that_is_known_is_not_entered_again(practice: Practice) -> None:
    text = CONSENT + "1,Ana,Ruiz,,given,5/1/2024,signed form\n"
    practice.people(text)

    assert practice.people(text).unchanged == 1
    assert len(practice.ledger(practice.one("Ruiz"))) == 1


def test_a_file_may_add_a_refusal_at_once(practice: Practice) -> None:
    practice.people(CONSENT + "1,Ana,Ruiz,,given,5/1/2024,signed form\n")

    practice.people(CONSENT + "1,Ana,Ruiz,,refused,,\n")

    person = practice.one("Ruiz")
    assert person.consent is Consent.REFUSED
    assert [(e.state, e.at) for e in practice.ledger(person)][1] == (Consent.REFUSED, NOW)


def test_a_file_never_takes_a_refusal_back(practice: Practice) -> None:
    practice.people(CONSENT + "1,Ana,Ruiz,,refused,,\n2,Eva,Paz,,,,\n")

    result = practice.people(CONSENT + "1,Ana,Ruiz,,given,11/1/2026,form\n2,Eva,Paz,,given,11/1/2026,form\n")

    assert codes(result) == [(2, "consent-refused-before")]
    assert result.updated == 1
    assert practice.one("Ruiz").consent is Consent.REFUSED
    assert practice.one("Paz").consent is Consent.GIVEN


@pytest.mark.parametrize("status", ["deceased", "moved", "discharged"])
def test_a_file_that_says_active_brings_nobody_back(practice: Practice, status: str) -> None:
    columns = "MRN,First Name,Last Name,DOB,Phone,Status\n"
    practice.people(columns + f"1,Ana,Ruiz,1980-03-15,303-555-0100,{status}\n")

    result = practice.people(columns + "1,Ana,Ruiz,1980-03-15,303-555-0199,active\n")

    assert (result.created, result.updated) == (0, 1)
    assert practice.one("Ruiz").status is Status(status)
    assert practice.one("Ruiz").phone.endswith("0199")


def test_a_consent_of_today_is_not_dated_later_than_now(practice: Practice) -> None:
    practice.now = NOW.replace(hour=9)

    practice.people(CONSENT + "1,Ana,Ruiz,,given,11/23/2026,form\n")

    assert practice.ledger(practice.one("Ruiz"))[0].at == practice.now


def test_a_strict_file_with_one_bad_row_stores_nothing(practice: Practice) -> None:
    with pytest.raises(InputError) as caught:
        practice.people(HEADER + ANA + "2,Eva,Paz,,broken\n", strict=True)

    assert caught.value.code == "rows-rejected"
    assert caught.value.params == {"count": 1, "line": 3}
    assert practice.everybody() == []


def test_a_strict_file_without_bad_rows_is_stored(practice: Practice) -> None:
    assert practice.people(HEADER + ANA, strict=True).created == 1


def test_a_rehearsal_tells_the_same_and_stores_nothing(practice: Practice) -> None:
    parsed = people_of((HEADER + ANA).encode(), NOW.date())

    result = practice.database.rehearse(lambda tx: import_people(tx, parsed, by="ana", now=NOW, strict=False))

    assert result.created == 1
    assert practice.everybody() == []
    assert practice.people(HEADER + ANA).created == 1


def test_a_crash_in_the_middle_leaves_nothing(practice: Practice) -> None:
    practice.people(HEADER + ANA)
    before = practice.everybody()
    parsed = people_of((HEADER + "1,Ana,Soto,1980-03-15,\n2,Eva,Paz,,\n").encode(), NOW.date())

    def store(tx):  # type: ignore[no-untyped-def]
        import_people(tx, parsed, by="ana", now=NOW, strict=False)
        raise OSError("the power failed")

    with pytest.raises(OSError, match="power"):
        practice.database.write(store)

    assert practice.everybody() == before


def test_a_file_of_only_bad_rows_stores_nobody_and_says_why(practice: Practice) -> None:
    result = practice.people(HEADER + "1,=1+1,Ruiz,,\n")

    assert result.created == 0
    assert codes(result) == [(2, "formula")]


def test_what_was_imported_is_found_by_search(practice: Practice) -> None:
    practice.people_bytes((HEADER + "1,José,Muñoz,1980-03-15,jm@example.org\n").encode("cp1252"))

    assert [p.name for p in practice.database.read(lambda tx: people.search(tx, "munoz"))] == ["José Muñoz"]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=200), st.text(max_size=120).map(lambda text: text.encode("utf-8"))))
def test_any_bytes_are_stored_as_the_answer_says_or_refused(practice: Practice, data: bytes) -> None:
    before = len(practice.everybody())
    try:
        result = practice.people_bytes(b"First Name,Last Name,E-mail\n" + data)
    except InputError:
        assert len(practice.everybody()) == before
        return
    assert len(practice.everybody()) == before + result.created
