"""What a sign-in proves for one's own security: only a second factor that was really given counts."""

from __future__ import annotations

from collections.abc import Callable

import pyotp
import pytest

from desktop.access.roles import Purpose as ProofFor
from desktop.errors import SealwellError, VaultError
from desktop.models.accounts import Session
from desktop.office.api import Office
from desktop.office.values_access import FactorProof, KeyEnrolment, Purpose, StepUp
from desktop.office.values_entry import QuickUnlock
from tests.made_practice import PASSWORD, USER
from tests.made_staff import Staff, desk_of
from tests.support.software_key import SoftwareKey

PIN = "830274"
WRONG = "wrong horse battery staple"


def error_of(work: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as caught:
        work()
    return caught.value.code


def own(**given: str) -> StepUp:
    return StepUp(Purpose.OWN_SECURITY, **given)


def replace_authenticator(staff: Staff, office: Office, session: Session) -> None:
    made = office.new_authenticator(session).totp_uri
    code = pyotp.TOTP(pyotp.parse_uri(made).secret).at(staff.clock.now())
    office.confirm_authenticator(session, FactorProof(made, code))


@pytest.fixture
def codes(staff: Staff) -> tuple[str, ...]:
    office, session = staff.at_work()
    made = office.new_recovery_codes(session).codes
    office.sign_out(session)
    staff.clock.move(600)
    return made


def by_password(staff: Staff) -> tuple[Office, Session]:
    """Same day, same computer: the password alone lets in."""
    office = staff.office()
    return office, staff.enter(office).session


def test_the_password_alone_replaces_no_authenticator_and_no_saved_codes(
    staff: Staff, codes: tuple[str, ...]
) -> None:
    office, session = by_password(staff)
    for work in (
        lambda: replace_authenticator(staff, office, session),
        lambda: office.new_recovery_codes(session),
        lambda: office.set_quick_pin(session, PIN),
    ):
        assert error_of(work) == "step-up-needed"
    assert error_of(lambda: office.step_up(session, own(password=PASSWORD))) == "code-needed"
    assert error_of(lambda: office.new_recovery_codes(session)) == "step-up-needed"


def test_the_password_alone_enrols_no_security_key_that_would_then_stand_for_the_person(
    staff: Staff, codes: tuple[str, ...]
) -> None:
    office, session = by_password(staff)
    staff.hands[:] = [SoftwareKey("2468")]
    assert error_of(lambda: office.enrol_key(session, KeyEnrolment(PASSWORD, pin="2468"))) == "step-up-needed"
    assert office.show_security(session).keys == ()


def test_the_password_alone_still_proves_the_person_for_other_purposes(
    staff: Staff, codes: tuple[str, ...]
) -> None:
    office, session = by_password(staff)
    guard = desk_of(office).guard
    guard.fresh(session, ProofFor.USERS)
    staff.clock.move(301)
    office.step_up(session, StepUp(Purpose.USERS, PASSWORD))
    guard.fresh(session, ProofFor.USERS)


def test_a_code_at_the_step_up_proves_the_person_and_counts_in_this_session_from_then_on(
    staff: Staff, codes: tuple[str, ...]
) -> None:
    office, session = by_password(staff)
    office.step_up(session, own(password=PASSWORD, code=staff.code()))
    replace_authenticator(staff, office, session)
    staff.clock.move(301)
    office.step_up(session, own(password=PASSWORD))
    assert len(office.new_recovery_codes(session).codes) == 10


def test_a_saved_code_and_the_password_set_a_new_authenticator_when_the_phone_is_lost(
    staff: Staff, codes: tuple[str, ...]
) -> None:
    office, session = by_password(staff)
    request = own(password=PASSWORD, recovery_code=codes[0])
    assert codes[0] not in repr(request)
    office.step_up(session, request)
    replace_authenticator(staff, office, session)
    assert office.show_security(session).codes_left == 9
    office.close()
    office = staff.office()
    session = staff.enter(office, recovery_code=codes[1]).session
    replace_authenticator(staff, office, session)


def test_a_wrong_or_used_saved_code_proves_nothing_at_a_step_up_and_counts(
    staff: Staff, codes: tuple[str, ...]
) -> None:
    office, session = by_password(staff)
    office.step_up(session, StepUp(Purpose.USERS, PASSWORD, recovery_code=codes[0]))
    request = own(password=PASSWORD, recovery_code=codes[0])
    for _ in range(5):
        assert error_of(lambda: office.step_up(session, request)) == "recovery-code-wrong"
    assert error_of(lambda: office.step_up(session, own(password=PASSWORD))) == "too-many-tries"


def test_a_missing_code_at_the_step_up_is_no_guess_and_a_wrong_password_is(
    staff: Staff, codes: tuple[str, ...]
) -> None:
    office, session = by_password(staff)
    for _ in range(6):
        assert error_of(lambda: office.step_up(session, own(password=PASSWORD))) == "code-needed"
    answers = [error_of(lambda: office.step_up(session, own(password=WRONG))) for _ in range(6)]
    assert answers == ["wrong-password"] * 5 + ["too-many-tries"]


def test_unlocking_by_password_alone_forgets_that_a_code_was_given_before(staff: Staff) -> None:
    office, _ = staff.at_work()
    office.lock()
    session = staff.enter(office).session
    assert error_of(lambda: office.new_recovery_codes(session)) == "step-up-needed"
    assert error_of(lambda: office.step_up(session, own(password=PASSWORD))) == "code-needed"


def test_password_and_security_key_need_no_code(staff: Staff) -> None:
    staff.hands[:] = [SoftwareKey("2468")]
    office, session = staff.at_work()
    office.enrol_key(session, KeyEnrolment(PASSWORD, pin="2468"))
    office.set_quick_pin(session, PIN)
    office.lock()
    session = office.quick_unlock(QuickUnlock(USER, PIN)).session
    office.step_up(session, own(password=PASSWORD, key_pin="2468"))
    office.new_recovery_codes(session)
    office.lock()
    session = staff.enter(office, key_pin="2468").session
    office.new_recovery_codes(session)


@pytest.mark.parametrize(("coded", "answer"), [(True, "ok"), (False, "step-up-needed")])
def test_a_token_carries_whether_its_sign_in_had_a_second_factor(
    staff: Staff, codes: tuple[str, ...], coded: bool, answer: str
) -> None:
    office = staff.office()
    session = staff.enter(office, code=staff.code() if coded else "").session
    token = office.issue_token(session).token
    office.close()
    command = staff.office()
    session = command.resume(token).session
    command.issue_token(session)
    if coded:
        assert len(command.new_recovery_codes(session).codes) == 10
    else:
        assert error_of(lambda: command.new_recovery_codes(session)) == answer


# --- what fails after the person was let in ----------------------------------------------------


def test_a_sign_in_that_fails_after_the_session_began_leaves_nobody_signed_in(
    staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise VaultError("disk-full")

    office = staff.office()
    with monkeypatch.context() as context:
        context.setattr("desktop.office.entry.remind", broken)
        assert error_of(lambda: staff.enter(office, code=staff.code())) == "disk-full"
    desk = desk_of(office)
    assert desk.guard.sessions() == ()
    assert not office.duty().vault_open
    staff.enter(office)


def test_an_unlock_that_fails_after_the_session_began_ends_that_session_alone(
    staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise VaultError("disk-full")

    office, ana = staff.at_work()
    office.set_quick_pin(ana, PIN)
    desk = desk_of(office)
    with monkeypatch.context() as context:
        context.setattr("desktop.office.entry.banners", broken)
        assert error_of(lambda: staff.enter(office)) == "disk-full"
        assert [one for one, _ in desk.guard.sessions()] == [ana]
        desk.guard.lock()
        assert error_of(lambda: office.quick_unlock(QuickUnlock(USER, PIN))) == "disk-full"
    assert desk.guard.sessions() == ()


# --- an open window --------------------------------------------------------------------------


def test_whoever_walks_up_to_an_unlocked_window_sets_no_pin_to_come_back_with(staff: Staff) -> None:
    office, session = staff.at_work()
    staff.clock.move(301)
    office.touch(session)
    assert error_of(lambda: office.set_quick_pin(session, PIN)) == "step-up-needed"
    office.step_up(session, own(password=PASSWORD))
    office.set_quick_pin(session, PIN)
    staff.clock.move(301)
    office.touch(session)
    office.forget_quick_pin(session)
    assert not office.show_security(session).quick_pin
