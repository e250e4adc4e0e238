"""G36 at the door: every use case asks the guard for its own action before anything else."""

from __future__ import annotations

import inspect
from collections import Counter
from typing import Any

import pytest

from desktop.access.roles import IN_A_GAP, MATRIX, Action, Purpose, may
from desktop.access.signin import slot_uid
from desktop.audit.witness import Gap
from desktop.errors import Refused
from desktop.models import users
from desktop.models.accounts import Role, Session, User
from desktop.models.database import Tx
from desktop.office import api
from desktop.office.values_audit import LogQuery
from tests.made_practice import Practice
from tests.made_staff import desk_of
from tests.use_cases import USE_CASES

BY_THE_SESSION_ALONE = {"touch"}
"""Moving is no use case: the guard asks only whether the session lives."""
WITHIN_ANOTHER = {Action.SHARE_SNIPPET}
"""Asked for by a use case with an action of its own, where what it changes is everybody's."""


def of_the_protocol() -> set[str]:
    return {
        name
        for name, method in inspect.getmembers(api.Office, inspect.isfunction)
        if "session" in inspect.signature(method).parameters
    }


def test_g36_no_use_case_is_missing_here_and_every_action_has_one() -> None:
    assert of_the_protocol() == USE_CASES.keys() | BY_THE_SESSION_ALONE
    assert set(USE_CASES.values()) == set(Action) - WITHIN_ANOTHER


@pytest.mark.parametrize("role", Role, ids=str)
def test_g36_every_use_case_is_refused_to_a_role_without_it_and_that_is_recorded(
    practice: Practice, role: Role
) -> None:
    """What is asked for is nonsense on purpose: a use case that looks at it first breaks here."""
    office, mine = practice.signed_in()
    desk = desk_of(office)
    database = desk.opened().database
    person = User(slot_uid(desk.opened().vault.vault_id, "eve"), "eve", role)

    def admit(tx: Tx) -> None:
        users.add(tx, person, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")

    database.write(admit)
    asked: list[tuple[str, Action]] = []
    check = desk.guard.check

    def noted(session: Any, action: Action) -> None:
        asked.append((name, action))
        check(session, action)

    desk.guard.check = noted  # type: ignore[method-assign]
    for name, action in USE_CASES.items():
        if not may(role, action):
            session = desk.guard.open(person, practice.clock.now())
            parameters = list(inspect.signature(getattr(office, name)).parameters.values())[1:]
            given = [object() for one in parameters if one.default is inspect.Parameter.empty]
            with pytest.raises(Refused) as caught:
                getattr(office, name)(session, *given)
            assert caught.value.code == "not-allowed", name
    refused = dict(asked)
    wanted = {name: action for name, action in USE_CASES.items() if not may(role, action)}
    assert refused == wanted
    ana = database.read(lambda tx: users.get(tx, mine.user))
    assert ana is not None
    administrator = desk.guard.open(ana, practice.clock.now())
    lines = office.query_log(administrator, LogQuery(limit=500)).lines
    recorded = Counter(line.obj for line in lines if line.act == "guard.refused")
    assert recorded == Counter(action.value for action in wanted.values())


@pytest.mark.parametrize("name", sorted(USE_CASES))
def test_g36_every_use_case_asks_for_its_own_action(practice: Practice, name: str) -> None:
    office, session = practice.signed_in()
    desk = desk_of(office)

    class AskedError(Exception):
        pass

    def asked(session: Session, action: Action) -> None:
        raise AskedError(action)

    desk.guard.check = asked  # type: ignore[method-assign]
    parameters = list(inspect.signature(getattr(office, name)).parameters.values())[1:]
    given = [object() for one in parameters if one.default is inspect.Parameter.empty]
    with pytest.raises(AskedError) as caught:
        getattr(office, name)(session, *given)
    assert caught.value.args == (USE_CASES[name],)
    assert all(USE_CASES[name] in MATRIX[Role.ADMINISTRATOR] for name in USE_CASES)


def test_nothing_that_changes_goes_on_while_the_log_does_not_agree(practice: Practice) -> None:
    office, session = practice.signed_in()
    desk = desk_of(office)
    assert desk.log_watch is not None
    for purpose in Purpose:
        desk.guard.prove(session, purpose)
    desk.log_watch.gap = Gap("missing", 1, 2, "keyring")
    for name, action in USE_CASES.items():
        if action in IN_A_GAP:
            continue
        parameters = list(inspect.signature(getattr(office, name)).parameters.values())[1:]
        given = [object() for one in parameters if one.default is inspect.Parameter.empty]
        with pytest.raises(Refused) as caught:
            getattr(office, name)(session, *given)
        assert caught.value.code == "log-gap", name
