"""What is taken from one mail for the person who reads it: bounded, cleaned, and never a failure."""

from __future__ import annotations

import json

import pytest

from desktop.mail.received_files import LISTED
from desktop.mail.returned_parts import READ_BYTES
from desktop.mail.returned_reading import REFERENCES, from_json, to_json, understand
from desktop.mail.returned_values import Understood
from desktop.models.correspondence import FileIn

REPLY = (
    b"From: =?utf-8?q?Mar=C3=ADa_L=C3=B3pez?= <maria@example.com>\r\n"
    b"Subject: =?utf-8?q?Re=3A_ma=C3=B1ana?=\r\n"
    b"Message-ID: <r1@example.com>\r\nReferences: <a@x.example>\r\n <b@x.example>\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
    b"Hello,\r\n\r\ncan I come later?\r\n\r\n"
    b"On Mon, Nov 2, 2026 at 9:00, the practice wrote:\r\n> See you.\r\n"
)


def crossed(data: bytes) -> Understood:
    """As it comes out of the worker."""
    return from_json(to_json(understand(data)))


def test_a_reply_says_who_wrote_it_about_what_and_all_of_its_words() -> None:
    said = crossed(REPLY)
    assert (said.subject, said.sender_name) == ("Re: mañana", "María López")
    assert said.references == ("<a@x.example>", "<b@x.example>")
    assert said.own == "Hello,\n\ncan I come later?"
    assert said.text.endswith("wrote:\n> See you.")
    assert (said.page, said.bulk, said.signed, said.opened, said.files) == (False, False, "", True, ())


def test_the_words_of_a_page_keep_their_quotes_and_lose_what_is_not_seen() -> None:
    page = (
        b"From: m@example.com\r\nContent-Type: text/html\r\n\r\n<style>p{}</style><script>x()</script>"
        b"<p>Yes &amp; no</p><blockquote>old <b>words</b></blockquote>"
    )
    said = crossed(page)
    assert said.page
    assert said.text == "Yes & no\n\nold words"
    assert said.own == "Yes & no"


@pytest.mark.parametrize(
    ("field", "name"),
    [
        (b'"Lopez, Maria \\"Mia\\"" <m@example.com>', 'Lopez, Maria "Mia"'),
        (b"Maria <m@example.com>", "Maria"),
        (b"m@example.com", ""),
        (b"<m@example.com>", ""),
        (b"Evil \xe2\x80\xaeniam <m@example.com>", "Evil niam"),
        (b"=?utf-8?q?two=0Alines?= <m@example.com>", "two lines"),
    ],
)
def test_names_as_claimed(field: bytes, name: str) -> None:
    assert crossed(b"From: " + field + b"\r\n\r\nx").sender_name == name


@pytest.mark.parametrize(
    ("header", "bulk"),
    [
        (b"List-Id: <news.example>", True),
        (b"List-Unsubscribe: <https://example.com/u>", True),
        (b"Precedence: Bulk", True),
        (b"Precedence: list", True),
        (b"Precedence: junk", True),
        (b"Precedence: first-class", False),
        (b"X-Other: bulk", False),
    ],
)
def test_what_is_written_to_many(header: bytes, bulk: bool) -> None:
    assert crossed(header + b"\r\nFrom: m@example.com\r\n\r\nhello").bulk is bulk


@pytest.mark.parametrize(
    ("mail", "signed"),
    [
        (
            (
                b'Content-Type: multipart/signed; boundary=b; protocol="application/pgp-signature"\r\n\r\n'
                b"--b\r\n\r\nhello\r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n--b--\r\n"
            ),
            "openpgp",
        ),
        (
            (
                b"Content-Type: multipart/signed; boundary=b\r\n\r\n"
                b"--b\r\n\r\nhello\r\n--b\r\nContent-Type: application/pkcs7-signature\r\n\r\nx\r\n--b--\r\n"
            ),
            "smime",
        ),
        (b"Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n\r\nMIIB", "smime"),
        (b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\nMIIB", ""),
        (b"\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nhello", "openpgp"),
        (b"\r\nhello", ""),
    ],
)
def test_what_carries_a_signature(mail: bytes, signed: str) -> None:
    said = crossed(b"From: m@example.com\r\n" + mail)
    assert said.signed == signed


def test_of_what_is_sealed_only_what_stands_in_the_open_is_text() -> None:
    armor = b"-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n-----END PGP MESSAGE-----\r\n"
    bare = crossed(b"From: m@example.com\r\n\r\n" + armor)
    assert (bare.sealed, bare.opened, bare.text) == ("openpgp", False, "")
    beside = crossed(b"From: m@example.com\r\n\r\nplease call me\r\n" + armor)
    assert "please call me" in beside.text
    assert "hQEMA" not in beside.text


def test_references_without_end_are_cut_to_the_nearest() -> None:
    ids = b" ".join(b"<%d@x.example>" % n for n in range(20_000))
    said = crossed(b"From: m@example.com\r\nReferences: " + ids + b"\r\n\r\nx")
    assert len(said.references) == REFERENCES
    assert said.references[-1] == "<19999@x.example>"


def test_everything_has_a_bound() -> None:
    said = crossed(
        b'From: "'
        + b"n" * 5000
        + b'" <m@example.com>\r\nSubject: '
        + b"s" * 5000
        + b"\r\n\r\n"
        + b"x\n" * 400_000
    )
    assert len(said.subject) <= 300
    assert len(said.sender_name) <= 100
    assert len(said.text) <= 100_000


@pytest.mark.parametrize(
    "change",
    [
        {"subject": 7},
        {"references": [1]},
        {"references": 5},
        {"files": [{"name": "a"}]},
        {"files": "abc"},
        {"text": None},
        {"signed": []},
    ],
)
def test_a_worker_that_lies_about_the_form_is_not_believed(change: dict[str, object]) -> None:
    answer = json.loads(to_json(understand(REPLY))) | change
    with pytest.raises((ValueError, KeyError, TypeError)):
        from_json(json.dumps(answer).encode())


def test_a_worker_that_was_taken_over_says_nothing_that_is_not_clean() -> None:
    file = {"name": "a\u202egpj.exe\n", "type": "x\x00/y", "size": 1, "part": 2}
    answer = json.loads(to_json(understand(REPLY)))
    answer |= {"subject": "a\u202eb\nc", "text": "one\r\n\x1b[31mtwo\n\n\n\nthree", "files": [file] * 500}
    said = from_json(json.dumps(answer).encode())
    assert said.subject == "ab c"
    assert said.text == "one\n[31mtwo\n\nthree"
    assert len(said.files) == LISTED + 1
    assert said.files[0] == FileIn("agpj.exe", "x/y", 1, 2)


def test_files_behind_the_part_that_is_read_for_words_are_listed() -> None:
    head = b'From: m@example.com\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nhello\r\n'
    file = b"--b\r\nContent-Type: image/jpeg; name=%s.jpg\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n"
    picture = b"QUJD" * (READ_BYTES // 4)
    said = crossed(head + file % (b"one", picture) + file % (b"two", picture) + b"--b--\r\n")
    assert said.own == "hello"
    assert [(one.name, one.size) for one in said.files] == [
        ("one.jpg", READ_BYTES // 4 * 3),
        ("two.jpg", READ_BYTES // 4 * 3),
    ]
