"""Files of received mail: listed, bounded, and named so that no system is harmed by a name."""

from __future__ import annotations

import base64
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import InputError
from desktop.mail.filenames import NAME_CHARS, UniqueNames, safe_name
from desktop.mail.received_files import LISTED, MORE, file_in, files_in
from desktop.mail.returned_reading import understand

BASE = "Content-Transfer-Encoding: base64\r\n"


def attached(disposition: str, content: bytes = b"x", kind: str = "application/pdf") -> bytes:
    head = f"Content-Type: {kind}\r\n{BASE}Content-Disposition: attachment; {disposition}\r\n\r\n"
    return head.encode("utf-8", "surrogateescape") + base64.encodebytes(content)


def mixed(*parts: bytes, boundary: str = "m") -> bytes:
    mark = f"\r\n--{boundary}\r\n".encode()
    head = f"From: a@b.example\r\nContent-Type: multipart/mixed; boundary={boundary}\r\n".encode()
    return head + mark + mark.join(parts) + f"\r\n--{boundary}--\r\n".encode()


TEXT = b"Content-Type: text/plain\r\n\r\nhello"


def test_text_is_no_file_and_a_named_text_is_one() -> None:
    named = b'Content-Type: text/plain; name="notes.txt"\r\n\r\nmine'
    page = b"Content-Type: text/html\r\n\r\n<p>x"
    found = files_in(mixed(TEXT, page, named, attached('filename="scan.pdf"', b"12345")))
    assert [(one.name, one.type, one.size) for one in found] == [
        ("notes.txt", "text/plain", 4),
        ("scan.pdf", "application/pdf", 5),
    ]
    assert file_in(mixed(TEXT, page, named), found[0].part) == ("notes.txt", b"mine")


def test_a_name_stands_in_no_fault_that_is_written_down() -> None:
    (found,) = files_in(mixed(attached('filename="Maria Lopez biopsy.pdf"')))
    assert found.name == "Maria Lopez biopsy.pdf"
    assert "Maria" not in repr(found)


def test_a_file_that_is_not_there_is_said() -> None:
    for part in (0, 7, -1, MORE):
        with pytest.raises(InputError) as caught:
            file_in(mixed(TEXT), part)
        assert caught.value.code == "file-gone"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ('filename="../../etc/passwd"', "passwd"),
        ('filename="C:\\\\Windows\\\\system32\\\\cmd.exe"', "cmd.exe"),
        ('filename="CON"', "_CON"),
        ('filename="con.txt"', "_con.txt"),
        ('filename="LPT1.pdf.exe"', "_LPT1.pdf.exe"),
        ('filename="COM¹.txt"', "_COM¹.txt"),
        ('filename="nul .txt"', "_nul .txt"),
        ('filename="report.pdf.exe"', "report.pdf.exe"),
        ('filename="report.pdf          .exe"', "report.pdf .exe"),
        ('filename="report.exe. . ."', "report.exe"),
        ('filename=".bashrc"', "bashrc"),
        ('filename="a<b>c:d|e?f*g.txt"', "a_b_c_d_e_f_g.txt"),
        ('filename="invoice\u202efdp.exe"', "invoicefdp.exe"),
        ('filename="in\u200bvoice\ufeff.pdf"', "invoice.pdf"),
        ('filename="report.pdf\u3164\u2800.exe"', "report.pdf .exe"),
        ('filename="photo\uff0eexe"', "photo.exe"),
        ('filename="a\u2215b\u2044c.pdf"', "c.pdf"),
        ("filename*=utf-8''%e2%80%aegnp.exe", "gnp.exe"),
        ("filename*0*=utf-8''re%20; filename*1=port.pdf", "re port.pdf"),
        ('filename="=?utf-8?b?SsOzc8OpLnBkZg==?="', "Jósé.pdf"),
        ('filename="a\x00b.pdf"', "ab.pdf"),
        ('filename="a\tb\x07.pdf"', "a b.pdf"),
        ("filename=", "file-0.pdf"),
        ('filename="..."', "file-0.pdf"),
        ('filename="///"', "file-0.pdf"),
    ],
)
def test_names_are_safe_on_every_system(given: str, kept: str) -> None:
    (found,) = files_in(mixed(attached(given)))
    assert found.name == kept


def test_a_name_in_bytes_of_no_encoding_is_still_a_name() -> None:
    raw = mixed(attached('filename="caf\udce9.pdf"'))
    assert files_in(raw)[0].name == "café.pdf"


def test_a_long_name_keeps_its_last_endings() -> None:
    name = files_in(mixed(attached(f'filename="{"a" * 400}.pdf.exe"')))[0].name
    assert len(name) == NAME_CHARS
    assert name.endswith("…" + ".pdf.exe")


def test_the_same_name_never_stands_twice() -> None:
    names = ["A.pdf", "a.PDF", "a (2).pdf", "a.pdf", "é.pdf", "e\u0301.pdf"]
    found = [one.name for one in files_in(mixed(*(attached(f'filename="{name}"') for name in names)))]
    folded = {unicodedata.normalize("NFC", name).casefold() for name in found}
    assert len(folded) == len(names)
    assert found[0] == "A.pdf"


def test_a_thousand_attachments_are_counted_and_each_can_be_saved() -> None:
    raw = mixed(*(attached('filename="same.pdf"', b"%d" % n) for n in range(1000)))
    found = files_in(raw)
    assert len(found) == LISTED + 1
    assert (found[-1].part, found[-1].size, found[-1].name) == (MORE, 1000 - LISTED, "")
    assert file_in(raw, 999) == ("same (1000).pdf", b"999")


def test_numbers_and_names_stay_where_only_the_beginning_is_known() -> None:
    raw = mixed(TEXT, *(attached('filename="same.pdf"', b"y" * 3000) for _ in range(20)))
    whole, cut = files_in(raw), files_in(raw[: len(raw) // 2])
    assert cut[:-1] == whole[: len(cut) - 1]
    assert cut[-1].part == whole[len(cut) - 1].part


def within(depth: int) -> bytes:
    raw = mixed(TEXT, attached('filename="inmost.pdf"', b"deep"), boundary="inmost")
    for level in range(depth):
        carried = b"Content-Type: message/rfc822\r\n\r\n" + b"Subject: Level %d\r\n" % level + raw
        raw = mixed(TEXT, carried, boundary=f"b{level}")
    return raw


def test_mails_within_mails_are_files_and_so_is_what_they_carry() -> None:
    raw = within(2)
    found = files_in(raw)
    assert [one.name for one in found] == ["Level 1.eml", "Level 0.eml", "inmost.pdf"]
    _, data = file_in(raw, found[1].part)
    assert data.startswith(b"Subject: Level 0\r\nFrom: a@b.example")
    assert data in raw
    assert file_in(raw, found[2].part)[1] == b"deep"


def test_what_is_nested_deeper_than_ten_is_one_file() -> None:
    found = files_in(within(50))
    assert len(found) == 11
    name, data = file_in(within(50), found[-1].part)
    assert name.endswith(".eml")
    assert b"inmost.pdf" in data


def test_a_mail_within_in_base64_is_read_all_the_same() -> None:
    inner = base64.encodebytes(mixed(TEXT, attached('filename="in.pdf"', b"1"), boundary="i"))
    raw = mixed(TEXT, b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + inner)
    assert [one.name for one in files_in(raw)] == ["message-1.eml", "in.pdf"]


def test_a_boundary_inside_another_and_one_never_closed() -> None:
    raw = mixed(TEXT, attached('filename="a.pdf"', b"1") + b"\r\n--mm\r\nno boundary\r\n--m x\r\n")
    assert [one.name for one in files_in(raw)] == ["a.pdf"]
    assert files_in(raw[: raw.rindex(b"\r\n--m--")])[0].name == "a.pdf"


PART = b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00" * 5000,
        b"\n" * 5000,
        b"Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n\r\n--\r\n",
        b"Content-Type: multipart/mixed; boundary=" + b"a" * 9000 + b"\r\n\r\n",
        b"Content-Type: message/rfc822\r\n\r\n" * 3000,
        b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(2000)
        ),
        mixed(*(b"--m\r\n" * 30_000,)),
        b"Content-Type: image/png; name*0*=x'; name*9=\xff; name=\x80\r\n" + BASE.encode() + b"\r\n=",
        b"Content-Type: application/x; name*=broken''%zz%\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nM",
    ],
)
def test_broken_mail_is_read_as_far_as_it_goes(raw: bytes) -> None:
    for one in files_in(raw):
        if one.part != MORE:
            file_in(raw, one.part)


@given(st.text(max_size=300), st.integers(0, 9))
def test_a_safe_name_is_safe_and_stays(raw: str, number: int) -> None:
    name = safe_name(raw, "image/png", number)
    assert name
    assert name == name.strip(". ")
    assert len(name) <= NAME_CHARS
    assert len(name.encode()) < 250
    assert not set(name) & set('<>:"/\\|?*\x00')
    assert not any(unicodedata.category(char).startswith("C") for char in name)
    assert safe_name(name, "image/png", number) == name


@given(st.lists(st.sampled_from(["a", "A", "a (2)", "ß", "ss", "a (3)", "b.c"]), max_size=30))
def test_taken_names_differ(names: list[str]) -> None:
    unique = UniqueNames()
    taken = [unique.take(name).casefold() for name in names]
    assert len(set(taken)) == len(taken)


@given(st.binary(max_size=400))
def test_nothing_raises_for_what_is_in_a_mail(junk: bytes) -> None:
    files_in(junk)
    raw = mixed(TEXT, b"Content-Type: " + junk, attached('filename="x"', junk), junk)
    files_in(raw)
    understand(raw)
