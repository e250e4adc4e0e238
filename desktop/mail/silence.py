"""A lab result is never told because a mail service accepted it: without a sign, somebody phones.

The clock of a sensitive message starts when it is accepted and runs for the practice's working
days (`SendingRules.silence_days`). A reply, a pick-up, a call or a failure ends it
(`mail/events.py`, `models.silences.end`); where it runs out, a task to phone opens, once.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.mail.calls import open_call
from desktop.mail.holidays import is_holiday
from desktop.mail.sealing import LETTER, REMINDER
from desktop.models import messages, sendingrules, settings, silences
from desktop.models.database import Tx
from desktop.models.delivery import SendingRules
from desktop.models.records import MessageId, State

CAUSE = "silence"
SINCE = "silence-since"
"""The setting with the moment from which messages have a clock: what was sent before this was a rule
is not called about."""
_CLOCKED_KINDS = (LETTER, REMINDER, "campaign", "journey")
_SATURDAY = 5


def due_at(accepted: datetime, rules: SendingRules, zone: ZoneInfo) -> datetime:
    """The same time of day, so many working days later, by the practice's own clock.

    Working days are Monday to Friday without public holidays and the practice's closed days. What
    was accepted on another day counts from the next working day on.
    """
    local = accepted.astimezone(zone)
    day, left = local.date(), max(1, rules.silence_days)
    while left:
        day += timedelta(days=1)
        closed = day.isoformat() in rules.closed or is_holiday(rules.country, rules.region, day)
        left -= day.weekday() < _SATURDAY and not closed
    return datetime.combine(day, local.time(), zone).astimezone(UTC)


def is_due(tx: Tx, now: datetime) -> bool:
    """Whether `look` would change anything."""
    since = settings.get(tx, SINCE)
    if since is None:
        return True
    return bool(silences.due(tx, now) or _unstarted(tx, since))


def look(tx: Tx, audit: AuditLog, now: datetime) -> int:
    """Start the clocks of what was accepted, open a task for each that ran out; how many were opened."""
    since = settings.get(tx, SINCE)
    if since is None:
        settings.put(tx, SINCE, now.isoformat())
        return 0
    rules, zone = sendingrules.get(tx), ZoneInfo(settings.get(tx, "zone") or "UTC")
    for message, accepted in _unstarted(tx, since):
        silences.start(tx, message, due_at(accepted, rules, zone))
    opened = 0
    for silence in silences.due(tx, now):
        silences.end(tx, silence.message, "task", now)
        row = messages.get(tx, silence.message)
        if row is None or row.state is not State.ACCEPTED or row.superseded:
            continue
        task = open_call(tx, row, CAUSE, now)
        if task is not None:
            audit.record(tx, Event(Act.SILENCE_TASK_OPENED, obj=task.id, det={"person": row.person}))
            opened += 1
    return opened


def _unstarted(tx: Tx, since: str) -> list[tuple[MessageId, datetime]]:
    return silences.unstarted(tx, _CLOCKED_KINDS, datetime.fromisoformat(since))
