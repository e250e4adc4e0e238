"""Security keys as a factor: nothing opens without them, and nobody is locked out by accident."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from desktop.crypto.kdf import FLOOR
from desktop.crypto.keyslots import DeviceSecret, Fido, read_slots
from desktop.crypto.members import add_security_key, remove_security_key, remove_user, users_of
from desktop.crypto.vault import (
    KeyAnswer,
    NewKey,
    OpenVault,
    change_password,
    create_vault,
    enrol_user,
    key_challenge,
    replace_recovery_key,
    unlock,
    unlock_with_recovery,
)
from desktop.errors import VaultError

ANA, PASSWORD = "ana-id", "correct horse battery staple"
BEN, BEN_PASSWORD = "ben-id", "quite another long sentence"
SHARE, OTHER_SHARE = b"d" * 32, b"e" * 32
FIRST = NewKey(Fido(b"first", "sealwell.local", b"1" * 32, "hmac-secret"), b"a" * 32)
SECOND = NewKey(Fido(b"second", "sealwell.local", b"2" * 32, "prf"), b"b" * 32)
THIRD = NewKey(Fido(b"third", "sealwell.local", b"3" * 32, "prf"), b"c" * 32)
Tree = dict[str, Any]
Made = tuple[bytes, bytes, str]


def answer(key: NewKey, secret: bytes | None = None) -> KeyAnswer:
    return KeyAnswer(key.fido.cred_id, secret or key.secret)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Ana on one computer with one key; Ben without; the vault key and the recovery key."""
    path = tmp_path_factory.mktemp("made") / "vault.keys"
    created = create_vault(path, ANA, PASSWORD, DeviceSecret(SHARE), FLOOR)
    enrol_user(path, created.vault, BEN, BEN_PASSWORD, DeviceSecret(SHARE), FLOOR)
    add_security_key(path, created.vault, ANA, PASSWORD, DeviceSecret(SHARE), FLOOR, FIRST.fido, FIRST.secret)
    return path.read_bytes(), created.vault.vault_key(), created.recovery_key


@pytest.fixture
def path(made: Made, tmp_path: Path) -> Path:
    path = tmp_path / "vault.keys"
    path.write_bytes(made[0])
    return path


@pytest.fixture
def vault(made: Made, path: Path) -> OpenVault:
    return OpenVault.from_vault_key(path, made[1], ANA)


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(VaultError) as refused:
        work()
    return refused.value.code


def ana(
    path: Path, key: KeyAnswer | None, password: str = PASSWORD, share: bytes | None = SHARE
) -> OpenVault:
    return unlock(path, ANA, password, share, key)


# ── opening ────────────────────────────────────────────────────────────────────


def test_password_computer_and_key_open_together(path: Path, vault: OpenVault) -> None:
    assert key_challenge(path, ANA, SHARE) == (FIRST.fido,)
    assert ana(path, answer(FIRST)).vault_key() == vault.vault_key()


def test_without_the_key_it_is_asked_for(path: Path) -> None:
    assert code_of(lambda: ana(path, None)) == "security-key-needed"


def test_somebody_else_s_key_is_the_wrong_one(path: Path) -> None:
    assert code_of(lambda: ana(path, answer(SECOND))) == "security-key-wrong"


@pytest.mark.parametrize("secret", [b"z" * 32, b"", b"a" * 31])
def test_a_secret_that_does_not_fit_cannot_be_told_from_a_wrong_password(path: Path, secret: bytes) -> None:
    wrong = KeyAnswer(FIRST.fido.cred_id, secret)
    assert code_of(lambda: ana(path, wrong)) == "wrong-password"
    assert code_of(lambda: ana(path, answer(FIRST), "a wrong password")) == "wrong-password"


def test_the_computer_is_asked_for_before_the_key(path: Path) -> None:
    assert code_of(lambda: ana(path, None, share=None)) == "not-enrolled"
    assert code_of(lambda: key_challenge(path, ANA, OTHER_SHARE)) == "device-mismatch"


def test_who_has_no_key_needs_none(path: Path) -> None:
    assert key_challenge(path, BEN, SHARE) == ()
    assert unlock(path, BEN, BEN_PASSWORD, SHARE).user_id == BEN
    assert code_of(lambda: unlock(path, BEN, BEN_PASSWORD, SHARE, answer(FIRST))) == "security-key-wrong"


def test_an_unknown_user_sounds_like_a_wrong_password_with_a_key_too(path: Path) -> None:
    assert key_challenge(path, "nobody", SHARE) == ()
    assert code_of(lambda: unlock(path, "nobody", PASSWORD, SHARE, answer(FIRST))) == "wrong-password"


def test_g18_the_recovery_key_needs_neither(path: Path, made: Made) -> None:
    assert unlock_with_recovery(path, made[2]).vault_key() == made[1]


def test_the_answer_is_not_printed(path: Path) -> None:
    for thing in (FIRST, answer(FIRST)):
        assert repr(b"a" * 32) not in repr(thing)
        assert "first" in repr(thing)


@pytest.mark.parametrize(
    "fields",
    [
        {"cred_id": b""},
        {"cred_id": b"x" * 1025},
        {"salt": b"short"},
        {"rp_id": ""},
        {"rp_id": "x" * 257},
        {"api": "other"},
    ],
)
def test_what_no_slot_can_hold_is_a_bug(fields: dict[str, Any]) -> None:
    usual = {"cred_id": b"id", "rp_id": "sealwell.local", "salt": b"s" * 32, "api": "prf"}
    with pytest.raises(ValueError, match=r"credential|security key"):
        Fido(**{**usual, **fields})


def test_an_answer_of_another_length_is_a_bug() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        NewKey(FIRST.fido, b"short")


# ── tampering ──────────────────────────────────────────────────────────────────


def forge(path: Path, change: Callable[[Tree], object]) -> None:
    """As somebody who knows the format, but not the vault key."""
    tree = json.loads(path.read_bytes())
    slot = next(slot for slot in tree["slots"] if slot["uid"] == ANA)
    change(slot)
    body = {name: value for name, value in tree.items() if name != "sum"}
    path.write_bytes(rfc8785.dumps({**body, "sum": hashlib.sha256(rfc8785.dumps(body)).hexdigest()}))


def fido(slot: Tree) -> Tree:
    found: Tree = slot["factors"]["fido"]
    return found


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda slot: fido(slot).update(salt="00" * 32), "slot-damaged"),
        (lambda slot: fido(slot).update(rp_id="evil.example"), "slot-damaged"),
        (lambda slot: fido(slot).update(api="prf"), "slot-damaged"),
        (lambda slot: fido(slot).update(cred_id="00"), "security-key-wrong"),
        # Without any key it would be a file of version 1; see also the next test.
        (lambda slot: slot["factors"].update(fido=None), "vault-damaged"),
        (lambda slot: fido(slot).update(uv=False), "vault-damaged"),
        (lambda slot: fido(slot).pop("uv"), "vault-damaged"),
        (lambda slot: fido(slot).update(salt="00"), "vault-damaged"),
        (lambda slot: fido(slot).update(cred_id=""), "vault-damaged"),
        (lambda slot: fido(slot).update(more="x"), "vault-damaged"),
        (lambda slot: fido(slot).update(api="ctap9"), "vault-newer"),
        (lambda slot: slot.update(until=5), "vault-damaged"),
    ],
)
def test_each_field_of_the_key_is_bound(path: Path, change: Callable[[Tree], object], code: str) -> None:
    forge(path, change)
    assert code_of(lambda: ana(path, answer(FIRST))) == code


def test_a_slot_made_to_need_no_key_opens_nothing(path: Path) -> None:
    enrolled = Fido(b"ben's", "sealwell.local", b"4" * 32, "prf")
    vault = ana(path, answer(FIRST))
    enrol_user(path, vault, BEN, BEN_PASSWORD, DeviceSecret(SHARE), FLOOR, NewKey(enrolled, b"d" * 32))
    forge(path, lambda slot: slot["factors"].update(fido=None))
    assert code_of(lambda: ana(path, None)) == "wrong-password"


# ── adding and removing ────────────────────────────────────────────────────────


def test_the_first_key_ends_the_slots_without_one_on_every_computer(tmp_path: Path) -> None:
    path = tmp_path / "vault.keys"
    vault = create_vault(path, ANA, PASSWORD, DeviceSecret(SHARE), FLOOR).vault
    enrol_user(path, vault, ANA, PASSWORD, DeviceSecret(OTHER_SHARE), FLOOR)
    add_security_key(path, vault, ANA, PASSWORD, DeviceSecret(SHARE), FLOOR, FIRST.fido, FIRST.secret)
    assert [slot.fido for slot in read_slots(path).of_user(ANA)] == [FIRST.fido]
    assert code_of(lambda: ana(path, None)) == "security-key-needed"
    assert code_of(lambda: ana(path, None, share=OTHER_SHARE)) == "device-mismatch"
    copies = sorted(file.name for file in tmp_path.iterdir() if file.suffix != ".lock")
    assert copies == ["vault.keys", "vault.keys.1"]


def test_a_mistyped_password_does_not_become_the_one_that_opens(path: Path, vault: OpenVault) -> None:
    before = path.read_bytes()
    add = (path, vault, BEN, "a slip of the finger", DeviceSecret(SHARE), FLOOR, SECOND.fido, SECOND.secret)
    assert code_of(lambda: add_security_key(*add)) == "wrong-password"
    assert path.read_bytes() == before


def test_either_of_two_keys_opens(path: Path, vault: OpenVault) -> None:
    add_security_key(path, vault, ANA, PASSWORD, DeviceSecret(SHARE), FLOOR, SECOND.fido, SECOND.secret)
    assert key_challenge(path, ANA, SHARE) == (FIRST.fido, SECOND.fido)
    assert ana(path, answer(FIRST)).vault_key() == ana(path, answer(SECOND)).vault_key()
    assert code_of(lambda: ana(path, answer(SECOND, FIRST.secret))) == "wrong-password"


def test_the_same_key_again_replaces_itself(path: Path, vault: OpenVault) -> None:
    again = NewKey(Fido(b"first", "sealwell.local", b"9" * 32, "hmac-secret"), b"n" * 32)
    enrol_user(path, vault, ANA, PASSWORD, DeviceSecret(SHARE), FLOOR, again)
    assert key_challenge(path, ANA, SHARE) == (again.fido,)
    assert ana(path, answer(again)).vault_key() == vault.vault_key()
    assert code_of(lambda: ana(path, answer(FIRST))) == "wrong-password"


def test_who_has_a_key_gets_no_slot_without_one(path: Path, vault: OpenVault) -> None:
    before = path.read_bytes()
    for device in (DeviceSecret(SHARE), DeviceSecret(OTHER_SHARE), None):
        code = code_of(lambda device=device: enrol_user(path, vault, ANA, PASSWORD, device, FLOOR))  # type: ignore[misc]
        assert code == "security-key-needed"
    assert path.read_bytes() == before


def test_a_key_on_a_second_computer(path: Path, vault: OpenVault) -> None:
    enrol_user(path, vault, ANA, PASSWORD, DeviceSecret(OTHER_SHARE), FLOOR, FIRST)
    assert ana(path, answer(FIRST)).vault_key() == ana(path, answer(FIRST), share=OTHER_SHARE).vault_key()
    remove_security_key(
        path, vault, ANA, b"first", password=PASSWORD, device=DeviceSecret(OTHER_SHARE), params=FLOOR
    )
    assert ana(path, None, share=OTHER_SHARE).vault_key() == vault.vault_key()
    assert code_of(lambda: ana(path, answer(FIRST))) == "not-enrolled"


def test_a_lost_key_opens_nothing_any_more(path: Path, vault: OpenVault) -> None:
    enrol_user(path, vault, ANA, PASSWORD, DeviceSecret(SHARE), FLOOR, SECOND)
    remove_security_key(path, vault, ANA, b"first")
    assert code_of(lambda: ana(path, answer(FIRST))) == "security-key-wrong"
    assert ana(path, answer(SECOND)).vault_key() == vault.vault_key()


def test_the_last_key_goes_only_for_a_slot_without_one(path: Path, vault: OpenVault) -> None:
    before = path.read_bytes()
    assert code_of(lambda: remove_security_key(path, vault, ANA, b"first")) == "security-key-last"
    assert code_of(lambda: remove_security_key(path, vault, ANA, b"other")) == "security-key-wrong"
    assert path.read_bytes() == before
    device = DeviceSecret(SHARE)
    remove_security_key(path, vault, ANA, b"first", password=PASSWORD, device=device, params=FLOOR)
    assert ana(path, None).vault_key() == vault.vault_key()
    assert key_challenge(path, ANA, SHARE) == ()


# ── a new password ─────────────────────────────────────────────────────────────

NEW_PASSWORD = "an entirely new sentence"


def test_a_new_password_asks_for_the_keys_again_and_drops_the_absent(path: Path, vault: OpenVault) -> None:
    for key in (SECOND, THIRD):
        enrol_user(path, vault, ANA, PASSWORD, DeviceSecret(SHARE), FLOOR, key)
    change_password(path, vault, ANA, NEW_PASSWORD, DeviceSecret(SHARE), FLOOR, (FIRST, SECOND))
    assert key_challenge(path, ANA, SHARE) == (FIRST.fido, SECOND.fido)
    for key in (FIRST, SECOND):
        assert ana(path, answer(key), NEW_PASSWORD).vault_key() == vault.vault_key()
        assert code_of(lambda key=key: ana(path, answer(key))) == "wrong-password"  # type: ignore[misc]
    assert code_of(lambda: ana(path, answer(THIRD), NEW_PASSWORD)) == "security-key-wrong"


def test_nobody_sheds_their_key_by_changing_their_password(path: Path, vault: OpenVault) -> None:
    before = path.read_bytes()
    change = (path, vault, ANA, NEW_PASSWORD, DeviceSecret(SHARE), FLOOR)
    assert code_of(lambda: change_password(*change)) == "security-key-needed"
    assert path.read_bytes() == before


def test_g18_after_the_recovery_key_the_lost_keys_are_gone(path: Path, made: Made) -> None:
    opened = unlock_with_recovery(path, made[2])
    change_password(path, opened, ANA, NEW_PASSWORD, DeviceSecret(OTHER_SHARE), FLOOR)
    replace_recovery_key(path, opened)
    assert ana(path, None, NEW_PASSWORD, OTHER_SHARE).vault_key() == made[1]
    assert code_of(lambda: ana(path, answer(FIRST))) == "not-enrolled"


# ── people ─────────────────────────────────────────────────────────────────────


def test_a_removed_person_has_no_slot_and_no_copy(path: Path, vault: OpenVault) -> None:
    enrol_user(path, vault, BEN, BEN_PASSWORD, DeviceSecret(OTHER_SHARE), FLOOR)
    assert users_of(path) == {ANA, BEN}
    remove_user(path, vault, BEN)
    assert users_of(path) == {ANA}
    assert [device.device_id for device in read_slots(path).devices] == [DeviceSecret(SHARE).device_id]
    for file in path.parent.glob("vault.keys*[!k]"):
        assert code_of(lambda file=file: unlock(file, BEN, BEN_PASSWORD, SHARE)) == "wrong-password"  # type: ignore[misc]
    assert ana(path, answer(FIRST)).vault_key() == vault.vault_key()


def test_removing_nobody_changes_nothing(path: Path, vault: OpenVault) -> None:
    before = path.stat().st_mtime_ns
    remove_user(path, vault, "nobody")
    remove_user(path, vault, "")
    assert path.stat().st_mtime_ns == before
