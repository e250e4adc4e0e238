"""The signed list: another program agrees with the signature; every other form of it is refused."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from desktop.crypto.updatekeys import MOST, key_id, keys_of, opened, public_bytes, signed
from desktop.errors import InputError
from desktop.paths import resource

KEY = Ed25519PrivateKey.generate()
KEYS = {key_id(public_bytes(KEY)): public_bytes(KEY)}
CONTENT = {"version": "1.3.0", "b": [1, 2], "a": {"ñ": "é"}}


def why(document: bytes, keys: dict[str, bytes] = KEYS) -> str:
    with pytest.raises(InputError) as refused:
        opened(document, keys)
    return refused.value.code


def test_openssl_finds_the_same_signature_over_the_same_octets(tmp_path: Path) -> None:
    document = json.loads(signed(CONTENT, KEY))
    canonical = '{"a":{"ñ":"é"},"b":[1,2],"version":"1.3.0"}'
    (tmp_path / "said").write_bytes(b"sealwell-update-1\n" + canonical.encode())
    (tmp_path / "signature").write_bytes(base64.b64decode(document["signature"]))
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "key.pem").write_bytes(pem)
    openssl = shutil.which("openssl")
    assert openssl is not None
    words = [openssl, "pkeyutl", "-verify", "-pubin", "-rawin"]
    files = ["-inkey", "key.pem", "-sigfile", "signature", "-in", "said"]
    done = subprocess.run([*words, *files], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Verified Successfully" in done.stdout


def test_what_was_signed_comes_back() -> None:
    assert opened(signed(CONTENT, KEY), KEYS) == CONTENT


def test_a_changed_field_is_no_longer_what_was_signed() -> None:
    assert why(signed(CONTENT, KEY).replace(b"1.3.0", b"1.4.0")) == "update-signature"


def test_a_signature_made_for_something_else_does_not_count() -> None:
    document = json.loads(signed(CONTENT, KEY))
    bare = KEY.sign(b'{"a":{"\xc3\xb1":"\xc3\xa9"},"b":[1,2],"version":"1.3.0"}')
    document["signature"] = base64.b64encode(bare).decode()
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert why(text.encode()) == "update-signature"


def test_another_key_is_unknown_and_does_not_pass_under_a_known_name() -> None:
    other = Ed25519PrivateKey.generate()
    assert why(signed(CONTENT, other)) == "update-unknown-key"
    named = signed(CONTENT, other).replace(key_id(public_bytes(other)).encode(), next(iter(KEYS)).encode())
    assert why(named) == "update-signature"


def test_a_program_without_keys_believes_nobody() -> None:
    assert why(signed(CONTENT, KEY), {}) == "update-unknown-key"


@pytest.mark.parametrize("cut", [1, 40, 100])
def test_a_list_that_was_cut_short_cannot_be_read(cut: int) -> None:
    assert why(signed(CONTENT, KEY)[:-cut]) == "update-not-readable"


def test_only_the_one_form_is_read() -> None:
    good = signed(CONTENT, KEY)
    document = json.loads(good)
    for other in (
        good + b"\n",
        b" " + good,
        json.dumps(document).encode(),
        good.replace(b'"key":', b'"key":"x","key":', 1),
        b"\xef\xbb\xbf" + good,
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"key":1,"list":{},"signature":""}',
        b'{"key":"","list":[],"signature":""}',
        b'{"extra":1,"key":"","list":{},"signature":""}',
        b"[" * 50_000,
        b'{"key":"","list":{"n":' + b"9" * 5000 + b'},"signature":""}',
        b'{"key":"","list":{"n":NaN},"signature":""}',
        b"\xff\xfe",
        b'"' + b"x" * MOST + b'"',
    ):
        assert why(other) == "update-not-readable", other[:40]


def test_a_signature_that_is_no_base64_or_of_no_length_is_none() -> None:
    document = json.loads(signed(CONTENT, KEY))
    for signature in ("", "AAAA", "not base64!", "é"):
        document["signature"] = signature
        text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert why(text.encode()) == "update-signature"


def test_the_shipped_key_file_is_sound() -> None:
    keys_of(resource("updates/keys.json").read_bytes())


@pytest.mark.parametrize(
    "entry",
    [
        {"id": "0" * 16, "public": base64.b64encode(b"k" * 32).decode()},
        {"id": key_id(b"k" * 31), "public": base64.b64encode(b"k" * 31).decode()},
    ],
)
def test_a_key_that_is_none_stops_the_program(entry: dict[str, str]) -> None:
    file = {"format": "sealwell-update-keys-1", "keys": [entry]}
    with pytest.raises(ValueError):
        keys_of(json.dumps(file).encode())
