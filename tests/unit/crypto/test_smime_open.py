"""What OpenSSL and we ourselves encrypt is opened; what was altered or is for others is not."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.crypto.smime import AES_GCM, Identity, SmimeSealer
from desktop.crypto.smime_open import OwnCertificate, open_enveloped
from desktop.errors import InputError
from tests.support.smime_readers import CURVES, certify, der, identity

NOW = datetime(2026, 11, 21, tzinfo=UTC)
LETTER = b"Content-Type: text/plain\r\n\r\nSee you on Tuesday.\r\n"


@cache
def person(curve: str = "") -> Identity:
    key = (
        ec.generate_private_key(next(one for one in CURVES if one.name == curve))
        if curve
        else rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )
    skid = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return identity(key, certify(key, "a@b.example", NOW, None, skid))


def own(one: Identity) -> list[OwnCertificate]:
    return [OwnCertificate(one.key_der, one.cert_der)]


def by_openssl(folder: Path, one: Identity, *options: str) -> bytes:
    path = folder / "to.crt"
    path.write_bytes(x509.load_der_x509_certificate(one.cert_der).public_bytes(Encoding.PEM))
    command = ["openssl", "cms", "-encrypt", "-binary", "-outform", "DER", *options]
    split = [] if "-recip" in options else [str(path)]
    command = [part.replace("TO", str(path)) for part in command]
    ran = subprocess.run([*command, *split], input=LETTER, capture_output=True, check=True, timeout=60)
    return ran.stdout


WAYS = [
    *(["-aes-128-cbc"], ["-aes-192-cbc"], ["-aes-256-cbc"], ["-aes-128-gcm"], ["-aes-256-gcm"]),
    ["-aes-256-cbc", "-keyid"],
    ["-aes-256-cbc", "-recip", "TO", "-keyopt", "rsa_padding_mode:oaep"],
    [
        *("-aes-256-cbc", "-recip", "TO"),
        *("-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256"),
    ],
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: " ".join(way))
def test_what_openssl_encrypts_to_an_rsa_key(tmp_path: Path, way: list[str]) -> None:
    opened = open_enveloped(by_openssl(tmp_path, person(), *way), own(person()))
    assert opened.data == LETTER
    assert opened.authentic == way[0].endswith("gcm")


@pytest.mark.parametrize("curve", [one.name for one in CURVES])
@pytest.mark.parametrize("way", [["-aes-256-cbc"], ["-aes-128-gcm"]], ids=str)
def test_what_openssl_encrypts_to_a_curve(tmp_path: Path, curve: str, way: list[str]) -> None:
    one = person(curve)
    assert open_enveloped(by_openssl(tmp_path, one, *way), own(one)).data == LETTER
    more = ["-recip", "TO", "-keyopt", "ecdh_kdf_md:sha256"]
    assert open_enveloped(by_openssl(tmp_path, one, *way, *more), own(one)).data == LETTER


@pytest.mark.parametrize("curve", ["", *(one.name for one in CURVES)])
@pytest.mark.parametrize("wish", [(), (AES_GCM,)], ids=str)
def test_what_we_encrypt_ourselves(curve: str, wish: tuple[str, ...]) -> None:
    one = person(curve)
    sealed = SmimeSealer(person()).encrypt(LETTER, one.cert_der, wish)
    assert open_enveloped(sealed, own(one)).data == LETTER


def test_an_older_certificate_of_ours_still_opens() -> None:
    sealed = SmimeSealer(person()).encrypt(LETTER, person().cert_der)
    assert open_enveloped(sealed, [*own(person("secp256r1")), *own(person())]).data == LETTER


def refused(sealed: bytes, one: Identity) -> str:
    with pytest.raises(InputError) as caught:
        open_enveloped(sealed, own(one))
    return caught.value.code


def test_what_is_for_others_or_in_an_old_cipher_or_nothing(tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    other = identity(key, certify(key, "c@d.example", NOW))
    assert refused(SmimeSealer(person()).encrypt(LETTER, other.cert_der), person()) == "message-unopenable"
    assert refused(by_openssl(tmp_path, person(), "-des3"), person()) == "message-unopenable"
    assert refused(b"", person()) == "message-unopenable"
    assert refused(b"\x30\x80" * 5000, person()) == "message-unopenable"
    assert der(x509.load_der_x509_certificate(other.cert_der)) == other.cert_der


@pytest.mark.parametrize("curve", ["", "secp256r1"])
def test_of_what_was_altered_nothing_comes_out(curve: str) -> None:
    one = person(curve)
    sealed = bytearray(SmimeSealer(person()).encrypt(LETTER, one.cert_der, (AES_GCM,)))
    sealed[-25] ^= 1  # in the content, before the tag
    assert refused(bytes(sealed), one) == "mail-altered"
    sealed[-25] ^= 1
    sealed[-1] ^= 1
    assert refused(bytes(sealed), one) == "mail-altered"


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 255), st.booleans())
def test_no_change_of_one_byte_shows_another_text(at: int, change: int, gcm: bool) -> None:
    sealed = bytearray(_sealed(gcm))
    sealed[at % len(sealed)] ^= change
    try:
        opened = open_enveloped(bytes(sealed), own(person()))
    except InputError:
        return
    assert not opened.authentic or opened.data == LETTER


@cache
def _sealed(gcm: bool) -> bytes:
    return SmimeSealer(person()).encrypt(LETTER, person().cert_der, (AES_GCM,) if gcm else ())
