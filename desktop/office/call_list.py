"""Whom to phone about a visit because no reminder reached them: for when the network is down.

Nothing here asks the network. Every visit that stands is either on the list or has a reason not
to be: its reminder arrived at the relay, somebody has phoned, or nobody may be phoned about it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from desktop.access.fields import visible
from desktop.access.roles import Action
from desktop.audit.events import Act
from desktop.campaigns.planned import Plan
from desktop.clock import Clock
from desktop.mail.calls import CALL
from desktop.mail.dates import day_in_words, time_in_words
from desktop.mail.settling import CALLED, RESOLUTIONS
from desktop.models import people, remindervisits, settings, tasks
from desktop.models.accounts import Role, Session
from desktop.models.database import Tx
from desktop.models.documents import Column, Document, Paragraph, Printer, Style, Table
from desktop.models.records import (
    Appointment,
    AppointmentId,
    Message,
    Person,
    Reason,
    State,
    Status,
)
from desktop.models.tasks import TaskState
from desktop.office.desk import Desk, Opened, Recorder
from desktop.office.listed import Listed
from desktop.office.values_delivery import CallLine, CallList
from desktop.office.values_protection import Paper
from desktop.texts import Texts, clean

_NOT_SENT = Reason("call-not-sent")
_WAITS = Reason("call-waits")
_NO_CALL = frozenset(
    {"visit-cancelled", "visit-over", "visit-type-silent", "visit-twice", "visit-confirmed", "already-sent"}
)
"""Why a visit of the plan needs no call."""
_WORDS = {
    State.UNCERTAIN: Reason("uncertain-before"),
    State.FAILED: Reason("failed-before"),
    State.BOUNCED: Reason("call-came-back"),
    State.COMPLAINED: Reason("call-came-back"),
    State.EXPIRED: Reason("call-expired"),
}
"""What became of a reminder that ended; one that was cancelled is as if there were none."""
_COLUMNS = (("time", 1.6), ("name", 2.4), ("phone", 1.8), ("provider", 1.8), ("why", 3.0))


class CallLists:
    """Works while the log has a gap, and without any network."""

    def __init__(self, desk: Desk, clock: Clock, printer: Printer) -> None:
        self._desk = desk
        self._clock = clock
        self._printer = printer

    def call_list(self, session: Session, day: date | None = None) -> CallList:
        """Of the visits of `day`; without one of what is left of today, and of tomorrow."""
        opened = self._desk.check(session, Action.CALL_LIST)
        return self._desk.read(
            session, Action.CALL_LIST, lambda tx: self._made(opened, tx, session.role, day), _listed
        )

    def print_call_list(self, session: Session, day: date | None = None) -> Paper:
        """The same on paper, in the practice's language."""
        opened = self._desk.check(session, Action.CALL_LIST)

        def lay_out(tx: Tx, record: Recorder) -> Document:
            made = self._made(opened, tx, session.role, day)
            _listed(made).keep(tx, record, opened.token_key, opened.field_key)
            return _paper(tx, made)

        document = self._desk.write(session, Action.CALL_LIST, lay_out)
        return Paper(self._printer.print_pdf(document), "call-list.pdf")

    def _made(self, opened: Opened, tx: Tx, role: Role, day: date | None) -> CallList:
        now = self._clock.now()
        today = now.astimezone(ZoneInfo(settings.get(tx, "zone") or "UTC")).date()
        days = (day,) if day is not None else (today, today + timedelta(days=1))
        lines: list[CallLine] = []
        for one in days:
            visits = _planned(opened.reminders.plan(tx, one))
            lines += _lines(tx, [pair for pair in visits if day or pair[0].start_utc > now], role)
        return CallList(day or today, tuple(sorted(lines, key=_when)))


def _planned(plan: Plan) -> list[tuple[Appointment, Reason]]:
    """Each visit once: one that needs no call for any of its reminders needs none."""
    lines = [(one.appointment, _NOT_SENT) for row in plan.rows for one in row.all]
    lines += [(line.appointment, line.reason) for line in plan.excluded]
    lines.sort(key=lambda pair: pair[1].code not in _NO_CALL)
    first: dict[AppointmentId, tuple[Appointment, Reason]] = {}
    for visit, reason in lines:
        first.setdefault(visit.id, (visit, reason))
    return list(first.values())


def _lines(tx: Tx, visits: Iterable[tuple[Appointment, Reason]], role: Role) -> list[CallLine]:
    some = [(visit, reason) for visit, reason in visits if reason.code not in _NO_CALL]
    known = people.get_many(tx, list({visit.person for visit, _ in some}))
    rows = remindervisits.present(tx, {visit.id: visit.occurrence for visit, _ in some})
    lines = []
    for visit, reason in some:
        person, row = known.get(visit.person), _telling(rows.get(visit.id, []))
        why = _why(tx, row, reason)
        if why is not None and person is not None and person.status is Status.ACTIVE:
            lines.append(_line(visit, visible(person, role), row, why))
    return lines


def _telling(rows: list[Message]) -> Message | None:
    """Of several reminders one that arrived or was told by telephone, else the last."""
    there = (row for row in rows if row.state is State.ACCEPTED or row.reason == RESOLUTIONS[CALLED].reason)
    return next(there, rows[0] if rows else None)


def _why(tx: Tx, row: Message | None, planned: Reason) -> Reason | None:
    """Why somebody has to phone; None where nobody has to."""
    if row is None or row.state is State.CANCELLED:
        return planned
    if row.state is State.ACCEPTED or row.reason == RESOLUTIONS[CALLED].reason:
        return None
    if any(task.state is TaskState.DONE for task in tasks.of_source(tx, CALL, row.id)):
        return None
    return _WORDS.get(row.state, _WAITS)


def _line(visit: Appointment, person: Person, row: Message | None, why: Reason) -> CallLine:
    return CallLine(
        message=row.id if row is not None else None,
        person=visit.person,
        name=person.name,
        phone=person.phone,
        start=visit.start,
        provider=visit.provider,
        reason=Reason(why.code, {**why.params, "name": person.name} if "name" in why.params else why.params),
    )


def _when(line: CallLine) -> tuple[str, str]:
    return line.start.isoformat() if line.start is not None else "", line.name


def _moment(line: CallLine, language: str) -> str:
    if line.start is None:
        return ""
    return f"{day_in_words(line.start, language)}, {time_in_words(line.start, language)}"


def _listed(made: CallList) -> Listed:
    return Listed(Act.CALL_LIST_MADE, tuple(line.person for line in made.lines), {"count": len(made.lines)})


def _paper(tx: Tx, made: CallList) -> Document:
    language = settings.get(tx, "language") or "en"
    say = Texts(language).say
    practice = settings.get(tx, "practice-name") or ""
    rows = tuple(
        (
            f"{day_in_words(line.start, language)} {time_in_words(line.start, language)}"
            if line.start
            else "",
            clean(line.name),
            clean(line.phone),
            clean(line.provider),
            say(f"reason.{line.reason.code}", **line.reason.params),
        )
        for line in made.lines
    )
    columns = tuple(Column(say(f"paper.calls.{name}"), share) for name, share in _COLUMNS)
    day = day_in_words(datetime.combine(made.day, time()), language)
    body = Table(columns, rows) if rows else Paragraph(say("paper.calls.nobody"))
    return Document(
        title=say("paper.calls.title"),
        language=language,
        subtitle=(practice, say("paper.calls.day", date=day)),
        blocks=(Paragraph(say("paper.calls.lead"), Style.NOTE), body),
        footer=practice,
    )
