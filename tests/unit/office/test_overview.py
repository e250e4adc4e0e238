"""What Today begins with: each thing that waits counted once, and where it is done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from desktop.models import conversations, events, messages, tasks, users
from desktop.models.accounts import Role, Session, User, UserId
from desktop.models.correspondence import Conversation, ConversationId, ConversationState, Urgency
from desktop.models.database import Tx
from desktop.models.delivery import DeliveryEvent, EventKind
from desktop.models.ids import new_id
from desktop.models.records import MessageId, PersonId, State
from desktop.models.tasks import Task
from desktop.office.api import Office
from desktop.office.values_practice import RelayRequest
from tests.made_practice import Practice, import_visits, person_named
from tests.made_staff import desk_of

STEPS = {
    "urgent": "messages",
    "wrong-person": "tasks:urgent",
    "replies": "messages",
    "moves": "tasks:moves",
    "addresses": "tasks:addresses",
    "unclear": "outbox:unclear",
    "failed": "outbox:failed",
    "returned": "outbox:returned",
    "calls": "tasks:calls",
    "schedule-missing": "import",
    "schedule-stale": "import",
    "not-confirmed": "outbox:sent",
    "tasks-due": "tasks:",
    "system": "tasks:system",
}


class Morning(SimpleNamespace):
    office: Office
    session: Session
    practice: Practice
    person: PersonId

    def lines(self, session: Session | None = None) -> dict[str, int]:
        shown = self.office.today(session or self.session).desk
        assert all(line.step == STEPS[line.code] for line in shown)
        return {line.code: line.count for line in shown}

    def task(self, kind: str, **fields: Any) -> None:
        one = Task(new_id(), kind, self.practice.clock.now(), person=self.person, **fields)
        self.database.write(lambda tx: tasks.add(tx, one))

    def conversation(self, state: ConversationState, unseen: bool, urgency: Urgency) -> None:
        now = self.practice.clock.now()
        one = Conversation(
            ConversationId(new_id()), "", state, now, now, self.person, unseen=unseen, urgency=urgency
        )
        self.database.write(lambda tx: conversations.add(tx, one))

    def end(self, id_: MessageId, state: State) -> None:
        def move(tx: Tx) -> None:
            row = messages.get(tx, id_)
            assert row is not None
            assert messages.move(tx, id_, row.state, state)

        self.database.write(move)

    def to(self, moment: datetime) -> Session:
        self.practice.clock.move((moment - self.practice.clock.now()).total_seconds())
        return self.office.sign_in(self.practice.credentials()).session


@pytest.fixture
def morning(
    at_work: tuple[Office, Session], practice: Practice, relay_request: Callable[..., RelayRequest]
) -> Morning:
    office, session = at_work
    office.add_relay(session, relay_request())
    return Morning(
        office=office,
        session=session,
        practice=practice,
        database=desk_of(office).opened().database,
        person=person_named(office, session, "Zoraida"),
    )


def test_a_day_on_which_nothing_waits_begins_with_nothing(morning: Morning) -> None:
    import_visits(morning.office, morning.session, morning.practice.clock)
    assert morning.office.today(morning.session).desk == ()


def test_a_schedule_that_is_missing_is_missed_from_noon_on_and_on_friday_for_monday(
    morning: Morning,
) -> None:
    assert morning.lines() == {}  # nine in the morning there
    assert morning.lines(morning.to(datetime(2026, 11, 23, 19, 5, tzinfo=UTC))) == {"schedule-missing": 1}
    someone = User(UserId(new_id()), "doc", Role.CLINICIAN)
    morning.database.write(lambda tx: users.add(tx, someone, ""))
    doctor = desk_of(morning.office).guard.open(someone, morning.practice.clock.now())
    assert morning.lines(doctor) == {}, "who may not import is not asked to"
    friday = morning.to(datetime(2026, 11, 27, 22, 0, tzinfo=UTC))
    assert morning.lines(friday) == {"schedule-missing": 1}
    assert morning.office.today(friday).day == date(2026, 11, 30)


def test_a_schedule_is_stale_when_its_file_is_more_than_a_day_old(morning: Morning) -> None:
    clock = morning.practice.clock
    visits = b"Appointment ID,MRN,Date,Time,Provider\nA1,1001,2026-11-25,09:30,Dr. Shah\n"
    import_visits(morning.office, morning.session, clock, visits)
    assert morning.lines(morning.to(datetime(2026, 11, 24, 15, 59, tzinfo=UTC))) == {}
    assert morning.lines(morning.to(datetime(2026, 11, 24, 16, 5, tzinfo=UTC))) == {"schedule-stale": 1}


def test_overnight_replies_are_counted_and_urgent_words_stand_first(morning: Morning) -> None:
    open_ = ConversationState.OPEN
    morning.conversation(open_, True, Urgency.URGENT)
    morning.conversation(open_, True, Urgency.PLAIN)
    morning.conversation(open_, False, Urgency.ASKS)
    morning.conversation(ConversationState.DONE, False, Urgency.PLAIN)
    assert list(morning.lines().items()) == [("urgent", 1), ("replies", 2)]


def test_tasks_are_counted_by_where_they_are_done_and_those_of_the_office_for_administrators(
    morning: Morning,
) -> None:
    for kind in ("call", "call", "failed-delivery", "move", "cancel-visit", "wrong-person"):
        morning.task(kind)
    for kind in ("rotation-due", "access-review"):
        morning.task(kind)
    everybody = {"wrong-person": 1, "moves": 2, "addresses": 1, "calls": 2}
    assert morning.lines() == {**everybody, "system": 2}
    someone = User(UserId(new_id()), "cy", Role.FRONT_DESK)
    morning.database.write(lambda tx: users.add(tx, someone, ""))
    clerk = desk_of(morning.office).guard.open(someone, morning.practice.clock.now())
    assert morning.lines(clerk) == everybody


def test_what_is_due_today_is_counted_once_and_not_what_is_somebody_elses(morning: Morning) -> None:
    someone = User(UserId(new_id()), "cy", Role.FRONT_DESK)
    morning.database.write(lambda tx: users.add(tx, someone, ""))
    now = morning.practice.clock.now()
    morning.task("own", due_at=now - timedelta(days=1))
    morning.task("own", due_at=now + timedelta(hours=14), owner=morning.session.user)
    morning.task("own", due_at=now + timedelta(hours=16))
    morning.task("own", due_at=now, owner=someone.id)
    morning.task("own")
    morning.task("call", due_at=now)
    assert morning.lines() == {"calls": 1, "tasks-due": 2}


def test_what_became_of_messages(morning: Morning) -> None:
    import_visits(morning.office, morning.session, morning.practice.clock)
    first, second = morning.office.send_reminders(morning.session).messages
    assert morning.lines() == {}
    morning.end(first, State.ACCEPTED)
    morning.end(second, State.UNCERTAIN)
    assert morning.lines() == {"unclear": 1, "not-confirmed": 1}
    yes = DeliveryEvent(EventKind.CONFIRMED, morning.practice.clock.now(), "mailbox", "1", first, None)
    morning.database.write(lambda tx: events.add(tx, yes))
    assert morning.lines() == {"unclear": 1}


@pytest.mark.parametrize(("state", "code"), [(State.FAILED, "failed"), (State.COMPLAINED, "returned")])
def test_what_failed_is_new_for_three_days(morning: Morning, state: State, code: str) -> None:
    import_visits(morning.office, morning.session, morning.practice.clock)
    first, _ = morning.office.send_reminders(morning.session).messages
    morning.end(first, state)
    assert morning.lines() == {code: 1}
    later = morning.to(morning.practice.clock.now() + timedelta(days=3, hours=1))
    assert code not in morning.lines(later)
