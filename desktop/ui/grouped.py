"""Fingerprints as two people compare them: in groups of four."""

from __future__ import annotations


def grouped(digits: str) -> str:
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
