"""The paper in the safe: it opens what password and computer no longer open."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from desktop.errors import SealwellError
from desktop.models import audit
from desktop.office.notices import notices_of
from desktop.office.values_access import KeyEnrolment
from desktop.office.values_entry import Recovery
from tests.made_practice import PASSWORD, USER, Practice
from tests.made_staff import Staff, desk_of
from tests.support.software_key import SoftwareKey

NEW = "seven lanterns beyond the quiet harbour"


def request(practice: Practice) -> Recovery:
    return Recovery(USER, practice.made.recovery_key, password=NEW, reason="Ana is away and forgot it")


def code_of(practice: Practice, wanted: Recovery) -> str:
    with pytest.raises(SealwellError) as caught:
        practice.office().recover(wanted)
    return caught.value.code


def test_the_recovery_key_sets_a_new_password_and_is_replaced(practice: Practice) -> None:
    made = practice.office().recover(request(practice))
    assert made.recovery_key != practice.made.recovery_key
    assert made.recovery_key not in repr(made)
    with pytest.raises(SealwellError) as caught:
        practice.office().sign_in(practice.credentials())
    assert caught.value.code == "wrong-password"
    office = practice.office()
    session = office.sign_in(replace(practice.credentials(), password=NEW)).session
    acts = [line.act for line in office.query_log(session).lines]
    assert {"vault.recovered", "password.changed", "recovery-key.made"} <= set(acts)
    assert office.verify_audit(session).ok
    office.close()
    assert code_of(practice, request(practice)) == "recovery-key-wrong"
    practice.office().recover(replace(request(practice), recovery_key=made.recovery_key))


def test_the_second_factor_stays(practice: Practice) -> None:
    practice.office().recover(request(practice))
    with pytest.raises(SealwellError) as caught:
        practice.office().sign_in(replace(practice.credentials(), password=NEW, code="000000"))
    assert caught.value.code == "code-wrong"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"recovery_key": "AAAA-BBBB"}, "recovery-key-mistyped"),
        ({"user": "nobody"}, "recovery-not-administrator"),
        ({"password": "short"}, "password-too-short"),
    ],
)
def test_a_refused_recovery_changes_nothing(practice: Practice, changes: dict[str, str], code: str) -> None:
    before = practice.folder.keys.read_bytes()
    assert code_of(practice, replace(request(practice), **changes)) == code
    assert practice.folder.keys.read_bytes() == before
    practice.office().sign_in(practice.credentials())


def test_a_stopped_sign_in_is_open_again_after_recovery(practice: Practice) -> None:
    office = practice.office()
    for _ in range(4):
        with pytest.raises(SealwellError):
            office.sign_in(replace(practice.credentials(), password="wrong horse battery staple"))
    practice.office().recover(request(practice))
    practice.office().sign_in(replace(practice.credentials(), password=NEW))


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_without_a_reason_nothing_is_opened(practice: Practice, reason: str) -> None:
    before = practice.folder.keys.read_bytes()
    assert code_of(practice, replace(request(practice), reason=reason)) == "reason-missing"
    assert practice.folder.keys.read_bytes() == before


def test_g18_one_sheet_of_paper_opens_with_the_keyring_wiped_and_the_security_key_gone(staff: Staff) -> None:
    """The sheet holds the recovery key and the saved codes; computer, key and phone are lost."""
    office, session = staff.at_work()
    bo = staff.add(office, session)
    codes = office.new_recovery_codes(session).codes
    staff.hands[:] = [SoftwareKey("2468")]
    office.enrol_key(session, KeyEnrolment(PASSWORD, pin="2468"))
    token = office.issue_token(session).token
    office.close()
    staff.clock.move(3600)
    assert staff.keyring is not None
    staff.keyring.kept.clear()
    staff.hands.clear()
    secret = "Ana lost her bag with everything in it"
    wanted = Recovery(USER, staff.made.recovery_key, password=NEW, reason=secret)
    made = staff.office().recover(wanted)
    with pytest.raises(SealwellError):
        staff.office().recover(wanted)
    office = staff.office()
    session = staff.enter(office, password=NEW, recovery_code=codes[0]).session
    lines = [line for line in office.query_log(session).lines if line.act == "vault.recovered"]
    assert len(lines) == 1
    assert {"reason", "reason-hash"} <= lines[0].details.keys()
    assert secret not in repr(lines)
    database = desk_of(office).opened().database
    reason = str(lines[0].details["reason"])
    assert database.read(lambda tx: audit.reason(tx, reason)) == secret
    for user in (session.user, bo):
        kinds = [task.kind for task in database.read(partial(notices_of, user=user))]
        assert "notice-emergency-access" in kinds, "100 % of the users are told"
    told = {notice.kind: notice.details for notice in office.list_notices(session).notices}
    assert told["emergency-access"] == {"user": USER}
    assert office.show_security(session).keys == ()
    assert made.recovery_key != staff.made.recovery_key
    with pytest.raises(SealwellError):
        staff.office().resume(token)
    assert office.verify_audit(session).ok


# --- a disk that fails at the worst moment ----------------------------------------------------


def after_the_new_key_stands(practice: Practice, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """From the second change of `vault.keys` on (password, then recovery key) `name` fails."""
    keys = practice.folder.keys
    changed: list[Path] = []
    renamed: Callable[..., Any] = os.replace
    whole: dict[str, Callable[..., Any]] = {"fsync": os.fsync, "open": Path.open}

    def failing(*given: Any, **options: Any) -> Any:
        if len(changed) >= 2 and (name == "fsync" or given[0] == keys):
            raise OSError(errno.EIO, "the disk does not answer")
        return whole[name](*given, **options)

    def rename(source: Any, target: Any) -> None:
        renamed(source, target)
        if target == keys:
            changed.append(target)

    monkeypatch.setattr(os, "replace", rename)
    monkeypatch.setattr(os if name == "fsync" else Path, name, failing)


@pytest.mark.parametrize("name", ["open", "fsync"])
def test_a_disk_that_fails_behind_the_new_recovery_key_does_not_keep_it_from_being_shown(
    practice: Practice, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with monkeypatch.context() as context:
        after_the_new_key_stands(practice, context, name)
        made = practice.office().recover(request(practice))
    office = practice.office()
    session = office.sign_in(replace(practice.credentials(), password=NEW)).session
    begun = [line for line in office.query_log(session).lines if line.act == "log.marked"]
    assert len(begun) == (2 if name == "open" else 1), "what could not be sealed anew is begun anew"
    assert office.verify_audit(session).ok
    office.close()
    practice.office().recover(replace(request(practice), recovery_key=made.recovery_key))


def test_a_disk_that_fails_before_the_new_recovery_key_stands_leaves_the_old_one(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    renamed: Callable[..., Any] = os.replace
    changed: list[Path] = []

    def rename(source: Any, target: Any) -> None:
        if target == practice.folder.keys:
            changed.append(target)
            if len(changed) == 2:
                raise OSError(errno.EIO, "the disk does not answer")
        renamed(source, target)

    with monkeypatch.context() as context:
        context.setattr(os, "replace", rename)
        with pytest.raises(OSError, match="does not answer"):
            practice.office().recover(request(practice))
    practice.office().recover(request(practice))
