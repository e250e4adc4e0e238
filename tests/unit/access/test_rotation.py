"""G17: whoever left opens nothing any more, and whatever goes wrong, one vault opens."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop.audit.logkey import WRAP_INFO, load_log_key
from desktop.crypto import rotation as key_files
from desktop.crypto.invitations import invite, open_invitation
from desktop.crypto.kdf import FLOOR
from desktop.crypto.keyslots import read_slots
from desktop.crypto.members import users_of
from desktop.crypto.rotation import settle_rotation
from desktop.crypto.vault import OpenVault, change_password, unlock, unlock_with_recovery
from desktop.errors import VaultError
from desktop.locks import exclusive, shared
from desktop.models import databasefile
from desktop.models.database import Database
from desktop.paths import PracticeFolder
from tests.support.renewal import ANA, ANA_PASSWORD, BEN, BEN_PASSWORD, Renewal

ROWS = 60
Made = tuple[Path, bytes, str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    root = tmp_path_factory.mktemp("made") / "practice"
    _, vault_key, recovery_key = Renewal.make(root, ROWS)
    return root, vault_key, recovery_key


def fresh(made: Made, root: Path) -> Renewal:
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(made[0], root)
    return Renewal(PracticeFolder(root), ROWS)


@pytest.fixture
def practice(made: Made, tmp_path: Path) -> Renewal:
    return fresh(made, tmp_path / "practice")


@pytest.fixture
def vault(made: Made, practice: Renewal) -> OpenVault:
    return practice.vault(made[1])


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(VaultError) as refused:
        work()
    return refused.value.code


# ── what it is for ─────────────────────────────────────────────────────────────


def test_g17_who_left_opens_neither_the_new_files_nor_the_new_database_with_old_ones(
    practice: Renewal, vault: OpenVault, tmp_path: Path
) -> None:
    kept = tmp_path / "kept-by-ben.keys"
    shutil.copy(practice.folder.keys, kept)
    practice.rotate(vault)
    assert code_of(lambda: unlock(practice.folder.keys, BEN, BEN_PASSWORD, None)) == "wrong-password"
    bens = unlock(kept, BEN, BEN_PASSWORD, None)
    assert code_of(lambda: practice.database(bens)) == "database-not-ours"
    # Not for the salt alone: his key opens no page, under either salt or epoch.
    with practice.folder.database.open("rb") as file:
        salt = file.read(16)
    for epoch in (1, 2):
        key, _ = OpenVault(bens.vault_id, epoch, BEN, bens.vault_key()).database_key()
        assert code_of(lambda key=key: Database(practice.folder.database, key, salt)) == "database-damaged"  # type: ignore[misc]


def test_everybody_else_opens_with_what_they_have(practice: Renewal, vault: OpenVault, made: Made) -> None:
    signing = unlock(practice.folder.keys, ANA, ANA_PASSWORD, None).signing_key()
    new = practice.rotate(vault)
    again = unlock(practice.folder.keys, ANA, ANA_PASSWORD, None)
    by_paper = unlock_with_recovery(practice.folder.keys, made[2])
    assert new.vault_key() == again.vault_key() == by_paper.vault_key() != made[1]
    assert (new.epoch, new.user_id, again.signing_key()) == (2, ANA, signing)
    assert users_of(practice.folder.keys) == {ANA}
    assert practice.check() == 2


def test_it_can_be_done_again_and_again(practice: Renewal, vault: OpenVault) -> None:
    second = practice.rotate(vault)
    salt = read_slots(practice.folder.keys).db_salt
    third = practice.rotate(second)
    assert third.epoch == 3
    assert read_slots(practice.folder.keys).db_salt != salt
    assert practice.check() == 3
    change_password(practice.folder.keys, third, ANA, "life goes on afterwards", None, FLOOR)
    assert unlock(practice.folder.keys, ANA, "life goes on afterwards", None).epoch == 3


def test_no_older_state_is_left_in_the_folder(practice: Renewal, vault: OpenVault) -> None:
    before = practice.folder.root / "practice.db.before-0002"
    for file in (before, practice.folder.root / "vault.keys.damaged"):
        file.write_bytes(b"what an older key opens")
    assert (practice.folder.root / "vault.keys.2").exists()
    practice.rotate(vault)
    names = sorted(file.name for file in practice.folder.root.iterdir() if file.suffix != ".lock")
    assert names == ["practice.db", "vault.keys", "vault.keys.1"]
    copy = practice.folder.root / "vault.keys.1"
    assert copy.read_bytes() == practice.folder.keys.read_bytes()


def test_an_open_invitation_ends(practice: Renewal, vault: OpenVault) -> None:
    code = invite(practice.folder.keys, vault, "eva-id", 2_000)
    practice.rotate(vault)
    assert code_of(lambda: open_invitation(practice.folder.keys, "eva-id", code, 1_000)) == "invitation-wrong"


def test_the_log_s_key_is_the_same_under_the_new_vault_only(practice: Renewal, vault: OpenVault) -> None:
    old_wrap = vault.key(WRAP_INFO)
    database = practice.database(vault)
    before = database.read(lambda tx: load_log_key(tx, vault.vault_id, old_wrap)).public
    database.close()
    new = practice.rotate(vault)
    database = practice.database(new)
    after = database.read(lambda tx: load_log_key(tx, new.vault_id, new.key(WRAP_INFO))).public
    refused = code_of(lambda: database.read(lambda tx: load_log_key(tx, new.vault_id, old_wrap)))
    database.close()
    assert after == before
    assert refused == "log-key-damaged"


def test_the_old_vault_is_closed_at_the_end(practice: Renewal, vault: OpenVault) -> None:
    practice.rotate(vault)
    assert code_of(vault.vault_key) == "vault-locked"


@pytest.mark.parametrize("who", [{ANA}, {ANA, BEN}])
def test_nobody_can_lock_everybody_out(practice: Renewal, vault: OpenVault, who: set[str]) -> None:
    with pytest.raises(ValueError, match="somebody must stay"):
        key_files.next_vault(practice.folder, vault, frozenset(who))
    assert practice.check() == 1


class StoppedError(Exception):
    """Somebody changed their mind."""


# ── what goes wrong ────────────────────────────────────────────────────────────


def test_another_program_with_the_practice_open_is_waited_for(practice: Renewal, vault: OpenVault) -> None:
    other = practice.database(vault)
    assert code_of(lambda: practice.rotate(vault)) == "practice-in-use"
    other.close()
    assert practice.check() == 1


def test_with_a_strange_key_file_nothing_is_touched(
    practice: Renewal, vault: OpenVault, tmp_path: Path
) -> None:
    stranger, _, _ = Renewal.make(tmp_path / "stranger", 1)
    mine = practice.folder.keys.read_bytes()
    shutil.copy(stranger.folder.keys, practice.folder.keys)
    assert code_of(lambda: practice.rotate(vault)) == "vault-altered"
    practice.folder.keys.write_bytes(mine)
    assert practice.check() == 1


@pytest.mark.parametrize("at", [0, 50, 75, 100])
def test_cancelled_before_the_end_nothing_has_happened(practice: Renewal, vault: OpenVault, at: int) -> None:
    def cancel(done: int, _all: int) -> None:
        if done >= at:
            raise StoppedError

    with pytest.raises(StoppedError):
        practice.rotate(vault, cancel)
    assert vault.vault_key()
    assert practice.check() == 1


WATCHED = ("replace", "fsync", "unlink", "open")


def failing_at(monkeypatch: pytest.MonkeyPatch, last: int, code: int) -> Callable[[], int]:
    """Let the `last`-th of the calls that change the disk fail; how many there were."""
    calls = 0

    def wrapped(real: Callable[..., Any]) -> Callable[..., Any]:
        def fails(*given: Any, **named: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == last:
                raise OSError(code, os.strerror(code))
            return real(*given, **named)

        return fails

    for name in WATCHED:
        monkeypatch.setattr(os, name, wrapped(getattr(os, name)))
    return lambda: calls


def fail_at(
    made: Made, root: Path, monkeypatch: pytest.MonkeyPatch, steps: Callable[[int], list[int]]
) -> None:
    """Let the disk fail at some of the steps, each time anew."""
    practice = fresh(made, root)
    with monkeypatch.context() as patch:
        count = failing_at(patch, 0, 0)
        practice.rotate(practice.vault(made[1])).close()
        calls = count()
    assert calls > 15
    epochs, codes = [], set()
    for number, step in enumerate(steps(calls)):
        practice = fresh(made, root)
        old = practice.vault(made[1])
        try:
            with monkeypatch.context() as patch:
                failing_at(patch, step, errno.EIO if number % 2 else errno.ENOSPC)
                practice.rotate(old).close()
        except VaultError as error:
            codes.add(error.code)
        epochs.append(practice.check())
    assert set(epochs) == {1, 2}
    assert epochs == sorted(epochs), "one commit point"
    assert codes == {"disk-full", "database-unwritable", "rotation-unfinished"}


def test_a_full_or_broken_disk_loses_nothing(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_at(made, tmp_path / "practice", monkeypatch, lambda calls: [2, 5, calls // 2, calls - 1])


@pytest.mark.soak
def test_a_full_or_broken_disk_at_each_step_loses_nothing(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_at(made, tmp_path / "practice", monkeypatch, lambda calls: list(range(1, calls + 1)))


def test_what_is_unfinished_says_so_and_ends_at_the_next_opening(
    practice: Renewal, vault: OpenVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object) -> None:
        raise OSError(errno.EIO, "broken")

    with monkeypatch.context() as patch:
        patch.setattr(key_files, "take_over", no_room)
        assert code_of(lambda: practice.rotate(vault)) == "rotation-unfinished"
        assert code_of(lambda: settle_rotation(practice.folder)) == "rotation-unfinished"
    assert read_slots(practice.folder.keys).epoch == 1
    assert practice.check() == 2


# ── the next start ─────────────────────────────────────────────────────────────


def test_without_a_change_under_way_settling_does_nothing(practice: Renewal) -> None:
    before = {file: file.read_bytes() for file in practice.folder.root.iterdir()}
    settle_rotation(practice.folder)
    assert {file: file.read_bytes() for file in practice.folder.root.iterdir()} == before


def test_while_another_program_is_at_it_nobody_settles(practice: Renewal, vault: OpenVault) -> None:
    key_files.write_next(practice.folder, key_files.next_vault(practice.folder, vault, frozenset({BEN})))
    lock = exclusive(practice.folder.vault_lock)
    assert lock is not None
    with lock:
        assert code_of(lambda: settle_rotation(practice.folder)) == "database-busy"
        assert practice.folder.next_keys.exists()
    assert practice.check() == 1


@pytest.mark.parametrize("database", [True, False], ids=["with a database", "without"])
def test_a_damaged_next_file_is_discarded_only_where_the_rename_cannot_have_been(
    practice: Renewal, database: bool
) -> None:
    practice.folder.next_keys.write_bytes(b"rot")
    if database:
        practice.folder.next_database.write_bytes(b"half")
    settle_rotation(practice.folder)
    assert practice.folder.next_keys.exists() is not database
    assert not practice.folder.next_database.exists()
    assert read_slots(practice.folder.keys).epoch == 1


def test_without_the_database_nothing_is_decided(practice: Renewal, vault: OpenVault) -> None:
    key_files.write_next(practice.folder, key_files.next_vault(practice.folder, vault, frozenset({BEN})))
    away = practice.folder.root / "away"
    practice.folder.database.rename(away)
    settle_rotation(practice.folder)
    assert practice.folder.next_keys.exists()
    away.rename(practice.folder.database)
    assert practice.check() == 1


def test_who_opens_meanwhile_is_told_that_it_is_busy(
    practice: Renewal, vault: OpenVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databasefile, "_PAUSE", 0.001)
    key, salt = vault.database_key()
    seen = set()

    def look(_done: int, _all: int) -> None:
        seen.add(
            code_of(lambda: Database.open(practice.folder.database, key, salt, vault.vault_id, vault.epoch))
        )
        assert shared(practice.folder.vault_lock) is None

    practice.rotate(vault, look)
    assert seen == {"database-busy"}
    assert practice.check() == 2
