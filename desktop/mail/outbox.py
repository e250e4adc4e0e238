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
from desktop.mail import answered
from desktop.mail.calls import call_of, open_call
from desktop.mail.events import FAILED_TASK
from desktop.mail.fence import Fence
from desktop.mail.outbox_rows import OutboxRows, known_row
from desktop.mail.outgoing import (
    Cancel,
    Claimed,
    Frozen,
    Keep,
    Later,
    Outcome,
    Recheck,
    Recovered,
    Replace,
    Reroute,
    Verdict,
)
from desktop.mail.pacing import Go, Late, Pacer, Wait
from desktop.mail.receipts import relay_ref
from desktop.mail.sealing import LETTER
from desktop.mail.settling import RESOLUTIONS, ended, is_unclear, may_follow, outcome_event
from desktop.mail.states import IN_FLIGHT, NOT_SENT, WAITING, check
from desktop.mail.suppressed import STOPPED, stopped_messages
from desktop.models import entries, leases, messages, receipts, relays, sending, silences, tasks
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.delivery import BULK_KINDS, Lane, Stream
from desktop.models.records import Attempt, Message, MessageId, Reason, Relay, RelayId, State
from desktop.models.tasks import TaskState
from desktop.texts import clean

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
_MOST_LOOKED = 256
"""Rows that one claim looks at where hardly any of them may leave."""
_LEAST_WAIT = timedelta(seconds=1)
NOTE_CHARS = 500
"""What somebody may write down about how they know."""


class Outbox(OutboxRows):
    """All methods run inside the caller's writing transaction."""

    def __init__(self, clock: Clock, audit: AuditLog, fence: Fence | None = None) -> None:
        super().__init__(clock, audit)
        self.fence = fence or Fence(clock, audit)

    # --- in ------------------------------------------------------------------------

    def enqueue(self, tx: Tx, frozen: Frozen, by: Session | None) -> Message:
        """Queue a message; it leaves after the hold, until which `cancel` undoes it.

        Without `by` the program itself writes: to the practice's own security officer.

        Raises Refused `already-queued` where the same reminder is live. One that was
        cancelled gives its place to the next generation.
        """
        return self.enqueue_all(tx, (frozen,), by)[0]

    def enqueue_all(self, tx: Tx, frozen: Sequence[Frozen], by: Session | None) -> list[Message]:
        """As `enqueue`, of a group, in its order."""
        for one in frozen:
            self._make_way(tx, one)
        held = self._clock.now() + timedelta(seconds=LIMITS.hold)
        return self._insert_all(tx, [(one, max(held, one.not_before or held)) for one in frozen], by)

    def resend(self, tx: Tx, message: MessageId, frozen: Frozen, by: Session | None) -> Message:
        """A person's decision to send again what ended without arriving, or is uncertain; without `by` a
        campaign's own rule.

        Raises Refused `not-resendable` in any other state, and where somebody was faster: a
        message has one next generation.
        """
        old = self._get(tx, message)
        if not may_follow(old) or frozen.generation <= old.generation:
            raise Refused("not-resendable")
        self._mark_superseded(tx, old)
        now = self._clock.now()
        new = self._insert(tx, frozen, now + timedelta(seconds=LIMITS.hold), by)
        answered.again(tx, old, new, now)
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
        entries.follow(tx, old.id, new.id)
        self._record(
            tx, Event(Act.MESSAGE_SUPERSEDED, old.id, why=reason.code, det={"replacement": new.id}), None
        )
        return new

    def cancel(self, tx: Tx, message: MessageId, reason: Reason, by: Session | None = None) -> bool:
        """Stop a message whose content may not leave yet; False when it is too late.

        One that is claimed is not marked any more then (`sync/journal.py`), and so does not leave.
        """
        row = messages.get(tx, message)
        if row is None or row.state not in (*WAITING, State.CLAIMED):
            return False
        self._move(tx, row, State.CANCELLED, reason=reason)
        if row.kind == LETTER:
            answered.withdrawn(tx, row.id)
        self._record(tx, Event(Act.MESSAGE_CANCELLED, row.id, why=reason.code), by)
        return True

    def resolve(self, tx: Tx, message: MessageId, how: str, by: Session, note: str = "") -> Message:
        """Somebody knows what nobody could know: it arrived, it did not, or it was told by phone.

        Told by phone, it stays uncertain, because it is, and asks nobody any more. The task to
        phone about it ends, but for what did not arrive. Raises Refused `not-unclear` where it is
        not, or was settled so before.
        """
        row, said = self._get(tx, message), RESOLUTIONS[how]
        open_ = row.state is State.UNCERTAIN and not row.superseded
        if not open_ or (said.state is None and not is_unclear(row)):
            raise Refused("not-unclear")
        if said.state is not None:
            self._move(tx, row, said.state, reason=said.reason)
        elif not messages.move(tx, row.id, row.state, row.state, reason=said.reason):
            raise Refused("message-moved")
        now = self._clock.now()
        messages.add_attempt(tx, row.id, now, said.reason.code, clean(note, NOTE_CHARS))
        task = call_of(tx, row.id)
        if task is not None and said.ends_call:
            tasks.close(tx, task.id, TaskState.DONE, now)
        if said.ends_silence:
            silences.end(tx, row.id, said.ends_silence, now)
        self._record(tx, Event(Act.MESSAGE_RESOLVED, row.id, det={"settled": how}), by)
        return replace(row, state=said.state or row.state, reason=said.reason)

    # --- out -----------------------------------------------------------------------

    def claim(
        self,
        tx: Tx,
        holder: str,
        rechecks: Mapping[str, Recheck],
        want: int,
        where: Lane | Stream | None = None,
        pacer: Pacer | None = None,
    ) -> list[Claimed]:
        """Up to `want` due rows that may still leave, in the order in which they should.

        Rows that may not are cancelled, replaced, expired or postponed on the way; after many of
        them it ends early, so that others come to write. Raises Refused `not-the-sender` where
        `holder` has no lease. Before anything is claimed the clock is held against what it was:
        behind a fence nothing leaves (`mail/fence.py`).
        """
        self._must_hold(tx, holder)
        self.fence.look(tx)
        claimed: list[Claimed] = []
        looked = 0
        while len(claimed) < want and looked < max(want, _MOST_LOOKED):
            due = messages.due(tx, self._clock.now(), want - len(claimed), where)
            if not due:
                break
            looked += len(due)
            claimed += self._claim_some(tx, due, rechecks, pacer)
        return claimed

    def _claim_some(
        self, tx: Tx, due: Sequence[Message], rechecks: Mapping[str, Recheck], pacer: Pacer | None
    ) -> list[Claimed]:
        profiles = _profiles(tx, due)
        verdicts = ended_already(due, profiles, self._clock.now())
        asked = [message for message in due if message.id not in verdicts]
        if pacer is not None:
            asked = self._paced(tx, asked, pacer)
        verdicts |= asked_again(tx, asked, rechecks)
        by_row = {row.id: self._follow(tx, row, verdicts[row.id]) for row in due if row.id in verdicts}
        if pacer is not None:
            now = self._clock.now()
            back = Outcome(State.QUEUED, reason=Reason("not-begun"), next_try=now)
            for message in asked:
                if by_row[message.id] is None:
                    pacer.note(tx, message, back, now)
        kept = [row for row in by_row.values() if row is not None]
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

    def _follow(self, tx: Tx, message: Message, verdict: Verdict) -> Message | None:
        """Carry out a verdict; the row that may leave now, if any.

        What replaces a row was decided in this very transaction and is not asked about again. One
        with a link waits until its file is in storage, one for another relay until its turn there.
        """
        match verdict:
            case Keep():
                return message
            case Cancel(reason):
                self._end(tx, message, reason)
            case Replace(frozen, reason, apart):
                new = self._insert_beside(tx, self.supersede(tx, message.id, frozen, reason), apart)
                return new if not frozen.sealed.extra and new.relay == message.relay else None
            case Later(until, reason):
                sending.postpone(tx, [(message.id, until, reason)])
            case Reroute(relay, reason):
                if not messages.reroute(tx, message.id, message.state, relay, reason):
                    raise Refused("message-moved")
                self._record_outcome(tx, message, message.state, reason, message.attempts)
        return None

    def _paced(self, tx: Tx, rows: Sequence[Message], pacer: Pacer) -> list[Message]:
        """Those that may leave now; those that would leave too late end, the others wait."""
        now = self._clock.now()
        go: list[Message] = []
        waits: list[tuple[MessageId, datetime, Reason]] = []
        for row, answer in zip(rows, pacer.allow(tx, rows, now), strict=True):
            match answer:
                case Go():
                    go.append(row)
                case Wait(until, reason):
                    waits.append((row.id, max(until, now + _LEAST_WAIT), reason))
                case Late(reason):
                    self._end(tx, row, reason, State.EXPIRED)
        sending.postpone(tx, waits)
        return go

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
            (known_row(found, message).state, ended(known_row(found, message), outcome))
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
        names = [(row.id, relay_ref(row.reply), now) for row in rows if row.state is State.ACCEPTED]
        receipts.put_many(tx, [name for name in names if name[1]])
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
                messages.add_attempt(tx, row.id, self._clock.now(), State.UNCERTAIN.value)
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

    def _end(self, tx: Tx, message: Message, reason: Reason, state: State | None = None) -> None:
        to = state or (State.EXPIRED if reason.code == TOO_LATE else State.CANCELLED)
        self._move(tx, message, to, reason=reason)
        self._record_outcome(tx, message, to, reason, message.attempts)
        if message.kind == LETTER:
            answered.withdrawn(tx, message.id)
        if reason.code == STOPPED and message.kind not in BULK_KINDS:
            self._tell_by_phone(tx, message)

    def _tell_by_phone(self, tx: Tx, message: Message) -> None:
        """Nobody would hear of it: not the person, and here only whose mail had come back before."""
        if any(one.source == message.id for one in tasks.open_ones(tx, FAILED_TASK)):
            return
        task = open_call(tx, message, "failed", self._clock.now())
        if task is not None:
            self._record(tx, Event(Act.CALL_TASK_OPENED, task.id, det={"person": message.person}), None)


def ended_already(
    due: Sequence[Message], profiles: Mapping[RelayId | None, Relay], now: datetime
) -> dict[MessageId, Verdict]:
    """Rows that need not even be asked about: useless by now, or without a relay."""
    verdicts: dict[MessageId, Verdict] = {}
    for message in due:
        if message.useless_after is not None and message.useless_after <= now:
            verdicts[message.id] = Cancel(Reason(TOO_LATE))
        elif message.relay not in profiles or profiles[message.relay].retired_at is not None:
            verdicts[message.id] = Cancel(Reason("no-relay"))
    return verdicts


def asked_again(tx: Tx, rows: Sequence[Message], rechecks: Mapping[str, Recheck]) -> dict[MessageId, Verdict]:
    """What each row's source says now."""
    ask: dict[str, list[Message]] = {}
    for message in rows:
        ask.setdefault(message.kind, []).append(message)
    verdicts: dict[MessageId, Verdict] = {}
    for kind, some in ask.items():
        answers = rechecks[kind](tx, some)
        verdicts |= {row.id: answer for row, answer in zip(some, answers, strict=True)}
    stopped = stopped_messages(tx, rows)
    return verdicts | {id_: Cancel(why) for id_, why in stopped.items() if isinstance(verdicts[id_], Keep)}


def _profiles(tx: Tx, rows: Sequence[Message]) -> dict[RelayId | None, Relay]:
    """The relay profiles that `rows` name, as far as they exist."""
    found: dict[RelayId | None, Relay] = {}
    for name in {row.relay for row in rows if row.relay is not None}:
        profile = relays.get(tx, name)
        if profile is not None:
            found[name] = profile
    return found
