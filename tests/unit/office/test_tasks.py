"""One list of what is still to do: each role its own, ended once, and a record of everything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from desktop.errors import InputError, Refused
from desktop.models import conversations, tasks, users
from desktop.models.accounts import Role, Session, User, UserId, UserState
from desktop.models.correspondence import Conversation, ConversationId, ConversationState, TaskId
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.records import PersonId, Reason
from desktop.models.tasks import Task, TaskState
from desktop.office.api import Office
from desktop.office.task_kinds import KINDS
from desktop.office.values_access import RoleChange
from desktop.office.values_audit import LogQuery
from desktop.office.values_messages import TaskChange, TaskEnd, TaskLine, TaskQuery, TaskRequest
from tests.made_practice import Practice, person_named
from tests.made_staff import desk_of

HER_NOTE = "Ask canaryword for the referral"


class Desk(SimpleNamespace):
    office: Office
    session: Session
    practice: Practice
    person: PersonId

    def open(self, kind: str, **fields: Any) -> TaskId:
        one = Task(new_id(), kind, self.practice.clock.now(), **fields)
        self.database.write(lambda tx: tasks.add(tx, one))
        return TaskId(one.id)

    def as_role(self, role: Role, state: UserState = UserState.ACTIVE) -> Session:
        someone = User(UserId(new_id()), f"{role.value}-{new_id()[:4]}", role, state=state)
        self.database.write(lambda tx: users.add(tx, someone, ""))
        return desk_of(self.office).guard.open(someone, self.practice.clock.now())

    def conversation(self, state: ConversationState) -> ConversationId:
        now = self.practice.clock.now()
        one = Conversation(ConversationId(new_id()), "About", state, now, now, person=self.person)
        self.database.write(lambda tx: conversations.add(tx, one))
        return one.id

    def state_of(self, id_: ConversationId) -> ConversationState:
        found = self.database.read(lambda tx: conversations.get(tx, id_))
        assert found is not None
        return ConversationState(found.state)

    def shown(self, session: Session | None = None, **query: Any) -> tuple[TaskLine, ...]:
        return self.office.list_tasks(session or self.session, TaskQuery(**query)).tasks

    def records(self, act: str) -> list[Any]:
        lines = self.office.query_log(self.session, LogQuery(limit=200)).lines
        return [line for line in lines if line.act == act]


@pytest.fixture
def desk(at_work: tuple[Office, Session], practice: Practice) -> Desk:
    office, session = at_work
    return Desk(
        office=office,
        session=session,
        practice=practice,
        database=desk_of(office).opened().database,
        person=person_named(office, session, "Zoraida"),
    )


def test_a_task_of_ones_own_is_shown_with_whose_it_is_and_when_it_is_due(desk: Desk) -> None:
    due = desk.practice.clock.now() + timedelta(days=1)
    made = desk.office.add_task(desk.session, TaskRequest(HER_NOTE, desk.person, desk.session.user, due))
    assert (made.group, made.name, made.external_id) == ("own", "Zoraida Canaryfield", "1001")
    assert (made.title, made.note) == (Reason("task-own", {"words": HER_NOTE}), HER_NOTE)
    assert (made.owner_name, made.due_at, made.overdue) == ("ana", due, False)
    assert desk.shown() == (made,)
    desk.practice.clock.move(25 * 3600)
    again = desk.office.sign_in(desk.practice.credentials()).session
    assert [one.overdue for one in desk.shown(again)] == [True]


def test_words_of_a_note_are_in_no_record_and_ids_of_the_listed_are_kept(desk: Desk) -> None:
    desk.office.add_task(desk.session, TaskRequest(HER_NOTE, desk.person))
    desk.shown()
    assert "canaryword" not in repr(desk.records("task.opened"))
    assert len(desk.records("task.opened")) == 1
    listed = desk.records("tasks.listed")
    assert len(listed) == 1


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (lambda d: TaskRequest(" \u202e\n "), "task-note-missing"),
        (lambda d: TaskRequest("x", PersonId(new_id())), "person-unknown"),
        (lambda d: TaskRequest("x", conversation=ConversationId(new_id())), "conversation-unknown"),
        (lambda d: TaskRequest("x", owner=UserId(new_id())), "task-owner-unfit"),
        (lambda d: TaskRequest("x", owner=d.as_role(Role.AUDITOR).user), "task-owner-unfit"),
        (lambda d: TaskRequest("x", owner=d.as_role(Role.MANAGER, UserState.LEFT).user), "task-owner-unfit"),
        (lambda d: TaskRequest("x", due_at=d.practice.clock.now() - timedelta(days=2)), "task-due-wrong"),
        (lambda d: TaskRequest("x", due_at=d.practice.clock.now().replace(tzinfo=None)), "task-due-wrong"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(
    desk: Desk, request_: Callable[[Desk], TaskRequest], code: str
) -> None:
    with pytest.raises(InputError) as caught:
        desk.office.add_task(desk.session, request_(desk))
    assert caught.value.code == code
    assert desk.shown() == ()


def test_the_administrators_tasks_are_not_the_front_desks(desk: Desk) -> None:
    ids = {kind: desk.open(kind) for kind in KINDS}
    desk.open("notice-factor", owner=desk.session.user)
    desk.open("identity-check")
    clerk = desk.as_role(Role.FRONT_DESK)
    seen = {one.kind for one in desk.shown(clerk)}
    assert seen.isdisjoint({"access-review", "log-review", "rotation-due", "own-key-expiring", "backup-old"})
    assert {"call", "failed-delivery", "move", "own", "key-expiring", "wrong-person"} <= seen
    assert {one.kind for one in desk.shown()} == set(KINDS)
    billing = desk.as_role(Role.BILLING)
    assert {one.kind for one in desk.shown(billing)}.isdisjoint({"move", "cancel-visit", "declined"})
    assert {one.kind for one in desk.shown(clerk, group="system")} == {"folder"}
    assert desk.shown(desk.as_role(Role.BILLING), group="system") == ()
    for id_ in (ids["access-review"], TaskId("nonsense")):
        with pytest.raises(InputError) as caught:
            desk.office.end_task(clerk, TaskEnd(id_))
        assert caught.value.code == "task-unknown"
        with pytest.raises(InputError) as caught:
            desk.office.change_task(clerk, TaskChange(id_, note="x"))
        assert caught.value.code == "task-unknown"
    assert "system" in desk.office.list_tasks(desk.session, TaskQuery()).counts


def test_groups_are_counted_and_shown_one_at_a_time(desk: Desk) -> None:
    for kind in ("call", "call", "own", "move"):
        desk.open(kind, person=desk.person)
    made = desk.office.list_tasks(desk.session, TaskQuery(group="calls", limit=1))
    assert made.counts == {"calls": 2, "moves": 1, "own": 1}
    assert list(made.counts) == ["calls", "moves", "own"]
    assert (made.total, [one.kind for one in made.tasks]) == (2, ["call"])
    nothing = desk.office.list_tasks(desk.session, TaskQuery(group="nonsense"))
    assert (nothing.tasks, nothing.total) == ((), 0)


def test_two_people_end_the_same_task_and_the_second_is_told_who_did(desk: Desk) -> None:
    clerk = desk.as_role(Role.FRONT_DESK)
    made = desk.office.add_task(desk.session, TaskRequest("Send it"))
    ended = desk.office.end_task(clerk, TaskEnd(made.id, note="Sent by post"))
    assert (ended.result, ended.closed_by, ended.note) == ("done", clerk.user_name, "Send it\nSent by post")
    with pytest.raises(Refused) as caught:
        desk.office.end_task(desk.session, TaskEnd(made.id, "dropped", "Not needed"))
    assert (caught.value.code, caught.value.params) == ("task-ended", {"who": clerk.user_name})
    with pytest.raises(Refused) as caught:
        desk.office.change_task(desk.session, TaskChange(made.id, note="Other"))
    assert caught.value.code == "task-ended"
    assert desk.shown() == ()
    assert desk.shown(ended=True) == (ended,)
    assert len(desk.records("task.ended")) == 1


def test_what_ended_by_itself_says_so(desk: Desk) -> None:
    id_ = desk.open("move", person=desk.person)
    now = desk.practice.clock.now()
    desk.database.write(lambda tx: tasks.close(tx, id_, TaskState.DONE, now))
    with pytest.raises(Refused) as caught:
        desk.office.end_task(desk.session, TaskEnd(id_))
    assert caught.value.code == "task-ended-itself"


def test_what_ends_itself_may_be_dropped_but_a_review_only_by_its_work(desk: Desk) -> None:
    move, review = desk.open("move", person=desk.person), desk.open("access-review")
    dropped = desk.office.end_task(desk.session, TaskEnd(move, "dropped"))
    assert (dropped.result, dropped.closed_by) == ("dropped", "ana")
    with pytest.raises(Refused) as caught:
        desk.office.end_task(desk.session, TaskEnd(review))
    assert caught.value.code == "task-by-work"
    assert [(one.kind, one.can_end) for one in desk.shown()] == [("access-review", False)]
    with pytest.raises(InputError) as wrong:
        desk.office.end_task(desk.session, TaskEnd(review, "gone"))
    assert wrong.value.code == "value-not-allowed"


def test_a_task_is_given_away_taken_back_and_put_off(desk: Desk) -> None:
    clerk = desk.as_role(Role.FRONT_DESK)
    made = desk.office.add_task(desk.session, TaskRequest("Send it"))
    due = desk.practice.clock.now() + timedelta(days=3)
    given = desk.office.change_task(
        desk.session, TaskChange(made.id, clerk.user, due_at=due, note="Send both")
    )
    assert (given.owner, given.due_at, given.note) == (clerk.user, due, "Send both")
    assert desk.shown(mine=True) == ()
    assert desk.shown(clerk, mine=True) == (given,)
    back = desk.office.change_task(clerk, TaskChange(made.id, give_back=True, no_due=True))
    assert (back.owner, back.owner_name, back.due_at) == (None, "", None)
    assert desk.shown(mine=True) == (back,)
    with pytest.raises(InputError) as caught:
        desk.office.change_task(desk.session, TaskChange(made.id, note=" "))
    assert caught.value.code == "task-note-missing"
    system = desk.open("backup-old")
    with pytest.raises(InputError) as unfit:
        desk.office.change_task(desk.session, TaskChange(system, clerk.user))
    assert unfit.value.code == "task-owner-unfit"


def test_a_task_is_not_left_with_somebody_who_does_not_see_it(desk: Desk) -> None:
    """After a change of role, or where an heir has another: it is for whoever may do it."""
    somebody = desk.as_role(Role.ADMINISTRATOR)
    hidden, seen = desk.open("rotation-due", owner=somebody.user), desk.open("call", owner=somebody.user)
    assert hidden not in {one.id for one in desk.shown(mine=True)}
    desk.office.set_role(desk.session, RoleChange(somebody.user, Role.FRONT_DESK))
    owners = {one.id: one.owner for one in desk.shown()}
    assert (owners[hidden], owners[seen]) == (None, somebody.user)
    assert hidden in {one.id for one in desk.shown(mine=True)}


def test_a_conversation_waits_while_a_task_of_it_is_open_and_is_done_with_the_last(desk: Desk) -> None:
    waiting = desk.conversation(ConversationState.DONE)
    first = desk.office.add_task(desk.session, TaskRequest("Phone", conversation=waiting))
    assert (first.person, first.conversation, first.step) == (desk.person, waiting, "conversation")
    assert desk.state_of(waiting) is ConversationState.WAITING
    second = desk.open(
        "move", person=desk.person, conversation=waiting, details={"start": "2026-11-24T14:30"}
    )
    desk.office.end_task(desk.session, TaskEnd(first.id))
    assert desk.state_of(waiting) is ConversationState.WAITING
    ended = desk.office.end_task(desk.session, TaskEnd(second))
    assert ended.title == Reason("task-move", {"when": "2026-11-24T14:30", "name": "Zoraida Canaryfield"})
    assert desk.state_of(waiting) is ConversationState.DONE
    assert len(desk.records("conversation.changed")) == 2


def test_an_open_conversation_stays_open_when_its_task_ends(desk: Desk) -> None:
    open_one = desk.conversation(ConversationState.OPEN)
    made = desk.office.add_task(desk.session, TaskRequest("Phone", conversation=open_one))
    desk.office.end_task(desk.session, TaskEnd(made.id))
    assert desk.state_of(open_one) is ConversationState.OPEN


def test_each_task_says_where_its_work_is(desk: Desk) -> None:
    def step(tx: Tx) -> None:
        for kind in ("call", "failed-delivery", "log-review", "key-expiring"):
            tasks.add(tx, Task(new_id(), kind, desk.practice.clock.now(), person=desk.person))

    desk.database.write(step)
    steps = {one.kind: one.step for one in desk.shown()}
    assert steps == {
        "call": "call",
        "failed-delivery": "",
        "log-review": "log-review",
        "key-expiring": "keys",
    }
