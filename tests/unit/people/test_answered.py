"""Answers as a file: the columns of the import, no cell that a spreadsheet runs, FHIR that others read."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.communication import Communication

from desktop.models.campaigning import VisitAnswer
from desktop.models.records import (
    Appointment,
    AppointmentId,
    Consent,
    Detail,
    Kind,
    Person,
    PersonId,
    Status,
    VisitStatus,
)
from desktop.people.answered import AnsweredVisit, csv_parts, shape_of
from desktop.people.fhir_answers import bundle
from desktop.people.values import read_visit_status, says_yes

AT = datetime(2026, 11, 23, 17, 5, tzinfo=UTC)


def answered(answer: VisitAnswer | None = VisitAnswer.CONFIRMED, last: str = "Lopez") -> AnsweredVisit:
    person = Person(
        id=PersonId("a" * 32),
        kind=Kind.PATIENT,
        first_name="Maria",
        last_name=last,
        birth_date=date(1961, 5, 4),
        email="maria@example.org",
        language="en",
        detail=Detail.STANDARD,
        status=Status.ACTIVE,
        consent=Consent.UNKNOWN,
        external_id="1001",
    )
    visit = Appointment(
        id=AppointmentId("b" * 32),
        person=person.id,
        external_id="A1",
        start=datetime.fromisoformat("2026-11-24T09:30"),
        zone="America/Denver",
        start_utc=datetime(2026, 11, 24, 16, 30, tzinfo=UTC),
        occurrence=2,
        status=VisitStatus.BOOKED,
        visit_type="Check-up",
        provider="Dr. Shah",
        location="Main",
    )
    return AnsweredVisit(visit, person, answer, AT if answer else None)


def rows(header: tuple[str, ...], *given: AnsweredVisit, language: str = "en") -> list[list[str]]:
    shape = shape_of(header, None, language)
    text = b"".join(csv_parts(shape, given, language)).decode()
    return list(csv.reader(io.StringIO(text)))


def test_the_file_has_the_imports_own_heading_in_its_own_order_and_leaves_the_rest_empty() -> None:
    header = ("Appt Status", "Room", "Patient Name", "Date", "Time", "Appointment ID")
    heads, row = rows(header, answered())
    assert tuple(heads) == header
    assert row == ["Confirmed", "", "Lopez, Maria", "2026-11-24", "09:30", "A1"]


def test_a_saved_mapping_says_what_no_heading_tells() -> None:
    shape = shape_of(("K1", "K2", "K3"), {0: "external_id", 1: "start", 2: "status"}, "en")
    text = b"".join(csv_parts(shape, [answered(VisitAnswer.DECLINED)], "en")).decode()
    assert text == "K1,K2,K3\r\nA1,2026-11-24 09:30,Cancelled\r\n"


def test_a_file_without_a_column_for_what_becomes_of_visits_gets_one_at_its_end() -> None:
    heads, row = rows(("Appointment ID", "MRN", "Date", "Time", "Provider"), answered(None))
    assert heads == ["Appointment ID", "MRN", "Date", "Time", "Provider", "Status"]
    assert row == ["A1", "1001", "2026-11-24", "09:30", "Dr. Shah", "Unconfirmed"]


def test_visits_that_no_table_brought_stand_under_the_usual_names() -> None:
    heads, row = rows((), answered())
    assert heads[:4] == ["Appointment ID", "Patient ID", "Last name", "First name"]
    assert row[-1] == "Confirmed"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "'"])
def test_no_cell_begins_as_a_formula(start: str) -> None:
    _, row = rows(("Last Name", "MRN", "Date", "Time"), answered(last=f"{start}cmd()"))
    assert row[0] == f"'{start}cmd()"


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_words_for_each_answer_are_those_that_an_import_reads(language: str) -> None:
    read = {}
    for answer in (VisitAnswer.CONFIRMED, VisitAnswer.DECLINED, None):
        _, row = rows(("Appointment ID",), answered(answer), language=language)
        read[answer] = (read_visit_status(row[-1]), says_yes(row[-1]))
    assert read == {
        VisitAnswer.CONFIRMED: (VisitStatus.BOOKED, True),
        VisitAnswer.DECLINED: (VisitStatus.CANCELLED, False),
        None: (VisitStatus.BOOKED, False),
    }


def test_fhir_is_read_by_another_program_with_each_answer() -> None:
    made = bundle([answered(), answered(VisitAnswer.DECLINED), answered(None)], AT)
    read = Bundle.model_validate_json(made)
    found: list[Any] = [entry.resource for entry in read.entry or []]
    assert all(isinstance(one, Communication) for one in found)
    assert [one.status for one in found] == ["completed", "completed", "not-done"]
    assert [one.payload[0].contentString if one.payload else None for one in found] == [
        "The patient confirmed the appointment.",
        "The patient cancelled the appointment.",
        None,
    ]
    assert found[0].about[0].identifier.value == "A1"
    assert found[0].subject.identifier.value == "1001"
    assert found[0].received == AT
    assert found[2].statusReason.text == "No answer"


def test_an_empty_bundle_has_no_empty_list_which_fhir_forbids() -> None:
    made = bundle([], AT)
    assert "entry" not in json.loads(made)
    Bundle.model_validate_json(made)
