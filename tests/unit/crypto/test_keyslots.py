"""Damage, tampering and crashes: what the file says when it is not what was written."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from desktop.crypto.kdf import FLOOR
from desktop.crypto.keyslots import (
    DeviceSecret,
    discard_slots,
    intact_copies,
    move_slots,
    read_slots,
    restore_previous,
)
from desktop.crypto.vault import (
    OpenVault,
    change_password,
    create_vault,
    enrol_user,
    unlock,
    unlock_with_recovery,
)
from desktop.errors import VaultError

ANA, PASSWORD, SHARE = "ana-id", "correct horse battery staple", b"d" * 32
ROOT = Path(__file__).parents[3]
Tree = dict[str, Any]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes, str]:
    path = tmp_path_factory.mktemp("made") / "vault.keys"
    created = create_vault(path, ANA, PASSWORD, DeviceSecret(SHARE), FLOOR)
    return path.read_bytes(), created.vault.vault_key(), created.recovery_key


@pytest.fixture
def path(made: tuple[bytes, bytes, str], tmp_path: Path) -> Path:
    path = tmp_path / "vault.keys"
    path.write_bytes(made[0])
    return path


@pytest.fixture
def vault(made: tuple[bytes, bytes, str], path: Path) -> OpenVault:
    return OpenVault.from_vault_key(path, made[1], ANA)


def reading(path: Path) -> VaultError:
    with pytest.raises(VaultError) as error:
        read_slots(path)
    return error.value


def opening(path: Path, password: str = PASSWORD) -> str:
    with pytest.raises(VaultError) as error:
        unlock(path, ANA, password, SHARE)
    return error.value.code


def summed(tree: Tree) -> bytes:
    """The file of somebody who knows the format, but not the vault key."""
    body = {name: value for name, value in tree.items() if name != "sum"}
    return rfc8785.dumps({**body, "sum": hashlib.sha256(rfc8785.dumps(body)).hexdigest()})


def forge(path: Path, change: Callable[[Tree], object]) -> None:
    tree = json.loads(path.read_bytes())
    change(tree)
    path.write_bytes(summed(tree))


def slot(tree: Tree, kind: str = "user") -> Tree:
    return next(slot for slot in tree["slots"] if slot["type"] == kind)


# ── damage ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("bits", [0x01, 0x02, 0x20, 0x80])
def test_any_changed_byte_is_damage(path: Path, bits: int) -> None:
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ bits]) + whole[at + 1 :])
        assert reading(path).code == "vault-damaged", at


def test_any_shorter_or_longer_file_is_damage(path: Path) -> None:
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert reading(path).code == "vault-damaged", length
    for more in (b"\n", b" ", b"\x00", whole):
        path.write_bytes(whole + more)
        assert reading(path).code == "vault-damaged"


@pytest.mark.parametrize(
    "content",
    [
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 200_000,
        b'{"v":NaN}',
        b'{"v":1e400}',
        b"9" * 5000,
        bytes(2 << 20),
    ],
)
def test_what_was_never_such_a_file_is_damage(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert reading(path).code == "vault-damaged"


def test_the_same_content_in_another_spelling_is_damage(path: Path) -> None:
    tree = json.loads(path.read_bytes())
    path.write_text(json.dumps(tree, indent=1), encoding="ascii")
    assert reading(path).code == "vault-damaged"


def test_damage_is_found_before_the_password_is_tried(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b'"epoch":1', b'"epoch":2'))
    assert opening(path, "a wrong password") == "vault-damaged"


def test_a_missing_and_an_unreadable_file_have_words_of_their_own(path: Path) -> None:
    path.unlink()
    missing = reading(path)
    assert (missing.code, missing.params) == (
        "vault-missing",
        {"file": "vault.keys", "copy": "", "copies": 0},
    )
    path.mkdir()
    assert reading(path).code == "vault-unreadable"


def test_a_newer_version_is_called_newer(path: Path) -> None:
    forge(path, lambda tree: tree.update(v=3, something="new"))
    assert reading(path).code == "vault-newer"


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: slot(tree).update(type="officer"),
        lambda tree: slot(tree)["kdf"].update(alg="argon3"),
        lambda tree: slot(tree)["factors"].update(fido={"cred_id": "00", "api": "ctap3"}),
    ],
)
def test_a_way_in_that_this_version_does_not_know_is_called_newer(
    path: Path, change: Callable[[Tree], object]
) -> None:
    forge(path, change)
    assert reading(path).code == "vault-newer"


# ── tampering by somebody who can make the sum right ───────────────────────────


MALFORMED: list[Callable[[Tree], object]] = [
    lambda tree: tree.pop("mac"),
    lambda tree: tree.pop("slots"),
    lambda tree: tree.update(slots={}),
    lambda tree: tree.update(slots=[1]),
    lambda tree: tree.update(epoch=0),
    lambda tree: tree.update(epoch=True),
    lambda tree: tree.update(vault_id="00"),
    lambda tree: tree.update(more="x"),
    lambda tree: tree.update(devices=[{"device_id": 1, "check8": "0000000000000000"}]),
    lambda tree: slot(tree).update(uid=7),
    lambda tree: slot(tree).update(uid="x" * 300),
    lambda tree: slot(tree).update(pk="zz"),
    lambda tree: slot(tree).update(pk=slot(tree)["pk"].upper()),
    lambda tree: slot(tree).update(nonce=""),
    lambda tree: slot(tree).update(wrapped_sk=""),
    lambda tree: slot(tree).update(sealed_vk={"one": ""}),
    lambda tree: slot(tree).update(sealed_vk={"01": "00"}),
    lambda tree: slot(tree)["factors"].update(device=False),
    lambda tree: slot(tree)["kdf"].update(m=2**40),
    lambda tree: slot(tree)["kdf"].update(m="65536"),
    lambda tree: slot(tree).update(kdf={"alg": "hkdf", "salt": "00" * 16}),
    lambda tree: slot(tree, "recovery").update(kdf=slot(tree)["kdf"]),
]


@pytest.mark.parametrize("change", MALFORMED)
def test_a_file_that_does_not_make_sense_is_damage(path: Path, change: Callable[[Tree], object]) -> None:
    forge(path, change)
    assert reading(path).code == "vault-damaged"


def test_a_removed_slot_is_seen_after_unlocking(path: Path) -> None:
    forge(path, lambda tree: tree["slots"].remove(slot(tree, "recovery")))
    assert opening(path) == "vault-altered"


def test_an_added_slot_is_seen_after_unlocking(path: Path, tmp_path: Path) -> None:
    create_vault(tmp_path / "other", "intruder", PASSWORD, None, FLOOR)
    intruder = slot(json.loads((tmp_path / "other").read_bytes()))
    forge(path, lambda tree: tree["slots"].append(intruder))
    assert opening(path) == "vault-altered"


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: tree["slots"].reverse(),
        lambda tree: tree["devices"].append({"device_id": "x", "check8": "00" * 8}),
        lambda tree: tree["min_params"].update(t=1),
        lambda tree: slot(tree, "recovery").update(commit="00" * 32),
        lambda tree: tree.update(mac="00" * 32),
    ],
)
def test_any_other_change_is_seen_after_unlocking(path: Path, change: Callable[[Tree], object]) -> None:
    forge(path, change)
    assert opening(path) == "vault-altered"


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: slot(tree).update(uid=ANA, slot_id="00" * 16),
        lambda tree: slot(tree).update(pk="09" + "00" * 31),
        lambda tree: slot(tree).update(sign_pk="00" * 32),
        lambda tree: slot(tree).update(nonce="00" * 12),
        lambda tree: slot(tree).update(wrapped_sk="00" * 80),
        lambda tree: slot(tree).update(sealed_vk={"1": "00" * 80}),
        lambda tree: slot(tree).update(sealed_vk=slot(tree, "recovery")["sealed_vk"]),
        lambda tree: slot(tree).update(sealed_vk={}),
        lambda tree: tree.update(epoch=2),
    ],
)
def test_a_changed_slot_says_that_the_password_is_right(path: Path, change: Callable[[Tree], object]) -> None:
    forge(path, change)
    assert opening(path) == "slot-damaged"


@pytest.mark.parametrize("cost", [{"t": 1}, {"m": 8192}, {"t": 1, "m": 8, "p": 1}])
def test_a_cheaper_derivation_is_refused_before_it_runs(path: Path, cost: dict[str, int]) -> None:
    forge(path, lambda tree: slot(tree)["kdf"].update(cost))
    assert opening(path) == "kdf-too-weak"


def test_a_costlier_derivation_opens_nothing(path: Path) -> None:
    forge(path, lambda tree: slot(tree)["kdf"].update(t=4))
    assert opening(path) == "wrong-password"


def test_a_slot_made_to_need_no_computer_opens_nothing(path: Path) -> None:
    forge(path, lambda tree: slot(tree).update(device_id=None, factors={"device": False, "fido": None}))
    assert opening(path) == "wrong-password"


def test_a_tampered_recovery_slot_opens_nothing(path: Path, made: tuple[bytes, bytes, str]) -> None:
    forge(path, lambda tree: slot(tree, "recovery").update(wrapped_sk="00" * 48))
    with pytest.raises(VaultError) as error:
        unlock_with_recovery(path, made[2])
    assert error.value.code == "slot-damaged"


def test_a_slot_of_another_practice_opens_nothing_here(path: Path, tmp_path: Path) -> None:
    create_vault(tmp_path / "other", ANA, PASSWORD, DeviceSecret(SHARE), FLOOR)
    other = slot(json.loads((tmp_path / "other").read_bytes()))
    forge(path, lambda tree: tree["slots"].__setitem__(tree["slots"].index(slot(tree)), other))
    assert opening(path) == "wrong-password"


# ── copies ─────────────────────────────────────────────────────────────────────


def test_the_newest_copy_is_named_and_put_back(path: Path, vault: OpenVault) -> None:
    for number in range(4):
        enrol_user(path, vault, f"user-{number}", PASSWORD, None, FLOOR)
    written = path.read_bytes()
    assert [copy.name for copy in intact_copies(path)] == ["vault.keys.1", "vault.keys.2", "vault.keys.3"]
    path.write_bytes(written[:-9])
    damaged = reading(path)
    assert damaged.params == {"file": "vault.keys", "copy": "vault.keys.1", "copies": 3}
    assert restore_previous(path).name == "vault.keys.1"
    assert path.read_bytes() == written
    assert path.with_name("vault.keys.damaged").read_bytes() == written[:-9]
    assert unlock(path, "user-3", PASSWORD, None).vault_key() == vault.vault_key()


def test_a_damaged_copy_is_passed_over(path: Path, vault: OpenVault) -> None:
    for number in range(2):
        enrol_user(path, vault, f"user-{number}", PASSWORD, None, FLOOR)
    path.unlink()
    path.with_name("vault.keys.1").write_bytes(b"rot")
    assert reading(path).params == {"file": "vault.keys", "copy": "vault.keys.2", "copies": 1}
    assert restore_previous(path).name == "vault.keys.2"
    assert [s.uid for s in read_slots(path).slots] == [ANA, "", "user-0"]


def test_without_a_copy_nothing_is_touched(path: Path) -> None:
    path.write_bytes(b"rot")
    with pytest.raises(VaultError) as error:
        restore_previous(path)
    assert error.value.code == "vault-no-copy"
    assert path.read_bytes() == b"rot"


def test_a_finished_set_up_takes_its_copies_along(path: Path, tmp_path: Path) -> None:
    create_vault(tmp_path / "setup", ANA, PASSWORD, None, FLOOR)
    path.unlink()
    move_slots(tmp_path / "setup", path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["vault.keys", "vault.keys.1"]
    assert read_slots(path) == read_slots(path.with_name("vault.keys.1"))


def test_an_unfinished_set_up_leaves_nothing_in_the_way_of_the_next(path: Path, tmp_path: Path) -> None:
    for _ in range(2):
        create_vault(tmp_path / "setup", ANA, PASSWORD, None, FLOOR)
        discard_slots(tmp_path / "setup")
        assert list(tmp_path.iterdir()) == [path]
    discard_slots(tmp_path / "setup")


def test_the_file_and_its_copies_are_for_their_owner_only(path: Path, vault: OpenVault) -> None:
    enrol_user(path, vault, "ben", PASSWORD, None, FLOOR)
    enrol_user(path, vault, "eva", PASSWORD, None, FLOOR)
    if sys.platform != "win32":
        assert {file.stat().st_mode & 0o777 for file in path.parent.glob("vault.keys*")} == {0o600}


# ── crashes ────────────────────────────────────────────────────────────────────


def test_what_a_killed_write_has_left_goes_with_the_next(path: Path, vault: OpenVault) -> None:
    for name in (".vault.keys.7.tmp", ".vault.keys.1.7.tmp", ".vault.keys.next.7.tmp"):
        path.with_name(name).write_bytes(path.read_bytes())
    path.with_name(".other.7.tmp").write_bytes(b"not ours")
    enrol_user(path, vault, "ben", PASSWORD, None, FLOOR)
    assert [file.name for file in path.parent.glob(".*")] == [".other.7.tmp"]


DYING = """
import os, sys
from pathlib import Path
from desktop.crypto.kdf import FLOOR
from desktop.crypto.vault import OpenVault, change_password

path, key, name, last = Path(sys.argv[1]), bytes.fromhex(sys.argv[2]), sys.argv[3], int(sys.argv[4])
vault = OpenVault.from_vault_key(path, key, "ana-id")
real, calls = getattr(os, name), 0

def dying(*given, **named):
    global calls
    calls += 1
    if calls == last:
        os._exit(9)
    return real(*given, **named)

setattr(os, name, dying)
change_password(path, vault, "ana-id", "a password after the crash", None, FLOOR)
"""


@pytest.mark.parametrize(("call", "times"), [("replace", 3), ("fsync", 4), ("unlink", 1)])
def test_a_crash_at_any_step_leaves_a_file_that_opens(
    path: Path, vault: OpenVault, call: str, times: int, made: tuple[bytes, bytes, str]
) -> None:
    enrol_user(path, vault, "ben", PASSWORD, None, FLOOR)
    before = {file: file.read_bytes() for file in path.parent.iterdir()}
    for step in range(1, times + 1):
        for file in path.parent.iterdir():
            file.unlink()
        for file, data in before.items():
            file.write_bytes(data)
        arguments = [str(path), made[1].hex(), call, str(step)]
        ended = subprocess.run([sys.executable, "-c", DYING, *arguments], cwd=ROOT, check=False)
        assert ended.returncode == 9
        if read_slots(path).of_user(ANA)[0].device_id is None:
            opened = unlock(path, ANA, "a password after the crash", None)
        else:
            opened = unlock(path, ANA, PASSWORD, SHARE)
        assert opened.vault_key() == made[1]
        change_password(path, opened, ANA, "and life goes on after it", None, FLOOR)
        assert unlock(path, ANA, "and life goes on after it", None).vault_key() == made[1]
