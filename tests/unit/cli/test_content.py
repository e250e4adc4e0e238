"""`content check` on the command line: a line for each file, whatever it is."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from desktop.assembly import build_office
from desktop.cli.main import run
from desktop.clock import SystemClock
from tests.content_files import docx, pdf, xlsx


def check(tmp_path: Path, *files: Path) -> list[dict[str, object]]:
    out = io.StringIO()
    code = run(
        ["content", "check", *map(str, files)],
        lambda folder: build_office(folder, SystemClock()),
        streams=(io.StringIO(), out, io.StringIO()),
    )
    assert code == 0
    assert list(tmp_path.glob("*.db")) == []
    return [json.loads(line) for line in out.getvalue().splitlines()]


def written(tmp_path: Path, name: str, data: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", b"SSN 123-45-6788"),
        ("a.pdf", pdf("SSN 123-45-6788")),
        ("a.docx", docx("SSN 123-45-6788")),
        ("a.xlsx", xlsx(("SSN 123-45-6788",))),
        ("a.eml", b"Subject: x\n\nSSN 123-45-6788\n"),
    ],
)
def test_every_kind_of_file_is_looked_through(tmp_path: Path, name: str, data: bytes) -> None:
    (answer,) = check(tmp_path, written(tmp_path, name, data))
    part = "text" if name == "a.eml" else "file"
    words = "This looks like a social security number."
    assert answer == {
        "file": str(tmp_path / name),
        "hits": [{"kind": "ssn", "start": 4, "end": 15, "words": words, "part": part}],
    }


def test_a_file_that_cannot_be_used_is_answered_with_a_reason(tmp_path: Path) -> None:
    files = [
        written(tmp_path, "broken.pdf", b"%PDF-1.4"),
        tmp_path / "missing.txt",
        tmp_path,
        written(tmp_path, "good.txt", b"HIV"),
    ]
    answers = check(tmp_path, *files)
    codes = [answer["reason"]["code"] for answer in answers if isinstance(answer.get("reason"), dict)]  # type: ignore[index]
    assert codes == ["content-damaged", "file-missing", "file-not-readable"]
    assert len(answers) == 4
    assert "reason" not in answers[3]


def test_a_scan_asks_somebody_to_look(tmp_path: Path) -> None:
    (answer,) = check(tmp_path, written(tmp_path, "scan.pdf", pdf("", picture=True)))
    assert isinstance(answer["hits"], list)
    assert [(hit["kind"], hit["start"], hit["end"]) for hit in answer["hits"]] == [("no-text", 0, 0)]
    assert "pictures" in answer["hits"][0]["words"]


def test_the_files_of_a_mail_are_numbered(tmp_path: Path) -> None:
    mail = b"Content-Type: text/plain; name=x\nContent-Disposition: attachment; filename=HIV.txt\n\nE11.9\n"
    (answer,) = check(tmp_path, written(tmp_path, "a.eml", mail))
    assert isinstance(answer["hits"], list)
    assert [(hit["part"], hit["attachment"]) for hit in answer["hits"]] == [("file-name", 0), ("file", 0)]
