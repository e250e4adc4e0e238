"""How many years of school a text asks of who reads it.

English: Flesch-Kincaid grade (Kincaid 1975). Spanish: the years of primary school of Crawford
(1985). Syllables are counted by rules, which is near enough for a mean over a letter; a text of
fewer than `LEAST_WORDS` words has no grade.
"""

from __future__ import annotations

import re
import unicodedata

LEAST_WORDS = 30
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.!?…]+(?:\s|$)|\n\s*\n|\n\s*[-*\d]")
_ENGLISH_GROUPS = re.compile(r"[aeiouy]+")
_SILENT = re.compile(r"(?:[^laeiouycgsxzh]es|[^dt]ed|[^l]e)$")
_SPANISH_GROUPS = re.compile(r"[aeiouáéíóúü]+")
_HIATUS = re.compile(r"[aeoáéó](?=[aeoáéó])|[aeo](?=[íú])|[íú](?=[aeo])")


def grade(text: str, language: str) -> int | None:
    """Years of school, 0 or more; None where the text is too short to say."""
    words = [word.lower() for word in _WORD.findall(unicodedata.normalize("NFC", text))]
    if len(words) < LEAST_WORDS:
        return None
    sentences = max(1, sum(bool(_WORD.search(part)) for part in _SENTENCE_END.split(text)))
    if language == "es":
        syllables = sum(map(_spanish, words))
        per_hundred = 100 / len(words)
        years = -0.205 * sentences * per_hundred + 0.049 * syllables * per_hundred - 3.407
    else:
        syllables = sum(map(_english, words))
        years = 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59
    return max(0, round(years))


def _english(word: str) -> int:
    groups = len(_ENGLISH_GROUPS.findall(word))
    return max(1, groups - 1 if groups > 1 and _SILENT.search(word) else groups)


def _spanish(word: str) -> int:
    groups = _SPANISH_GROUPS.findall(word.replace("qu", "k").replace("gue", "ge").replace("gui", "gi"))
    return max(1, len(groups) + sum(len(_HIATUS.findall(group)) for group in groups))
