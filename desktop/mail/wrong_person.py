"""What we sent reached somebody else: nothing goes there any more, and an incident is on record.

Sensitive content in other hands may be a breach that has to be told (45 CFR 164.402, 164.404), so
that each message of ours is an incident of its own, which somebody with that task weighs and closes.
Stopped is the address to which *our* message went, never one that a mail names.
"""

from __future__ import annotations

from datetime import datetime

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.audit.rules import RULES, WRONG_RECIPIENT
from desktop.models import alerts, suppressions, tasks, users
from desktop.models.accounts import UserId
from desktop.models.alerts import Alert
from desktop.models.correspondence import ConversationId
from desktop.models.database import Tx
from desktop.models.delivery import Suppression, SuppressionKind
from desktop.models.ids import new_id
from desktop.models.names import address_key
from desktop.models.records import Message
from desktop.models.tasks import Task, TaskState

TASK = "wrong-person"
AUTOMATIC, BY_HAND = "reply", "person"


def report(
    tx: Tx,
    audit: AuditLog,
    message: Message,
    now: datetime,
    by: UserId | None,
    *,
    conversation: ConversationId | None = None,
) -> bool:
    """Stop the address, open incident, alert and task; False where all that stands already.

    `by` is who said so here; None where the one who got it wrote so.
    """
    stop = Suppression(new_id(), address_key(message.address), SuppressionKind.WRONG_PERSON, message.id, now)
    stopped = suppressions.add(tx, stop)
    opened = not alerts.has_open_incident(tx, WRONG_RECIPIENT, message.id)
    if stopped:
        det: dict[str, str | int] = {"cause": stop.kind, "message": message.id}
        audit.record(tx, Event(Act.ADDRESS_SUPPRESSED, stop.id, det=det))
    if opened:
        _incident(tx, audit, message, now, by)
    new_task = not any(one.state is TaskState.OPEN for one in tasks.of_source(tx, TASK, message.id))
    if new_task and (opened or stopped):
        one = Task(new_id(), TASK, now, message.id, message.person, due_at=now, conversation=conversation)
        tasks.add(tx, one)
        audit.record(tx, Event(Act.TASK_OPENED, one.id, det={"task-kind": TASK}))
    return stopped or opened


def _incident(tx: Tx, audit: AuditLog, message: Message, now: datetime, by: UserId | None) -> None:
    who = users.get(tx, by) if by is not None else None
    told = Event(Act.WRONG_PERSON, message.person, det={"message": message.id})
    said = audit.record(tx, told, who.id, who.role.value) if who is not None else audit.record(tx, told)
    alert = Alert(
        new_id(), WRONG_RECIPIENT, RULES[WRONG_RECIPIENT].severity.value, message.id, now, now, 1, (said.seq,)
    )
    alerts.add(tx, alert)
    audit.record(tx, Event(Act.ALERT_RAISED, alert.id, det={"rule": WRONG_RECIPIENT, "count": 1}))
    incident = new_id()
    details: dict[str, str | int] = {
        "cause": AUTOMATIC if by is None else BY_HAND,
        "label": message.label.value,
        "method": message.method,
    }
    alerts.add_incident(tx, incident, alert, now, details, source=message.id)
    audit.record(tx, Event(Act.INCIDENT_OPENED, incident, det={"rule": WRONG_RECIPIENT}))
