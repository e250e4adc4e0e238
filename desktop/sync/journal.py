"""What the dispatcher writes down: results, claims and marks, several in one transaction.

A message's content may leave only after its row says `data` on disk. Marks are committed
in groups, as large as the disk needs to keep up with the relay: what stands between mark
and recorded result, at most `WINDOW` rows a connection, is what one crash can leave `uncertain`.
Claims run further ahead: a crash only puts them back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.errors import Refused
from desktop.mail import standby
from desktop.mail.correlation import return_path, token_of
from desktop.mail.evidence import needs_requiretls
from desktop.mail.outbox import Claimed, Outbox, Outcome, Recheck, Recovered
from desktop.mail.pacing import Pacer
from desktop.mail.states import IN_FLIGHT, NOT_SENT
from desktop.models import messages, pauses, sending
from desktop.models.database import Tx
from desktop.models.delivery import RelaySending, Stream
from desktop.models.records import Message, MessageId, Reason, RelayId, State
from desktop.sync.lease import SendingLease
from desktop.sync.letters import Letter, address_fits, wire_fits
from desktop.sync.points import Passing, Point, unnoticed

WINDOW = 64
"""Reached only where a relay takes messages faster than the disk takes transactions (`pace.py`)."""
_WAY_TO_DATA = (State.CONNECTING, State.ENVELOPE, State.DATA)
_CERTAIN = frozenset({State.ACCEPTED, State.FAILED})


@dataclass(eq=False)
class Parcel:
    """One claimed row on its way; `claimed` follows what is on disk."""

    claimed: Claimed
    letter: Letter
    leaving: bool = False
    """Whether its content may be at the relay: from here on its carrier alone says what came of it."""
    withdrawn: bool = False
    """Whether its row went back, or was ended by somebody else: its content must not leave."""

    @property
    def id(self) -> MessageId:
        return self.claimed.message.id

    @property
    def marked(self) -> bool:
        """Whether it is on disk that its content may leave."""
        return self.claimed.message.state is State.DATA

    @property
    def may_go_back(self) -> bool:
        return not self.leaving and not self.withdrawn

    def is_late(self, now: datetime) -> bool:
        """Whether it is of no use to its recipient any more."""
        useless = self.claimed.message.useless_after
        return useless is not None and useless <= now


@dataclass(frozen=True)
class Result:
    """What became of one row; `past_dot` when its final dot was handed over."""

    parcel: Parcel
    outcome: Outcome
    past_dot: bool = False


@dataclass(frozen=True)
class Entry:
    """What one transaction is to do for one stream."""

    stream: Stream
    results: Sequence[Result]
    waiting: Sequence[Parcel]
    """Claimed, and no content sent: held against what is paused now, and against the clock."""
    mark: Sequence[Parcel]
    room: int
    """How many of the rows that are claimed now may be marked with them."""
    want: int
    still: bool = False
    """Whether no content begins to leave before this is on disk and known. Only then may rows go back
    that are marked: one that went back while its content left would be sent twice."""


@dataclass(frozen=True)
class Turn:
    """What one transaction brought: new parcels, and those asked for as they are marked.

    `held` must not leave: put back behind a pause or as useless, or cancelled by somebody. `unstill`:
    there are more of these, which are marked. `drained`: nothing more is due now.
    """

    parcels: tuple[Parcel, ...]
    marked: tuple[Claimed, ...]
    drained: bool
    held: frozenset[MessageId] = frozenset()
    unstill: bool = False
    lease_kept: bool = True


class Journal:
    """Every method works inside the caller's writing transaction; all streams of a run share it."""

    def __init__(
        self,
        outbox: Outbox,
        rechecks: Mapping[str, Recheck],
        audit: AuditLog,
        clock: Clock,
        pacer: Pacer,
        passing: Passing = unnoticed,
    ) -> None:
        self._outbox = outbox
        self._rechecks = rechecks
        self._audit = audit
        self._clock = clock
        self._pacer = pacer
        self._passing = passing
        self.lease = SendingLease(clock)

    def begin(self, tx: Tx) -> Recovered | None:
        """Take the lease and settle what a crash left behind; None when somebody else sends."""
        if not self.lease.take(tx):
            return None
        recovered = self._outbox.recover(tx, self.lease.holder)
        self._pacer.begin(tx, self._clock.now())
        self._passing(Point.BEGINNING)
        return recovered

    def turn(self, tx: Tx, entry: Entry) -> Turn:
        """Record results, put back what is paused, mark, claim up to `want` rows and mark `room` of them.

        Results are recorded even where the lease was lost: what is known is written down.
        """
        kept = self.lease.renew(tx)
        self._settle(tx, entry.results, mine=kept)
        if not kept:
            return Turn((), (), drained=True, lease_kept=False)
        held, unstill = self._hold(tx, entry)
        marked = self.mark(tx, [one for one in entry.mark if one.id not in held])
        parcels: list[Parcel] = []
        while len(parcels) < entry.want:
            try:
                claimed = self._outbox.claim(
                    tx,
                    self.lease.holder,
                    self._rechecks,
                    entry.want - len(parcels),
                    entry.stream,
                    self._pacer,
                )
            except Refused as error:  # the computer slept since the line above
                if error.code != "not-the-sender":
                    raise
                return Turn(tuple(parcels), tuple(marked), True, held, unstill, lease_kept=False)
            if not claimed:
                break
            parcels += self._fit_ones(tx, claimed)
        if parcels:
            self._passing(Point.CLAIMING)
        first = self.mark(tx, parcels[: entry.room])
        for parcel, row in zip(parcels, first, strict=False):
            parcel.claimed = row  # not seen by anybody before the commit
        drained = len(parcels) < entry.want and not messages.due(tx, self._clock.now(), 1, entry.stream)
        return Turn(tuple(parcels), tuple(marked), drained, held, unstill)

    def _hold(self, tx: Tx, entry: Entry) -> tuple[frozenset[MessageId], bool]:
        """Put back what stands behind a pause that began after its claim, or became useless since.

        Answers what must not leave, and whether something marked ought to be put back too.
        """
        if not entry.waiting:
            return frozenset(), False
        now = self._clock.now()
        ended = self._ended_by_others(tx, entry.waiting)
        left = [one for one in entry.waiting if one.id not in ended]
        paused = pauses.covers(tx, [one.claimed.message for one in left], now)
        behind = [one for one in left if one.id in paused or one.is_late(now)]
        back = [one for one in behind if entry.still or not one.marked]
        self._put_back(tx, [one.claimed.message for one in back])
        return ended.union(one.id for one in back), len(back) < len(behind)

    def _ended_by_others(self, tx: Tx, waiting: Sequence[Parcel]) -> frozenset[MessageId]:
        """Rows that were cancelled between claim and mark: of what is marked nobody else disposes."""
        claimed = [one for one in waiting if not one.marked]
        stand = messages.standing(tx, [one.id for one in claimed], State.CLAIMED)
        ended = [one for one in claimed if one.id not in stand]
        now = self._clock.now()
        for one in ended:
            self._pacer.note(tx, one.claimed.message, Outcome(State.CANCELLED), now)
        return frozenset(one.id for one in ended)

    def _put_back(self, tx: Tx, rows: Sequence[Message]) -> None:
        """Of none has any content left."""
        now = self._clock.now()
        outcomes = {}
        for row in rows:
            # A row that is marked has no way back to `queued`; `deferred`, and due at once, it has.
            state = State.QUEUED if row.state in NOT_SENT else State.DEFERRED
            outcomes[row.id] = Outcome(state, reason=Reason("not-begun"), next_try=now)
            self._pacer.note(tx, row, Outcome(State.QUEUED, reason=Reason("not-begun"), next_try=now), now)
        self._outbox.settle_all(tx, outcomes, {row.id: row for row in rows})

    def mark(self, tx: Tx, parcels: Sequence[Parcel]) -> list[Claimed]:
        """Write `data` for each: once this is on disk, a crash leaves them uncertain.

        The parcels are not touched: they count as marked when the caller knows of the commit.
        """
        if not parcels:
            return []
        marked = self._outbox.advance_all(tx, [parcel.claimed for parcel in parcels], *_WAY_TO_DATA)
        self._passing(Point.MARKING)
        return marked

    def finish(self, tx: Tx, results: Sequence[Result], left: Sequence[Parcel]) -> None:
        """The end of a run: record `results`, put `left` back, of which no content went out."""
        mine = self.lease.renew(tx) or self.lease.is_ours(tx)
        self._settle(tx, results, mine=False)  # the last chance: one row that moved must cost no other
        if not mine:
            return
        rows = messages.get_many(tx, [parcel.id for parcel in left])
        self._put_back(tx, [row for row in rows.values() if row.state in IN_FLIGHT])

    def pause(self, tx: Tx, reason: Reason, *, at_fault: bool, failed: RelayId | None) -> bool:
        """Leave a record of why a stream ended before its work was done.

        `at_fault`: by the relay; `failed` is the one that could not be reached or signed in to. True
        when another stands in for it from now on: what waits is to be asked about again at once.
        """
        if at_fault:
            self._audit.record(tx, Event(Act.RELAY_REFUSED, outcome="failed", why=reason.code))
        self._audit.record(tx, Event(Act.OUTBOX_PAUSED, why=reason.code))
        if failed is None:
            return False
        now = self._clock.now()
        stands_in = standby.take_over(tx, failed, reason, now, now.date())
        if stands_in is None:
            self._pacer.relay_failed(tx, failed, reason, now)
            return False
        self._audit.record(tx, Event(Act.RELAY_CHANGED, stands_in.by, why=stands_in.reason))
        return True

    def _fit_ones(self, tx: Tx, claimed: Sequence[Claimed]) -> list[Parcel]:
        """Those that may leave as they are; the others end here, with the reason."""
        uses = {relay: sending.get(tx, relay) for relay in {row.relay.id for row in claimed}}
        letters = {row.message.id: _letter(row, uses[row.relay.id]) for row in claimed}
        unfit = {id_: why for row in claimed if (why := _unfit(row, letters[(id_ := row.message.id)]))}
        ends = {message: Outcome(State.CANCELLED, reason=reason) for message, reason in unfit.items()}
        self._outbox.settle_all(tx, ends)
        for row in claimed:
            if row.message.id in ends:
                self._pacer.note(tx, row.message, ends[row.message.id], self._clock.now())
        return [Parcel(row, letters[row.message.id]) for row in claimed if row.message.id not in unfit]

    def _settle(self, tx: Tx, results: Sequence[Result], *, mine: bool) -> None:
        if not mine:
            results = self._still_ours(tx, results)
        rows = {result.parcel.id: result.parcel.claimed.message for result in results}
        outcomes = {
            result.parcel.id: replace(result.outcome, through=(State.DOT_SENT,))
            if result.past_dot
            else result.outcome
            for result in results
        }
        self._outbox.settle_all(tx, outcomes, rows)
        now = self._clock.now()
        for message, outcome in outcomes.items():
            self._pacer.note(tx, rows[message], outcome, now)
        if results:
            self._passing(Point.RECORDING)

    def _still_ours(self, tx: Tx, results: Sequence[Result]) -> list[Result]:
        """After the lease was lost: the rows that stand where they stood.

        Whoever took over may have called some uncertain; what is certain about them still counts.
        """
        rows = messages.get_many(tx, [result.parcel.id for result in results])
        ours: list[Result] = []
        for result in results:
            before = result.parcel.claimed.message
            state = rows[before.id].state if before.id in rows else None
            if state is before.state:
                ours.append(result)
            elif state is State.UNCERTAIN and result.outcome.state in _CERTAIN:
                self._outbox.settle(tx, before.id, result.outcome)
                self._pacer.note(tx, before, result.outcome, self._clock.now())
        return ours


def _letter(claimed: Claimed, use: RelaySending) -> Letter:
    message = claimed.message
    token = token_of(message.message_id)
    return Letter(
        sender=return_path(claimed.relay.sender, use, token),
        recipient=message.address,
        wire=claimed.wire,
        envelope_id=token,
        requiretls=needs_requiretls(message.reasons),
    )


def _unfit(claimed: Claimed, letter: Letter) -> Reason | None:
    """The last look before the door: the very octets that were approved, to a plain address."""
    if not wire_fits(claimed.wire, claimed.message.sha256):
        return Reason("message-altered")
    if not (address_fits(letter.recipient) and address_fits(letter.sender)):
        return Reason("address-unusable")
    return None
