"""`people parse`, `appointments parse` and `mailbox classify`: a line for each file, whatever it is."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from desktop.assembly import build_office
from desktop.cli.main import run
from desktop.clock import SystemClock


def asked(tmp_path: Path, *words: str) -> list[dict[str, Any]]:
    out = io.StringIO()
    code = run(
        list(words),
        lambda folder: build_office(folder, SystemClock()),
        streams=(io.StringIO(), out, io.StringIO()),
    )
    assert code == 0
    assert list(tmp_path.glob("*.db")) == []
    return [json.loads(line) for line in out.getvalue().splitlines()]


def written(tmp_path: Path, name: str, data: bytes) -> str:
    path = tmp_path / name
    path.write_bytes(data)
    return str(path)


def test_people_of_a_file_are_shown_and_what_is_left_out_has_its_reason(tmp_path: Path) -> None:
    file = written(tmp_path, "a.csv", b"First,Last name,Email\nMaria,Lopez,maria@example.com\nJ,X,no@\n")
    (answer,) = asked(tmp_path, "people", "parse", file)
    assert answer["format"] == "csv"
    assert answer["people"] == [
        {"line": 2, "first_name": "Maria", "last_name": "Lopez", "email": "maria@example.com"}
    ]
    assert [one["line"] for one in answer["rejected"]] == [3]


def test_a_schedule_is_shown_with_wall_clock_times(tmp_path: Path) -> None:
    file = written(tmp_path, "a.csv", b"MRN,Start,Status\n10442,2026-03-08 02:30,CX\n")
    (answer,) = asked(tmp_path, "appointments", "parse", file)
    assert answer["appointments"] == [
        {"line": 2, "patient_id": "10442", "start": "2026-03-08T02:30:00", "status": "cancelled"}
    ]


def test_a_file_that_cannot_be_used_is_an_answer_and_the_next_one_is_read(tmp_path: Path) -> None:
    bad = written(tmp_path, "bad.csv", b"\x89PNG\r\n\x1a\n\x00\x00")
    good = written(tmp_path, "good.csv", b"MRN,Start\n1,2026-11-30 09:00\n")
    first, absent, last = asked(tmp_path, "appointments", "parse", bad, str(tmp_path / "absent.csv"), good)
    assert first["format"] is None
    assert first["reason"]["code"]
    assert absent["reason"]["code"]
    assert len(last["appointments"]) == 1


def test_what_came_back_is_told(tmp_path: Path) -> None:
    notice = (
        b"From: MAILER-DAEMON@mx.example.net\nSubject: failure notice\n\n"
        b"<maria@example.com>:\n550 5.1.1 unknown user\n"
    )
    bounce, absent = asked(
        tmp_path, "mailbox", "classify", written(tmp_path, "a.eml", notice), str(tmp_path / "absent.eml")
    )
    assert bounce["kind"] == "bounce"
    assert bounce["recipients"] == [
        {"address": "maria@example.com", "action": "failed", "status": "5.1.1", "hard": True}
    ]
    assert absent["kind"] == "message"
    assert absent["reason"]["code"]


MESSAGE = b"MSH|^~\\&|A|B|||20261120||ADT^A08|1|P|2.5\rPID|1||10442^^^N^MR||Lopez^Maria||19610304|F\r"
CARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nX-MRN:10442\r\nN:Lopez;Maria;;;\r\nBDAY:1961-03-04\r\nEND:VCARD\r\n"
PATIENT = {
    "resourceType": "Patient",
    "identifier": [{"value": "10442"}],
    "name": [{"family": "Lopez", "given": ["Maria"]}],
    "birthDate": "1961-03-04",
}


def test_people_of_each_format_are_shown_alike(tmp_path: Path) -> None:
    files = {
        "hl7": MESSAGE,
        "vcard": CARD,
        "fhir": json.dumps(PATIENT).encode(),
        "tsv": b"MRN\tLast name\tFirst name\tDOB\n10442\tLopez\tMaria\t1961-03-04\n",
        "text": b"MRN      Last name   First name   DOB\n10442    Lopez       Maria        03/04/1961\n",
    }
    names = [written(tmp_path, name, data) for name, data in files.items()]
    answers = asked(tmp_path, "people", "parse", *names)

    assert [answer["format"] for answer in answers] == list(files)
    for answer in answers:
        (person,) = answer["people"]
        said = [person[name] for name in ("external_id", "last_name", "first_name", "birth_date")]
        assert said == ["10442", "Lopez", "Maria", "1961-03-04"]
        assert answer["rejected"] == []


def test_visits_of_a_calendar_are_shown_and_a_list_of_people_is_none(tmp_path: Path) -> None:
    event = (
        b"BEGIN:VEVENT\r\nUID:7\r\nDTSTART:20261124T143000\r\nSUMMARY:Lopez, Maria (10442)\r\nEND:VEVENT\r\n"
    )
    calendar = written(tmp_path, "a.ics", b"BEGIN:VCALENDAR\r\n" + event + b"END:VCALENDAR\r\n")
    found, none = asked(tmp_path, "appointments", "parse", calendar, written(tmp_path, "a.vcf", CARD))

    assert (found["format"], found["appointments"][0]["start"]) == ("ics", "2026-11-24T14:30:00")
    assert found["appointments"][0]["patient_id"] == "10442"
    assert (none["format"], none["reason"]["code"]) == (None, "nothing-of-kind")
