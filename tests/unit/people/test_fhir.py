"""FHIR R4 files: what is taken of a resource. `fhir.resources` accepts what we read."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from fhir.resources.R4B.appointment import Appointment
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.patient import Patient

from desktop.errors import InputError
from desktop.models.records import Status, VisitStatus
from desktop.people.fhir import is_fhir, read_fhir
from desktop.people.parsing import ParsedPeople, parse_people
from desktop.people.schedules import ParsedAppointments, parse_appointments
from desktop.people.sheets import from_wire, to_wire

TODAY = date(2026, 11, 22)
ZONE = "America/New_York"
MARIA: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "p1",
    "extension": [{"url": "http://x.example/race", "valueString": "not for us"}],
    "identifier": [
        {"system": "http://hl7.org/fhir/sid/us-ssn", "value": "123-45-6789"},
        {"use": "usual", "type": {"coding": [{"code": "MR"}]}, "value": "10442"},
    ],
    "name": [
        {"use": "maiden", "family": "Ruiz", "given": ["Maria"]},
        {"use": "official", "family": "Lopez", "given": ["Maria", "A"]},
    ],
    "telecom": [
        {"system": "phone", "use": "old", "value": "555-000-0000"},
        {"system": "phone", "use": "home", "value": "555-010-4477"},
        {"system": "phone", "use": "mobile", "value": "555-010-4478"},
        {"system": "email", "value": "maria@mail.example"},
    ],
    "gender": "female",
    "birthDate": "1961-03-04",
    "address": [{"line": ["12 Main St", "Apt 4"], "city": "Salem", "state": "OR", "postalCode": "97301"}],
    "communication": [
        {"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "vi"}]}},
        {"language": {"coding": [{"code": "es-US"}]}, "preferred": True},
    ],
}
VISIT: dict[str, Any] = {
    "resourceType": "Appointment",
    "id": "v1",
    "status": "booked",
    "appointmentType": {"coding": [{"code": "CHECKUP", "display": "Annual check-up"}]},
    "start": "2026-11-24T14:30:00-05:00",
    "end": "2026-11-24T15:00:00-05:00",
    "participant": [
        {"actor": {"reference": "Practitioner/d1", "display": "Dr. Anita Shah"}, "status": "accepted"},
        {"actor": {"reference": "Location/l1", "display": "North Street"}, "status": "accepted"},
        {"actor": {"reference": "Patient/p1"}, "status": "accepted"},
    ],
}


def bundle(*resources: dict[str, Any]) -> bytes:
    entries = [{"fullUrl": f"urn:uuid:{number}", "resource": one} for number, one in enumerate(resources)]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}, indent=1).encode()


def ndjson(*resources: dict[str, Any]) -> bytes:
    return "\n".join(json.dumps(one) for one in resources).encode() + b"\n"


def people(data: bytes) -> ParsedPeople:
    return parse_people(read_fhir(data, "people"), today=TODAY)


def visits(data: bytes) -> ParsedAppointments:
    return parse_appointments(read_fhir(data, "appointments"), ZONE)


def said(data: bytes) -> list[dict[str, str]]:
    sheet = read_fhir(data, "people")
    return [{name: cells[at] for name, at in sheet.known.items() if cells[at]} for _, cells in sheet.rows]


@pytest.mark.parametrize(
    "data", [bundle(MARIA), ndjson(MARIA), json.dumps(MARIA).encode(), json.dumps([MARIA]).encode()]
)
def test_a_patient_is_read_from_each_form(data: bytes) -> None:
    (row,) = people(data).rows

    assert (row.external_id, row.last_name, row.first_name) == ("10442", "Lopez", "Maria")
    assert (row.birth_date, row.email, row.phone) == (date(1961, 3, 4), "maria@mail.example", "555-010-4478")
    assert row.language == "es"
    (values,) = said(data)
    assert [values[name] for name in ("street", "city", "region", "zip", "sex")] == [
        *("12 Main St Apt 4", "Salem", "OR", "97301", "female")
    ]
    assert "123-45-6789" not in str(values)


def test_a_second_reader_accepts_the_same_files_and_finds_the_same() -> None:
    theirs = Bundle.model_validate_json(bundle(MARIA, VISIT))
    patient = Patient.model_validate(MARIA)
    appointment = Appointment.model_validate(VISIT)
    (person,), (visit,) = people(bundle(MARIA, VISIT)).rows, visits(bundle(MARIA, VISIT)).rows

    assert len(theirs.entry or ()) == 2
    assert patient.birthDate == person.birth_date
    assert [name.family for name in patient.name or ()] == ["Ruiz", person.last_name]
    assert appointment.start == visit.start_utc
    assert appointment.status == visit.status


def test_an_appointment_finds_its_patient_in_the_file() -> None:
    (row,) = visits(bundle(MARIA, VISIT)).rows

    assert (row.external_id, row.patient_id, row.last_name) == ("v1", "10442", "Lopez")
    assert row.birth_date == date(1961, 3, 4)
    assert row.start == datetime.fromisoformat("2026-11-24T14:30")
    assert row.start_utc == datetime(2026, 11, 24, 19, 30, tzinfo=UTC)
    assert (row.visit_type, row.provider, row.location) == (
        "Annual check-up",
        "Dr. Anita Shah",
        "North Street",
    )


@pytest.mark.parametrize(
    "reference", ["https://x.example/fhir/Patient/p1", "Patient/p1/_history/2", "urn:uuid:0", "#own"]
)
def test_references_are_followed_inside_the_file(reference: str) -> None:
    visit = {**VISIT, "participant": [{"actor": {"reference": reference}}]}
    if reference == "#own":
        visit["contained"] = [{**MARIA, "id": "own"}]

    assert visits(bundle(MARIA, visit)).rows[0].patient_id == "10442"


def test_without_the_patient_the_reference_is_all_that_is_known() -> None:
    assert visits(ndjson(VISIT)).rows[0].patient_id == "p1"
    named = {**VISIT, "participant": [{"actor": {"type": "Patient", "identifier": {"value": "10442"}}}]}
    assert visits(ndjson(named)).rows[0].patient_id == "10442"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("proposed", VisitStatus.BOOKED),
        ("cancelled", VisitStatus.CANCELLED),
        ("entered-in-error", VisitStatus.CANCELLED),
        ("noshow", VisitStatus.MISSED),
        ("fulfilled", VisitStatus.KEPT),
        ("checked-in", VisitStatus.KEPT),
    ],
)
def test_the_status_of_a_visit(status: str, expected: VisitStatus) -> None:
    assert visits(bundle(MARIA, {**VISIT, "status": status})).rows[0].status is expected


def test_a_waiting_list_is_no_visit() -> None:
    found = visits(bundle(MARIA, {**VISIT, "status": "waitlist"}))
    assert [(one.line, one.reason.code) for one in found.rejected] == [(2, "visit-status-unknown")]


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"deceasedBoolean": True}, Status.DECEASED),
        ({"deceasedDateTime": "2025-01"}, Status.DECEASED),
        ({"active": False}, Status.DISCHARGED),
        ({"active": True, "deceasedBoolean": False}, None),
    ],
)
def test_the_status_of_a_patient(more: dict[str, Any], status: Status | None) -> None:
    assert people(bundle({**MARIA, **more})).rows[0].status is status


def test_a_record_that_was_replaced_is_left_out() -> None:
    old = {**MARIA, "link": [{"other": {"reference": "Patient/p2"}, "type": "replaced-by"}]}
    found = people(bundle({**MARIA, "id": "p2"}, old))
    assert (len(found.rows), [one.reason.code for one in found.rejected]) == (1, ["record-joined"])


def test_a_birth_year_alone_is_no_birth_date_and_fields_of_other_shapes_say_nothing() -> None:
    odd = {
        **MARIA,
        "birthDate": "1961",
        "telecom": "x",
        "address": [3],
        "gender": 7,
        "name": MARIA["name"][1],
    }
    odd |= {"communication": None, "unknownField": {"a": [1]}, "_birthDate": {"extension": []}}
    (row,) = people(bundle(odd)).rows
    assert (row.birth_date, row.email, row.last_name) == (None, "", "Lopez")


def test_half_a_pair_of_letters_can_be_kept() -> None:
    half = bundle({**MARIA, "name": [{"family": "Lop\ud800ez", "given": ["Maria"]}]})
    sheet = from_wire(to_wire(read_fhir(half, "people")))
    assert parse_people(sheet, today=TODAY).rows[0].last_name == "Lop?ez"


def test_broken_lines_are_left_out_with_their_line() -> None:
    found = people(ndjson(MARIA) + b'{"resourceType": "Pat\n\n' + ndjson({**MARIA, "id": "p9"}))
    assert [(one.line, one.reason.code) for one in found.rejected] == [(2, "fhir-broken")]
    assert len(found.rows) == 1


@pytest.mark.parametrize(
    "data", [bundle(MARIA)[:-20], b'{"' * 3, b'[{"a":' * 100_000, b'{"a": 1' + b"0" * 5000 + b"}x"]
)
def test_a_file_that_breaks_off_is_refused_whole(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        read_fhir(data, "people")
    assert caught.value.code == "fhir-broken"


def test_other_resources_are_nobodys_rows() -> None:
    with pytest.raises(InputError) as caught:
        read_fhir(bundle({"resourceType": "Observation"}, {"resourceType": "Slot"}), "people")
    assert caught.value.params["found"] == "Observation, Slot"


def test_it_is_known_by_how_it_begins() -> None:
    assert is_fhir(b'\xef\xbb\xbf {"resourceType"')
    assert is_fhir(b'[ {"a"')
    assert not is_fhir(b"[Report],Name\n")
