"""The only door out: one row is one message to one recipient, with bytes that never change.

Each change here writes its audit record in the same transaction. Whoever sends holds the
lease `sending`; a row is claimed only after its source has been asked again (consent,
keys, appointment), and what may have reached the relay is never queued again by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.config import LIMITS
from desktop.errors import Refused
from desktop.mail.decision import keep_trace
from desktop.mail.outgoing import (
    Cancel,
    Claimed,
    Frozen,
    Keep,
    Outcome,
    Recheck,
    Recovered,
    Replace,
    Verdict,
)
from desktop.mail.sealing import REMINDER, Sealed
from desktop.mail.settling import ended, outcome_event
from desktop.mail.states import IN_FLIGHT, NOT_SENT, WAITING, check
from desktop.models import leases, messages, pickups, relays
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.protection import Pickup, PickupId
from desktop.models.records import Attempt, Message, MessageId, Reason, Relay, RelayId, State

__all__ = [
    "LEASE",
    "Cancel",
    "Claimed",
    "Frozen",
    "Keep",
    "Outbox",
    "Outcome",
    "Recheck",
    "Recovered",
    "Replace",
    "Verdict",
]

LEASE = "sending"
"""The name of the lease; one holder sends, nobody else."""
TOO_LATE = "too-late"


class Outbox:
    """All methods run inside the caller's writing transaction."""

    def __init__(self, clock: Clock, audit: AuditLog) -> None:
        self._clock = clock
        self._audit = audit

    # --- in ------------------------------------------------------------------------

    def enqueue(self, tx: Tx, frozen: Frozen, by: Session | None) -> Message:
        """Queue a message; it leaves after the hold, until which `cancel` undoes it.

        Without `by` the program itself writes: to the practice's own security officer.

        Raises Refused `already-queued` where the same reminder is live. One that was
        cancelled gives its place to the next generation.
        """
        before = self._live(tx, frozen)
        if before is not None:
            if before.state is not State.CANCELLED or frozen.generation <= before.generation:
                raise Refused("already-queued")
            self._mark_superseded(tx, before)
        return self._insert(tx, frozen, self._clock.now() + timedelta(seconds=LIMITS.hold), by)

    def resend(self, tx: Tx, message: MessageId, frozen: Frozen, by: Session) -> Message:
        """A person's decision to send again what failed, expired, was cancelled or is uncertain.

        Raises Refused `not-resendable` in any other state.
        """
        old = self._get(tx, message)
        ended = {State.FAILED, State.EXPIRED, State.CANCELLED, State.UNCERTAIN}
        if old.state not in ended or old.superseded or frozen.generation <= old.generation:
            raise Refused("not-resendable")
        self._mark_superseded(tx, old)
        new = self._insert(tx, frozen, self._clock.now() + timedelta(seconds=LIMITS.hold), by)
        self._record(
            tx, Event(Act.MESSAGE_RESENT, new.id, det={"previous": old.id, "generation": new.generation}), by
        )
        return new

    def supersede(self, tx: Tx, message: MessageId, frozen: Frozen, reason: Reason) -> Message:
        """The row ends cancelled and its next generation takes its place, at once and unheld."""
        old = self._get(tx, message)
        check(old.state, State.CANCELLED)
        self._move(tx, old, State.CANCELLED, reason=reason, superseded=True)
        new = self._insert(tx, frozen, max(old.not_before, self._clock.now()), None)
        self._record(
            tx, Event(Act.MESSAGE_SUPERSEDED, old.id, why=reason.code, det={"replacement": new.id}), None
        )
        return new

    def cancel(self, tx: Tx, message: MessageId, reason: Reason, by: Session | None = None) -> bool:
        """Stop a message that nobody has claimed; False when it is too late."""
        row = messages.get(tx, message)
        if row is None or row.state not in WAITING:
            return False
        self._move(tx, row, State.CANCELLED, reason=reason)
        self._record(tx, Event(Act.MESSAGE_CANCELLED, row.id, why=reason.code), by)
        return True

    # --- out -----------------------------------------------------------------------

    def claim(self, tx: Tx, holder: str, rechecks: Mapping[str, Recheck], want: int) -> list[Claimed]:
        """Up to `want` due rows that may still leave, in the order in which they should.

        Rows that may not are cancelled, replaced or expired on the way. Raises Refused
        `not-the-sender` where `holder` has no lease.
        """
        self._must_hold(tx, holder)
        claimed: list[Claimed] = []
        while len(claimed) < want:
            due = messages.due(tx, self._clock.now(), want - len(claimed))
            if not due:
                break
            claimed += self._claim_some(tx, due, rechecks)
        return claimed

    def _claim_some(self, tx: Tx, due: Sequence[Message], rechecks: Mapping[str, Recheck]) -> list[Claimed]:
        profiles = _profiles(tx, due)
        verdicts = self._verdicts(tx, due, profiles, rechecks)
        kept: list[Message] = []
        for message in due:
            match verdicts[message.id]:
                case Keep():
                    kept.append(message)
                case Cancel(reason):
                    self._end(tx, message, reason)
                case Replace(frozen, reason):
                    # Decided in this very transaction: it is not asked again. One with a link
                    # waits until its file is in storage.
                    new = self.supersede(tx, message.id, frozen, reason)
                    if not frozen.sealed.extra:
                        kept.append(new)
        profiles |= _profiles(tx, [message for message in kept if message.relay not in profiles])
        wires = messages.wires(tx, [message.id for message in kept])
        self._move_all(tx, kept, State.CLAIMED)
        self._audit.record_all(tx, [Event(Act.MESSAGE_CLAIMED, message.id) for message in kept])
        return [
            Claimed(
                replace(message, state=State.CLAIMED, reason=None),
                wires[message.id],
                profiles[message.relay],
            )
            for message in kept
        ]

    def advance(self, tx: Tx, claimed: Claimed, *path: State) -> Claimed:
        """Mark the last phase of `path`; `data` must be durable before content leaves."""
        return self.advance_all(tx, (claimed,), *path)[0]

    def advance_all(self, tx: Tx, claimed: Sequence[Claimed], *path: State) -> list[Claimed]:
        """As `advance`, of a group: its marks are on disk together."""
        for row in claimed:
            state = row.message.state
            for to in path:
                check(state, to)
                state = to
        self._move_all(tx, [row.message for row in claimed], path[-1], checked=True)
        now, phase = self._clock.now(), path[-1].value
        messages.add_attempts(tx, [Attempt(row.message.id, now, phase) for row in claimed])
        return [
            Claimed(replace(row.message, state=path[-1], reason=None), row.wire, row.relay) for row in claimed
        ]

    def settle(self, tx: Tx, message: MessageId, outcome: Outcome) -> Message:
        """Write down what came of it. `queued` is for trouble before the envelope: no try is counted."""
        return self.settle_all(tx, {message: outcome})[0]

    def settle_all(
        self, tx: Tx, outcomes: Mapping[MessageId, Outcome], known: Mapping[MessageId, Message] | None = None
    ) -> list[Message]:
        """As `settle`, of a group, in the order given; rows that are `known` are not read again."""
        found = known if known is not None else messages.get_many(tx, outcomes)
        steps = [
            (_known(found, message).state, ended(_known(found, message), outcome))
            for message, outcome in outcomes.items()
        ]
        if not messages.put_outcomes(tx, steps):
            raise Refused("message-moved")
        now, rows = self._clock.now(), [row for _, row in steps]
        messages.add_attempts(
            tx,
            [
                Attempt(row.id, now, phase.value, row.reply if phase is row.state else "")
                for row in rows
                for phase in (*outcomes[row.id].through, row.state)
            ],
        )
        self._audit.record_all(tx, [outcome_event(row, row.state, row.reason, row.attempts) for row in rows])
        return rows

    def recover(self, tx: Tx, holder: str) -> Recovered:
        """After a crash: what had certainly not left waits again, the rest is uncertain.

        Only the lease's holder may call this, because then nobody else is sending.
        """
        self._must_hold(tx, holder)
        requeued = uncertain = 0
        for row in messages.by_states(tx, IN_FLIGHT):
            if row.state in NOT_SENT:
                self._move(tx, row, State.QUEUED, reason=Reason("recovered"))
                requeued += 1
            else:
                reason = Reason("crash-after-data")
                self._move(tx, row, State.UNCERTAIN, reason=reason, attempts=row.attempts + 1)
                self._record_outcome(tx, row, State.UNCERTAIN, reason, row.attempts + 1)
                uncertain += 1
        if requeued or uncertain:
            event = Event(Act.OUTBOX_RECOVERED, det={"requeued": requeued, "uncertain": uncertain})
            self._record(tx, event, None)
        return Recovered(requeued, uncertain)

    # --- inside --------------------------------------------------------------------

    def _must_hold(self, tx: Tx, holder: str) -> None:
        lease = leases.current(tx, LEASE)
        if (
            lease is None
            or lease.holder != holder
            or lease.boot != self._clock.boot_id()
            or lease.until <= self._clock.now()
        ):
            raise Refused("not-the-sender")

    def _verdicts(
        self,
        tx: Tx,
        due: Sequence[Message],
        profiles: Mapping[RelayId | None, Relay],
        rechecks: Mapping[str, Recheck],
    ) -> dict[MessageId, Verdict]:
        now = self._clock.now()
        verdicts: dict[MessageId, Verdict] = {}
        ask: dict[str, list[Message]] = {}
        for message in due:
            if message.useless_after is not None and message.useless_after <= now:
                verdicts[message.id] = Cancel(Reason(TOO_LATE))
            elif message.relay not in profiles or profiles[message.relay].retired_at is not None:
                verdicts[message.id] = Cancel(Reason("no-relay"))
            else:
                ask.setdefault(message.kind, []).append(message)
        for kind, rows in ask.items():
            answers = rechecks[kind](tx, rows)
            verdicts |= {row.id: answer for row, answer in zip(rows, answers, strict=True)}
        return verdicts

    def _end(self, tx: Tx, message: Message, reason: Reason) -> None:
        state = State.EXPIRED if reason.code == TOO_LATE else State.CANCELLED
        self._move(tx, message, state, reason=reason)
        self._record_outcome(tx, message, state, reason, message.attempts)

    def _live(self, tx: Tx, frozen: Frozen) -> Message | None:
        if frozen.kind != REMINDER:
            return None
        return messages.live_reminder(tx, frozen.source, frozen.occurrence, frozen.window)

    def _insert(self, tx: Tx, frozen: Frozen, not_before: datetime, by: Session | None) -> Message:
        decision = frozen.decision
        message = Message(
            id=MessageId(new_id()),
            kind=frozen.kind,
            source=frozen.source,
            occurrence=frozen.occurrence,
            generation=frozen.generation,
            person=frozen.person,
            address=decision.address,
            method=decision.method,
            state=State.QUEUED,
            label=frozen.label,
            relay=frozen.relay,
            message_id=frozen.sealed.message_id,
            sha256=frozen.sealed.sha256,
            decision_hash=decision.hash(),
            reasons=decision.reasons,
            queued_at=self._clock.now(),
            not_before=not_before,
            useless_after=frozen.useless_after,
            priority=frozen.priority,
            window=frozen.window,
        )
        messages.insert(tx, message, frozen.sealed.wire, keep_trace(decision, frozen.wording))
        self._keep_file(tx, message.id, frozen.sealed)
        event = Event(
            Act.MESSAGE_QUEUED,
            message.id,
            det={
                "person": message.person,
                "kind": message.kind,
                "method": message.method,
                "decision": message.decision_hash,
                "content": message.sha256,
            },
        )
        self._record(tx, event, by)
        return message

    def _keep_file(self, tx: Tx, message: MessageId, sealed: Sealed) -> None:
        """The locked file behind a link waits beside its message until it is in storage."""
        if sealed.storage is None:
            return
        now = self._clock.now()
        expires = now + timedelta(days=sealed.storage.days)
        one = Pickup(PickupId(new_id()), message, sealed.storage.id, sealed.object_name, now, expires)
        pickups.add(tx, one, sealed.extra)

    def _mark_superseded(self, tx: Tx, row: Message) -> None:
        """Free the row's place in the unique index; its state stays what it was."""
        if not messages.move(tx, row.id, row.state, row.state, reason=row.reason, superseded=True):
            raise Refused("already-queued")

    def _move(
        self,
        tx: Tx,
        row: Message,
        to: State,
        *,
        reply: str | None = None,
        reason: Reason | None = None,
        next_try: datetime | None = None,
        attempts: int | None = None,
        superseded: bool | None = None,
    ) -> None:
        """Compare and set; a row that moved meanwhile belongs to somebody else."""
        check(row.state, to)
        moved = messages.move(
            tx,
            row.id,
            row.state,
            to,
            reply=reply,
            reason=reason,
            next_try=next_try,
            attempts=attempts,
            superseded=superseded,
        )
        if not moved:
            raise Refused("message-moved")

    def _move_all(self, tx: Tx, rows: Sequence[Message], to: State, *, checked: bool = False) -> None:
        """As `_move`, of rows that may stand in different states."""
        groups: dict[State, list[MessageId]] = {}
        for row in rows:
            if not checked:
                check(row.state, to)
            groups.setdefault(row.state, []).append(row.id)
        for frm, group in groups.items():
            if not messages.move_all(tx, group, frm, to):
                raise Refused("message-moved")

    def _get(self, tx: Tx, message: MessageId) -> Message:
        return _known(messages.get_many(tx, (message,)), message)

    def _record_outcome(
        self, tx: Tx, row: Message, state: State, reason: Reason | None, attempts: int
    ) -> None:
        self._record(tx, outcome_event(row, state, reason, attempts), None)

    def _record(self, tx: Tx, event: Event, by: Session | None) -> None:
        if by is None:
            self._audit.record(tx, event)
        else:
            self._audit.record(tx, event, by.user, by.role, by.id)


def _known(found: Mapping[MessageId, Message], message: MessageId) -> Message:
    if message not in found:
        raise Refused("message-unknown")
    return found[message]


def _profiles(tx: Tx, rows: Sequence[Message]) -> dict[RelayId | None, Relay]:
    """The relay profiles that `rows` name, as far as they exist."""
    found: dict[RelayId | None, Relay] = {}
    for name in {row.relay for row in rows if row.relay is not None}:
        profile = relays.get(tx, name)
        if profile is not None:
            found[name] = profile
    return found
