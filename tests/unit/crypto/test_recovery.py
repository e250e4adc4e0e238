from __future__ import annotations

import hashlib

import pytest

from desktop.crypto.recovery import (
    new_recovery_bytes,
    normalise,
    read_recovery_key,
    recovery_groups,
    write_recovery_key,
)
from desktop.errors import VaultError

KEY = bytes(range(0xE0, 0x100))
WRITTEN = write_recovery_key(KEY)


def code_for(typed: str) -> str:
    with pytest.raises(VaultError) as refused:
        read_recovery_key(typed)
    return refused.value.code


def test_it_is_fourteen_groups_of_four_without_ambiguous_letters() -> None:
    groups = recovery_groups(WRITTEN)
    assert [len(group) for group in groups] == [4] * 14
    assert not set("ILOU") & set(WRITTEN)


def test_the_bits_are_crockford_digits_in_order() -> None:
    assert write_recovery_key(bytes(32)).startswith("0000-0000-")
    assert write_recovery_key(b"\xff" * 32).startswith("ZZZZ-" * 12 + "ZZZG-")


@pytest.mark.parametrize(
    "key", [bytes(32), b"\xff" * 32, KEY, *(hashlib.sha256(bytes([n])).digest() for n in range(20))]
)
def test_what_is_written_is_read_back(key: bytes) -> None:
    assert read_recovery_key(write_recovery_key(key)) == key


@pytest.mark.parametrize(
    "typed",
    [
        WRITTEN.lower(),
        WRITTEN.replace("-", ""),
        WRITTEN.replace("-", "  "),
        WRITTEN.replace("-", " \u2013 "),
        f"\n {WRITTEN.replace('-', '.')}\t",
        WRITTEN.replace("0", "O").replace("1", "l"),
        WRITTEN.replace("0", "o").replace("1", "I"),
    ],
)
def test_reading_forgives_how_it_is_typed(typed: str) -> None:
    assert read_recovery_key(typed) == KEY


def test_one_wrong_character_anywhere_is_noticed() -> None:
    for at, character in enumerate(WRITTEN):
        if character != "-":
            other = "7" if character != "7" else "8"
            assert code_for(WRITTEN[:at] + other + WRITTEN[at + 1 :]) == "recovery-key-mistyped"


def test_swapped_groups_are_noticed() -> None:
    groups = list(recovery_groups(WRITTEN))
    groups[2], groups[3] = groups[3], groups[2]
    assert code_for("-".join(groups)) == "recovery-key-mistyped"


@pytest.mark.parametrize(
    "typed",
    ["", "-", WRITTEN[:-1], WRITTEN[:-5], WRITTEN + "0", "U" + WRITTEN[1:], "é" + WRITTEN[1:], "١" * 56],
)
def test_what_cannot_be_a_key_is_mistyped(typed: str) -> None:
    assert code_for(typed) == "recovery-key-mistyped"


def test_the_spare_bits_are_not_a_second_spelling() -> None:
    at = WRITTEN.rindex("-") - 1
    assert code_for(WRITTEN[:at] + "1" + WRITTEN[at + 1 :]) == "recovery-key-mistyped"


def test_a_group_typed_back_is_compared_as_forgivingly() -> None:
    assert normalise(" o1-lx ") == "011X"


def test_each_key_is_new() -> None:
    assert len({new_recovery_bytes() for _ in range(50)}) == 50
