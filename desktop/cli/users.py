"""`users …` and `access review`: accounts, from the invitation to the farewell."""

from __future__ import annotations

from typing import Any

from desktop.cli import shapes
from desktop.cli.arguments import WrongUse
from desktop.cli.commands import Call, text_of
from desktop.errors import InputError
from desktop.models.accounts import InvitationKind, Role, Session, UserId
from desktop.office.values_access import (
    InviteRequest,
    NewUser,
    OffboardRequest,
    RoleChange,
    UserLine,
    Verdict,
)


def users_list(call: Call) -> None:
    shown = call.office.list_users(call.session())
    human = [f"{one.id}  {one.role.value:14} {one.state.value:10} {one.name}" for one in shown.users]
    call.console.emit({"users": [shapes.user(one) for one in shown.users]}, human)


def users_invite(call: Call) -> None:
    session = call.session()
    given = call.console.ask("user", optional=("role", "kind"))
    kind = given.get("kind") or InvitationKind.NEW_USER.value
    if kind not in tuple(InvitationKind):
        raise WrongUse(call.console.texts.say("cli.unknown-value"))
    # For somebody who is there the role is what it is.
    role = Role.FRONT_DESK if kind != InvitationKind.NEW_USER else _role(call, given.get("role"))
    made = call.office.invite_user(session, InviteRequest(text_of(given, "user"), role, InvitationKind(kind)))
    call.console.emit(
        {
            "user": made.user,
            "role": made.role.value,
            "code": made.code,
            "until": shapes.moment(made.until),
        }
    )


def users_withdraw(call: Call) -> None:
    session = call.session()
    user = _found(call, session, call.args.user)
    call.office.withdraw_invitation(session, user.id)
    call.console.emit({"user": user.name})


def users_add(call: Call) -> None:
    session = call.session()
    given = call.console.ask("user", "role", "password")
    made = call.office.add_user(
        session,
        NewUser(text_of(given, "user"), _role(call, given["role"]), password=text_of(given, "password")),
    )
    call.console.emit({"user": made.user, "role": made.role.value, "totp_uri": made.totp_uri})


def users_role(call: Call) -> None:
    """`pending` is what `users approve` wants, where a second administrator must agree."""
    role = _role(call, call.args.role)
    session = call.session()
    user = _found(call, session, call.args.user)
    changed = call.office.set_role(session, RoleChange(user.id, role))
    call.console.emit({"user": user.name, "role": changed.role.value, "pending": changed.pending or None})


def users_suspend(call: Call) -> None:
    session = call.session()
    user = _found(call, session, call.args.user)
    call.office.suspend_user(session, user.id)
    call.console.emit({"user": user.name, "state": "suspended"})


def users_reinstate(call: Call) -> None:
    session = call.session()
    user = _found(call, session, call.args.user)
    call.office.reinstate_user(session, user.id)
    call.console.emit({"user": user.name, "state": "active"})


def users_offboard(call: Call) -> int | None:
    """Exit code 1 where the person is out but the vault key could not be changed: do it again."""
    session = call.session()
    user = _found(call, session, call.args.user)
    if call.args.plan:
        call.console.emit(shapes.leaving(call.office.plan_offboarding(session, user.id)))
        return None
    heir = _found(call, session, call.args.heir).id if call.args.heir else session.user

    def tell(done: int, of: int) -> bool:
        call.console.say(call.console.texts.say("cli.changing-key", percent=100 * done // max(of, 1)))
        return True

    report = call.office.offboard_user(session, OffboardRequest(user.id, heir), tell)
    call.console.emit(shapes.left(call.console, report))
    return None if report.key_changed else 1


def users_approvals(call: Call) -> None:
    shown = call.office.list_approvals(call.session())
    call.console.emit({"approvals": [shapes.approval(call.console, one) for one in shown.approvals]})


def users_approve(call: Call) -> None:
    approve = not call.args.refuse
    call.office.decide_approval(call.session(), Verdict(call.args.approval, approve))
    call.console.emit({"id": call.args.approval, "approved": approve})


def access_review(call: Call) -> None:
    session = call.session()
    if call.args.sign:
        signed = call.office.sign_review(session)
        call.console.emit({"signed_at": shapes.moment(signed.at), "next_due": shapes.moment(signed.next_due)})
        return
    shown = call.office.show_review(session)
    names = {one.id: one.name for one in shown.users}
    call.console.emit(
        {
            "users": [shapes.user(one) for one in shown.users],
            "remarks": [
                {"user": names[user], "code": code, "words": call.console.texts.say(f"review.{code}")}
                for user, code in shown.remarks
            ],
            "due": shapes.moment(shown.due),
            "last_signed": shapes.moment(shown.last_signed),
            "last_by": shown.last_by or None,
        }
    )


def _role(call: Call, given: Any) -> Role:
    if given not in tuple(Role):
        raise WrongUse(call.console.texts.say("cli.unknown-value"))
    return Role(given)


def _found(call: Call, session: Session, named: str) -> UserLine:
    """By id or by name, whatever its case."""
    for one in call.office.list_users(session).users:
        if one.id == UserId(named) or one.name.casefold() == named.strip().casefold():
            return one
    raise InputError("user-unknown")
