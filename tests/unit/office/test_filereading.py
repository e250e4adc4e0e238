"""The limited worker gives the rows that reading here would give, and every reason against a file."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.clock import SystemClock
from desktop.errors import InputError
from desktop.office.filereading import FileReading, _answered
from desktop.people.reading import read_sheet
from desktop.people.sheets import from_wire, to_wire

TEXT = 'MRN,First Name,Last Name\n1,"Ana ""A""",Ruiz\n2,Bo\n3,Zoë,Ng\n4,x"y"z,"Q"w\n'.encode()


@pytest.fixture(scope="module")
def reading() -> Iterator[FileReading]:
    made = FileReading(SystemClock())
    yield made
    made.close()


def test_the_rows_come_back_as_they_are(reading: FileReading) -> None:
    here, there = read_sheet(TEXT, "people"), reading.read(TEXT, "people")

    assert list(there.rows) == list(here.rows)
    assert (there.header, there.options, there.file_hash, there.rejected) == (
        here.header,
        here.options,
        here.file_hash,
        here.rejected,
    )
    assert there.rejected


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "no-rows"),
        (b"%PDF-1.7", "file-is-binary"),
        (b"a," * 2000 + b"\n1\n", "columns-too-many"),
        (b'First Name,Last Name\n"Ana,Ruiz\n' * 3, "quote-open"),
    ],
)
def test_a_reason_against_the_file_crosses_the_pipe(reading: FileReading, data: bytes, code: str) -> None:
    with pytest.raises(InputError, match=code):
        reading.read(data, "people")


def test_noise_is_refused_and_the_next_file_read(reading: FileReading) -> None:
    for head in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"BEGIN:VCARD\r\n", b"MSH|^~\\&|", b"{"):
        with pytest.raises(InputError):
            reading.read(head + os.urandom(4096), "people")
    assert reading.read(TEXT, "people").header == ("MRN", "First Name", "Last Name")


@pytest.mark.parametrize(
    "rows",
    [b"[[1,[2]]]", b'[["1",["a"]]]', b"[[1]]", b"{}", b"[" * 5000, b"[[1,null]]", b"[[1,[[]]]]"],
)
def test_rows_of_unknown_form_are_not_believed(rows: bytes) -> None:
    head = to_wire(read_sheet(TEXT, "people")).partition(b"\n")[0]
    sheet = from_wire(head + b"\n" + rows)

    with pytest.raises(InputError, match="table-unreadable"):
        list(sheet.rows)


@pytest.mark.parametrize("answer", [b"1", b"1{}", b"0[]", b"1[]\n", b'1{"format":1}'])
def test_an_answer_of_unknown_form_is_none(answer: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        _answered(answer)


_ROOT = Path(__file__).resolve().parents[3]
_PARSED = """
import sys
from pathlib import Path
from desktop.assembly import build_office
from desktop.clock import SystemClock
from desktop.paths import PracticeFolder

if __name__ == "__main__":
    office = build_office(PracticeFolder(Path(sys.argv[1])), SystemClock())
    assert office.parse_people(b"First,Last Name\\nAna,Ruiz\\n").people[0].last_name == "Ruiz"
    assert office.parse_schedule(b"MRN,Start\\n1,2026-11-30 09:00\\n").appointments[0].patient_id == "1"
    print(*sorted({"icalendar", "vobject", "python_calamine", "desktop.people.reading"} & sys.modules.keys()))
"""


def test_a_file_that_is_only_shown_is_not_read_in_the_process_of_the_program(tmp_path: Path) -> None:
    script = tmp_path / "shown.py"
    script.write_text(_PARSED)
    asked = [sys.executable, str(script), str(tmp_path)]
    where = {**os.environ, "PYTHONPATH": str(_ROOT)}
    shown = subprocess.run(asked, capture_output=True, text=True, timeout=90, check=False, env=where)

    assert (shown.stdout.strip(), shown.returncode) == ("", 0), shown.stderr
