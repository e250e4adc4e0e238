"""A vault file of version 2, read by the second reader: security keys, an invitation, a changed vault key."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from desktop.crypto.invitations import open_invitation
from desktop.crypto.keyslots import Fido, read_slots
from desktop.crypto.vault import KeyAnswer, key_challenge, unlock, unlock_with_recovery
from tests.unit.crypto.test_vault_golden import (
    OTHER,
    OTHER_PASSWORD,
    PASSWORD,
    SHARE,
    USER,
    canonical,
    expand,
    part,
    password_material,
    read_paper,
    second_reader,
)

GOLDEN = Path(__file__).parents[2] / "vectors" / "vault-v2.keys"
INVITED, UNTIL = "9f9e9d9c9b9a99989796959493929190", 1795000000000
SECRET, OTHER_SECRET = bytes(range(64, 96)), bytes(range(96, 128))
FIDO = Fido(bytes(range(48)), "sealwell.local", bytes(range(128, 160)), "hmac-secret")
OTHER_FIDO = Fido(b"\xff" * 16, "sealwell.local", bytes(range(160, 192)), "prf")
RECOVERY = "1VPB-2AG8-BZ1N-A39G-3K2D-9R3S-Z32R-T78D-WNQ8-HNCB-03Y0-QS8E-1ND0-A9NH"
CODE = "9N5A-QEHT-9MQ3-MWH9-P2SW-BE30-7910-5EY7"
VAULT_KEY = "d84cc04933c8949ced37539374b2420ae52e9f121a7d0ea7fa992bf2a7e3e36a"
SIGNING_KEY = "1d49bc4becd04760a90062a36d8f8ebdafe6bb042068870a0fa30f52af1801b5"
SALT = "d02913af2ad0939ce28673374e91dae8"


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


def read_code(code: str) -> bytes:
    """The page's words: 136 bits and four zero bits in 28 digits, then 20 bits of a hash."""
    digits = ["0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(digit) for digit in code.replace("-", "")]
    number = sum(digit << 5 * at for at, digit in enumerate(reversed(digits[:28])))
    secret = (number >> 4).to_bytes(17, "big")
    check = int.from_bytes(hashlib.sha256(b"sealwell/invitation-check/1" + secret).digest()[:3], "big") >> 4
    assert sum(digit << 5 * at for at, digit in enumerate(reversed(digits[28:]))) == check
    return secret


def test_a_slot_with_computer_and_security_key_is_read_by_the_second_reader(tree: dict[str, Any]) -> None:
    slot = slot_of(tree, USER)
    assert slot["factors"] == {
        "device": True,
        "fido": {
            "cred_id": FIDO.cred_id.hex(),
            "rp_id": "sealwell.local",
            "salt": FIDO.salt.hex(),
            "uv": True,
            "api": "hmac-secret",
        },
    }
    material = password_material(slot, PASSWORD, SHARE) + part("fido", SECRET)
    keys, vault_key = second_reader(tree, slot, material, 1 | 2 | 4)
    assert vault_key.hex() == VAULT_KEY
    assert keys[32:].hex() == SIGNING_KEY


def test_a_slot_with_a_security_key_alone_is_read_by_the_second_reader(tree: dict[str, Any]) -> None:
    slot = slot_of(tree, OTHER)
    material = password_material(slot, OTHER_PASSWORD, None) + part("fido", OTHER_SECRET)
    _, vault_key = second_reader(tree, slot, material, 1 | 4)
    assert vault_key.hex() == VAULT_KEY


def test_an_invitation_is_read_by_the_second_reader(tree: dict[str, Any]) -> None:
    slot = slot_of(tree, INVITED)
    assert (slot["type"], slot["until"], slot["sign_pk"]) == ("invite", UNTIL, "")
    keys, vault_key = second_reader(tree, slot, part("inv", read_code(CODE)), 16)
    assert vault_key.hex() == VAULT_KEY
    assert len(keys) == 32


def test_the_recovery_key_lives_through_a_change_of_the_vault_key(tree: dict[str, Any]) -> None:
    assert (tree["v"], tree["epoch"]) == (2, 2)
    _, vault_key = second_reader(tree, slot_of(tree, ""), part("rk", read_paper(RECOVERY)), 8)
    assert vault_key.hex() == VAULT_KEY


def test_the_file_names_the_salt_of_its_database(tree: dict[str, Any]) -> None:
    both = expand(bytes.fromhex(VAULT_KEY), b"sealwell/database/1" + (2).to_bytes(4, "big"), 48)
    assert both[32:].hex() == tree["db_salt"] == SALT


def test_each_slot_is_sealed_for_this_epoch_only(tree: dict[str, Any]) -> None:
    assert [list(slot["sealed_vk"]) for slot in tree["slots"]] == [["2"]] * 4


def test_the_program_opens_it_in_all_four_ways() -> None:
    assert key_challenge(GOLDEN, USER, SHARE) == (FIDO,)
    assert key_challenge(GOLDEN, OTHER, None) == (OTHER_FIDO,)
    one = unlock(GOLDEN, USER, PASSWORD, SHARE, KeyAnswer(FIDO.cred_id, SECRET))
    other = unlock(GOLDEN, OTHER, OTHER_PASSWORD, None, KeyAnswer(OTHER_FIDO.cred_id, OTHER_SECRET))
    paper = unlock_with_recovery(GOLDEN, RECOVERY)
    invited = open_invitation(GOLDEN, INVITED, CODE, UNTIL - 1)
    assert {v.vault_key().hex() for v in (one, other, paper, invited)} == {VAULT_KEY}
    assert (one.signing_key().hex(), one.epoch, one.database_key()[1].hex()) == (SIGNING_KEY, 2, SALT)
    assert read_slots(GOLDEN).db_salt.hex() == SALT
