"""One's own security: password, authenticator, saved codes, keys, sessions, a fresh proof."""

from __future__ import annotations

from collections.abc import Callable

import pyotp
import pytest

from desktop.errors import SealwellError
from desktop.models.accounts import Session, SessionId
from desktop.office.api import Office
from desktop.office.values_access import (
    FactorProof,
    KeyEnrolment,
    KeyRemoval,
    PasswordChange,
    Purpose,
    StepUp,
)
from tests.made_practice import PASSWORD, USER
from tests.made_staff import COLLEAGUE, Staff, desk_of
from tests.support.software_key import SoftwareKey

WRONG = "wrong horse battery staple"
NEW = "seven lanterns beyond the quiet harbour"


def error_of(work: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as caught:
        work()
    return caught.value.code


@pytest.fixture
def at_work(staff: Staff) -> tuple[Office, Session]:
    return staff.at_work()


def later(staff: Staff, office: Office, session: Session, seconds: int = 301) -> None:
    staff.clock.move(seconds)
    office.touch(session)


# --- a fresh proof --------------------------------------------------------------------------


def test_a_step_up_counts_for_its_purpose_and_a_wrong_password_for_a_try(
    staff: Staff, at_work: tuple[Office, Session]
) -> None:
    office, session = at_work
    later(staff, office, session)
    assert error_of(lambda: office.new_recovery_codes(session)) == "step-up-needed"
    for _ in range(5):
        assert error_of(lambda: office.step_up(session, StepUp(Purpose.OWN_SECURITY, WRONG))) == (
            "wrong-password"
        )
    assert error_of(lambda: office.step_up(session, StepUp(Purpose.OWN_SECURITY, PASSWORD))) == (
        "too-many-tries"
    )
    later(staff, office, session, 2)
    office.step_up(session, StepUp(Purpose.EXPORT, PASSWORD))
    assert error_of(lambda: office.new_recovery_codes(session)) == "step-up-needed"
    office.step_up(session, StepUp(Purpose.OWN_SECURITY, PASSWORD))
    office.new_recovery_codes(session)
    later(staff, office, session)
    assert error_of(lambda: office.new_recovery_codes(session)) == "step-up-needed"
    acts = staff.acts(office, session)
    assert (acts.count("signin.failed"), acts.count("signin.step-up")) == (5, 2)


def test_a_touch_stands_in_for_the_password_and_a_wrong_key_does_not(
    staff: Staff, at_work: tuple[Office, Session]
) -> None:
    office, session = at_work
    staff.hands[:] = [SoftwareKey("2468")]
    office.enrol_key(session, KeyEnrolment(PASSWORD, pin="2468"))
    later(staff, office, session)
    request = StepUp(Purpose.OWN_SECURITY, key_pin="2468")
    office.step_up(session, request)
    office.new_recovery_codes(session)
    later(staff, office, session)
    staff.hands[:] = [SoftwareKey("2468")]
    assert error_of(lambda: office.step_up(session, request)) == "security-key-not-enrolled"
    assert error_of(lambda: office.new_recovery_codes(session)) == "step-up-needed"


# --- the password ---------------------------------------------------------------------------


def test_a_changed_password_ends_everything_that_stood_on_the_old_one(
    staff: Staff, at_work: tuple[Office, Session]
) -> None:
    office, session = at_work
    token = office.issue_token(session).token
    staff.clock.move(1)
    office.change_password(session, PasswordChange(PASSWORD, NEW))
    assert office.search_people(session, "").total == 0, "this one goes on"
    assert error_of(lambda: staff.office().resume(token)) == "session-ended"
    office.close()
    assert error_of(lambda: staff.enter(staff.office(), code=staff.code())) == "wrong-password"
    assert error_of(lambda: staff.enter(staff.office(), password=NEW)) == "code-needed", (
        "proofs are forgotten"
    )
    again = staff.office()
    session = staff.enter(again, password=NEW, code=staff.code()).session
    assert "password.changed" in staff.acts(again, session)


def test_a_copied_token_opens_nothing_after_a_changed_password(
    staff: Staff, at_work: tuple[Office, Session]
) -> None:
    office, session = at_work
    token = office.issue_token(session).token
    (file,) = staff.folder.root.glob("**/session-*-*")
    kept = file.read_bytes()
    staff.clock.move(1)
    office.change_password(session, PasswordChange(PASSWORD, NEW))
    file.write_bytes(kept)
    assert error_of(lambda: staff.office().resume(token)) == "session-ended"
    staff.office().resume(office.issue_token(session).token)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (WRONG, NEW, "wrong-password"),
        (PASSWORD, "short", "password-too-short"),
        (PASSWORD, USER * 8, "password-context"),
    ],
)
def test_a_refused_change_changes_nothing(
    staff: Staff, at_work: tuple[Office, Session], old: str, new: str, code: str
) -> None:
    office, session = at_work
    before = staff.folder.keys.read_bytes()
    assert error_of(lambda: office.change_password(session, PasswordChange(old, new))) == code
    assert staff.folder.keys.read_bytes() == before
    office.close()
    staff.enter(staff.office())


# --- factors --------------------------------------------------------------------------------


def test_a_new_authenticator_counts_once_a_code_of_it_was_right(
    staff: Staff, at_work: tuple[Office, Session]
) -> None:
    office, session = at_work
    made = office.new_authenticator(session).totp_uri
    totp = pyotp.TOTP(pyotp.parse_uri(made).secret)
    assert (
        error_of(lambda: office.confirm_authenticator(session, FactorProof(made, "000000"))) == "code-wrong"
    )
    office.close()
    office = staff.office()
    session = staff.enter(office, code=staff.code()).session
    office.confirm_authenticator(session, FactorProof(made, totp.at(staff.clock.now())))
    office.close()
    assert error_of(lambda: staff.enter(staff.office(), code=staff.code())) == "code-wrong"
    staff.clock.move(30)
    staff.enter(staff.office(), code=totp.at(staff.clock.now()))


@pytest.mark.parametrize(
    "uri", ["otpauth://totp/a?secret=JBSWY3DPEHPK3PXP", "https://example.org", "otpauth://totp/a"]
)
def test_nobody_talks_themselves_into_a_weaker_authenticator(
    at_work: tuple[Office, Session], uri: str
) -> None:
    office, session = at_work
    assert error_of(lambda: office.confirm_authenticator(session, FactorProof(uri, "000000"))) == (
        "authenticator-wrong"
    )


def test_a_new_authenticator_ends_the_notice_of_a_used_code(staff: Staff) -> None:
    office, session = staff.at_work()
    codes = office.new_recovery_codes(session).codes
    office.close()
    office = staff.office()
    session = staff.enter(office, recovery_code=codes[0]).session
    made = office.new_authenticator(session).totp_uri
    code = pyotp.TOTP(pyotp.parse_uri(made).secret).at(staff.clock.now())
    assert len(office.list_notices(session).notices) == 1
    office.confirm_authenticator(session, FactorProof(made, code))
    assert office.list_notices(session).notices == ()


def test_security_keys_come_and_go_with_the_password(staff: Staff, at_work: tuple[Office, Session]) -> None:
    office, session = at_work
    first, second = SoftwareKey("2468"), SoftwareKey("2468")
    staff.hands[:] = [first]
    assert error_of(lambda: office.enrol_key(session, KeyEnrolment(WRONG, pin="2468"))) == "wrong-password"
    one = office.enrol_key(session, KeyEnrolment(PASSWORD, pin="2468"))
    assert error_of(lambda: office.enrol_key(session, KeyEnrolment(PASSWORD, pin="2468"))) == (
        "security-key-already-enrolled"
    )
    assert [key.id for key in office.show_security(session).keys] == [one.id]
    removal = KeyRemoval(one.id, PASSWORD, key_pin="2468")
    staff.hands[:] = [second]
    assert error_of(lambda: office.remove_key(session, removal)) == "security-key-not-enrolled"
    staff.hands[:] = [first]
    office.remove_key(session, removal)
    assert error_of(lambda: office.remove_key(session, removal)) == "security-key-unknown"
    office.close()
    staff.hands.clear()
    staff.enter(staff.office())


def test_a_changed_password_keeps_the_key_that_answered(
    staff: Staff, at_work: tuple[Office, Session]
) -> None:
    office, session = at_work
    staff.hands[:] = [SoftwareKey("2468")]
    office.enrol_key(session, KeyEnrolment(PASSWORD, pin="2468"))
    office.change_password(session, PasswordChange(PASSWORD, NEW, key_pin="2468"))
    assert len(office.show_security(session).keys) == 1
    office.close()
    staff.enter(staff.office(), password=NEW, key_pin="2468")
    staff.hands.clear()
    assert error_of(lambda: staff.enter(staff.office(), password=NEW)) == "security-key-none"


# --- sessions -------------------------------------------------------------------------------


def test_sessions_of_the_window_and_the_command_line_are_listed_and_ended(
    staff: Staff, at_work: tuple[Office, Session]
) -> None:
    office, session = at_work
    following = staff.office()
    command = staff.enter(following).session
    token = following.issue_token(command).token
    following.close()
    shown = office.show_security(session).sessions
    assert {(one.id, one.command, one.this) for one in shown} == {
        (session.id, False, True),
        (command.id, True, False),
    }
    office.end_session(session, command.id)
    assert error_of(lambda: staff.office().resume(token)) == "session-ended"
    assert error_of(lambda: office.end_session(session, command.id)) == "session-unknown"


def test_nobody_ends_somebody_elses_session(staff: Staff, at_work: tuple[Office, Session]) -> None:
    office, ana = at_work
    staff.add(office, ana)
    following = staff.office()
    bo = staff.enter(following, COLLEAGUE, code=staff.code(COLLEAGUE)).session
    token = following.issue_token(bo).token
    following.close()
    assert error_of(lambda: office.end_session(ana, bo.id)) == "session-unknown"
    assert error_of(lambda: office.end_session(ana, SessionId("*"))) == "session-unknown"
    assert staff.office().resume(token).session == bo


def test_another_persons_session_in_this_process_goes_on(
    staff: Staff, at_work: tuple[Office, Session]
) -> None:
    office, ana = at_work
    staff.add(office, ana)
    bo = staff.enter(office, COLLEAGUE, code=staff.code(COLLEAGUE)).session
    desk_of(office).end_person(bo.user)
    assert error_of(lambda: office.search_people(bo, "")) == "signed-out"
    assert office.search_people(ana, "").total == 0
