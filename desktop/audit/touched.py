"""Everything the log knows about one person: who saw, changed or wrote, and in which lists they stood.

Direct records name the person, or a message to them. A list (a search, a page of the outbox)
is one record with a count; whose names it showed lies sealed beside it and is opened here.
Each opened list is held against the keyed hash in its record, so that a list from which
somebody took a name out is told, not believed.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from datetime import datetime

from desktop.audit.events import RULES, Act
from desktop.audit.outside import Seen, seen, watched
from desktop.audit.tokens import ids_hash, read_ids
from desktop.errors import VaultError
from desktop.frozen import dataclass
from desktop.models import audit_lists, audit_queries
from desktop.models.database import Tx
from desktop.models.documents import Progress
from desktop.models.filters import AuditFilter
from desktop.models.records import MessageId, PersonId
from desktop.models.rows import PORTION, chunks

LISTS = frozenset(act.value for act in Act if "ids" in RULES[act].needs) | {
    Act.OUTBOX_LISTED.value,
    Act.OUTBOX_RUN.value,
    Act.REMINDERS_QUEUED.value,
}
"""Acts whose record may stand for a list of people."""


@dataclass(frozen=True)
class Keys:
    """K_field opens the sealed lists, K_token makes their hashes (SECURITY.md 5.0)."""

    field: bytes
    token: bytes


@dataclass(frozen=True)
class Touch:
    """One record about the person; `listed` is the length of the list they stood in, 0 for a direct one."""

    seen: Seen
    listed: int = 0


@dataclass(frozen=True)
class Touched:
    """`touches` by time. Lists that could not be counted on are told by number.

    `altered` ones do not open or do not fit their record; `unkept` ones were shown without
    their names being kept (early versions did so for the outbox and for reminders).
    """

    touches: tuple[Touch, ...]
    opened: int
    altered: int
    unkept: int


def touched(
    tx: Tx,
    person: PersonId,
    keys: Keys,
    *,
    merged: Iterable[PersonId] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    progress: Progress | None = None,
) -> Touched:
    """What concerns `person`, and the ids that were `merged` into theirs, in `since` to `until`."""
    persons = frozenset((person, *merged))
    found = {one.seq: Touch(one) for one in _direct(tx, persons, since, until)}
    lists = _Lists(tx, persons, keys, since, until)
    numbers = lists.numbers()
    for one, length in watched(lists.read(numbers), len(numbers), progress):
        if length and one.seq not in found:
            found[one.seq] = Touch(one, length)
    touches = sorted(found.values(), key=lambda touch: (str(touch.seen.at or ""), touch.seen.seq))
    return Touched(tuple(touches), lists.opened, lists.altered, lists.unkept)


def _direct(
    tx: Tx, persons: frozenset[PersonId], since: datetime | None, until: datetime | None
) -> Iterator[Seen]:
    """Named by the record, as the one a message was for, or as one whom an import brought in."""
    filters = [AuditFilter(since=since, until=until, person=person) for person in persons]
    for brought in audit_lists.imports_of(tx, persons):
        filters.append(AuditFilter(since=since, until=until, message=MessageId(brought)))  # noqa: PERF401
    for wanted in filters:
        yield from (seen(record) for record in audit_queries.records(tx, wanted))


class _Lists:
    """One pass over every list of a period."""

    def __init__(
        self,
        tx: Tx,
        persons: frozenset[PersonId],
        keys: Keys,
        since: datetime | None,
        until: datetime | None,
    ) -> None:
        self._tx = tx
        self._persons = persons
        self._keys = keys
        self._wanted = AuditFilter(since=since, until=until, acts=tuple(sorted(LISTS)))
        self.opened = self.altered = self.unkept = 0

    def numbers(self) -> list[int]:
        """Records that have a sealed list, and those that should have one."""
        kept = audit_lists.sealed_numbers(self._tx)
        return sorted({*kept, *audit_queries.matching(self._tx, self._wanted)})

    def read(self, numbers: list[int]) -> Iterator[tuple[Seen, int]]:
        """Each record with the length of its list if one of the persons stood in it, else with 0."""
        for some in chunks(numbers, PORTION):
            sealed = audit_lists.sealed_lists(self._tx, some)
            for record in audit_queries.numbered(self._tx, some):
                one = seen(record)
                yield one, self._length(one, sealed.get(one.seq)) if self._in_time(one) else 0

    def _in_time(self, one: Seen) -> bool:
        """A record whose time cannot be read might belong here: it counts."""
        since, until = self._wanted.since, self._wanted.until
        return one.at is None or not ((since and one.at < since) or (until and one.at >= until))

    def _length(self, one: Seen, sealed: bytes | None) -> int:
        mark = str(one.det.get("ids", ""))
        if sealed is None:
            self.unkept += bool(mark) and one.det.get("count") != 0
            return 0
        try:
            ids = read_ids(self._keys.field, one.seq, sealed)
        except VaultError:
            self.altered += 1
            return 0
        if not hmac.compare_digest(ids_hash(self._keys.token, ids), mark):
            self.altered += 1
            return 0
        self.opened += 1
        return len(ids) if self._persons.intersection(ids) else 0
