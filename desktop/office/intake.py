"""From a file to stored rows: read, understood, and taken in, for whoever asks (a person or a folder).

Nothing here asks the guard: `imports.py` and `folder_watch.py` do, and write the record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Mapping as Dict
from dataclasses import replace
from datetime import date
from typing import Any

from desktop.audit.events import Act, Event
from desktop.audit.fields import Value
from desktop.audit.log import AuditLog
from desktop.campaigns.retiring import retire
from desktop.clock import Clock
from desktop.errors import InputError
from desktop.frozen import dataclass
from desktop.mail.moves import close_settled
from desktop.mail.outbox import Outbox
from desktop.mail.pulling import Pulling
from desktop.mail.states import WAITING
from desktop.models import customfields, importlog, imports, mappings, messages, settings
from desktop.models.accounts import Session, UserId
from desktop.models.database import Tx
from desktop.models.mappings import SavedMapping
from desktop.models.records import AppointmentId, ImportId, Reason
from desktop.models.standing import CustomField, MappingId
from desktop.office.api import Progress
from desktop.office.reach import forget as forget_reach
from desktop.office.values_imports import PEOPLE, VISITS, ImportOrder, ImportReport, ProblemGroup
from desktop.people import appointments as schedule
from desktop.people import importing
from desktop.people.mapping import Certainty, Guess, Mapping, Options, Question, guess, questions, signature
from desktop.people.parsing import ParsedPeople, parse_people
from desktop.people.schedules import ParsedAppointments, parse_appointments
from desktop.people.sheets import Rejected, Sheet
from desktop.texts import clean

DATE_ORDER, ABSENT = "date-order", "absent"
"""What a file alone may not tell, and how it is answered."""
DAY_FIRST, MONTH_FIRST = "day-first", "month-first"
ANSWERS: Dict[str, tuple[str, ...]] = {
    DATE_ORDER: (MONTH_FIRST, DAY_FIRST),
    ABSENT: (schedule.WHOLE, schedule.CHANGES),
}
_FIRST_LINES = 20
"""Of each group of problems; the rest stands in the file of rejected rows."""
_NAME_CHARS = 120

Record = Callable[[Event], int]
Reader = Callable[[bytes, str], Sheet]


@dataclass(frozen=True)
class Known:
    """What the practice brings along: its zone, its own fields, and the mapping it has saved."""

    zone: str
    fields: tuple[CustomField, ...]
    saved: SavedMapping | None


@dataclass(frozen=True)
class Pull:
    """What waits to be sent, and who changes what it stands on; nobody where a folder does."""

    outbox: Outbox
    session: Session | None = None

    def waiting(self, tx: Tx, clock: Clock) -> int:
        """Call back what may not leave any more, now that more is known of people."""
        rows = messages.by_states(tx, WAITING)
        return Pulling(clock, self.outbox).pull(tx, {row.person for row in rows}, self.session)


@dataclass(frozen=True)
class Prepared:
    """A file that was read and understood; nothing is stored yet."""

    kind: str
    sheet: Sheet
    parsed: ParsedPeople | ParsedAppointments
    mapping: Mapping | None
    saved: MappingId | None


@dataclass(frozen=True)
class Outcome:
    """What the rows came to."""

    id: ImportId
    created: int
    updated: int
    unchanged: int
    rejected: tuple[Rejected, ...]
    ignored: tuple[str, ...]
    mode: str = ""
    cancelled: tuple[AppointmentId, ...] = ()
    days: tuple[date, ...] = ()
    mapping: MappingId | None = None

    def report(self, kind: str, *, stored: bool) -> ImportReport:
        repeats = sum(1 for row in self.rejected if row.reason.code == "duplicate")
        return ImportReport(
            id=self.id if stored else None,
            kind=kind,
            created=self.created,
            updated=self.updated,
            unchanged=self.unchanged,
            duplicates=repeats,
            rejected=len(self.rejected),
            problems=grouped(self.rejected),
            ignored=self.ignored,
            cancelled=self.cancelled,
            days=self.days,
            mapping=self.mapping,
        )

    def event(self, kind: str, *, tried: bool) -> Event:
        """The record of it; a trial names no import."""
        det: dict[str, Value] = {
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "rejected": len(self.rejected),
        }
        if kind == VISITS:
            det |= {"mode": self.mode, "cancelled": len(self.cancelled)}
            act = Act.APPOINTMENTS_IMPORT_TRIED if tried else Act.APPOINTMENTS_IMPORTED
        else:
            act = Act.PEOPLE_IMPORT_TRIED if tried else Act.PEOPLE_IMPORTED
        return Event(act, obj="" if tried else self.id, det=det)


@dataclass(frozen=True)
class Look:
    """What a look at a file found, before anybody said anything."""

    sheet: Sheet
    guesses: tuple[Guess, ...]
    mapping: Mapping
    signature: str
    known: Known
    rows: int
    asked: tuple[Question, ...]
    """What somebody must say before the rows can be read."""


class Intake:
    """One per process; `read` is the limited worker's way from bytes to rows."""

    def __init__(self, clock: Clock, audit: AuditLog, read: Reader) -> None:
        self._clock = clock
        self._audit = audit
        self._read = read

    def read(self, data: bytes, kind: str) -> Sheet:
        """Raises InputError where the file as a whole cannot be used, or `kind` is none."""
        if kind not in (PEOPLE, VISITS):
            raise InputError("kind-unknown")
        return self._read(data, kind)

    def known(self, tx: Tx, sheet: Sheet, kind: str, wanted: MappingId | None = None) -> Known:
        """Raises InputError: "mapping-unknown" where `wanted` is none of this kind, "mapping-unfit" where
        it was made for other columns: positions alone would put one column's values into another's place.
        """
        saved = mappings.get(tx, wanted) if wanted else mappings.recognised(tx, kind, signature(sheet))
        if wanted and (saved is None or saved.kind != kind):
            raise InputError("mapping-unknown")
        if wanted and saved is not None and saved.signature != signature(sheet):
            raise InputError("mapping-unfit")
        fields = tuple(customfields.listing(tx)) if kind == PEOPLE else ()
        return Known(settings.get(tx, "zone") or "UTC", fields, saved)

    def see(self, sheet: Sheet, kind: str, known: Known) -> Look:
        """The guesses; of a file that is known again what was saved, which is sure."""
        guesses = guess(sheet, kind, known.fields)
        saved = known.saved
        options = options_of(saved.options if saved else {})
        columns = saved.columns if saved else {one.position: one.field for one in guesses if one.field}
        mapping = Mapping(dict(columns), options)
        asked = questions(sheet, mapping, kind)
        rows = sum(1 for _ in sheet.rows)
        return Look(sheet, guesses, mapping, signature(sheet), known, rows, asked)

    def prepare(
        self, order: ImportOrder, sheet: Sheet, known: Known, progress: Progress | None = None
    ) -> Prepared:
        """The rows as values. Raises InputError for the file as a whole, Refused("cancelled")."""
        mapping = _mapping(order, sheet, known)
        saved = known.saved.id if known.saved is not None and not order.columns else None
        kind = order.file.kind
        read = replace(sheet, rows=())  # the memory of the rows is wanted for storing them
        if kind == PEOPLE:
            today = self._clock.now().date()
            parsed_people = parse_people(sheet, mapping, today=today, fields=known.fields, progress=progress)
            return Prepared(kind, read, parsed_people, mapping, saved)
        parsed_visits = parse_appointments(sheet, known.zone, mapping, progress=progress)
        return Prepared(kind, read, parsed_visits, mapping, saved)

    def store(
        self, tx: Tx, record: Record, prepared: Prepared, order: ImportOrder, by: UserId, pull: Pull
    ) -> Outcome:
        """All rows that pass, in the caller's transaction, with their record.

        Raises InputError "rows-rejected" and "confirm-needed".
        """
        outcome = self._stored(tx, prepared, order, by)
        if prepared.kind == VISITS:
            left_out = ((r.line, r.reason.code, r.reason.params, r.cells) for r in outcome.rejected)
            imports.keep_rejects(tx, outcome.id, left_out)
            retire(tx, pull.outbox, pull.session)
            close_settled(tx, self._audit, self._clock.now())
        else:
            forget_reach(tx)
            pull.waiting(tx, self._clock)
        saved = self._keep_mapping(tx, prepared, order, by)
        outcome = replace(outcome, mapping=saved)
        importlog.describe(
            tx,
            outcome.id,
            file_name=clean(order.file.name, _NAME_CHARS),
            format_=prepared.sheet.format,
            mapping=saved,
            rejected=len(outcome.rejected),
            report={"header": list(prepared.sheet.header), "problems": _as_json(grouped(outcome.rejected))},
        )
        record(outcome.event(prepared.kind, tried=False))
        return outcome

    def _stored(self, tx: Tx, prepared: Prepared, order: ImportOrder, by: UserId) -> Outcome:
        now = self._clock.now()
        if isinstance(prepared.parsed, ParsedPeople):
            brought = importing.import_people(tx, prepared.parsed, by=by, now=now, strict=order.strict)
            return Outcome(
                brought.id,
                brought.created,
                brought.updated,
                brought.unchanged,
                brought.rejected,
                prepared.parsed.ignored,
            )
        mode = prepared.mapping.options.absent if prepared.mapping else ""
        taken = schedule.import_appointments(
            tx,
            prepared.parsed,
            mode=mode or None,
            confirm=order.confirm,
            strict=order.strict,
            file_time=order.file.modified,
            now=now,
            by=by,
        )
        return Outcome(
            taken.id,
            taken.created,
            taken.updated,
            taken.unchanged,
            taken.rejected,
            prepared.parsed.ignored,
            taken.mode,
            taken.cancelled,
            taken.days,
        )

    def _keep_mapping(self, tx: Tx, prepared: Prepared, order: ImportOrder, by: UserId) -> MappingId | None:
        now, saved = self._clock.now(), prepared.saved
        name = clean(order.keep_as.strip(), _NAME_CHARS)
        if name and prepared.mapping is not None:
            options = saved_options(prepared.mapping.options)
            kept = signature(prepared.sheet)
            columns = prepared.mapping.columns
            saved = mappings.keep(tx, name, prepared.kind, kept, columns, options, by, now)
        if saved is not None:
            mappings.used(tx, saved, now)
        return saved


def grouped(rejected: Iterable[Rejected]) -> tuple[ProblemGroup, ...]:
    """By reason, the most frequent first; each with the words of its first row."""
    found: dict[str, list[Rejected]] = {}
    for row in rejected:
        found.setdefault(row.reason.code, []).append(row)
    groups = (
        ProblemGroup(rows[0].reason, len(rows), tuple(row.line for row in rows[:_FIRST_LINES]))
        for rows in found.values()
    )
    return tuple(sorted(groups, key=lambda group: (-group.count, group.lines[0])))


def from_json(report: Dict[str, Any]) -> tuple[ProblemGroup, ...]:
    """The groups that `store` wrote into the import's report."""
    return tuple(
        ProblemGroup(Reason(one["code"], one["params"]), one["count"], tuple(one["lines"]))
        for one in report.get("problems", ())
    )


def _as_json(groups: Iterable[ProblemGroup]) -> list[dict[str, Any]]:
    return [
        {"code": g.reason.code, "params": dict(g.reason.params), "count": g.count, "lines": list(g.lines)}
        for g in groups
    ]


def options_of(options: Dict[str, Any]) -> Options:
    """Answers as the door and `import_mapping.options` write them. Raises InputError "option-unknown"."""
    for code, answer in options.items():
        if answer and answer not in ANSWERS.get(code, ()):
            raise InputError("option-unknown")
    order = options.get(DATE_ORDER, "")
    return Options(order == DAY_FIRST if order else None, options.get(ABSENT, ""))


def saved_options(options: Options) -> dict[str, str]:
    """The other way round; what nobody said is left out."""
    said = {ABSENT: options.absent}
    if options.day_first is not None:
        said[DATE_ORDER] = DAY_FIRST if options.day_first else MONTH_FIRST
    return {code: answer for code, answer in said.items() if answer}


def columns_of(columns: Sequence[str]) -> dict[int, str]:
    return {at: name for at, name in enumerate(columns) if name}


def _mapping(order: ImportOrder, sheet: Sheet, known: Known) -> Mapping | None:
    """What the order says, else what was saved, else what the names of the columns say."""
    given = options_of(order.options)
    if order.columns:
        return Mapping(columns_of(order.columns), given)
    saved = known.saved
    if saved is not None:
        before = options_of(saved.options)
        day_first = before.day_first if given.day_first is None else given.day_first
        return Mapping(dict(saved.columns), Options(day_first, given.absent or before.absent))
    if given == Options() and not known.fields:
        return None
    sure = guess(sheet, order.file.kind, known.fields)
    columns = {one.position: one.field for one in sure if one.certainty is Certainty.SURE and one.field}
    return Mapping(columns, given)
