"""Reports of practice-management programs, in the layouts in which they come."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path

import pytest

from desktop.models.records import VisitStatus
from desktop.people.fullname import FullName, split_name
from desktop.people.schedules import ParsedAppointments
from tests.support.sheets import visits_of

FILES = Path(__file__).parents[2] / "files" / "schedules"
MARIA, JOHN, HOA = date(1961, 3, 4), date(1980, 12, 9), date(1990, 7, 22)
BOOKED, CANCELLED = VisitStatus.BOOKED, VisitStatus.CANCELLED
KEPT, MISSED = VisitStatus.KEPT, VisitStatus.MISSED


def parsed(name: str) -> ParsedAppointments:
    return visits_of((FILES / name).read_bytes(), "America/New_York")


def at(hour: int, minute: int = 0, day: date = date(2026, 11, 30)) -> datetime:
    return datetime.combine(day, time(hour, minute))


def visits(found: ParsedAppointments) -> list[tuple[object, ...]]:
    return [
        (row.start, row.patient_id, row.last_name, row.first_name, row.birth_date, row.provider, row.status)
        for row in found.rows
    ]


EXPECTED: dict[str, list[tuple[object, ...]]] = {
    "01_titles_groups_totals.csv": [
        (at(9), "", "LOPEZ", "MARIA", MARIA, "Shah, Anita MD", BOOKED),
        (at(9, 30), "", "OKAFOR", "JOHN", JOHN, "Shah, Anita MD", CANCELLED),
        (at(10, 15), "", "NGUYEN", "THI HOA", HOA, "Brandt, Lena DO", BOOKED),
    ],
    "02_pages_repeat_header.csv": [
        (at(9), "10442", "Lopez", "Maria", None, "Room 1", None),
        (at(9, 20), "10443", "Okafor", "John", None, "Room 1", None),
        (at(10), "10444", "Nguyen", "Thi Hoa", None, "Room 2", None),
    ],
    "03_days_as_headings.tsv": [
        (at(8, 30), "10442", "LOPEZ", "MARIA", None, "Shah", None),
        (at(8, 45), "10443", "OKAFOR", "JOHN", None, "Shah", None),
        (at(14, 30, date(2026, 12, 1)), "10444", "NGUYEN", "THI HOA", None, "Brandt", None),
    ],
    "04_time_ranges.csv": [
        (at(9), "", "Lopez", "Maria", MARIA, "Shah", BOOKED),
        (at(9, 30), "", "Okafor", "John", JOHN, "Shah", MISSED),
        (at(10), "", "Nguyen", "Thi Hoa", HOA, "Shah", CANCELLED),
    ],
    "05_two_cell_labels.csv": [
        (at(9), "", "Lopez", "Maria", MARIA, "", BOOKED),
        (at(9, 30), "", "Okafor", "John", JOHN, "", MISSED),
    ],
    "06_start_and_ids.csv": [
        (at(9), "10442", "LOPEZ", "MARIA", None, "Shah", BOOKED),
        (at(9, 30), "10443", "OKAFOR", "JOHN", None, "Shah", CANCELLED),
    ],
    "07_spanish_agenda.csv": [
        (at(9), "", "LÓPEZ GARCÍA", "MARÍA", MARIA, "Dra. Shah", BOOKED),
        (at(9, 30), "", "OKAFOR", "JOHN", JOHN, "Dra. Shah", CANCELLED),
    ],
    "08_providers_by_title.csv": [
        (at(9), "10442", "Maria", "Lopez", MARIA, "Shah, Anita M.D.", None),
        (at(10, 15), "10444", "Nguyen", "Thi Hoa", HOA, "Brandt, Lena DO", None),
    ],
    "10_printed_in_columns.txt": [
        (at(9), "", "LOPEZ", "MARIA", MARIA, "Shah, Anita MD", BOOKED),
        (at(10, 30), "", "OKAFOR", "JOHN", JOHN, "Shah, Anita MD", CANCELLED),
        (at(14, 15), "", "NGUYEN", "THI HOA", HOA, "Brandt, Lena DO", MISSED),
    ],
    "11_two_line_header.csv": [
        (at(9), "10442", "LOPEZ", "MARIA", MARIA, "Shah", KEPT),
        (at(9, 30), "10443", "OKAFOR", "JOHN", JOHN, "Shah", MISSED),
        (at(10, 15), "10444", "NGUYEN", "THI HOA", HOA, "Brandt", CANCELLED),
    ],
    "12_second_line_labelled.txt": [
        (at(9), "10442", "Lopez", "Maria", MARIA, "Shah", KEPT),
        (at(9, 30), "10443", "Okafor", "John", JOHN, "Shah", CANCELLED),
        (at(10, 15), "10444", "Nguyen", "Thi Hoa", HOA, "Brandt", BOOKED),
    ],
    "13_agenda_impresa.txt": [
        (at(9), "", "LÓPEZ GARCÍA", "MARÍA", MARIA, "Dra. Shah", KEPT),
        (at(9, 30), "", "OKAFOR", "JOHN", JOHN, "Dra. Shah", MISSED),
    ],
    "14_days_and_providers_in_turn.csv": [
        (at(9), "10442", "Lopez", "Maria", MARIA, "Dr. Shah", None),
        (at(10, 15), "10444", "Nguyen", "Thi Hoa", HOA, "Dr. Brandt", None),
        (at(14, 30, date(2026, 12, 1)), "10443", "Okafor", "John", JOHN, "Dr. Shah", None),
    ],
}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_report_is_read_as_it_comes(name: str) -> None:
    found = parsed(name)
    assert found.rejected == ()
    assert visits(found) == EXPECTED[name]


def test_a_file_in_each_layout_is_here() -> None:
    names = {path.name for path in FILES.iterdir()}
    assert names == EXPECTED.keys() | {"09_not_understood_is_said.csv"}


def test_what_is_no_heading_for_sure_is_refused_with_its_line_and_never_swallowed() -> None:
    found = parsed("09_not_understood_is_said.csv")
    assert [row.last_name for row in found.rows] == ["Lopez", ""]
    assert found.rows[1].patient_id == "Cher"  # which no patient's number will fit
    assert [(one.line, one.reason.code) for one in found.rejected] == [
        (4, "time-unreadable"),
        (6, "time-unreadable"),
    ]


def test_a_providers_heading_makes_the_file_speak_for_that_provider() -> None:
    assert parsed("01_titles_groups_totals.csv").has_provider
    assert not parsed("05_two_cell_labels.csv").has_provider


def test_the_location_of_a_title_holds_for_every_row() -> None:
    assert {row.location for row in parsed("05_two_cell_labels.csv").rows} == {"North Street"}


def test_the_day_on_which_a_report_was_printed_is_no_day_of_a_visit() -> None:
    printed = b"Printed: 11/27/2026,,\nDate: 11/27,,\nTime,Patient,DOB\n09:00,10442,1961-03-04\n"
    assert visits_of(printed, "UTC").rows == ()


def test_without_a_day_a_time_alone_is_nobodys_appointment() -> None:
    found = visits_of(b"Time,Patient,DOB,Type\n09:00,10442,1961-03-04,x\n", "UTC")
    assert found.rows == ()
    assert len(found.rejected) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("LOPEZ, MARIA A", FullName("LOPEZ", "MARIA", "")),
        ("Lopez, Maria A.", FullName("Lopez", "Maria", "")),
        ("Lopez Garcia, Maria (MRN: 10442)", FullName("Lopez Garcia", "Maria", "10442")),
        ("Lopez, Maria #A-17", FullName("Lopez", "Maria", "A-17")),
        ("Okafor Jr., John", FullName("Okafor", "John", "")),
        ("Okafor, John III", FullName("Okafor", "John", "")),
        ("Mrs. Maria Lopez", FullName("Lopez", "Maria", "")),
        ("Nguyen, A", FullName("Nguyen", "A", "")),
        ("Cher", None),
        ("10442", None),
        (", Maria", None),
        ("Lopez,", None),
        ("", None),
    ],
)
def test_a_name_in_one_cell_is_told_apart(text: str, expected: FullName | None) -> None:
    assert split_name(text) == expected


SINGLE = "Time,Patient,DOB,MRN,Date\n9:00,Lopez Maria,1961-03-04,1,2026-11-30\n"


@pytest.mark.parametrize(
    "line",
    [
        ",Okafor John,1980-12-09,2,2026-11-30",
        ",DOB: 1980-12-09,,,",
        "soon,Okafor John,1980-12-09,2,2026-11-30",
    ],
)
def test_a_line_without_its_hour_is_said_where_visits_stand_on_one_line(line: str) -> None:
    found = visits_of(f"{SINGLE}{line}\n".encode(), "UTC")
    assert len(found.rows) == 1
    assert [one.line for one in found.rejected] == [3]


def test_a_second_line_joins_only_the_visit_directly_above_it() -> None:
    lines = ("2026-11-30,9:00,Lopez Maria,x", ",,MRN: 1,", ",,MRN: 2,", "2026-11-30,9:30,Okafor John,y")
    text = "\n".join(("Date,Time,Patient,Type", *lines))
    found = visits_of(text.encode(), "UTC")
    assert [(row.last_name, row.patient_id) for row in found.rows] == [("Maria", "1"), ("John", "")]
    assert [one.line for one in found.rejected] == [4]


def test_a_line_of_two_headers_that_lost_its_second_line_stays_alone() -> None:
    whole = (FILES / "11_two_line_header.csv").read_bytes().splitlines(keepends=True)
    found = visits_of(b"".join(whole[:4] + whole[5:]), "UTC")
    assert [(row.last_name, row.patient_id) for row in found.rows][:2] == [("LOPEZ", ""), ("OKAFOR", "10443")]


def test_printed_text_of_any_width_ends_soon() -> None:
    row = b"2026-11-30   9:00   Lopez, Maria (1)   y\n"
    found = visits_of(
        b"Date         Time   Patient            Type\n" + b"x" * 3_000_000 + b"\n" + row, "UTC"
    )
    assert [visit.patient_id for visit in found.rows] == ["1"]
    assert [one.line for one in found.rejected] == [2]
