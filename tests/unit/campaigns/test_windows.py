"""Reminders by window: how often and when, once each, and never of what no longer holds."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from desktop.campaigns.reminders import Plan, QueuedReminders
from desktop.campaigns.retiring import retire, withdraw
from desktop.mail import visit_answers
from desktop.mail.outbox import Cancel, Keep, Replace, Verdict
from desktop.models import messages, practicefacts, remindervisits, sendingrules, windows
from desktop.models.campaigning import TemplateId, VisitAnswer, Window, WindowId, WindowKind
from desktop.models.delivery import Hours, SendingRules
from desktop.models.ids import new_id
from desktop.models.records import Appointment, Detail, Message, Reason, State, Status, VisitStatus
from desktop.models.standing import VisitRule
from tests.practice.office import MONDAY, TUESDAY, Practice

WEDNESDAY, THURSDAY, FRIDAY = (TUESDAY + timedelta(days=ahead) for ahead in (1, 2, 3))
DAY = 24 * 60
WEEK = 7 * DAY


def window(
    office: Practice, minutes: int, kind: WindowKind = WindowKind.REMINDER, type_key: str = "", code: str = ""
) -> WindowId:
    one = Window(WindowId(new_id()), kind, minutes, type_key, code=code)
    office.db.write(lambda tx: windows.put(tx, one, office.session.user, MONDAY))
    return one.id


def plan(office: Practice, day: date | None = None) -> Plan:
    return office.db.read(lambda tx: office.reminders.plan(tx, day))


def send(office: Practice, day: date | None = None) -> QueuedReminders:
    sealed = office.reminders.seal(plan(office, day))
    return office.db.write(lambda tx: office.reminders.enqueue(tx, sealed, office.session))


def recheck(office: Practice, message: Message) -> Verdict:
    return office.db.read(lambda tx: office.reminders.recheck(tx, [message]))[0]


def why(made: Plan) -> list[str]:
    return [line.reason.code for line in made.excluded]


def arrived(office: Practice, message: Message) -> None:
    def through(tx: object) -> None:
        for frm, to in ((State.QUEUED, State.CLAIMED), (State.CLAIMED, State.ACCEPTED)):
            assert messages.move(tx, message.id, frm, to)  # type: ignore[arg-type]

    office.db.write(through)


def answer(office: Practice, visit: Appointment, said: VisitAnswer) -> None:
    now = office.clock.now()
    office.db.write(lambda tx: visit_answers.said(tx, office.audit, visit, said, now))


def hours(made: Plan) -> list[str]:
    return [row.hour.strftime("%a %H:%M") if row.hour else "" for row in made.rows]


def test_without_windows_it_is_one_the_day_before_as_ever(office: Practice) -> None:
    office.visit(office.person())
    office.visit(office.person("Ana"), day=WEDNESDAY)
    made = plan(office)
    assert [(row.person.first_name, row.window.id, row.hour) for row in made.rows] == [
        ("Maria", "day-before", None)
    ]
    assert made.until is None
    (row,) = send(office).messages
    assert row.not_before == MONDAY + timedelta(seconds=10)


def test_ask_29_how_often_and_when_is_set_by_type_of_visit(office: Practice) -> None:
    window(office, 2 * DAY)
    window(office, 120)
    window(office, WEEK, type_key="surgery")
    office.visit(office.person("Ana"), 15, 0, day=WEDNESDAY, visit_type="Check-up")
    office.visit(office.person("Bea"), 15, 0, day=MONDAY.date() + timedelta(days=8), visit_type="SURGERY ")
    office.visit(office.person("Cora"), 15, 0, day=TUESDAY, visit_type="Check-up")
    made = plan(office)
    assert made.until == TUESDAY
    found = [(row.person.first_name, row.window.minutes) for row in made.rows]
    assert found == [("Cora", 2 * DAY), ("Ana", 2 * DAY), ("Cora", 120), ("Bea", WEEK)]
    assert hours(made)[1:] == ["Mon 21:00", "Tue 19:00", "Tue 21:00"]


def test_two_late_windows_are_one_letter_and_the_nearest_counts(office: Practice) -> None:
    """Somebody who sets windows today writes nobody twice about the same visit today."""
    for minutes in (WEEK, 2 * DAY):
        window(office, minutes)
    office.visit(office.person(), 9, day=TUESDAY)
    assert [row.window.minutes for row in plan(office).rows] == [2 * DAY]


def test_ask_1_reminder_re_sent_every_hour(office: Practice) -> None:
    window(office, 2 * DAY)
    office.visit(office.person(), 9, day=WEDNESDAY)
    (first,) = send(office).messages
    for _ in range(5):
        office.clock.pass_(hours=1)
        assert send(office).messages == ()
    arrived(office, first)
    assert why(plan(office)) == ["already-sent"]
    office.clock.pass_(days=1)
    assert send(office).messages == ()


def test_ask_1_the_database_itself_refuses_a_second_reminder_of_an_occurrence_and_window(
    office: Practice,
) -> None:
    window(office, DAY)
    office.visit(office.person(), 15)
    other = office.visit(office.person("Ana"), 16)
    mine, theirs = send(office).messages
    told = office.db.read(lambda tx: remindervisits.of_messages(tx, [mine.id, theirs.id]))
    with pytest.raises(IntegrityError):
        office.db.write(lambda tx: remindervisits.add(tx, mine.id, told[theirs.id]))
    assert told[theirs.id][0].appointment == other.id


def test_ask_2_occurrences_of_one_series_are_reminded_of_each(office: Practice) -> None:
    window(office, DAY)
    visit = office.visit(office.person(), 15)
    (first,) = send(office).messages
    office.change_visit(visit, occurrence=2, start_utc=visit.start_utc + timedelta(hours=1))
    (second,) = send(office).messages
    assert (first.occurrence, second.occurrence) == (1, 2)
    assert recheck(office, first) == Cancel(Reason("visit-moved"))
    assert recheck(office, second) == Keep()


@pytest.mark.parametrize(
    ("start", "minutes", "hour"),
    [
        ((WEDNESDAY, 9), DAY, "Tue 15:00"),
        ((TUESDAY, 9), 120, "Tue 14:00"),  # 07:00 there is too early: 08:00, an hour is left
        ((TUESDAY, 8), 120, "Tue 01:45"),  # nothing is left in the morning: the evening before
        ((WEDNESDAY, 23), 30, "Wed 01:45"),
    ],
)
def test_ask_21_we_are_not_allowed_to_send_at_night(
    office: Practice, start: tuple[date, int], minutes: int, hour: str
) -> None:
    window(office, minutes)
    visit = office.visit(office.person(), start[1], 0, start[0])
    if hour == "Wed 01:45":
        window_hour = visit.start_utc - timedelta(minutes=30)
        made = plan(office, start[0])
        (row,) = made.rows
        assert row.hour is not None
        assert row.hour < window_hour
        assert row.hour.strftime("%H:%M") == "01:45"
        return
    assert hours(plan(office)) == [hour]
    assert all(row.hour is not None and row.hour < visit.start_utc for row in plan(office).rows)


def test_ask_20_no_reminder_leaves_on_a_closed_day(office: Practice) -> None:
    rules = SendingRules(
        Hours(time(8), time(20), holidays=False), Hours(time(9), time(18)), closed=(TUESDAY.isoformat(),)
    )
    office.db.write(lambda tx: sendingrules.put(tx, rules))
    window(office, DAY)
    office.visit(office.person(), 15, 0, WEDNESDAY)
    made = plan(office)
    assert made.until == WEDNESDAY
    assert hours(made) == ["Tue 01:45"]  # Monday evening there


def test_ask_29_what_is_due_reaches_to_the_end_of_the_next_working_day(office: Practice) -> None:
    office.clock.at = MONDAY.replace(day=27)  # a Friday
    window(office, 120)
    for day in (28, 29, 30):
        office.visit(office.person(f"P{day}"), 15, 0, date(2026, 11, day))
    office.visit(office.person("Late"), 15, 0, date(2026, 12, 1))
    made = plan(office)
    assert made.until == date(2026, 11, 30)
    assert [row.person.first_name for row in made.rows] == ["P28", "P29", "P30"]


def test_a_reminder_waits_for_its_hour_and_falls_away_when_the_visit_begins(office: Practice) -> None:
    window(office, 120)
    visit = office.visit(office.person(), 15, 0)
    (row,) = send(office).messages
    assert row.not_before == visit.start_utc - timedelta(hours=2)
    assert row.useless_after == visit.start_utc


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status": VisitStatus.CANCELLED}, "visit-cancelled"),
        ({"occurrence": 2}, "visit-moved"),
        ({"status": VisitStatus.KEPT}, "visit-over"),
        ({"status": VisitStatus.MISSED}, "visit-over"),
    ],
)
def test_ask_95_a_reschedule_or_visit_does_not_cancel_pending_reminders(
    office: Practice, change: dict[str, object], reason: str
) -> None:
    window(office, DAY)
    window(office, 120)
    visit = office.visit(office.person(), 15)
    assert len(send(office, TUESDAY).messages) == 2
    rows = office.db.read(lambda tx: messages.by_states(tx, (State.QUEUED,)))
    office.change_visit(visit, **change)
    assert all(recheck(office, row) == Cancel(Reason(reason)) for row in rows)
    assert office.db.write(lambda tx: retire(tx, office.outbox)) == 2
    assert office.db.read(messages.counts) == {State.CANCELLED: 2}


def test_ask_95_a_reminder_re_reads_the_appointment_just_before_it_leaves(office: Practice) -> None:
    window(office, DAY)
    visit = office.visit(office.person(detail=Detail.FULL), 15, day=WEDNESDAY)
    (row,) = send(office).messages
    office.change_visit(visit, location="Room 9")
    verdict = recheck(office, row)
    assert isinstance(verdict, Replace)
    assert verdict.reason == Reason("wording-changed")


def test_ask_96_types_of_visits_that_nobody_is_reminded_of(office: Practice) -> None:
    for kind in (WindowKind.REMINDER, WindowKind.CONFIRM):
        window(office, DAY if kind is WindowKind.REMINDER else 120, kind)
    rule = VisitRule("chemotherapy", "chemotherapy", remind=False)
    office.db.write(lambda tx: practicefacts.put_visit_rule(tx, rule, MONDAY))
    office.visit(office.person(), 16)
    made = plan(office)
    assert made.rows == ()
    assert set(why(made)) == {"visit-type-silent"}


def test_ask_97_import_of_a_calendar_re_invites_everyone_past_and_present(office: Practice) -> None:
    """A visit that stands in the schedule is written about by nobody until somebody says so, and what is
    over is written about by nobody at all."""
    window(office, DAY)
    person = office.person()
    for day in range(1, 23):
        office.visit(person, 9, day=date(2026, 11, day))
    office.visit(person, 9, day=date(2027, 5, 3))
    assert office.db.read(messages.counts) == {}
    made = plan(office)
    assert (made.rows, made.excluded) == ((), ())


@pytest.mark.parametrize("code", ["reminder-two-days", ""])
def test_ask_50_98_a_reminder_in_the_persons_language_says_no_more_than_they_wish(
    office: Practice, code: str
) -> None:
    window(office, DAY, code=code)
    for detail in Detail:
        office.visit(office.person(detail.value, language="es", detail=detail), 15)
    rows = {row.person.detail: row for row in plan(office).rows}
    assert len(rows) == 3
    for detail, row in rows.items():
        said = row.subject + row.text + row.letter.html
        assert "cita" in said
        assert "chemotherapy" not in said
        assert ("Okafor" in said) is (detail is Detail.FULL)
        assert ("martes" in said) is (detail is not Detail.MINIMAL)
        assert bool(row.letter.html) is (bool(code) and detail is not Detail.MINIMAL)


def test_a_field_that_nobody_filled_excludes_the_row_and_names_it(office: Practice) -> None:
    window(office, DAY, code="reminder-two-days")
    office.visit(office.person("", "López", email="l@mail.example"), 15)
    (line,) = plan(office).excluded
    assert (line.name, line.reason) == ("López", Reason("text-incomplete", {"field": "first_name"}))


def test_a_template_that_is_not_the_practices_any_more_writes_to_nobody(office: Practice) -> None:
    one = Window(WindowId(new_id()), WindowKind.REMINDER, DAY, code="no-such-template")
    office.db.write(lambda tx: windows.put(tx, one, office.session.user, MONDAY))
    assert one.template != TemplateId("")
    office.visit(office.person(), 15)
    assert why(plan(office)) == ["window-template"]


def test_a_yes_ends_later_asks_and_the_reminder_of_the_day_still_goes(office: Practice) -> None:
    window(office, 3 * DAY, WindowKind.CONFIRM)
    window(office, 2 * DAY)
    window(office, 120)
    visit = office.visit(office.person(), 15, 0, WEDNESDAY)
    asks, early, last = sorted(send(office, WEDNESDAY).messages, key=lambda row: row.not_before)
    answer(office, visit, VisitAnswer.CONFIRMED)
    assert recheck(office, asks) == Cancel(Reason("visit-confirmed"))
    assert recheck(office, early) == Cancel(Reason("visit-confirmed"))
    assert recheck(office, last) == Keep()


def test_an_answer_belongs_to_one_time_of_a_visit(office: Practice) -> None:
    window(office, DAY, WindowKind.CONFIRM)
    visit = office.visit(office.person(), 15)
    answer(office, visit, VisitAnswer.CONFIRMED)
    assert why(plan(office)) == ["visit-confirmed"]
    office.change_visit(visit, occurrence=2)
    assert len(plan(office).rows) == 1


def test_who_said_that_they_cannot_come_is_not_reminded(office: Practice) -> None:
    window(office, DAY)
    visit = office.visit(office.person(), 15)
    answer(office, visit, VisitAnswer.DECLINED)
    assert why(plan(office)) == ["visit-declined"]


def test_a_reminder_of_before_there_were_windows_counts_for_them(office: Practice) -> None:
    office.visit(office.person(), 15)
    assert len(send(office).messages) == 1
    window(office, DAY)
    assert send(office).messages == ()
    assert why(plan(office)) == ["already-queued"]


def test_a_window_that_is_taken_away_withdraws_what_waits_for_it(office: Practice) -> None:
    gone, stays = window(office, DAY), window(office, 120)
    office.visit(office.person(), 15)
    assert len(send(office, TUESDAY).messages) == 2
    office.db.write(lambda tx: windows.retire(tx, gone, MONDAY))
    assert office.db.write(lambda tx: withdraw(tx, office.outbox, gone, office.session)) == 1
    (left,) = office.db.read(lambda tx: messages.by_states(tx, (State.QUEUED,)))
    assert left.window == stays


# --- after visits -------------------------------------------------------------------------


def test_who_missed_a_visit_is_written_to_once_and_without_blame(office: Practice) -> None:
    window(office, 120, WindowKind.MISSED)
    office.visit(office.person(), 8, 0, MONDAY.date(), status=VisitStatus.MISSED)
    (row,) = plan(office).rows
    assert row.window.kind is WindowKind.MISSED
    assert row.subject == "Sorry we missed you"
    (message,) = send(office).messages
    arrived(office, message)
    for days in (0, 1, 2, 3):
        office.clock.at = MONDAY + timedelta(days=days)
        assert send(office).messages == ()


@pytest.mark.parametrize("kind", [WindowKind.MISSED, WindowKind.FOLLOW_UP])
def test_nothing_follows_before_the_schedule_says_how_a_visit_ended(
    office: Practice, kind: WindowKind
) -> None:
    window(office, 60, kind)
    visit = office.visit(office.person(), 8, 0, MONDAY.date())
    assert plan(office).rows == ()
    ends = {WindowKind.MISSED: VisitStatus.MISSED, WindowKind.FOLLOW_UP: VisitStatus.KEPT}
    office.change_visit(visit, status=ends[kind])
    (message,) = send(office).messages
    other = VisitStatus.KEPT if kind is WindowKind.MISSED else VisitStatus.MISSED
    office.change_visit(visit, status=other)
    assert recheck(office, message) == Cancel(Reason("visit-other-end"))
    assert office.db.write(lambda tx: retire(tx, office.outbox)) == 1


def test_what_follows_comes_within_two_working_days_or_not_at_all(office: Practice) -> None:
    window(office, 60, WindowKind.MISSED)
    thursday = datetime(2026, 11, 19, 14, 0, tzinfo=UTC)
    office.visit(office.person(), 8, 0, thursday.date(), status=VisitStatus.MISSED)
    office.clock.at = MONDAY  # the second working day after that Thursday
    (row,) = plan(office).rows
    assert row.useless_after == datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
    office.clock.at = MONDAY + timedelta(days=1)
    assert plan(office).rows == ()


@pytest.mark.parametrize("status", [Status.DECEASED, Status.DISCHARGED])
def test_nobody_writes_after_a_visit_to_who_died_or_was_discharged(office: Practice, status: Status) -> None:
    window(office, 60, WindowKind.MISSED)
    person = office.person(status=status)
    office.visit(person, 8, 0, MONDAY.date(), status=VisitStatus.MISSED)
    assert why(plan(office)) == [f"person-{status.value}"]


@pytest.mark.parametrize("kind", [WindowKind.MISSED, WindowKind.FOLLOW_UP])
def test_after_a_visit_too_the_least_detail_says_nothing_of_it(office: Practice, kind: WindowKind) -> None:
    window(office, 60, kind)
    ends = {WindowKind.MISSED: VisitStatus.MISSED, WindowKind.FOLLOW_UP: VisitStatus.KEPT}
    office.visit(office.person(detail=Detail.MINIMAL), 8, 0, MONDAY.date(), status=ends[kind])
    (row,) = plan(office).rows
    assert row.letter.html == ""
    assert "visit" not in row.subject + row.text
    assert "Harbor Clinic" in row.text
