"""What of the log is to be handed out, how many people it names, and when two must agree on it.

45 CFR 164.502(b) (minimum necessary) and SECURITY.md 3 (an insider exports the list of
patients): records that name more than `LIMITS.export_people` people want a second person. One
person's own records, which they may ask for (164.524, 164.528), never do.

Whom a record names: the contact that is its object or stands in its details, the contact for
whom the message was that is its object, and every contact of the sealed list behind a search
or a page. A list that somebody made unreadable counts as long as its record says.
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import takewhile

from desktop.audit.fields import Value
from desktop.audit.outside import iso, watched
from desktop.audit.tokens import read_ids
from desktop.compliance.approvals import EXPORT, Wanted, request_hash
from desktop.config import LIMITS
from desktop.errors import VaultError
from desktop.frozen import dataclass
from desktop.models import audit, audit_lists, audit_queries
from desktop.models.database import Tx
from desktop.models.documents import Progress
from desktop.models.filters import AuditFilter
from desktop.models.records import AuditRecord
from desktop.models.rows import PORTION, chunks


@dataclass(frozen=True)
class Selection:
    """The records that `filter` finds up to the one numbered `last`, whose hash is `last_hash`.

    The end is part of it: what is approved today does not grow until it is handed out.
    `seqs` are their numbers, None for the whole log; `records` counts them, `people` whom they name.
    """

    filter: AuditFilter
    last: int
    last_hash: str
    seqs: array[int] | None
    records: int
    people: int = 0

    @property
    def needs_two(self) -> bool:
        """Whether a second person must agree."""
        return self.filter.person is None and self.people > LIMITS.export_people

    def shows(self, record: AuditRecord) -> bool:
        """Whether the record is one of them, for a pass over the whole log."""
        if self.seqs is None:
            return record.seq <= self.last
        at = bisect_left(self.seqs, record.seq)
        return at < len(self.seqs) and self.seqs[at] == record.seq

    def read(self, tx: Tx) -> Iterator[AuditRecord]:
        """The records, oldest first."""
        return self.all_until(tx) if self.seqs is None else audit_queries.numbered(tx, self.seqs)

    def all_until(self, tx: Tx) -> Iterator[AuditRecord]:
        """Every record up to the last one, wanted or not."""
        return takewhile(lambda record: record.seq <= self.last, audit.records(tx))


def select(
    tx: Tx, wanted: AuditFilter, field_key: bytes, last: int = 0, progress: Progress | None = None
) -> Selection:
    """Find and count. `last` is 0 for the log as it stands, else where an earlier look ended."""
    head = audit.last(tx) if not last else next(audit.records(tx, last - 1, 1), None)
    if head is None:
        return Selection(wanted, 0, "", array("q"), 0)
    seqs: array[int] | None = None
    if wanted == AuditFilter():
        number = audit.count_until(tx, head.seq)
    else:
        found = audit_queries.matching(tx, wanted)
        seqs = found[: bisect_left(found, head.seq + 1)]
        number = len(seqs)
    chosen = Selection(wanted, head.seq, head.hash, seqs, number)
    people = _people(tx, chosen, field_key, progress)
    return Selection(wanted, head.seq, head.hash, seqs, number, people)


def _people(tx: Tx, chosen: Selection, field_key: bytes, progress: Progress | None) -> int:
    """How many different contacts the records name."""
    found: set[str] = set()
    unread = 0
    for some in chunks(watched(chosen.read(tx), chosen.records, progress), PORTION):
        named = {record.seq: _named(record) for record in some}
        found |= audit_lists.people_named(tx, (one for ids, _ in named.values() for one in ids))
        for seq, sealed in audit_lists.sealed_lists(tx, named).items():
            try:
                found.update(read_ids(field_key, seq, sealed))
            except VaultError:
                unread += named[seq][1]
    return len(found) + unread


def _named(record: AuditRecord) -> tuple[set[str], int]:
    """What a record names, and how long its list is. One that was made unreadable names nobody."""
    try:
        body = json.loads(record.body)
        det = body["det"]
        ids, count = (body["obj"], det.get("person", "")), det.get("count", 0)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return set(), 0
    return {one for one in ids if isinstance(one, str) and one}, count if isinstance(count, int) else 0


def filter_words(wanted: AuditFilter) -> dict[str, Value]:
    """The parts of a filter that were given, in words of the log's fields; times in UTC milliseconds."""
    words: dict[str, Value | None] = {
        "since": _milliseconds(wanted.since),
        "until": _milliseconds(wanted.until),
        "actor": wanted.actor,
        "person": wanted.person,
        "act": " ".join(wanted.acts) or None,
        "message": wanted.message,
        "outcome": wanted.outcome,
    }
    return {name: value for name, value in words.items() if value is not None}


def request_of(format_: str, chosen: Selection, reason: str) -> Wanted:
    """The request that a second person approves: form, filter, and the very records."""
    bound = {
        "format": format_,
        "filter": filter_words(chosen.filter),
        "last": chosen.last,
        "last_hash": chosen.last_hash,
        "records": chosen.records,
        "people": chosen.people,
    }
    shown: Mapping[str, object] = {
        "format": format_,
        "records": chosen.records,
        "people": chosen.people,
        "last": chosen.last,
        **{name: value for name, value in filter_words(chosen.filter).items() if value},
        **_times(chosen.filter),
    }
    return Wanted(EXPORT, request_hash(bound), reason, {name: str(value) for name, value in shown.items()})


def _times(wanted: AuditFilter) -> dict[str, str]:
    given = {"since": wanted.since, "until": wanted.until}
    return {name: iso(at) for name, at in given.items() if at is not None}


def _milliseconds(moment: datetime | None) -> int | None:
    return round(moment.timestamp() * 1000) if moment is not None else None
