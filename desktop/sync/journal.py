"""What the dispatcher writes down: results, claims and marks, several in one transaction.

A message's content may leave only after its row says `data` on disk. Marks are committed
in groups, as large as the disk needs to keep up with the relay: what stands between mark
and recorded result, at most `WINDOW` rows, is what one crash can leave `uncertain`.
Claims run further ahead: a crash only puts them back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.errors import Refused
from desktop.mail.evidence import needs_requiretls
from desktop.mail.outbox import Claimed, Outbox, Outcome, Recheck, Recovered
from desktop.mail.states import IN_FLIGHT, NOT_SENT
from desktop.models import messages
from desktop.models.database import Tx
from desktop.models.records import MessageId, Reason, State
from desktop.sync.lease import SendingLease
from desktop.sync.letters import Letter, address_fits, wire_fits

WINDOW = 64
"""Reached only where a relay takes messages faster than the disk takes transactions (`pace.py`)."""
_WAY_TO_DATA = (State.CONNECTING, State.ENVELOPE, State.DATA)
_CERTAIN = frozenset({State.ACCEPTED, State.FAILED})


@dataclass
class Parcel:
    """One claimed row on its way; `claimed` follows what is on disk."""

    claimed: Claimed
    letter: Letter

    @property
    def marked(self) -> bool:
        """Whether it is on disk that its content may leave."""
        return self.claimed.message.state is State.DATA


@dataclass(frozen=True)
class Result:
    """What became of one row; `past_dot` when its final dot was handed over."""

    parcel: Parcel
    outcome: Outcome
    past_dot: bool = False


@dataclass(frozen=True)
class Turn:
    """What one transaction brought: new parcels, and those asked for as they are marked.

    `drained`: nothing more is due now.
    """

    parcels: tuple[Parcel, ...]
    marked: tuple[Claimed, ...]
    drained: bool
    lease_kept: bool = True


class Journal:
    """Every method works inside the caller's writing transaction."""

    def __init__(
        self, outbox: Outbox, rechecks: Mapping[str, Recheck], audit: AuditLog, clock: Clock
    ) -> None:
        self._outbox = outbox
        self._rechecks = rechecks
        self._audit = audit
        self._clock = clock
        self.lease = SendingLease(clock)

    def begin(self, tx: Tx) -> Recovered | None:
        """Take the lease and settle what a crash left behind; None when somebody else sends."""
        if not self.lease.take(tx):
            return None
        return self._outbox.recover(tx, self.lease.holder)

    def turn(self, tx: Tx, results: Sequence[Result], mark: Sequence[Parcel], room: int, want: int) -> Turn:
        """Record `results`, mark `mark` as `data`, claim up to `want` rows and mark `room` of them.

        Results are recorded even where the lease was lost: what is known is written down.
        """
        kept = self.lease.renew(tx)
        self._settle(tx, results, mine=kept)
        if not kept:
            return Turn((), (), drained=True, lease_kept=False)
        marked = self.mark(tx, mark)
        parcels: list[Parcel] = []
        while len(parcels) < want:
            try:
                claimed = self._outbox.claim(tx, self.lease.holder, self._rechecks, want - len(parcels))
            except Refused as error:  # the computer slept since the line above
                if error.code != "not-the-sender":
                    raise
                return Turn(tuple(parcels), tuple(marked), drained=True, lease_kept=False)
            if not claimed:
                break
            parcels += self._fit_ones(tx, claimed)
        first = self.mark(tx, parcels[:room])
        parcels[:room] = [
            Parcel(row, parcel.letter) for row, parcel in zip(first, parcels[:room], strict=True)
        ]
        return Turn(tuple(parcels), tuple(marked), drained=len(parcels) < want)

    def mark(self, tx: Tx, parcels: Sequence[Parcel]) -> list[Claimed]:
        """Write `data` for each: once this is on disk, a crash leaves them uncertain.

        The parcels are not touched: they count as marked when the caller knows of the commit.
        """
        if not parcels:
            return []
        return self._outbox.advance_all(tx, [parcel.claimed for parcel in parcels], *_WAY_TO_DATA)

    def finish(self, tx: Tx, results: Sequence[Result], left: Sequence[Parcel]) -> None:
        """The end of a run: record `results`, put `left` back, of which no content went out."""
        kept = self.lease.renew(tx)
        self._settle(tx, results, mine=kept)
        if not kept:
            return
        outcomes: dict[MessageId, Outcome] = {}
        rows = messages.get_many(tx, [parcel.claimed.message.id for parcel in left])
        for row in rows.values():
            if row.state in IN_FLIGHT:
                # A row that is marked has no way back to `queued`; `deferred`, and due at once, it has.
                state = State.QUEUED if row.state in NOT_SENT else State.DEFERRED
                outcomes[row.id] = Outcome(state, reason=Reason("not-begun"), next_try=self._clock.now())
        self._outbox.settle_all(tx, outcomes)

    def pause(self, tx: Tx, reason: Reason, *, relay_at_fault: bool) -> None:
        """Leave a record of why a run ended before its work was done."""
        if relay_at_fault:
            self._audit.record(tx, Event(Act.RELAY_REFUSED, outcome="failed", why=reason.code))
        self._audit.record(tx, Event(Act.OUTBOX_PAUSED, why=reason.code))

    def _fit_ones(self, tx: Tx, claimed: Sequence[Claimed]) -> list[Parcel]:
        """Those that may leave as they are; the others end here, with the reason."""
        unfit = {row.message.id: reason for row in claimed if (reason := _unfit(row)) is not None}
        self._outbox.settle_all(
            tx, {message: Outcome(State.CANCELLED, reason=reason) for message, reason in unfit.items()}
        )
        return [Parcel(row, _letter(row)) for row in claimed if row.message.id not in unfit]

    def _settle(self, tx: Tx, results: Sequence[Result], *, mine: bool) -> None:
        if not mine:
            results = self._still_ours(tx, results)
        rows = {result.parcel.claimed.message.id: result.parcel.claimed.message for result in results}
        outcomes = {
            result.parcel.claimed.message.id: replace(result.outcome, through=(State.DOT_SENT,))
            if result.past_dot
            else result.outcome
            for result in results
        }
        self._outbox.settle_all(tx, outcomes, rows)

    def _still_ours(self, tx: Tx, results: Sequence[Result]) -> list[Result]:
        """After the lease was lost: the rows that stand where they stood.

        Whoever took over may have called some uncertain; what is certain about them still counts.
        """
        rows = messages.get_many(tx, [result.parcel.claimed.message.id for result in results])
        ours: list[Result] = []
        for result in results:
            before = result.parcel.claimed.message
            state = rows[before.id].state if before.id in rows else None
            if state is before.state:
                ours.append(result)
            elif state is State.UNCERTAIN and result.outcome.state in _CERTAIN:
                self._outbox.settle(tx, before.id, result.outcome)
        return ours


def _letter(claimed: Claimed) -> Letter:
    message = claimed.message
    return Letter(
        sender=claimed.relay.sender,
        recipient=message.address,
        wire=claimed.wire,
        envelope_id=message.message_id.strip("<>").partition("@")[0],
        requiretls=needs_requiretls(message.reasons),
    )


def _unfit(claimed: Claimed) -> Reason | None:
    """The last look before the door: the very octets that were approved, to a plain address."""
    if not wire_fits(claimed.wire, claimed.message.sha256):
        return Reason("message-altered")
    if not (address_fits(claimed.message.address) and address_fits(claimed.relay.sender)):
        return Reason("address-unusable")
    return None
