"""Records of the same person: found, looked at side by side, merged, and taken apart again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from desktop.access.fields import visible
from desktop.access.roles import Action, hidden, may
from desktop.audit.events import Act, Event
from desktop.campaigns.retiring import retire
from desktop.clock import Clock
from desktop.errors import InputError, Refused
from desktop.mail import cardwords
from desktop.mail.pulling import Pulling
from desktop.models import consents, duplicates, merges, people
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.duplicates import APART, SAME
from desktop.models.merges import Merge
from desktop.models.records import Person, PersonId, Reason
from desktop.models.standing import MergeId, Use
from desktop.office.api import Progress
from desktop.office.desk import Desk, Recorder
from desktop.office.listed import Listed
from desktop.office.reach import forget as forget_reach
from desktop.office.values_household import (
    DuplicatesFound,
    DuplicatesShown,
    Merged,
    MergeLine,
    PairLine,
    Side,
    Unmerged,
)
from desktop.people import duplicates as alike
from desktop.people import merging

MOST = 200
_MERGES = 20
_COMPARED = (
    *("first_name", "last_name", "birth_date", "email", "phone", "external_id", "street", "city", "zip"),
    *("status", "consent"),
)


class Duplicates:
    """Fulfils `DuplicatesDoor`. Whose names were shown is recorded."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def find_duplicates(self, session: Session, progress: Progress | None = None) -> DuplicatesFound:
        """Compared off the lanes: a hundred thousand people take seconds. Raises Refused `cancelled`."""
        opened = self._desk.check(session, Action.LIST_DUPLICATES)
        rows = opened.database.read_aside(lambda tx: list(duplicates.compared(tx)))
        found = []
        for pair in alike.pairs(rows):
            found.append(pair)
            if progress is not None and not progress(len(found), max(len(rows), len(found))):
                raise Refused("cancelled")

        def keep(tx: Tx, record: Recorder) -> DuplicatesFound:
            fresh = duplicates.put(tx, found, self._clock.now())
            record(Event(Act.DUPLICATES_LOOKED_FOR, det={"count": fresh}))
            return DuplicatesFound(len(rows), fresh, duplicates.count(tx))

        return self._desk.write(session, Action.LIST_DUPLICATES, keep)

    def list_duplicates(self, session: Session, limit: int = 50, offset: int = 0) -> DuplicatesShown:
        return self._desk.read(
            session,
            Action.LIST_DUPLICATES,
            lambda tx: self._shown(tx, session, limit, offset),
            _listed,
        )

    def compare_people(self, session: Session, first: PersonId, second: PersonId) -> PairLine:
        """Two that somebody chose. Raises InputError `person-unknown`, Refused `merge-same`."""
        return self._desk.read(
            session,
            Action.LIST_DUPLICATES,
            lambda tx: _pair(tx, _chosen(tx, first, second), session),
            lambda pair: Listed(Act.DUPLICATES_LISTED, (first, second), {"count": 1}),
        )

    def two_people(self, session: Session, first: PersonId, second: PersonId) -> DuplicatesShown:
        """Raises InputError `person-unknown`, Refused `merge-same`."""
        opened = self._desk.check(session, Action.MERGE_PEOPLE)

        def decide(tx: Tx, record: Recorder) -> DuplicatesShown:
            _both(tx, first, second)
            duplicates.decide(tx, first, second, APART, session.user, self._clock.now())
            record(Event(Act.DUPLICATE_DECIDED, obj=first, det={"person": second}))
            shown = self._shown(tx, session, 50, 0)
            _listed(shown).keep(tx, record, opened.token_key, opened.field_key)
            return shown

        return self._desk.write(session, Action.MERGE_PEOPLE, decide)

    def merge_people(self, session: Session, kept: PersonId, gone: PersonId) -> Merged:
        """What waits for either and may not leave any more is pulled back in the same transaction.

        Raises what `people.merging.merge` raises.
        """
        opened = self._desk.check(session, Action.MERGE_PEOPLE)

        def join(tx: Tx, record: Recorder) -> Merged:
            now = self._clock.now()
            before = consents.standing_many(tx, (kept,), now)
            id_ = merging.merge(tx, kept, gone, session.user, now)
            duplicates.decide(tx, kept, gone, SAME, session.user, now)
            duplicates.forget_gone(tx, gone)
            cardwords.follow(tx, gone, kept)
            record(Event(Act.PEOPLE_MERGED, obj=kept, det={"person": gone}))
            cancelled = Pulling(self._clock, opened.outbox).pull(tx, (kept,), session)
            cancelled += retire(tx, opened.outbox, session)
            forget_reach(tx)
            after = consents.standing(tx, kept, now)
            stricter = tuple(
                use.value
                for use in Use
                if kept in before and getattr(before[kept], use.value) is not getattr(after, use.value)
            )
            one = merges.get(tx, id_)
            moved = sum(len(rows) for rows in one.after["moved"].values()) if one is not None else 0
            return Merged(id_, kept, gone, moved, stricter, cancelled)

        answer = self._desk.write(session, Action.MERGE_PEOPLE, join)
        opened.names.forget()
        return answer

    def unmerge_people(self, session: Session, merge: MergeId) -> Unmerged:
        """Raises what `people.merging.unmerge` raises."""
        opened = self._desk.check(session, Action.MERGE_PEOPLE)

        def part(tx: Tx, record: Recorder) -> Unmerged:
            now = self._clock.now()
            done = merging.unmerge(tx, merge, session.user, now)
            duplicates.decide(tx, done.kept, done.restored, APART, session.user, now)
            record(Event(Act.PEOPLE_UNMERGED, obj=done.kept, det={"person": done.restored}))
            Pulling(self._clock, opened.outbox).pull(tx, (done.kept, done.restored), session)
            forget_reach(tx)
            return Unmerged(merge, done.kept, done.restored, done.stayed)

        answer = self._desk.write(session, Action.MERGE_PEOPLE, part)
        opened.names.forget()
        return answer

    def _shown(self, tx: Tx, session: Session, limit: int, offset: int) -> DuplicatesShown:
        waiting = duplicates.waiting(tx, max(0, min(limit, MOST)), max(0, offset))
        pairs = _lines(tx, waiting, session)
        past = _merges(tx) if may(session.role, Action.MERGE_PEOPLE) else ()
        return DuplicatesShown(pairs, duplicates.count(tx), past, hidden(session.role))


def _both(tx: Tx, first: PersonId, second: PersonId) -> dict[PersonId, Person]:
    if first == second:
        raise Refused("merge-same")
    both = people.get_many(tx, (first, second))
    if len(both) < 2:
        raise InputError("person-unknown")
    return both


def _chosen(tx: Tx, first: PersonId, second: PersonId) -> duplicates.Pair:
    _both(tx, first, second)
    rows = {row.id: row for row in duplicates.compared(tx, (first, second))}
    if len(rows) < 2:
        return duplicates.Pair(first, second, 0, ())
    found = alike.likeness(rows[first], rows[second])
    return duplicates.Pair(first, second, found.score, found.reasons)


def _pair(tx: Tx, pair: duplicates.Pair, session: Session) -> PairLine:
    (line,) = _lines(tx, (pair,), session)
    return line


def _lines(tx: Tx, pairs: Iterable[duplicates.Pair], session: Session) -> tuple[PairLine, ...]:
    wanted = tuple(pairs)
    ids = [who for pair in wanted for who in (pair.first, pair.second)]
    known = {who: visible(one, session.role) for who, one in people.get_many(tx, ids).items()}
    hangs = duplicates.last_visits(tx, known)
    sides = {who: _side(one, *hangs[who]) for who, one in known.items()}
    return tuple(
        _line(sides[pair.first], sides[pair.second], pair.score, pair.reasons)
        for pair in wanted
        if pair.first in sides and pair.second in sides
    )


def _line(first: Side, second: Side, score: int, reasons: tuple[Reason, ...]) -> PairLine:
    differ = tuple(name for name in _COMPARED if getattr(first, name) != getattr(second, name))
    return PairLine(first, second, score, reasons, differ)


def _side(one: Person, visits: int, last: date | None, messages: int) -> Side:
    return Side(
        id=one.id,
        name=one.name or one.organisation,
        first_name=one.first_name,
        last_name=one.last_name,
        birth_date=one.birth_date,
        email=one.email,
        phone=one.phone,
        external_id=one.external_id,
        status=one.status.value,
        consent=one.consent.value,
        visits=visits,
        messages=messages,
        street=one.street,
        city=one.city,
        zip=one.zip,
        last_visit=last,
    )


def _merges(tx: Tx) -> tuple[MergeLine, ...]:
    latest = merges.latest(tx, _MERGES)
    names = people.get_gone(tx, [who for one in latest for who in (one.kept, one.gone)])
    here = people.get_many(tx, [one.kept for one in latest])

    def line(one: Merge) -> MergeLine:
        kept, gone = names[one.kept], names[one.gone]
        undo = one.undone_at is None and one.kept in here
        return MergeLine(
            one.id,
            one.kept,
            kept.name or kept.organisation,
            gone.name or gone.organisation,
            one.at,
            undo,
            one.undone_at,
        )

    return tuple(line(one) for one in latest)


def _listed(shown: DuplicatesShown) -> Listed:
    named = [side.id for pair in shown.pairs for side in (pair.first, pair.second)]
    named += [merge.kept for merge in shown.merges]
    return Listed(Act.DUPLICATES_LISTED, tuple(dict.fromkeys(named)), {"count": len(shown.pairs)})
