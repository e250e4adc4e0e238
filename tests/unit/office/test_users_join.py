"""Joining by a one-time code: an account whole, or an invitation that still works."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from desktop.crypto.members import users_of
from desktop.errors import SealwellError, VaultError
from desktop.models import invitations
from desktop.models.accounts import InvitationKind, Role, UserState
from desktop.office import users_join
from desktop.office.values_access import Invited, InviteRequest
from desktop.office.values_entry import Credentials, JoinRequest
from tests.made_practice import USER, Practice
from tests.support.colleagues import PASSWORDS, Colleague, again, answer, id_of, joined, let_in

NEW = "a slow barge full of purple onions"
DAY = 24 * 3600


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as caught:
        work()
    return caught.value.code


@pytest.fixture
def invited(practice: Practice) -> Invited:
    office, ana = practice.signed_in()
    invited = office.invite_user(ana, InviteRequest("bo", Role.CLINICIAN))
    office.close()
    return invited


def test_an_invited_person_sets_everything_and_signs_in(practice: Practice, invited: Invited) -> None:
    bo = joined(practice, invited)
    assert len(set(bo.recovery_codes)) == 10
    office, session = bo.signed_in(practice)
    assert session.role is Role.CLINICIAN
    shown = office.show_security(session)
    assert (shown.codes_left, shown.must_change) == (10, False)
    request = JoinRequest("bo", invitation=invited.code)
    assert code_of(lambda: practice.office().start_join(request)) == "invitation-wrong"
    _, ana = practice.signed_in()
    acts = {one.act for one in practice.offices[-1].query_log(ana).lines}
    assert {"user.invited", "user.joined", "recovery-codes.made"} <= acts


def test_a_recovery_code_of_the_invitation_works(practice: Practice, invited: Invited) -> None:
    bo = joined(practice, invited)
    given = Credentials("bo", password=bo.password, recovery_code=bo.recovery_codes[3])
    assert practice.office().sign_in(given).session.user_name == "bo"


def test_starting_changes_nothing_and_shows_another_authenticator_each_time(
    practice: Practice, invited: Invited
) -> None:
    before = practice.folder.keys.read_bytes()
    request = JoinRequest("bo", invitation=invited.code.lower().replace("-", " "))
    first, second = (practice.office().start_join(request) for _ in range(2))
    assert first.totp_uri != second.totp_uri
    assert first.totp_uri not in repr(first)
    assert practice.folder.keys.read_bytes() == before


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"password": "short"}, "password-too-short"),
        ({"password": "elm street elm street bo"}, "password-context"),
        ({"code": "000000"}, "code-wrong"),
        ({"totp_uri": "otpauth://totp/x?secret=AAAA"}, "authenticator-missing"),
        ({"totp_uri": ""}, "authenticator-missing"),
        ({"user": "ana"}, "invitation-wrong"),
        ({"invitation": "AAAA"}, "invitation-mistyped"),
    ],
)
def test_a_refused_step_leaves_the_invitation_as_it_was(
    practice: Practice, invited: Invited, changes: dict[str, str], code: str
) -> None:
    before = practice.folder.keys.read_bytes()
    wanted = answer(practice, invited, PASSWORDS["bo"])
    assert code_of(lambda: practice.office().join(dataclasses.replace(wanted, **changes))) == code
    assert practice.folder.keys.read_bytes() == before
    joined(practice, invited).signed_in(practice)


def test_after_a_day_the_code_opens_nothing(practice: Practice, invited: Invited) -> None:
    practice.clock.move(DAY)
    request = JoinRequest("bo", invitation=invited.code)
    assert code_of(lambda: practice.office().start_join(request)) == "invitation-expired"


def test_a_slot_that_comes_back_with_an_old_file_is_worth_nothing(
    practice: Practice, invited: Invited
) -> None:
    """Whoever restores old key slots has the slot again; the database remembers."""
    old = practice.folder.keys.read_bytes()
    joined(practice, invited)
    practice.folder.keys.write_bytes(old)
    request = JoinRequest("bo", invitation=invited.code)
    assert code_of(lambda: practice.office().start_join(request)) == "invitation-wrong"


def test_g11_wrong_codes_are_counted_slowed_down_and_recorded(practice: Practice, invited: Invited) -> None:
    office, ana = practice.signed_in()
    other = office.invite_user(ana, InviteRequest("cleo", Role.BILLING))
    office.close()
    wrong = JoinRequest("bo", invitation=other.code)
    for _ in range(5):
        assert code_of(lambda: practice.office().start_join(wrong)) == "invitation-wrong"
    right = JoinRequest("bo", invitation=invited.code)
    assert code_of(lambda: practice.office().start_join(right)) == "too-many-tries"
    practice.clock.move(60)
    practice.office().start_join(right)
    office, ana = practice.signed_in()
    lines = [one for one in office.query_log(ana).lines if one.act == "invitation.failed"]
    assert len(lines) == 5
    assert {one.obj for one in lines} == {id_of(office, ana, "bo")}


# --- somebody who is there ----------------------------------------------------------------


def test_a_further_computer_keeps_the_authenticator(practice: Practice) -> None:
    office, ana = practice.signed_in()
    bo = let_in(practice, office, ana, "bo")
    invited = again(office, ana, "bo", InvitationKind.COMPUTER)
    started = practice.office().start_join(JoinRequest("bo", invitation=invited.code))
    assert started.totp_uri == ""
    wanted = answer(practice, invited, NEW, bo.totp_uri)
    assert practice.office().join(dataclasses.replace(wanted, totp_uri="")).recovery_codes == ()
    practice.office().sign_in(dataclasses.replace(bo.credentials(practice), password=NEW))


def test_a_further_computer_wants_a_code_of_the_old_authenticator(practice: Practice) -> None:
    office, ana = practice.signed_in()
    bo = let_in(practice, office, ana, "bo")
    invited = again(office, ana, "bo", InvitationKind.COMPUTER)
    wanted = answer(practice, invited, NEW, bo.totp_uri)
    refused = dataclasses.replace(wanted, code="123456")
    assert code_of(lambda: practice.office().join(refused)) == "code-wrong"
    bo.signed_in(practice)


def test_a_lost_device_opens_nothing_from_the_moment_of_the_invitation(practice: Practice) -> None:
    office, ana = practice.signed_in()
    bo = let_in(practice, office, ana, "bo")
    _, here = bo.signed_in(practice, office)
    invited = again(office, ana, "bo", InvitationKind.FACTOR)
    assert code_of(lambda: bo.signed_in(practice)) == "wrong-password"
    assert code_of(lambda: office.search_people(here, "")) == "signed-out"
    wanted = answer(practice, invited, NEW)
    codes = practice.office().join(wanted).recovery_codes
    assert len(codes) == 10
    assert not set(codes) & set(bo.recovery_codes)
    lost = dataclasses.replace(bo.credentials(practice), password=NEW)
    assert code_of(lambda: practice.office().sign_in(lost)) == "code-wrong"
    signed = practice.office().sign_in(Colleague("bo", NEW, wanted.totp_uri).credentials(practice))
    assert signed.notices == 1
    assert practice.offices[-1].list_notices(signed.session).notices[0].kind == "factor"


def test_the_other_administrators_are_told_of_a_lost_device(practice: Practice) -> None:
    office, ana = practice.signed_in()
    bo = let_in(practice, office, ana, "bo", Role.ADMINISTRATOR)
    let_in(practice, office, ana, "cleo")
    again(office, ana, "cleo", InvitationKind.FACTOR)
    assert office.list_notices(ana).notices == ()
    _, bos = bo.signed_in(practice, office)
    notices = office.list_notices(bos).notices
    assert [(one.kind, one.details) for one in notices] == [("device-lost", {"user": "cleo"})]


# --- crashes ------------------------------------------------------------------------------


class Killed(BaseException):
    """Stands for the end of the process at this point."""


def test_a_crash_before_the_key_slots_leaves_the_invitation_usable(
    practice: Practice, invited: Invited, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = answer(practice, invited, PASSWORDS["bo"])

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(users_join, "accept_invitation", killed)
        with pytest.raises(Killed):
            practice.office().join(wanted)
    _, session = joined(practice, invited).signed_in(practice)
    assert session.role is Role.CLINICIAN


def test_a_crash_behind_the_key_slots_leaves_the_account_ready(
    practice: Practice, invited: Invited, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = answer(practice, invited, PASSWORDS["bo"])

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(invitations, "end", killed)
        with pytest.raises(Killed):
            practice.office().join(wanted)
    Colleague("bo", wanted.password, wanted.totp_uri).signed_in(practice)
    request = JoinRequest("bo", invitation=invited.code)
    assert code_of(lambda: practice.office().start_join(request)) == "invitation-wrong"


def test_an_error_at_the_key_slots_leaves_the_invitation_usable(
    practice: Practice, invited: Invited, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = answer(practice, invited, PASSWORDS["bo"])

    def full(*_: object) -> None:
        raise VaultError("disk-full")

    with monkeypatch.context() as patch:
        patch.setattr(users_join, "accept_invitation", full)
        assert code_of(lambda: practice.office().join(wanted)) == "disk-full"
    joined(practice, invited).signed_in(practice)


def test_nobody_else_is_touched(practice: Practice, invited: Invited) -> None:
    joined(practice, invited)
    office, ana = practice.signed_in()
    lines = {one.name: one for one in office.list_users(ana).users}
    assert set(lines) == {USER, "bo"}
    assert (lines["bo"].state, lines["bo"].mfa) == (UserState.ACTIVE, ("totp", "recovery-codes"))
    assert lines["bo"].invited_until is None
    assert users_of(practice.folder.keys) == {lines[USER].id, lines["bo"].id}
