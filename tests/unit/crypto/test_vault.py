from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.crypto.kdf import FLOOR, KdfParams
from desktop.crypto.keyslots import DeviceSecret, read_slots
from desktop.crypto.vault import (
    OpenVault,
    change_password,
    create_vault,
    enrol_user,
    new_vault_id,
    replace_recovery_key,
    unlock,
    unlock_with_recovery,
)
from desktop.errors import VaultError

ANA, ANA_PASSWORD = "ana-id", "correct horse battery staple"
BEN, BEN_PASSWORD = "ben-id", "quite another long sentence"
SHARE, OTHER_SHARE = b"d" * 32, b"e" * 32
WEAK = KdfParams(2, 64 * 1024, 4)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes, str]:
    """The file of a practice with one user on one computer, its vault key and its recovery key."""
    path = tmp_path_factory.mktemp("made") / "vault.keys"
    created = create_vault(path, ANA, ANA_PASSWORD, DeviceSecret(SHARE), FLOOR)
    return path.read_bytes(), created.vault.vault_key(), created.recovery_key


@pytest.fixture
def path(made: tuple[bytes, bytes, str], tmp_path: Path) -> Path:
    path = tmp_path / "vault.keys"
    path.write_bytes(made[0])
    return path


@pytest.fixture
def recovery_key(made: tuple[bytes, bytes, str]) -> str:
    return made[2]


@pytest.fixture
def vault(made: tuple[bytes, bytes, str], path: Path) -> OpenVault:
    return OpenVault.from_vault_key(path, made[1], ANA)


def refused(path: Path, user: str, password: str, share: bytes | None) -> str:
    with pytest.raises(VaultError) as error:
        unlock(path, user, password, share)
    return error.value.code


def test_password_and_computer_open_what_was_created(path: Path, made: tuple[bytes, bytes, str]) -> None:
    vault = unlock(path, ANA, ANA_PASSWORD, SHARE)
    assert vault.vault_key() == made[1]
    assert (vault.user_id, vault.epoch, len(vault.vault_id)) == (ANA, 1, 16)


def test_a_wrong_password_is_only_a_wrong_password(path: Path) -> None:
    assert refused(path, ANA, ANA_PASSWORD + " ", SHARE) == "wrong-password"
    assert refused(path, ANA, "", SHARE) == "wrong-password"


def test_an_unknown_user_sounds_like_a_wrong_password(path: Path) -> None:
    assert refused(path, "nobody", ANA_PASSWORD, SHARE) == "wrong-password"
    assert refused(path, "", ANA_PASSWORD, SHARE) == "wrong-password"


def test_without_the_computer_s_share_it_says_not_enrolled(path: Path) -> None:
    assert refused(path, ANA, ANA_PASSWORD, None) == "not-enrolled"


@pytest.mark.parametrize("share", [OTHER_SHARE, b"", b"short"])
def test_a_share_of_something_else_is_called_so(path: Path, share: bytes) -> None:
    assert refused(path, ANA, ANA_PASSWORD, share) == "device-mismatch"


def test_a_colleague_s_computer_is_no_mismatch(path: Path, vault: OpenVault) -> None:
    enrol_user(path, vault, BEN, BEN_PASSWORD, DeviceSecret(OTHER_SHARE), FLOOR)
    assert refused(path, ANA, ANA_PASSWORD, OTHER_SHARE) == "not-enrolled"
    assert unlock(path, BEN, BEN_PASSWORD, OTHER_SHARE).vault_key() == vault.vault_key()


def test_a_practice_without_a_key_store_opens_by_password_alone(tmp_path: Path) -> None:
    path = tmp_path / "vault.keys"
    created = create_vault(path, ANA, ANA_PASSWORD, None, FLOOR)
    assert unlock(path, ANA, ANA_PASSWORD, None).vault_key() == created.vault.vault_key()
    assert unlock(path, ANA, ANA_PASSWORD, SHARE).vault_key() == created.vault.vault_key()
    assert refused(path, ANA, "something else entirely", None) == "wrong-password"
    assert read_slots(path).devices == ()


def test_the_share_s_place_may_be_named_before_the_file_exists(tmp_path: Path) -> None:
    vault_id = new_vault_id()
    created = create_vault(tmp_path / "vault.keys", ANA, ANA_PASSWORD, None, FLOOR, vault_id)
    assert created.vault.vault_id == vault_id == read_slots(tmp_path / "vault.keys").vault_id


def test_an_existing_practice_is_never_overwritten(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(VaultError) as error:
        create_vault(path, BEN, BEN_PASSWORD, None, FLOOR)
    assert error.value.code == "vault-exists"
    assert path.read_bytes() == before


def test_a_copy_of_a_lost_file_is_not_overwritten_either(path: Path) -> None:
    path.rename(path.with_name("vault.keys.2"))
    with pytest.raises(VaultError) as error:
        create_vault(path, BEN, BEN_PASSWORD, None, FLOOR)
    assert error.value.code == "vault-exists"


def test_a_cheap_derivation_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(VaultError) as error:
        create_vault(tmp_path / "vault.keys", ANA, ANA_PASSWORD, None, WEAK)
    assert error.value.code == "kdf-too-weak"
    assert list(tmp_path.iterdir()) == []


def test_a_slot_without_a_user_is_a_bug(path: Path, vault: OpenVault) -> None:
    with pytest.raises(ValueError, match="user"):
        enrol_user(path, vault, "", BEN_PASSWORD, None, FLOOR)


# ── the recovery key ───────────────────────────────────────────────────────────


def test_the_recovery_key_opens_without_password_or_computer(
    path: Path, recovery_key: str, vault: OpenVault
) -> None:
    opened = unlock_with_recovery(path, recovery_key.lower().replace("-", " "))
    assert opened.vault_key() == vault.vault_key()
    assert (opened.user_id, opened.signing_key()) == ("", b"")


def test_a_slip_and_a_stranger_s_key_have_different_words(
    path: Path, recovery_key: str, tmp_path: Path
) -> None:
    slip = recovery_key[:-1] + ("7" if recovery_key[-1] != "7" else "8")
    with pytest.raises(VaultError) as mistyped:
        unlock_with_recovery(path, slip)
    stranger = create_vault(tmp_path / "stranger", ANA, ANA_PASSWORD, None, FLOOR).recovery_key
    with pytest.raises(VaultError) as wrong:
        unlock_with_recovery(path, stranger)
    assert (mistyped.value.code, wrong.value.code) == ("recovery-key-mistyped", "recovery-key-wrong")


def test_a_new_recovery_key_ends_the_old_one(path: Path, recovery_key: str, vault: OpenVault) -> None:
    newer = replace_recovery_key(path, vault)
    assert unlock_with_recovery(path, newer).vault_key() == vault.vault_key()
    with pytest.raises(VaultError) as error:
        unlock_with_recovery(path, recovery_key)
    assert error.value.code == "recovery-key-wrong"
    assert unlock(path, ANA, ANA_PASSWORD, SHARE).vault_key() == vault.vault_key()


def test_after_recovery_a_user_is_enrolled_again_on_a_new_computer(path: Path, recovery_key: str) -> None:
    opened = unlock_with_recovery(path, recovery_key)
    change_password(path, opened, ANA, "an entirely new sentence", DeviceSecret(OTHER_SHARE), FLOOR)
    again = unlock(path, ANA, "an entirely new sentence", OTHER_SHARE)
    assert len(again.signing_key()) == 32
    assert refused(path, ANA, ANA_PASSWORD, SHARE) == "device-mismatch"


def test_the_created_value_does_not_print_the_recovery_key(tmp_path: Path) -> None:
    created = create_vault(tmp_path / "vault.keys", ANA, ANA_PASSWORD, None, FLOOR)
    assert created.recovery_key not in repr(created)


# ── users and passwords ────────────────────────────────────────────────────────


def test_a_changed_password_ends_the_old_one_in_the_copies_too(path: Path) -> None:
    vault = unlock(path, ANA, ANA_PASSWORD, SHARE)
    signing = vault.signing_key()
    change_password(path, vault, ANA, "the new one is longer", DeviceSecret(SHARE), FLOOR)
    change_password(path, vault, ANA, "and the third even more", DeviceSecret(SHARE), FLOOR)
    copies = sorted(file for file in path.parent.glob("vault.keys*") if file.suffix != ".lock")
    assert [copy.name for copy in copies] == ["vault.keys", "vault.keys.1"]
    for copy in copies:
        assert refused(copy, ANA, ANA_PASSWORD, SHARE) == "wrong-password"
        assert unlock(copy, ANA, "and the third even more", SHARE).signing_key() == signing


def test_a_changed_password_ends_the_old_one_on_other_computers(path: Path) -> None:
    vault = unlock(path, ANA, ANA_PASSWORD, SHARE)
    enrol_user(path, vault, ANA, "on the second computer", DeviceSecret(OTHER_SHARE), FLOOR)
    assert unlock(path, ANA, "on the second computer", OTHER_SHARE).signing_key() == vault.signing_key()
    change_password(path, vault, ANA, "the new one is longer", DeviceSecret(SHARE), FLOOR)
    assert refused(path, ANA, "on the second computer", OTHER_SHARE) == "device-mismatch"
    assert [device.device_id for device in read_slots(path).devices] == [DeviceSecret(SHARE).device_id]


def test_a_second_user_has_keys_of_their_own(path: Path, vault: OpenVault) -> None:
    enrol_user(path, vault, BEN, BEN_PASSWORD, DeviceSecret(SHARE), FLOOR)
    ben, ana = unlock(path, BEN, BEN_PASSWORD, SHARE), unlock(path, ANA, ANA_PASSWORD, SHARE)
    assert ben.vault_key() == ana.vault_key()
    assert ben.signing_key() != ana.signing_key()
    public = Ed25519PrivateKey.from_private_bytes(ben.signing_key()).public_key().public_bytes_raw()
    assert read_slots(path).of_user(BEN)[0].sign_pk == public


def test_writing_with_a_strange_vault_key_is_refused(path: Path, tmp_path: Path) -> None:
    before = path.read_bytes()
    stranger = create_vault(tmp_path / "stranger", ANA, ANA_PASSWORD, None, FLOOR).vault
    with pytest.raises(VaultError) as error:
        change_password(path, stranger, ANA, BEN_PASSWORD, None, FLOOR)
    assert error.value.code == "vault-altered"
    assert path.read_bytes() == before


def test_a_cheap_new_password_slot_is_refused_and_the_file_stays(path: Path, vault: OpenVault) -> None:
    before = path.read_bytes()
    with pytest.raises(VaultError) as error:
        change_password(path, vault, ANA, BEN_PASSWORD, None, WEAK)
    assert error.value.code == "kdf-too-weak"
    assert path.read_bytes() == before


# ── the keys while open ────────────────────────────────────────────────────────


def test_each_purpose_and_each_epoch_has_its_own_key(vault: OpenVault) -> None:
    key, salt = vault.database_key()
    later = OpenVault(vault.vault_id, 2, ANA, vault.vault_key())
    assert (len(key), len(salt)) == (32, 16)
    assert len({key, vault.key("one"), vault.key("two"), vault.vault_key(), later.database_key()[0]}) == 5
    assert vault.key("one") == vault.key("one")


def test_a_kept_vault_key_opens_with_the_person_s_keys(path: Path) -> None:
    vault = unlock(path, ANA, ANA_PASSWORD, SHARE)
    again = OpenVault.from_vault_key(path, vault.vault_key(), ANA, vault.person_keys())
    assert again.database_key() == vault.database_key()
    assert again.signing_key() == vault.signing_key()


def test_a_kept_vault_key_of_another_practice_is_refused(path: Path) -> None:
    with pytest.raises(VaultError) as error:
        OpenVault.from_vault_key(path, b"k" * 32, ANA)
    assert error.value.code == "vault-altered"


def test_after_closing_no_key_is_given_out(path: Path) -> None:
    vault = unlock(path, ANA, ANA_PASSWORD, SHARE)
    vault.close()
    vault.close()
    for ask in (
        vault.vault_key,
        vault.database_key,
        vault.signing_key,
        vault.person_keys,
        lambda: vault.key("x"),
    ):
        with pytest.raises(VaultError) as error:
            ask()
        assert error.value.code == "vault-locked"


def test_no_secret_stands_in_the_file(path: Path) -> None:
    vault = unlock(path, ANA, ANA_PASSWORD, SHARE)
    text = path.read_text(encoding="ascii")
    secrets = (vault.vault_key(), vault.person_keys()[:32], vault.signing_key(), SHARE, ANA_PASSWORD.encode())
    assert not any(secret.hex() in text or secret.decode("latin-1") in text for secret in secrets)
    assert json.loads(text)["slots"][0]["factors"] == {"device": True, "fido": None}
