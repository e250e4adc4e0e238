"""How the outbox writes rows: each change beside its audit record, compared before it is set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.errors import Refused
from desktop.mail.decision import keep_trace
from desktop.mail.outgoing import Frozen
from desktop.mail.sealing import REMINDER, Sealed
from desktop.mail.settling import outcome_event
from desktop.mail.states import check
from desktop.models import messages, pickups, remindervisits
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.protection import Pickup, PickupId
from desktop.models.records import Message, MessageId, Reason, State


class OutboxRows:
    """What `Outbox` is made on; every method works inside the caller's writing transaction."""

    def __init__(self, clock: Clock, audit: AuditLog) -> None:
        self._clock = clock
        self._audit = audit

    def _live(self, tx: Tx, frozen: Frozen) -> list[Message]:
        """What is in the way of a reminder: each live one about any of its visits."""
        if frozen.kind != REMINDER:
            return []
        first = messages.live_reminder(tx, frozen.source, frozen.occurrence, frozen.window)
        known = remindervisits.live(tx, [one.appointment for one in frozen.visits])
        others = [known[one] for one in frozen.visits if one in known]
        return list({row.id: row for row in (*others, *([first] if first else []))}.values())

    def _make_way(self, tx: Tx, frozen: Frozen) -> None:
        """One that was cancelled gives its place to the next generation of the same."""
        for before in self._live(tx, frozen):
            late = before.source == frozen.source and frozen.generation <= before.generation
            if before.state is not State.CANCELLED or late:
                raise Refused("already-queued")
            self._mark_superseded(tx, before)

    def _insert(self, tx: Tx, frozen: Frozen, not_before: datetime, by: Session | None) -> Message:
        return self._insert_all(tx, ((frozen, not_before),), by)[0]

    def _insert_all(
        self, tx: Tx, fresh: Sequence[tuple[Frozen, datetime]], by: Session | None
    ) -> list[Message]:
        """Each with the moment that it may leave at."""
        rows = [self._queued(frozen, not_before) for frozen, not_before in fresh]
        messages.insert_all(
            tx,
            [
                (row, frozen.sealed.wire, keep_trace(frozen.decision, frozen.wording), frozen.purpose)
                for row, (frozen, _) in zip(rows, fresh, strict=True)
            ],
        )
        for row, (frozen, _) in zip(rows, fresh, strict=True):
            remindervisits.add(tx, row.id, frozen.visits)
            self._keep_file(tx, row.id, frozen.sealed)
        self._record_all(tx, [_queued_event(row) for row in rows], by)
        return rows

    def _queued(self, frozen: Frozen, not_before: datetime) -> Message:
        decision = frozen.decision
        return Message(
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

    def _insert_beside(self, tx: Tx, new: Message, apart: Iterable[Frozen]) -> Message:
        """What else became of a message that was replaced: each at its own hour, not before the first."""
        for one in apart:
            self._insert(tx, one, max(new.not_before, one.not_before or new.not_before), None)
        return new

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
        return known_row(messages.get_many(tx, (message,)), message)

    def _record_outcome(
        self, tx: Tx, row: Message, state: State, reason: Reason | None, attempts: int
    ) -> None:
        self._record(tx, outcome_event(row, state, reason, attempts), None)

    def _record(self, tx: Tx, event: Event, by: Session | None) -> None:
        self._record_all(tx, (event,), by)

    def _record_all(self, tx: Tx, events: Sequence[Event], by: Session | None) -> None:
        if by is None:
            self._audit.record_all(tx, events)
        else:
            self._audit.record_all(tx, events, by.user, by.role, by.id)


def _queued_event(row: Message) -> Event:
    return Event(
        Act.MESSAGE_QUEUED,
        row.id,
        det={
            "person": row.person,
            "kind": row.kind,
            "method": row.method,
            "decision": row.decision_hash,
            "content": row.sha256,
        },
    )


def known_row(found: Mapping[MessageId, Message], message: MessageId) -> Message:
    """The row, or Refused `message-unknown`."""
    if message not in found:
        raise Refused("message-unknown")
    return found[message]
