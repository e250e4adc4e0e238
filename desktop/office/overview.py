"""What the day begins with: one line for each thing that waits for somebody, and where it is done.

Numbers only. What nobody is asked to do about stands nowhere: a line that counts nothing is left out.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from desktop.access.roles import Action, may
from desktop.campaigns.windows import is_working
from desktop.mail.calls import CALL
from desktop.mail.events import FAILED_TASK
from desktop.mail.settling import is_unclear
from desktop.models import conversations, events, messages, remindervisits, schedules, sendingrules, tasks
from desktop.models.accounts import Role, Session
from desktop.models.database import Tx
from desktop.models.delivery import EventKind
from desktop.models.records import Appointment, State
from desktop.office.task_kinds import KINDS, seen_by
from desktop.office.values_practice import DeskLine

RECENT = timedelta(days=3)
"""For so long a message that failed, or was called unwanted, is something new."""
NOON = time(12)
STALE = timedelta(days=1)
_ANSWERED = frozenset({EventKind.CONFIRMED, EventKind.DECLINED})
_OFFICE = frozenset({"review", "system"})
_COUNTED_APART = frozenset({CALL, FAILED_TASK})
_APART = _OFFICE | {"moves", "urgent"}
"""Groups with a line of their own."""


def desk_lines(
    tx: Tx, session: Session, now: datetime, zone: ZoneInfo, day: date, visits: list[Appointment]
) -> tuple[DeskLine, ...]:
    """The most pressing first; `day` is the one whose reminders are next, `visits` what stands on it."""
    mail = conversations.counts(tx, session.user)
    may_import = may(session.role, Action.IMPORT_APPOINTMENTS)
    kinds = tasks.counts(tx, seen_by(session.role))
    groups = _groups(kinds)
    recent = messages.counts(tx, now - RECENT)
    counted = (
        DeskLine("urgent", mail["urgent"], "messages"),
        DeskLine("wrong-person", groups.get("urgent", 0), "tasks:urgent"),
        DeskLine("replies", mail["unseen"], "messages"),
        DeskLine("moves", groups.get("moves", 0), "tasks:moves"),
        DeskLine("addresses", kinds.get(FAILED_TASK, 0), "tasks:addresses"),
        DeskLine("unclear", _unclear(tx), "outbox:unclear"),
        DeskLine("failed", recent.get(State.FAILED, 0), "outbox:failed"),
        DeskLine("returned", recent.get(State.COMPLAINED, 0), "outbox:returned"),
        DeskLine("calls", kinds.get(CALL, 0), "tasks:calls"),
        *(_schedule(tx, bool(visits), day, now.astimezone(zone)) if may_import else ()),
        DeskLine("not-confirmed", _not_confirmed(tx, visits), "outbox:sent"),
        DeskLine("tasks-due", _due(tx, session, now.astimezone(zone)), "tasks:"),
        *_system(session.role, groups),
    )
    return tuple(line for line in counted if line.count)


def _groups(kinds: dict[str, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for kind, number in kinds.items():
        found[KINDS[kind].group] = found.get(KINDS[kind].group, 0) + number
    return found


def _unclear(tx: Tx) -> int:
    return sum(map(is_unclear, messages.by_states(tx, (State.UNCERTAIN,))))


def _schedule(tx: Tx, any_visits: bool, day: date, local: datetime) -> tuple[DeskLine, ...]:
    """Missing from noon on where the practice works on that day; stale once the file is a day old."""
    known = schedules.latest(tx, day)
    if known is None and not any_visits:
        missing = local.time() >= NOON and is_working(sendingrules.get(tx), day)
        return (DeskLine("schedule-missing", 1, "import"),) if missing else ()
    made = (known.exported_at or known.recorded_at) if known is not None else None
    stale = made is not None and local - made > STALE
    return (DeskLine("schedule-stale", 1, "import"),) if stale else ()


def _not_confirmed(tx: Tx, visits: list[Appointment]) -> int:
    """Visits whose reminder surely reached the mail service, and of which nobody has said yes or no."""
    known = remindervisits.present(tx, {visit.id: visit.occurrence for visit in visits})
    there = {visit: [row.id for row in rows if row.state is State.ACCEPTED] for visit, rows in known.items()}
    told = events.of_messages(tx, {id_ for ids in there.values() for id_ in ids})
    answered = {id_ for id_, some in told.items() if any(one.kind in _ANSWERED for one in some)}
    return sum(bool(ids) and answered.isdisjoint(ids) for ids in there.values())


def _due(tx: Tx, session: Session, local: datetime) -> int:
    """Mine and nobody's that are due by the end of today, and of which no other line tells."""
    tomorrow = datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)
    kinds = [
        kind
        for kind in seen_by(session.role)
        if kind not in _COUNTED_APART and KINDS[kind].group not in _APART
    ]
    return tasks.count(tx, owner=session.user, kinds=kinds, due_before=tomorrow)


def _system(role: Role, groups: dict[str, int]) -> tuple[DeskLine, ...]:
    if role is not Role.ADMINISTRATOR:
        return ()
    number = sum(groups.get(group, 0) for group in _OFFICE)
    return (DeskLine("system", number, "tasks:system" if groups.get("system") else "tasks:review"),)
