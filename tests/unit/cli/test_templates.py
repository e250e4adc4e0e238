"""`templates` on the command line: what comes with the program, and what a file would come out as."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from desktop.assembly import build_office
from desktop.cli.main import run
from desktop.clock import SystemClock

LETTER = "subject: Closed on {{ date }}\n\nHello {{ first_name }},\n\n[Book]({{ booking_link }})\n"
ANA = {
    "practice": "Harbor Clinic",
    "first_name": "Ana <b>",
    "date": "Monday",
    "booking_link": "https://harbor.example/book?a=1&b=2",
}


def ran(*words: str) -> tuple[int, list[Any]]:
    out = io.StringIO()
    code = run(
        ["--json", "templates", *words],
        lambda folder: build_office(folder, SystemClock()),
        streams=(io.StringIO(), out, io.StringIO()),
    )
    return code, [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    (tmp_path / "letter.md").write_text(LETTER, "utf-8")
    (tmp_path / "ana.json").write_text(json.dumps(ANA), "utf-8")
    return str(tmp_path / "letter.md"), str(tmp_path / "ana.json")


def test_the_library_is_listed_with_what_each_rests_on() -> None:
    code, [answer] = ran("list")
    assert code == 0
    by_code = {one["code"]: one for one in answer["templates"]}
    assert len(by_code) >= 20
    assert by_code["reminder-week"]["visit"] is True
    assert by_code["reminder-week"]["citation"].startswith("45 CFR 164.506")
    assert {tuple(one["languages"]) for one in by_code.values()} == {("en", "es")}


def test_one_of_the_library_is_shown_checked_and_rendered(tmp_path: Path, files: tuple[str, str]) -> None:
    code, [answer] = ran("show", "reminder-week", "--language", "es")
    assert code == 0
    path = tmp_path / "mine.md"
    path.write_text(answer["text"], "utf-8")
    assert ran("check", str(path), "--language", "es") == (
        0,
        [{"file": str(path), "ok": True, "findings": []}],
    )
    code, [answer] = ran("show", "nothing")
    assert (code, answer["error"]["code"]) == (1, "template-unknown")


def test_a_letter_comes_out_with_its_values_as_text(files: tuple[str, str]) -> None:
    code, [answer] = ran("render", files[0], "--person", files[1])
    assert (code, answer["subject"], answer["missing"]) == (0, "Closed on Monday", [])
    assert "Hello Ana <b>," in answer["text"]
    assert "Hello Ana &lt;b&gt;," in answer["html"]
    assert 'href="https://harbor.example/book?a=1&amp;b=2"' in answer["html"]
    assert "911" in answer["text"]


def test_what_is_missing_is_named_and_nothing_is_rendered(tmp_path: Path, files: tuple[str, str]) -> None:
    (tmp_path / "less.json").write_text(json.dumps({"date": "Monday"}), "utf-8")
    code, [answer] = ran("render", files[0], "--person", str(tmp_path / "less.json"))
    assert code == 0
    assert answer == {"subject": "", "html": "", "text": "", "missing": ["first_name", "booking_link"]}


def test_commercial_mail_without_an_address_is_not_rendered(files: tuple[str, str]) -> None:
    code, [answer] = ran("render", files[0], "--person", files[1], "--purpose", "own-service")
    assert (code, answer["error"]["code"]) == (1, "template-needs-address")


@pytest.mark.parametrize("values", ["[]", "{", '{"date": 1}', "\x00", '"x"'])
def test_values_that_are_none_are_refused(tmp_path: Path, files: tuple[str, str], values: str) -> None:
    (tmp_path / "bad.json").write_text(values, "utf-8")
    code, [answer] = ran("render", files[0], "--person", str(tmp_path / "bad.json"))
    assert (code, answer["error"]["code"]) == (1, "template-values")


def test_a_line_for_each_file_whatever_it_is(tmp_path: Path, files: tuple[str, str]) -> None:
    (tmp_path / "no.md").write_text("Hello", "utf-8")
    (tmp_path / "script.md").write_text("subject: x\n\n{{ first_name.__class__ }}", "utf-8")
    (tmp_path / "bytes.md").write_bytes(b"subject: x\n\n\xff\xfe")
    names = ["no.md", "script.md", "bytes.md", "missing.md"]
    code, answers = ran("check", *(str(tmp_path / name) for name in names), files[0])
    assert code == 0
    assert [one["ok"] for one in answers] == [False, False, False, False, True]
    assert [one["findings"][0]["code"] for one in answers[:2]] == [
        "template-no-subject",
        "template-not-allowed",
    ]
    assert all(one["findings"][0]["words"] for one in answers[:2])
    assert [one["reason"]["code"] for one in answers[2:4]] == ["template-not-text", "file-missing"]
