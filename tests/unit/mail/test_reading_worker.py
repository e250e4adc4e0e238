"""Hostile mail is looked into in another process; what comes back is of known form, or an error of ours."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from desktop.errors import InputError
from desktop.mail.mimetree import MAIL_BYTES
from desktop.mail.reading_worker import ReadingWorker, _answer, _read
from desktop.mail.received_files import files_in
from desktop.mail.sealedparts import dissect

FILE = b'Content-Type: application/pdf; name="a.pdf"\r\n\r\n'


@pytest.fixture(scope="module")
def worker() -> Iterator[ReadingWorker]:
    made = ReadingWorker()
    yield made
    made.close()


def mixed(*parts: bytes) -> bytes:
    return (
        b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n"
        + b"\r\n--m\r\n".join(parts)
        + b"\r\n--m--"
    )


def test_every_question_has_its_answer(worker: ReadingWorker) -> None:
    raw = mixed(b"Content-Type: text/html\r\n\r\n<p onclick=x>caf\xc3\xa9</p>", FILE + bytes(range(256)))
    assert worker.understand(raw).text == "café"
    assert worker.page(raw).html == "<p>café</p>"
    assert [one.code for one in worker.page(raw).left_out] == ["page-script"]
    assert worker.file(raw, 1) == ("a.pdf", bytes(range(256)))
    assert worker.dissect(raw) == dissect(raw)


def test_what_is_missing_is_said(worker: ReadingWorker) -> None:
    with pytest.raises(InputError, match="file-gone"):
        worker.file(b"", 3)
    with pytest.raises(InputError, match="page-gone"):
        worker.page(b"hello")


def test_the_largest_file_comes_back_whole_and_in_time(worker: ReadingWorker) -> None:
    raw = mixed(FILE + b"x" * (MAIL_BYTES - 200))
    begun = time.monotonic()
    name, data = worker.file(raw, 0)
    assert (name, len(data)) == ("a.pdf", MAIL_BYTES - 200)
    assert time.monotonic() - begun < 20


def test_a_mail_that_no_process_outlives_is_unreadable() -> None:
    slow = ReadingWorker(seconds=0.0)
    try:
        with pytest.raises(InputError, match="mail-unreadable"):
            slow.page(b"Content-Type: text/html\r\n\r\n" + b"<p>" * 300_000)
    finally:
        slow.close()


def test_only_the_known_form_comes_back() -> None:
    for bad in (b"", b"{}", b"[]\n", b'{"head": {"error": 3}}\n', b'{"head": {}, "sizes": [1]}\n'):
        with pytest.raises((ValueError, KeyError, TypeError)):
            _read(bad, lambda head, rest: head["name"])
    with pytest.raises(ValueError, match="unknown question"):
        _answer(b"run /bin/sh\n")


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: multipart/encrypted; boundary=e\r\n\r\n--e\r\n\r\n--e--",
        b"Content-Type: multipart/signed; boundary=e\r\n\r\n--e\r\n\r\n--e\r\n\r\n--e--",
        b"Content-Type: multipart/signed; boundary=e\r\n\r\n--e\r\nContent-Type: multipart/signed;",
        b"Content-Type: application/pkcs7-mime\r\n\r\n" + b"\x30\x80" * 10_000,
        b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\nMIA=",
        b"\r\n" + b"-----BEGIN PGP MESSAGE-----\r\n" * 500_000,
        b"\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\n\r\n-----END PGP SIGNATURE-----",
        b"\r\n-----BEGIN SEALWELL REPLY-----\r\n",
    ],
)
def test_broken_seals_and_signatures_raise_nothing(raw: bytes) -> None:
    dissect(raw)
    files_in(raw)
