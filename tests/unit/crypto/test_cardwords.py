"""The words of a card: sealed for one card of one person."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from desktop.crypto.cardwords import open_words, seal_words
from desktop.errors import VaultError

KEY = bytes(range(32))
SALT = b"s" * 16
WORDS = "alpha bravo charlie delta echo foxtrot"


def test_the_words_come_back_and_never_lie_open() -> None:
    sealed = seal_words(KEY, "maria", SALT, WORDS)
    assert open_words(KEY, "maria", SALT, sealed) == WORDS
    assert b"alpha" not in sealed
    assert seal_words(KEY, "maria", SALT, WORDS) != sealed


def test_a_vector_made_by_hand_opens() -> None:
    """Nonce of zeros; body by `openssl`-compatible AES-256-GCM over the documented AAD."""
    bound = b"".join(
        len(part).to_bytes(4, "big") + part for part in (b"sealwell/card-words/1", b"maria", SALT)
    )
    encryptor = Cipher(algorithms.AES(KEY), modes.GCM(bytes(12))).encryptor()
    encryptor.authenticate_additional_data(bound)
    body = encryptor.update(WORDS.encode()) + encryptor.finalize() + encryptor.tag
    assert open_words(KEY, "maria", SALT, bytes(12) + body) == WORDS


@pytest.mark.parametrize(
    ("key", "person", "salt"),
    [(bytes(32), "maria", SALT), (KEY, "jose", SALT), (KEY, "maria", b"t" * 16), (KEY, "marias", SALT[1:])],
)
def test_another_key_person_or_card_opens_nothing(key: bytes, person: str, salt: bytes) -> None:
    sealed = seal_words(KEY, "maria", SALT, WORDS)
    with pytest.raises(VaultError) as caught:
        open_words(key, person, salt, sealed)
    assert caught.value.code == "card-words-damaged"


def test_changed_or_cut_words_are_refused() -> None:
    sealed = seal_words(KEY, "maria", SALT, WORDS)
    broken = [sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :] for at in range(len(sealed))]
    for one in (*broken, sealed[:-1], sealed[:11], b""):
        with pytest.raises(VaultError) as caught:
            open_words(KEY, "maria", SALT, one)
        assert caught.value.code == "card-words-damaged"
