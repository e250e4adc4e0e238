"""Getting in and out: set-up, sign-in, locks, tokens."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.assembly import build_office
from desktop.crypto.kdf import FLOOR
from desktop.errors import SealwellError
from desktop.office.api import Office
from desktop.office.values_entry import Credentials, NewPractice
from desktop.paths import PracticeFolder
from tests.made_practice import PASSWORD, USER, MovedClock, Practice


def error_of(work: object, *given: object) -> str:
    with pytest.raises(SealwellError) as caught:
        work(*given)  # type: ignore[operator]
    return caught.value.code


def test_a_made_practice_can_be_signed_into(practice: Practice) -> None:
    office = practice.office()
    assert office.practice_exists()
    signed = office.sign_in(practice.credentials())
    assert signed.session.user_name == USER
    assert signed.expires_in == 12 * 3600
    assert not office.duty().locked


def test_a_second_set_up_over_a_practice_is_refused(practice: Practice) -> None:
    request = NewPractice("Other", "America/Denver", "bob", password="another long pass phrase here")
    assert error_of(practice.office().create_practice, request) == "vault-exists"
    practice.office().sign_in(practice.credentials())


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"zone": "Mars/Olympus"}, "zone-unknown"),
        ({"practice": "  "}, "name-missing"),
        ({"password": "short"}, "password-too-short"),
        ({"password": "password12345678"}, "password-common"),
    ],
)
def test_a_refused_set_up_leaves_nothing_behind(tmp_path: Path, changes: dict[str, str], code: str) -> None:
    folder = PracticeFolder(tmp_path / "new")
    office = build_office(folder, MovedClock(), params=lambda: FLOOR, device_store=lambda: None)
    good = NewPractice("Elm Street", "America/Denver", USER, password=PASSWORD)
    given = replace(good, **changes)  # type: ignore[arg-type]
    assert error_of(office.create_practice, given) == code
    assert not folder.root.exists()


def test_what_an_interrupted_set_up_left_does_not_stop_the_next(tmp_path: Path) -> None:
    folder = PracticeFolder(tmp_path / "new")
    folder.root.mkdir()
    (folder.root / "setup.keys").write_bytes(b"half")
    folder.database.write_bytes(b"half")
    folder.tries.write_bytes(b"half")
    office = build_office(folder, MovedClock(), params=lambda: FLOOR, device_store=lambda: None)
    assert not office.practice_exists()
    office.create_practice(NewPractice("Elm Street", "America/Denver", USER, password=PASSWORD))
    assert office.practice_exists()


def test_a_set_up_never_deletes_a_database_whose_key_file_is_lost(practice: Practice, tmp_path: Path) -> None:
    """The file may be in a backup: with the database gone it would open nothing any more."""
    kept = practice.folder.database.read_bytes()
    saved = practice.folder.keys.read_bytes()
    for file in practice.folder.root.glob("vault.keys*"):
        file.unlink()
    request = NewPractice("Elm Street", "America/Denver", USER, password=PASSWORD)
    assert error_of(practice.office().create_practice, request) == "vault-missing"
    assert practice.folder.database.read_bytes() == kept
    practice.folder.keys.write_bytes(saved)
    practice.office().sign_in(practice.credentials())


def test_wrong_password_and_wrong_code_have_different_words_and_open_nothing(practice: Practice) -> None:
    office = practice.office()
    good = practice.credentials()
    assert error_of(office.sign_in, replace(good, password="wrong horse battery staple")) == "wrong-password"
    assert error_of(office.sign_in, replace(good, user="nobody")) == "wrong-password"
    assert error_of(office.sign_in, replace(good, code="000000")) == "code-wrong"
    assert not office.duty().vault_open
    office.sign_in(good)


def test_a_code_works_once(practice: Practice) -> None:
    given = practice.credentials()
    practice.office().sign_in(given)
    assert error_of(practice.office().sign_in, given) == "code-used"


def test_failed_sign_ins_are_in_the_log_after_the_next_good_one(practice: Practice) -> None:
    office = practice.office()
    error_of(office.sign_in, Credentials(USER, password="wrong horse battery staple", code="000000"))
    session = office.sign_in(practice.credentials()).session
    acts = [line.act for line in office.query_log(session).lines]
    assert "signin.failed" in acts
    assert office.verify_audit(session).ok


def test_plain_database_is_refused_with_its_own_words(practice: Practice) -> None:
    practice.folder.database.unlink()
    plain = sqlite3.connect(practice.folder.database)
    plain.execute("CREATE TABLE t (x)")
    plain.commit()
    plain.close()
    assert error_of(practice.office().sign_in, practice.credentials()) == "database-plain"


def test_damaged_key_slots_are_refused_with_their_own_words(practice: Practice) -> None:
    blob = bytearray(practice.folder.keys.read_bytes())
    blob[len(blob) // 2] ^= 1
    practice.folder.keys.write_bytes(bytes(blob))
    assert error_of(practice.office().sign_in, practice.credentials()) == "vault-damaged"


def test_a_locked_screen_refuses_until_the_person_is_back(practice: Practice) -> None:
    office, session = practice.signed_in()
    office.lock()
    assert error_of(office.search_people, session, "") in ("locked", "signed-out")
    again = office.unlock(practice.credentials()).session
    assert office.search_people(again, "").total == 0


def test_with_nothing_due_the_lock_closes_the_vault(practice: Practice) -> None:
    office, _ = practice.signed_in()
    state = office.lock()
    assert state.locked
    assert not state.vault_open


def test_idle_people_are_locked_out(practice: Practice) -> None:
    office, session = practice.signed_in()
    practice.clock.move(601)
    assert error_of(office.search_people, session, "") == "locked"


def test_the_token_carries_the_session_to_the_next_command(practice: Practice) -> None:
    office, session = practice.signed_in()
    answer = office.issue_token(session)
    office.close()
    assert answer.expires_in == 900
    following = practice.office()
    resumed = following.resume(answer.token)
    assert resumed.session == session
    assert following.search_people(resumed.session, "").total == 0


@pytest.mark.parametrize("seconds", [901, 12 * 3600 + 1])
def test_the_token_ends_after_idleness(practice: Practice, seconds: int) -> None:
    office, session = practice.signed_in()
    token = office.issue_token(session).token
    office.close()
    practice.clock.move(seconds)
    assert error_of(practice.office().resume, token) == "session-ended"


def test_signing_out_ends_the_token(practice: Practice) -> None:
    office, session = practice.signed_in()
    token = office.issue_token(session).token
    office.close()
    following = practice.office()
    following.sign_out(following.resume(token).session)
    assert error_of(practice.office().resume, token) == "session-ended"


def test_a_foreign_token_opens_nothing(practice: Practice) -> None:
    assert error_of(practice.office().resume, "x" * 43) == "session-ended"


def test_nobody_signed_in_means_signed_out(practice: Practice) -> None:
    office, session = practice.signed_in()
    office.close()
    assert error_of(office.search_people, session, "") == "signed-out"


def test_a_forged_session_is_refused(at_work: tuple[Office, object]) -> None:
    office, session = at_work
    forged = replace(session, user="f" * 32)  # type: ignore[type-var]
    assert error_of(office.search_people, forged, "") == "signed-out"
