"""Every sentence that people read, by its code, in their language.

Rooms return codes and parameters; the window and the command line ask here for the
words. Catalogues are `resources/translations/{en,es}.po`, compiled to `.mo` beside
them by `dev.py` and by the wheel build. A code without words is shown as the code.
"""

from __future__ import annotations

import gettext
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from string import Formatter

from desktop.paths import resource

LANGUAGES = ("en", "es")
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(language: str) -> gettext.GNUTranslations:
    with resource(f"translations/{language}.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


class Texts:
    """The words of one language; construct one per window or command."""

    def __init__(self, language: str = "en") -> None:
        self.language = language if language in LANGUAGES else "en"

    def has(self, code: str) -> bool:
        return _catalogue(self.language).gettext(code) != code

    def is_whole(self, code: str) -> bool:
        """Whether `code` has words that name no value: they read well without parameters."""
        return self.has(code) and not _named(_catalogue(self.language).gettext(code))

    def say(self, code: str, /, **params: str | int) -> str:
        """The sentence of `code` with `{name}` placeholders filled."""
        return _fill(_catalogue(self.language).gettext(code), params)

    def error(self, code: str, params: Mapping[str, str | int]) -> tuple[str, str]:
        """A known error's sentence and its hint; a `reason` among the parameters is said in words."""
        given = dict(params)
        reason = f"reason.{given.get('reason', '')}"
        if self.has(reason):
            given["reason"] = self.say(reason).rstrip(".")
        return self.say(f"error.{code}", **given), self.say(f"error.{code}.hint", **given)

    def count(self, code: str, number: int, /, **params: str | int) -> str:
        """As `say`, in singular or plural; the catalogue's plural id is `<code>.many`."""
        words = _catalogue(self.language).ngettext(code, f"{code}.many", number)
        return _fill(words, {"n": number, **params})


def _named(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name}


def _fill(words: str, params: dict[str, str | int]) -> str:
    wanted = _named(words)
    return words.format(**{name: params.get(name, "") for name in wanted}) if wanted else words


def clean(text: str, limit: int = 200) -> str:
    """A stranger's text made fit to show or log: one line, no controls, no bidi, cut at `limit`."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(
            " " if unicodedata.category(c) in ("Zl", "Zp") or c in "\r\n\t" else c
            for c in text
            if c in "\r\n\t"
            or (unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn", "Cf") and c not in _BIDI)
        )
    kept = " ".join(text.split())
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"
