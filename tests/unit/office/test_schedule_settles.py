"""A move or a cancellation that somebody asked for ends with the import that shows it, and not before."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from desktop.mail import moves
from desktop.mail.asking import ASK_CANCEL, ASK_MOVE
from desktop.models import appointments, conversations, tasks
from desktop.models.accounts import Session
from desktop.models.correspondence import Conversation, ConversationState
from desktop.models.database import Tx
from desktop.models.records import Appointment
from desktop.models.tasks import Task, TaskState
from desktop.office.api import Office
from desktop.office.values import AppointmentsImport, ImportRequest
from tests.made_practice import START, VISITS, Practice, import_visits
from tests.made_staff import desk_of
from tests.support.correspondence import a_conversation

AT_WORK = tuple[Office, Session]
MOVED = VISITS.replace(b"A2,1002,2026-11-24,14:30", b"A2,1002,2026-11-26,10:00")
GONE = VISITS.replace(b"A2,1002,2026-11-24,14:30,Dr. Shah\n", b"")
ANEW = GONE + b"A9,1002,2026-11-27,11:00,Dr. Shah\n"
"""Some systems write a visit that was moved as another one."""
DRY = AppointmentsImport(ImportRequest("visits.csv", data=MOVED, dry_run=True), "whole", confirm=True)


def imports(practice: Practice, at_work: AT_WORK, data: bytes) -> None:
    """A newer schedule, which its reader says is right."""
    office, session = at_work
    practice.clock.move(60)
    request = ImportRequest("visits.csv", data=data, modified=practice.clock.now())
    office.import_appointments(session, AppointmentsImport(request, "whole", confirm=True))


def visit_of(tx: Tx) -> Appointment:
    found = appointments.by_external(tx, "A2")
    assert found is not None
    return found


@pytest.fixture
def asked(at_work: AT_WORK, practice: Practice) -> Task:
    """Bo asked to move, somebody answered, and the answer is that it will be done."""
    office, session = at_work
    import_visits(office, session, practice.clock)
    return wants(office, ASK_MOVE)


def wants(office: Office, what: str, **fields: object) -> Task:
    desk = desk_of(office)

    def ask(tx: Tx) -> Task:
        visit = visit_of(tx)
        talk = a_conversation(**{"person": visit.person, "state": ConversationState.WAITING, **fields})
        conversations.add(tx, talk)
        task = moves.asked(tx, desk.audit, frozenset({what}), visit, visit.person, talk.id, START)
        assert task is not None
        return task

    return desk.opened().database.write(ask)


def stands(office: Office, task: Task) -> Task:
    found = desk_of(office).opened().database.read(lambda tx: tasks.get(tx, task.id))
    assert found is not None
    return found


def talk_of(office: Office, task: Task) -> Conversation:
    assert task.conversation is not None
    found = desk_of(office).opened().database.read(partial(_talk, task))
    assert found is not None
    return found


def _talk(task: Task, tx: Tx) -> Conversation | None:
    return conversations.get(tx, task.conversation) if task.conversation is not None else None


@pytest.mark.parametrize("data", [MOVED, ANEW], ids=["moved", "anew"])
def test_the_import_that_shows_it_ends_the_task_and_the_conversation_that_waited(
    at_work: AT_WORK, practice: Practice, asked: Task, data: bytes
) -> None:
    office, _ = at_work
    imports(practice, at_work, data)
    task, talk = stands(office, asked), talk_of(office, asked)
    assert (task.state, task.result, task.closed_by) == (TaskState.DONE, "done", None)
    assert task.closed_at == practice.clock.now()
    assert (talk.state, talk.done_at) == (ConversationState.DONE, practice.clock.now())


def test_who_asked_to_move_and_has_no_new_visit_is_not_forgotten(
    at_work: AT_WORK, practice: Practice, asked: Task
) -> None:
    """The old one is off the schedule, and nobody has found another time yet."""
    office, _ = at_work
    imports(practice, at_work, GONE)
    assert stands(office, asked).state is TaskState.OPEN
    assert talk_of(office, asked).state is ConversationState.WAITING
    imports(practice, at_work, ANEW)
    assert stands(office, asked).state is TaskState.DONE


def test_a_visit_that_stood_there_before_is_not_the_new_one(at_work: AT_WORK, practice: Practice) -> None:
    office, session = at_work
    other = b"A8,1002,2026-11-27,09:00,Dr. Shah\n"
    import_visits(office, session, practice.clock, VISITS + other)
    task = wants(office, ASK_MOVE)
    imports(practice, at_work, GONE + other)
    assert stands(office, task).state is TaskState.OPEN


def test_the_same_schedule_again_ends_nothing(at_work: AT_WORK, practice: Practice, asked: Task) -> None:
    office, _ = at_work
    imports(practice, at_work, VISITS.replace(b"16:00", b"16:15"))
    assert stands(office, asked).state is TaskState.OPEN
    assert talk_of(office, asked).state is ConversationState.WAITING


def test_a_dry_run_ends_nothing(at_work: AT_WORK, practice: Practice, asked: Task) -> None:
    office, session = at_work
    practice.clock.move(60)
    office.import_appointments(session, DRY)
    assert stands(office, asked).state is TaskState.OPEN


@pytest.mark.parametrize(
    "changes", [{"unseen": True}, {"state": ConversationState.OPEN}], ids=["unseen", "open"]
)
def test_a_conversation_in_which_somebody_waits_stays_where_it_is(
    at_work: AT_WORK, practice: Practice, asked: Task, changes: dict[str, object]
) -> None:
    office, _ = at_work
    before = replace(talk_of(office, asked), **changes)  # type: ignore[arg-type]
    desk_of(office).opened().database.write(lambda tx: conversations.put(tx, before))
    imports(practice, at_work, MOVED)
    assert stands(office, asked).state is TaskState.DONE
    assert talk_of(office, asked).state is before.state


def test_a_conversation_with_something_else_to_do_waits_on(
    at_work: AT_WORK, practice: Practice, asked: Task
) -> None:
    office, _ = at_work
    other = Task("b" * 32, "own", START, conversation=asked.conversation)
    desk_of(office).opened().database.write(lambda tx: tasks.add(tx, other))
    imports(practice, at_work, MOVED)
    assert stands(office, asked).state is TaskState.DONE
    assert talk_of(office, asked).state is ConversationState.WAITING


def test_somebody_who_asks_again_after_the_move_gets_a_task_again(
    at_work: AT_WORK, practice: Practice, asked: Task
) -> None:
    office, _ = at_work
    imports(practice, at_work, MOVED)
    again = wants(office, ASK_MOVE)
    assert again.details["start"] == "2026-11-26T10:00"
    assert stands(office, again).state is TaskState.OPEN


def test_a_cancellation_ends_when_the_visit_is_cancelled(at_work: AT_WORK, practice: Practice) -> None:
    office, session = at_work
    import_visits(office, session, practice.clock)
    task = wants(office, ASK_CANCEL)
    assert task.kind == "cancel-visit"
    imports(practice, at_work, GONE)
    assert stands(office, task).state is TaskState.DONE
