"""Who may leave now: what the dispatcher asks for each row inside the claim's transaction.

A row passes the calendar (`mail/calendar.py`), then every limit that it falls under
(`mail/buckets.py`): its relay's, and its recipient's big mailbox provider's. Campaigns may
use four fifths of each, and of a relay's hour and day only what waiting reminders and letters
leave, so that none waits behind one; they climb slowly where they go through an office mailbox
(`mail/ramp.py`). What comes of a row is noted here too,
and trips the breakers (`mail/breakers.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from desktop.audit.log import AuditLog
from desktop.frozen import dataclass
from desktop.mail import breakers, ramp
from desktop.mail.buckets import DAY, HOUR, MINUTE, Bucket, Period
from desktop.mail.calendar import Calendar
from desktop.mail.campaignpace import BY_CAMPAIGN, BY_DOMAIN, Schedules
from desktop.mail.lanes import lane_of
from desktop.mail.outgoing import Outcome
from desktop.mail.providers import pace_group
from desktop.mail.retries import is_throttled
from desktop.models import buckets, sending, sendingrules, settings
from desktop.models.database import Tx
from desktop.models.delivery import Lane, RelaySending
from desktop.models.records import Message, Reason, RelayId, State

BULK_SHARE = 80
"""Per cent of every limit that campaigns may use."""
LATE_HOURS, LATE_LIMIT = "hours-too-late", "limit-too-late"
WAITS = (
    *("waits-for-hours", "waits-for-day"),
    *("pace-minute", "pace-hour", "pace-day", "share-minute", "share-hour", "share-day"),
    *("ramp-minute", "ramp-day", "group-minute", "group-hour", "group-day"),
    *(BY_CAMPAIGN, BY_DOMAIN),
    LATE_LIMIT,
)
"""Every reason for which a row waits here: when a rule changes, those rows are asked again."""
_NEVER = timedelta(days=1)
"""A row that no rule will ever let go looks again after this; rules may have changed."""
_LONGEST_PLACE = timedelta(minutes=15)
"""How far behind the first free place a row is put: those in front of it may be cancelled."""
_LOOK_AGAIN = timedelta(minutes=15)
"""After this a row asks again for which there will be no place in time, as far as can be said now."""
_NOT_GONE_OUT = frozenset({State.QUEUED, State.CANCELLED, State.EXPIRED})
_PERIODS = {period.name: period for period in (MINUTE, HOUR, DAY)}


@dataclass(frozen=True)
class Go:
    """It may leave now: its place in every limit is taken until `note` says what came of it."""


@dataclass(frozen=True)
class Wait:
    """Not before `until`; `models.sending.postpone` writes it down, without a try or a record."""

    until: datetime
    reason: Reason


@dataclass(frozen=True)
class Late:
    """The rules let it leave only when it is of no use any more: it expires now, with this reason."""

    reason: Reason


Pass = Go | Wait | Late


class Pacer(Protocol):
    """Every method works inside the caller's writing transaction."""

    def begin(self, tx: Tx, now: datetime) -> None:
        """Ahead of a run, under its lease: what a crash left on its way counts as gone out now."""
        ...

    def allow(self, tx: Tx, rows: Sequence[Message], now: datetime) -> list[Pass]:
        """One answer per row, in order. `rows` name the relay that they would go by.

        The caller claims those that may go, postpones those that wait and ends those that are
        late; each `Go` is answered by one `note`, in this or a later transaction.
        """
        ...

    def note(self, tx: Tx, message: Message, outcome: Outcome, now: datetime) -> None:
        """What came of a row that was allowed; `queued` gives its place back, as nothing left.

        `message` is the row as it was claimed (its relay and source count), not as it ends.
        """
        ...

    def relay_failed(self, tx: Tx, relay: RelayId, reason: Reason, now: datetime) -> None:
        """A connection that could not be opened, with the error's code; trips the breaker of sign-ins."""
        ...


@dataclass(frozen=True)
class Limit:
    """`name` of `count` messages a period; `reason` is why a row waits for it."""

    name: str
    period: Period
    count: int
    reason: Reason

    @property
    def bucket(self) -> str:
        return f"{self.name}/{self.period.name}"


class RulesPacer:
    """The `Pacer` of a practice, by its rules and its relays' limits. One per open vault."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit
        self._books: _Books | None = None
        self._refusals: dict[tuple[str | None, str], int] = {}
        """By relay and campaign: refusals by policy in a row."""

    def begin(self, tx: Tx, now: datetime) -> None:
        for name in buckets.names(tx):
            period = _PERIODS.get(name.rpartition("/")[2])
            if period is not None:
                kept = buckets.read(tx, [name])[name]
                bucket = Bucket(0, period, kept, now)
                bucket.all_left()
                buckets.write(tx, name, kept, bucket.rows, now)
        self._books = None

    def allow(self, tx: Tx, rows: Sequence[Message], now: datetime) -> list[Pass]:
        books = self._open(tx, now)
        calendar = practice_calendar(tx)
        in_front: dict[tuple[str, Lane], int] = {}
        passes = [self._pass(books, calendar, row, in_front) for row in rows]
        books.write()
        return passes

    def note(self, tx: Tx, message: Message, outcome: Outcome, now: datetime) -> None:
        books = self._open(tx, now)
        limits = books.limits(message)
        for limit in limits:
            bucket = books.bucket(limit)
            if outcome.state in _NOT_GONE_OUT:
                bucket.give_back()
            else:
                bucket.left()
        if limits:
            books.write()
        if outcome.state not in _NOT_GONE_OUT:
            self._climb(books, message, outcome)
            self._count_refusal(tx, message, outcome, now)
            if outcome.reason is not None and outcome.reason.code in breakers.GONE_CODES:
                self._gone(tx, message, outcome, now)

    def relay_failed(self, tx: Tx, relay: RelayId, reason: Reason, now: datetime) -> None:
        if breakers.is_refused_sign_in(reason):
            breakers.sign_in_failed(tx, self._audit, relay, reason, now)

    # --- inside --------------------------------------------------------------------

    def _open(self, tx: Tx, now: datetime) -> _Books:
        """What is known of the limits in this transaction; another may have changed them."""
        if self._books is None or self._books.tx is not tx:
            self._books = _Books(tx, now)
        return self._books

    def _pass(
        self, books: _Books, calendar: Calendar, row: Message, in_front: dict[tuple[str, Lane], int]
    ) -> Pass:
        now, own = books.now, books.schedules.hours(row)
        opens = calendar.opens_too(row.kind, own, now)
        if opens is None or _is_late(row, opens):
            return Late(Reason(LATE_HOURS)) if row.useless_after else self._never(row, calendar, now)
        if opens > now:
            return Wait(opens, calendar.why(row.kind, now, opens))
        full = [limit for limit in books.limits(row) if not books.bucket(limit).has_room]
        if not full:
            for limit in books.limits(row):
                books.bucket(limit).take()
            return Go()
        latest = max(full, key=lambda limit: books.bucket(limit).room_at())
        first = books.bucket(latest).room_at()
        if _is_late(row, first):  # not its end: limits are raised, and places given back
            again = now + _LOOK_AGAIN
            return Wait(min(again, row.useless_after or again), Reason(LATE_LIMIT))
        lane = lane_of(row.kind)
        ahead = in_front.get((latest.bucket, lane))
        if ahead is None:
            relay = row.relay if latest.name.endswith(f"relay:{row.relay}") else None
            ahead = sending.waiting(books.tx, latest.reason, relay, now, lane)
        in_front[latest.bucket, lane] = ahead + 1
        place = min(books.bucket(latest).room_at(ahead), first + _LONGEST_PLACE)
        until = calendar.opens_too(row.kind, own, place) or place
        return Wait(min(until, row.useless_after or until), latest.reason)

    def _never(self, row: Message, calendar: Calendar, now: datetime) -> Wait:
        return Wait(now + _NEVER, calendar.why(row.kind, now, now + _NEVER))

    def _climb(self, books: _Books, row: Message, outcome: Outcome) -> None:
        """Campaigns through an office mailbox: what went well and what did not."""
        if lane_of(row.kind) is not Lane.BULK or row.relay is None:
            return
        if not books.sending(row.relay).office_mailbox:
            return
        before = books.ramp_of(row.relay)
        code = outcome.reason.code if outcome.reason is not None else ""
        if code in breakers.POLICY_CODES or is_throttled(outcome.reply):
            after = before.fell(books.now)
        elif outcome.state in (State.ACCEPTED, State.UNCERTAIN) or code in breakers.GONE_CODES:
            after = before.sent(books.now, gone=code in breakers.GONE_CODES)
        else:
            return
        books.set_ramp(row.relay, after)

    def _count_refusal(self, tx: Tx, row: Message, outcome: Outcome, now: datetime) -> None:
        key = row.relay, row.source if lane_of(row.kind) is Lane.BULK else ""
        if outcome.reason is None or outcome.reason.code not in breakers.POLICY_CODES:
            if outcome.state is State.ACCEPTED:
                self._refusals.pop(key, None)
            return
        self._refusals[key] = self._refusals.get(key, 0) + 1
        if self._refusals[key] >= breakers.REFUSALS_IN_A_ROW:
            self._refusals.pop(key)
            breakers.refused(tx, self._audit, row, now)

    def _gone(self, tx: Tx, row: Message, outcome: Outcome, now: datetime) -> None:
        breakers.came_back(tx, self._audit, [replace(row, state=outcome.state, reason=outcome.reason)], now)


class _Books:
    """The limits as they stand in one transaction, read once and written where they changed."""

    def __init__(self, tx: Tx, now: datetime) -> None:
        self.tx = tx
        self.now = now
        self.schedules = Schedules(tx)
        self._sendings: dict[RelayId, RelaySending] = {}
        self._ramps: dict[RelayId, ramp.Ramp] = {}
        self._buckets: dict[str, tuple[Bucket, dict[datetime | None, int]]] = {}
        self._left: dict[tuple[RelayId, str], int] = {}

    def sending(self, relay: RelayId) -> RelaySending:
        if relay not in self._sendings:
            self._sendings[relay] = sending.get(self.tx, relay)
        return self._sendings[relay]

    def ramp_of(self, relay: RelayId) -> ramp.Ramp:
        if relay not in self._ramps:
            self._ramps[relay] = ramp.get(self.tx, relay, self.now)
        return self._ramps[relay]

    def set_ramp(self, relay: RelayId, after: ramp.Ramp) -> None:
        if after != self._ramps.get(relay):
            self._ramps[relay] = after
            ramp.put(self.tx, relay, after)

    def limits(self, row: Message) -> list[Limit]:
        """Every limit that the row falls under."""
        bulk = lane_of(row.kind) is Lane.BULK
        own = self.schedules.per_hour(row)
        found = [Limit(name, HOUR, count, reason) for name, count, reason in own]
        if row.relay is not None:
            found += relay_limits(self.sending(row.relay))
            if bulk:
                found += self._bulk_limits(row.relay)
        group = pace_group(row.address)
        if group is not None:
            for period, count in _counts(group.per_minute, group.per_hour, group.per_day):
                share = _share(count) if bulk else count
                reason = Reason(f"group-{period.name}", {"count": share, "provider": group.name})
                found.append(Limit(f"to:{group.name}", period, count, reason))
                if bulk:
                    found.append(Limit(f"bulk:to:{group.name}", period, share, reason))
        return found

    def _bulk_limits(self, relay: RelayId) -> Iterator[Limit]:
        known = self.sending(relay)
        step = self.ramp_of(relay).step if known.office_mailbox else ramp.Step(0, 0)
        most = {
            MINUTE: (known.per_minute, step.per_minute),
            HOUR: (known.per_hour, 0),
            DAY: (known.per_day, step.per_day),
        }
        for period, (count, climbed) in most.items():
            if not count and not climbed:
                continue
            share = _share(count)
            free = min(share, self._left_by_prompt(relay, period)) if period is not MINUTE else share
            slow = climbed and (not count or climbed < free)
            code, number, shown = ("ramp", climbed, climbed) if slow else ("share", free, share)
            yield Limit(
                f"bulk:relay:{relay}", period, number, Reason(f"{code}-{period.name}", {"count": shown})
            )

    def _left_by_prompt(self, relay: RelayId, period: Period) -> int:
        """What of an hour or a day is neither used nor waited for by what one person waits for."""
        key = relay, period.name
        limit = next((one for one in relay_limits(self.sending(relay)) if one.period is period), None)
        if limit is not None and key not in self._left:
            bulk = f"bulk:{limit.bucket}"
            by_bulk = Bucket(0, period, buckets.read(self.tx, [bulk])[bulk], self.now).used
            used = max(0, self.bucket(limit).used - by_bulk)
            wanted = sending.wanted(self.tx, relay, self.now, self.now + period.length)
            self._left[key] = max(0, limit.count - used - wanted)
        return self._left.get(key, 0)

    def bucket(self, limit: Limit) -> Bucket:
        name = limit.bucket
        if name not in self._buckets:
            kept = buckets.read(self.tx, [name])[name]
            self._buckets[name] = Bucket(limit.count, limit.period, kept, self.now), kept
        return self._buckets[name][0]

    def write(self) -> None:
        for name, (bucket, kept) in self._buckets.items():
            rows = bucket.rows
            if rows != kept:
                buckets.write(self.tx, name, kept, rows, self.now)
                self._buckets[name] = bucket, rows


def relay_limits(known: RelaySending) -> list[Limit]:
    """What the provider allows through one relay."""
    return [
        Limit(f"relay:{known.relay}", period, count, Reason(f"pace-{period.name}", {"count": count}))
        for period, count in _counts(known.per_minute, known.per_hour, known.per_day)
    ]


def practice_calendar(tx: Tx) -> Calendar:
    """The practice's rules by its own clock."""
    return Calendar(sendingrules.get(tx), ZoneInfo(settings.get(tx, "zone") or "UTC"))


def _counts(minute: int, hour: int, day: int) -> list[tuple[Period, int]]:
    return [(period, count) for period, count in ((MINUTE, minute), (HOUR, hour), (DAY, day)) if count]


def _share(count: int) -> int:
    return max(1, count * BULK_SHARE // 100) if count else 0


def _is_late(row: Message, when: datetime) -> bool:
    return row.useless_after is not None and when >= row.useless_after
