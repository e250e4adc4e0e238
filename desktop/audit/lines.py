"""The export that proves itself: JSON Lines, version 2 (docs/formats/audit-export.md).

A header says what was asked for, a closing line signs the SHA-256 of every byte before it
and the checkpoint over the whole log. What is left out stands as the roots of the subtrees
that cover it: enough to compute the same Merkle root, so that each record shown is proved
to be in the log, and nothing of the others is told but how many they are.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime

from desktop.audit.chain import canonical_record, leaf_hash, parse
from desktop.audit.fields import Value
from desktop.audit.logkey import LogKey
from desktop.audit.merkle import Range
from desktop.audit.note import Checkpoint, sign_checkpoint
from desktop.frozen import dataclass
from desktop.models.records import AuditRecord

VERSION = 2
_DOMAIN = b"sealwell/audit-export/2\n"
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Scope:
    """What of the log is shown.

    `filter` names what was asked for, in words of the log's fields (it stands in the
    header), `wanted` decides; both or neither. `first` and `last` are sequence numbers, a
    `last` of 0 has no end. `purged` covers the records that were destroyed after their time.
    """

    filter: Mapping[str, Value] = field(default_factory=dict)
    wanted: Callable[[AuditRecord], bool] | None = None
    first: int = 1
    last: int = 0
    purged: Range = field(default_factory=Range)

    def __post_init__(self) -> None:
        if bool(self.filter) is (self.wanted is None):
            raise ValueError("a filter is named and decides")

    def shows(self, record: AuditRecord) -> bool:
        inside = self.first <= record.seq and (self.last == 0 or record.seq <= self.last)
        return inside and (self.wanted is None or self.wanted(record))


@dataclass(frozen=True)
class Proofs:
    """Kept beside the log: signed checkpoints by size, and marks by sequence number.

    A checkpoint stands where its size is reached; in what is left out it also makes a cut
    there, so that the same checkpoint known from elsewhere can be compared. Give those
    that witnesses hold (one a day), not every one of a quarter of an hour.
    """

    checkpoints: Sequence[tuple[int, str]] = ()
    macs: Iterable[tuple[int, bytes]] = ()


def one_a_day(kept: Iterable[tuple[int, str, datetime]]) -> list[tuple[int, str]]:
    """The last checkpoint of each UTC day, from (size, note, made at), oldest first."""
    days = {made_at.date(): (size, note) for size, note, made_at in kept}
    return sorted(days.values())


class Lines:
    """One pass over the records, oldest first and all of them; flat memory."""

    def __init__(
        self, records: Iterable[AuditRecord], key: LogKey, now: datetime, scope: Scope, proofs: Proofs
    ) -> None:
        self._records = records
        self._key = key
        self._made = int(now.timestamp() * 1000)
        self._scope = scope
        self._kept = [kept for kept in proofs.checkpoints if kept[0] >= scope.purged.stop]
        self._macs = iter(proofs.macs)
        self._mac: tuple[int, bytes] = (0, b"")
        self._sum = hashlib.sha256()
        self._tree = Range()
        self._gap = Range()
        self.shown = self.first = self.last = 0
        self.checkpoint = self.sha256 = ""

    def parts(self) -> Iterator[bytes]:
        yield self._summed(self._header())
        for size, hashed in self._scope.purged.nodes:
            self._gap.append(hashed, size)
        for record in self._records:
            if self._kept and self._kept[0][0] < record.seq:
                yield from self._checkpoints_before(record.seq)
            if self._scope.shows(record):
                yield from self._gap_line()
                self._tree.append(_leaf(record))
                self._gap = Range(self._tree.stop)
                self.first = self.first or record.seq
                self.last, self.shown = record.seq, self.shown + 1
                yield self._summed(self._record_line(record))
            else:
                self._gap.append(_leaf(record))
        yield from self._gap_line()
        for _, note in self._kept:
            yield self._summed(_line({"checkpoint": note}))
        yield self._closing()

    def _header(self) -> bytes:
        name = self._key.vkey.partition("+")[0]
        header = {
            "filter": dict(self._scope.filter),
            "first": self._scope.first,
            "last": self._scope.last,
            "made": self._made,
            "purged": self._scope.purged.stop,
            "v": VERSION,
            "vault": name.partition("/")[2],
            "vkey": self._key.vkey,
        }
        return _line({"header": header})

    def _checkpoints_before(self, seq: int) -> Iterator[bytes]:
        """The kept checkpoints that are reached, cutting the gap there.

        By the record's own number: where a segment was lost, its checkpoint still shows.
        """
        while self._kept and self._kept[0][0] < seq:
            yield from self._gap_line()
            yield self._summed(_line({"checkpoint": self._kept.pop(0)[1]}))

    def _gap_line(self) -> Iterator[bytes]:
        gap = self._gap
        if gap.stop == gap.start:
            return
        self._tree.extend(gap)
        self._gap = Range(gap.stop)
        nodes = [hashed.hex() for _, hashed in gap.nodes]
        yield self._summed(_line({"gap": {"first": gap.start + 1, "last": gap.stop, "nodes": nodes}}))

    def _record_line(self, record: AuditRecord) -> bytes:
        while self._mac[0] < record.seq and (following := next(self._macs, None)) is not None:
            self._mac = following
        mac = f'"mac":"{self._mac[1].hex()}",' if self._mac[0] == record.seq else ""
        head = f'{{"hash":{json.dumps(record.hash)},{mac}'
        if parse(record.body) is not None:
            return f'{head}"record":{record.body}}}\n'.encode()
        return f'{head}"text":{json.dumps(record.body)}}}\n'.encode()

    def _closing(self) -> bytes:
        origin = f"{self._key.vkey.partition('+')[0]}/audit"
        self.checkpoint = sign_checkpoint(self._key, Checkpoint(origin, self._tree.stop, self._tree.root()))
        self.sha256 = self._sum.hexdigest()
        statement = {
            "checkpoint": self.checkpoint,
            "records": self.shown,
            "sha256": self.sha256,
            "v": VERSION,
        }
        mark = self._key.sign(_DOMAIN + canonical_record(statement))
        return _line({"closing": {**statement, "signature": base64.b64encode(mark).decode("ascii")}})

    def _summed(self, part: bytes) -> bytes:
        self._sum.update(part)
        return part


def _line(tree: dict[str, object]) -> bytes:
    return canonical_record(tree) + b"\n"


def _leaf(record: AuditRecord) -> bytes:
    """The kept hash; where somebody made it unreadable, that of the bytes."""
    if _HASH.fullmatch(record.hash):
        return bytes.fromhex(record.hash)
    return bytes.fromhex(leaf_hash(record.body.encode("utf-8", "surrogatepass")))
