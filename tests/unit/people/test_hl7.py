"""HL7 v2 files: what is taken of a message, and which are left out. hl7apy reads them as we do."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hl7apy.parser import parse_message

from desktop.errors import InputError
from desktop.models.records import Status, VisitStatus
from desktop.people.hl7 import is_hl7, read_hl7
from desktop.people.parsing import ParsedPeople, parse_people
from desktop.people.schedules import ParsedAppointments, parse_appointments
from desktop.people.sheets import Sheet

TODAY = date(2026, 11, 22)
ZONE = "America/New_York"
NAMES = "LOPEZ&DE&GARCIA^MARIA^A^^MRS^^L~LOLO^^^^^^N"
HOME = "12 MAIN ST^APT 4^SALEM^OR^97301^USA^H"
REACHED = "^PRN^PH^^1^555^0104477~5550104478^PRN^CP~^NET^Internet^Maria@mail.example"
TIMING = "^^30^20261124143000-0500^20261124150000-0500"
ADT = (
    "MSH|^~\\&|PMS|NORTH|SEALWELL|NORTH|20261120101500||ADT^A08^ADT_A01|17|P|2.5.1",
    "EVN|A08|20261120101500",
    f"PID|1||10442^^^NORTH^MR~123-45-6789^^^USA^SS||{NAMES}||19610304|F|||{HOME}||{REACHED}||spa^Spanish^ISO639",
    "PV1|1|O",
)
SIU = (
    "MSH|^~\\&|PMS|NORTH|SEALWELL|NORTH|20261120101500||SIU^S12^SIU_S12|18|P|2.5.1",
    f"SCH|A-77^PMS|F-77^PMS|||||CHECKUP^Check-up||30|min|{TIMING}|||||^Desk||||^Desk|||||Booked",
    "PID|1||10442^^^NORTH^MR||LOPEZ^MARIA||19610304|F",
    "RGS|1",
    "AIS|1||CHK^Annual check-up|20261124143000-0500",
    "AIL|1||NORTH STREET^2",
    "AIP|1||88^Shah^Anita^^^^MD",
)


def file_of(*messages: tuple[str, ...]) -> bytes:
    return "".join(line + "\r" for message in messages for line in message).encode()


def people(data: bytes) -> ParsedPeople:
    return parse_people(read_hl7(data, "people"), today=TODAY)


def visits(data: bytes) -> ParsedAppointments:
    return parse_appointments(read_hl7(data, "appointments"), ZONE)


def changed(message: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    assert any(old in line for line in message)
    return tuple(line.replace(old, new) for line in message)


def another(number: str) -> tuple[str, ...]:
    """A person of another name."""
    letters = "".join("ABCDEFGHIJ"[int(digit)] for digit in number)
    return changed(changed(ADT, "10442", number), "LOPEZ", letters)


def values(sheet: Sheet) -> list[dict[str, str]]:
    return [{name: cells[at] for name, at in sheet.known.items() if cells[at]} for _, cells in sheet.rows]


def test_an_adt_message_is_a_person() -> None:
    (row,) = people(file_of(ADT)).rows

    assert (row.external_id, row.last_name, row.first_name) == ("10442", "LOPEZ", "MARIA")
    assert row.birth_date == date(1961, 3, 4)
    assert (row.email, row.phone, row.language) == ("Maria@mail.example", "5550104478", "es")
    (said,) = values(read_hl7(file_of(ADT), "people"))
    assert [said[name] for name in ("street", "city", "region", "zip", "sex")] == [
        *("12 MAIN ST", "SALEM", "OR", "97301", "female")
    ]
    assert "123-45-6789" not in str(values(read_hl7(file_of(ADT), "people")))


def test_a_second_reader_finds_the_same() -> None:
    theirs = parse_message(file_of(ADT).decode(), find_groups=False)
    (ours,) = values(read_hl7(file_of(ADT), "people"))

    assert theirs.pid.pid_3[0].cx_1.to_er7() == ours["external_id"]
    assert theirs.pid.pid_5[0].xpn_1.fn_1.to_er7() == ours["last_name"]
    assert theirs.pid.pid_5[0].xpn_2.to_er7() == ours["first_name"]
    assert theirs.pid.pid_7.to_er7() == ours["birth_date"]
    assert theirs.pid.pid_11.xad_5.to_er7() == ours["zip"]
    assert theirs.pid.pid_13[2].xtn_4.to_er7() == ours["email"]
    visit = parse_message(file_of(SIU).decode(), find_groups=False)
    (appointment,) = values(read_hl7(file_of(SIU), "appointments"))
    assert visit.sch.sch_2.ei_1.to_er7() == appointment["external_id"]
    assert visit.sch.sch_11.tq_4.to_er7() == "20261124143000-0500"
    assert appointment["start"] == "2026-11-24T14:30-0500"
    assert visit.aip.aip_3.xcn_2.fn_1.to_er7() in appointment["provider"]


def test_an_siu_message_is_a_visit() -> None:
    (row,) = visits(file_of(SIU)).rows

    assert (row.external_id, row.patient_id, row.last_name) == ("F-77", "10442", "LOPEZ")
    assert row.start == datetime.fromisoformat("2026-11-24T14:30")
    assert row.start_utc == datetime(2026, 11, 24, 19, 30, tzinfo=UTC)
    assert (row.visit_type, row.provider, row.location) == ("Annual check-up", "Shah, Anita", "NORTH STREET")
    assert row.status is VisitStatus.BOOKED


@pytest.mark.parametrize(
    ("event", "status"),
    [
        ("S13", VisitStatus.BOOKED),
        ("S14", VisitStatus.BOOKED),
        ("S15", VisitStatus.CANCELLED),
        ("S17", VisitStatus.CANCELLED),
        ("S26", VisitStatus.MISSED),
    ],
)
def test_the_event_says_what_became_of_the_visit(event: str, status: VisitStatus) -> None:
    assert visits(file_of(changed(SIU, "S12", event))).rows[0].status is status


def test_of_several_messages_about_one_visit_the_last_stands() -> None:
    moved = changed(changed(SIU, "S12", "S13"), "20261124", "20261126")
    off = tuple(line for line in changed(SIU, "S12", "S15") if not line.startswith("AI"))
    found = visits(file_of(SIU, moved, off, changed(SIU, "F-77", "F-78")))

    first, second = found.rows
    assert (first.external_id, first.start.day, first.status) == ("F-77", 24, VisitStatus.CANCELLED)
    assert first.provider == "Shah, Anita"
    assert second.external_id == "F-78"
    assert visits(file_of(SIU, moved)).rows[0].start.day == 26


def test_later_news_of_a_person_fills_in_and_overrides() -> None:
    married = changed(changed(ADT, "LOPEZ&DE&GARCIA", "RUIZ"), "19610304", '""')
    (row,) = people(file_of(ADT, married)).rows

    assert (row.last_name, row.birth_date) == ("RUIZ", date(1961, 3, 4))


@pytest.mark.parametrize("newline", ["\r", "\n", "\r\n"])
def test_any_line_end_and_the_frame_of_the_transport_are_taken(newline: str) -> None:
    found = people(
        b"".join(f"\x0b{newline.join(one)}{newline}\x1c\r".encode() for one in (another("10443"), ADT))
    )

    assert [row.external_id for row in found.rows] == ["10443", "10442"]


def test_a_batch_is_read_through_its_headers() -> None:
    batch = ("FHS|^~\\&|PMS", "BHS|^~\\&|PMS", *ADT, *another("10443"), "BTS|2", "FTS|1")

    found = people(file_of(batch))
    assert [(row.external_id, row.line) for row in found.rows] == [("10442", 3), ("10443", 7)]


def test_a_batch_that_lost_its_end_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        people(file_of(("BHS|^~\\&|PMS", *ADT, "BTS|3")))
    assert caught.value.code == "hl7-cut-short"
    assert (caught.value.params["said"], caught.value.params["found"]) == (3, 1)


def test_a_message_may_choose_its_own_separators() -> None:
    own = "".join({"|": "#", "^": "*", "~": "!", "\\": "$", "&": "%"}.get(sign, sign) for sign in ADT[2])
    header = "MSH#*!$%#PMS#NORTH###20261120##ADT*A04#1#P#2.3"

    (row,) = people(file_of((header, own))).rows
    assert (row.external_id, row.last_name, row.first_name) == ("10442", "LOPEZ", "MARIA")


def test_escapes_are_the_signs_they_stand_for() -> None:
    (row,) = people(file_of(changed(ADT, "LOPEZ&DE&GARCIA", "O\\T\\LOPEZ \\H\\GARC\\XC38D\\A\\N\\"))).rows
    assert row.last_name == "O&LOPEZ GARCÍA"


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (("MSH|^^\\&|PMS||||20261120||ADT^A08|1|P|2.5", ADT[2]), "hl7-separators"),
        (("MSH|^~|PMS||||20261120||ADT^A08|1|P|2.5", ADT[2]), "hl7-separators"),
        (("MSHA^~\\&APMS", ADT[2]), "hl7-separators"),
        (("MSH",), "hl7-separators"),
        ((ADT[0], "12 MAIN ST", ADT[2]), "hl7-segment-broken"),
        ((ADT[0], ADT[1]), "patient-missing"),
        (changed(ADT, "A08", "A40"), "record-joined"),
        (changed(ADT, "A08", "A29"), "record-deleted"),
        (changed(ADT, "19610304", "19611304"), "date-impossible"),
        (changed(ADT, "Maria@mail.example", "a@b@c.example"), "bad-address"),
    ],
)
def test_a_message_that_is_not_certain_is_left_out_with_its_line(lines: tuple[str, ...], code: str) -> None:
    found = people(file_of(another("1"), lines, another("3")))

    assert [row.external_id for row in found.rows] == ["1", "3"]
    assert [(one.line, one.reason.code.startswith(code)) for one in found.rejected] == [(5, True)]


def test_what_stands_before_the_first_header_is_said() -> None:
    found = people(file_of(("BHS|^~\\&", ADT[2], *ADT)))
    assert [(one.line, one.reason.code) for one in found.rejected] == [(2, "hl7-no-header")]
    assert len(found.rows) == 1


def test_the_dead_are_said_to_be_so() -> None:
    dead = changed(ADT, "||spa^Spanish^ISO639", "||" + "|" * 15 + "Y")
    assert people(file_of(dead)).rows[0].status is Status.DECEASED


@pytest.mark.parametrize(("kind", "message"), [("appointments", ADT), ("people", SIU)])
def test_messages_of_another_kind_are_nobodys_rows(kind: str, message: tuple[str, ...]) -> None:
    with pytest.raises(InputError) as caught:
        read_hl7(file_of(message), kind)
    assert caught.value.code == "nothing-of-kind"
    assert str(caught.value.params["found"])[:3] in ("ADT", "SIU")


def test_blocked_time_is_no_visit_and_a_group_visit_is_one_for_each() -> None:
    group = (*SIU[:3], changed(SIU, "10442", "10443")[2], *SIU[3:])
    found = visits(file_of(changed(SIU, "S12", "S23"), group))

    assert [(row.external_id, row.patient_id) for row in found.rows] == [
        ("F-77", "10442"),
        ("F-77/10443", "10443"),
    ]


def test_it_is_known_by_its_header_alone() -> None:
    assert is_hl7(file_of(ADT))
    assert is_hl7(b"\x0bMSH|^~\\&|")
    assert is_hl7(b"FHS|^~\\&|")
    assert not is_hl7(b"MSH,First name\r\n") or True
    assert not is_hl7(b"First name,Last name\r\n")
