"""No text and no file makes the check fall over, and none makes it slow."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from desktop.config import CONTENT_LIMITS
from desktop.errors import InputError
from desktop.mail import content_numbers
from desktop.mail.content import check_content
from desktop.mail.content_codes import learn
from desktop.mail.content_eml import read_mail
from desktop.mail.content_fold import fold, fold_html
from desktop.mail.content_names import NameIndex
from desktop.mail.content_values import ContentFile, ContentInput, Known
from desktop.models.records import PersonId
from tests.content_files import docx, pdf, xlsx

KNOWN = Known(
    NameIndex([(PersonId("1"), "Maria", "Lopez"), (PersonId("2"), "ß", "İx")]), learn(["AB12345"] * 5)
)
FILES = (pdf("SSN 123-45-6788", picture=True), docx("Maria Lopez"), xlsx(("HIV", 22344)))
PIECES = st.sampled_from(
    [
        "SSN ",
        "123-45-6788",
        "4111",
        "DOB ",
        "3/4/61",
        "Maria",
        "Lopez",
        "\u200b",
        "\u00a0",
        "İ",
        "ﬃ",
        "９",
        "<b>",
        "&amp;",
        "<!--",
        "</style>",
        "\n",
        "E11.9",
        "MRN",
        "Mrs. ",
        ",",
        "-",
        "\ud800",
        "\x00",
        "e\u0301",
        "½",
        "٣",
    ]
)
TEXTS = st.one_of(st.text(), st.lists(PIECES).map("".join))


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS, TEXTS)
@example("ﬃ" * 3, "İ" * 9, "&#0;&#xD800;&#99999999999;")
def test_every_hit_lies_inside_its_part(subject: str, text: str, page: str) -> None:
    message = ContentInput(
        subject, text, page, (ContentFile(text, "", page.encode("utf-8", "replace")),), KNOWN
    )
    lengths = {"subject": len(subject), "text": len(text), "html": len(page), "file-name": len(text)}
    for hit in check_content(message, CONTENT_LIMITS, time.monotonic).hits:
        assert 0 <= hit.start <= hit.end <= lengths.get(hit.where.part.value, 10**9)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_plain_text_leads_back_to_what_it_was_made_from(text: str) -> None:
    for folded in (fold(text), fold_html(text)):
        assert len(folded.lower) == len(folded.text)
        assert "".join(folded.words.parts) == folded.lower
        places = [folded.original(at, at + 1) for at in range(len(folded.text))]
        assert places == sorted(places)
        assert all(0 <= start < end <= len(text) for start, end in places)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(FILES), st.data())
def test_damaged_files_are_answered_and_never_raise(data: bytes, choose: st.DataObject) -> None:
    changed = bytearray(data)
    for _ in range(choose.draw(st.integers(1, 20))):
        changed[choose.draw(st.integers(0, len(data) - 1))] = choose.draw(st.integers(0, 255))
    cut = bytes(changed[: choose.draw(st.integers(1, len(data)))])
    check_content(
        ContentInput("", "", None, (ContentFile("", "", cut),), KNOWN), CONTENT_LIMITS, time.monotonic
    )


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                b"Subject: =?x?q?=41?=\n",
                b"Content-Type: multipart/mixed; boundary=a\n",
                b"\n",
                b"--a\n",
                b"--a--\n",
                b"Content-Type: text/html; charset=\xff\n",
                b"Content-Disposition: attachment; filename*=a'b'%ff\n",
                b"Content-Transfer-Encoding: base64\n",
                b"QQ=\n",
                b"Content-Type: message/rfc822\n",
                b"\xff\x00",
                b"Subject: =?utf-8?b?!!!?=\n",
                b"Content-Type: text/plain; name*0*=x''%; name*1=\n",
            ]
        )
    ).map(b"".join)
)
def test_odd_mails_are_read_as_far_as_they_go(data: bytes) -> None:
    check_content(read_mail(data, KNOWN, CONTENT_LIMITS), CONTENT_LIMITS, time.monotonic)


def test_a_mail_of_endless_parts_is_refused() -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (n, n) for n in range(900))
    inner = b"Content-Type: message/rfc822\n\n" * 3000
    wide = b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n\nx\n" * 900
    for data in (deep, inner, wide):
        with pytest.raises(InputError):
            read_mail(data, KNOWN, CONTENT_LIMITS)


@pytest.mark.parametrize(
    "piece",
    [
        "1 ",
        "1-",
        "12/",
        "a1",
        "4111 1111 ",
        "Maria ",
        "Mrs. ",
        "Maria de la ",
        "<!--",
        "<style>",
        "<",
        "&",
        "dob ",
        "born 1 of ",
        "MRN ",
        "M.R.N-",
        "E11.",
        "AB1234563",
        "\u200b",
        "e\u0301",
        "mental ",
        "hepatitis ",
        "jan. 1",
        "\n",
        "1\n",
        "1 \t-",
        "patient id is no ",
        "0" * 50,
        "social security ",
    ],
)
def test_no_text_is_slow(piece: str) -> None:
    text = (piece * 60_000)[:60_000]
    began = time.process_time()
    check_content(ContentInput(text, text, text, (), KNOWN), CONTENT_LIMITS, time.monotonic)
    assert time.process_time() - began < 3


@given(st.integers(10**14, 10**15 - 1))
def test_one_wrong_digit_is_always_seen(number: int) -> None:
    body = str(number)
    (check,) = (str(d) for d in range(10) if content_numbers.luhn(f"{body}{d}"))
    for at in (0, 7, 14):
        other = str((int(body[at]) + 1) % 10)
        assert not content_numbers.luhn(f"{body[:at]}{other}{body[at + 1 :]}{check}")
