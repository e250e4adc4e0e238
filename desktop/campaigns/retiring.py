"""Reminders that wait while the schedule, or what holds for their type of visit, has changed under them:
they end at once, not at their claim.

The claim would refuse them anyway (`Reminders.recheck`); but until then the outbox would show
somebody a reminder that is wrong, and the day's counts would be too. A family's letter of which one
visit still stands is written anew at its claim, without the others.
"""

from __future__ import annotations

from desktop.campaigns.windows import follows
from desktop.mail.outbox import Outbox
from desktop.mail.sealing import REMINDER
from desktop.mail.states import WAITING
from desktop.models import appointments, messages, practicefacts, remindervisits, windows
from desktop.models.accounts import Session
from desktop.models.campaigning import AFTER, Window, WindowId
from desktop.models.database import Tx
from desktop.models.practicefacts import Facts
from desktop.models.records import Appointment, AppointmentId, Message, Reason, VisitStatus
from desktop.models.remindervisits import Told


def retire(tx: Tx, outbox: Outbox, by: Session | None = None) -> int:
    """Cancel every waiting reminder of which no visit stands as it was, or is of a type that somebody is
    reminded of; how many there were.

    To be called in the transaction that changed either.
    """
    waiting = [row for row in messages.by_states(tx, WAITING) if row.kind == REMINDER]
    told = remindervisits.of_messages(tx, [row.id for row in waiting])
    about = {row.id: told.get(row.id) or (_of_row(row),) for row in waiting}
    visits = appointments.get_many(tx, {one.appointment for some in about.values() for one in some})
    facts, known = practicefacts.load(tx), windows.known(tx)
    ended = 0
    for row in waiting:
        why = [_reason(one, row, visits, facts, known.get(one.window)) for one in about[row.id]]
        reasons = [reason for reason in why if reason is not None]
        if len(reasons) == len(why):
            ended += outbox.cancel(tx, row.id, reasons[0], by)
    return ended


def withdraw(tx: Tx, outbox: Outbox, window: WindowId, by: Session) -> int:
    """Cancel what waits for this window, which somebody changed or took away; how many there were."""
    states = [state.value for state in WAITING]
    reason = Reason("window-changed")
    return sum(outbox.cancel(tx, id_, reason, by) for id_ in remindervisits.waiting_for(tx, window, states))


def _of_row(row: Message) -> Told:
    return Told(AppointmentId(row.source), row.occurrence, WindowId(row.window))


def _reason(
    told: Told, row: Message, visits: dict[AppointmentId, Appointment], facts: Facts, window: Window | None
) -> Reason | None:
    visit = visits.get(told.appointment)
    if visit is None or visit.status is VisitStatus.CANCELLED:
        return Reason("visit-cancelled")
    if visit.occurrence != told.occurrence:
        return Reason("visit-moved")
    if visit.person != row.person and told.appointment == row.source:
        return Reason("visit-other-person")
    if window is not None and window.kind in AFTER:
        return None if follows(window, visit) else Reason("visit-other-end")
    if visit.status is not VisitStatus.BOOKED:
        return Reason("visit-over")
    return None if facts.rule(visit.visit_type).remind else Reason("visit-type-silent")
