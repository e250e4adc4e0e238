"""Six words from a list of 7,776: the passphrase of one person's locked files.

Entropy: 6 x log2(7776) = 77.5 bits. With PBKDF2 at a million rounds in front, a guess
costs about a tenth of a second of one core, so the words withstand offline guessing.
They are always generated: nobody at the desk chooses them (SECURITY 1.8).

No word begins another, and none is shorter than four letters, so a word that is read
out or copied in part is noticed. Typing is forgiven by one rule that the page in the
browser applies too (`resources/envelope/envelope.js`): NFKC, lower case, and every run
of characters other than a-z and 0-9 is one space.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

from desktop.paths import resource

WORDS = 6
LIST_SIZE = 7776

_SEPARATORS = re.compile("[^a-z0-9]+")


class Chooser(Protocol):
    """The part of `random.Random` that picks; `secrets.SystemRandom()` outside tests."""

    def choice(self, seq: Sequence[str], /) -> str: ...


@lru_cache(maxsize=1)
def wordlist() -> tuple[str, ...]:
    """The words of `resources/wordlist.txt` in their order."""
    return tuple(resource("wordlist.txt").read_text(encoding="ascii").split())


def new_passphrase(rng: Chooser | None = None) -> str:
    """Six words with single spaces: already in the form that `normalise` gives."""
    chooser: Chooser = secrets.SystemRandom() if rng is None else rng
    words = wordlist()
    return " ".join(chooser.choice(words) for _ in range(WORDS))


def normalise(passphrase: str) -> str:
    """What the key is derived from, however the words were typed; '' when nothing is left."""
    folded = unicodedata.normalize("NFKC", passphrase).lower()
    return _SEPARATORS.sub(" ", folded).strip()
