"""The recovery key as words: forgiving of how they are typed, exact about which one is wrong."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.crypto.passphrase import wordlist
from desktop.crypto.recovery import read_recovery_key, write_recovery_key
from desktop.crypto.recoverywords import WORDS, are_words, read_words, write_words
from desktop.errors import VaultError

KEY = bytes(range(0xE0, 0x100))
WRITTEN = write_words(KEY).split()
KEYS = st.binary(min_size=32, max_size=32)


def refused(typed: list[str]) -> VaultError:
    with pytest.raises(VaultError) as caught:
        read_recovery_key(" ".join(typed))
    return caught.value


@given(KEYS)
def test_every_key_is_read_back_from_its_words_and_from_its_groups(key: bytes) -> None:
    words = write_words(key)
    assert len(words.split()) == WORDS
    assert read_recovery_key(words) == key == read_recovery_key(write_recovery_key(key))
    assert are_words(words)
    assert not are_words(write_recovery_key(key))


@pytest.mark.parametrize("key", [bytes(32), b"\xff" * 32])
def test_the_first_and_the_last_key_have_as_many_words(key: bytes) -> None:
    assert read_words(write_words(key)) == key


@pytest.mark.parametrize(
    "typed",
    [
        " ".join(WRITTEN).upper(),
        "-".join(WRITTEN),
        "\n".join(f"{number}. {word.title()}" for number, word in enumerate(WRITTEN, 1)),
        "".join(WRITTEN),
        " – ".join(WRITTEN),
        ",  ".join(WRITTEN) + "\t",
    ],
)
def test_how_they_are_typed_does_not_matter(typed: str) -> None:
    assert read_recovery_key(typed) == KEY


@given(KEYS, st.integers(0, WORDS - 1), st.integers(0, 7775))
def test_one_wrong_word_is_named_by_its_number(key: bytes, at: int, other: int) -> None:
    words = write_words(key).split()
    if words[at] == wordlist()[other]:
        return
    words[at] = wordlist()[other]
    error = refused(words)
    assert (error.code, error.params) == ("recovery-word-wrong", {"number": at + 1})


@pytest.mark.parametrize("at", range(WORDS))
def test_a_word_that_is_none_is_named_by_its_number_and_not_repeated(at: int) -> None:
    typed = list(WRITTEN)
    typed[at] = "qwxzkv"
    error = refused(typed)
    assert (error.code, error.params) == ("recovery-word-wrong", {"number": at + 1})
    assert "qwxzkv" not in repr(error)


@pytest.mark.parametrize("at", range(WORDS - 1))
def test_two_neighbours_in_the_other_order_are_named(at: int) -> None:
    typed = [*WRITTEN[:at], WRITTEN[at + 1], WRITTEN[at], *WRITTEN[at + 2 :]]
    error = refused(typed)
    assert (error.code, error.params) == ("recovery-words-swapped", {"number": at + 1})


@pytest.mark.parametrize("count", [11, 21, 23])
def test_a_word_too_few_or_too_many_is_counted(count: int) -> None:
    error = refused([*WRITTEN, "abacus"][:count])
    assert (error.code, error.params) == ("recovery-words-count", {"given": count, "wanted": WORDS})


def test_two_wrong_words_are_not_guessed_at() -> None:
    typed = list(WRITTEN)
    typed[3], typed[17] = "abacus", "zebra" if "zebra" in wordlist() else "abbey"
    assert refused(typed).code == "recovery-key-mistyped"


def test_random_words_are_no_key() -> None:
    choose = secrets.SystemRandom().choice
    for _ in range(3):
        code = refused([choose(wordlist()) for _ in range(WORDS)]).code
        assert code in ("recovery-key-mistyped", "recovery-word-wrong")  # a chance of one in a thousand


@pytest.mark.parametrize("typed", ["", "xyzzq", "AAAA-BBBB", "   "])
def test_what_is_neither_is_no_complete_key(typed: str) -> None:
    with pytest.raises(VaultError) as caught:
        read_recovery_key(typed)
    assert caught.value.code == "recovery-key-mistyped"
