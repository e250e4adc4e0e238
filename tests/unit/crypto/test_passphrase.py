"""The word list and the words chosen from it."""

from __future__ import annotations

import itertools
import math
import random
import re

import pytest

from desktop.crypto.passphrase import LIST_SIZE, WORDS, new_passphrase, normalise, wordlist


def test_the_list_has_7776_different_words_and_77_bits_in_six() -> None:
    words = wordlist()
    assert len(words) == len(set(words)) == LIST_SIZE == 6**5
    assert list(words) == sorted(words)
    assert WORDS * math.log2(LIST_SIZE) > 77


def test_words_are_short_plain_and_none_begins_another() -> None:
    words = wordlist()
    assert all(re.fullmatch("[a-z]{3,8}", word) for word in words)
    followed = {a for a, b in itertools.pairwise(words) if b.startswith(a)}
    assert followed == set()


def test_a_passphrase_is_six_words_of_the_list_in_their_final_form() -> None:
    chosen = new_passphrase()
    assert len(chosen.split(" ")) == WORDS
    assert set(chosen.split()) <= set(wordlist())
    assert normalise(chosen) == chosen
    assert new_passphrase() != chosen


def test_every_word_can_be_chosen_about_as_often() -> None:
    chance = random.Random(1)
    seen = [word for _ in range(10_000) for word in new_passphrase(chance).split()]
    assert len(set(seen)) > 0.99 * LIST_SIZE
    assert max(seen.count(word) for word in set(seen[:500])) < 30


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("Alpha  BRAVO", "alpha bravo"),
        ("alpha-bravo_charlie.delta,echo", "alpha bravo charlie delta echo"),
        ("\u2003alpha\u200bbravo\ufeff", "alpha bravo"),
        ("alpha\u2014bravo\u00adcharlie", "alpha bravo charlie"),
        ("ｗｏｒｄ \u212aelvin ﬁve 7", "word kelvin five 7"),
        ("", ""),
        ("…", ""),
    ],
)
def test_typing_is_brought_into_one_form(typed: str, normal: str) -> None:
    assert normalise(typed) == normal
