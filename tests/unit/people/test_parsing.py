"""Rows of people as one file alone can tell."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import InputError, Refused
from desktop.models.records import Consent, Detail, Kind, Method, Status
from desktop.people.parsing import ParsedPeople
from desktop.people.personrows import PersonRow
from tests.support.sheets import people_of

TODAY = date(2026, 11, 23)
HEADER = "MRN,First Name,Last Name,DOB,E-mail,Consent,Consent date,Consent source\n"


def parse(text: str) -> ParsedPeople:
    return people_of(text.encode("utf-8"), TODAY)


def reasons(parsed: ParsedPeople) -> list[tuple[int, str]]:
    return [(row.line, row.reason.code) for row in parsed.rejected]


def test_a_full_row_is_read_with_every_value() -> None:
    parsed = parse(
        "Patient ID;Given;Surname;Date of birth;Email address;Mobile;Idioma;Detail level;Status;Type;"
        "Organization;Send by;Consent;Consent date;Consent source;Shoe size\n"
        "77;José;Muñoz;3/15/1980;jose@EXAMPLE.org;+1 555 0100;Español;minimal;moved;patient;"
        "Lakeside;locked file;yes;5/1/2024;signed form;44\n"
    )

    assert tuple(parsed.rows) == (
        PersonRow(
            line=2,
            external_id="77",
            first_name="José",
            last_name="Muñoz",
            birth_date=date(1980, 3, 15),
            email="jose@example.org",
            phone="+1 555 0100",
            organisation="Lakeside",
            language="es",
            detail=Detail.MINIMAL,
            status=Status.MOVED,
            kind=Kind.PATIENT,
            preferred_method=Method.ENVELOPE,
            consent=Consent.GIVEN,
            consent_at=datetime(2024, 5, 1, 12, tzinfo=UTC),
            consent_source="signed form",
        ),
    )
    assert parsed.ignored == ("Shoe size",)
    assert parsed.delimiter == ";"
    assert parsed.encoding == "utf-8"


def test_spanish_headers_are_known() -> None:
    parsed = parse(
        "Nombre,Apellidos,Fecha de nacimiento,Correo electrónico\nAna,Ruiz,1980-03-15,ana@example.org\n"
    )

    assert parsed.rows[0].last_name == "Ruiz"
    assert parsed.ignored == ()


def test_blank_cells_say_nothing() -> None:
    row = parse(HEADER + "1,Ana,Ruiz,, ,,,\n").rows[0]

    assert (row.birth_date, row.email, row.consent, row.status, row.language) == (None, "", None, None, None)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("1,=1+1,Ruiz,,,,,", "formula"),
        ("1,Ana,@SUM(A1),,,,,", "formula"),
        ("=1,Ana,Ruiz,,,,,", "formula"),
        ("1,Ana,Ruiz,2/30/1980,,,,", "date-impossible"),
        ("1,Ana,Ruiz,11/24/2026,,,,", "birth-date-in-future"),
        ("1,Ana,Ruiz,1/1/1850,,,,", "birth-date-too-old"),
        ("1,Ana,Ruiz,,ana.example.org,,,", "bad-address"),
        ("1,Ana,Ruiz,,ana@gmial.com,,,", "domain-typo"),
        ('1,Ana,Ruiz,,"ana@example.org, eva@example.org",,,', "several-addresses"),
        ("1,Ana,Ruiz,,,perhaps,,", "consent-word-unknown"),
        ("1,Ana,Ruiz,,,given,,", "consent-without-proof"),
        ("1,Ana,Ruiz,,,given,5/1/2024,", "consent-without-proof"),
        ("1,Ana,Ruiz,,,given,,form", "consent-without-proof"),
        ("1,Ana,Ruiz,,,given,11/25/2026,form", "consent-date-in-future"),
        ("1,Ana,Ruiz,,,given,soon,form", "date-unreadable"),
        (",Ana,,,,,,", "name-missing"),
        (",,Ruiz,,,,,", "name-missing"),
        ("1,A\u202ena,Ruiz,,,,,", "hidden-character"),
        ('1,"A\nna",Ruiz,,,,,', "control-character"),
        ("1,Ana", "ragged-row"),
    ],
)
def test_a_row_that_cannot_be_stored_is_left_out_with_its_line(row: str, code: str) -> None:
    parsed = parse(HEADER + "2,Eva,Paz,,,,,\n" + row + "\n3,Leo,Gil,,,,,\n")

    assert reasons(parsed) == [(3, code)]
    assert [kept.last_name for kept in parsed.rows] == ["Paz", "Gil"]


def test_a_given_consent_without_its_columns_is_left_out() -> None:
    parsed = parse("First Name,Last Name,Consent\nAna,Ruiz,yes\nEva,Paz,no\nLeo,Gil,unknown\n")

    assert reasons(parsed) == [(2, "consent-without-proof")]
    assert [row.consent for row in parsed.rows] == [Consent.REFUSED, None]


def test_the_practices_order_of_day_and_month_is_kept() -> None:
    data = b"First Name,Last Name,DOB\nAna,Ruiz,3/4/1980\n"

    assert people_of(data, TODAY).rows[0].birth_date == date(1980, 3, 4)
    assert people_of(data, TODAY, day_first=True).rows[0].birth_date == date(1980, 4, 3)


def test_a_professional_needs_no_first_name_and_a_laboratory_no_name_at_all() -> None:
    parsed = parse(
        "First Name,Last Name,Type,Organization\n,Okonkwo,professional,\n,,lab,Lakeside Laboratory\n"
    )

    assert [row.last_name for row in parsed.rows] == ["Okonkwo", "Lakeside Laboratory"]


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("First Name,DOB", "last name"),
        ("Last Name,DOB", "first name"),
        ("E-mail,DOB", "last name, first name"),
        ("MRN,Last Name", "first name"),
    ],
)
def test_a_missing_column_is_named(header: str, columns: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(header + "\na,b\n")

    assert caught.value.code == "columns-missing"
    assert caught.value.params["columns"] == columns


def test_the_practices_number_can_stand_for_the_names() -> None:
    assert parse("MRN,Status\n77,moved\n").rows[0].external_id == "77"


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ("1,Ana,Ruiz,1980-03-15,,,,", "1,Ana,Ruiz,1980-03-15,,,,", "duplicate"),
        ("1,Ana,Ruiz,1980-03-15,,,,", "1,Eva,Paz,1990-03-15,,,,", "duplicate"),
        (",Ana,Ruiz,1980-03-15,,,,", ",ANA,ruiz,1980-03-15,a@example.org,,,", "duplicate"),
        ("1,Ana,Ruiz,1980-03-15,,,,", ",Ana,Ruiz,1980-03-15,,,,", "duplicate"),
        ("1,Ana,Ruiz,1980-03-15,,,,", "2,Ana,Ruiz,1980-03-15,,,,", "ambiguous"),
        (",Ana,Ruiz,,,,,", ",Ana,Ruiz,,,,,", "duplicate"),
        (",Ana,Ruiz,,a@example.org,,,", ",Ana,Ruiz,,b@example.org,,,", "ambiguous"),
        ("1,Ana,Ruiz,,,,,", ",Ana,Ruiz,,,,,", "ambiguous"),
    ],
)
def test_a_person_who_stands_twice_is_taken_once(first: str, second: str, code: str) -> None:
    parsed = parse(HEADER + first + "\n" + second + "\n")

    assert len(parsed.rows) == 1
    assert reasons(parsed) == [(3, code)]
    assert parsed.rejected[0].reason.params["first"] == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("1,Ana,Ruiz,,,,,", "2,Ana,Ruiz,,,,,"),
        (",Ana,Ruiz,1980-03-15,,,,", ",Ana,Ruiz,1981-03-15,,,,"),
        (",Ana,Ruiz,1980-03-15,f@example.org,,,", ",Eva,Ruiz,1980-03-15,f@example.org,,,"),
    ],
)
def test_people_who_can_be_told_apart_are_both_taken(first: str, second: str) -> None:
    assert len(parse(HEADER + first + "\n" + second + "\n").rows) == 2


def test_a_rejected_row_does_not_make_the_next_one_a_duplicate() -> None:
    parsed = parse(HEADER + "1,Ana,Ruiz,,broken,,,\n1,Ana,Ruiz,,ana@example.org,,,\n")

    assert reasons(parsed) == [(2, "bad-address")]
    assert parsed.rows[0].line == 3


def test_reading_can_be_cancelled() -> None:
    many = HEADER + "".join(f"{n},Ana,Ruiz,,,,,\n" for n in range(5000))
    seen: list[int] = []

    def stop(done: int, of: int) -> bool:
        seen.append(done)
        return done < 4000

    with pytest.raises(Refused) as caught:
        people_of(many.encode(), TODAY, progress=stop)

    assert caught.value.code == "cancelled"
    assert seen == [2000, 4000]


@given(st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda text: text.encode("utf-8"))))
def test_any_bytes_are_rows_or_a_known_refusal(data: bytes) -> None:
    for head in (b"", b"First Name,Last Name,DOB,E-mail\n"):
        try:
            parsed = people_of(head + data, TODAY)
        except InputError:
            continue
        assert all(row.last_name or row.external_id for row in parsed.rows)
