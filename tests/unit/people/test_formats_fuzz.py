"""Made-up and damaged files of every format: rows, or a known refusal, in little time."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.errors import InputError
from desktop.people.reading import read_sheet
from desktop.people.sheets import from_wire, to_wire
from tests.unit.people.test_calendars import START, calendar, event
from tests.unit.people.test_fhir import MARIA, VISIT, bundle, ndjson
from tests.unit.people.test_hl7 import ADT, SIU, file_of
from tests.unit.people.test_vcards import V21, V30, V40

SCHEDULES = Path(__file__).parents[2] / "files" / "schedules"
SAMPLES = (
    *(V21.encode(), V30.encode(), V40.encode()),
    *(file_of(ADT), file_of(SIU, SIU), bundle(MARIA, VISIT), ndjson(MARIA, VISIT)),
    calendar(
        event(START, "RRULE:FREQ=WEEKLY;COUNT=5", "EXDATE:20261201T193000Z", "SUMMARY:Lopez, Maria (1)")
    ),
    *(path.read_bytes() for path in sorted(SCHEDULES.iterdir())),
)
SECONDS = 10.0
_ODD = (
    b"\r\n",
    b"\n ",
    b"=",
    b";",
    b":",
    b"|",
    b"^",
    b'"',
    b"{",
    b"]",
    b"\\",
    b"\0",
    b"\xc3",
    b"99999999",
    b"-1",
    b"BEGIN:",
)


def read(data: bytes) -> None:
    """Both ways, over the pipe and back; anything but a refusal with a code is a failure."""
    for kind in ("people", "appointments"):
        try:
            sheet = read_sheet(data, kind)
        except InputError:
            continue
        again = from_wire(to_wire(sheet))
        assert [tuple(row) for row in again.rows] == [tuple(row) for row in sheet.rows]
        assert len(sheet.header) <= 1_000


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(st.sampled_from(SAMPLES)))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        change = draw(st.integers(0, 3))
        if change == 0:
            data[at : at + draw(st.integers(1, 30))] = b""
        elif change == 1:
            data[at:at] = draw(st.sampled_from(_ODD)) * draw(st.integers(1, 3))
        elif change == 2:
            data[at : at + 1] = bytes([draw(st.integers(0, 255))])
        else:
            to = draw(st.integers(at, min(at + 400, len(data))))
            data[at:at] = data[at:to]
    return bytes(data)


@settings(max_examples=150, deadline=None)
@given(damaged())
def test_a_damaged_file_is_rows_or_a_known_refusal(data: bytes) -> None:
    read(data)


@pytest.mark.soak
@settings(max_examples=20_000, deadline=None)
@given(damaged())
@pytest.mark.timeout(3600)
def test_many_damaged_files_are_rows_or_a_known_refusal(data: bytes) -> None:
    read(data)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(
        [b"BEGIN:VCARD\n", b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n", b"MSH|^~\\&|", b'{"', b"Date   Time   MRN\n"]
    ),
    st.binary(max_size=300),
)
def test_any_bytes_behind_a_known_beginning_are_a_known_refusal_or_rows(start: bytes, rest: bytes) -> None:
    read(start + rest)


BOMBS: dict[str, Callable[[], bytes]] = {
    "a card of one endless name": lambda: (
        b"BEGIN:VCARD\nVERSION:3.0\nN:" + b"x" * 5_000_000 + b"\nEND:VCARD\n"
    ),
    "a card of endless folds": lambda: b"BEGIN:VCARD\nN:a\n" + b" x\n" * 300_000 + b"END:VCARD\n",
    "cards without end": lambda: b"BEGIN:VCARD\n" * 300_000,
    "calendars in calendars": lambda: b"BEGIN:VCALENDAR\n" * 200_000 + b"BEGIN:VEVENT\n" * 100_000,
    "an event of endless exceptions": lambda: calendar(
        event(START, "RRULE:FREQ=DAILY", *["EXDATE:20261201T193000Z"] * 3000, "SUMMARY:x (1)")
    ),
    "a message of endless repeats": lambda: file_of((ADT[0], "PID|1||" + "~" * 1_000_000)),
    "endless empty messages": lambda: file_of((ADT[0],) * 20_000),
    "objects in objects": lambda: b'{"a":' * 200_000,
    "lists in lists": lambda: b'[{"a":' + b"[" * 200_000,
    "a number without end": lambda: b'{"resourceType": "Patient", "id": ' + b"9" * 1_000_000 + b"}",
    "spaces without end": lambda: b"Date   Time   MRN\n" + b" " * 3_000_000 + b"x\n",
    "labels without end": lambda: b"Date   Time   MRN\n2026-11-30   9:00   1\n" + b"a b: c  " * 100_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_no_file_takes_longer_than_people_wait(name: str) -> None:
    data = BOMBS[name]()
    before = time.process_time()
    read(data)
    assert time.process_time() - before < SECONDS
