"""Header fields against the payloads of SECURITY findings 5 and 6 and whatever hypothesis thinks of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email import policy
from email.parser import BytesParser
from email.utils import getaddresses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import InputError
from desktop.mail import headers

LINE_BREAKERS = "\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
clean_text = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\ufeff"), max_size=200
)


def parsed(*fields: headers.Header) -> dict[str, str]:
    message = BytesParser(policy=policy.default).parsebytes(headers.block(fields) + b"\r\n")
    assert len(message.keys()) == len(fields)
    return dict(message.items())


@given(clean_text)
def test_any_clean_subject_comes_back_as_written_and_as_one_field(text: str) -> None:
    field = headers.unstructured("Subject", text)
    assert parsed(field)["Subject"] == text
    lines = headers.block((field,)).split(b"\r\n")
    assert all(len(line) <= 76 for line in lines)
    assert all(line.count(b"=?utf-8?B?") <= 1 for line in lines)


@pytest.mark.parametrize("breaker", LINE_BREAKERS + "\x00\x07\x7f\x9f")
@pytest.mark.parametrize("frame", ["a{}Bcc: evil@example.com", "{}", "trailing{}", "=?UTF-8?Q?=0A?={}"])
def test_a_subject_with_a_control_or_line_break_is_refused(frame: str, breaker: str) -> None:
    with pytest.raises(InputError) as caught:
        headers.unstructured("Subject", frame.format(breaker))
    assert caught.value.code == "header-unsafe"


def test_an_encoded_word_that_hides_a_line_break_stays_text() -> None:
    hostile = "hello =?UTF-8?Q?=0A?=Bcc: injected@example.com"
    assert parsed(headers.unstructured("Subject", hostile)) == {"Subject": hostile}


def test_half_a_surrogate_is_refused_instead_of_crashing() -> None:
    with pytest.raises(InputError):
        headers.unstructured("Subject", "\ud83d")


@pytest.mark.parametrize(
    "name",
    [
        "Smith, " + "J" * 70 + " <evil@example.org>",
        'Dr. "x" <a@b.example>, victim@example.org',
        "Praxis\\",
        "=?utf-8?Q?a=40evil.example?=",
        "Clínica <evil@example.org>; group: a@b.example;",
        '()<>[]:;@\\,"',
        "",
    ],
)
def test_a_display_name_never_adds_an_address(name: str) -> None:
    _, value = headers.sender(name, "office@practice.example")
    assert [address for _, address in getaddresses([value.replace("\r\n", "")])] == [
        "office@practice.example"
    ]
    message = parsed(("From", value))
    assert "evil@example.org" not in str(message["From"].addresses[0].addr_spec)  # type: ignore[attr-defined]
    assert len(message["From"].addresses) == 1  # type: ignore[attr-defined]


@given(clean_text)
def test_any_practice_name_yields_exactly_the_senders_address(name: str) -> None:
    _, value = headers.sender(name, "office@practice.example")
    assert [address for _, address in getaddresses([value.replace("\r\n", "")])] == [
        "office@practice.example"
    ]
    assert len(headers.display_name(name)) <= headers.NAME_CHARS


@given(st.text(max_size=80))
def test_whatever_is_given_as_an_address_is_one_bare_address_or_refused(text: str) -> None:
    try:
        value = headers.recipient(text)[1]
    except InputError:
        return
    assert getaddresses([value]) == [("", value)]
    assert value.isascii()
    assert " " not in value


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example, c@d.example",
        "a@b.example\r\nBcc: c@d.example",
        "<a@b.example>",
        '"a b"@c.example',
        "a(comment)@b.example",
        "@relay.example:a@b.example",
        "a@[127.0.0.1]",
        ".a@b.example",
        "a..b@c.example",
        "a@-b.example",
        "a@b..example",
        "a@",
        "@b.example",
        "añ@b.example",
        "x" * 65 + "@b.example",
        "a@" + "b." * 130 + "example",
        "",
    ],
)
def test_an_address_beyond_the_narrow_form_is_refused(address: str) -> None:
    with pytest.raises(InputError) as caught:
        headers.wire_address(address)
    assert caught.value.code == "address-bad"


def test_a_domain_in_letters_goes_out_as_a_label() -> None:
    assert headers.wire_address("anna@bücher.example") == "anna@xn--bcher-kva.example"


def test_only_the_domain_ignores_case() -> None:
    assert headers.same_address("Ana@Clinic.example", "Ana@clinic.EXAMPLE")
    assert not headers.same_address("ana@clinic.example", "Ana@clinic.example")


def test_the_date_is_utc_whatever_the_zone() -> None:
    moment = datetime(2026, 11, 3, 20, 5, 9, tzinfo=timezone(timedelta(hours=-5)))
    assert headers.date(moment) == ("Date", "Wed, 04 Nov 2026 01:05:09 +0000")
    assert headers.date(datetime(2027, 1, 1, tzinfo=UTC))[1].startswith("Fri, 01 Jan 2027")


@pytest.mark.parametrize("value", ["a\nb", "a\r\nBcc: x", "a\r\n\r\n", "é", "a\x00", "x" * 999])
def test_the_block_refuses_what_a_careless_writer_could_give_it(value: str) -> None:
    with pytest.raises(ValueError, match="X"):
        headers.block((("X", value),))


def test_the_block_refuses_a_name_with_a_colon() -> None:
    with pytest.raises(ValueError, match="Bcc"):
        headers.block((("Bcc: a@b.example\r\nX", "y"),))


@pytest.mark.parametrize(
    "local",
    ["=?utf-8?Q?=0D=0ABcc=3A_eve=40evil=2Eexample?=", "=?utf-8?q?eve=40evil.example=2C?=", "a=?x", "x=?=?="],
)
def test_an_address_that_parsers_decode_into_another_recipient_is_refused(local: str) -> None:
    with pytest.raises(InputError) as caught:
        headers.wire_address(f"{local}@mail.example")
    assert caught.value.code == "address-bad"


def test_of_what_strangers_call_their_mail_only_plain_ids_are_named() -> None:
    bad = ("<a b@x>", "<a@x>\r\nBcc: eve@x", "<=?utf-8?q?a?=@x>", "a@x", "<é@x>", "<@>", f"<{'a' * 300}@x>")
    assert headers.thread("<1@x.example>", ("<0@x.example>", *bad, "<1@x.example>")) == (
        ("In-Reply-To", "<1@x.example>"),
        ("References", "<0@x.example>\r\n <1@x.example>"),
    )
    assert headers.thread("", bad) == ()
    many = tuple(f"<{number}@x.example>" for number in range(50))
    assert headers.thread("", many)[0][1].startswith("<30@x.example>")
