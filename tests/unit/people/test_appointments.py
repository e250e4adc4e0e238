"""What a schedule adds, moves and cancels, and when it must be confirmed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from desktop.errors import InputError
from desktop.models import appointments, schedules
from desktop.models.records import Appointment, VisitStatus
from desktop.people.appointments import AppointmentsResult, import_appointments
from tests.support.sheets import visits_of
from tests.unit.people.conftest import NOW, ZONE, Practice

PEOPLE = "MRN,First Name,Last Name,DOB\n" + "".join(
    f"{n},Ana{n},Ruiz{n},1980-03-{n:02d}\n" for n in range(1, 13)
)
DAY = date(2026, 11, 24)
HEADER = "Appointment ID,MRN,Date,Time,Provider\n"


@pytest.fixture
def full(practice: Practice) -> Practice:
    """Twelve people, and ten visits of one provider tomorrow."""
    practice.people(PEOPLE)
    practice.visits(day(range(1, 11)), "whole")
    return practice


def day(numbers: range | list[int], provider: str = "Dr. Lee", on: str = "2026-11-24") -> str:
    return HEADER + "".join(f"A{n},{n},{on},{7 + n}:00,{provider}\n" for n in numbers)


def booked(practice: Practice, on: date = DAY) -> list[str]:
    visits = practice.database.read(lambda tx: appointments.on_day(tx, on))
    return [visit.external_id for visit in visits if visit.status is VisitStatus.BOOKED]


def visit(practice: Practice, number: str) -> Appointment:
    found = practice.database.read(lambda tx: appointments.by_external(tx, number))
    assert found is not None
    return found


def codes(result: AppointmentsResult) -> list[tuple[int, str]]:
    return [(row.line, row.reason.code) for row in result.rejected]


def test_visits_are_stored_with_their_wall_time_and_zone(full: Practice) -> None:
    stored = visit(full, "A3")

    assert stored.start == datetime.fromisoformat("2026-11-24T10:00")
    assert (stored.zone, stored.occurrence, stored.provider) == (ZONE, 0, "Dr. Lee")
    assert stored.person == full.one("Ruiz3").id


def test_the_same_file_again_changes_nothing(full: Practice) -> None:
    again = full.visits(day(range(1, 11)), "whole")

    assert (again.created, again.updated, again.unchanged, again.cancelled) == (0, 0, 10, ())
    assert again.days == (DAY,)


def test_a_visit_that_left_the_whole_schedule_is_cancelled_and_shown(full: Practice) -> None:
    gone = visit(full, "A10").id

    result = full.visits(day(range(1, 10)), "whole")

    assert result.cancelled == (gone,)
    assert booked(full) == [f"A{n}" for n in range(1, 10)]


def test_a_file_of_changes_cancels_only_what_it_says(full: Practice) -> None:
    result = full.visits(
        "Appointment ID,MRN,Date,Time,Status\nA1,1,2026-11-24,8:00,cancelled\nA2,2,2026-11-24,9:00,\n"
    )

    assert result.cancelled == (visit(full, "A1").id,)
    assert (result.updated, result.unchanged) == (1, 1)
    assert len(booked(full)) == 9


def test_another_provider_and_another_day_are_not_touched_by_a_whole_schedule(full: Practice) -> None:
    full.visits(day([11], provider="Dr. Kim"), "changes")
    full.visits(day([12], on="2026-11-25"), "changes")

    result = full.visits(day(range(1, 11)), "whole")

    assert result.cancelled == ()
    assert "A11" in booked(full)
    assert booked(full, date(2026, 11, 25)) == ["A12"]


def test_without_a_provider_column_a_whole_schedule_speaks_for_everyone(full: Practice) -> None:
    text = "Appointment ID,MRN,Date,Time\n" + "".join(
        f"A{n},{n},2026-11-24,{7 + n}:00\n" for n in range(1, 10)
    )

    result = full.visits(text, "whole")

    assert result.cancelled == (visit(full, "A10").id,)
    assert visit(full, "A1").provider == "Dr. Lee"


def test_a_moved_visit_is_a_new_occurrence_of_the_same_visit(full: Practice) -> None:
    before = visit(full, "A1")

    result = full.visits(HEADER + "A1,1,2026-11-25,16:00,Dr. Lee\n")

    after = visit(full, "A1")
    assert result.updated == 1
    assert (after.id, after.occurrence) == (before.id, 1)
    assert after.start == datetime.fromisoformat("2026-11-25T16:00")


def test_a_visit_moved_out_of_the_day_is_not_cancelled(full: Practice) -> None:
    text = day(range(2, 11)) + "A1,1,2026-11-26,16:00,Dr. Lee\n"

    assert full.visits(text, "whole").cancelled == ()


def test_another_provider_alone_is_no_new_occurrence(full: Practice) -> None:
    full.visits(HEADER + "A1,1,2026-11-24,8:00,Dr. Kim\n")

    assert (visit(full, "A1").provider, visit(full, "A1").occurrence) == ("Dr. Kim", 0)


def test_a_visit_given_to_another_patient_is_a_new_occurrence(full: Practice) -> None:
    full.visits(HEADER + "A1,12,2026-11-24,8:00,Dr. Lee\n")

    assert visit(full, "A1").person == full.one("Ruiz12").id
    assert visit(full, "A1").occurrence == 1


def test_a_cancelled_visit_that_is_back_is_booked_again(full: Practice) -> None:
    full.visits(day(range(1, 10)), "whole")

    full.visits(day(range(1, 11)), "whole")

    assert visit(full, "A10").status is VisitStatus.BOOKED
    assert visit(full, "A10").occurrence == 0


def test_visits_without_numbers_are_known_by_patient_start_and_provider(practice: Practice) -> None:
    practice.people(PEOPLE)
    text = "Last Name,First Name,DOB,Start,Provider\nRuiz1,Ana1,1980-03-01,2026-11-24 9:00,Dr. Lee\n"
    practice.visits(text)

    assert practice.visits(text).unchanged == 1
    numbered = practice.visits(HEADER + "A1,1,2026-11-24,9:00,Dr. Lee\n")
    assert (numbered.created, numbered.updated) == (0, 1)
    assert visit(practice, "A1").occurrence == 0


# --- what must be confirmed ----------------------------------------------------------


def refused(
    practice: Practice, text: str, mode: str | None = "whole", **more: object
) -> dict[str, str | int]:
    before = booked(practice)
    with pytest.raises(InputError) as caught:
        practice.visits(text, mode, **more)  # type: ignore[arg-type]
    assert caught.value.code == "confirm-needed"
    assert booked(practice) == before
    return caught.value.params


def test_dropping_more_than_a_fifth_of_a_day_must_be_confirmed(full: Practice) -> None:
    told = refused(full, day(range(1, 8)))

    assert told == {"hours": 1, "dropped": 3, "known": 10, "day": "2026-11-24"}
    assert len(full.visits(day(range(1, 8)), "whole", confirm=True).cancelled) == 3


def test_dropping_a_fifth_is_an_ordinary_day(full: Practice) -> None:
    assert len(full.visits(day(range(1, 9)), "whole").cancelled) == 2


@pytest.mark.parametrize("mode", ["whole", "changes"])
def test_a_file_older_than_a_day_must_be_confirmed(practice: Practice, mode: str) -> None:
    practice.people(PEOPLE)

    told = refused(practice, day([1]), mode, age=timedelta(hours=25))

    assert told == {"hours": 25, "dropped": 0, "known": 0, "day": "2026-11-24"}
    assert practice.visits(day([1]), mode, age=timedelta(hours=24)).created == 1
    assert practice.visits(day([1]), mode, age=timedelta(hours=25), confirm=True).unchanged == 1


def test_a_whole_schedule_well_behind_the_last_one_must_be_confirmed(full: Practice) -> None:
    refused(full, day(range(1, 11)), age=timedelta(hours=3))

    assert full.visits(day(range(1, 11)), "changes", age=timedelta(hours=3)).unchanged == 10
    assert full.visits(day(range(1, 11)), "whole", age=timedelta(hours=2)).unchanged == 10


def test_a_file_of_unknown_age_is_taken(full: Practice) -> None:
    assert full.visits(day(range(1, 11)), "whole", age=None).unchanged == 10


def test_a_row_that_nobody_can_tell_must_be_confirmed_before_it_cancels(full: Practice) -> None:
    refused(full, day(range(1, 10)) + "A10\n")

    assert full.visits(day(range(1, 11)) + "A12\n", "whole").cancelled == ()


@pytest.mark.parametrize("row", ["A10,10,2026-11-24,late,Dr. Lee\n", "A10,999,2026-11-24,17:00,Dr. Lee\n"])
def test_a_numbered_row_that_is_left_out_keeps_its_visit(full: Practice, row: str) -> None:
    result = full.visits(day(range(1, 10)) + row, "whole")

    assert len(result.rejected) == 1
    assert result.cancelled == ()
    assert "A10" in booked(full)


def test_a_visit_that_has_begun_is_not_cancelled_any_more(full: Practice) -> None:
    full.now = datetime.fromisoformat("2026-11-24T23:30:00+00:00")

    assert full.visits(day([10]), "whole").cancelled == ()


# --- whose visit it is ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("A99,999,,,,2026-11-24 9:00", "patient-unknown"),
        ("A99,,Nobody,Nemo,1980-01-01,2026-11-24 9:00", "patient-unknown"),
        ("A99,,Ruiz1,Ana1,,2026-11-24 9:00", "ambiguous"),
        ("A99,999,Ruiz1,Ana1,1980-03-01,2026-11-24 9:00", "ambiguous"),
        ("A99,1,Gil,Leo,1955-05-05,2026-11-24 9:00", "patient-mismatch"),
    ],
)
def test_a_visit_is_never_given_to_a_guessed_patient(full: Practice, row: str, code: str) -> None:
    result = full.visits("Appointment ID,MRN,Last Name,First Name,DOB,Start\n" + row + "\n")

    assert codes(result) == [(2, code)]
    assert result.created == 0


def test_a_married_name_does_not_part_a_patient_from_the_visit(full: Practice) -> None:
    text = "MRN,Last Name,First Name,DOB,Start\n1,Soto,Ana1,1980-03-01,2026-11-25 9:00\n"

    assert full.visits(text).created == 1


# --- modes, strictness, rehearsal -----------------------------------------------------------


def test_without_a_mode_the_saved_one_decides_else_changes(full: Practice) -> None:
    assert full.visits(day(range(1, 10)), None).mode == "changes"

    full.setting("appointments-mode", "whole")
    result = full.visits(day(range(1, 10)), None)

    assert result.mode == "whole"
    assert len(result.cancelled) == 1


def test_a_mode_that_does_not_exist_is_refused(full: Practice) -> None:
    with pytest.raises(InputError) as caught:
        full.visits(day([1]), "sometimes")

    assert caught.value.code == "mode-unknown"


def test_a_strict_file_with_one_bad_row_stores_nothing(practice: Practice) -> None:
    practice.people(PEOPLE)

    with pytest.raises(InputError) as caught:
        practice.visits(day([1, 2]) + "A3,999,2026-11-24,9:00,Dr. Lee\n", strict=True)

    assert (caught.value.code, caught.value.params) == ("rows-rejected", {"count": 1, "line": 4})
    assert booked(practice) == []


def test_a_rehearsal_tells_the_same_and_stores_nothing(full: Practice) -> None:
    parsed = visits_of(day(range(1, 10)).encode(), ZONE)

    result = full.database.rehearse(
        lambda tx: import_appointments(
            tx, parsed, mode="whole", confirm=False, strict=False, file_time=NOW, now=NOW, by="ana"
        )
    )

    assert len(result.cancelled) == 1
    assert len(booked(full)) == 10


def test_a_whole_schedule_is_remembered_with_its_age_and_visits(full: Practice) -> None:
    known = full.database.read(lambda tx: schedules.latest(tx, DAY))

    assert known is not None
    assert (known.provider, known.visits) == ("Dr. Lee", 10)
    assert known.exported_at == full.now - timedelta(hours=1)


def test_changes_are_no_schedule_of_a_day(practice: Practice) -> None:
    practice.people(PEOPLE)
    practice.visits(day([1]), "changes")

    assert practice.database.read(lambda tx: schedules.latest(tx, DAY)) is None
