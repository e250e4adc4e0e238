"""Back to the schedule: a day's answers, ticked by somebody or by the next schedule, and handed out."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date

import pytest

from desktop.errors import InputError, Refused
from desktop.models import appointments, settings, visitanswers
from desktop.models.accounts import Role, Session
from desktop.models.campaigning import AnswerKept, VisitAnswer
from desktop.models.database import Tx
from desktop.models.documents import Document, Table
from desktop.models.records import AppointmentId, ImportId
from desktop.office.api import Office
from desktop.office.values import AppointmentsImport, ImportRequest
from desktop.office.values_answers import AnswerLine, AnswerMark, AnswersShown
from desktop.office.values_audit import LogQuery
from desktop.office.values_facts import VisitMove
from desktop.office.values_imports import FileLook, ImportOrder
from tests.made_practice import Practice, import_visits
from tests.made_staff import desk_of
from tests.support.colleagues import let_in

TUESDAY = date(2026, 11, 24)
STATUS = (
    b"Appointment ID,MRN,Date,Time,Provider,Status\n"
    b"A1,1001,2026-11-24,09:30,Dr. Shah,%s\n"
    b"A2,1002,2026-11-24,14:30,Dr. Shah,%s\n"
    b"A3,1003,2026-11-24,16:00,Dr. Shah,Scheduled\n"
)


class Desk:
    def __init__(self, office: Office, session: Session, practice: Practice) -> None:
        self.office, self.session, self.practice = office, session, practice
        self.database = desk_of(office).opened().database

    def say(self, number: str, answer: VisitAnswer) -> AnswerMark:
        """The patient of the visit that the schedule calls `number` has answered."""

        def keep(tx: Tx) -> AnswerMark:
            visit = appointments.by_external(tx, number)
            assert visit is not None
            now = self.practice.clock.now()
            visitanswers.keep(tx, AnswerKept(visit.id, visit.occurrence, answer, now))
            return AnswerMark(visit.id, visit.occurrence)

        return self.database.write(keep)

    def shown(self) -> AnswersShown:
        return self.office.list_answers(self.session)

    def line(self, name: str) -> AnswerLine:
        return next(line for line in self.shown().lines if line.name.startswith(name))

    def bring(self, first: bytes, second: bytes = b"Scheduled", mode: str = "whole") -> ImportId:
        self.practice.clock.move(60)
        request = ImportRequest(
            "visits.csv", data=STATUS % (first, second), modified=self.practice.clock.now()
        )
        done = self.office.import_appointments(self.session, AppointmentsImport(request, mode, True))
        assert done.id is not None
        return done.id

    def file(self, form: str = "csv") -> bytes:
        return self.office.answers_file(self.session, TUESDAY, form).data

    def table(self) -> list[list[str]]:
        return list(csv.reader(io.StringIO(self.file().decode())))


@pytest.fixture
def desk(at_work: tuple[Office, Session], practice: Practice) -> Desk:
    office, session = at_work
    import_visits(office, session, practice.clock)
    return Desk(office, session, practice)


def test_tomorrow_shows_every_visit_with_its_answer_and_what_is_left_to_enter_first(desk: Desk) -> None:
    desk.say("A3", VisitAnswer.DECLINED)
    shown = desk.shown()
    assert shown.day == TUESDAY
    assert [(line.name.split()[0], line.answer) for line in shown.lines] == [
        ("Ned", VisitAnswer.DECLINED),
        ("Zoraida", None),
        ("Bo", None),
    ]
    assert (shown.confirmed, shown.declined, shown.silent, shown.left) == (0, 1, 2, 1)


def test_a_tick_says_who_entered_it_and_can_be_taken_off_again(desk: Desk) -> None:
    mark = desk.say("A1", VisitAnswer.CONFIRMED)
    after = desk.office.mark_answer(desk.session, mark)
    assert after.left == 0
    line = desk.line("Zoraida")
    assert line.entered_at == desk.practice.clock.now()
    assert line.entered_by == desk.session.user_name
    back = desk.office.mark_answer(desk.session, AnswerMark(mark.appointment, mark.occurrence, entered=False))
    assert back.left == 1
    assert desk.line("Zoraida").entered_at is None


def test_ticking_twice_keeps_the_first_who_did(desk: Desk) -> None:
    mark = desk.say("A1", VisitAnswer.CONFIRMED)
    desk.office.mark_answer(desk.session, mark)
    first = desk.line("Zoraida").entered_at
    desk.practice.clock.move(60)
    desk.office.mark_answer(desk.session, mark)
    assert desk.line("Zoraida").entered_at == first


def test_a_visit_that_moved_has_no_answer_any_more_and_its_old_row_cannot_be_ticked(desk: Desk) -> None:
    mark = desk.say("A1", VisitAnswer.CONFIRMED)
    start = desk.line("Zoraida").start
    desk.office.move_visit(desk.session, VisitMove(mark.appointment, start.replace(hour=11)))
    assert desk.line("Zoraida").answer is None
    with pytest.raises(Refused, match="answer-none"):
        desk.office.mark_answer(desk.session, mark)


def test_an_answer_that_changed_under_the_list_is_not_ticked_as_the_one_that_was_seen(desk: Desk) -> None:
    """The desk enters the yes that it saw; meanwhile a mail says no."""
    mark = replace(desk.say("A1", VisitAnswer.CONFIRMED), answer=VisitAnswer.CONFIRMED)
    desk.practice.clock.move(60)
    desk.say("A1", VisitAnswer.DECLINED)
    with pytest.raises(Refused, match="answer-changed"):
        desk.office.mark_answer(desk.session, mark)
    assert desk.shown().left == 1


def test_who_said_nothing_cannot_be_ticked_and_an_unknown_visit_is_none(desk: Desk) -> None:
    line = desk.line("Bo")
    with pytest.raises(Refused, match="answer-none"):
        desk.office.mark_answer(desk.session, AnswerMark(line.appointment, line.occurrence))
    with pytest.raises(InputError, match="visit-unknown"):
        desk.office.mark_answer(desk.session, AnswerMark(AppointmentId("0" * 32), 0))


def test_a_schedule_that_shows_the_new_state_ticks_by_itself(desk: Desk) -> None:
    desk.say("A1", VisitAnswer.CONFIRMED)
    desk.say("A2", VisitAnswer.DECLINED)
    desk.bring(b"Confirmed", b"Cancelled")
    shown = desk.shown()
    assert shown.left == 0
    assert [line.entered_by for line in shown.lines if line.answer] == ["", ""]


def test_a_schedule_without_the_visit_ticks_who_cannot_come(desk: Desk) -> None:
    desk.say("A3", VisitAnswer.DECLINED)
    data = STATUS.replace(b"A3,1003,2026-11-24,16:00,Dr. Shah,Scheduled\n", b"") % (b"x", b"x")
    data = data.replace(b",x\n", b",Scheduled\n")
    desk.practice.clock.move(60)
    request = ImportRequest("visits.csv", data=data, modified=desk.practice.clock.now())
    desk.office.import_appointments(desk.session, AppointmentsImport(request, "whole", True))
    assert desk.line("Ned").entered_at is not None
    assert desk.line("Ned").cancelled


def test_a_schedule_that_says_otherwise_ticks_nothing(desk: Desk) -> None:
    desk.say("A1", VisitAnswer.DECLINED)
    desk.say("A2", VisitAnswer.CONFIRMED)
    desk.bring(b"Confirmed", b"Scheduled")
    assert desk.shown().left == 2


def test_undoing_the_import_takes_its_tick_off_who_cannot_come(desk: Desk) -> None:
    desk.say("A2", VisitAnswer.DECLINED)
    made = desk.bring(b"Scheduled", b"Cancelled")
    assert desk.shown().left == 0
    desk.office.undo_import(desk.session, made)
    assert desk.shown().left == 1


def test_another_answer_than_before_has_to_be_entered_anew(desk: Desk) -> None:
    mark = desk.say("A1", VisitAnswer.CONFIRMED)
    desk.office.mark_answer(desk.session, mark)
    desk.practice.clock.move(60)
    desk.say("A1", VisitAnswer.DECLINED)
    assert desk.shown().left == 1


def test_the_csv_is_in_the_columns_of_the_file_that_brought_the_visits(desk: Desk) -> None:
    desk.say("A1", VisitAnswer.CONFIRMED)
    desk.say("A2", VisitAnswer.DECLINED)
    assert desk.table() == [
        ["Appointment ID", "MRN", "Date", "Time", "Provider", "Status"],
        ["A1", "1001", "2026-11-24", "09:30", "Dr. Shah", "Confirmed"],
        ["A2", "1002", "2026-11-24", "14:30", "Dr. Shah", "Cancelled"],
        ["A3", "1003", "2026-11-24", "16:00", "Dr. Shah", "Unconfirmed"],
    ]


def test_the_csv_that_is_taken_in_again_ticks_its_answers(desk: Desk) -> None:
    desk.say("A1", VisitAnswer.CONFIRMED)
    desk.say("A2", VisitAnswer.DECLINED)
    request = ImportRequest("back.csv", data=desk.file(), modified=desk.practice.clock.now())
    done = desk.office.import_appointments(desk.session, AppointmentsImport(request, "changes", True))
    assert done.rejected == ()
    assert len(done.cancelled) == 1
    assert desk.shown().left == 0


def test_columns_that_somebody_explained_once_stand_as_they_were_explained(
    at_work: tuple[Office, Session], practice: Practice
) -> None:
    office, session = at_work
    data = b"No,Pat,On,At,What\nA1,1001,2026-11-24,09:30,booked\n"
    look = FileLook("odd.csv", data=data, kind="appointments", modified=practice.clock.now())
    columns = ("external_id", "patient_id", "date", "time", "status")
    office.run_import(session, ImportOrder(look, columns=columns, keep_as="Odd program", confirm=True))
    desk = Desk(office, session, practice)
    desk.say("A1", VisitAnswer.DECLINED)
    made = office.answers_file(session, TUESDAY)
    assert made.source == "Odd program"
    assert made.data.decode().splitlines() == [
        "No,Pat,On,At,What",
        "A1,1001,2026-11-24,09:30,Cancelled",
    ]


def test_fhir_holds_each_visit_of_the_day(desk: Desk) -> None:
    desk.say("A1", VisitAnswer.CONFIRMED)
    found = [entry["resource"] for entry in json.loads(desk.file("fhir"))["entry"]]
    assert [one["status"] for one in found] == ["completed", "not-done", "not-done"]


class Paper:
    """Keeps what it is to print."""

    def __init__(self) -> None:
        self.document: Document | None = None

    def print_pdf(self, document: Document, progress: object = None) -> bytes:
        self.document = document
        return b"%PDF-"


def test_the_list_on_paper_says_who_and_what_in_the_practices_language(practice: Practice) -> None:
    paper = Paper()
    practice.printer = lambda: paper
    office, session = practice.signed_in()
    people = b"MRN,First Name,Last Name,DOB\n1001,Zoraida,Canaryfield,1961-04-02\n"
    office.import_people(session, ImportRequest("people.csv", data=people))
    data = b"Appointment ID,MRN,Date,Time\nA1,1001,2026-11-24,09:30\n"
    request = ImportRequest("v.csv", data=data, modified=practice.clock.now())
    office.import_appointments(session, AppointmentsImport(request, "whole"))
    desk = Desk(office, session, practice)
    desk.say("A1", VisitAnswer.CONFIRMED)
    desk.database.write(lambda tx: settings.put(tx, "language", "es"))
    made = office.answers_file(session, TUESDAY, "pdf")
    assert made.data.startswith(b"%PDF-")
    assert made.name == "2026-11-24-respuestas.pdf"
    assert paper.document is not None
    table = next(block for block in paper.document.blocks if isinstance(block, Table))
    assert table.rows[0][1:5] == ("Zoraida Canaryfield", "1961-04-02", "", "Confirmada")


def test_a_day_without_visits_and_a_form_that_there_is_not_make_no_file(desk: Desk) -> None:
    with pytest.raises(Refused, match="answers-none"):
        desk.office.answers_file(desk.session, date(2026, 12, 24))
    with pytest.raises(InputError, match="format-unknown"):
        desk.office.answers_file(desk.session, TUESDAY, "docx")


def test_a_visit_cancelled_by_the_practice_is_not_on_the_list(desk: Desk) -> None:
    line = desk.line("Bo")
    desk.office.cancel_visit(desk.session, line.appointment)
    assert [one.name.split()[0] for one in desk.shown().lines] == ["Zoraida", "Ned"]


def test_what_was_shown_and_handed_out_is_recorded_without_a_name(desk: Desk) -> None:
    desk.say("A1", VisitAnswer.CONFIRMED)
    desk.shown()
    desk.file()
    acts = [line.act for line in desk.office.query_log(desk.session, LogQuery(limit=20)).lines]
    assert {"answers.listed", "answers.exported"} <= set(acts)


def test_a_locked_office_answers_nothing(desk: Desk) -> None:
    desk.office.lock()
    with pytest.raises(Refused):
        desk.office.list_answers(desk.session)
    with pytest.raises(Refused):
        desk.office.answers_file(desk.session, TUESDAY)


def test_billing_sees_no_answers_and_takes_none(desk: Desk, practice: Practice) -> None:
    mark = desk.say("A1", VisitAnswer.CONFIRMED)
    _, dora = let_in(practice, desk.office, desk.session, "dora", Role.BILLING).signed_in(
        practice, desk.office
    )
    for call in (
        lambda: desk.office.list_answers(dora),
        lambda: desk.office.mark_answer(dora, mark),
        lambda: desk.office.answers_file(dora, TUESDAY),
    ):
        with pytest.raises(Refused, match="not-allowed"):
            call()
