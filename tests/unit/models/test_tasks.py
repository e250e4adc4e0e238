"""Tasks: kept with note and result, listed by what is due, ended once, found by name and note."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from desktop.models import people, tasks, users
from desktop.models.accounts import Role, User, UserId
from desktop.models.database import Database, Tx
from desktop.models.ids import new_id
from desktop.models.tasks import Task, TaskState
from tests.support.kept import NOW, a_person, keep


@pytest.fixture
def ana(db: Database) -> UserId:
    user = User(UserId(new_id()), "ana", Role.FRONT_DESK, NOW)
    db.write(lambda tx: users.add(tx, user, ""))
    return user.id


def _found(tx: Tx, words: str) -> list[str]:
    rows = tx.connection.exec_driver_sql(
        "SELECT e.task FROM task_search f JOIN task_entry e ON e.seq = f.rowid WHERE task_search MATCH ?",
        (words,),
    )
    return [row.task for row in rows]


def _add(db: Database, one: Task) -> Task:
    db.write(lambda tx: tasks.add(tx, one))
    return one


def test_a_task_comes_back_as_kept(db: Database, ana: UserId) -> None:
    maria = a_person()
    keep(db, maria)
    one = Task(
        new_id(),
        "own",
        NOW,
        "somewhere",
        maria.id,
        ana,
        due_at=NOW,
        details={"cause": "x"},
        note="Ask for it",
    )
    _add(db, one)
    assert db.read(lambda tx: tasks.get(tx, one.id)) == one
    changed = replace(one, note="Asked", owner=None, due_at=None)
    db.write(lambda tx: tasks.put(tx, changed))
    assert db.read(lambda tx: tasks.get(tx, one.id)) == changed


def test_what_is_due_first_stands_first_and_what_is_due_never_last(db: Database) -> None:
    never = _add(db, Task(new_id(), "own", NOW))
    later = _add(db, Task(new_id(), "own", NOW, due_at=NOW + timedelta(days=2)))
    soon = _add(db, Task(new_id(), "call", NOW, due_at=NOW + timedelta(days=1)))
    listed = db.read(lambda tx: tasks.listing(tx, limit=10, offset=0))
    assert [one.id for one in listed] == [soon.id, later.id, never.id]
    assert db.read(lambda tx: tasks.listing(tx, kinds=("own",), limit=1, offset=1)) == [never]
    assert db.read(lambda tx: tasks.counts(tx, ("own", "call", "move"))) == {"own": 2, "call": 1}
    assert db.read(lambda tx: tasks.count(tx, kinds=("own",))) == 2


def test_mine_are_those_of_nobody_too(db: Database, ana: UserId) -> None:
    ben = User(UserId(new_id()), "ben", Role.MANAGER, NOW)
    db.write(lambda tx: users.add(tx, ben, ""))
    mine = _add(db, Task(new_id(), "own", NOW, owner=ana))
    nobodys = _add(db, Task(new_id(), "own", NOW + timedelta(seconds=1)))
    _add(db, Task(new_id(), "own", NOW, owner=ben.id))
    assert db.read(lambda tx: tasks.listing(tx, owner=ana)) == [mine, nobodys]
    assert db.read(lambda tx: tasks.count(tx, owner=ana)) == 2
    assert db.read(lambda tx: tasks.counts(tx, ("own",), ana)) == {"own": 2}


def test_two_people_end_it_and_only_the_first_does(db: Database, ana: UserId) -> None:
    one = _add(db, Task(new_id(), "own", NOW, note="Send the form"))
    later = NOW + timedelta(hours=1)
    assert db.write(lambda tx: tasks.close(tx, one.id, TaskState.DONE, later, ana, "Sent by post"))
    assert not db.write(lambda tx: tasks.close(tx, one.id, TaskState.DROPPED, later, None, "No"))
    ended = db.read(lambda tx: tasks.get(tx, one.id))
    assert ended is not None
    assert (ended.state, ended.result, ended.closed_by) == (TaskState.DONE, "done", ana)
    assert ended.note == "Send the form\nSent by post"
    assert db.read(lambda tx: tasks.listing(tx, ended=True)) == [ended]
    assert db.read(lambda tx: tasks.listing(tx)) == []
    assert db.read(lambda tx: _found(tx, '"post"')) == [one.id]


def test_it_is_found_by_name_and_note_and_by_the_new_name_after_a_change(db: Database) -> None:
    maria = a_person()
    keep(db, maria)
    one = _add(db, Task(new_id(), "own", NOW, person=maria.id, note="Überweisung schicken"))
    other = _add(db, Task(new_id(), "call", NOW))
    assert db.read(lambda tx: _found(tx, f'"{maria.last_name}"')) == [one.id]
    assert db.read(lambda tx: _found(tx, '"uberweisung"')) == [one.id]
    db.write(lambda tx: people.update(tx, replace(maria, last_name="Fuentes")))
    assert db.read(lambda tx: _found(tx, f'"{maria.last_name}"')) == []
    assert db.read(lambda tx: _found(tx, '"fuentes"')) == [one.id]
    db.write(lambda tx: tasks.put(tx, replace(other, note="zapatos")))
    assert db.read(lambda tx: _found(tx, '"zapatos"')) == [other.id]
