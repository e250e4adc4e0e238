"""Replies that a locked file's page seals; the page itself: tests/end2end/test_envelope_reply.py."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from desktop.crypto.envelope import reply_token
from desktop.crypto.envelope_header import b64
from desktop.crypto.envelope_reply import ReplyKeys, new_reply_keys, open_reply
from desktop.errors import InputError

FILE = bytes(range(32))
TOKEN = bytes(32)


@pytest.fixture(scope="module")
def keys() -> ReplyKeys:
    return new_reply_keys()


@dataclass
class Writer:
    """Another hand at the same format."""

    public: bytes
    version: object = 1

    def seal(self, plain: bytes) -> bytes:
        own = ec.generate_private_key(ec.SECP256R1())
        point = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), self.public)
        key = HKDF(SHA256(), 32, point + self.public, b"sealwell/reply/1").derive(
            own.exchange(ec.ECDH(), theirs)
        )
        head = json.dumps({"v": self.version, "file": b64(FILE), "key": b64(point), "nonce": b64(bytes(12))})
        body = f"{b64(head.encode())}.{b64(AESGCM(key).encrypt(bytes(12), plain, head.encode()))}"
        lines = "\n".join(re.findall(".{1,64}", body))
        return f"-----BEGIN SEALWELL REPLY-----\n{lines}\n-----END SEALWELL REPLY-----\n".encode()


def packed(text: str) -> bytes:
    index = json.dumps({"token": b64(TOKEN), "text": text}).encode()
    return len(index).to_bytes(4, "big") + index + bytes(50)


def code(keys: ReplyKeys, data: bytes) -> str:
    with pytest.raises(InputError) as problem:
        open_reply(keys.private, data)
    return problem.value.code


def test_a_reply_is_opened_also_from_the_text_of_a_mail(keys: ReplyKeys) -> None:
    sealed = Writer(keys.public).seal(packed("Sí, el martes ✓\n</script>"))
    quoted = b"Dear practice,\r\n" + b"\r\n".join(b"> " + line for line in sealed.split(b"\n")) + b"\r\nBye"
    for data in (sealed, quoted, sealed.replace(b"\n", b"\r\n"), sealed.replace(b"\n", b" ")):
        reply = open_reply(keys.private, data)
        assert (reply.text, reply.file) == ("Sí, el martes ✓\n</script>", FILE)
        assert reply.comes_from_reader(TOKEN)
        assert not reply.comes_from_reader(bytes(31) + b"x")


def test_a_reply_for_another_practice_is_refused(keys: ReplyKeys) -> None:
    assert code(keys, Writer(new_reply_keys().public).seal(packed("x"))) == "reply-altered"


def test_every_changed_reply_is_refused(keys: ReplyKeys) -> None:
    sealed = Writer(keys.public).seal(packed("yes"))
    chance = random.Random(3)
    start, end = sealed.index(b"\n") + 1, sealed.rindex(b"\n-----END")
    places = [at for at in range(start, end) if sealed[at] not in b"\n"]
    for _ in range(300):
        changed = bytearray(sealed)
        at = chance.choice(places)
        other = chance.choice(b"ABCDabcd0123+/")
        changed[at] = other if changed[at] != other else other ^ 1
        assert code(keys, bytes(changed)) in {"reply-altered", "reply-unreadable"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"-----BEGIN SEALWELL REPLY-----",
        b"-----BEGIN SEALWELL REPLY----------END SEALWELL REPLY-----",
        b"-----BEGIN SEALWELL REPLY-----\nW10=.AAAA\n-----END SEALWELL REPLY-----",
        b"-----BEGIN SEALWELL REPLY-----\n\xff\xfe.AAAA\n-----END SEALWELL REPLY-----",
        bytes(2 * 1024 * 1024),
    ],
)
def test_what_is_no_reply_is_named_as_such(keys: ReplyKeys, data: bytes) -> None:
    assert code(keys, data) == "reply-unreadable"


def test_contents_that_are_not_ours_are_unreadable(keys: ReplyKeys) -> None:
    for plain in (b"", b"\0\0\0\1", b"\xff" * 40, (2).to_bytes(4, "big") + b"[]", b"\0\0\0\2{}"):
        assert code(keys, Writer(keys.public).seal(plain)) == "reply-unreadable"
    assert code(keys, Writer(keys.public, True).seal(packed("x"))) == "reply-unreadable"
    assert code(keys, Writer(keys.public, 2).seal(packed("x"))) == "reply-unreadable"


def test_the_token_is_that_of_the_words_the_file_and_the_proof() -> None:
    tokens = {
        reply_token(key, file, born)
        for key in (bytes(32), b"k" * 32)
        for file in (FILE, bytes(32))
        for born in (None, date(1961, 3, 4), date(1961, 4, 3))
    }
    assert len(tokens) == 12


def test_the_private_key_is_not_shown(keys: ReplyKeys) -> None:
    assert "private" not in repr(keys)
    assert len(keys.public) == 65
    assert new_reply_keys().public != keys.public
