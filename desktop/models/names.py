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
