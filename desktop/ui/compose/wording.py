"""Subjects and quotes of answers and forwarded words. Pure."""

from __future__ import annotations

import re

_MARKS = re.compile(r"^\s*(?:(?:re|aw|antw|sv|r|fwd?|wg|tr|rv|enc)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
"""What mail programs of several languages put before a subject, however often."""
_GAPS = re.compile(r"\[\[\w+\]\]")


def answer_subject(subject: str, instead: str) -> str:
    """ "Re: " once; `instead` where there was no subject."""
    return f"Re: {_MARKS.sub('', subject).strip() or instead}"


def forward_subject(subject: str, instead: str) -> str:
    return f"Fwd: {_MARKS.sub('', subject).strip() or instead}"


def quoted(heading: str, words: str) -> str:
    """`words` with a mark before each line, as every mail program shows what somebody else said."""
    lines = words.strip().splitlines()
    return "\n".join([heading, *(f"> {line}".rstrip() for line in lines)])


def gaps(text: str) -> tuple[str, ...]:
    """What a text block left to be filled in, such as "[[date]]"."""
    return tuple(dict.fromkeys(_GAPS.findall(text)))
