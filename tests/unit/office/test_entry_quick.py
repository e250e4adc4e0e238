"""Quick unlock: PIN or touch within the day, for oneself, until the process, time or lock ends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from desktop.errors import SealwellError
from desktop.models import users
from desktop.models.accounts import Role, Session, UserState
from desktop.models.database import Tx
from desktop.office.api import Office
from desktop.office.values_access import KeyEnrolment, Purpose, StepUp
from desktop.office.values_entry import QuickUnlock
from tests.made_practice import PASSWORD, USER
from tests.made_staff import COLLEAGUE, Staff, desk_of
from tests.support.software_key import SoftwareKey

PIN = "830274"
HOUR = 3600


def error_of(work: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as caught:
        work()
    return caught.value.code


def quick(office: Office, pin: str = PIN, user: str = USER) -> Session:
    return office.quick_unlock(QuickUnlock(user, pin)).session


@pytest.fixture
def at_work(staff: Staff) -> tuple[Office, Session]:
    """Somebody has set a PIN for the day."""
    office, session = staff.at_work()
    office.set_quick_pin(session, PIN)
    return office, session


def test_an_idle_lock_opens_by_pin_though_the_database_was_closed(
    staff: Staff, at_work: tuple[Office, Session]
) -> None:
    office, before = at_work
    state = office.lock()
    assert (state.vault_open, state.quick) == (False, (USER,))
    assert office.entry_needs(USER).quick
    session = quick(office)
    assert session != before
    assert office.search_people(session, "").total == 0
    assert "session.unlocked" in staff.acts(office, session)
    assert error_of(lambda: office.search_people(before, "")) == "signed-out"


def test_an_idle_lock_opens_by_pin_while_the_database_is_on_duty(at_work: tuple[Office, Session]) -> None:
    office, _ = at_work
    desk_of(office).guard.lock()
    assert office.search_people(quick(office), "").total == 0


def test_five_wrong_pins_and_only_the_password_opens(staff: Staff, at_work: tuple[Office, Session]) -> None:
    office, _ = at_work
    office.lock()
    answers = []
    for _ in range(5):
        with pytest.raises(SealwellError) as caught:
            quick(office, "111222")
        answers.append((caught.value.code, caught.value.params["left"]))
    assert answers == [("pin-wrong", left) for left in (4, 3, 2, 1, 0)]
    staff.clock.move(61)
    assert error_of(lambda: quick(office)) == "quick-unlock-gone"
    assert office.duty().quick == ()
    session = staff.enter(office).session
    assert staff.acts(office, session).count("pin.failed") == 5
    assert office.verify_audit(session).ok


def test_a_right_pin_gives_five_tries_again(at_work: tuple[Office, Session]) -> None:
    office, _ = at_work
    for _ in range(3):
        office.lock()
        assert error_of(lambda: quick(office, "111222")) == "pin-wrong"
        quick(office)


def test_wrong_pins_slow_the_password_down_too(staff: Staff, at_work: tuple[Office, Session]) -> None:
    office, _ = at_work
    office.lock()
    for _ in range(5):
        error_of(lambda: quick(office, "111222"))
    assert error_of(lambda: staff.enter(office)) == "too-many-tries"


@pytest.mark.parametrize(("hours", "code"), [(8.1, "quick-unlock-gone"), (7.9, "")], ids=["after", "before"])
def test_eight_hours_after_the_password_it_is_gone(
    staff: Staff, at_work: tuple[Office, Session], hours: float, code: str
) -> None:
    office, session = at_work
    for _ in range(int(hours * 10)):
        staff.clock.move(HOUR / 10)
        office.touch(session)
    office.lock()
    if code:
        assert error_of(lambda: quick(office)) == code
    else:
        quick(office)


def test_unlocking_again_and_again_gains_no_time(staff: Staff, at_work: tuple[Office, Session]) -> None:
    office, _ = at_work
    for _ in range(4):
        staff.clock.move(2 * HOUR - 60)
        office.lock()
        signed = office.quick_unlock(QuickUnlock(USER, PIN))
    assert signed.expires_in == 12 * HOUR - 4 * (2 * HOUR - 60)
    staff.clock.move(300)
    office.lock()
    assert error_of(lambda: quick(office)) == "quick-unlock-gone"


def test_a_suspend_a_vault_lock_and_a_new_process_drop_it(
    staff: Staff, at_work: tuple[Office, Session]
) -> None:
    office, _ = at_work
    assert error_of(lambda: quick(staff.office())) == "quick-unlock-gone", "another process"
    office.lock()
    staff.clock.sleep(180)
    assert error_of(lambda: quick(office)) == "quick-unlock-gone", "the computer slept"
    office = staff.office()
    session = staff.enter(office, code=staff.code()).session
    office.set_quick_pin(session, PIN)
    office.close()
    assert error_of(lambda: quick(office)) == "quick-unlock-gone", "vault lock"


def test_strict_lock_and_the_practices_choice_end_it(staff: Staff, at_work: tuple[Office, Session]) -> None:
    office, session = at_work
    policy = office.show_policy(session)
    office.set_policy(session, replace(policy, strict_lock=True))
    office.lock()
    assert error_of(lambda: quick(office)) == "quick-unlock-gone"
    session = staff.enter(office, code=staff.code()).session
    office.set_policy(session, replace(policy, quick_unlock=False))
    assert error_of(lambda: office.set_quick_pin(session, PIN)) == "quick-not-allowed"
    assert not office.show_security(session).quick_allowed


def test_signing_out_and_forgetting_the_pin_end_it(staff: Staff, at_work: tuple[Office, Session]) -> None:
    office, session = at_work
    office.forget_quick_pin(session)
    office.lock()
    assert error_of(lambda: quick(office)) == "quick-unlock-gone"
    session = staff.enter(office, code=staff.code()).session
    office.set_quick_pin(session, PIN)
    office.sign_out(session)
    assert error_of(lambda: quick(office)) == "quick-unlock-gone"


@pytest.mark.parametrize("pin", ["12345", "1234567", "abcdef", "١٢٣٤٥٦", "777777", "123456", "654321", ""])
def test_a_pin_that_is_none_or_too_easy_is_refused(staff: Staff, pin: str) -> None:
    office, session = staff.at_work()
    assert error_of(lambda: office.set_quick_pin(session, pin)) in ("pin-not-six-digits", "pin-too-easy")
    assert not office.show_security(session).quick_pin


def test_a_pin_proves_nothing_for_a_step_up(staff: Staff, at_work: tuple[Office, Session]) -> None:
    office, _ = at_work
    office.lock()
    session = quick(office)
    assert error_of(lambda: office.new_recovery_codes(session)) == "step-up-needed"
    request = StepUp(Purpose.OWN_SECURITY, PASSWORD)
    assert error_of(lambda: office.step_up(session, request)) == "code-needed"
    office.step_up(session, replace(request, code=staff.code()))
    assert len(office.new_recovery_codes(session).codes) == 10


@pytest.mark.parametrize("changes", [{"state": UserState.SUSPENDED}, {"role": Role.MANAGER}])
def test_suspended_or_in_another_role_meanwhile_only_the_password_is_asked(
    staff: Staff, changes: dict[str, object]
) -> None:
    office, session = staff.at_work()
    uid = staff.add(office, session)
    office.lock()
    bo = staff.enter(office, COLLEAGUE, code=staff.code(COLLEAGUE)).session
    office.set_quick_pin(bo, PIN)

    def change(tx: Tx) -> None:
        person = users.get(tx, uid)
        assert person is not None
        users.update_user(tx, replace(person, **changes))  # type: ignore[arg-type]

    desk_of(office).opened().database.write(change)
    office.lock()
    assert error_of(lambda: quick(office, user=COLLEAGUE)) == "quick-unlock-gone"
    assert not office.duty().vault_open


# --- a touch ------------------------------------------------------------------------------


def test_a_touch_of_the_security_key_opens_without_a_pin_of_ours(staff: Staff) -> None:
    key = SoftwareKey("2468")
    staff.hands[:] = [key]
    office, session = staff.at_work()
    office.enrol_key(session, KeyEnrolment(PASSWORD, pin="2468"))
    office.lock()
    staff.enter(office, key_pin="2468")
    office.lock()
    again = office.quick_unlock(QuickUnlock(USER, key_pin="2468")).session
    assert office.search_people(again, "").total == 0
    office.lock()
    staff.hands[:] = [SoftwareKey("2468")]
    assert error_of(lambda: quick(office, "")) == "security-key-cancelled"
    assert error_of(lambda: office.quick_unlock(QuickUnlock(USER, key_pin="2468"))) == (
        "security-key-not-enrolled"
    )


def test_no_key_and_no_pin_is_no_way_in(at_work: tuple[Office, Session]) -> None:
    office, _ = at_work
    office.lock()
    assert error_of(lambda: quick(office, "")) == "quick-unlock-gone"


# --- changing the person --------------------------------------------------------------------


def test_each_session_has_its_own_persons_keys(staff: Staff) -> None:
    """B signs in behind A's lock and takes a token: what it carries is B's, and A's PIN is A's alone."""
    office, ana = staff.at_work()
    staff.add(office, ana)
    office.set_quick_pin(ana, PIN)
    hers = desk_of(office).vault_of(ana).person_keys()
    office.lock()
    bo = staff.enter(office, COLLEAGUE, code=staff.code(COLLEAGUE)).session
    his = desk_of(office).vault_of(bo).person_keys()
    assert his != hers
    assert desk_of(office).opened().vault.person_keys() == b"", "the practice's own vault is nobody's"
    token = office.issue_token(bo).token
    following = staff.office()
    resumed = following.resume(token).session
    assert (resumed.user_name, desk_of(following).vault_of(resumed).person_keys()) == (COLLEAGUE, his)
    assert error_of(lambda: office.search_people(ana, "")) == "signed-out"
    assert error_of(lambda: quick(office, user=COLLEAGUE)) == "quick-unlock-gone"
    office.lock()
    again = quick(office)
    assert (again.user_name, desk_of(office).vault_of(again).person_keys()) == (USER, hers)
    assert error_of(lambda: office.issue_token(bo)) == "signed-out"


def test_the_screen_lock_drops_everybodys_own_keys(staff: Staff) -> None:
    office, session = staff.at_work()
    vault = desk_of(office).vault_of(session)
    office.lock()
    assert error_of(vault.vault_key) == "vault-locked"
