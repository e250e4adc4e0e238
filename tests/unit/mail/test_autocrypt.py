"""Autocrypt headers: the specification's form, and everything that makes one no hint."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.crypto.openpgp_facts import inspect_openpgp
from desktop.mail.autocrypt import Hint, read_autocrypt

ALICE = """\
 mDMEXEcE6RYJKwYBBAHaRw8BAQdArjWwk3FAqyiFbFBKT4TzXcVBqPTB3gmzlC/U
 b7O1u120JkFsaWNlIExvdmVsYWNlIDxhbGljZUBvcGVucGdwLmV4YW1wbGU+iJAE
 ExYIADgCGwMFCwkIBwIGFQoJCAsCBBYCAwECHgECF4AWIQTrhbtfozp14V6UTmPy
 MVUMT0fjjgUCXaWfOgAKCRDyMVUMT0fjjukrAPoDnHBSogOmsHOsd9qGsiZpgRnO
 dypvbm+QtXZqth9rvwD9HcDC0tC+PHAsO7OTh1S1TC9RiJsvawAfCPaQZoed8gK4
 OARcRwTpEgorBgEEAZdVAQUBAQdAQv8GIa2rSTzgqbXCpDDYMiKRVitCsy203x3s
 E9+eviIDAQgHiHgEGBYIACAWIQTrhbtfozp14V6UTmPyMVUMT0fjjgUCXEcE6QIb
 DAAKCRDyMVUMT0fjjlnQAQDFHUs6TIcxrNTtEZFjUFm1M0PJ1Dng/cDW4xN80fsn
 0QEA22Kr7VkCjeAEC08VSTeV+QFsmz55/lntWkwYWhmvOgE="""
"""Alice's key of draft-bre-openpgp-samples-01, which the specification's later examples use as well."""
RSA = """\
 mQGNBFn+L+YBDAC3jsOXmFKwKfUh/WxaOErSMMdL1NJzzFCDf4oo0XD5b4ldfVGP09PsNXg5bzUW
 NP1eGiINWCnQlPYmdFR+mCn/mvG50tCiZ0ij4qiFqTv4easAgKNn0dCvqoLY0tpsMLo2Kv9lM9m5"""
"""The beginning of the RSA example of Autocrypt Level 1."""
FROM = ("From", "Alice <alice@openpgp.example>")
VALUE = f"addr=alice@openpgp.example; keydata=\n{ALICE}"


def read(value: str, sender: str = FROM[1], *more: tuple[str, str], kind: str = "text/plain") -> Hint | None:
    return read_autocrypt([("To", "bob@x.example"), ("From", sender), ("Autocrypt", value), *more], kind)


def test_the_example_key_is_read_whole() -> None:
    hint = read(VALUE)
    assert hint is not None
    facts = inspect_openpgp(hint.key, datetime(2026, 11, 21, tzinfo=UTC))
    assert facts.fingerprint == "EB85BB5FA33A75E15E944E63F231550C4F47E38E"
    assert facts.addresses == (hint.address,) == ("alice@openpgp.example",)
    assert facts.usable


def test_the_form_of_the_specifications_rsa_example_is_read() -> None:
    value = f"addr=alice@autocrypt.example; keydata=\n{RSA}"
    hint = read(value, "Alice <alice@autocrypt.example>")
    assert hint is not None
    assert hint.key == base64.b64decode("".join(RSA.split()))


@pytest.mark.parametrize(
    "value",
    [
        VALUE.replace("addr", "prefer-encrypt=mutual; addr"),
        VALUE.replace("addr", "_monkey=ignore; addr"),
        VALUE.replace("addr", "ADDR"),
        VALUE.replace("\n", "\r\n"),
        VALUE + ";",
        VALUE.replace("openpgp.example", "OpenPGP.example", 1),
    ],
)
def test_what_the_specification_allows_is_read(value: str) -> None:
    assert read(value) == read(VALUE)


@pytest.mark.parametrize(
    "value",
    [
        "",
        VALUE.replace("addr", "danger=do-not-ignore; addr"),
        VALUE.replace("addr=alice@openpgp.example; ", ""),
        VALUE.partition("keydata")[0],
        f"addr=alice@openpgp.example; {VALUE}",
        VALUE.replace("alice@", "Alice@"),
        VALUE.replace("alice@", "mallory@"),
        VALUE.replace("mDME", "mD*E"),
        VALUE[:-3],
        "addr=alice@openpgp.example; keydata=",
        "addr=alice@openpgp.example; keydata; prefer-encrypt=mutual",
        VALUE + "A" * 10_300,
    ],
)
def test_what_is_unclear_is_no_hint(value: str) -> None:
    assert read(value) is None


@pytest.mark.parametrize(
    "sender",
    [
        "",
        "Mallory <mallory@openpgp.example>",
        "alice@openpgp.example, bob@openpgp.example",
        "bob@openpgp.example, Alice <alice@openpgp.example>",
        "alice@openpgp.example <mallory@openpgp.example>",
        "Group: alice@openpgp.example;",
        "alice@openpgp.example)bob@openpgp.example",
        "<alice@openpgp.example> (really)",
        "(" * 3000,
    ],
)
def test_a_header_about_somebody_else_is_no_hint(sender: str) -> None:
    assert read(VALUE, sender) is None


@pytest.mark.parametrize(
    "sender",
    ["alice@openpgp.example", '"alice@evil.example" <alice@openpgp.example>', "<alice@OpenPGP.example>"],
)
def test_the_one_sender_is_found_in_every_plain_form(sender: str) -> None:
    assert read(VALUE, sender) == read(VALUE)


def test_two_headers_or_two_senders_are_no_hint() -> None:
    assert read(VALUE, FROM[1], ("Autocrypt", VALUE)) is None
    assert read(VALUE, FROM[1], ("autocrypt", "nonsense")) is None
    assert read(VALUE, FROM[1], FROM) is None
    assert read_autocrypt([("Autocrypt", VALUE)]) is None
    assert read_autocrypt([FROM]) is None


def test_reports_bring_no_hint() -> None:
    assert read(VALUE, kind="multipart/report") is None


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.text(max_size=100))
def test_no_text_raises(value: str, sender: str) -> None:
    read(value, sender)
    read(f"addr=alice@openpgp.example; keydata={value}", sender)
