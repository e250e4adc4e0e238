"""Today's page and tomorrow's reminders."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from desktop.access.roles import Action
from desktop.audit.events import Act, Event
from desktop.audit.fields import Value
from desktop.campaigns.fixes import Fix, fix_of
from desktop.campaigns.planned import Plan, PlannedReminder, QueuedReminders
from desktop.campaigns.planner import Excluded
from desktop.clock import Clock
from desktop.mail.relays import baa_problem
from desktop.models import appointments, messages, people, schedules, tasks
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.records import PersonId, State, VisitStatus
from desktop.office.api import Progress
from desktop.office.desk import Desk, Recorder
from desktop.office.listed import Listed
from desktop.office.overview import desk_lines
from desktop.office.task_kinds import seen_by
from desktop.office.values import ExcludedLine, FamilyVisit, ReminderLine, ReminderPlan
from desktop.office.values_practice import TodayShown

_WAITING = frozenset({State.QUEUED, State.DEFERRED})
_CAME_BACK = frozenset({State.BOUNCED, State.COMPLAINED})
_STANDING = frozenset({"already-queued", "already-sent"})
_OF_THE_VISIT = (
    *("visit-cancelled", "visit-over", "visit-other-end", "visit-type-"),
    *("visit-confirmed", "visit-declined"),
)
_RIGHT = _STANDING | {"too-late"}
_OWN_FIXES = {
    **dict.fromkeys(("visit-twice", "person-moved", "person-deceased", "person-discharged"), "drop"),
    "window-template": "words",
}
_DESK_FIXES = {
    Fix.ADDRESS: "address",
    Fix.OWN_ADDRESS: "address",
    Fix.PROTECT: "protect",
    Fix.COMPLETE: "complete",
    Fix.RELAY: "relay",
}


class Reminders:
    """Plan (read), seal (compute), enqueue (write): three steps, one transaction each."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    def today(self, session: Session) -> TodayShown:
        """The first page; the sender tells whether anything could leave."""
        opened = self._desk.opened()

        def look(tx: Tx) -> TodayShown:
            plan = opened.reminders.plan(tx)
            day = plan.day
            visits = [v for v in appointments.on_day(tx, day) if v.status is VisitStatus.BOOKED]
            counts = messages.counts(tx)
            known = schedules.latest(tx, day)
            relay = plan.sender.relay
            now, zone = self._clock.now(), ZoneInfo(plan.sender.zone)
            today = now.astimezone(zone).date()
            ready = relay is not None and baa_problem(relay, today) is None
            return TodayShown(
                practice=plan.sender.practice,
                user=session.user_name,
                role=session.role,
                day=day,
                visits=len(visits),
                exported_at=known.exported_at if known else None,
                queued=sum(counts.get(state, 0) for state in _WAITING),
                uncertain=counts.get(State.UNCERTAIN, 0),
                failed=counts.get(State.FAILED, 0),
                bounced=sum(counts.get(state, 0) for state in _CAME_BACK),
                calls=len(tasks.open_ones(tx, "call")),
                relay_ready=ready,
                ready=len(plan.rows),
                already_queued=sum(line.reason.code in _STANDING for line in plan.excluded),
                people=people.count(tx),
                desk=desk_lines(tx, session, now, zone, day, visits),
                tasks=tasks.count(tx, kinds=seen_by(session.role)),
            )

        return self._desk.read(
            session, Action.TODAY, look, lambda shown: Event(Act.TODAY_SHOWN, det={"count": shown.visits})
        )

    def preview_reminders(self, session: Session, day: date | None = None) -> ReminderPlan:
        opened = self._desk.check(session, Action.PREVIEW_REMINDERS)
        opened.looks.at_people(opened.database.read(lambda tx: opened.reminders.people_on(tx, day)))

        def event(plan: ReminderPlan) -> Listed:
            det: dict[str, Value] = {
                "day": int(plan.day.strftime("%Y%m%d")),
                "count": len(plan.reminders),
                "excluded": len(plan.excluded),
            }
            return Listed(Act.REMINDERS_PREVIEWED, _named(plan), det)

        return self._desk.read(
            session,
            Action.PREVIEW_REMINDERS,
            lambda tx: _shown(tx, opened.reminders.plan(tx, day), State.DRAFT),
            event,
        )

    def send_reminders(
        self, session: Session, day: date | None = None, progress: Progress | None = None
    ) -> ReminderPlan:
        """Freeze and queue; a visit that somebody else queued meanwhile is left as it is."""
        opened = self._desk.check(session, Action.SEND_REMINDERS)
        opened.looks.at_people(opened.database.read(lambda tx: opened.reminders.people_on(tx, day)))
        plan = opened.database.read(lambda tx: opened.reminders.plan(tx, day))
        frozen = opened.reminders.seal(plan, progress) if plan.rows else ()

        def queue(tx: Tx, record: Recorder) -> ReminderPlan:
            done: QueuedReminders = opened.reminders.enqueue(tx, frozen, session)
            shown = _shown(tx, plan, State.QUEUED, done)
            det: dict[str, Value] = {
                "day": int(plan.day.strftime("%Y%m%d")),
                "queued": len(done.messages),
                "excluded": len(plan.excluded) + len(done.lost),
            }
            listed = Listed(Act.REMINDERS_QUEUED, _named(shown), det)
            listed.keep(tx, record, opened.token_key, opened.field_key)
            return shown

        return self._desk.write(session, Action.SEND_REMINDERS, queue)


def _named(plan: ReminderPlan) -> tuple[PersonId, ...]:
    """Whose names the plan shows."""
    family = (other.person for r in plan.reminders for other in r.others)
    return (*(r.person for r in plan.reminders), *family, *(e.person for e in plan.excluded))


def _shown(tx: Tx, plan: Plan, state: State, done: QueuedReminders | None = None) -> ReminderPlan:
    lost = frozenset(done.lost) if done else frozenset()
    known = schedules.latest(tx, plan.day)
    return ReminderPlan(
        plan.day,
        tuple(_line(row, state) for row in plan.rows if row.due.told not in lost),
        tuple(_excluded(line) for line in plan.excluded),
        tuple(message.id for message in done.messages) if done else (),
        known.exported_at if known else None,
        plan.until,
        plan.sender.zone,
    )


def _line(row: PlannedReminder, state: State) -> ReminderLine:
    return ReminderLine(
        row.appointment.id,
        row.person.id,
        row.person.name,
        row.appointment.start,
        row.decision.method,
        row.decision.reasons,
        state,
        row.window.id,
        row.window.kind,
        row.hour,
        tuple(
            FamilyVisit(one.appointment.id, one.person.id, one.person.name, one.appointment.start)
            for one in row.others
        ),
    )


def _excluded(line: Excluded) -> ExcludedLine:
    return ExcludedLine(
        line.appointment.id,
        line.person,
        line.name,
        line.appointment.start,
        line.reason,
        line.window.id,
        line.window.kind,
        line.hour,
        _fix(line.reason.code),
    )


def _fix(code: str) -> str:
    """What somebody at the desk can do about it; '' where the visit or its reminder is right as it is."""
    if code in _RIGHT or code.startswith(_OF_THE_VISIT):
        return ""
    return _OWN_FIXES.get(code) or _DESK_FIXES.get(fix_of(code), "call")
