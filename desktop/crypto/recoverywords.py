"""The recovery key as 22 words of the passphrases' list: easier to read aloud and to copy by hand.

256 bits and a check of 28 make one number, written in base 7,776 with the highest digit first.
The words begin in no other word, so that they are told apart without blanks. One wrong word, or
two that changed places, is found by trying: of 171,072 single changes one in a thousand sets
fits the check by chance. Which word it is may be said; what it should be may not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import lru_cache

from desktop.crypto.passphrase import LIST_SIZE, normalise, wordlist
from desktop.errors import VaultError

KEY_BYTES = 32
WORDS = 22
_CHECK_BITS = 28
_CHECK = b"sealwell/recovery-words/1"
_HIGHEST = 1 << (KEY_BYTES * 8 + _CHECK_BITS)


def write_words(key: bytes) -> str:
    """22 words with single spaces."""
    number, words = _checked(int.from_bytes(key, "big")), wordlist()
    return " ".join(words[number // LIST_SIZE**at % LIST_SIZE] for at in reversed(range(WORDS)))


def are_words(text: str) -> bool:
    """Whether somebody meant words, however wrong they are, and not the groups of letters and digits."""
    typed = normalise(text).split()
    known = sum(word in _places() for word in typed)
    return known * 2 > len(typed) or len("".join(typed)) > 4 * WORDS - 8


def read_words(text: str) -> bytes:
    """The key that somebody typed as words; capitals, blanks, dashes and numbers do not matter.

    Raises VaultError("recovery-words-count"), "recovery-word-wrong" with the `number` of the word
    to look at, "recovery-words-swapped" with that of the first of the two, and
    "recovery-key-mistyped" where more than one is wrong.
    """
    typed = _words_of(text)
    places = _places()
    for number, word in enumerate(typed, 1):
        if word not in places:
            raise VaultError("recovery-word-wrong", number=number)
    if len(typed) != WORDS:
        raise VaultError("recovery-words-count", given=len(typed), wanted=WORDS)
    digits = [places[word] for word in typed]
    key = _key(_number(digits))
    if key is not None:
        return key
    for at, swapped in _exchanged(digits):
        if _key(swapped) is not None:
            raise VaultError("recovery-words-swapped", number=at + 1)
    for at, changed in _changed(digits):
        if _key(changed) is not None:
            raise VaultError("recovery-word-wrong", number=at + 1)
    raise VaultError("recovery-key-mistyped")


@lru_cache(maxsize=1)
def _places() -> dict[str, int]:
    return {word: at for at, word in enumerate(wordlist())}


def _words_of(text: str) -> list[str]:
    """The words apart; numbers of a list are left out, and words without blanks between them are cut."""
    typed = [word for word in normalise(text).split() if not word.isdigit()]
    cut: list[str] = []
    for word in typed:
        cut += _cut(word) or [word]
    return cut


def _cut(run: str) -> list[str] | None:
    """A run of letters as words; None where it is not made of words alone."""
    places, found, start = _places(), [], 0
    while start < len(run):
        end = next((to for to in range(start + 4, start + 9) if run[start:to] in places), 0)
        if not end:
            return None
        found.append(run[start:end])
        start = end
    return found


def _checked(key: int) -> int:
    return (key << _CHECK_BITS) | _check(key)


def _check(key: int) -> int:
    digest = hashlib.sha256(_CHECK + key.to_bytes(KEY_BYTES, "big")).digest()
    return int.from_bytes(digest[:4], "big") >> (32 - _CHECK_BITS)


def _key(number: int) -> bytes | None:
    if not 0 <= number < _HIGHEST:
        return None
    key = number >> _CHECK_BITS
    return key.to_bytes(KEY_BYTES, "big") if _checked(key) == number else None


def _number(digits: Sequence[int]) -> int:
    number = 0
    for digit in digits:
        number = number * LIST_SIZE + digit
    return number


def _exchanged(digits: list[int]) -> Iterator[tuple[int, int]]:
    """Each number with two neighbours in the other order."""
    for at in range(WORDS - 1):
        yield at, _number([*digits[:at], digits[at + 1], digits[at], *digits[at + 2 :]])


def _changed(digits: list[int]) -> Iterator[tuple[int, int]]:
    """Each number with one other word in it."""
    whole = _number(digits)
    for at, digit in enumerate(digits):
        weight = LIST_SIZE ** (WORDS - 1 - at)
        without = whole - digit * weight
        for other in range(LIST_SIZE):
            yield at, without + other * weight
