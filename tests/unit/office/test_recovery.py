"""The paper in the safe: it opens what password and computer no longer open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop.errors import SealwellError
from desktop.office.values_entry import Recovery
from tests.made_practice import USER, Practice

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
    acts = [line.act for line in office.list_audit(session).lines]
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
