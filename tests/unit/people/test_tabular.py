"""Tables as practices export them."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import InputError
from desktop.people.tabular import Rejected, Table, folded, missing, read_csv, understood

ALIASES = {"last": ("lastname", "surname"), "first": ("firstname",), "note": ("note", "remark")}


def read(text: str) -> tuple[Table, list[tuple[int, list[str]]], list[Rejected]]:
    table = understood(read_csv(text.encode("utf-8"), ALIASES), ALIASES)
    rejected: list[Rejected] = []
    return table, list(table.rows(rejected)), rejected


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_the_one_that_splits_the_header(delimiter: str) -> None:
    text = f"Last Name{delimiter}First Name\nLopez{delimiter}Maria\n"

    table, rows, _ = read(text)

    assert table.delimiter == delimiter
    assert rows == [(2, ["Lopez", "Maria"])]


def test_delimiters_inside_quotes_do_not_count() -> None:
    table, rows, _ = read('Last Name;"First Name";"Note"\nLopez;Maria;"a, b, c, d"\n')

    assert table.delimiter == ";"
    assert rows == [(2, ["Lopez", "Maria", "a, b, c, d"])]


def test_a_spreadsheets_separator_line_is_no_header() -> None:
    table, rows, _ = read("sep=;\r\nLast Name;First Name\r\nLopez;Maria\r\n")

    assert table.columns == {"last": 0, "first": 1}
    assert rows == [(3, ["Lopez", "Maria"])]


@pytest.mark.parametrize("header", ["Last Name", "last_name", "LAST-NAME", " lastName ", "Surname"])
def test_a_column_is_known_by_each_of_its_usual_names(header: str) -> None:
    table, _, _ = read(f"{header},Shoe size\nLopez,7\n")

    assert table.columns == {"last": 0}
    assert table.ignored == ("Shoe size",)


def test_accents_and_signs_do_not_matter_in_a_header() -> None:
    assert folded("Correo electrónico") == folded("correo_electronico")
    assert folded("Appt #") == "apptnumber"


def test_of_two_names_for_one_column_the_better_wins() -> None:
    table, _, _ = read("Surname,Last Name\nwrong,Lopez\n")

    assert table.columns == {"last": 1}
    assert table.ignored == ("Surname",)


def test_the_same_header_twice_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        read("Last Name,last name\nLopez,Diaz\n")

    assert caught.value.code == "columns-twice"


def test_a_file_without_known_columns_names_what_it_has() -> None:
    with pytest.raises(InputError) as caught:
        read("Lopez,Maria\nDiaz,Ana\n")

    assert caught.value.code == "columns-unknown"
    assert caught.value.params["found"] == "Lopez, Maria"


@pytest.mark.parametrize("text", ["Last Name,First Name\n", "Last Name,First Name\n\n , \n", "Last Name"])
def test_a_header_alone_holds_no_rows(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text)

    assert caught.value.code == "no-rows"


def test_lines_are_those_of_the_file_where_a_record_starts() -> None:
    _, rows, _ = read('Last Name,Note\r\n\r\nLopez,"two\r\nlines"\r\n\r\nDiaz,x\r\n')

    assert [(line, cells[0]) for line, cells in rows] == [(3, "Lopez"), (6, "Diaz")]


def test_a_ragged_row_is_left_out_by_itself() -> None:
    _, rows, rejected = read("Last Name,First Name\nLopez\nDiaz,Ana,extra\nRuiz,Eva\nPaz,Leo,,\n")

    assert [cells[0] for _, cells in rows] == ["Ruiz", "Paz"]
    assert [(row.line, row.reason.code, row.reason.params) for row in rejected] == [
        (2, "ragged-row", {"expected": 2, "found": 1}),
        (3, "ragged-row", {"expected": 2, "found": 3}),
    ]


def test_empty_columns_at_the_end_of_the_header_are_nothing() -> None:
    _, rows, rejected = read("Last Name,First Name,,\nLopez,Maria,,\n")

    assert rows == [(2, ["Lopez", "Maria", "", ""])]
    assert rejected == []


def test_a_broken_quote_within_one_line_costs_that_line_only() -> None:
    _, rows, rejected = read('Last Name,First Name\n"Lo"p"ez",Maria\nDiaz,Ana\n')

    assert [cells[0] for _, cells in rows] == ["Diaz"]
    assert [(row.line, row.reason.code) for row in rejected] == [(2, "quote-broken")]


@pytest.mark.parametrize("text", ['"Lopez,Maria\nDiaz,Ana\n', '"Lo"pez,"Maria\nDiaz,Ana\n'])
def test_a_quote_that_may_swallow_rows_refuses_the_file(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read("Last Name,First Name\n" + text)

    assert caught.value.code == "quote-open"
    assert caught.value.params["line"] == 2


def test_a_field_of_ten_megabytes_is_left_out_with_its_line() -> None:
    _, rows, rejected = read("Last Name,Note\nLopez," + "x" * 10_000_000 + "\nDiaz,short\n")

    assert [cells[0] for _, cells in rows] == ["Diaz"]
    assert [(row.line, row.reason.code) for row in rejected] == [(2, "field-too-long")]


def test_a_huge_field_over_many_lines_refuses_the_file() -> None:
    with pytest.raises(InputError) as caught:
        read('Last Name,Note\nDiaz,x\nLopez,"' + "line\n" * 100_000 + '"\n')

    assert caught.value.code == "field-too-long"
    assert caught.value.params["line"] == 3


def test_a_long_field_below_the_readers_own_limit_is_left_out_too() -> None:
    _, rows, rejected = read("Last Name,Note\nLopez," + "x" * 10_001 + "\n")

    assert rows == []
    assert [(row.line, row.reason.code) for row in rejected] == [(2, "field-too-long")]


def test_formulas_are_text() -> None:
    _, rows, _ = read('Last Name,Note\nLopez,"=HYPERLINK(""http://x"",""y"")"\n')

    assert rows[0][1][1] == '=HYPERLINK("http://x","y")'


def test_missing_names_the_columns_that_are_not_there() -> None:
    table, _, _ = read("Last Name\nLopez\n")

    assert missing(table, ("last", "first")) == ("first",)


CELL = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=8), st.sampled_from(",;\t"))
def test_whatever_a_csv_writer_writes_is_read_back(rows: list[tuple[str, str, str]], delimiter: str) -> None:
    kept = [list(row) for row in rows if any(cell.strip() for cell in row)]
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(("Last Name", "First Name", "Note"))
    writer.writerows(rows)

    if kept:
        table, read_back, rejected = read(written.getvalue())
        assert table.delimiter == delimiter
        assert [cells for _, cells in read_back] == kept
        assert rejected == []
