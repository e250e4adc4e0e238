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
