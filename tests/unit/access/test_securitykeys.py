from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Sequence

import pytest

from desktop.access.securitykeys import HMAC, PRF, RP_ID, Choice, Known, SecurityKeys, user_handle
from desktop.access.securitykeys_values import Key
from desktop.errors import InputError, Refused, SealwellError
from tests.support.software_key import PIN_TRIES, SoftwareKey
from tests.support.software_key_hand import Hand, plugged

USER = user_handle(b"v" * 16, "maria")
ELSEWHERE = Choice(b"somewhere else", b"s" * 32, HMAC)


@pytest.fixture(params=[(2, 1), (1,), (2,)], ids=["both", "protocol one", "protocol two"])
def device(request: pytest.FixtureRequest) -> SoftwareKey:
    return SoftwareKey(protocols=request.param)


@pytest.fixture(params=["FIDO_2_0", "FIDO_2_1"])
def any_age(request: pytest.FixtureRequest) -> SoftwareKey:
    versions = ("FIDO_2_0",) if request.param == "FIDO_2_0" else ("FIDO_2_0", "FIDO_2_1")
    return SoftwareKey(versions=versions, protocols=(1,) if len(versions) == 1 else (2, 1))


def keys_of(hand: Hand, *devices: SoftwareKey, patience: float = 20.0) -> SecurityKeys:
    return SecurityKeys(hand, plugged(*devices), patience)


def test_an_enrolled_key_answers_the_same_secret_again_and_says_which_it_is(device: SoftwareKey) -> None:
    keys = keys_of(Hand(), device)
    enrolled = keys.enrol(RP_ID, USER, "Maria")
    again = keys.secret(RP_ID, [ELSEWHERE, Choice(enrolled.cred_id, enrolled.salt, enrolled.api)])
    assert again == (enrolled.cred_id, enrolled.secret)
    assert (enrolled.api, len(enrolled.salt), len(enrolled.secret)) == (HMAC, 32, 32)
    assert enrolled.name == "Software key 1"


def test_it_works_with_keys_of_either_age(any_age: SoftwareKey) -> None:
    keys = keys_of(Hand(), any_age)
    enrolled = keys.enrol(RP_ID, USER, "Maria")
    assert keys.secret(RP_ID, [Choice(enrolled.cred_id, enrolled.salt, HMAC)])[1] == enrolled.secret
    assert keys.touch(RP_ID, [Known(enrolled.cred_id, enrolled.public_key)]) == enrolled.cred_id


def test_the_secret_is_the_one_behind_pin_or_finger_and_never_the_other(device: SoftwareKey) -> None:
    enrolled = keys_of(Hand(), device).enrol(RP_ID, USER, "Maria")
    inside = device.credentials[enrolled.cred_id]
    assert enrolled.secret == hmac.digest(inside.secret_with_person, enrolled.salt, "sha256")
    assert enrolled.secret != hmac.digest(inside.secret_without, enrolled.salt, "sha256")


def test_a_secret_enrolled_by_the_other_interface_is_asked_for_with_its_hashed_salt() -> None:
    """WebAuthn 3, 10.1.4: the salt is SHA-256("WebAuthn PRF" || 0 || what was given)."""
    device = SoftwareKey()
    keys = keys_of(Hand(), device)
    enrolled = keys.enrol(RP_ID, USER, "Maria")
    inside = device.credentials[enrolled.cred_id]
    hashed = hashlib.sha256(b"WebAuthn PRF\x00" + enrolled.salt).digest()
    other = keys.secret(RP_ID, [Choice(enrolled.cred_id, enrolled.salt, PRF)])[1]
    assert other == hmac.digest(inside.secret_with_person, hashed, "sha256")
    assert other != enrolled.secret


def test_two_enrolments_of_one_key_share_nothing() -> None:
    keys = keys_of(Hand(), SoftwareKey())
    one, two = keys.enrol(RP_ID, USER, "Maria"), keys.enrol(RP_ID, USER, "Maria")
    assert not {one.cred_id, one.salt, one.secret} & {two.cred_id, two.salt, two.secret}


def test_the_secret_does_not_show_in_the_repr() -> None:
    enrolled = keys_of(Hand(), SoftwareKey()).enrol(RP_ID, USER, "Maria")
    assert repr(enrolled.secret) not in repr(enrolled)
    assert enrolled.secret.hex() not in repr(enrolled)


def test_the_handle_tells_vaults_and_users_apart_and_names_nobody() -> None:
    handles = {user_handle(bytes([n]) * 16, user) for n in (1, 2) for user in ("maria", "john")}
    assert len(handles) == 4
    assert all(len(handle) == 32 and b"maria" not in handle for handle in handles)


def test_the_pin_is_asked_once_and_a_touch_twice_at_enrolment() -> None:
    hand, device = Hand(), SoftwareKey()
    keys_of(hand, device).enrol(RP_ID, USER, "Maria")
    assert (hand.asked, hand.touches, device.touches) == (["Software key 1"], 2, 2)


def test_a_key_is_not_enrolled_twice(device: SoftwareKey) -> None:
    keys = keys_of(Hand(), device)
    enrolled = keys.enrol(RP_ID, USER, "Maria")
    with pytest.raises(Refused, match="security-key-already-enrolled"):
        keys.enrol(RP_ID, USER, "Maria", exclude=[b"x" * 48, enrolled.cred_id])
    assert len(device.credentials) == 1


def test_another_key_does_not_open(device: SoftwareKey) -> None:
    enrolled = keys_of(Hand(), device).enrol(RP_ID, USER, "Maria")
    other = keys_of(Hand(), SoftwareKey())
    with pytest.raises(Refused, match="security-key-not-enrolled"):
        other.secret(RP_ID, [Choice(enrolled.cred_id, enrolled.salt, HMAC)])
    with pytest.raises(Refused, match="security-key-not-enrolled"):
        other.touch(RP_ID, [Known(enrolled.cred_id, enrolled.public_key)])


def test_a_key_answers_only_to_whom_it_was_enrolled_for() -> None:
    keys = keys_of(Hand(), SoftwareKey())
    enrolled = keys.enrol(RP_ID, USER, "Maria")
    with pytest.raises(Refused, match="security-key-not-enrolled"):
        keys.secret("elsewhere.invalid", [Choice(enrolled.cred_id, enrolled.salt, HMAC)])


def test_an_id_too_long_for_the_key_is_not_even_shown_to_it(device: SoftwareKey) -> None:
    keys = keys_of(Hand(), device)
    enrolled = keys.enrol(RP_ID, USER, "Maria")
    long = Choice(b"x" * 2000, b"s" * 32, HMAC)
    assert keys.secret(RP_ID, [long, Choice(enrolled.cred_id, enrolled.salt, HMAC)])[0] == enrolled.cred_id


def test_nothing_to_choose_from_is_another_key() -> None:
    with pytest.raises(Refused, match="security-key-not-enrolled"):
        keys_of(Hand(), SoftwareKey()).secret(RP_ID, [])


# ── PIN ────────────────────────────────────────────────────────────────────────


def test_a_wrong_pin_is_said_with_the_tries_left_and_asked_again(device: SoftwareKey) -> None:
    hand = Hand("1111", "2222", "2468")
    keys_of(hand, device).enrol(RP_ID, USER, "Maria")
    assert hand.tries == [PIN_TRIES - 1, PIN_TRIES - 2]
    assert device.tries == PIN_TRIES


def test_who_gives_up_after_a_wrong_pin_learns_how_many_tries_are_left(device: SoftwareKey) -> None:
    with pytest.raises(Refused, match="security-key-pin-wrong") as refused:
        keys_of(Hand("1111", None), device).enrol(RP_ID, USER, "Maria")
    assert refused.value.params == {"tries": PIN_TRIES - 1}


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_pin_given_is_giving_up(nothing: str | None) -> None:
    device = SoftwareKey()
    with pytest.raises(Refused, match="security-key-cancelled"):
        keys_of(Hand(nothing), device).enrol(RP_ID, USER, "Maria")
    assert device.tries == PIN_TRIES


def test_three_wrong_ones_in_a_row_must_be_followed_by_pulling_it_out(device: SoftwareKey) -> None:
    hand = Hand("1111")
    with pytest.raises(Refused, match="security-key-pin-paused"):
        keys_of(hand, device).enrol(RP_ID, USER, "Maria")
    with pytest.raises(Refused, match="security-key-pin-paused"):
        keys_of(Hand(), device).enrol(RP_ID, USER, "Maria")
    assert (len(hand.asked), device.tries) == (3, PIN_TRIES - 3)
    device.replug()
    assert keys_of(Hand(), device).enrol(RP_ID, USER, "Maria").secret


def test_a_pin_that_is_used_up_stays_blocked(device: SoftwareKey) -> None:
    device.tries = 1
    with pytest.raises(Refused, match="security-key-pin-blocked"):
        keys_of(Hand("1111"), device).enrol(RP_ID, USER, "Maria")
    device.replug()
    with pytest.raises(Refused, match="security-key-pin-blocked"):
        keys_of(Hand(), device).enrol(RP_ID, USER, "Maria")


def test_a_key_without_a_pin_is_no_second_factor() -> None:
    device = SoftwareKey(pin=None)
    with pytest.raises(Refused, match="security-key-no-pin"):
        keys_of(Hand(), device).enrol(RP_ID, USER, "Maria")
    assert not device.credentials


def test_a_pin_with_an_accent_is_the_same_however_it_was_typed() -> None:
    device = SoftwareKey(pin="ca\u00f1a")
    assert keys_of(Hand("can\u0303a"), device).enrol(RP_ID, USER, "Maria").secret


# ── finger ─────────────────────────────────────────────────────────────────────


def test_a_finger_stands_in_for_the_pin() -> None:
    hand, device = Hand(), SoftwareKey(finger=True)
    keys = keys_of(hand, device)
    enrolled = keys.enrol(RP_ID, USER, "Maria")
    assert keys.secret(RP_ID, [Choice(enrolled.cred_id, enrolled.salt, HMAC)])[1] == enrolled.secret
    assert not hand.asked


def test_a_finger_stands_in_on_an_older_key_too() -> None:
    hand, device = Hand(), SoftwareKey(finger=True, versions=("FIDO_2_0",), protocols=(1,))
    keys = keys_of(hand, device)
    enrolled = keys.enrol(RP_ID, USER, "Maria")
    assert keys.secret(RP_ID, [Choice(enrolled.cred_id, enrolled.salt, HMAC)])[1] == enrolled.secret
    assert not hand.asked


def test_a_finger_that_is_not_known_leaves_the_pin() -> None:
    hand, device = Hand(), SoftwareKey(finger=False)
    assert keys_of(hand, device).enrol(RP_ID, USER, "Maria").secret
    assert len(hand.asked) == 1


def test_a_finger_that_is_not_known_and_no_pin_proves_nobody() -> None:
    with pytest.raises(Refused, match="security-key-unproven"):
        keys_of(Hand(), SoftwareKey(pin=None, finger=False)).enrol(RP_ID, USER, "Maria")


# ── what is plugged in ─────────────────────────────────────────────────────────


def test_without_a_key_there_is_none() -> None:
    keys = keys_of(Hand())
    assert not keys.available()
    with pytest.raises(Refused, match="security-key-none"):
        keys.enrol(RP_ID, USER, "Maria")


def test_a_key_that_this_account_may_not_open_is_none() -> None:
    def closed(rp_id: str) -> Sequence[Key]:
        raise PermissionError(13, "Permission denied", "/dev/hidraw3")

    keys = SecurityKeys(Hand(), closed)
    assert not keys.available()
    with pytest.raises(Refused, match="security-key-none"):
        keys.secret(RP_ID, [ELSEWHERE])


def test_looking_whether_there_is_one_leaves_it_closed() -> None:
    device = SoftwareKey()
    assert keys_of(Hand(), device).available()
    assert device.closed


def test_the_key_is_closed_after_use_and_after_a_refusal() -> None:
    device = SoftwareKey()
    keys = keys_of(Hand(), device)
    keys.enrol(RP_ID, USER, "Maria")
    assert device.closed
    with pytest.raises(Refused):
        keys.secret(RP_ID, [ELSEWHERE])
    assert device.closed


@pytest.mark.parametrize(
    "device",
    [SoftwareKey(ctap2=False), SoftwareKey(extensions=()), SoftwareKey(protocols=())],
    ids=["U2F only", "no hmac-secret", "no PIN protocol"],
)
def test_a_key_that_keeps_no_secrets_is_unsuitable(device: SoftwareKey) -> None:
    keys = keys_of(Hand(), device)
    with pytest.raises(Refused, match="security-key-unsuitable"):
        keys.enrol(RP_ID, USER, "Maria")
    with pytest.raises(Refused, match="security-key-unsuitable"):
        keys.secret(RP_ID, [ELSEWHERE])
    assert not device.credentials


def test_a_bug_of_the_prompt_is_not_blamed_on_the_key() -> None:
    def broken() -> None:
        raise KeyError("window")

    hand = Hand()
    hand.on_pin = broken
    with pytest.raises(KeyError, match="window"):
        keys_of(hand, SoftwareKey()).enrol(RP_ID, USER, "Maria")


def test_rubbish_is_an_error_that_we_know() -> None:
    device = SoftwareKey()
    device.garbles = True
    with pytest.raises(InputError, match="security-key-failed"):
        keys_of(Hand(), device).enrol(RP_ID, USER, "Maria")


@pytest.mark.parametrize("at", range(1, 12))
def test_pulled_out_at_any_point_is_an_error_that_we_know(at: int) -> None:
    device = SoftwareKey()
    device.unplug_at = at
    errors: list[SealwellError] = []
    try:
        keys_of(Hand(), device).enrol(RP_ID, USER, "Maria")
    except SealwellError as error:
        errors.append(error)
    assert [error.code for error in errors] == (["security-key-failed"] if at <= _CALLS else [])


_CALLS = 10


def test_enrolling_is_as_many_exchanges_as_were_broken_above() -> None:
    device = SoftwareKey()
    keys_of(Hand(), device).enrol(RP_ID, USER, "Maria")
    assert device.calls == _CALLS


def test_pulled_out_while_it_blinks() -> None:
    device = SoftwareKey(touched=False)
    hand = Hand()

    def pull() -> None:
        hand.wanted.wait(10)
        device.unplug_at_touch = True

    threading.Thread(target=pull).start()
    with pytest.raises(Refused, match="security-key-failed"):
        keys_of(hand, device).enrol(RP_ID, USER, "Maria")
