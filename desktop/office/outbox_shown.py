"""One message with everything that is known of its way, in words."""

from __future__ import annotations

from datetime import datetime

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.clock import Clock
from desktop.errors import InputError
from desktop.mail.calls import CALL
from desktop.mail.failure import may_resend
from desktop.mail.settling import is_unclear, may_follow
from desktop.mail.states import WAITING
from desktop.models import events, messages, pauses, receipts, relays, silences, tasks
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.delivery import DeliveryEvent
from desktop.models.records import Attempt, Message, MessageId, Reason
from desktop.office.desk import Desk
from desktop.office.outbox_lines import lines_of
from desktop.office.values_delivery import MessageShown, PhaseLine


class MessageDesk:
    """The evidence beside "we can't tell"."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def show_message(self, session: Session, message: MessageId) -> MessageShown:
        """Raises InputError `message-unknown`."""
        return self._desk.read(
            session,
            Action.SHOW_MESSAGE,
            lambda tx: shown(tx, message, self._clock.now()),
            lambda _: Event(Act.MESSAGE_SHOWN, obj=message),
        )


def shown(tx: Tx, id_: MessageId, now: datetime) -> MessageShown:
    """As it stands in this transaction."""
    row = messages.get(tx, id_)
    if row is None:
        raise InputError("message-unknown")
    relay = relays.get(tx, row.relay) if row.relay is not None else None
    silence = silences.get(tx, row.id)
    waits = row.state in WAITING and not row.superseded
    return MessageShown(
        line=lines_of(tx, (row,), now)[0],
        phases=_phases(tx, row, relay.name if relay is not None else ""),
        relay=relay.name if relay is not None else "",
        can_cancel=waits,
        can_pause=waits,
        can_resolve=is_unclear(row),
        can_resend=may_follow(row) and may_resend(tx, row) is None,
        pause=pauses.covers(tx, (row,), now).get(row.id) if waits else None,
        silence_until=silence.due_at if silence is not None and silence.ended_at is None else None,
        call=any(task.closed_at is None for task in tasks.of_source(tx, CALL, row.id)),
    )


def _phases(tx: Tx, row: Message, relay: str) -> tuple[PhaseLine, ...]:
    """By time; what happened at the same moment in the order in which it was noted."""
    lines = [PhaseLine(row.queued_at, "queued", Reason("phase-queued"))]
    lines += [_attempt(one, relay) for one in messages.attempts(tx, row.id)]
    receipt = receipts.of(tx, row.id)
    if receipt is not None:
        ref, at = receipt
        lines.append(PhaseLine(at, "receipt", Reason("phase-receipt", {"relay": relay, "name": ref})))
    lines += [_event(one) for one in events.of_message(tx, row.id)]
    for task in tasks.of_source(tx, CALL, row.id):
        lines.append(PhaseLine(task.opened_at, "call", Reason("phase-call")))
        if task.closed_at is not None:
            lines.append(PhaseLine(task.closed_at, "call-done", Reason("phase-call-done")))
    if row.superseded:
        lines.append(PhaseLine(max(line.at for line in lines), "followed", Reason("phase-followed")))
    return tuple(sorted(lines, key=lambda line: line.at))


def _attempt(one: Attempt, relay: str) -> PhaseLine:
    return PhaseLine(one.at, one.phase, Reason(f"phase-{one.phase}", {"relay": relay}), one.reply)


def _event(one: DeliveryEvent) -> PhaseLine:
    code = "event-bounced-hard" if one.details.get("hard") == 1 else f"event-{one.kind.value}"
    return PhaseLine(one.at, one.kind.value, Reason(code), str(one.details.get("words") or ""))
