"""What an audit record may carry: whole numbers, opaque ids, keyed hashes, closed words.

Nothing here can hold a name, an address or a sentence, so no health information can
slip into the log by mistake (45 CFR 164.312(b) wants the log, 164.502(b) the minimum).
Words are closed sets, not patterns: a patient called "moved" is no word of `state`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from desktop.models.records import Consent, Detail, Kind, Level, Method, Role, State, Status

Value = str | int
MAX_NUMBER = 2**53 - 1
"""Whole numbers that RFC 8785 (JCS) can write without loss."""

_ID = re.compile(r"[0-9a-f]{32}")
_HASH = re.compile(r"[0-9a-f]{64}")
_CODE = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
_CODE_CHARS = 64


def is_number(value: Value) -> bool:
    """A count, a time in ms, a day as yyyymmdd: 0 to 2^53-1."""
    return type(value) is int and 0 <= value <= MAX_NUMBER


def is_id(value: Value) -> bool:
    """32 hex digits, as from `models.ids.new_id`."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def is_hash(value: Value) -> bool:
    """64 hex digits of a keyed hash (`audit.tokens.keyed_hash`) or of public content."""
    return isinstance(value, str) and _HASH.fullmatch(value) is not None


def is_code(value: Value) -> bool:
    """A dotted or kebab-case code such as `no-rows` or `people.search`."""
    return isinstance(value, str) and len(value) <= _CODE_CHARS and _CODE.fullmatch(value) is not None


def _one_of(*words: str) -> Callable[[Value], bool]:
    allowed = frozenset(words)
    return lambda value: value in allowed


_NUMBERS = (
    "accepted accounts after at before boots cancelled changed count created days deferred due excluded"
    " expired failed first fields folded generation held ignored last local queued records rejected"
    " repeated requeued rows seq serial steps too-late tries uncertain unchanged unsealed until updated"
    " attempts day bytes first-bad"
).split()
_IDS = (
    "appointment batch card file import key message person previous reason relay replacement session slot"
    " user"
).split()
_HASHES = ("address", "content", "decision", "fingerprint", "ids", "query", "reason-hash", "trace")

_WORDS: Mapping[str, tuple[str, ...]] = {
    "class": ("ok", "edited", "missing", "reordered", "inserted", "not-canonical"),
    "consent": tuple(Consent),
    "detail": tuple(Detail),
    "file-kind": ("people", "appointments", "key", "letter", "envelope"),
    "format": ("jsonl", "csv"),
    "handed": ("in-person", "by-phone", "by-post"),
    "key-kind": ("openpgp", "smime"),
    "kind": ("reminder", "letter", "campaign", "journey"),
    "level": tuple(Level),
    "method": tuple(Method),
    "mode": ("whole", "changes"),
    "person-kind": tuple(Kind),
    "phase": ("connecting", "envelope", "data", "dot-sent", "after-dot"),
    "role": tuple(Role),
    "security": ("implicit", "starttls"),
    "state": tuple(State),
    "status": tuple(Status),
    "way": ("window", "command"),
}

FIELDS: Mapping[str, Callable[[Value], bool]] = MappingProxyType(
    {
        **dict.fromkeys(_NUMBERS, is_number),
        **dict.fromkeys(_IDS, is_id),
        **dict.fromkeys(_HASHES, is_hash),
        **{name: _one_of(*words) for name, words in _WORDS.items()},
        "action": is_code,
    }
)
"""Every field that `det` may hold, and what its value must be."""
