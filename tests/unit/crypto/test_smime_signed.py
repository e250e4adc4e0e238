"""Signed mail as OpenSSL and NSS write it: verified, read, or refused with its reason."""

from __future__ import annotations

import random
import time
from datetime import datetime
from pathlib import Path

import pytest
from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs7

from desktop.clock import SystemClock
from desktop.crypto.smime import Identity, SmimeSealer
from desktop.crypto.smime_parts import MAX_MAIL_BYTES
from desktop.crypto.smime_signed import SignedMail, read_signed
from desktop.errors import InputError
from tests.support.smime_readers import Nss, OpenSsl, PrivateKey, certify, identity, inner_cms

LETTER = b"Content-Type: text/plain; charset=utf-8\r\n\r\nHasta ma\xc3\xb1ana, 14:30\r\n"
HEAD = b"From: maria@example.org\r\nSubject: =?utf-8?q?ma=C3=B1ana?=\r\n"
READS = ("aes-256-cbc", "aes-128-cbc")
"""What OpenSSL 3.0 says of itself, as far as it is known here."""
KEYS: dict[str, PrivateKey] = {
    "rsa": rsa.generate_private_key(65537, 2048),
    "p256": ec.generate_private_key(ec.SECP256R1()),
    "p521": ec.generate_private_key(ec.SECP521R1()),
}


@pytest.fixture(scope="module")
def now() -> datetime:
    return SystemClock().now()


@pytest.fixture(scope="module")
def people(now: datetime) -> dict[str, Identity]:
    key_identifier = {
        name: x509.SubjectKeyIdentifier.from_public_key(key.public_key()) for name, key in KEYS.items()
    }
    return {
        name: identity(key, certify(key, "maria@example.org", now, None, key_identifier[name]))
        for name, key in KEYS.items()
    }


def code_of(data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        read_signed(data)
    return caught.value.code


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize(
    ("options", "reads"),
    [
        ((), READS),
        (("-nodetach",), READS),
        (("-nodetach", "-stream"), READS),
        (("-nodetach", "-outform", "DER"), READS),
        (("-nodetach", "-indef", "-outform", "DER"), READS),
        (("-noattr",), ()),
        (("-nosmimecap",), ()),
        (("-keyid", "-md", "sha512"), READS),
        (("-md", "sha384"), READS),
    ],
)
def test_what_openssl_signs_is_verified(
    tmp_path: Path, people: dict[str, Identity], name: str, options: tuple[str, ...], reads: tuple[str, ...]
) -> None:
    signed = OpenSsl(tmp_path, name, people[name]).sign(LETTER, *options)
    if signed[:1] != b"\x30":
        signed = HEAD + signed
    own = people[name].cert_der
    assert read_signed(signed) == SignedMail((own,), reads, ("maria@example.org",), own)


def test_pss_is_verified(tmp_path: Path, people: dict[str, Identity]) -> None:
    options = ("-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:32")
    signed = OpenSsl(tmp_path, "rsa", people["rsa"]).sign(LETTER, *options)
    assert read_signed(signed).certificates == (people["rsa"].cert_der,)
    assert code_of(signed.replace(b"14:30", b"14:45")) == "signed-mail-altered"


@pytest.mark.parametrize("name", ["rsa", "p256"])
def test_what_nss_signs_is_verified(tmp_path: Path, people: dict[str, Identity], name: str) -> None:
    nss = Nss(tmp_path / "nss")
    nss.own(name, people[name])
    nss.trust(name, people[name].cert_der)
    found = read_signed(nss.sign(LETTER, name))
    assert found.certificates == (people[name].cert_der,)
    assert "aes-128-cbc" in found.capabilities


def test_the_certificate_that_the_signature_names_for_encryption_comes_first(
    people: dict[str, Identity], now: datetime
) -> None:
    """If it is for the same address; somebody else's is no place to seal to."""
    key = KEYS["p256"]
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    signer = x509.load_der_x509_certificate(people["p256"].cert_der)
    for address, first in (("maria@example.org", True), ("eve@example.org", False)):
        other = certify(KEYS["rsa"], address, now)
        builder = pkcs7.PKCS7SignatureBuilder().set_data(LETTER).add_signer(signer, key, hashes.SHA256())
        info = cms.ContentInfo.load(builder.add_certificate(other).sign(serialization.Encoding.DER, []))
        (signer_info,) = info["content"]["signer_infos"]
        named = asn1_x509.Certificate.load(other.public_bytes(serialization.Encoding.DER))
        wish = cms.SMIMEEncryptionKeyPreference(
            "issuer_and_serial_number", {"issuer": named.issuer, "serial_number": named.serial_number}
        )
        attributes = cms.CMSAttributes(
            [*signer_info["signed_attrs"], {"type": "encrypt_key_pref", "values": [wish]}]
        )
        signer_info["signed_attrs"] = attributes
        signer_info["signature"] = key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256()))
        found = read_signed(info.dump(force=True))
        assert found.addresses == ("maria@example.org",)
        assert (found.certificates[0] == other.public_bytes(serialization.Encoding.DER)) is first


@pytest.mark.parametrize("name", KEYS)
def test_what_we_sign_ourselves_is_verified(people: dict[str, Identity], name: str) -> None:
    found = read_signed(HEAD + SmimeSealer(people[name]).sign(LETTER))
    assert (found.capabilities, found.addresses) == (READS, ("maria@example.org",))


def test_a_mail_saved_with_other_line_ends_is_the_same_mail(
    tmp_path: Path, people: dict[str, Identity]
) -> None:
    signed = HEAD + OpenSsl(tmp_path, "rsa", people["rsa"]).sign(LETTER)
    signed = signed.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    wanted = read_signed(signed)
    assert read_signed(signed.replace(b"\r\n", b"\n")) == wanted
    assert read_signed(b"\r\n" + signed) == wanted


@pytest.mark.parametrize("options", [(), ("-noattr",), ("-nodetach", "-outform", "DER")])
def test_a_changed_letter_is_told(
    tmp_path: Path, people: dict[str, Identity], options: tuple[str, ...]
) -> None:
    for name in KEYS:
        signed = OpenSsl(tmp_path, name, people[name]).sign(LETTER, *options)
        assert b"14:30" in signed
        assert code_of(signed.replace(b"14:30", b"14:45")) == "signed-mail-altered"


def test_changed_capabilities_are_told(people: dict[str, Identity]) -> None:
    whole = inner_cms(SmimeSealer(people["rsa"]).sign(LETTER))
    cbc, gcm = bytes.fromhex("060960864801650304012a"), bytes.fromhex("060960864801650304012e")
    assert cbc in whole
    assert code_of(whole.replace(cbc, gcm)) == "signed-mail-altered"


def test_a_capability_for_gcm_is_read(people: dict[str, Identity]) -> None:
    """Signed anew over attributes that name AES-256-GCM first."""
    info = cms.ContentInfo.load(inner_cms(SmimeSealer(people["rsa"]).sign(LETTER)))
    (signer,) = info["content"]["signer_infos"]
    kept = [entry for entry in signer["signed_attrs"] if entry["type"].native != "smime_capabilities"]
    reads = [{"capability_id": "aes256_gcm"}, {"capability_id": "1.2.3.4"}, {"capability_id": "aes256_cbc"}]
    attributes = cms.CMSAttributes([*kept, {"type": "smime_capabilities", "values": [reads]}])
    key = KEYS["rsa"]
    assert isinstance(key, rsa.RSAPrivateKey)
    signer["signed_attrs"] = attributes
    signer["signature"] = key.sign(attributes.dump(), padding.PKCS1v15(), hashes.SHA256())
    assert read_signed(info.dump(force=True)).capabilities == ("aes-256-gcm", "aes-256-cbc")


def test_issuers_that_came_along_stand_behind(people: dict[str, Identity], now: datetime) -> None:
    root_key = ec.generate_private_key(ec.SECP256R1())
    root = certify(root_key, "Root", now, None, x509.BasicConstraints(True, None))
    own = certify(KEYS["rsa"], "maria@example.org", now, (root_key, root))
    signed = SmimeSealer(identity(KEYS["rsa"], own), root.public_bytes(serialization.Encoding.DER)).sign(
        LETTER
    )
    assert read_signed(signed).certificates == (
        own.public_bytes(serialization.Encoding.DER),
        root.public_bytes(serialization.Encoding.DER),
    )


def test_old_hashes_prove_nothing(tmp_path: Path, people: dict[str, Identity]) -> None:
    for options in (("-md", "sha1"), ("-md", "md5", "-noattr")):
        assert (
            code_of(OpenSsl(tmp_path, "rsa", people["rsa"]).sign(LETTER, *options))
            == "signed-mail-unsupported"
        )


def test_without_a_certificate_or_with_two_signers_nothing_is_taken(
    tmp_path: Path, people: dict[str, Identity]
) -> None:
    reader = OpenSsl(tmp_path, "rsa", people["rsa"])
    assert code_of(reader.sign(LETTER, "-nocerts")) == "signed-mail-unsupported"
    builder = pkcs7.PKCS7SignatureBuilder().set_data(LETTER)
    for name in ("rsa", "p256"):
        key = KEYS[name]
        assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
        certificate = x509.load_der_x509_certificate(people[name].cert_der)
        builder = builder.add_signer(certificate, key, hashes.SHA256())
    assert code_of(builder.sign(serialization.Encoding.DER, [])) == "signed-mail-unsupported"


def test_mail_that_is_not_signed_is_told(people: dict[str, Identity]) -> None:
    sealer = SmimeSealer(people["rsa"])
    assert code_of(sealer.encrypt(LETTER, people["rsa"].cert_der)) == "signed-mail-none"
    for data in (
        b"",
        HEAD + LETTER,
        LETTER,
        b"garbage",
        bytes(200),
        b'Content-Type: multipart/signed; boundary="a"',
    ):
        assert code_of(data) == "signed-mail-none"
    detached = pkcs7.PKCS7Options.DetachedSignature
    key, certificate = KEYS["p256"], x509.load_der_x509_certificate(people["p256"].cert_der)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    builder = pkcs7.PKCS7SignatureBuilder().set_data(LETTER).add_signer(certificate, key, hashes.SHA256())
    assert code_of(builder.sign(serialization.Encoding.DER, [detached])) == "signed-mail-none"


PROTOCOL = b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"'


@pytest.mark.parametrize(
    "data",
    [
        PROTOCOL,
        PROTOCOL + b'; boundary="a"\r\n\r\n--a\r\n\r\nx\r\n--a--',
        PROTOCOL + b'; boundary="a"\r\n\r\n--a\r\n\r\nx\r\n--a\r\n\r\ny\r\n--a\r\n\r\nz\r\n--a--',
        PROTOCOL
        + b'; boundary="a"\r\n\r\n--a\r\n\r\nx\r\n--a\r\nContent-Transfer-Encoding: base64\r\n\r\nA\r\n--a--',
        PROTOCOL + b"\r\n" + PROTOCOL + b"\r\n\r\n",
        b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA",
        b"Content-Type: application/pkcs7-mime\r\n\r\nAAAA",
        b"X: " + b"a" * 300_000 + b"\r\n\r\n",
        b"0",
        b"0\x80" * 100_000,
        b"0\x82\x01\x00" + bytes(256),
    ],
)
def test_what_is_not_built_as_it_should_be_is_unreadable_at_once(data: bytes) -> None:
    began = time.perf_counter()
    assert code_of(data) == "signed-mail-unreadable"
    assert time.perf_counter() - began < 1


def test_too_large_is_told() -> None:
    assert code_of(bytes(MAX_MAIL_BYTES + 1)) == "signed-mail-too-large"


@pytest.mark.parametrize("filler", [b";a=b", b"\r\n --", b' ;x="', b"\r\n--a", b"\r\n\r\n"])
def test_long_and_strange_mail_takes_no_time(filler: bytes) -> None:
    began = time.perf_counter()
    code_of(PROTOCOL + b'; boundary="a"' + filler * (4_000_000 // len(filler)))
    assert time.perf_counter() - began < 3


def test_damaged_signatures_never_raise_anything_else(people: dict[str, Identity]) -> None:
    chance = random.Random(6)
    whole = inner_cms(SmimeSealer(people["p256"]).sign(LETTER))
    codes = set()
    for _ in range(1500):
        data = bytearray(whole)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        try:
            assert read_signed(bytes(data)).addresses in (("maria@example.org",), ())
        except InputError as problem:
            codes.add(problem.code)
    assert {"signed-mail-unreadable", "signed-mail-altered", "signed-mail-unsupported"} <= codes
