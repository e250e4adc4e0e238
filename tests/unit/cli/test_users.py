"""Accounts on the command line, in their fixed forms."""

from __future__ import annotations

import io
from typing import Any

import pyotp
import pytest

from tests.made_practice import PASSWORD, USER
from tests.support.colleagues import PASSWORDS
from tests.support.shell import Shell, Terminal

LINE = {"id", "user", "role", "state", "last_seen", "mfa", "signed_in", "invited_until", "awaits"}
BO = PASSWORDS["bo"]


def totp_of(uri: str) -> pyotp.TOTP:
    return pyotp.TOTP(pyotp.parse_uri(uri).secret)


def let_in(desk: Shell, user: str, role: str) -> tuple[pyotp.TOTP, dict[str, Any]]:
    """Invited, started and joined; the authenticator and the last answer."""
    code = desk("users", "invite", given={"user": user, "role": role})["code"]
    given = {"user": user, "invitation": code}
    started = desk("join", "--start", given=given)
    assert set(started) == {"practice", "role", "totp_uri", "security_key"}
    totp = totp_of(started["totp_uri"])
    desk.clock.move(30)
    more = {"password": PASSWORDS[user], "code": totp.at(desk.clock.now()), "totp_uri": started["totp_uri"]}
    return totp, desk("join", given={**given, **more})


def states(desk: Shell) -> dict[str, tuple[str, str]]:
    return {one["user"]: (one["role"], one["state"]) for one in desk("users", "list")["users"]}


def test_an_invited_person_joins_and_signs_in(desk: Shell) -> None:
    invited = desk("users", "invite", given={"user": "bo", "role": "billing"})
    assert set(invited) == {"user", "role", "code", "until"}
    assert states(desk)["bo"] == ("billing", "invited")
    totp, joined = let_in(desk, "bo", "billing")
    assert set(joined) == {"user", "recovery_codes"}
    assert len(joined["recovery_codes"]) == 10
    shown = desk("users", "list")["users"]
    assert all(set(one) == LINE for one in shown)
    assert desk.sign_in("bo", BO, totp)["role"] == "billing"
    assert desk("users", "list")["error"]["code"] == "not-allowed"


def test_a_recovery_code_signs_in_and_a_missing_factor_says_so(desk: Shell) -> None:
    _, joined = let_in(desk, "bo", "billing")
    given = {"user": "bo", "password": BO}
    error = desk("signin", given=given)["error"]
    assert (desk.code, error["code"]) == (1, "code-needed")
    assert error["hint"]
    code = joined["recovery_codes"][0]
    assert desk("signin", given={**given, "recovery_code": code})["user"] == "bo"
    assert desk("signin", given={**given, "recovery_code": code})["error"]["code"] == "recovery-code-wrong"


def test_joining_at_a_terminal_is_one_go(desk: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    code = desk("users", "invite", given={"user": "bo", "role": "billing"})["code"]
    typed = iter([code, BO, "000000"])
    monkeypatch.setattr("getpass.getpass", lambda *_, **__: next(typed))
    desk.plain("join", "--practice", str(desk.folder), source=Terminal("bo\n"))
    assert desk.code == 1
    assert "otpauth://" in desk.err
    assert next(typed, None) is None


def test_scripts_add_people_in_the_fixed_form(desk: Shell) -> None:
    added = desk("users", "add", given={"user": "bo", "role": "manager", "password": BO})
    assert set(added) == {"user", "role", "totp_uri"}
    assert desk.sign_in("bo", BO, totp_of(added["totp_uri"]))["role"] == "manager"


def test_leave_and_return(desk: Shell) -> None:
    let_in(desk, "bo", "billing")
    assert desk("users", "suspend", "BO") == {"user": "bo", "state": "suspended"}
    assert states(desk)["bo"] == ("billing", "suspended")
    assert desk("users", "reinstate", "bo") == {"user": "bo", "state": "active"}
    assert desk("users", "suspend", "nobody")["error"]["code"] == "user-unknown"
    assert desk("users", "suspend", USER)["error"]["code"] == "last-administrator"


def test_an_invitation_is_withdrawn(desk: Shell) -> None:
    code = desk("users", "invite", given={"user": "bo", "role": "billing"})["code"]
    assert desk("users", "withdraw", "bo") == {"user": "bo"}
    error = desk("join", "--start", given={"user": "bo", "invitation": code})["error"]
    assert (desk.code, error["code"]) == (1, "invitation-wrong")


def test_a_third_administrator_is_approved_by_the_second(desk: Shell) -> None:
    totp, _ = let_in(desk, "bo", "administrator")
    let_in(desk, "cleo", "billing")
    assert desk("users", "role", "cleo", "manager") == {"user": "cleo", "role": "manager", "pending": None}
    asked = desk("users", "role", "cleo", "administrator")
    assert asked["role"] == "manager"
    assert desk("users", "approve", asked["pending"])["error"]["code"] == "approval-own"
    desk.sign_in("bo", BO, totp)
    waiting = desk("users", "approvals")["approvals"]
    assert [(one["id"], one["user"], one["mine"]) for one in waiting] == [(asked["pending"], "cleo", False)]
    assert desk("users", "approve", asked["pending"]) == {"id": asked["pending"], "approved": True}
    assert states(desk)["cleo"] == ("administrator", "active")


def test_a_request_is_refused(desk: Shell) -> None:
    totp, _ = let_in(desk, "bo", "administrator")
    asked = desk("users", "invite", given={"user": "cleo", "role": "administrator"})
    assert asked["role"] == "front-desk"
    desk.sign_in("bo", BO, totp)
    pending = desk("users", "approvals")["approvals"][0]["id"]
    assert desk("users", "approve", pending, "--refuse") == {"id": pending, "approved": False}
    assert states(desk)["cleo"] == ("front-desk", "invited")


def test_somebody_leaves_and_every_token_ends(desk: Shell) -> None:
    totp, _ = let_in(desk, "bo", "administrator")
    plan = desk("users", "offboard", "bo", "--plan")
    assert (plan["user"], plan["heirs"]) == ("bo", [USER])
    report = desk("users", "offboard", "bo", "--heir", USER)
    assert (desk.code, report["key_changed"], report["why"]) == (0, True, None)
    assert all(set(one) == {"code", "words"} for one in report["left_to_do"])
    assert "100 %" in desk.err
    assert desk("users", "list")["error"]["code"] == "session-ended"
    desk.sign_in()
    assert states(desk)["bo"] == ("administrator", "left")
    assert len(desk("people", "search", "")["people"]) == 3
    desk.clock.move(30)
    given = {"user": "bo", "password": BO, "code": totp.at(desk.clock.now())}
    assert desk("signin", given=given)["error"]["code"] == "wrong-password"


def test_the_access_review_is_shown_and_signed(desk: Shell) -> None:
    shown = desk("access", "review")
    assert set(shown) == {"users", "remarks", "due", "last_signed", "last_by"}
    assert all(set(one) == {"user", "code", "words"} for one in shown["remarks"])
    assert all(one["words"] != f"review.{one['code']}" for one in shown["remarks"])
    signed = desk("access", "review", "--sign")
    assert set(signed) == {"signed_at", "next_due"}
    assert desk("access", "review")["last_by"] == USER


def test_unlock_is_for_emergencies_and_wants_a_reason(shell: Shell) -> None:
    given = {"user": USER, "recovery_key": "AAAA-BBBB", "password": PASSWORD}
    shell("unlock", "--recovery", given=given)
    assert shell.code == 2
    error = shell("unlock", "--recovery", given={**given, "reason": "Ana is ill"})["error"]
    assert (shell.code, error["code"]) == (1, "recovery-key-mistyped")


@pytest.mark.parametrize(
    "words",
    [
        ("unlock",),
        ("users",),
        ("users", "role", "bo"),
        ("users", "role", "bo", "king"),
        ("users", "offboard"),
        ("access",),
    ],
)
def test_wrong_use_ends_with_2(desk: Shell, words: tuple[str, ...]) -> None:
    desk(*words)
    assert (desk.code, desk.out) == (2, "")


@pytest.mark.parametrize(
    "given",
    [
        {"user": "bo", "role": "king"},
        {"user": "bo"},
        {"user": "bo", "role": "billing", "kind": "door"},
        {"user": 7, "role": "billing"},
    ],
)
def test_an_invitation_of_another_form_is_wrong_use(desk: Shell, given: dict[str, Any]) -> None:
    desk("users", "invite", given=given)
    assert desk.code == 2
    assert list(states(desk)) == [USER]


def test_standard_input_without_stdin_is_never_waited_for(desk: Shell) -> None:
    for words in (("join",), ("users", "invite"), ("unlock", "--recovery")):
        desk.plain(*words, "--practice", str(desk.folder), source=io.StringIO(""))
        assert desk.code == 2
