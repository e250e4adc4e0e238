"""Somebody asks to move or cancel a visit: a task until the schedule says so, which is never changed here.

One task for a visit as it stood when they asked. It ends by itself when an import shows another
time, or that the visit is gone: of one that was to be moved, once a further visit of theirs stands
there instead. The conversation that waited for this is done with it, unless something unseen came
meanwhile.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.mail.asking import ASK_CANCEL, ASK_MOVE
from desktop.mail.events import DECLINED_TASK
from desktop.models import appointments, conversations, messages, tasks
from desktop.models.correspondence import ConversationId, ConversationState
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.records import Appointment, AppointmentId, MessageId, PersonId, VisitStatus
from desktop.models.tasks import Task, TaskState

MOVE, CANCEL_VISIT = "move", "cancel-visit"
ASKS = frozenset({ASK_MOVE, ASK_CANCEL})
_ENDED_BY_SCHEDULE = (MOVE, CANCEL_VISIT, DECLINED_TASK)
ANSWER_WITHIN = timedelta(days=1)
_BEFORE = timedelta(hours=1)
"""At the latest so long before the visit somebody is to have changed it."""


def asked(
    tx: Tx,
    audit: AuditLog,
    codes: frozenset[str],
    visit: Appointment,
    person: PersonId,
    conversation: ConversationId,
    now: datetime,
) -> Task | None:
    """Open what these asks want; None where they want none, or somebody is at it already."""
    if not codes & ASKS:
        return None
    due = max(now, min(now + ANSWER_WITHIN, visit.start_utc - _BEFORE))
    one = Task(
        new_id(),
        MOVE if ASK_MOVE in codes else CANCEL_VISIT,
        now,
        visit.id,
        person,
        due_at=due,
        details=_as_it_was(visit) | {"others": _others(tx, person, visit.id, now)},
        conversation=conversation,
    )
    if any(_stands(other, visit) for other in tasks.of_source(tx, one.kind, visit.id)):
        return None
    tasks.add(tx, one)
    audit.record(tx, Event(Act.TASK_OPENED, one.id, det={"task-kind": one.kind}))
    return one


def belongs(tx: Tx, message: MessageId, visit: Appointment | None, conversation: ConversationId) -> None:
    """The open task of a plain "no" to `message` is about this visit, and stands in this conversation."""
    for one in tasks.of_source(tx, DECLINED_TASK, message):
        if one.state is TaskState.OPEN:
            details = one.details | (_as_it_was(visit) if visit is not None else {})
            tasks.put(tx, replace(one, details=details, conversation=conversation))


def close_settled(tx: Tx, audit: AuditLog, now: datetime) -> int:
    """End every task whose visit stands at another time now, or not at all; how many there were.

    To be called in the transaction that changed the schedule.
    """
    waiting = [one for kind in _ENDED_BY_SCHEDULE for one in tasks.open_ones(tx, kind)]
    about = {one.id: _visit_of(tx, one) for one in waiting}
    visits = appointments.get_many(tx, {id_ for id_ in about.values() if id_})
    ended = [one for one in waiting if about[one.id] and _is_settled(tx, one, visits.get(about[one.id]))]
    for one in ended:
        tasks.close(tx, one.id, TaskState.DONE, now)
    audit.record_all(
        tx,
        [
            Event(Act.TASK_ENDED, one.id, det={"task-kind": one.kind, "result": TaskState.DONE.value})
            for one in ended
        ],
    )
    for id_ in dict.fromkeys(one.conversation for one in ended):
        if id_ is not None:
            _done(tx, audit, id_, now)
    return len(ended)


def _as_it_was(visit: Appointment) -> dict[str, str | int]:
    start = visit.start.isoformat(timespec="minutes")
    return {"appointment": visit.id, "occurrence": visit.occurrence, "start": start}


def _stands(one: Task, visit: Appointment) -> bool:
    return one.state is TaskState.OPEN and one.details.get("occurrence") == visit.occurrence


def _others(tx: Tx, person: PersonId, visit: AppointmentId, at: datetime) -> int:
    """How many further visits of theirs were to come then."""
    booked = (one for one in appointments.of_person(tx, person) if one.status is VisitStatus.BOOKED)
    return sum(one.id != visit and one.start_utc > at for one in booked)


def _visit_of(tx: Tx, one: Task) -> AppointmentId:
    """'' where nobody can tell: a "no" that came before the visit was kept with its task."""
    if one.kind != DECLINED_TASK or "appointment" in one.details:
        return AppointmentId(str(one.details.get("appointment", "")))
    message = messages.get(tx, MessageId(one.source))
    return AppointmentId(message.source if message is not None else "")


def _is_settled(tx: Tx, one: Task, visit: Appointment | None) -> bool:
    if visit is None or visit.status is not VisitStatus.BOOKED:
        if one.kind != MOVE or one.person is None:
            return True
        others = _others(tx, one.person, _visit_of(tx, one), one.opened_at)
        return others > int(one.details.get("others", 0))
    if "occurrence" in one.details:
        return any(one.details.get(name) != value for name, value in _as_it_was(visit).items())
    message = messages.get(tx, MessageId(one.source))
    return message is not None and visit.occurrence != message.occurrence


def _done(tx: Tx, audit: AuditLog, id_: ConversationId, now: datetime) -> None:
    """Only what we had answered: what nobody has read stays where it is."""
    found = conversations.get(tx, id_)
    if found is None or found.state is not ConversationState.WAITING or found.unseen:
        return
    if tasks.waits(tx, id_):
        return
    conversations.put(tx, replace(found, state=ConversationState.DONE, done_at=now))
    audit.record(tx, Event(Act.CONVERSATION_CHANGED, id_, det={"fields": 1}))
