"""Names made comparable: for matching a person, and for the order of lists."""

from __future__ import annotations

import unicodedata

_BETWEEN = "\x1f"
"""Sorts before every letter, so that Li comes before Lin."""


def name_key(last_name: str, first_name: str) -> str:
    """Equal for names that differ in case or spacing only; accents tell people apart."""
    return f"{_plain(last_name)}{_BETWEEN}{_plain(first_name)}"


def sort_key(last_name: str, first_name: str, organisation: str = "") -> str:
    """The order of lists: by last name (or organisation), then first name, without accents."""
    return f"{_bare(last_name or organisation)}{_BETWEEN}{_bare(first_name)}"


def word_key(text: str) -> str:
    """Equal for words that differ in case or spacing only: types of visits, places."""
    return _plain(text)


class Keys:
    """The keys of many names at once: their parts repeat, and are worked out once."""

    def __init__(self) -> None:
        self._plain: dict[str, str] = {}
        self._bare: dict[str, str] = {}

    def of(self, last_name: str, first_name: str, organisation: str) -> tuple[str, str]:
        """`name_key` and `sort_key`."""
        last, first = self._both(last_name), self._both(first_name)
        shown = last if last_name else self._both(organisation)
        return f"{last[0]}{_BETWEEN}{first[0]}", f"{shown[1]}{_BETWEEN}{first[1]}"

    def _both(self, part: str) -> tuple[str, str]:
        plain = self._plain.get(part)
        if plain is None:
            plain = self._plain[part] = _plain(part)
            self._bare[part] = _bare(part)
        return plain, self._bare[part]


def address_key(address: str) -> str:
    """One mailbox however its address is written; '' stays ''."""
    return address.strip().casefold()


def _plain(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return " ".join(text.casefold().split())


def _bare(text: str) -> str:
    text = _plain(text)
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
