"""What another process did to an account counts in this one too: sessions, PIN, keys, invitations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest

from desktop.access.passwords import check_password
from desktop.errors import SealwellError
from desktop.models.accounts import InvitationKind, Role, Session, UserId
from desktop.office.api import Office
from desktop.office.values_access import InviteRequest, OffboardRequest, PasswordChange, RoleChange
from desktop.office.values_entry import Credentials, Join, JoinRequest, QuickUnlock
from tests.made_practice import PASSWORD
from tests.made_staff import COLLEAGUE, HER_PASSWORD, Staff, desk_of

PIN = "830274"
NEW = "forty wooden spoons in a lighthouse"
Window = tuple[Office, Session, Office, Session, UserId]


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as caught:
        work()
    return caught.value.code


def is_out(window: Office, session: Session) -> bool:
    """Neither the session goes on, nor does the PIN open another."""
    seen = code_of(lambda: window.search_people(session, ""))
    window.lock()
    return (seen, code_of(lambda: quick(window))) == ("signed-out", "quick-unlock-gone")


def quick(window: Office) -> Session:
    return window.quick_unlock(QuickUnlock(COLLEAGUE, PIN)).session


@pytest.fixture
def window(staff: Staff) -> Window:
    """A colleague at the window with a PIN, an administrator in another process."""
    elsewhere, ana = staff.at_work()
    uid = staff.add(elsewhere, ana)
    here = staff.office()
    bo = staff.enter(here, COLLEAGUE, code=staff.code(COLLEAGUE)).session
    here.set_quick_pin(bo, PIN)
    staff.clock.move(1)
    return here, bo, elsewhere, ana, uid


def test_a_lost_device_ends_window_and_pin(window: Window) -> None:
    here, bo, elsewhere, ana, _ = window
    elsewhere.invite_user(ana, InviteRequest(COLLEAGUE, Role.FRONT_DESK, InvitationKind.FACTOR))
    assert is_out(here, bo)


def test_the_pin_opens_no_idle_lock_after_a_lost_device(window: Window) -> None:
    here, _, elsewhere, ana, _ = window
    here.lock()
    elsewhere.invite_user(ana, InviteRequest(COLLEAGUE, Role.FRONT_DESK, InvitationKind.FACTOR))
    assert code_of(lambda: quick(here)) == "quick-unlock-gone"


def test_whoever_is_back_from_leave_signs_in_anew(window: Window) -> None:
    here, bo, elsewhere, ana, uid = window
    elsewhere.suspend_user(ana, uid)
    elsewhere.reinstate_user(ana, uid)
    assert is_out(here, bo)


def test_a_changed_password_ends_the_other_window_and_its_pin(staff: Staff, window: Window) -> None:
    here, bo, *_ = window
    third = staff.office()
    again = staff.enter(third, COLLEAGUE, code=staff.code(COLLEAGUE)).session
    third.change_password(again, PasswordChange(HER_PASSWORD, NEW))
    assert is_out(here, bo)


def test_the_session_that_changed_the_password_goes_on_and_so_does_its_pin(
    staff: Staff, window: Window
) -> None:
    here, bo, *_ = window
    here.change_password(bo, PasswordChange(HER_PASSWORD, NEW))
    here.set_quick_pin(bo, PIN)
    for _ in range(2):
        here.lock()
        staff.clock.move(1)
        assert here.search_people(quick(here), "").total == 0


def test_after_a_new_vault_key_the_password_is_asked_and_nothing_called_altered(
    staff: Staff, window: Window
) -> None:
    here, _, elsewhere, ana, _ = window
    cy = staff.add(elsewhere, ana, "cy")
    here.lock()
    assert elsewhere.offboard_user(ana, OffboardRequest(cy, ana.user)).key_changed
    assert code_of(lambda: quick(here)) == "quick-unlock-gone"
    assert staff.enter(here, COLLEAGUE, code=staff.code(COLLEAGUE)).session.user_name == COLLEAGUE


def test_a_practice_that_forbids_quick_unlock_forbids_it_in_every_process(window: Window) -> None:
    here, _, elsewhere, ana, _ = window
    elsewhere.set_policy(ana, replace(elsewhere.show_policy(ana), quick_unlock=False))
    here.lock()
    assert code_of(lambda: quick(here)) == "quick-unlock-gone"
    assert here.duty().quick == ()


def test_a_password_changed_by_a_clock_that_ran_ahead_locks_nobody_out(staff: Staff) -> None:
    office, ana = staff.at_work()
    codes = office.new_recovery_codes(ana).codes
    office.sign_out(ana)
    staff.clock._now += timedelta(days=300)
    ana = staff.enter(office, recovery_code=codes[0]).session
    office.change_password(ana, PasswordChange(PASSWORD, NEW))
    office.sign_out(ana)
    staff.clock._now -= timedelta(days=300)
    back = staff.enter(office, password=NEW, recovery_code=codes[1]).session
    assert office.search_people(back, "").total == 0


def test_the_log_is_watched_on_after_a_change_of_the_vault_key(staff: Staff) -> None:
    office, ana = staff.at_work()
    cy = staff.add(office, ana, "cy")
    before = desk_of(office).opened().watch
    assert office.offboard_user(ana, OffboardRequest(cy, ana.user)).key_changed
    after = desk_of(office).opened().watch
    assert (before._ended.is_set(), after._started, after._ended.is_set()) == (True, True, False)


@pytest.mark.parametrize("change", ["suspended", "demoted"])
def test_an_administrator_no_more_has_no_invitation_left_to_come_in_by(staff: Staff, change: str) -> None:
    office, ana = staff.at_work()
    bo = staff.add(office, ana, role=Role.ADMINISTRATOR)
    other = staff.office()
    session = staff.enter(other, COLLEAGUE, code=staff.code(COLLEAGUE)).session
    invited = other.invite_user(session, InviteRequest("cy", Role.FRONT_DESK))
    if change == "suspended":
        office.suspend_user(ana, bo)
    else:
        office.set_role(ana, RoleChange(bo, Role.FRONT_DESK))
    request = JoinRequest("cy", invitation=invited.code)
    assert code_of(lambda: staff.office().start_join(request)) == "invitation-wrong"


def test_a_role_taken_away_while_somebody_joins_stays_taken_away(
    staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, ana = staff.at_work()
    invited = office.invite_user(ana, InviteRequest("cy", Role.ADMINISTRATOR))
    cy = next(one.id for one in office.list_users(ana).users if one.name == "cy")
    there = staff.office()
    uri = there.start_join(JoinRequest("cy", invitation=invited.code)).totp_uri

    def meanwhile(password: str, context: tuple[str, ...]) -> object:
        office.set_role(ana, RoleChange(cy, Role.FRONT_DESK))
        return check_password(password, context)

    monkeypatch.setattr("desktop.office.users_join.check_password", meanwhile)
    staff.clock.move(30)
    code = pyotp.TOTP(pyotp.parse_uri(uri).secret).at(staff.clock.now())
    there.join(Join("cy", invitation=invited.code, password=NEW, totp_uri=uri, code=code))
    assert next(one for one in office.list_users(ana).users if one.id == cy).role is Role.FRONT_DESK


def test_text_that_is_no_unicode_is_a_wrong_name_or_pin_and_no_bug(staff: Staff) -> None:
    office, ana = staff.at_work()
    office.set_quick_pin(ana, PIN)
    odd = "\udcff"
    assert code_of(lambda: office.sign_in(Credentials(odd, password=PASSWORD))) == "wrong-password"
    assert code_of(lambda: office.quick_unlock(QuickUnlock(ana.user_name, odd))) == "pin-wrong"
    assert not office.entry_needs(odd).quick
