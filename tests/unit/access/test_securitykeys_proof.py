from __future__ import annotations

import pytest

from desktop.access.securitykeys import HMAC, RP_ID, Choice, Known, SecurityKeys, user_handle
from desktop.errors import Refused
from tests.support.software_key import UP, UV, SoftwareKey
from tests.support.software_key_hand import Hand, plugged

USER = user_handle(b"v" * 16, "maria")


def keys_of(hand: Hand, device: SoftwareKey) -> SecurityKeys:
    return SecurityKeys(hand, plugged(device))


def enrolled_on(device: SoftwareKey) -> Known:
    enrolled = keys_of(Hand(), device).enrol(RP_ID, USER, "Maria")
    return Known(enrolled.cred_id, enrolled.public_key)


@pytest.mark.parametrize("protocols", [(1,), (2,)])
def test_a_touch_proves_which_key_it_was(protocols: tuple[int, ...]) -> None:
    device = SoftwareKey(protocols=protocols)
    known = enrolled_on(device)
    hand = Hand()
    assert keys_of(hand, device).touch(RP_ID, [Known(b"other", b"\xa0"), known]) == known.cred_id
    assert hand.touches == 1


def test_a_signature_over_something_else_proves_nothing() -> None:
    device = SoftwareKey()
    known = enrolled_on(device)
    device.forges = True
    with pytest.raises(Refused, match="security-key-unproven"):
        keys_of(Hand(), device).touch(RP_ID, [known])


def test_a_signature_by_another_key_proves_nothing() -> None:
    device, other = SoftwareKey(), SoftwareKey()
    mine, theirs = enrolled_on(device), enrolled_on(other)
    other.credentials[mine.cred_id] = other.credentials[theirs.cred_id]
    with pytest.raises(Refused, match="security-key-unproven"):
        keys_of(Hand(), other).touch(RP_ID, [mine])


@pytest.mark.parametrize(
    ("hides", "speaks_as"),
    [(UV, ""), (UP, ""), (0, "elsewhere.invalid")],
    ids=["not verified", "not touched", "for somebody else"],
)
def test_an_answer_must_be_to_us_and_vouch_for_touch_and_person(hides: int, speaks_as: str) -> None:
    device = SoftwareKey()
    known = enrolled_on(device)
    device.hides, device.speaks_as = hides, speaks_as
    keys = keys_of(Hand(), device)
    with pytest.raises(Refused, match="security-key-unproven"):
        keys.touch(RP_ID, [known])
    with pytest.raises(Refused, match="security-key-unproven"):
        keys.secret(RP_ID, [Choice(known.cred_id, b"s" * 32, HMAC)])
    with pytest.raises(Refused, match="security-key-unproven"):
        keys.enrol(RP_ID, USER, "Maria")


def test_a_key_that_promises_secrets_and_has_none_is_unsuitable() -> None:
    device = SoftwareKey()
    known = enrolled_on(device)
    device.forgets = True
    with pytest.raises(Refused, match="security-key-unsuitable"):
        keys_of(Hand(), device).secret(RP_ID, [Choice(known.cred_id, b"s" * 32, HMAC)])
    touches = device.touches
    with pytest.raises(Refused, match="security-key-unsuitable"):
        keys_of(Hand(), device).enrol(RP_ID, USER, "Maria")
    assert device.touches == touches + 1


def test_a_key_that_signs_wrongly_is_not_even_enrolled() -> None:
    device = SoftwareKey()
    device.forges = True
    with pytest.raises(Refused, match="security-key-unproven"):
        keys_of(Hand(), device).enrol(RP_ID, USER, "Maria")
