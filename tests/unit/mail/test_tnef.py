"""What Outlook wrapped in `winmail.dat` comes out again, and damage is read up to the damage."""

from __future__ import annotations

import base64
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.mail.received_files import file_in, files_in
from desktop.mail.returned_reading import understand
from desktop.mail.tnef import read_tnef
from desktop.mail.tnef_rtf import unpacked
from tests.support.winmail import AN_ITEM, attachment, attribute, properties, wide, winmail

LONG_NAME, MIME, DATA, BODY, HTML, RTF = 0x3707, 0x370E, 0x3701, 0x1000, 0x1013, 0x1009
PACKED = [
    (
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0",
        rb"{\rtf1\ansi\ansicpg1252\pard hello world}" + b"\r\n",
    ),
    ("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0", rb"{\rtf1 WXYZWXYZWXYZWXYZWXYZ}"),
]
"""MS-OXRTFCP 4.1: the examples of the specification."""
WHOLE = winmail(
    attachment(
        b"SCAN~1.PDF",
        b"%PDF-1",
        (LONG_NAME, 0x1F, wide("Scan of José.pdf")),
        (MIME, 0x1E, b"application/pdf"),
    ),
    attachment(b"caf\xe9.txt", b"two"),
    message=[(0x8001, 0x03, struct.pack("<I", 7)), (BODY, 0x1F, wide("Please see the files."))],
)


def mail(tnef: bytes, before: bytes = b"", kind: str = "application/ms-tnef") -> bytes:
    head = f'Content-Type: {kind}; name="winmail.dat"\r\nContent-Transfer-Encoding: base64\r\n\r\n'.encode()
    parts = [
        *([before] if before else []),
        head + base64.encodebytes(tnef),
        b"Content-Type: image/png\r\n\r\nx",
    ]
    return (
        b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n"
        + b"\r\n--m\r\n".join(parts)
        + b"\r\n--m--\r\n"
    )


def test_files_names_types_and_text() -> None:
    found = read_tnef(WHOLE)
    assert [(one.name, one.type, one.data) for one in found.files] == [
        ("Scan of José.pdf", "application/pdf", b"%PDF-1"),
        ("café.txt", "application/octet-stream", b"two"),
    ]
    assert found.text == "Please see the files."


def test_in_a_mail_they_take_the_place_of_the_winmail_dat() -> None:
    raw = mail(WHOLE)
    found = files_in(raw)
    assert [(one.name, one.part) for one in found] == [
        ("Scan of José.pdf", 1),
        ("café.txt", 2),
        ("file-3.png", 3),
    ]
    assert [file_in(raw, one.part)[1] for one in found] == [b"%PDF-1", b"two", b"x"]
    assert files_in(mail(WHOLE, kind="application/octet-stream")) == found


def test_a_winmail_dat_that_says_nothing_is_a_file_itself() -> None:
    assert [one.name for one in files_in(mail(b"none"))] == ["winmail.dat", "file-1.png"]
    assert [one.name for one in files_in(mail(winmail()))] == ["winmail.dat", "file-1.png"]


def test_its_words_are_read_where_the_mail_has_no_others() -> None:
    assert understand(mail(WHOLE)).text == "Please see the files."
    said = understand(mail(WHOLE, before=b"Content-Type: text/plain\r\n\r\nIn the mail."))
    assert said.text == "In the mail."
    page = winmail(message=[(HTML, 0x102, b"<p>As a page</p>")])
    assert understand(mail(page)).text.strip() == "As a page"


def test_an_older_body_and_an_item_within_an_item() -> None:
    inner = winmail(attachment(b"inner.txt", b"deep"), body=b"Inner words\x00")
    outer = winmail(
        attachment(b"", None, (0x3001, 0x1E, b"The visit\x00"), (DATA, 0x0D, AN_ITEM + inner)),
        body=b"Outer words\x00",
    )
    found = read_tnef(outer)
    assert found.text == "Outer words"
    assert [(one.name, one.data) for one in found.files] == [
        ("The visit.txt", b"Inner words"),
        ("inner.txt", b"deep"),
    ]


def test_items_within_items_have_an_end() -> None:
    item = winmail(attachment(b"inmost.txt", b"deep"))
    for _ in range(30):
        item = winmail(attachment(b"", None, (DATA, 0x0D, AN_ITEM + item)))
    assert read_tnef(item).files == ()


@pytest.mark.parametrize(("packed", "plain"), PACKED)
def test_compressed_rtf_as_in_the_specification(packed: str, plain: bytes) -> None:
    assert unpacked(bytes.fromhex(packed)) == plain


def test_a_text_that_stands_in_rtf_alone_is_a_file() -> None:
    (found,) = read_tnef(winmail(message=[(RTF, 0x102, bytes.fromhex(PACKED[0][0]))])).files
    assert (found.name, found.data) == ("message.rtf", PACKED[0][1])
    raw = struct.pack("<II4sI", 12 + 5, 5, b"MELA", 0) + b"{\\rt}"
    assert unpacked(raw) == b"{\\rt}"


def test_rtf_does_not_unpack_without_end() -> None:
    bomb = struct.pack("<II4sI", 2**31, 2**31, b"LZFu", 0) + b"\xff" + b"\x00\x0f" * 1000
    assert len(unpacked(bomb)) < 100_000


@pytest.mark.parametrize(
    "lie",
    [
        struct.pack("<I", 2**32 - 1),
        properties((BODY, 0x1F, b"x"))[:-5],
        struct.pack("<IHHII", 1, 0x1F, BODY, 2**31, 4) + b"xxxx",
        struct.pack("<IHHII", 1, 0x1F, BODY, 1, 2**32 - 1) + b"xxxx",
        struct.pack("<IHH", 1, 0x7777, BODY),
        struct.pack("<IHH16sII", 1, 0x03, 0x8000, bytes(16), 1, 2**31),
    ],
)
def test_lengths_that_lie_are_passed_over(lie: bytes) -> None:
    made = read_tnef(winmail() + attribute(1, 0x00069003, lie) + attachment(b"after.txt", b"x"))
    assert [one.name for one in made.files] == ["after.txt"]


def test_cut_anywhere_it_is_read_as_far_as_it_goes() -> None:
    names = ["Scan of José.pdf", "café.txt"]
    for end in range(len(WHOLE)):
        found = [one.name for one in read_tnef(WHOLE[:end]).files]
        assert found == names[: len(found)] or found == ["SCAN~1.PDF"]


@given(st.binary(max_size=300), st.integers(0, len(WHOLE)))
def test_nothing_raises_for_what_is_in_it(junk: bytes, at: int) -> None:
    read_tnef(WHOLE[:at] + junk + WHOLE[at:])
    read_tnef(WHOLE[:at] + junk + WHOLE[at + len(junk) :])
    read_tnef(b"\x78\x9f\x3e\x22" + junk)
    unpacked(junk)
    unpacked(struct.pack("<II4sI", len(junk) + 12, 2**31, b"LZFu", 0) + junk)
