"""What came of a message enters here, whatever told of it: mailbox, feed, storage or a person.

Each event is kept once. What follows from it follows in the same transaction: the message
moves, an address that is gone or complained is written to no more, a clock stops, somebody
gets a task. Whoever calls has made sure that the event is about this message
(`mail/correlate.py`); nothing here looks at an address that a report named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.mail import optouts
from desktop.mail.breakers import came_back
from desktop.mail.states import IN_FLIGHT, check
from desktop.models import events, messages, people, silences, suppressions, tasks
from desktop.models.database import Tx
from desktop.models.delivery import DeliveryEvent, EventKind, Match, Suppression, SuppressionKind
from desktop.models.ids import new_id
from desktop.models.names import address_key
from desktop.models.records import Attempt, Message, MessageId, Reason, State
from desktop.models.standing import Use

FAILED_TASK = "failed-delivery"
"""Somebody finds out why it did not arrive, and tells them by another way."""
DECLINED_TASK = "declined"
"""Somebody answers: the visit stands until it is changed in the schedule."""

GONE, NOT_DELIVERED, COMPLAINED, SIGN = "bounced-gone", "bounced", "complained", "sign-of-arrival"
TAKEN = "found-in-sent"

_ARRIVED = frozenset(EventKind) - {EventKind.BOUNCED}
"""Whatever else is told of a message, the relay must have had it."""
_BY_READER = {
    EventKind.REPLIED: "reply",
    EventKind.CONFIRMED: "reply",
    EventKind.DECLINED: "reply",
    EventKind.PICKED_UP: "picked-up",
    EventKind.BOUNCED: "failed",
    EventKind.COMPLAINED: "failed",
}
"""What ends the clock of a sensitive message, and how."""
_BY = "mailbox"
"""Who entered a wish that came by mail: nobody of the staff."""


@dataclass
class _Work:
    """One group of events under way: rows as they stand now, records to be written at its end."""

    tx: Tx
    now: datetime
    rows: dict[MessageId, Message]
    records: list[Event] = field(default_factory=list)
    phases: list[Attempt] = field(default_factory=list)

    def end(self, audit: AuditLog) -> None:
        messages.add_attempts(self.tx, self.phases)
        audit.record_all(self.tx, self.records)


def note(tx: Tx, audit: AuditLog, event: DeliveryEvent, now: datetime) -> bool:
    """Take in what was told; False, and nothing changed, where that was told before."""
    return note_all(tx, audit, (event,), now) == 1


def note_all(tx: Tx, audit: AuditLog, told: Sequence[DeliveryEvent], now: datetime) -> int:
    """As `note`, of many; how many were new."""
    rows = messages.get_many(tx, [event.message for event in told if event.message is not None])
    work = _Work(tx, now, dict(rows))
    new = [event for event in told if events.add(tx, event)]
    for event in new:
        _follow(work, event)
    work.end(audit)
    came_back(tx, audit, [row for row in work.rows.values() if row != rows.get(row.id)], now)
    return len(new)


def found_at_relay(tx: Tx, audit: AuditLog, message: MessageId, now: datetime) -> bool:
    """The mail service has it, whatever it did or did not answer; False where that is known already."""
    row = messages.get(tx, message)
    if row is None or row.state is not State.UNCERTAIN:
        return False
    work = _Work(tx, now, {row.id: row})
    row = _to(work, row, State.ACCEPTED, Reason(TAKEN))
    work.records.append(Event(Act.MESSAGE_ACCEPTED, row.id, why=TAKEN, det={"method": row.method}))
    work.end(audit)
    return True


def in_flight(tx: Tx, ids: Sequence[MessageId]) -> frozenset[MessageId]:
    """Those that are being sent this moment: what came of them cannot be entered yet."""
    return frozenset(row.id for row in messages.get_many(tx, ids).values() if row.state in IN_FLIGHT)


def _follow(work: _Work, event: DeliveryEvent) -> None:
    row = work.rows.get(event.message) if event.message is not None else None
    if row is not None:
        _move(work, row, event)
        how = _BY_READER.get(event.kind)
        if how is not None and row.label.value in silences.CLOCKED:
            silences.end(work.tx, row.id, how, work.now)
        if event.kind is EventKind.DECLINED:
            _open_task(work, DECLINED_TASK, row, "declined")
    if event.kind is EventKind.UNSUBSCRIBED:
        _refuse(work, event, row)


def _move(work: _Work, row: Message, event: DeliveryEvent) -> None:
    if row.state is State.UNCERTAIN and event.kind in _ARRIVED:
        row = _to(work, row, State.ACCEPTED, Reason(SIGN))
    match event.kind:
        case EventKind.BOUNCED:
            _bounced(work, row, event)
        case EventKind.COMPLAINED:
            if row.state is State.ACCEPTED:
                row = _to(work, row, State.COMPLAINED, Reason(COMPLAINED))
            _record(work, Act.MESSAGE_COMPLAINED, row, event, COMPLAINED)
            _stop(work, row, SuppressionKind.COMPLAINT)
        case _:
            work.records.append(Event(Act.MESSAGE_REPORTED, row.id, det={"event": event.kind}))


def _bounced(work: _Work, row: Message, event: DeliveryEvent) -> None:
    gone = event.details.get("hard") == 1
    why = GONE if gone else NOT_DELIVERED
    moved = row.state in (State.ACCEPTED, State.UNCERTAIN)
    if moved:
        row = _to(work, row, State.BOUNCED, Reason(why))
    _record(work, Act.MESSAGE_BOUNCED, row, event, why)
    stopped = gone and _stop(work, row, SuppressionKind.HARD_BOUNCE)
    if moved or (stopped and row.state is State.DEFERRED):
        _open_task(work, FAILED_TASK, row, why)


def _to(work: _Work, row: Message, state: State, reason: Reason) -> Message:
    check(row.state, state)
    if not messages.move(work.tx, row.id, row.state, state, reason=reason):
        raise RuntimeError("a message moved inside one transaction")
    work.phases.append(Attempt(row.id, work.now, state.value))
    work.rows[row.id] = replace(row, state=state, reason=reason)
    return work.rows[row.id]


def _stop(work: _Work, row: Message, kind: SuppressionKind) -> bool:
    """The address that this message went to, never one that a report named; False where it was before."""
    one = Suppression(new_id(), address_key(row.address), kind, row.id, work.now)
    new = suppressions.add(work.tx, one)
    if new:
        work.records.append(Event(Act.ADDRESS_SUPPRESSED, one.id, det={"cause": kind, "message": row.id}))
    return new


def _refuse(work: _Work, event: DeliveryEvent, row: Message | None) -> None:
    """No more of it (16 CFR 316.5: at once); what is about their care goes on."""
    found = row.person if row is not None else event.person
    person = people.stands_for(work.tx, found) if found is not None else None
    if person is not None:
        proof = event.ref if event.source == _BY else ""
        use = optouts.ended_by(work.tx, row.id) if row is not None else Use.MARKETING
        said = optouts.OptOut(person, work.now, event.source, _BY, proof=proof, use=use)
        work.records += optouts.take(work.tx, said).events


def _open_task(work: _Work, kind: str, row: Message, cause: str) -> None:
    details: dict[str, str | int] = {"cause": cause}
    tasks.add(work.tx, tasks.Task(new_id(), kind, work.now, row.id, row.person, details=details))


def _record(work: _Work, act: Act, row: Message, event: DeliveryEvent, why: str) -> None:
    how = str(event.details.get("how") or Match.MESSAGE_ID)
    work.records.append(Event(act, row.id, "failed", why, {"how": how, "method": row.method}))
