"""Bounces, delays and absences in prose: what mail servers write when they keep to no standard."""

from __future__ import annotations

import json
import re
from functools import cache

from desktop.paths import resource

_SMTP = re.compile(r"\b([245]\d\d)[ -](?:#?([245]\.\d{1,3}\.\d{1,3}))?")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_GONE = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
"""RFC 3463: bad mailbox, bad system, bad syntax, moved, null MX (RFC 7505), disabled."""
_GENERAL = re.compile(r"5\.[01]\.0")
_REFUSED = frozenset({"550", "551", "553"})
"""Permanent, and about the mailbox (RFC 5321 4.2.3), where nothing finer is said."""


@cache
def phrases(name: str) -> tuple[str, ...]:
    """A list of `resources/returned/phrases.json`, lower case."""
    lists = json.loads(resource("returned/phrases.json").read_text("utf-8"))
    return tuple(lists[name])


def holds(text: str, name: str) -> bool:
    """Whether a phrase of the list stands in `text`."""
    low = " ".join(text.lower().split())
    return any(phrase in low for phrase in phrases(name))


def is_hard(status: str, text: str) -> bool:
    """Whether a permanent failure says that the address is gone; in doubt it is not."""
    code, finer = smtp_code(text)
    status = status or finer
    if status.startswith("4") or (not status and code.startswith("4")):
        return False
    if status in _GONE:
        return True
    if status == "5.2.2" or holds(text, "passing"):
        return False
    if holds(text, "gone"):
        return True
    return (not status or _GENERAL.fullmatch(status) is not None) and code in _REFUSED


def smtp_code(text: str) -> tuple[str, str]:
    """The reply code and the RFC 3463 status that stand in `text`, or ''."""
    found = _SMTP.search(text)
    finer = _STATUS.search(text)
    return (found[1] if found else "", finer[1] if finer else "")
