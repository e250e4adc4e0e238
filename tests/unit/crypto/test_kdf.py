from __future__ import annotations

from collections.abc import Callable, Iterator

import argon2.low_level
import pytest

from desktop.crypto.kdf import DEFAULT, FLOOR, KdfParams, argon2id, calibrate, hkdf, hkdf_expand, labelled
from desktop.errors import VaultError

SALT = bytes(range(16))


def scripted(*durations: float) -> Callable[[], float]:
    """A clock by which the derivations take these seconds, whatever they really take."""

    def readings() -> Iterator[float]:
        now = 100.0
        for duration in durations:
            yield now
            now += duration
            yield now
            now += 50.0

    steps = readings()
    return lambda: next(steps)


def test_it_derives_what_the_reference_implementation_derives() -> None:
    expected = argon2.low_level.hash_secret_raw(
        "pässword".encode(), SALT, 3, 64 * 1024, 4, 32, argon2.low_level.Type.ID
    )
    assert argon2id("pässword", SALT, FLOOR) == expected


def test_the_same_letters_typed_differently_give_the_same_key() -> None:
    assert argon2id("caf\u00e9 \ufb01n", SALT, FLOOR) == argon2id("cafe\u0301 fin", SALT, FLOOR)


def test_case_and_salt_and_cost_matter() -> None:
    keys = {
        argon2id("Password", SALT, FLOOR),
        argon2id("password", SALT, FLOOR),
        argon2id("password", SALT[::-1], FLOOR),
        argon2id("password", SALT, KdfParams(4, FLOOR.m_kib, FLOOR.p)),
        argon2id("password", SALT, KdfParams(3, FLOOR.m_kib, 1)),
    }
    assert len(keys) == 5


def test_bytes_that_are_no_text_make_a_wrong_password_not_a_crash() -> None:
    assert len(argon2id("pass\udcffword", SALT, FLOOR)) == 32


@pytest.mark.parametrize(
    "params", [KdfParams(2, 64 * 1024, 4), KdfParams(3, 64 * 1024 - 1, 4), KdfParams(3, 64 * 1024, 0)]
)
def test_nothing_below_the_floor_is_derived(params: KdfParams) -> None:
    with pytest.raises(VaultError) as refused:
        argon2id("password", SALT, params)
    assert refused.value.code == "kdf-too-weak"


def test_fewer_lanes_are_not_weaker() -> None:
    assert KdfParams(3, 64 * 1024, 1).at_least(FLOOR)
    assert DEFAULT.at_least(FLOOR)
    assert not FLOOR.at_least(DEFAULT)


def test_an_ordinary_computer_gets_the_default() -> None:
    assert calibrate(scripted(1.1)) == DEFAULT


def test_a_fast_computer_gets_more_passes() -> None:
    assert calibrate(scripted(0.35)) == KdfParams(9, DEFAULT.m_kib, DEFAULT.p)


def test_a_broken_clock_does_not_ask_for_endless_passes() -> None:
    assert calibrate(scripted(0.0)).t == 32


def test_a_slow_computer_gets_less_memory_but_never_less_than_the_floor() -> None:
    assert calibrate(scripted(2.4, 1.2)) == KdfParams(3, 128 * 1024, 4)
    assert calibrate(scripted(9.0, 4.5, 2.2)) == FLOOR


def test_a_slow_computer_without_a_share_keeps_the_full_cost() -> None:
    assert calibrate(scripted(9.0), least=DEFAULT) == DEFAULT


def test_hkdf_matches_rfc_5869_without_salt() -> None:
    okm = hkdf(b"\x0b" * 22, b"", b"", 42)
    assert okm.hex() == (
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    )


def test_each_purpose_has_its_own_key() -> None:
    assert hkdf_expand(b"k" * 32, b"one") != hkdf_expand(b"k" * 32, b"two")


def test_parts_cannot_be_cut_apart_differently() -> None:
    assert labelled("pw", b"ab") + labelled("dev", b"c") != labelled("pw", b"a") + labelled("dev", b"bc")
    assert labelled("dev", b"") != b""
