"""How records hang together: canonical bytes, leaf hashes, and the link to the record before.

`h_i = SHA-256(0x00 || JCS(record_i))` is the leaf hash of RFC 6962, section 2.1, over
RFC 8785 bytes, so that Merkle checkpoints can be laid over the same records later.
"""

from __future__ import annotations

import hashlib
import json
from operator import itemgetter
from typing import Any

import rfc8785

GENESIS = "0" * 64
"""What the first record names as the hash before it."""
VERSION = 1
_LEAF = b"\x00"
_WRITER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
_GREATEST = 2**53 - 1
_SLACK = 60_000
"""Milliseconds by which a clock is set right without a word (time servers do)."""

_TEXT = ("boot", "actor", "role", "sess", "act", "obj", "outcome", "why", "app", "prev")
_NUMBER = ("v", "seq", "ts", "mono")
NAMES = frozenset((*_TEXT, *_NUMBER, "det"))
"""The fields of every record, no more and no fewer."""
_texts, _numbers = itemgetter(*_TEXT), itemgetter(*_NUMBER)
_STR = {str}


def canonical(record: dict[str, Any]) -> bytes:
    """RFC 8785 (JCS) bytes. Raises `rfc8785.CanonicalizationError` for what JCS cannot write."""
    return rfc8785.dumps(record)


def canonical_record(record: dict[str, Any]) -> bytes:
    """As `canonical`, for a record that the closed list of fields has let through.

    Its names are ASCII and its values text, whole numbers below 2^53 and one such object,
    for which the standard library's sorted form and RFC 8785 are the same bytes; a sending
    run writes thousands, a check reads a million. A test holds the two together.
    """
    return _WRITER.encode(record).encode("utf-8")


def leaf_hash(body: bytes) -> str:
    """64 hex digits: the RFC 6962 leaf hash of a record's bytes."""
    return hashlib.sha256(_LEAF + body).hexdigest()


def parse(body: str) -> dict[str, Any] | None:
    """The record, or None where `body` is not its one canonical spelling.

    That also refuses double names, floats, foreign or missing fields and nested values.
    """
    try:
        record = json.loads(body)
        if not isinstance(record, dict) or not _has_form(record):
            return None
        return record if canonical_record(record) == body.encode("utf-8") else None
    except (ValueError, RecursionError):
        return None


def clock_went_back(before: dict[str, Any], ts: int, boot: str, mono: int) -> bool:
    """Whether wall clock or machine clock went back since the record `before` was written.

    Within one run of the machine the wall clock may also not fall behind the machine's.
    Times are milliseconds. Such a record is preceded by one that says so, or was forged.
    """
    back: int = before["ts"] - ts
    if before["boot"] == boot:
        passed: int = mono - before["mono"]
        return passed < 0 or back + passed > _SLACK
    return back > _SLACK


def _has_form(record: dict[str, Any]) -> bool:
    det = record.get("det")
    return (
        record.keys() == NAMES
        and set(map(type, _texts(record))) == _STR
        and all(map(is_whole, _numbers(record)))
        and isinstance(det, dict)
        and all(map(str.isascii, det))
        and all(type(value) is str or is_whole(value) for value in det.values())
    )


def is_whole(value: object) -> bool:
    """A whole number that RFC 8785 can write."""
    return type(value) is int and -_GREATEST <= value <= _GREATEST
