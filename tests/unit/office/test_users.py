"""Accounts: who may come in, as what, and what ends at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from desktop.access.roles import FIELD_GROUPS, MATRIX, STEP_UP, Action
from desktop.crypto.members import users_of
from desktop.errors import SealwellError
from desktop.models.accounts import InvitationKind, Role, Session, UserId, UserState
from desktop.office.api import Office
from desktop.office.values_access import InviteRequest, NewUser, RoleChange, UserLine, Verdict
from desktop.office.values_entry import JoinRequest
from tests.made_practice import USER, Practice
from tests.support.colleagues import PASSWORDS, Colleague, again, id_of, let_in

HOUR = 3600


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as caught:
        work()
    return caught.value.code


def line(office: Office, session: Session, name: str) -> UserLine:
    return next(one for one in office.list_users(session).users if one.name == name)


@pytest.fixture
def pair(practice: Practice) -> tuple[Office, Session, Colleague]:
    """Ana, and Bo as a second administrator in the same process."""
    office, ana = practice.signed_in()
    return office, ana, let_in(practice, office, ana, "bo", Role.ADMINISTRATOR)


def acts(office: Office, session: Session) -> list[str]:
    return [one.act for one in office.query_log(session).lines]


# --- inviting ---------------------------------------------------------------------------


def test_an_invited_person_is_listed_with_the_end_of_the_invitation(practice: Practice) -> None:
    office, ana = practice.signed_in()
    invited = office.invite_user(ana, InviteRequest("bo", Role.CLINICIAN))
    assert invited.code not in repr(invited)
    assert (invited.until - practice.clock.now()).total_seconds() == 24 * HOUR
    shown = line(office, ana, "bo")
    assert (shown.role, shown.state, shown.mfa) == (Role.CLINICIAN, UserState.INVITED, ())
    assert shown.invited_until == invited.until
    assert line(office, ana, USER).signed_in
    assert "user.invited" in acts(office, ana)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        (" ", "user-name-missing"),
        ("b\u202eo", "user-name-unusable"),
        ("b" * 65, "user-name-unusable"),
        ("ANA ", "user-name-taken"),
    ],
)
def test_a_name_must_be_readable_and_free(practice: Practice, name: str, code: str) -> None:
    office, ana = practice.signed_in()
    before = practice.folder.keys.read_bytes()
    assert code_of(lambda: office.invite_user(ana, InviteRequest(name, Role.BILLING))) == code
    assert practice.folder.keys.read_bytes() == before
    assert len(office.list_users(ana).users) == 1


def test_a_second_invitation_ends_the_first(practice: Practice) -> None:
    office, ana = practice.signed_in()
    first = office.invite_user(ana, InviteRequest("bo", Role.BILLING))
    second = office.invite_user(ana, InviteRequest("bo", Role.CLINICIAN))
    request = JoinRequest("bo", invitation=first.code)
    assert code_of(lambda: practice.office().start_join(request)) == "invitation-wrong"
    started = practice.office().start_join(JoinRequest("bo", invitation=second.code))
    assert (started.practice, started.role) == ("Elm Street", "clinician")


def test_a_withdrawn_invitation_opens_nothing(practice: Practice) -> None:
    office, ana = practice.signed_in()
    invited = office.invite_user(ana, InviteRequest("bo", Role.BILLING))
    bo = id_of(office, ana, "bo")
    office.withdraw_invitation(ana, bo)
    request = JoinRequest("bo", invitation=invited.code)
    assert code_of(lambda: practice.office().start_join(request)) == "invitation-wrong"
    assert code_of(lambda: office.withdraw_invitation(ana, bo)) == "invitation-none"


def test_inviting_wants_a_fresh_proof(practice: Practice) -> None:
    office, ana = practice.signed_in()
    practice.clock.move(301)
    request = InviteRequest("bo", Role.BILLING)
    assert code_of(lambda: office.invite_user(ana, request)) == "step-up-needed"


@pytest.mark.parametrize("kind", [InvitationKind.COMPUTER, InvitationKind.FACTOR])
def test_only_somebody_who_is_there_is_invited_again(practice: Practice, kind: InvitationKind) -> None:
    office, ana = practice.signed_in()
    assert code_of(lambda: again(office, ana, "bo", kind)) == "user-unknown"
    office.invite_user(ana, InviteRequest("bo", Role.BILLING))
    assert code_of(lambda: again(office, ana, "bo", kind)) == "user-not-active"


def test_a_lost_device_of_ones_own_is_no_matter_for_an_invitation(practice: Practice) -> None:
    office, ana = practice.signed_in()
    assert code_of(lambda: again(office, ana, USER, InvitationKind.FACTOR)) == "not-yourself"


# --- set-up scripts ---------------------------------------------------------------------


def test_an_added_person_signs_in_and_must_change_the_password(practice: Practice) -> None:
    office, ana = practice.signed_in()
    made = office.add_user(ana, NewUser("bo", Role.BILLING, password=PASSWORDS["bo"]))
    bo = Colleague("bo", PASSWORDS["bo"], made.totp_uri)
    signed = practice.office().sign_in(bo.credentials(practice))
    assert signed.must_change
    assert signed.session.role is Role.BILLING


def test_a_weak_password_adds_nobody(practice: Practice) -> None:
    office, ana = practice.signed_in()
    before = practice.folder.keys.read_bytes()
    refused = code_of(lambda: office.add_user(ana, NewUser("bo", Role.BILLING, password="short")))
    assert refused == "password-too-short"
    assert practice.folder.keys.read_bytes() == before
    assert len(office.list_users(ana).users) == 1


# --- roles ------------------------------------------------------------------------------


def test_the_matrix_is_the_one_that_counts(practice: Practice) -> None:
    office, ana = practice.signed_in()
    shown = office.show_matrix(ana)
    for row in shown.actions:
        action = Action(row.action)
        assert set(row.roles) == {role for role in Role if action in MATRIX[role]}
        assert (row.step_up is not None) == (action in STEP_UP)
    assert len(shown.actions) == len(Action)
    for group in shown.groups:
        assert set(group.roles) == {role for role in Role if group.group in FIELD_GROUPS[role]}


def test_b16_another_role_counts_at_once_and_ends_sessions_and_tokens(practice: Practice) -> None:
    office, ana = practice.signed_in()
    bo = let_in(practice, office, ana, "bo", Role.MANAGER)
    _, here = bo.signed_in(practice, office)
    elsewhere, there = bo.signed_in(practice)
    token = elsewhere.issue_token(there).token
    changed = office.set_role(ana, RoleChange(here.user, Role.BILLING))
    assert (changed.role, changed.pending) == (Role.BILLING, "")
    assert code_of(lambda: office.list_relays(here)) == "signed-out"
    assert code_of(lambda: elsewhere.list_relays(there)) == "signed-out"
    assert code_of(lambda: practice.office().resume(token)) == "session-ended"
    record = next(one for one in office.query_log(ana).lines if one.act == "user.changed")
    assert (record.details["role-before"], record.details["role"]) == ("manager", "billing")
    _, again_in = bo.signed_in(practice)
    assert again_in.role is Role.BILLING


def test_the_last_administrator_stays_one(practice: Practice) -> None:
    office, ana = practice.signed_in()
    let_in(practice, office, ana, "bo")
    assert code_of(lambda: office.set_role(ana, RoleChange(ana.user, Role.BILLING))) == "last-administrator"
    assert code_of(lambda: office.suspend_user(ana, ana.user)) == "last-administrator"
    assert line(office, ana, USER).role is Role.ADMINISTRATOR


def test_one_administrator_alone_makes_the_second(practice: Practice) -> None:
    office, ana = practice.signed_in()
    let_in(practice, office, ana, "bo")
    changed = office.set_role(ana, RoleChange(id_of(office, ana, "bo"), Role.ADMINISTRATOR))
    assert (changed.role, changed.pending) == (Role.ADMINISTRATOR, "")


@pytest.mark.parametrize("how", ["suspended", "demoted"])
def test_nobody_makes_an_administrator_alone_by_putting_the_second_aside(
    practice: Practice, pair: tuple[Office, Session, Colleague], how: str
) -> None:
    office, ana, _ = pair
    let_in(practice, office, ana, "cleo")
    bo, cleo = id_of(office, ana, "bo"), id_of(office, ana, "cleo")
    if how == "suspended":
        office.suspend_user(ana, bo)
    else:
        office.set_role(ana, RoleChange(bo, Role.FRONT_DESK))
    elevate = RoleChange(cleo, Role.ADMINISTRATOR)
    assert code_of(lambda: office.set_role(ana, elevate)) == "elevation-waits"
    assert line(office, ana, "cleo").role is Role.FRONT_DESK
    practice.clock.move(7 * 24 * HOUR + 1)
    office, later = practice.signed_in()
    assert office.set_role(later, elevate).role is Role.ADMINISTRATOR


def test_b19_a_further_administrator_needs_both(
    practice: Practice, pair: tuple[Office, Session, Colleague]
) -> None:
    office, ana, bo = pair
    cleo = let_in(practice, office, ana, "cleo", Role.BILLING)
    who = id_of(office, ana, "cleo")
    _, cleos = cleo.signed_in(practice, office)
    pending = office.set_role(ana, RoleChange(who, Role.ADMINISTRATOR)).pending
    assert pending
    assert line(office, ana, "cleo").awaits is Role.ADMINISTRATOR
    assert line(office, ana, "cleo").role is Role.BILLING
    assert code_of(lambda: office.decide_approval(ana, Verdict(pending, True))) == "approval-own"
    _, bos = bo.signed_in(practice, office)
    asked = office.list_approvals(bos).approvals
    assert [(one.id, one.subject, one.asked_by, one.mine) for one in asked] == [
        (pending, "cleo", USER, False)
    ]
    office.decide_approval(bos, Verdict(pending, True))
    assert line(office, ana, "cleo").role is Role.ADMINISTRATOR
    assert code_of(lambda: office.search_people(cleos, "")) == "signed-out"
    assert code_of(lambda: office.decide_approval(bos, Verdict(pending, True))) == "approval-over"
    assert office.list_approvals(ana).approvals == ()


def test_a_refused_elevation_changes_nothing(
    practice: Practice, pair: tuple[Office, Session, Colleague]
) -> None:
    office, ana, bo = pair
    let_in(practice, office, ana, "cleo", Role.BILLING)
    pending = office.set_role(ana, RoleChange(id_of(office, ana, "cleo"), Role.ADMINISTRATOR)).pending
    _, bos = bo.signed_in(practice, office)
    office.decide_approval(bos, Verdict(pending, False))
    assert (line(office, ana, "cleo").role, line(office, ana, "cleo").awaits) == (Role.BILLING, None)
    assert code_of(lambda: office.decide_approval(bos, Verdict(pending, True))) == "approval-over"


def test_a_request_lapses_after_seven_days(
    practice: Practice, pair: tuple[Office, Session, Colleague]
) -> None:
    office, ana, bo = pair
    let_in(practice, office, ana, "cleo", Role.BILLING)
    pending = office.set_role(ana, RoleChange(id_of(office, ana, "cleo"), Role.ADMINISTRATOR)).pending
    practice.clock.move(7 * 24 * HOUR)
    office, bos = bo.signed_in(practice)
    assert office.list_approvals(bos).approvals == ()
    assert code_of(lambda: office.decide_approval(bos, Verdict(pending, True))) == "approval-over"


def test_a_request_of_somebody_who_is_no_administrator_any_more_is_void(
    practice: Practice, pair: tuple[Office, Session, Colleague]
) -> None:
    office, ana, bo = pair
    cleo = let_in(practice, office, ana, "cleo", Role.BILLING)
    _, bos = bo.signed_in(practice, office)
    pending = office.set_role(bos, RoleChange(id_of(office, ana, "cleo"), Role.ADMINISTRATOR)).pending
    office.set_role(ana, RoleChange(bos.user, Role.BILLING))
    assert code_of(lambda: office.decide_approval(ana, Verdict(pending, True))) == "approval-over"
    assert line(office, ana, cleo.name).role is Role.BILLING


def test_a_new_administrator_is_front_desk_until_both_agree(
    practice: Practice, pair: tuple[Office, Session, Colleague]
) -> None:
    office, ana, _ = pair
    assert office.invite_user(ana, InviteRequest("cleo", Role.ADMINISTRATOR)).role is Role.FRONT_DESK
    added = office.add_user(ana, NewUser("dora", Role.ADMINISTRATOR, password=PASSWORDS["dora"]))
    assert added.role is Role.FRONT_DESK
    assert [line(office, ana, name).awaits for name in ("cleo", "dora")] == [Role.ADMINISTRATOR] * 2


def test_an_unknown_person_has_no_role(practice: Practice) -> None:
    office, ana = practice.signed_in()
    change = RoleChange(UserId("f" * 32), Role.BILLING)
    assert code_of(lambda: office.set_role(ana, change)) == "user-unknown"


# --- leave ------------------------------------------------------------------------------


def test_somebody_on_leave_is_out_at_once_and_comes_back(practice: Practice) -> None:
    office, ana = practice.signed_in()
    bo = let_in(practice, office, ana, "bo")
    elsewhere, there = bo.signed_in(practice)
    token = elsewhere.issue_token(there).token
    practice.clock.move(1)
    office.suspend_user(ana, there.user)
    assert code_of(lambda: elsewhere.search_people(there, "")) == "signed-out"
    assert code_of(lambda: practice.office().resume(token)) == "session-ended"
    assert code_of(lambda: bo.signed_in(practice)) == "wrong-password"
    assert there.user in users_of(practice.folder.keys)
    assert code_of(lambda: office.suspend_user(ana, there.user)) == "user-not-active"
    office.reinstate_user(ana, there.user)
    assert code_of(lambda: practice.office().resume(token)) == "session-ended"
    bo.signed_in(practice)
    assert code_of(lambda: office.reinstate_user(ana, there.user)) == "user-not-suspended"
