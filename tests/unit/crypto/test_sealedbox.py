from __future__ import annotations

import pytest

from desktop.crypto.sealedbox import new_box_keys, open_box, public_of, seal
from desktop.errors import VaultError

INFO = b"test/1"


def refused(private: bytes, blob: bytes, info: bytes = INFO) -> str:
    with pytest.raises(VaultError) as error:
        open_box(private, blob, info)
    return error.value.code


@pytest.mark.parametrize("plain", [b"", b"x", b"k" * 32, bytes(100_000)])
def test_only_the_private_key_opens(plain: bytes) -> None:
    keys = new_box_keys()
    blob = seal(keys.public, plain, INFO)
    assert open_box(keys.private, blob, INFO) == plain
    assert len(blob) == 32 + len(plain) + 16
    assert refused(new_box_keys().private, blob) == "sealed-damaged"


def test_a_box_for_one_use_does_not_open_for_another() -> None:
    keys = new_box_keys()
    assert refused(keys.private, seal(keys.public, b"secret", INFO), b"test/2") == "sealed-damaged"


def test_every_changed_byte_and_every_length_is_refused() -> None:
    keys = new_box_keys()
    blob = seal(keys.public, b"secret", INFO)
    for at in range(len(blob)):
        changed = blob[:at] + bytes([blob[at] ^ 0x01]) + blob[at + 1 :]
        assert refused(keys.private, changed) == "sealed-damaged"
        assert refused(keys.private, blob[:at]) == "sealed-damaged"
    assert refused(keys.private, blob + b"\x00") == "sealed-damaged"


def test_a_point_of_low_order_is_refused() -> None:
    assert refused(new_box_keys().private, bytes(32) + bytes(40)) == "sealed-damaged"


def test_the_same_text_never_gives_the_same_box() -> None:
    keys = new_box_keys()
    assert seal(keys.public, b"same", INFO) != seal(keys.public, b"same", INFO)


def test_the_public_key_follows_from_the_private_one_and_only_that_is_shown() -> None:
    keys = new_box_keys()
    assert public_of(keys.private) == keys.public
    assert repr(keys.private) not in repr(keys)
