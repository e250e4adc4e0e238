"""Goal G28: files made to break reading end in rows, or in a known reason, and never in a fault.

Each file is a good one that was spoiled: bytes turned, pieces doubled or dropped, put together with
another, or noise behind a known beginning. A few hundred here, many more with `dev.py soak`.
"""

from __future__ import annotations

import random
import time
from datetime import date

import pytest

from desktop.errors import InputError, SealwellError
from desktop.people.mapping import Mapping, guess, questions, signature
from desktop.people.parsing import parse_people
from desktop.people.reading import read_sheet
from desktop.people.schedules import parse_appointments
from desktop.people.sheets import Sheet, from_wire, to_wire
from tests.unit.people.test_spreadsheets import HEADER, workbook

TODAY = date(2026, 11, 23)
HANG = 10.0
"""Seconds that one file may take."""
BUDGET, SOAK = 400, 100_000
GOOD = (
    "MRN,First Name,Last Name,DOB,E-mail,Consent,Consent date,Consent source\n"  # noqa: ISC004
    '1,Ana,"Ruiz, S.",1980-03-15,ana@example.org,yes,2026-01-05,Form\n2,Bo,Ng,3/4/1981,,no,,\n',
    "Nombre;Apellidos;Fecha de nacimiento;Correo\nZoë;Peña;04.03.1980;z@example.org\n",
    "Patient\tDate\tTime\tProvider\nRUIZ, ANA (10442)\t2026-11-24\t9:00 AM\tLee\nTotal\t1\n",
)
FILES = (
    *(text.encode("utf-8") for text in GOOD),
    GOOD[0].encode("utf-16"),
    GOOD[1].encode("cp1252"),
    workbook(HEADER, [1, "Ana", "Ruiz", "1980-03-15"]),
)
BEGINNINGS = (
    b"PK\x03\x04",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"sep=;\n",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"",
)
EVIL = (b'"', b"\x00", b"\r", b"\xff", b",", b"=1+1", b"\xe2\x80\xae", b"9" * 300, b"\n\n", b"\t", b"1e999")


def spoiled(pick: random.Random) -> bytes:
    data = bytearray(pick.choice(FILES))
    for _ in range(pick.randrange(1, 8)):
        at = pick.randrange(len(data) + 1)
        match pick.randrange(6):
            case 0:
                data[at : at + 1] = bytes([pick.randrange(256)])
            case 1:
                del data[at : at + pick.randrange(1, 40)]
            case 2:
                data[at:at] = data[: pick.randrange(200)]
            case 3:
                data[at:at] = pick.choice(EVIL) * pick.choice((1, 2, 50))
            case 4:
                data += pick.choice(FILES)
            case _:
                data[:0] = pick.choice(BEGINNINGS)
    return bytes(data) if pick.random() < 0.95 else pick.choice(BEGINNINGS) + pick.randbytes(500)


def read(data: bytes, kind: str) -> None:
    """All that is done with a file before anything is stored."""
    sheet = read_sheet(data, kind)
    again: Sheet = from_wire(to_wire(sheet))
    assert [tuple(row) for row in again.rows] == [(line, list(cells)) for line, cells in sheet.rows]
    mapping = Mapping({one.position: one.field for one in guess(again, kind) if one.field})
    questions(again, mapping, kind)
    signature(again)
    for way in (None, mapping):
        try:
            if kind == "people":
                parse_people(again, way, today=TODAY)
            else:
                parse_appointments(again, "America/New_York", way)
        except SealwellError:
            continue


def campaign(seed: int, count: int) -> None:
    pick = random.Random(seed)
    for number in range(count):
        data, kind = spoiled(pick), pick.choice(("people", "appointments"))
        began = time.monotonic()
        try:
            read(data, kind)
        except InputError:
            pass
        except BaseException as fault:
            raise AssertionError(f"file {number} of seed {seed}: {data[:200]!r}") from fault
        assert time.monotonic() - began < HANG


def test_spoiled_files_end_in_rows_or_reasons() -> None:
    campaign(20261123, BUDGET)


@pytest.mark.soak
def test_many_spoiled_files_end_in_rows_or_reasons() -> None:
    campaign(random.SystemRandom().randrange(1 << 32), SOAK)
