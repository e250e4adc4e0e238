"""Checking the log: every record's bytes, hash and link, in one pass over a stream.

What this proves is that the log agrees with itself and, where a `Head` or checkpoints from
elsewhere are given, with what it was then. Somebody who holds the keys and rewrites every
later record is found only by what is kept outside the database (SECURITY.md 5.2), or by
the marks, whose first key only the security officer has.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from desktop.audit.chain import GENESIS, clock_went_back, leaf_hash, parse
from desktop.audit.events import Act
from desktop.audit.macs import FirstKey, mac_of, next_key
from desktop.audit.merkle import Range
from desktop.audit.note import Checkpoint
from desktop.models.records import AuditRecord

OK = "ok"
EDITED = "edited"
MISSING = "missing"
REORDERED = "reordered"
INSERTED = "inserted"
NOT_CANONICAL = "not-canonical"
FORKED = "forked"
ROLLED_BACK = "rolled-back"
RE_MARKED = "re-marked"
CLOCK = "clock"


@dataclass(frozen=True)
class Head:
    """Where the log once stood: its last sequence number and that record's hash."""

    seq: int
    hash: str


@dataclass(frozen=True)
class Start:
    """Where the log begins after a year of it was destroyed: what its last record's place and hash were.

    `tree` covers the destroyed records, so that checkpoints over the whole log still compare.
    """

    seq: int
    hash: str
    tree: Range


@dataclass(frozen=True)
class Verdict:
    """`records` hold; `first_bad` is where trust ends, and `class_` says what was done there."""

    ok: bool
    records: int
    first_bad: int | None
    class_: str


@dataclass(frozen=True)
class Evidence:
    """What else speaks about the log, beside its own rows.

    `kept` are the checkpoints of the same database, `witnesses` those from outside; the
    signatures of both are checked already (`note.read_checkpoint`). `macs` are the marks by
    sequence number, oldest first; they are checked where the officer lends `first_key`.
    """

    kept: Sequence[Checkpoint] = ()
    witnesses: Sequence[Checkpoint] = ()
    macs: Iterable[tuple[int, bytes]] = ()
    first_key: FirstKey | None = None


@dataclass(frozen=True)
class _Seen:
    seq: int
    hash: str


def verify(
    records: Iterable[AuditRecord],
    count: int | None = None,
    head: Head | None = None,
    evidence: Evidence | None = None,
    start: Start | None = None,
) -> Verdict:
    """Read `records` in the order of their `seq` column and name the first bad one.

    `count` is how many rows the table says it has: rows outside the stream (a `seq` below
    1) show there. `head` is a mark kept elsewhere: a cut tail is `missing`. `start` is what
    was left of records destroyed after their time; checkpoints within it compare no more.
    """
    stream = iter(records)
    before = older = _Seen(start.seq, start.hash) if start is not None else _Seen(0, GENESIS)
    first = before.seq
    weighing = _Weighing(evidence, start) if evidence is not None else None
    for record in stream:
        body, problem = _problem(record, before, older, stream)
        if problem:
            return _bad(*problem)
        if head is not None and record.seq == head.seq and record.hash != head.hash:
            return _bad(record.seq, EDITED)
        if weighing is not None and body is not None:
            weighing.take(record, body)
        older, before = before, _Seen(record.seq, record.hash)
    if head is not None and before.seq < head.seq:
        return _bad(before.seq + 1, MISSING)
    if count is not None and first + count != before.seq:
        return _bad(before.seq + 1, INSERTED if first + count > before.seq else MISSING)
    found = weighing.finding() if weighing is not None else None
    return _bad(*found) if found else Verdict(True, before.seq, None, OK)


def _bad(first_bad: int, class_: str) -> Verdict:
    return Verdict(False, first_bad - 1, first_bad, class_)


def _problem(
    record: AuditRecord, before: _Seen, older: _Seen, rest: Iterator[AuditRecord]
) -> tuple[dict[str, Any] | None, tuple[int, str] | None]:
    """The record read, and what is wrong with it."""
    expected = before.seq + 1
    if record.seq != expected:
        return None, (expected, MISSING if record.seq > expected else INSERTED)
    if leaf_hash(record.body.encode("utf-8", "surrogatepass")) != record.hash:
        return None, (expected, EDITED)
    body = parse(record.body)
    if body is None:
        return None, (expected, NOT_CANONICAL)
    if body["seq"] != expected:
        return None, _moved(body, expected, rest)
    if body["prev"] != before.hash:
        # The record before is the foreign one: an added one is skipped by this link,
        # a rewritten one is simply not what this link names.
        if before is older:
            return None, (expected, EDITED)
        return None, (before.seq, INSERTED if body["prev"] == older.hash else EDITED)
    return body, None


def _moved(body: dict[str, Any], expected: int, rest: Iterator[AuditRecord]) -> tuple[int, str]:
    """A whole record stands in another's place: told apart by whether the expected one comes later."""
    if body["seq"] < expected:
        return expected, INSERTED
    later = (parse(record.body) for record in rest)
    found = any(other is not None and other["seq"] == expected for other in later)
    return expected, REORDERED if found else MISSING


@dataclass
class _Weighing:
    """Holds the log against the evidence while it streams by; a finding waits for the end.

    Where the chain itself is broken, that says more, and comes first.
    """

    evidence: Evidence
    start: Start | None = None
    _tree: Range = field(default_factory=Range)
    _before: dict[str, Any] | None = None
    _mark: bytes | None = None
    _re_marked: int = 0
    _clock: int = 0

    def __post_init__(self) -> None:
        if self.start is not None:
            self._tree = Range(0, self.start.tree.nodes)
        self._kept = _Points(self.evidence.kept, self._tree)
        self._witnesses = _Points(self.evidence.witnesses, self._tree)
        self._macs = iter(self.evidence.macs)
        self._mac: tuple[int, bytes] = (0, b"")

    def take(self, record: AuditRecord, body: dict[str, Any]) -> None:
        self._tree.append(bytes.fromhex(record.hash))
        self._kept.meet(self._tree)
        self._witnesses.meet(self._tree)
        self._check_mark(record, body)
        before, self._before = self._before, body
        declared = body["act"] == Act.CLOCK_ANOMALY
        if (
            before is not None
            and not declared
            and clock_went_back(before, body["ts"], body["boot"], body["mono"])
        ):
            self._clock = self._clock or record.seq

    def _check_mark(self, record: AuditRecord, body: dict[str, Any]) -> None:
        first = self.evidence.first_key
        if first is not None and record.seq == first.first:
            self._mark = first.key
        if self._mark is None:
            return
        while self._mac[0] < record.seq and (following := next(self._macs, None)) is not None:
            self._mac = following
        right = hmac.compare_digest(self._mac[1], mac_of(self._mark, record.hash))
        if self._mac[0] != record.seq or not right:
            self._re_marked = self._re_marked or record.seq
        if body["act"] == Act.AUDIT_CHECKPOINT:
            self._mark = next_key(self._mark)

    def finding(self) -> tuple[int, str] | None:
        """Where trust ends and why; None where everything agrees."""
        if self._re_marked:
            return self._re_marked, RE_MARKED
        for points in (self._witnesses, self._kept):
            if points.forked:
                return points.agreed + 1, FORKED
        end = self._tree.stop + 1
        if self._kept.left:
            return end, MISSING
        if self._witnesses.left:
            return end, ROLLED_BACK
        return (self._clock, CLOCK) if self._clock else None


class _Points:
    """Checkpoints in the order of their sizes, met as the tree grows."""

    def __init__(self, points: Iterable[Checkpoint], tree: Range) -> None:
        there = (point for point in points if point.size and point.size >= tree.stop)
        self.left = sorted(there, key=lambda point: -point.size)
        self.agreed = tree.stop
        self.forked = False
        self.meet(tree)

    def meet(self, tree: Range) -> None:
        while self.left and self.left[-1].size == tree.stop:
            right = self.left.pop().root == tree.root()
            self.forked = self.forked or not right
            self.agreed = self.agreed if self.forked else tree.stop
