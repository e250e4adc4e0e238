"""Checking the log: every record's bytes, hash and link, in one pass over a stream.

What this proves is that the log agrees with itself and, where a `Head` from elsewhere is
given, with what it was then. Somebody who holds the keys and rewrites every later record
is found only by such a head kept outside the database (SECURITY.md 5.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from desktop.audit.chain import GENESIS, leaf_hash, parse
from desktop.models.records import AuditRecord

OK = "ok"
EDITED = "edited"
MISSING = "missing"
REORDERED = "reordered"
INSERTED = "inserted"
NOT_CANONICAL = "not-canonical"


@dataclass(frozen=True)
class Head:
    """Where the log once stood: its last sequence number and that record's hash."""

    seq: int
    hash: str


@dataclass(frozen=True)
class Verdict:
    """`records` hold; `first_bad` is where trust ends, and `class_` says what was done there."""

    ok: bool
    records: int
    first_bad: int | None
    class_: str


@dataclass(frozen=True)
class _Seen:
    seq: int
    hash: str


def verify(records: Iterable[AuditRecord], count: int | None = None, head: Head | None = None) -> Verdict:
    """Read `records` in the order of their `seq` column and name the first bad one.

    `count` is how many rows the table says it has: rows outside the stream (a `seq` below
    1) show there. `head` is a mark kept elsewhere: a cut tail is `missing`.
    """
    stream = iter(records)
    before = older = _Seen(0, GENESIS)
    for record in stream:
        problem = _problem(record, before, older, stream)
        if problem:
            return _bad(*problem)
        if head is not None and record.seq == head.seq and record.hash != head.hash:
            return _bad(record.seq, EDITED)
        older, before = before, _Seen(record.seq, record.hash)
    if head is not None and before.seq < head.seq:
        return _bad(before.seq + 1, MISSING)
    if count is not None and count != before.seq:
        return _bad(before.seq + 1, INSERTED if count > before.seq else MISSING)
    return Verdict(True, before.seq, None, OK)


def _bad(first_bad: int, class_: str) -> Verdict:
    return Verdict(False, first_bad - 1, first_bad, class_)


def _problem(
    record: AuditRecord, before: _Seen, older: _Seen, rest: Iterator[AuditRecord]
) -> tuple[int, str] | None:
    expected = before.seq + 1
    if record.seq != expected:
        return expected, MISSING if record.seq > expected else INSERTED
    if leaf_hash(record.body.encode("utf-8", "surrogatepass")) != record.hash:
        return expected, EDITED
    body = parse(record.body)
    if body is None:
        return expected, NOT_CANONICAL
    if body["seq"] != expected:
        return _moved(body, expected, rest)
    if body["prev"] != before.hash:
        # The record before is the foreign one: an added one is skipped by this link,
        # a rewritten one is simply not what this link names.
        if expected == 1:
            return 1, EDITED
        return before.seq, INSERTED if body["prev"] == older.hash else EDITED
    return None


def _moved(body: dict[str, Any], expected: int, rest: Iterator[AuditRecord]) -> tuple[int, str]:
    """A whole record stands in another's place: told apart by whether the expected one comes later."""
    if body["seq"] < expected:
        return expected, INSERTED
    later = (parse(record.body) for record in rest)
    found = any(other is not None and other["seq"] == expected for other in later)
    return expected, REORDERED if found else MISSING
