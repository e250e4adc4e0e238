from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from desktop.access.guard import Guard
from desktop.access.roles import Action, Purpose
from desktop.errors import Refused
from desktop.models.accounts import Role, Session, SessionId, User, UserId

ADMIN = User(UserId("a" * 32), "maria", Role.ADMINISTRATOR)
DESK = User(UserId("b" * 32), "leo", Role.FRONT_DESK)


@pytest.fixture
def guard(clock: Any) -> Guard:
    return Guard(clock)


def code_of(work: Callable[[], object]) -> str:
    try:
        work()
    except Refused as refused:
        return refused.code
    return "ok"


def asked(guard: Guard, session: Session, action: Action = Action.SEARCH_PEOPLE) -> str:
    return code_of(lambda: guard.check(session, action))


def test_who_signed_in_is_let_through_as_far_as_the_role_goes(guard: Guard, clock: Any) -> None:
    session = guard.open(DESK, clock.now())
    assert asked(guard, session) == "ok"
    assert asked(guard, session, Action.LIST_AUDIT) == "not-allowed"


def test_an_unknown_or_altered_session_is_signed_out(guard: Guard, clock: Any) -> None:
    session = guard.open(DESK, clock.now())
    raised = dataclasses.replace(session, role=Role.ADMINISTRATOR)
    assert asked(guard, raised, Action.LIST_AUDIT) == "signed-out"
    assert asked(Guard(clock), session) == "signed-out"


def test_ten_idle_minutes_lock_and_moving_puts_that_off(guard: Guard, clock: Any) -> None:
    session = guard.open(DESK, clock.now())
    for _ in range(10):
        clock.go(599)
        guard.touch(session)
    assert asked(guard, session) == "ok"
    clock.go(601)
    assert asked(guard, session) == "locked"
    guard.touch(session)
    assert asked(guard, session) == "locked", "moving the mouse opens no lock"


def test_asking_is_no_sign_of_life(guard: Guard, clock: Any) -> None:
    session = guard.open(DESK, clock.now())
    clock.go(400)
    assert asked(guard, session) == "ok"
    clock.go(400)
    assert asked(guard, session) == "locked"


def test_twelve_hours_end_a_session_that_never_rested(guard: Guard, clock: Any) -> None:
    session = guard.open(DESK, clock.now())
    for _ in range(12 * 6):
        clock.go(600)
        guard.touch(session)
    assert asked(guard, session) == "ok"
    clock.go(1)
    assert asked(guard, session) == "signed-out"


def test_a_computer_that_slept_locks_though_its_monotonic_clock_stood(guard: Guard, clock: Any) -> None:
    session = guard.open(DESK, clock.now())
    clock.wall += timedelta(hours=1)
    assert asked(guard, session) == "locked"


def test_setting_the_clock_back_gains_no_time(guard: Guard, clock: Any) -> None:
    session = guard.open(DESK, clock.now())
    clock.go(601)
    clock.set_back(timedelta(days=1))
    assert asked(guard, session) == "locked"


def test_the_screen_lock_refuses_until_somebody_signs_in_anew(guard: Guard, clock: Any) -> None:
    session = guard.open(DESK, clock.now())
    guard.lock()
    assert asked(guard, session) == "locked"
    assert code_of(lambda: guard.prove(session, Purpose.EXPORT)) == "locked"
    fresh = guard.open(DESK, clock.now())
    assert asked(guard, fresh) == "ok"
    assert asked(guard, session) == "signed-out", "the lock page was answered: the old one is gone"


def test_an_export_wants_a_proof_of_the_last_five_minutes(guard: Guard, clock: Any) -> None:
    session = guard.open(ADMIN, clock.now())
    assert asked(guard, session, Action.EXPORT_AUDIT) == "ok"
    clock.go(301)
    assert asked(guard, session, Action.EXPORT_AUDIT) == "step-up-needed"
    assert asked(guard, session, Action.LIST_AUDIT) == "ok"
    guard.prove(session, Purpose.EXPORT)
    assert asked(guard, session, Action.EXPORT_AUDIT) == "ok"
    assert asked(guard, session, Action.SET_ROLE) == "step-up-needed", "it counts for one purpose"
    clock.go(301)
    assert asked(guard, session, Action.EXPORT_AUDIT) == "step-up-needed"


def test_work_that_finds_out_later_asks_for_the_proof_itself(guard: Guard, clock: Any) -> None:
    session = guard.open(DESK, clock.now())
    guard.fresh(session, Purpose.PLAIN_MAIL)
    clock.go(301)
    with pytest.raises(Refused) as caught:
        guard.fresh(session, Purpose.PLAIN_MAIL)
    assert (caught.value.code, caught.value.params) == ("step-up-needed", {"purpose": "plain-mail"})
    guard.prove(session, Purpose.PLAIN_MAIL)
    guard.fresh(session, Purpose.PLAIN_MAIL)
    guard.lock()
    assert code_of(lambda: guard.fresh(session, Purpose.PLAIN_MAIL)) == "locked"


def test_the_practice_chooses_idle_minutes_up_to_fifteen(guard: Guard, clock: Any) -> None:
    session = guard.open(DESK, clock.now())
    guard.lock_after(120)
    clock.go(121)
    assert asked(guard, session) == "locked"
    session = guard.open(DESK, clock.now())
    guard.lock_after(10**6)
    clock.go(901)
    assert asked(guard, session) == "locked"


def test_a_session_reopened_quickly_keeps_its_age_and_proves_nothing(guard: Guard, clock: Any) -> None:
    began = guard.began(guard.open(ADMIN, clock.now()))
    clock.go(100)
    session = guard.reopen(ADMIN, began, SessionId("f" * 32))
    assert asked(guard, session) == "ok"
    assert asked(guard, session, Action.EXPORT_AUDIT) == "step-up-needed"
    assert guard.expires_in(session) == 12 * 3600 - 100


def test_one_persons_sessions_end_and_others_go_on(guard: Guard, clock: Any) -> None:
    first, second = guard.open(DESK, clock.now()), guard.open(DESK, clock.now())
    other = guard.open(ADMIN, clock.now())
    assert {session.id for session, _ in guard.sessions(DESK.id)} == {first.id, second.id}
    assert guard.end_user(DESK.id, but=second.id) == (first.id,)
    assert asked(guard, first) == "signed-out"
    assert asked(guard, second) == asked(guard, other) == "ok"


def test_the_role_is_asked_before_a_fresh_proof_is_wanted(guard: Guard, clock: Any) -> None:
    session = guard.open(DESK, clock.now())
    clock.go(400)
    assert asked(guard, session, Action.EXPORT_AUDIT) == "not-allowed"


def test_signing_out_ends_and_may_be_repeated(guard: Guard, clock: Any) -> None:
    session, other = guard.open(DESK, clock.now()), guard.open(ADMIN, clock.now())
    guard.end(session)
    guard.end(session)
    assert asked(guard, session) == "signed-out"
    assert asked(guard, other) == "ok"
    guard.end_all()
    assert asked(guard, other) == "signed-out"


def test_an_adopted_session_keeps_its_age(guard: Guard, clock: Any) -> None:
    first = Guard(clock)
    session = first.open(ADMIN, clock.now())
    began = clock.now()
    clock.go(800)
    guard.adopt(session, began, clock.now() - timedelta(seconds=800))
    assert asked(guard, session) == "ok"
    assert asked(guard, session, Action.EXPORT_AUDIT) == "step-up-needed"
    assert guard.expires_in(session) == 12 * 3600 - 800


def test_a_session_too_old_or_too_long_idle_is_not_adopted(guard: Guard, clock: Any) -> None:
    session = Guard(clock).open(ADMIN, clock.now())
    now = clock.now()
    idle, old = now - timedelta(seconds=901), now - timedelta(hours=12, seconds=1)
    assert code_of(lambda: guard.adopt(session, idle, idle)) == "session-ended"
    assert code_of(lambda: guard.adopt(session, old, now)) == "session-ended"


def test_idle_seconds_are_those_of_whoever_moved_last(guard: Guard, clock: Any) -> None:
    assert guard.idle_seconds() == 0.0
    session = guard.open(DESK, clock.now())
    clock.go(42)
    assert guard.idle_seconds() == 42.0
    guard.touch(session)
    assert guard.idle_seconds() == 0.0


def test_a_sign_in_counts_for_ones_own_security_only_with_a_second_factor(guard: Guard, clock: Any) -> None:
    own = Action.CHANGE_AUTHENTICATOR
    coded, alone = guard.open(DESK, clock.now(), second=True), guard.open(ADMIN, clock.now())
    assert (asked(guard, coded, own), asked(guard, alone, own)) == ("ok", "step-up-needed")
    assert asked(guard, alone, Action.EXPORT_AUDIT) == "ok", "other purposes are as before"
    assert (guard.second_given(coded), guard.second_given(alone)) == (True, False)
    guard.prove(alone, Purpose.USERS)
    assert asked(guard, alone, own) == "step-up-needed"
    guard.prove(alone, Purpose.OWN_SECURITY, second=True)
    assert asked(guard, alone, own) == "ok"
    guard.prove(alone, Purpose.OWN_SECURITY)
    assert guard.second_given(alone), "once given it stays given in this session"


@pytest.mark.parametrize(("second", "answer"), [(True, "ok"), (False, "step-up-needed")])
def test_an_adopted_session_has_the_second_factor_that_its_sign_in_had(
    guard: Guard, clock: Any, second: bool, answer: str
) -> None:
    session = Guard(clock).open(DESK, clock.now())
    guard.adopt(session, clock.now(), clock.now(), second=second)
    assert asked(guard, session, Action.MAKE_CODES) == answer


def test_a_commands_session_has_no_screen_and_ends_by_its_own_time(guard: Guard, clock: Any) -> None:
    screen, command = guard.open(DESK, clock.now()), guard.open(ADMIN, clock.now())
    guard.hand_to_command(command)
    assert (guard.is_command(screen), guard.is_command(command)) == (False, True)
    assert guard.lock() == (screen.id,)
    assert asked(guard, command, Action.SEARCH_PEOPLE) == "ok"
    assert (guard.screens_locked(), guard.everyone_locked()) == (True, False)
    clock.go(899)
    assert guard.expire() == ()
    guard.touch(command)
    clock.go(901)
    assert guard.expire() == (command.id,)
    assert guard.everyone_locked()
    assert asked(guard, command, Action.SEARCH_PEOPLE) == "signed-out"


def test_whom_nobody_asks_about_locks_after_the_idle_time_too(guard: Guard, clock: Any) -> None:
    screen, command = guard.open(DESK, clock.now()), guard.open(ADMIN, clock.now())
    guard.hand_to_command(command)
    clock.go(600)
    assert guard.lock_idle() == ()
    clock.go(1)
    assert guard.lock_idle() == (screen.id,)
    assert guard.lock_idle() == (), "it is locked already"
    assert (guard.screens_locked(), guard.everyone_locked()) == (True, False)


def test_whoever_is_locked_cannot_hand_over_or_go_on_after_twelve_hours(guard: Guard, clock: Any) -> None:
    session = guard.open(DESK, clock.now())
    clock.go(12 * 3600 + 1)
    assert code_of(lambda: guard.hand_to_command(session)) == "signed-out"
    assert not guard.is_command(session)
