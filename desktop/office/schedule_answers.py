"""What patients answered about their visits, on its way back into the schedule.

The practice's other program keeps the schedule; nobody writes into it from here. What was answered is
handed to it as a file in its own columns, as FHIR, or on paper, and each answer is ticked once somebody
has entered it, or once the next schedule that comes in shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time

from desktop.access.fields import visible
from desktop.access.roles import Action, may
from desktop.audit.events import Act, Event
from desktop.audit.fields import Value
from desktop.campaigns import windows
from desktop.clock import Clock
from desktop.errors import InputError, Refused
from desktop.frozen import dataclass
from desktop.mail.dates import day_in_words, time_in_words
from desktop.models import appointments, importlog, mappings, people, settings, users, visitanswers
from desktop.models.accounts import Role, Session, UserId
from desktop.models.campaigning import AnswerKept, VisitAnswer
from desktop.models.database import Tx
from desktop.models.documents import Column, Document, Paragraph, Printer, Style, Table
from desktop.models.importlog import KeptImport
from desktop.models.mappings import SavedMapping
from desktop.models.records import Appointment, PersonId, VisitStatus
from desktop.office.desk import Desk, Recorder
from desktop.office.listed import Listed
from desktop.office.values_answers import (
    CSV,
    FHIR,
    PAPER,
    AnswerLine,
    AnswerMark,
    AnswersFile,
    AnswersShown,
)
from desktop.office.values_imports import VISITS
from desktop.people.answered import AnsweredVisit, Shape, answer_words, csv_parts, shape_of
from desktop.people.fhir_answers import bundle
from desktop.people.mapping import signature
from desktop.people.sheets import Sheet
from desktop.texts import Texts, clean

_TABLES = frozenset({"csv", "tsv", "xlsx", "xls", "ods"})
"""Formats of files whose heading the practice knows."""
_COLUMNS = (
    *(("time", 1.0), ("name", 2.2), ("birth", 1.4), ("provider", 1.6)),
    *(("answer", 1.5), ("entered", 1.2)),
)
_NAMES = {CSV: "csv", PAPER: "pdf", FHIR: "json"}


@dataclass(frozen=True)
class _Row:
    """One visit of the day as this person sees it; `kept` is the answer to its present time."""

    about: AnsweredVisit
    kept: AnswerKept | None

    @property
    def entered(self) -> bool:
        """What an import ticked stays so only while the schedule says it: an import can be undone."""
        if self.kept is None or self.kept.entered_at is None:
            return False
        off = self.about.visit.status is VisitStatus.CANCELLED
        return self.kept.entered_by is not None or off or self.kept.answer is VisitAnswer.CONFIRMED


class ScheduleAnswers:
    """Fulfils `AnswerDoor`."""

    def __init__(self, desk: Desk, clock: Clock, printer: Printer) -> None:
        self._desk = desk
        self._clock = clock
        self._printer = printer

    def list_answers(self, session: Session, day: date | None = None) -> AnswersShown:
        """Whose names were shown is recorded."""
        return self._desk.read(
            session,
            Action.LIST_ANSWERS,
            lambda tx: self._shown(tx, session, self._day(tx, day)),
            _listed,
        )

    def mark_answer(self, session: Session, mark: AnswerMark) -> AnswersShown:
        """Raises InputError("visit-unknown"), Refused "answer-none", "answer-changed"."""
        opened = self._desk.check(session, Action.ENTER_ANSWER)

        def tick(tx: Tx, record: Recorder) -> AnswersShown:
            visit = appointments.get(tx, mark.appointment)
            if visit is None or people.get(tx, visit.person) is None:
                raise InputError("visit-unknown")
            said = visitanswers.of_visits(tx, {visit.id: mark.occurrence}).get(visit.id)
            if said is None or visit.occurrence != mark.occurrence:
                raise Refused("answer-none")
            if mark.answer not in (None, said.answer):
                raise Refused("answer-changed")
            if mark.entered:
                visitanswers.enter(tx, visit.id, visit.occurrence, session.user, self._clock.now())
            else:
                visitanswers.take_back(tx, visit.id, visit.occurrence)
            result = "done" if mark.entered else "dropped"
            record(Event(Act.ANSWER_ENTERED, visit.id, det={"person": visit.person, "result": result}))
            shown = self._shown(tx, session, visit.start.date())
            _listed(shown).keep(tx, record, opened.token_key, opened.field_key)
            return shown

        return self._desk.write(session, Action.ENTER_ANSWER, tick)

    def answers_file(self, session: Session, day: date | None = None, form: str = CSV) -> AnswersFile:
        """Raises InputError("format-unknown"), Refused("answers-none")."""
        opened = self._desk.check(session, Action.EXPORT_ANSWERS)
        if form not in _NAMES:
            raise InputError("format-unknown")

        def make(tx: Tx, record: Recorder) -> tuple[AnswersFile, Document | None]:
            wanted = self._day(tx, day)
            rows = _rows(tx, session.role, wanted)
            if not rows:
                raise Refused("answers-none")
            ids = tuple(dict.fromkeys(row.about.person.id for row in rows))
            det: dict[str, Value] = {"day": _number(wanted), "count": len(rows), "format": form}
            listed = Listed(Act.ANSWERS_EXPORTED, ids, det)
            listed.keep(tx, record, opened.token_key, opened.field_key)
            return self._made(tx, wanted, form, rows)

        file, paper = self._desk.write(session, Action.EXPORT_ANSWERS, make)
        if paper is None:
            return file
        return AnswersFile(file.name, form, file.rows, data=self._printer.print_pdf(paper))

    # --- inside ---------------------------------------------------------------------------

    def _day(self, tx: Tx, day: date | None) -> date:
        """The day asked for, else the practice's next one with visits."""
        now, at = self._clock.now(), windows.load(tx, settings.zone(tx).key)
        return day or at.next_day(windows.around(tx, at, now), now)

    def _shown(self, tx: Tx, session: Session, day: date) -> AnswersShown:
        rows = _rows(tx, session.role, day)
        names = {user.id: user.name for user in users.listing(tx)}
        said = [row.kept.answer for row in rows if row.kept is not None]
        return AnswersShown(
            day=day,
            lines=tuple(_line(row, names) for row in sorted(rows, key=_first)),
            confirmed=said.count(VisitAnswer.CONFIRMED),
            declined=said.count(VisitAnswer.DECLINED),
            silent=len(rows) - len(said),
            left=sum(1 for row in rows if row.kept is not None and not row.entered),
            may_enter=may(session.role, Action.ENTER_ANSWER),
            may_export=may(session.role, Action.EXPORT_ANSWERS),
        )

    def _made(self, tx: Tx, day: date, form: str, rows: list[_Row]) -> tuple[AnswersFile, Document | None]:
        """The file; what is printed afterwards comes as its paper."""
        language = settings.get(tx, "language") or "en"
        name = f"{day.isoformat()}-{Texts(language).say('answers.file.name')}.{_NAMES[form]}"
        about = [row.about for row in rows]
        if form == PAPER:
            return AnswersFile(name, form, len(rows)), _paper(tx, day, rows, language)
        if form == FHIR:
            return AnswersFile(name, form, len(rows), data=bundle(about, self._clock.now())), None
        shape, source = _shape(tx, rows, language)
        data = b"".join(csv_parts(shape, about, language))
        return AnswersFile(name, form, len(rows), source, data), None


def _rows(tx: Tx, role: Role, day: date) -> list[_Row]:
    """The visits that are on, and those that are off because the patient said so, by time."""
    visits = appointments.on_day(tx, day)
    known = people.get_many(tx, {visit.person for visit in visits})
    kept = visitanswers.of_visits(tx, {visit.id: visit.occurrence for visit in visits})
    found = []
    for visit in visits:
        person, said = known.get(visit.person), kept.get(visit.id)
        if person is None or (visit.status is VisitStatus.CANCELLED and said is None):
            continue
        answer, at = (said.answer, said.at) if said is not None else (None, None)
        found.append(_Row(AnsweredVisit(visit, visible(person, role), answer, at), said))
    return found


def _first(row: _Row) -> tuple[bool, datetime, str]:
    """What still has to be entered stands first."""
    return row.kept is None or row.entered, row.about.visit.start, row.about.visit.id


def _line(row: _Row, names: Mapping[UserId, str]) -> AnswerLine:
    visit, person, kept = row.about.visit, row.about.person, row.kept
    entered_by = kept.entered_by if kept is not None else None
    return AnswerLine(
        appointment=visit.id,
        occurrence=visit.occurrence,
        person=person.id,
        name=person.name or person.organisation,
        phone=person.phone,
        start=visit.start,
        visit_type=visit.visit_type,
        provider=visit.provider,
        cancelled=visit.status is VisitStatus.CANCELLED,
        answer=row.about.answer,
        at=row.about.at,
        entered_at=kept.entered_at if kept is not None and row.entered else None,
        entered_by=names.get(entered_by, "") if row.entered and entered_by is not None else "",
    )


def _listed(shown: AnswersShown) -> Listed:
    ids: tuple[PersonId, ...] = tuple(dict.fromkeys(line.person for line in shown.lines))
    det = {"day": _number(shown.day), "count": len(shown.lines)}
    return Listed(Act.ANSWERS_LISTED, ids, det)


def _number(day: date) -> int:
    return int(day.strftime("%Y%m%d"))


# --- the columns of the schedule's own file --------------------------------------------------


def _shape(tx: Tx, rows: list[_Row], language: str) -> tuple[Shape, str]:
    """The heading of the newest import among those that brought these visits, and its mapping's name."""
    brought = _import_of(tx, [row.about.visit for row in rows])
    if brought is None:
        return shape_of((), None, language), ""
    header = tuple(str(name) for name in brought.report.get("header", ()))
    saved = _mapping_of(tx, brought, header)
    return shape_of(header, saved.columns if saved else None, language), saved.name if saved else ""


def _import_of(tx: Tx, visits: list[Appointment]) -> KeptImport | None:
    ids = appointments.brought_by(tx, [visit.id for visit in visits])
    kept = (importlog.get(tx, one) for one in ids)
    usable = [
        one
        for one in kept
        if one is not None and one.undone_at is None and one.format in _TABLES and one.report.get("header")
    ]
    return max(usable, key=lambda one: (one.at, one.id), default=None)


def _mapping_of(tx: Tx, brought: KeptImport, header: tuple[str, ...]) -> SavedMapping | None:
    """The one that was used, or the one that its columns are known by today."""
    used = mappings.get(tx, brought.mapping) if brought.mapping else None
    if used is not None:
        return used
    return mappings.recognised(tx, VISITS, signature(Sheet(brought.format, header, ())))


# --- the list on paper -----------------------------------------------------------------------


def _paper(tx: Tx, day: date, rows: list[_Row], language: str) -> Document:
    say = Texts(language).say
    practice = settings.get(tx, "practice-name") or ""
    cells = tuple(
        (
            time_in_words(row.about.visit.start, language),
            clean(row.about.person.name or row.about.person.organisation),
            row.about.person.birth_date.isoformat() if row.about.person.birth_date else "",
            clean(row.about.visit.provider),
            answer_words(row.about.answer, language),
            say("paper.answers.ticked") if row.entered else ("\u2610" if row.kept is not None else ""),
        )
        for row in rows
    )
    columns = tuple(Column(say(f"paper.answers.{name}"), share) for name, share in _COLUMNS)
    written = day_in_words(datetime.combine(day, time()), language)
    return Document(
        title=say("paper.answers.title"),
        language=language,
        subtitle=(practice, say("paper.answers.day", date=written)),
        blocks=(Paragraph(say("paper.answers.lead"), Style.NOTE), Table(columns, cells)),
        footer=practice,
    )
