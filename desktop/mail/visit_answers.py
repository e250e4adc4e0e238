"""What a patient says of the time of a visit is kept beside it: it stops what would still be asked.

An answer belongs to one occurrence. A yes to a family's letter is one of every visit in it that still
stands as it was told; whose visit a plain "no" is about, a person has to find out.
"""

from __future__ import annotations

from datetime import datetime

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.models import appointments, remindervisits, visitanswers
from desktop.models.campaigning import AnswerKept, VisitAnswer
from desktop.models.database import Tx
from desktop.models.records import Appointment, AppointmentId, Message, MessageId, VisitStatus


def is_of_family(tx: Tx, message: Message) -> bool:
    """Whether it names several visits."""
    return len(remindervisits.of_messages(tx, (message.id,)).get(message.id, ())) > 1


def answered(tx: Tx, audit: AuditLog, message: Message, answer: VisitAnswer, at: datetime) -> None:
    """A plain yes or no to a reminder."""
    told = remindervisits.of_messages(tx, (message.id,)).get(message.id, ())
    occurrences = {one.appointment: one.occurrence for one in told}
    if not occurrences:
        occurrences[AppointmentId(message.source)] = message.occurrence
    for visit in appointments.get_many(tx, occurrences).values():
        stands = visit.status is VisitStatus.BOOKED and visit.start_utc > at
        if stands and visit.occurrence == occurrences[visit.id]:
            said(tx, audit, visit, answer, at, message.id)


def said(
    tx: Tx,
    audit: AuditLog,
    visit: Appointment,
    answer: VisitAnswer,
    at: datetime,
    message: MessageId | None = None,
) -> None:
    """Of this very time; what was said later counts."""
    if visitanswers.keep(tx, AnswerKept(visit.id, visit.occurrence, answer, at, message)):
        audit.record(tx, Event(Act.VISIT_ANSWERED, visit.person, det={"appointment": visit.id}))
