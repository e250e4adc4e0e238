"""The relay's own name is read from what the servers of this world say after the dot."""

from __future__ import annotations

import pytest

from desktop.mail.receipts import relay_ref

SES = "0100018f1c2f3a4b-5d6e7f80-1234-4abc-9def-0123456789ab-000000"


@pytest.mark.parametrize(
    ("reply", "ref"),
    [
        ("250 2.0.0 Ok: queued as 4XyZ1k2Lm3zB", "4XyZ1k2Lm3zB"),
        (
            "250 2.0.0 OK: queued as <202611211450.12345@smtp-relay.example.com>",
            "202611211450.12345@smtp-relay.example.com",
        ),
        ("250 Ok: queued as MZ7P3dQqS7yD-gEAAA.", "MZ7P3dQqS7yD-gEAAA"),
        (f"250 Ok {SES}", SES),
        (
            (
                "250 2.0.0 OK <SJ0PR01MB1234@SJ0PR01MB1234.prod.outlook.com> "
                "[Hostname=SJ0PR01MB1234.prod.outlook.com]"
            ),
            "SJ0PR01MB1234@SJ0PR01MB1234.prod.outlook.com",
        ),
        (
            (
                "250 2.6.0 <abc.1@mail.example> [InternalId=98765, Hostname=X.prod.outlook.com] 8642 bytes "
                "in 0.095, 88.4 KB/sec Queued mail for delivery"
            ),
            "abc.1@mail.example",
        ),
        ("250 2.0.0 OK  1700570000 d9443c01a7336-1cc2f0sm81plb.12 - gsmtp", "d9443c01a7336-1cc2f0sm81plb.12"),
        ("250 OK id=1rABcd-0005Xy-2k", "1rABcd-0005Xy-2k"),
        ("250 2.0.0 3ALEp1Xx012345 Message accepted for delivery", "3ALEp1Xx012345"),
        ("250 Accepted, Message-ID: <77aa.55@relay.example>", "77aa.55@relay.example"),
        ("250 OK 8c1f2b7d90aa44e1", "8c1f2b7d90aa44e1"),
    ],
)
def test_each_server_names_it_in_its_own_way(reply: str, ref: str) -> None:
    assert relay_ref(reply) == ref


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "250",
        "250 Great success",
        "250 2.0.0 Ok",
        "250 Message received",
        "250 " + "x" * 5000,
        "250 é\x00\ufffd",
    ],
)
def test_where_no_name_is_given_none_is_made_up(reply: str) -> None:
    assert relay_ref(reply) == ""


def test_two_words_that_could_be_names_are_none() -> None:
    assert relay_ref("250 Ok 8c1f2b7d90aa44e1 for 1a2b3c4d5e6f7a8b") == ""


def test_a_name_is_cut_where_it_is_endless() -> None:
    assert len(relay_ref("250 Ok: queued as " + "a1" * 2000)) == 200
