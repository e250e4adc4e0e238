"""The writer of MIME, read back by the standard library's parser."""

from __future__ import annotations

import re
from email import policy
from email.parser import BytesParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import InputError
from desktop.mail import mime
from desktop.mail.headers import Header

texts = st.text(max_size=400)
names = (
    st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=90)
    .map(str.strip)
    .filter(bool)
)


def parsed(entity: mime.Entity | bytes) -> Any:
    message = BytesParser(policy=policy.default).parsebytes(bytes(entity))
    for part in message.walk():
        assert part.defects == []
    return message


def text_of(part: Any) -> str:
    """As read; the parser leaves line ends as the transfer encoding had them."""
    return str(part.get_content()).replace("\r\n", "\n")


def canonical_bytes(data: bytes) -> None:
    """Seven bits, CRLF only, short lines, and nothing a relay might change."""
    assert re.search(rb"\r(?!\n)|(?<!\r)\n", data) is None
    assert re.search(rb"[^\t\r\n\x20-\x7e]", data) is None
    body_lines = data.split(b"\r\n")
    assert max(map(len, body_lines)) <= 78
    assert not any(line.startswith((b".", b"From ")) for line in body_lines)
    assert not any(line.endswith((b" ", b"\t")) for line in body_lines)


@given(texts)
def test_any_text_comes_back_with_canonical_line_ends(text: str) -> None:
    entity = mime.text_entity(text)
    canonical_bytes(bytes(entity))
    assert text_of(parsed(entity)) == mime.canonical(text).replace("\r\n", "\n")


@pytest.mark.parametrize(
    "line", [".", "..", ".hidden", "From here on", "x" * 75 + ".", "x" * 300, "é" * 300, "a \t"]
)
def test_lines_that_relays_mangle_are_written_safely(line: str) -> None:
    entity = mime.text_entity(f"one\n{line}\nthree")
    canonical_bytes(bytes(entity))
    assert text_of(parsed(entity)) == f"one\n{line}\nthree\n"


def test_every_kind_of_line_break_becomes_crlf_and_controls_vanish() -> None:
    assert (
        mime.canonical("a\rb\nc\r\nd\x85e\u2028f\x0bg\x00\x1b\x7fh\ti")
        == "a\r\nb\r\nc\r\nd\r\ne\r\nf\r\ng" + "h\ti\r\n"
    )


@given(names, st.binary(max_size=300))
def test_any_attachment_name_and_bytes_come_back_unchanged(name: str, data: bytes) -> None:
    entity = mime.text_entity("see the file", attachments=(mime.Attachment(name, data),))
    canonical_bytes(bytes(entity))
    (part,) = list(parsed(entity).iter_attachments())
    assert part.get_filename() == name
    assert part.get_payload(decode=True) == data


@pytest.mark.parametrize("length", range(30, 100))
def test_attachment_names_of_every_length_survive(length: int) -> None:
    name = "a" * (length - 4) + ".pdf"
    entity = mime.text_entity("x", attachments=(mime.Attachment(name, b"%PDF"),))
    (part,) = list(parsed(entity).iter_attachments())
    assert (part.get_filename(), part.get_content_type()) == (name, "application/pdf")


def test_an_attachment_name_with_a_line_break_is_refused() -> None:
    with pytest.raises(InputError):
        mime.attached(mime.Attachment('a.pdf"\r\nBcc: x@y.example', b""))


@pytest.mark.parametrize("name", ["mail.eml", "part.mht"])
def test_a_mail_as_attachment_stays_octets(name: str) -> None:
    assert parsed(mime.attached(mime.Attachment(name, b"x"))).get_content_maintype() != "message"


def test_content_cannot_end_its_own_part() -> None:
    marks = set(
        re.findall(rb'boundary="([^"]+)"', bytes(mime.text_entity("a", "b", (mime.Attachment("c", b"d"),))))
    )
    assert len(marks) == 2
    hostile = "\n".join(f"--{mark.decode()}--" for mark in marks)
    entity = mime.text_entity(hostile, "b", (mime.Attachment("c", hostile.encode()),))
    for mark in re.findall(rb'boundary="([^"]+)"', bytes(entity)):
        assert mark.startswith(b"=_")
    message = parsed(entity)
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/octet-stream",
    ]
    body = message.get_body(("plain",))
    assert body is not None
    assert text_of(body) == f"{hostile}\n"


def test_the_payload_carries_the_true_header_and_says_what_everybody_saw() -> None:
    inner: tuple[Header, ...] = (("Subject", "The results"), ("To", "ana@example.org"))
    outer: tuple[Header, ...] = (("Subject", "Message from us"), ("To", "ana@example.org"))
    message = parsed(mime.protected(mime.text_entity("x", legacy_subject="The results"), inner, outer))
    assert message["Subject"] == "The results"
    assert message.get_all("HP-Outer") == ["Subject: Message from us", "To: ana@example.org"]
    assert message["Content-Type"].params["hp"] == "cipher"
    assert message["Content-Type"].params["hp-legacy-display"] == "1"
    assert message.get_content().splitlines()[:2] == ["Subject: The results", ""]


def test_the_legacy_subject_in_html_is_text_not_markup() -> None:
    entity = mime.text_entity("x", "<p>y</p>", legacy_subject="<b>&")
    html = parsed(entity).get_body(("html",))
    assert html is not None
    assert "<pre>Subject: &lt;b&gt;&amp;</pre>" in html.get_content()


def test_pgp_mime_has_the_two_parts_of_rfc_3156() -> None:
    wire = mime.outer(
        (("Subject", "x"),), mime.pgp_encrypted(b"-----BEGIN PGP MESSAGE-----\n\nabc\n-----END\n")
    )
    message = parsed(wire)
    assert message.get_content_type() == "multipart/encrypted"
    assert message.get_param("protocol") == "application/pgp-encrypted"
    control, sealed = message.iter_parts()
    assert (control.get_content_type(), control.get_payload(decode=True)) == (
        "application/pgp-encrypted",
        b"Version: 1\r\n",
    )
    assert sealed.get_content_type() == "application/octet-stream"
    assert b"\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nabc\r\n-----END\r\n" in wire


def test_smime_is_named_as_rfc_8551_wants_it() -> None:
    message = parsed(mime.smime_enveloped(b"\x30\x03abc" * 40))
    assert message.get_content_type() == "application/pkcs7-mime"
    assert message.get_param("smime-type") == "enveloped-data"
    assert message.get_filename() == "smime.p7m"
    assert message.get_payload(decode=True) == b"\x30\x03abc" * 40


def test_a_locked_file_travels_beside_a_text() -> None:
    message = parsed(mime.with_file("open the file", "message.html", b"<!doctype html>\nx", "text/html"))
    (part,) = list(message.iter_attachments())
    assert (part.get_filename(), part.get_content_type()) == ("message.html", "text/html")
    assert part.get_payload(decode=True) == b"<!doctype html>\nx"
