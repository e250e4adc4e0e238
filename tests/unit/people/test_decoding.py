"""Bytes become text, or the file is refused with the way out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.config import LIMITS
from desktop.errors import InputError
from desktop.people.decoding import decode

TEXT = "first name,last name\r\nJosé,Muñoz\r\nZoë,O’Brien\r\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode("utf-8"), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8"),
        (b"\xff\xfe" + TEXT.encode("utf-16-le"), "utf-16-le"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("cp1252"), "windows-1252"),
    ],
)
def test_the_usual_encodings_give_the_same_text(data: bytes, encoding: str) -> None:
    decoded = decode(data)

    assert decoded.encoding == encoding
    assert decoded.text == TEXT


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "no-rows"),
        (b"\xef\xbb\xbf\r\n", "no-rows"),
        (b"\xff\xfe\x00\x00a\x00\x00\x00", "encoding-unknown"),
        (b"\xff\xfea\x00b", "encoding-damaged"),
        (b"\xef\xbb\xbfJos\xe9", "encoding-damaged"),
        (b"name\nJos\x81", "encoding-unknown"),
        ("name\nJosé\n".encode() + "Muñoz".encode("cp1252"), "encoding-mixed"),
        ("name\nJosé,Peña\n".encode("cp437"), "encoding-unknown"),
        ("name\nJosé\n".encode("mac-roman"), "encoding-unknown"),
        ("name\nMuñoz\n".encode("mac-roman"), "encoding-unknown"),
        (b"name\nJo\x00se", "nul-bytes"),
        (b"PK\x03\x04" + bytes(50), "file-is-spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(50), "file-is-spreadsheet"),
        (b"%PDF-1.7\n", "file-is-binary"),
        (b"\x1f\x8b\x08\x00", "file-is-binary"),
        (b"SQLite format 3\x00" + bytes(50), "file-is-binary"),
        (b"\n <!DOCTYPE html><html>", "file-is-web-page"),
        (b"\xef\xbb\xbf<html>", "file-is-web-page"),
    ],
)
def test_what_is_not_a_table_of_text_is_refused_by_its_kind(data: bytes, code: str) -> None:
    with pytest.raises(InputError) as caught:
        decode(data)

    assert caught.value.code == code


def test_the_line_of_a_broken_letter_is_named() -> None:
    with pytest.raises(InputError) as caught:
        decode("name\r\nAna\r\nJosé\r\n".encode() + "Muñoz".encode("cp1252"))

    assert caught.value.params["line"] == 3


def test_a_file_above_the_limit_is_refused_before_it_is_read() -> None:
    class Endless(bytes):
        def __len__(self) -> int:
            return LIMITS.import_bytes + 1

    with pytest.raises(InputError) as caught:
        decode(Endless(b"name\nAna"))

    assert caught.value.code == "table-too-large"


@given(st.binary(max_size=400))
def test_any_bytes_are_text_or_a_known_refusal(data: bytes) -> None:
    try:
        decoded = decode(data)
    except InputError:
        return
    assert "\x00" not in decoded.text


@given(st.text(alphabet=st.characters(codec="cp1252", exclude_categories=["Cc"]), min_size=1, max_size=60))
def test_text_is_never_changed_by_a_wrong_guess_of_unicode(text: str) -> None:
    data = ("name,city\n" + text).encode("utf-8")

    assert decode(data).text.endswith(text)
