from __future__ import annotations

import json
import stat
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desktop.access.tokens import SessionFiles
from desktop.crypto.sessions import open_session, seal_session
from desktop.crypto.vault import OpenVault
from desktop.errors import Refused, VaultError
from desktop.models.accounts import Role, Session, SessionId, UserId

VAULT_KEY = bytes(range(32))
SHARE = b"\x07" * 32


@pytest.fixture
def vault() -> OpenVault:
    return OpenVault(b"\x01" * 16, 1, "a" * 32, VAULT_KEY, b"\x02" * 64)


@pytest.fixture
def session(clock: Any) -> Session:
    return Session(SessionId("c" * 32), UserId("a" * 32), "maria", Role.MANAGER, clock.now())


@pytest.fixture
def files(tmp_path: Path, clock: Any) -> SessionFiles:
    return SessionFiles(tmp_path, clock, SHARE)


def code_of(work: Callable[[], object]) -> str:
    try:
        work()
    except (Refused, VaultError) as error:
        return error.code
    return "ok"


def sessions(folder: Path) -> list[Path]:
    return sorted(folder.glob("session-*"))


def test_the_token_opens_what_was_left_for_it(
    files: SessionFiles, vault: OpenVault, session: Session
) -> None:
    resumed = files.open(files.write(vault, session))
    assert resumed.vault_key == VAULT_KEY
    assert resumed.person_keys == b"\x02" * 64
    assert resumed.vault_id == vault.vault_id
    assert (resumed.session, resumed.user_id) == (session, session.user)


def test_the_file_holds_neither_key_nor_token_nor_name_in_the_clear(
    files: SessionFiles, vault: OpenVault, session: Session, tmp_path: Path
) -> None:
    token = files.write(vault, session)
    (path,) = sessions(tmp_path)
    data = path.read_bytes()
    assert VAULT_KEY not in data
    assert VAULT_KEY.hex().encode() not in data
    assert b"maria" not in data
    assert token.encode() not in data + path.name.encode()
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_every_command_renews_the_fifteen_idle_minutes(
    files: SessionFiles, vault: OpenVault, session: Session, clock: Any, tmp_path: Path
) -> None:
    token = files.write(vault, session)
    for _ in range(4):
        clock.go(899)
        assert files.open(token).last_used == clock.now() - timedelta(seconds=899)
    clock.go(901)
    assert code_of(lambda: files.open(token)) == "session-ended"
    assert sessions(tmp_path) == [], "what has ended is removed"


def test_twelve_hours_end_it_however_busy(
    files: SessionFiles, vault: OpenVault, session: Session, clock: Any
) -> None:
    clock.go(600)
    token = files.write(vault, session)
    for _ in range(12 * 6 - 1):
        clock.go(600)
        files.open(token)
    clock.go(2)
    assert code_of(lambda: files.open(token)) == "session-ended"


@pytest.mark.parametrize("days", [1, 365])
def test_turning_the_clock_back_gains_no_time(
    files: SessionFiles, vault: OpenVault, session: Session, clock: Any, days: int
) -> None:
    token = files.write(vault, session)
    clock.go(901)
    clock.set_back(timedelta(days=days))
    assert code_of(lambda: files.open(token)) == "session-ended"


def test_a_restart_ends_it(files: SessionFiles, vault: OpenVault, session: Session, clock: Any) -> None:
    token = files.write(vault, session)
    clock.restart()
    assert code_of(lambda: files.open(token)) == "session-ended"


@pytest.mark.parametrize("share", [None, b"\x08" * 32])
def test_another_computers_share_or_none_opens_nothing(
    files: SessionFiles,
    vault: OpenVault,
    session: Session,
    tmp_path: Path,
    clock: Any,
    share: bytes | None,
) -> None:
    token = files.write(vault, session)
    assert code_of(lambda: SessionFiles(tmp_path, clock, share).open(token)) == "session-ended"


@pytest.mark.parametrize("token", ["", "0" * 64, "../../etc/passwd", "\ud800", "ñ"])
def test_a_foreign_token_opens_nothing(
    files: SessionFiles, vault: OpenVault, session: Session, token: str
) -> None:
    files.write(vault, session)
    assert code_of(lambda: files.open(token)) == "session-ended"


def test_a_damaged_file_is_named_as_damage(
    files: SessionFiles, vault: OpenVault, session: Session, tmp_path: Path
) -> None:
    token = files.write(vault, session)
    (path,) = sessions(tmp_path)
    data = bytearray(path.read_bytes())
    data[80] ^= 1
    path.write_bytes(data)
    assert code_of(lambda: files.open(token)) == "session-damaged"


def test_signing_out_ends_one_and_a_rotation_ends_all(
    files: SessionFiles, vault: OpenVault, session: Session, tmp_path: Path
) -> None:
    one, two, three = (files.write(vault, session) for _ in range(3))
    files.end(one)
    files.end(one)
    assert code_of(lambda: files.open(one)) == "session-ended"
    assert files.open(two).session == session
    files.end_all()
    assert code_of(lambda: files.open(two)) == "session-ended"
    assert code_of(lambda: files.open(three)) == "session-ended"
    assert sessions(tmp_path) == []


def test_files_too_old_to_open_are_swept_away(
    files: SessionFiles, vault: OpenVault, session: Session, clock: Any, tmp_path: Path
) -> None:
    files.write(vault, session)
    clock.go(13 * 3600)
    token = files.write(vault, session)
    assert len(sessions(tmp_path)) == 1
    assert code_of(lambda: files.open(token)) == "session-ended", "the sign-in itself is thirteen hours old"


def test_a_folder_that_is_gone_is_a_known_situation(
    vault: OpenVault, session: Session, clock: Any, tmp_path: Path
) -> None:
    gone = SessionFiles(tmp_path / "gone", clock, None)
    assert code_of(lambda: gone.write(vault, session)) == "session-unwritable"


def test_a_persons_sessions_are_listed_and_ended_without_their_tokens(
    files: SessionFiles, vault: OpenVault, session: Session, clock: Any
) -> None:
    other = replace(session, id=SessionId("d" * 32), user=UserId("b" * 32))
    mine, theirs = files.write(vault, session), files.write(vault, other)
    clock.go(5)
    files.open(mine)
    (listed,) = files.sessions_of(session.user)
    assert (listed.session, listed.started) == (session.id, clock.now() - timedelta(seconds=5))
    assert not files.end_session(session.user, other.id), "nobody ends somebody else's"
    assert files.end_session(session.user, session.id)
    assert code_of(lambda: files.open(mine)) == "session-ended"
    assert files.end_user(other.user) == 1
    assert code_of(lambda: files.open(theirs)) == "session-ended"


def test_an_idle_session_is_listed_no_more(
    files: SessionFiles, vault: OpenVault, session: Session, clock: Any
) -> None:
    files.write(vault, session)
    clock.go(901)
    assert files.sessions_of(session.user) == ()


@pytest.mark.parametrize("second", [True, False])
def test_the_file_says_whether_a_second_factor_was_given(
    files: SessionFiles, vault: OpenVault, session: Session, second: bool
) -> None:
    token = files.write(vault, session, second=second)
    assert [files.open(token).second for _ in range(2)] == [second, second], "renewed as it was"


def test_a_file_of_an_earlier_version_counts_as_without_a_second_factor(
    files: SessionFiles, vault: OpenVault, session: Session, clock: Any, tmp_path: Path
) -> None:
    token = files.write(vault, session, second=True)
    (path,) = sessions(tmp_path)
    payload = json.loads(open_session(token, SHARE, clock.boot_id(), path.read_bytes()))
    del payload["second"]
    path.write_bytes(seal_session(token, SHARE, clock.boot_id(), json.dumps(payload).encode()))
    assert files.open(token).second is False
