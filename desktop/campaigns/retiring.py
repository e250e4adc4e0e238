"""Reminders that wait while the schedule, or what holds for their type of visit, has changed under them:
they end at once, not at their claim.

The claim would refuse them anyway (`Reminders.recheck`); but until then the outbox would show
somebody a reminder that is wrong, and the day's counts would be too.
"""

from __future__ import annotations

from desktop.mail.outbox import Outbox
from desktop.mail.sealing import REMINDER
from desktop.mail.states import WAITING
from desktop.models import appointments, messages, practicefacts
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.practicefacts import Facts
from desktop.models.records import Appointment, AppointmentId, Message, Reason, VisitStatus


def retire(tx: Tx, outbox: Outbox, by: Session | None = None) -> int:
    """Cancel every waiting reminder of a visit that does not stand as it was, or is of a type that nobody
    is reminded of; how many there were.

    To be called in the transaction that changed either.
    """
    waiting = [row for row in messages.by_states(tx, WAITING) if row.kind == REMINDER]
    visits = appointments.get_many(tx, {AppointmentId(row.source) for row in waiting})
    facts = practicefacts.load(tx)
    why = {row.id: _reason(row, visits.get(AppointmentId(row.source)), facts) for row in waiting}
    return sum(outbox.cancel(tx, id_, reason, by) for id_, reason in why.items() if reason is not None)


def _reason(row: Message, visit: Appointment | None, facts: Facts) -> Reason | None:
    if visit is None or visit.status is VisitStatus.CANCELLED:
        return Reason("visit-cancelled")
    if visit.occurrence != row.occurrence:
        return Reason("visit-moved")
    if visit.person != row.person:
        return Reason("visit-other-person")
    return None if facts.rule(visit.visit_type).remind else Reason("visit-type-silent")
