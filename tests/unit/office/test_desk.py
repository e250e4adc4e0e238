"""The rule of every use case: the guard first, one transaction, at least one record."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any, get_type_hints

import pytest

from desktop.access.guard import Guard
from desktop.access.roles import Action
from desktop.audit.events import Act, BadEventError, Event
from desktop.audit.log import AuditLog
from desktop.errors import SealwellError
from desktop.models import audit, settings, users
from desktop.models.accounts import Role, Session, SessionId, User, UserId, UserState
from desktop.models.database import Database, Tx
from desktop.models.records import AuditRecord
from desktop.office import api
from desktop.office.api import Office
from desktop.office.desk import Desk, Opened, Recorder, UnrecordedWork
from tests.made_practice import MovedClock, Practice
from tests.support.examples import example

NOBODY = Session(
    SessionId("a" * 32), UserId("b" * 32), "eve", Role.ADMINISTRATOR, datetime(2026, 1, 1, tzinfo=UTC)
)
USE_CASES = sorted(
    name
    for name, method in inspect.getmembers(api.Office, inspect.isfunction)
    if "session" in inspect.signature(method).parameters
)


def test_there_are_use_cases() -> None:
    assert len(USE_CASES) > 20


@pytest.mark.parametrize("name", USE_CASES)
def test_no_use_case_answers_somebody_who_is_not_signed_in(practice: Practice, name: str) -> None:
    office, _ = practice.signed_in()
    assert refused(office, name, NOBODY) == "signed-out"


@pytest.mark.parametrize("name", sorted(set(USE_CASES) - {"touch", "sign_out"}))
def test_no_use_case_answers_while_the_vault_is_closed(practice: Practice, name: str) -> None:
    office, session = practice.signed_in()
    office.close()
    assert refused(office, name, session) == "signed-out"


def refused(office: Office, name: str, session: Session) -> str:
    method: Callable[..., Any] = getattr(office, name)
    hints = get_type_hints(getattr(api.Office, name))
    parameters = inspect.signature(getattr(api.Office, name)).parameters
    needed = [
        p
        for p in parameters
        if p not in ("self", "session") and parameters[p].default is inspect.Parameter.empty
    ]
    given = [stand_in(hints[parameter]) for parameter in needed]
    with pytest.raises(SealwellError) as caught:
        method(session, *given)
    return caught.value.code


def stand_in(kind: Any) -> Any:
    """Any value of the type: the guard is asked before it is looked at."""
    return example(kind)


class Breaking(AuditLog):
    """The log of a computer whose disk is full at the wrong moment."""

    def record(self, *given: Any, **named: Any) -> AuditRecord:
        raise OSError("no space left")


@pytest.fixture
def database(tmp_path: Any) -> Any:
    made = Database.create(tmp_path / "practice.db", b"k" * 32, b"s" * 16, b"v" * 16, 1)
    yield made
    made.close()


def desk_over(database: Database, log: AuditLog | None = None) -> tuple[Desk, Session]:
    clock = MovedClock()
    guard = Guard(clock)
    desk = Desk(guard, log or AuditLog("test", clock), clock)
    user = User(UserId("c" * 32), "ana", Role.FRONT_DESK)
    database.write(lambda tx: users.add(tx, user, ""))
    session = guard.open(user, clock.now())
    rest: dict[str, Any] = {one.name: None for one in fields(Opened)}
    desk.put(Opened(**rest | {"database": database, "token_key": b"", "field_key": b""}))
    return desk, session


def test_work_without_a_record_is_undone(database: Database) -> None:
    desk, session = desk_over(database)

    def silent(tx: Tx, _: Recorder) -> None:
        settings.put(tx, "zone", "changed")

    with pytest.raises(UnrecordedWork):
        desk.write(session, Action.SET_PERSON, silent)
    assert database.read(lambda tx: settings.get(tx, "zone")) is None


def test_work_whose_record_cannot_be_written_is_undone(database: Database) -> None:
    desk, session = desk_over(database, Breaking("test", MovedClock()))

    def loud(tx: Tx, record: Recorder) -> None:
        settings.put(tx, "zone", "changed")
        record(Event(Act.SIGNIN_STEP_UP, obj="d" * 32))

    with pytest.raises(OSError, match="no space"):
        desk.write(session, Action.SET_PERSON, loud)
    assert database.read(lambda tx: settings.get(tx, "zone")) is None


def test_an_event_outside_the_closed_list_is_a_bug() -> None:
    with pytest.raises(BadEventError):
        Event(Act.PEOPLE_CHANGED, obj="Maria Lopez", det={"fields": 1})


def test_a_rehearsal_is_undone_but_recorded(database: Database) -> None:
    desk, session = desk_over(database)

    def loud(tx: Tx, record: Recorder) -> int:
        settings.put(tx, "zone", "changed")
        record(Event(Act.SIGNIN_STEP_UP, obj="d" * 32))
        return 7

    event = Event(Act.PEOPLE_IMPORT_TRIED, det={"created": 1, "updated": 0, "unchanged": 0, "rejected": 0})
    assert desk.rehearse(session, Action.SET_PERSON, loud, lambda _: event) == 7
    assert database.read(lambda tx: settings.get(tx, "zone")) is None
    acts = database.read(lambda tx: [record.body for record in audit.records(tx)])
    assert len(acts) == 1
    assert "people.import-tried" in acts[0]


def test_a_role_without_the_right_is_refused_and_that_is_recorded(database: Database) -> None:
    desk, session = desk_over(database)
    with pytest.raises(SealwellError) as caught:
        desk.check(session, Action.ADD_RELAY)
    assert caught.value.code == "not-allowed"
    assert "guard.refused" in database.read(lambda tx: next(iter(audit.records(tx))).body)


def test_a_changed_role_in_the_session_is_a_forgery(database: Database) -> None:
    desk, session = desk_over(database)
    with pytest.raises(SealwellError) as caught:
        desk.check(replace(session, role=Role.ADMINISTRATOR), Action.ADD_RELAY)
    assert caught.value.code == "signed-out"


@pytest.mark.parametrize(
    "change", [{"role": Role.BILLING}, {"state": UserState.SUSPENDED}, {"state": UserState.LEFT}]
)
def test_what_another_process_took_away_ends_the_session_here(
    database: Database, change: dict[str, Any]
) -> None:
    desk, session = desk_over(database)
    before = database.read(lambda tx: users.get(tx, session.user))
    assert before is not None
    database.write(lambda tx: users.update_user(tx, replace(before, **change)))
    touched: list[str] = []
    with pytest.raises(SealwellError) as caught:
        desk.write(session, Action.SET_PERSON, lambda *_: touched.append("written"))
    assert (caught.value.code, touched) == ("signed-out", [])
    with pytest.raises(SealwellError) as caught:
        desk.read(
            session, Action.SEARCH_PEOPLE, lambda _: touched.append("read"), lambda _: Event(Act.TODAY_SHOWN)
        )
    assert (caught.value.code, touched) == ("signed-out", [])
    assert desk.guard.sessions() == ()
