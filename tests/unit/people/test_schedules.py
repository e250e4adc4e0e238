"""Schedules as practice software exports them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import InputError, Refused
from desktop.models.records import VisitStatus
from desktop.people.schedules import ParsedAppointments
from tests.support.sheets import visits_of
from tests.unit.people.conftest import ZONE

HEADER = "Appointment ID,MRN,Date,Time,Type,Provider,Location,Status\n"


def parse(text: str, zone: str = ZONE) -> ParsedAppointments:
    return visits_of(text.encode("utf-8"), zone)


def reasons(parsed: ParsedAppointments) -> list[tuple[int, str]]:
    return [(row.line, row.reason.code) for row in parsed.rejected]


def test_a_full_row_is_a_visit_in_the_practices_zone() -> None:
    parsed = parse(HEADER + "A1,77,11/24/2026,2:30 PM,Follow-up,Dr. Lee,Main,confirmed\n")

    (row,) = parsed.rows
    assert (row.external_id, row.patient_id, row.provider, row.location) == ("A1", "77", "Dr. Lee", "Main")
    assert row.start == datetime.fromisoformat("2026-11-24T14:30")
    assert row.start_utc == datetime(2026, 11, 24, 19, 30, tzinfo=UTC)
    assert row.status is VisitStatus.BOOKED
    assert parsed.zone == ZONE
    assert parsed.has_provider


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Appointment ID,MRN,Start", "A1,77,2026-11-24T14:30"),
        ("Appointment ID,MRN,Start", "A1,77,11/24/2026 2:30 PM"),
        ("Appointment ID,MRN,Start", 'A1,77,"Nov 24, 2026 2:30 PM"'),
        ("Appointment ID,MRN,Start", "A1,77,2026-11-24 14:30:00-05:00"),
        ("Appointment ID,MRN,Start", "A1,77,2026-11-24T19:30:00Z"),
        ("Appointment ID,MRN,Start time", "A1,77,2026-11-24 14:30"),
        ("Appointment ID,MRN,Date,Start", "A1,77,2026-11-24,14:30"),
        ("Id cita;Id paciente;Fecha;Hora", "A1;77;24 nov 2026;2:30 p. m."),
    ],
)
def test_date_and_time_stand_together_or_apart(header: str, row: str) -> None:
    (visit,) = parse(header + "\n" + row + "\n").rows

    assert visit.start == datetime.fromisoformat("2026-11-24T14:30")
    assert visit.start_utc == datetime(2026, 11, 24, 19, 30, tzinfo=UTC)


def test_the_patient_may_be_named_instead_of_numbered() -> None:
    (row,) = parse("Last Name,First Name,DOB,Start\nRuiz,Ana,3/15/1980,2026-11-24 14:30\n").rows

    assert (row.last_name, row.first_name, row.birth_date) == ("Ruiz", "Ana", date(1980, 3, 15))


def test_the_only_number_of_a_file_is_the_patients() -> None:
    (row,) = parse("External ID,Start\n77,2026-11-24 14:30\n").rows

    assert (row.external_id, row.patient_id) == ("", "77")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("A1,77,2026-03-08,2:30 AM,,,,", "no-such-time"),
        ("A1,77,2026-11-01,1:30 AM,,,,", "ambiguous-time"),
        ("A1,77,,14:30,,,,", "time-missing"),
        ("A1,77,2026-11-24,,,,,", "time-missing"),
        ("A1,77,2026-11-31,14:30,,,,", "date-impossible"),
        ("A1,77,24/11/2026,14:30,,,,", "date-impossible"),
        ("A1,77,2026-11-24,25:00,,,,", "time-unreadable"),
        ("A1,77,9999-11-24,14:30,,,,", "date-impossible"),
        ("A1,,2026-11-24,14:30,,,,", "patient-missing"),
        ("A1,77,2026-11-24,14:30,=1+1,,,", "formula"),
        ("A1,77,2026-11-24,14:30,,,,lost", "visit-status-unknown"),
        ("A1,77", "ragged-row"),
    ],
)
def test_a_row_that_is_not_certain_is_left_out(row: str, code: str) -> None:
    parsed = parse(HEADER + row + "\nA2,78,2026-11-24,15:00,,,,\n")

    assert reasons(parsed) == [(2, code)]
    assert [kept.external_id for kept in parsed.rows] == ["A2"]


def test_the_double_hour_is_taken_with_its_offset() -> None:
    early, late = parse(
        HEADER + "A1,77,2026-11-01,1:30 AM -0400,,,,\nA2,78,2026-11-01,1:30 AM -0500,,,,\n"
    ).rows

    assert early.start == late.start
    assert (late.start_utc - early.start_utc).total_seconds() == 3600


@pytest.mark.parametrize("start", ["2026-11-24", "soon", "2026-11-24 14", "14:30"])
def test_a_start_without_its_time_is_left_out(start: str) -> None:
    parsed = parse(f"MRN,Start\n77,{start}\n")

    assert parsed.rejected[0].reason.code in ("time-missing", "start-unreadable")


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("Date,Time", "patient id"),
        ("Last Name,Date,Time", "patient id"),
        ("MRN,Date", "time"),
        ("MRN,Provider", "date"),
    ],
)
def test_a_missing_column_is_named(header: str, columns: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(header + "\na,b\n")

    assert caught.value.code == "columns-missing"
    assert caught.value.params["columns"] == columns


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        ("A1,77,2026-11-24,14:30,,,,", "A1,77,2026-11-24,15:30,,,,", 1),
        (",77,2026-11-24,14:30,,Dr. Lee,,", ",77,2026-11-24,2:30 PM,,Dr. Lee,,", 1),
        (",77,2026-11-24,14:30,,Dr. Lee,,", ",77,2026-11-24,15:30,,Dr. Lee,,", 2),
        ("A1,77,2026-11-24,14:30,,,,", "A2,77,2026-11-24,14:30,,,,", 2),
    ],
)
def test_a_visit_that_stands_twice_is_taken_once(first: str, second: str, kept: int) -> None:
    parsed = parse(HEADER + first + "\n" + second + "\n")

    assert len(parsed.rows) == kept
    assert reasons(parsed) == [(3, "duplicate")] * (2 - kept)


def test_rows_left_out_are_told_apart_by_whether_their_visit_is_known() -> None:
    parsed = parse(HEADER + "A1,77,,14:30,,,,\n,78,,14:30,,,,\nA3\nA2,79,2026-11-24,14:30,,,,\n")

    assert parsed.named == {"A1"}
    assert parsed.unnamed == 2


def test_reading_can_be_cancelled() -> None:
    many = HEADER + "".join(f"A{n},77,2026-11-24,14:30,,,,\n" for n in range(3000))

    with pytest.raises(Refused) as caught:
        visits_of(many.encode(), ZONE, progress=lambda done, of: False)

    assert caught.value.code == "cancelled"


@given(st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda text: text.encode("utf-8"))))
def test_any_bytes_are_visits_or_a_known_refusal(data: bytes) -> None:
    for head in (b"", b"MRN,Start,Date,Time\n", b"MRN,Date,Time\n77,"):
        try:
            visits_of(head + data, ZONE)
        except InputError:
            continue
