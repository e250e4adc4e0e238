"""Which passwords are good enough: long, not common, not about this practice, not guessable.

NIST SP 800-63B-4, section 3.1.1.2: fifteen characters or more, no rules about kinds of
characters, no forced change, a block list with the reason shown, the whole password
counted. The strength estimate is zxcvbn's, of which a score of 3 is asked (10^8 guesses).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from desktop.config import LIMITS
from desktop.models.records import Reason
from desktop.paths import resource

PRODUCT = "sealwell"
_SCORE = 3
_PART = 72
"""zxcvbn's time grows with the square of the length, so that it looks at the ends apart."""
_WORD = 3
_TURN = 4
"""The shortest unit of a repetition that is looked up."""
_OWN_CHARS = 8
"""Characters that must remain once the practice, the user and the product are taken out."""


def check_password(password: str, context: tuple[str, ...] = ()) -> Reason | None:
    """Why `password` is refused, or None. `context` holds the practice's and the user's name.

    Codes: `too-short`, `too-long`, `common`, `context`, `guessable`.
    """
    text = unicodedata.normalize("NFKC", password)
    if len(text) < LIMITS.password_min:
        return Reason("too-short", {"least": LIMITS.password_min})
    if len(text) > LIMITS.password_max:
        return Reason("too-long", {"most": LIMITS.password_max})
    bare = _bare(text)
    if bare in common_passwords() or _unit(bare) in common_passwords():
        return Reason("common")
    words = _context_words((*context, PRODUCT))
    if _is_about(bare, words):
        return Reason("context")
    if _strong(text, bare, words):
        return None
    if _strong(text, bare, ()):
        return Reason("context")
    return Reason("common" if bare.strip("0123456789") in common_passwords() else "guessable")


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """The block list, in lower case; short entries matter too, padded or repeated."""
    lines = resource("passwords.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("# "))


def _bare(text: str) -> str:
    """Letters and digits in lower case: what remains of `P-a-s-s word` is `password`."""
    return "".join(c for c in text.casefold() if c.isalnum())


def _unit(text: str) -> str:
    """What `text` repeats: `dragon` of `dragondragondragon`; a cut last turn counts too."""
    start = (text + text).find(text, 1)
    if start < len(text):
        return text[:start]
    for size in range(_TURN, len(text) - _TURN + 1):
        if text == (text[:size] * (len(text) // size + 1))[: len(text)]:
            return text[:size]
    return text


def _context_words(context: Iterable[str]) -> tuple[str, ...]:
    words: set[str] = set()
    for phrase in context:
        folded = unicodedata.normalize("NFKC", phrase).casefold()
        parts = [part for part in re.split(r"[\W_]+", folded) if len(part) >= _WORD]
        words.update(parts, ["".join(parts)] if parts else [])
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


def _is_about(bare: str, words: tuple[str, ...]) -> bool:
    rest = bare
    for word in words:
        rest = rest.replace(word, "")
    return rest != bare and len(rest) < _OWN_CHARS


def _strong(text: str, bare: str, words: tuple[str, ...]) -> bool:
    """As typed, and as letters and digits alone: blanks between letters add nothing."""
    forms = [text, bare] if len(bare) >= _OWN_CHARS else [text]
    return all(_score(form, words) >= _SCORE for form in forms)


def _score(text: str, words: tuple[str, ...]) -> int:
    from zxcvbn import zxcvbn

    ends = {text[:_PART], text[-_PART:]}
    return max(int(zxcvbn(end, user_inputs=list(words))["score"]) for end in ends)
