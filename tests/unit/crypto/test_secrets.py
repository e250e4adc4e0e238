from __future__ import annotations

import pickle

import pytest

from desktop.crypto.secrets import Secret


def test_it_shows_itself_nowhere() -> None:
    secret = Secret(b"hunter2")
    assert "hunter2" not in f"{secret} {secret!r} {[secret]}"


def test_wiping_overwrites_the_bytes_and_may_be_repeated() -> None:
    secret = Secret(b"k" * 32)
    kept = secret._bytes
    secret.wipe()
    secret.wipe()
    assert secret.reveal() == b""
    assert not secret
    assert kept == b""


def test_it_keeps_its_own_copy() -> None:
    given = bytearray(b"key")
    secret = Secret(given)
    given[:] = b"xxx"
    assert secret.reveal() == b"key"
    assert len(secret) == 3


def test_equal_secrets_are_equal_and_nothing_else_is() -> None:
    assert Secret(b"a") == Secret(b"a")
    assert Secret(b"a") != Secret(b"b")
    assert Secret(b"a") != b"a"


def test_it_is_never_pickled_nor_used_as_a_key() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(Secret(b"a"))
    with pytest.raises(TypeError):
        hash(Secret(b"a"))
