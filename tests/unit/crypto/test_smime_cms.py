"""Certificates with a curve, and AES-GCM: opened by OpenSSL, as the RFCs lay them down."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from desktop.crypto.smime import AES_GCM, SmimeSealer, make_identity, smime_type
from desktop.errors import VaultError
from tests.support.smime_readers import CURVES, OpenSsl, PrivateKey, certify, der, identity, inner_cms

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LETTER = b"Content-Type: text/plain\r\n\r\nMartes 14:30\r\n"
SCHEMES = ("1.3.132.1.11.1", "1.3.132.1.11.2", "1.3.132.1.11.3")
RSA_KEY = rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def sealer() -> SmimeSealer:
    return SmimeSealer(make_identity("Practice", "front@practice.example", NOW))


@pytest.mark.parametrize("capabilities", [(), (AES_GCM,)])
@pytest.mark.parametrize("key", [RSA_KEY, *map(ec.generate_private_key, CURVES)])
def test_openssl_opens_what_is_sealed_to_each_kind_of_key(
    tmp_path: Path, sealer: SmimeSealer, key: PrivateKey, capabilities: tuple[str, ...]
) -> None:
    own = identity(key, certify(key, "maria@example.org", NOW))
    for letter in (LETTER, b"\r\n", LETTER * 5000):
        sealed = sealer.seal(letter, own.cert_der, capabilities)
        assert letter.strip() not in sealed or not letter.strip()
        entity = OpenSsl(tmp_path, "maria", own).open(sealed)
        content = cms.ContentInfo.load(inner_cms(entity))["content"]["encap_content_info"]["content"]
        assert content.native == letter


@pytest.mark.parametrize(("curve", "scheme"), list(zip(CURVES, SCHEMES, strict=True)))
def test_a_curve_gets_its_key_by_ephemeral_agreement(
    sealer: SmimeSealer, curve: ec.EllipticCurve, scheme: str
) -> None:
    certificate = certify(ec.generate_private_key(curve), "maria@example.org", NOW)
    points = set()
    for _ in range(2):
        info = cms.ContentInfo.load(sealer.seal(LETTER, der(certificate)))
        assert info["content_type"].native == "enveloped_data"
        assert info["content"]["version"].native == "v2"
        (recipient,) = info["content"]["recipient_infos"]
        assert recipient.name == "kari"
        agreed = recipient.chosen
        assert agreed["version"].native == "v3"
        assert agreed["key_encryption_algorithm"]["algorithm"].native == scheme
        wrap = cms.KeyEncryptionAlgorithm.load(agreed["key_encryption_algorithm"]["parameters"].dump())
        assert wrap["algorithm"].native == "aes256_wrap"
        (named,) = agreed["recipient_encrypted_keys"]
        assert named["rid"].chosen["serial_number"].native == certificate.serial_number
        points.add(agreed["originator"].chosen["public_key"].native)
    assert len(points) == 2


def test_gcm_is_written_only_where_it_is_known_to_be_read(sealer: SmimeSealer) -> None:
    certificate = der(certify(RSA_KEY, "maria@example.org", NOW))
    for capabilities in ((), ("aes-256-cbc", "aes-128-gcm")):
        assert smime_type(sealer.seal(LETTER, certificate, capabilities)) == "enveloped-data"
    sealed = sealer.seal(LETTER, certificate, ("aes-256-cbc", AES_GCM))
    assert smime_type(sealed) == "authEnveloped-data"
    content = cms.ContentInfo.load(sealed)["content"]
    algorithm = content["auth_encrypted_content_info"]["content_encryption_algorithm"]
    assert algorithm["algorithm"].native == "aes256_gcm"
    assert len(content["mac"].native) == 16


def test_a_changed_octet_is_refused_under_gcm(tmp_path: Path, sealer: SmimeSealer) -> None:
    own = identity(RSA_KEY, certify(RSA_KEY, "maria@example.org", NOW))
    sealed = bytearray(sealer.seal(LETTER, own.cert_der, (AES_GCM,)))
    sealed[-40] ^= 1
    with pytest.raises(RuntimeError):
        OpenSsl(tmp_path, "maria", own).open(bytes(sealed))


@pytest.mark.parametrize("curve", CURVES)
def test_an_own_key_on_a_curve_signs(tmp_path: Path, curve: ec.EllipticCurve) -> None:
    key = ec.generate_private_key(curve)
    own = identity(key, certify(key, "front@practice.example", NOW))
    entity = SmimeSealer(own).sign(LETTER)
    assert OpenSsl(tmp_path, "own", own).verify(entity, NOW) == LETTER
    (signer,) = cms.ContentInfo.load(inner_cms(entity))["content"]["signer_infos"]
    strength = min(512, max(256, curve.key_size))
    assert signer["digest_algorithm"]["algorithm"].native == f"sha{512 if strength == 512 else strength}"


def test_a_curve_that_mail_programs_do_not_know_does_not_sign() -> None:
    key = ec.generate_private_key(ec.SECP256K1())
    with pytest.raises(VaultError, match="own-key-damaged"):
        SmimeSealer(identity(key, certify(key, "front@practice.example", NOW)))


def test_the_signature_carries_the_issuers_and_what_we_read() -> None:
    root_key, key = ec.generate_private_key(CURVES[0]), ec.generate_private_key(CURVES[0])
    root = certify(root_key, "Root", NOW, None, x509.BasicConstraints(True, None))
    own = identity(key, certify(key, "front@practice.example", NOW, (root_key, root)))
    entity = SmimeSealer(own, der(root)).sign(LETTER)
    content = cms.ContentInfo.load(inner_cms(entity))["content"]
    assert {entry.chosen.dump() for entry in content["certificates"]} == {own.cert_der, der(root)}
    attributes = {
        entry["type"].native: entry["values"] for entry in content["signer_infos"][0]["signed_attrs"]
    }
    assert attributes["smime_capabilities"][0][0]["capability_id"].native == "aes256_cbc"
    with pytest.raises(VaultError, match="own-key-damaged"):
        SmimeSealer(own, b"0\x03garbage")
