"""What files say, and files that mean harm."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from desktop.config import CONTENT_LIMITS, ContentLimits
from desktop.mail.content import check_content
from desktop.mail.content_eml import read_mail
from desktop.mail.content_names import NameIndex
from desktop.mail.content_text import Extracted, Watch, extract
from desktop.mail.content_values import Action, ContentFile, ContentInput, Kind, Known, Owned, Part
from desktop.models.records import PersonId
from tests.content_files import docx, header, package, pdf, xlsx

BOMB = b"\0" * (CONTENT_LIMITS.unpacked_bytes + 1)


def read(data: bytes, name: str = "", limits: ContentLimits = CONTENT_LIMITS) -> Extracted:
    return extract(ContentFile(name, "", data), limits, Watch(time.monotonic, limits))


def problem(data: bytes, name: str = "", limits: ContentLimits = CONTENT_LIMITS) -> str | None:
    reason = read(data, name, limits).problem
    return reason.code if reason else None


def test_the_text_of_every_page_of_a_pdf_is_read() -> None:
    found = read(pdf("MRN 883712\nsecond line", "Maria Lopez (DOB 3/4/1961)"))
    assert found.problem is None
    assert found.no_text is None
    for piece in ("MRN 883712", "second line", "Maria Lopez (DOB 3/4/1961)"):
        assert piece in found.text.text


def test_a_scan_says_how_many_of_its_pages_nobody_read() -> None:
    no_text = read(pdf("", "", picture=True)).no_text
    assert no_text is not None
    assert (no_text.code, no_text.params) == ("content-no-text", {"scans": 2, "pages": 2})
    mixed = read(pdf("A page with a text and a picture", "7", picture=True)).no_text
    assert mixed is not None
    assert mixed.params == {"scans": 1, "pages": 2}


def test_an_empty_page_is_no_scan() -> None:
    assert read(pdf("", "text")).no_text is None


@pytest.mark.parametrize(
    "start", [b"\x89PNG\r\n\x1a\n....", b"\xff\xd8\xff\xe0JFIF", b"GIF89a", b"....ftypheic...."]
)
def test_a_picture_has_to_be_looked_at(start: bytes) -> None:
    no_text = read(start).no_text
    assert no_text is not None
    assert no_text.code == "content-picture"


def test_the_text_headers_notes_and_properties_of_a_docx_are_read() -> None:
    data = docx(
        "Dear Dr. Lee",
        "SSN 123-45-6788",
        **{
            "word/header1.xml": header("John Smith"),
            "word/footnotes.xml": header("about diabetes"),
            "docProps/core.xml": "<core><title>Chart 5512</title></core>",
            "word/styles.xml": "<styles><t>not text</t></styles>",
        },
    )
    text = read(data).text.text
    for piece in ("Dear Dr. Lee\nSSN 123-45-6788\n", "John Smith", "about diabetes", "Chart 5512"):
        assert piece in text
    assert "not text" not in text


def test_the_cells_of_an_xlsx_are_read_and_its_dates_are_dates() -> None:
    text = read(xlsx(("Last", "First", "Born"), ("Smith", "John", 22344))).text.text
    assert text.splitlines()[:2] == ["Last\tFirst\tBorn\t", "Smith\tJohn\t1961-03-04\t"]


def test_a_docx_or_xlsx_with_nothing_but_pictures_has_to_be_looked_at() -> None:
    for data in (docx("", **{"word/media/image1.png": b"x"}),):
        no_text = read(data).no_text
        assert no_text is not None
        assert no_text.code == "content-picture"


def test_plain_text_is_read_in_the_usual_encodings() -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        assert "cancer" in read("cáncer\n".encode(encoding)).text.text


def test_files_are_known_by_their_bytes_and_not_by_their_names() -> None:
    assert "MRN" in read(pdf("MRN 883712"), "holiday.txt").text.text
    assert problem(b"MRN 883712 but no PDF", "report.pdf") == "content-damaged"
    assert "MRN" in read(b"MRN 883712 but no PDF", "report.pdf").text.text


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"%PDF-1.7 and then nothing", "content-damaged"),
        (b"PK\x03\x04 no zip", "content-damaged"),
        (package({"other.txt": "x"}), "content-type-unknown"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "content-type-unknown"),
        (b"{\\rtf1 hello}", "content-type-unknown"),
        (bytes(range(256)) * 4, "content-type-unknown"),
        (docx(**{"word/footer1.xml": "<a><b></a>"}), "content-damaged"),
        (docx(**{"word/footer1.xml": '<!DOCTYPE a [<!ENTITY x "xx">]><a>&x;</a>'}), "content-damaged"),
        (docx(**{"word/footer1.xml": "<a>" * 300 + "</a>" * 300}), "content-too-complex"),
        (docx(**{"word/footer1.xml": b"<a>" + BOMB.replace(b"\0", b" ")}), "content-too-complex"),
        (package({f"word/{n}": "" for n in range(5001)}), "content-too-complex"),
    ],
    ids=["pdf", "zip", "other-zip", "ole", "rtf", "bytes", "xml", "entities", "deep", "bomb", "members"],
)
def test_what_cannot_be_read_says_why(data: bytes, code: str) -> None:
    assert problem(data) == code


def test_a_locked_zip_member_says_so() -> None:
    data = bytearray(docx("x"))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    assert problem(bytes(data)) == "content-locked"


def test_time_size_and_length_have_limits() -> None:
    ticks: Iterator[float] = iter(range(0, 10_000, 6))
    watch = Watch(lambda: next(ticks), CONTENT_LIMITS)
    first = extract(ContentFile("", "", b"short"), CONTENT_LIMITS, watch)
    late = extract(ContentFile("", "", pdf("a", "b")), CONTENT_LIMITS, watch)
    assert first.problem is None
    assert late.problem is not None
    assert late.problem.code == "content-too-slow"
    assert problem(b"x" * 11, limits=replace(CONTENT_LIMITS, file_bytes=10)) == "content-too-large"
    for data in (b"word " * 9, docx("word " * 9), pdf("word " * 9)):
        assert problem(data, limits=replace(CONTENT_LIMITS, text_chars=20)) == "content-too-long"
    assert problem(pdf("a", "b", "c"), limits=replace(CONTENT_LIMITS, pdf_pages=2)) == "content-too-long"


@pytest.mark.parametrize("make", [pdf, docx, lambda text: xlsx((text,)), lambda text: text.encode()])
def test_another_patient_in_any_kind_of_file_blocks(make: object) -> None:
    assert callable(make)
    known = Known(
        NameIndex([(PersonId("2" * 32), "John", "Smith")]),
        person=PersonId("1" * 32),
        birth_date=date(1961, 3, 4),
    )
    files = (ContentFile("result", "", make("Result of John Smith, DOB 07/08/1975")),)
    report = check_content(ContentInput("", "", None, files, known), CONTENT_LIMITS, time.monotonic)
    assert report.verdict == {Kind.OTHER_PATIENT: Action.BLOCK}
    assert [hit.reason.code for hit in report.hits] == ["content-other-patient", "content-other-birth-date"]


@pytest.mark.parametrize(
    ("words", "name", "birth_date"),
    [
        ("Result of Maria Lopez, DOB 3/4/1961", True, True),
        ("Result of Maria Lopez", True, False),
        ("Born 3/4/1961", False, True),
        ("Mrs. Lopez is well", False, False),
        ("A form for everybody", False, False),
    ],
)
def test_a_file_says_whether_it_names_the_person_whom_it_goes_to(
    words: str, name: bool, birth_date: bool
) -> None:
    maria = PersonId("1" * 32)
    known = Known(
        NameIndex([(maria, "Maria", "Lopez"), (PersonId("2" * 32), "John", "Smith")]),
        person=maria,
        first_name="Maria",
        last_name="Lopez",
        birth_date=date(1961, 3, 4),
    )
    files = (ContentFile("form.pdf", "", pdf("For everybody")), ContentFile("result.pdf", "", pdf(words)))
    report = check_content(ContentInput("", "", None, files, known), CONTENT_LIMITS, time.monotonic)
    assert report.owned == (Owned(), Owned(name, birth_date))
    assert all(hit.kind is not Kind.OWN_NAME for hit in report.hits), "nothing follows from it"


MAIL = b"""Subject: =?utf-8?q?Your_c=C3=A1ncer?=
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

SSN 123-45-=
6788
--b
Content-Type: text/html

<p>MRN <b>883712</b></p>
--b
Content-Type: text/plain; name="x.txt"
Content-Disposition: attachment; filename*=utf-8''HIV%20test.txt
Content-Transfer-Encoding: base64

RTExLjk=
--b
Content-Type: message/rfc822

Subject: DOB 3/4/1961

methadone
--b--
"""


def test_a_mail_is_looked_through_part_by_part() -> None:
    message = read_mail(MAIL, Known(), CONTENT_LIMITS)
    report = check_content(message, CONTENT_LIMITS, time.monotonic)
    assert [(hit.kind.value, hit.where.part) for hit in report.hits] == [
        ("clinical", Part.SUBJECT),
        ("birth-date", Part.SUBJECT),
        ("ssn", Part.TEXT),
        ("clinical", Part.TEXT),
        ("mrn", Part.HTML),
        ("clinical", Part.FILE_NAME),
        ("diagnosis-code", Part.FILE),
    ]


def test_a_zip_that_lies_about_its_size_gains_nothing() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("word/document.xml", b"<a>" + b" " * 200_000 + b"</a>")
    data = out.getvalue().replace((200_007).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert problem(data) == "content-damaged"
