"""A vault file of version 1, read by a second reader written from docs/formats/vault-keys.md.

The reader shares no line and no Argon2 with the program; HPKE is written out from RFC 9180.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import unicodedata
from pathlib import Path
from typing import Any

import argon2.low_level
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from desktop.crypto.keyslots import read_slots
from desktop.crypto.vault import OpenVault, unlock, unlock_with_recovery

GOLDEN = Path(__file__).parents[2] / "vectors" / "vault-v1.keys"
USER, PASSWORD = "5d0c2f1be8a94c7fb1f2a0d3c4e59607", "Die ﬁnstre Brücke №1 — golden"
OTHER, OTHER_PASSWORD = "0a1b2c3d4e5f60718293a4b5c6d7e8f9", "a second person without a share"
SHARE = bytes(range(32))
RECOVERY = "NCGS-99N0-3A0E-YN71-D8HN-VAJ0-X6RG-1FND-PW11-XDMB-KEDG-5C7E-AKA0-3GCM"
VAULT_KEY = "878c63263657e08ec9d87374a038f095e5b4ce30d02c10545af8fae21a7b7c6e"
SIGNING_KEY = "d68579d040bde6878a1d0d0980e640b5986a915d2da76212f6d2e97fbfde1796"
DATABASE = "f335cad0ce83f295fc98557b8450f2bbd678b52043f9390fbc9082fa366491fd"
DATABASE_SALT = "5ad1048e124317fda3d7a542a85222fe"
AUDIT_WRAP = "2eece776fe0b908e8884d95032e4b66cff4c7c43fddc7e8ece595307f401a637"


# ── the second reader ──────────────────────────────────────────────────────────


def extract(salt: bytes, material: bytes) -> bytes:
    return hmac.digest(salt, material, hashlib.sha256)


def expand(key: bytes, info: bytes, length: int) -> bytes:
    out, block, count = b"", b"", 1
    while len(out) < length:
        block = hmac.digest(key, block + info + bytes([count]), hashlib.sha256)
        out, count = out + block, count + 1
    return out[:length]


def canonical(tree: Any) -> bytes:
    return json.dumps(tree, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def part(label: str, value: bytes) -> bytes:
    return len(label).to_bytes(2, "big") + label.encode() + len(value).to_bytes(4, "big") + value


def hpke_open(private: bytes, enc: bytes, sealed: bytes, info: bytes, aad: bytes, aead: int) -> bytes:
    """RFC 9180, base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256; `aead` 1 or 2: AES-128 or AES-256-GCM."""

    def labelled_extract(suite: bytes, salt: bytes, label: bytes, value: bytes) -> bytes:
        return extract(salt, b"HPKE-v1" + suite + label + value)

    def labelled_expand(suite: bytes, key: bytes, label: bytes, value: bytes, length: int) -> bytes:
        return expand(key, length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + value, length)

    key = X25519PrivateKey.from_private_bytes(private)
    shared = key.exchange(X25519PublicKey.from_public_bytes(enc))
    kem = b"KEM\x00\x20"
    eae = labelled_extract(kem, b"", b"eae_prk", shared)
    context = enc + key.public_key().public_bytes_raw()
    secret = labelled_expand(kem, eae, b"shared_secret", context, 32)
    suite = b"HPKE\x00\x20\x00\x01" + aead.to_bytes(2, "big")
    hashes = labelled_extract(suite, b"", b"psk_id_hash", b"") + labelled_extract(
        suite, b"", b"info_hash", info
    )
    schedule = b"\x00" + hashes
    prk = labelled_extract(suite, secret, b"secret", b"")
    cipher = AESGCM(labelled_expand(suite, prk, b"key", schedule, 16 if aead == 1 else 32))
    return cipher.decrypt(labelled_expand(suite, prk, b"base_nonce", schedule, 12), sealed, aad)


def read_paper(paper: str) -> bytes:
    number = 0
    for digit in paper.replace("-", "")[:52]:
        number = number << 5 | "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(digit)
    return (number >> 4).to_bytes(32, "big")


def password_material(slot: dict[str, Any], password: str, share: bytes | None) -> bytes:
    kdf = slot["kdf"]
    assert kdf["alg"] == "argon2id"
    typed = unicodedata.normalize("NFKC", password).encode()
    stretched = argon2.low_level.hash_secret_raw(
        typed, bytes.fromhex(kdf["salt"]), kdf["t"], kdf["m"], kdf["p"], 32, argon2.low_level.Type.ID
    )
    return part("pw", stretched) + (part("dev", share) if share else b"")


def second_reader(
    tree: dict[str, Any], slot: dict[str, Any], material: bytes, flags: int
) -> tuple[bytes, bytes]:
    """The person's keys and the vault key."""
    vault_id, slot_id = bytes.fromhex(tree["vault_id"]), bytes.fromhex(slot["slot_id"])
    prk = extract(vault_id, material)
    assert expand(prk, b"sealwell/commit/1", 32).hex() == slot["commit"]
    kek = expand(prk, b"sealwell/kek/1" + slot_id + bytes([flags]) + canonical(slot["kdf"]), 32)
    header = {name: value for name, value in slot.items() if name not in ("wrapped_sk", "sealed_vk")}
    keys = AESGCM(kek).decrypt(
        bytes.fromhex(slot["nonce"]),
        bytes.fromhex(slot["wrapped_sk"]),
        b"sealwell/slot/1" + vault_id + canonical(header),
    )
    box = bytes.fromhex(slot["sealed_vk"][str(tree["epoch"])])
    info = b"sealwell/vault-key/1" + vault_id + tree["epoch"].to_bytes(4, "big") + slot_id
    vault_key = hpke_open(keys[:32], box[:32], box[32:], info, b"", 2)
    unsealed = {name: value for name, value in tree.items() if name not in ("mac", "sum")}
    mac_key = expand(vault_key, b"sealwell/keyslots-mac/1" + vault_id, 32)
    assert hmac.digest(mac_key, canonical(unsealed), hashlib.sha256).hex() == tree["mac"]
    return keys, vault_key


@pytest.fixture(scope="module")
def tree() -> dict[str, Any]:
    data = GOLDEN.read_bytes()
    parsed: dict[str, Any] = json.loads(data)
    assert canonical(parsed) == data
    summed = {name: value for name, value in parsed.items() if name != "sum"}
    assert hashlib.sha256(canonical(summed)).hexdigest() == parsed["sum"]
    return parsed


def slot_of(tree: dict[str, Any], uid: str) -> dict[str, Any]:
    (slot,) = (slot for slot in tree["slots"] if slot["uid"] == uid)
    return dict(slot)


# ── what both make of it ───────────────────────────────────────────────────────


def test_the_second_reader_s_hpke_is_that_of_rfc_9180() -> None:
    plain = hpke_open(
        bytes.fromhex("4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8"),
        bytes.fromhex("37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431"),
        bytes.fromhex(
            "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a"
        ),
        b"Ode on a Grecian Urn",
        b"Count-0",
        1,
    )
    assert plain == b"Beauty is truth, truth beauty"


def test_a_user_with_a_share_is_read_by_the_second_reader(tree: dict[str, Any]) -> None:
    slot = slot_of(tree, USER)
    keys, vault_key = second_reader(tree, slot, password_material(slot, PASSWORD, SHARE), 1 | 2)
    assert vault_key.hex() == VAULT_KEY
    assert keys[32:].hex() == SIGNING_KEY
    signer = Ed25519PrivateKey.from_private_bytes(keys[32:]).public_key().public_bytes_raw()
    assert signer.hex() == slot["sign_pk"]
    assert X25519PrivateKey.from_private_bytes(keys[:32]).public_key().public_bytes_raw().hex() == slot["pk"]


def test_a_user_without_a_share_is_read_by_the_second_reader(tree: dict[str, Any]) -> None:
    slot = slot_of(tree, OTHER)
    _, vault_key = second_reader(tree, slot, password_material(slot, OTHER_PASSWORD, None), 1)
    assert vault_key.hex() == VAULT_KEY


def test_the_recovery_key_is_read_by_the_second_reader(tree: dict[str, Any]) -> None:
    keys, vault_key = second_reader(tree, slot_of(tree, ""), part("rk", read_paper(RECOVERY)), 8)
    assert vault_key.hex() == VAULT_KEY
    assert len(keys) == 32


def test_the_device_list_names_the_share(tree: dict[str, Any]) -> None:
    prk = extract(b"", SHARE)
    assert tree["devices"] == [
        {
            "device_id": expand(prk, b"sealwell/device-id/1", 16).hex(),
            "check8": expand(prk, b"sealwell/device-check/1", 8).hex(),
        }
    ]


def assert_golden(vault: OpenVault) -> None:
    assert vault.vault_key().hex() == VAULT_KEY
    assert tuple(key.hex() for key in vault.database_key()) == (DATABASE, DATABASE_SALT)
    assert vault.key("audit-wrap").hex() == AUDIT_WRAP


def test_the_program_still_opens_it_in_all_three_ways() -> None:
    one = unlock(GOLDEN, USER, PASSWORD, SHARE)
    assert_golden(one)
    assert one.signing_key().hex() == SIGNING_KEY
    assert_golden(unlock(GOLDEN, OTHER, OTHER_PASSWORD, None))
    assert_golden(unlock_with_recovery(GOLDEN, RECOVERY))


def test_the_derived_keys_follow_the_page() -> None:
    vault_key = bytes.fromhex(VAULT_KEY)
    database = expand(vault_key, b"sealwell/database/1" + (1).to_bytes(4, "big"), 48)
    assert (database[:32].hex(), database[32:].hex()) == (DATABASE, DATABASE_SALT)
    assert expand(vault_key, b"sealwell/key/1/audit-wrap", 32).hex() == AUDIT_WRAP


def test_reading_changes_nothing() -> None:
    before = GOLDEN.read_bytes()
    read_slots(GOLDEN)
    assert GOLDEN.read_bytes() == before
