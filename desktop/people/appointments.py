"""Taking a schedule in: what a file adds, moves and cancels, in the caller's transaction.

The file says what it is. A *whole* schedule holds every visit of its days and providers, so
a visit that is no longer in it counts as cancelled; a file of *changes* cancels only what it
says is cancelled. A row that cannot be read never cancels the visit that it stands for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.models import (
    appointments,
    import_undo,
    imports,
    names,
    people,
    schedules,
    settings,
    visitanswers,
)
from desktop.models.campaigning import VisitAnswer
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.records import (
    Appointment,
    AppointmentId,
    ImportId,
    Person,
    Reason,
    VisitStatus,
)
from desktop.people.schedules import ParsedAppointments, VisitRow, parse_appointments
from desktop.people.tabular import Rejected, RowError

__all__ = ["AppointmentsResult", "import_appointments", "parse_appointments"]

WHOLE, CHANGES = "whole", "changes"
MODE_SETTING = "appointments-mode"
"""The practice's saved answer to what its files are; without it a file is changes."""
OLD_AFTER = timedelta(days=1)
BEHIND_AFTER = timedelta(hours=1)
"""A whole schedule exported this much before the last one of a day would turn it back."""
DROP_PARTS = 5
"""More than one part in five of a known day gone is more than a normal day's cancellations."""


@dataclass(frozen=True)
class AppointmentsResult:
    """`cancelled` are the visits that were on before and are not any more."""

    id: ImportId
    mode: str
    created: int
    updated: int
    unchanged: int
    rejected: tuple[Rejected, ...]
    cancelled: tuple[AppointmentId, ...]
    days: tuple[date, ...]


def import_appointments(
    tx: Tx,
    parsed: ParsedAppointments,
    *,
    mode: str | None,
    confirm: bool,
    strict: bool,
    file_time: datetime | None,
    now: datetime,
    by: str,
) -> AppointmentsResult:
    """Store what the file says. `file_time` is when it was exported, in UTC, if that is known.

    Raises InputError and stores nothing: `mode-unknown`; `rows-rejected` when `strict`; and
    `confirm-needed` unless `confirm`, for a file older than a day, for a whole schedule well
    behind the last one of its days, and for one that drops more than a fifth of a known day
    or drops visits while it has rows that nobody can tell.
    """
    mode = _mode(tx, mode)
    plan = _Plan(tx, parsed, now)
    for row in parsed.rows:
        plan.take(row)
    if strict and plan.rejected:
        first = min(left_out.line for left_out in plan.rejected)
        raise InputError("rows-rejected", count=len(plan.rejected), line=first)
    days = tuple(sorted({row.start.date() for row in plan.accepted}))
    drops = plan.missing(days) if mode == WHOLE else {}
    if not confirm:
        behind = mode == WHOLE and _behind_known(tx, days, file_time)
        _need_no_confirmation(plan, days, drops, file_time, now, behind=behind)
    gone = [visit for visits in drops.values() for visit in visits]
    import_id = imports.begin(tx, "appointments", parsed.file_hash, by, now)
    for visit in plan.new:
        appointments.insert(tx, visit, import_id)
    for visit in plan.changed:
        appointments.update(tx, visit)
    for visit in gone:
        appointments.update(tx, replace(visit, status=VisitStatus.CANCELLED))
    dropped = [(visit, replace(visit, status=VisitStatus.CANCELLED)) for visit in gone]
    _tick(tx, [*plan.stands, *(after for _, after in dropped)], plan.confirmed, now)
    import_undo.keep_visits(tx, import_id, [*zip(plan.known, plan.changed, strict=True), *dropped])
    imports.keep_rejects(
        tx, import_id, ((one.line, one.reason.code, one.reason.params, one.cells) for one in plan.rejected)
    )
    if mode == WHOLE:
        schedules.record(tx, _covered(plan.accepted), file_time, now, import_id)
    counts = {"created": len(plan.new), "updated": len(plan.changed), "unchanged": plan.unchanged}
    imports.finish(tx, import_id, **counts)
    return AppointmentsResult(
        id=import_id,
        mode=mode,
        **counts,
        rejected=tuple(sorted(plan.rejected, key=lambda left_out: left_out.line)),
        cancelled=(*plan.cancelled, *(visit.id for visit in gone)),
        days=days,
    )


def _tick(tx: Tx, visits: Iterable[Appointment], confirmed: set[AppointmentId], now: datetime) -> None:
    """What patients answered counts as entered once the schedule itself says so."""
    shown = {visit.id: visit for visit in visits}
    for answer in visitanswers.of_visits(
        tx, {id_: visit.occurrence for id_, visit in shown.items()}
    ).values():
        off = shown[answer.appointment].status is VisitStatus.CANCELLED
        yes = answer.appointment in confirmed and not off
        if off if answer.answer is VisitAnswer.DECLINED else yes:
            visitanswers.enter(tx, answer.appointment, answer.occurrence, None, now)


def _mode(tx: Tx, mode: str | None) -> str:
    chosen = mode or settings.get(tx, MODE_SETTING) or CHANGES
    if chosen not in (WHOLE, CHANGES):
        raise InputError("mode-unknown")
    return chosen


def _covered(rows: Iterable[VisitRow]) -> list[tuple[date, str, int]]:
    counts = Counter(
        (row.start.date(), row.provider) for row in rows if row.status is not VisitStatus.CANCELLED
    )
    return [(day, provider, visits) for (day, provider), visits in sorted(counts.items())]


def _need_no_confirmation(
    plan: _Plan,
    days: tuple[date, ...],
    drops: dict[date, list[Appointment]],
    file_time: datetime | None,
    now: datetime,
    *,
    behind: bool,
) -> None:
    """Raise `confirm-needed` with the day that loses most and the file's age in hours."""
    worst = max(days, key=lambda day: len(drops.get(day, ())), default=None)
    doubtful = any(len(visits) * DROP_PARTS > plan.known_on(day) for day, visits in drops.items())
    old = file_time is not None and now - file_time > OLD_AFTER
    if doubtful or old or behind or (plan.untold > 0 and drops):
        raise InputError(
            "confirm-needed",
            hours=0 if file_time is None else max(0, int((now - file_time).total_seconds() // 3600)),
            dropped=len(drops.get(worst, ())) if worst else 0,
            known=plan.known_on(worst) if worst else 0,
            day=worst.isoformat() if worst else "",
        )


def _behind_known(tx: Tx, days: Iterable[date], file_time: datetime | None) -> bool:
    if file_time is None:
        return False
    exported = (one.exported_at for day in days if (one := schedules.latest(tx, day)) is not None)
    return any(moment is not None and moment - file_time > BEHIND_AFTER for moment in exported)


class _Plan:
    """What one file would change, gathered row by row before anything is written."""

    def __init__(self, tx: Tx, parsed: ParsedAppointments, now: datetime) -> None:
        self._tx = tx
        self._now = now
        self._zone = parsed.zone
        self._by_number = appointments.by_external_many(tx, {row.external_id for row in parsed.rows})
        self._days: dict[date, list[Appointment]] = {}
        self._patients: dict[tuple[object, ...], Person] = {}
        self._met: set[AppointmentId] = set()
        self._named = set(parsed.named)
        providers = {row.provider.casefold() for row in parsed.rows}
        self._providers = providers if parsed.has_provider else None
        self.untold = parsed.unnamed
        """Rows left out that may stand for any known visit."""
        self.accepted: list[VisitRow] = []
        self.rejected = list(parsed.rejected)
        self.new: list[Appointment] = []
        self.changed: list[Appointment] = []
        self.known: list[Appointment] = []
        """What the changed ones were before."""
        self.cancelled: list[AppointmentId] = []
        self.stands: list[Appointment] = []
        """Every visit of the file that was known before, as the file has it."""
        self.confirmed: set[AppointmentId] = set()
        self.unchanged = 0

    def take(self, row: VisitRow) -> None:
        """Decide about one row; its visit is met even when its patient is not known."""
        known = self._known_visit(row)
        if known is not None:
            self._met.add(known.id)
        try:
            patient = self._patient(row)
        except RowError as refused:
            self.rejected.append(Rejected(row.line, refused.reason))
            self.untold += 0 if row.external_id or known is not None else 1
            return
        known = known or self._same_hour(row, patient)
        self.accepted.append(row)
        after = _visit(row, patient, known, self._zone)
        if known is None:
            self.new.append(after)
            return
        self._met.add(known.id)
        self.stands.append(after)
        if row.confirmed:
            self.confirmed.add(after.id)
        if after == known:
            self.unchanged += 1
            return
        self.known.append(known)
        self.changed.append(after)
        if known.status is VisitStatus.BOOKED and after.status is VisitStatus.CANCELLED:
            self.cancelled.append(after.id)

    def missing(self, days: Iterable[date]) -> dict[date, list[Appointment]]:
        """Visits still to come on covered days that the file does not hold."""
        gone = {day: [v for v in self._open(day) if not self._stands_for(v)] for day in days}
        return {day: visits for day, visits in gone.items() if visits}

    def known_on(self, day: date) -> int:
        """Visits to come that were known of a covered day before this file."""
        return len(self._open(day))

    def _stands_for(self, visit: Appointment) -> bool:
        return visit.id in self._met or (visit.external_id != "" and visit.external_id in self._named)

    def _open(self, day: date) -> list[Appointment]:
        return [
            visit
            for visit in self._on(day)
            if visit.status is VisitStatus.BOOKED
            and visit.start_utc > self._now
            and (self._providers is None or visit.provider.casefold() in self._providers)
        ]

    def _on(self, day: date) -> list[Appointment]:
        if day not in self._days:
            self._days[day] = appointments.on_day(self._tx, day)
        return self._days[day]

    def _known_visit(self, row: VisitRow) -> Appointment | None:
        return self._by_number.get(row.external_id) if row.external_id else None

    def _same_hour(self, row: VisitRow, patient: Person) -> Appointment | None:
        """A visit without a number is the same when patient, start and provider are."""
        for visit in self._on(row.start.date()):
            same = visit.person == patient.id and visit.start_utc == row.start_utc
            nameless = not (visit.external_id and row.external_id)
            provider = not row.provider or visit.provider.casefold() == row.provider.casefold()
            if same and nameless and provider and visit.id not in self._met:
                return visit
        return None

    def _patient(self, row: VisitRow) -> Person:
        """Whose visit it is. Raises RowError where that is not certain."""
        key = (row.patient_id, row.last_name, row.first_name, row.birth_date)
        if key not in self._patients:
            self._patients[key] = _find_patient(self._tx, row)
        return self._patients[key]


def _find_patient(tx: Tx, row: VisitRow) -> Person:
    owner = people.by_number(tx, row.patient_id)
    if owner is not None:
        _need_same_patient(row, owner)
        return owner
    found = people.match(tx, row.last_name, row.first_name, row.birth_date)
    if not found or not row.last_name:
        raise RowError(Reason("patient-unknown"))
    person = found[0]
    numbered_otherwise = bool(row.patient_id and person.external_id)
    if len(found) > 1 or numbered_otherwise or row.birth_date is None or person.birth_date is None:
        raise RowError(Reason("ambiguous", {"count": len(found)}))
    return person


def _need_same_patient(row: VisitRow, person: Person) -> None:
    """The number fits; a name and a birth date that both differ mean a mix-up."""
    other_day = row.birth_date is not None and person.birth_date not in (None, row.birth_date)
    other_name = names.name_key(row.last_name, "") not in (
        names.name_key("", ""),
        names.name_key(person.last_name, ""),
    )
    if other_day and other_name:
        raise RowError(Reason("patient-mismatch"))


def _visit(row: VisitRow, patient: Person, known: Appointment | None, zone: str) -> Appointment:
    """The visit after the row. Another time or patient is another occurrence, reminded anew."""
    status = row.status or VisitStatus.BOOKED
    if known is None:
        return Appointment(
            id=AppointmentId(new_id()),
            person=patient.id,
            external_id=row.external_id,
            start=row.start,
            zone=zone,
            start_utc=row.start_utc,
            occurrence=0,
            status=status,
            visit_type=row.visit_type,
            provider=row.provider,
            location=row.location,
        )
    moved = known.start != row.start or known.start_utc != row.start_utc or known.person != patient.id
    return replace(
        known,
        person=patient.id,
        external_id=row.external_id or known.external_id,
        start=row.start,
        zone=zone,
        start_utc=row.start_utc,
        occurrence=known.occurrence + (1 if moved else 0),
        status=status,
        visit_type=row.visit_type or known.visit_type,
        provider=row.provider or known.provider,
        location=row.location or known.location,
    )
