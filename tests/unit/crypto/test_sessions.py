from __future__ import annotations

import hashlib

import pytest

from desktop.crypto.sessions import new_token, open_session, seal_session, session_id
from desktop.errors import Refused, VaultError

TOKEN = "00" * 32
SHARE = b"s" * 32
BOOT = "6d1c5a70-boot"
PAYLOAD = b'{"user":"a"}'


@pytest.mark.parametrize("share", [None, SHARE])
def test_the_token_on_its_computer_and_in_its_boot_opens(share: bytes | None) -> None:
    blob = seal_session(TOKEN, share, BOOT, PAYLOAD)
    assert open_session(TOKEN, share, BOOT, blob) == PAYLOAD
    assert open_session(f" {TOKEN}\n", share, BOOT, blob) == PAYLOAD


@pytest.mark.parametrize(
    ("token", "share", "boot"),
    [
        ("ab" * 32, SHARE, BOOT),
        ("", SHARE, BOOT),
        ("not a token \udcff", SHARE, BOOT),
        (TOKEN, None, BOOT),
        (TOKEN, b"", BOOT),
        (TOKEN, b"t" * 32, BOOT),
        (TOKEN, SHARE, "another boot"),
    ],
)
def test_another_token_computer_or_boot_ends_the_session(token: str, share: bytes | None, boot: str) -> None:
    blob = seal_session(TOKEN, SHARE, BOOT, PAYLOAD)
    with pytest.raises(Refused) as refused:
        open_session(token, share, boot, blob)
    assert refused.value.code == "session-ended"


def test_any_changed_byte_is_damage_not_a_wrong_token() -> None:
    blob = seal_session(TOKEN, SHARE, BOOT, PAYLOAD)
    for at in range(len(blob)):
        changed = blob[:at] + bytes([blob[at] ^ 0x80]) + blob[at + 1 :]
        with pytest.raises(VaultError) as refused:
            open_session(TOKEN, SHARE, BOOT, changed)
        assert refused.value.code == "session-damaged"


def test_every_shorter_file_is_damage() -> None:
    blob = seal_session(TOKEN, SHARE, BOOT, PAYLOAD)
    for length in range(len(blob)):
        with pytest.raises(VaultError) as refused:
            open_session(TOKEN, SHARE, BOOT, blob[:length])
        assert refused.value.code == "session-damaged"


def test_a_ciphertext_from_another_session_is_refused_even_with_a_right_sum() -> None:
    one, two = (seal_session(TOKEN, SHARE, BOOT, text) for text in (b"one", b"two"))
    mixed = one[:64] + two[64:-32]
    with pytest.raises(VaultError) as refused:
        open_session(TOKEN, SHARE, BOOT, mixed + hashlib.sha256(mixed).digest())
    assert refused.value.code == "session-damaged"


def test_neither_token_nor_payload_stands_in_the_file() -> None:
    blob = seal_session(TOKEN, SHARE, BOOT, PAYLOAD)
    assert PAYLOAD not in blob
    assert bytes.fromhex(TOKEN) not in blob
    assert blob != seal_session(TOKEN, SHARE, BOOT, PAYLOAD)


def test_tokens_are_256_bits_and_never_repeat() -> None:
    tokens = {new_token() for _ in range(50)}
    assert len(tokens) == 50
    assert all(len(bytes.fromhex(token)) == 32 for token in tokens)


def test_the_file_s_name_is_stable_and_does_not_show_the_token() -> None:
    assert session_id(TOKEN) == session_id(f"{TOKEN}\n")
    assert session_id(TOKEN) != session_id(new_token())
    assert TOKEN[:16] not in session_id(TOKEN)
