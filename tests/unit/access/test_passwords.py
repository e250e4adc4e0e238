from __future__ import annotations

import pytest

from desktop.access.passwords import check_password, common_passwords

CONTEXT = ("Lakeside Family Clinic", "maria.gonzalez")


def refused(password: str) -> str:
    reason = check_password(password, CONTEXT)
    return reason.code if reason else ""


def test_the_block_list_is_long_enough() -> None:
    assert len(common_passwords()) >= 10_000
    assert {"123456", "password", "qwerty"} <= common_passwords()


@pytest.mark.parametrize(
    "password",
    [
        "tulip-harbor-seven-lamps",
        "Grandma baked 14 pies",
        "ñandú verde sobre mesa",
        "]%&+)*^(~;'#{}<>",
        "x7Kq" * 2 + "-harbor of nine lamps " * 11,
    ],
)
def test_long_unusual_passwords_pass_whatever_their_characters(password: str) -> None:
    assert refused(password) == ""


def test_fourteen_characters_are_too_few_and_the_reason_says_how_many() -> None:
    reason = check_password("kT7#pQ2!vX9$mZ")
    assert reason is not None
    assert (reason.code, reason.params) == ("too-short", {"least": 15})
    assert check_password("kT7#pQ2!vX9$mZ&") is None


def test_256_characters_are_the_most() -> None:
    long = "harbor lamps tulip eleven " * 9 + "quarry moss window bright 22"
    assert len(long) >= 256
    assert check_password(long[:256]) is None
    assert refused(long[:256] + "z") == "too-long"


def test_length_counts_characters_after_normalising() -> None:
    # A ligature is three letters after NFKC: it lengthens; a combining accent does not.
    assert refused("e\u0301" * 14) == "too-short"


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "passwordpasswor",
        "password12345678",
        "Password-Password",
        "p a s s w o r d p a s s",
        "1234567890123456",
        "dragondragondragon",
        "IloveyouIloveyou",
    ],
)
def test_a_common_password_repeated_padded_or_spread_is_common(password: str) -> None:
    assert refused(password) == "common"


@pytest.mark.parametrize(
    "password", ["maria.gonzalez.1980", "lakesidefamilyclinic", "Sealwell-Sealwell", "LakesideClinic1!"]
)
def test_the_names_of_practice_user_and_product_are_no_password(password: str) -> None:
    assert refused(password) == "context"


@pytest.mark.parametrize("password", ["aaaaaaaaaaaaaaaaaaaa", "qwertyuiopasdfghjkl", "abcdefghijklmnop"])
def test_what_zxcvbn_scores_below_three_is_guessable(password: str) -> None:
    assert refused(password) == "guessable"


def test_a_weak_start_does_not_hide_a_strong_end() -> None:
    assert refused("a" * 80 + " tulip harbor seven lamps") == ""
