from __future__ import annotations

import csv
import io

import pytest

from desktop.audit.outside import watched
from desktop.audit.tables import csv_row, csv_table
from desktop.errors import Refused
from desktop.models.documents import Column, Table


def test_a_table_reads_back_as_it_was_written() -> None:
    table = Table((Column("Who"), Column("What")), (("Peña, María", 'said "no"'), ("Łukasz", "two\nlines")))
    text = b"".join(csv_table(table)).decode("utf-8")
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["Who", "What"], *map(list, table.rows)]
    assert text.count("\r\n") == 3


@pytest.mark.parametrize("sign", "=+-@\t\r\n\0'\uff1d\uff0b\uff0d\uff20")
def test_nothing_runs_in_a_spreadsheet(sign: str) -> None:
    (cell,) = next(csv.reader(io.StringIO(csv_row([f"{sign}cmd"]).decode("utf-8"), newline="")))
    assert cell == f"'{sign}cmd"


def test_watching_tells_and_stops() -> None:
    told: list[tuple[int, int]] = []

    def go_on(done: int, of: int) -> bool:
        told.append((done, of))
        return done < 1000

    passed: list[int] = []
    with pytest.raises(Refused) as stopped:
        passed.extend(watched(range(2000), 2000, go_on))
    assert stopped.value.code == "cancelled"
    assert passed == list(range(1000))
    assert told == [(500, 2000), (1000, 2000)]


def test_watching_ends_at_the_whole() -> None:
    told: list[tuple[int, int]] = []

    def go_on(done: int, of: int) -> bool:
        told.append((done, of))
        return True

    assert list(watched(range(3), 3, go_on)) == [0, 1, 2]
    assert told == [(3, 3)]
    assert list(watched(range(3), 3, None)) == [0, 1, 2]
