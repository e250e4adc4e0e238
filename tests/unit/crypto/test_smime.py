"""What is sealed, opened and verified by `openssl cms` in real processes."""

from __future__ import annotations

import email
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from desktop.crypto.smime import AES_GCM, Identity, SmimeSealer, inspect_certificate, make_identity, mime_part
from desktop.errors import InputError, VaultError

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LETTER = b'Content-Type: text/plain; charset="utf-8"\r\n\r\nMartes 14:30 \xe2\x9c\x93  \r\nFrom us.\r\n'


@pytest.fixture(scope="module")
def practice() -> Identity:
    return make_identity("Practice", "front@practice.example", NOW)


@pytest.fixture(scope="module")
def patient() -> Identity:
    return make_identity("Maria Lopez", "maria@example.org", NOW)


@pytest.fixture(scope="module")
def sealer(practice: Identity) -> SmimeSealer:
    return SmimeSealer(practice)


def openssl(*arguments: str, data: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *arguments], input=data, capture_output=True, check=False, timeout=60)


def pem_files(folder: Path, identity: Identity, name: str) -> tuple[str, str]:
    """The certificate and the key as PEM files, for OpenSSL."""
    certificate = x509.load_der_x509_certificate(identity.cert_der)
    key = serialization.load_der_private_key(identity.key_der, None)
    cert_file, key_file = folder / f"{name}.crt", folder / f"{name}.key"
    cert_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return str(cert_file), str(key_file)


def opened(folder: Path, sealed: bytes, patient: Identity) -> bytes:
    cert, key = pem_files(folder, patient, "patient")
    ran = openssl("cms", "-decrypt", "-inform", "DER", "-recip", cert, "-inkey", key, data=sealed)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def verified(folder: Path, entity: bytes, practice: Identity) -> subprocess.CompletedProcess[bytes]:
    cert, _ = pem_files(folder, practice, "practice")
    when = str(int(NOW.timestamp()))
    return openssl("cms", "-verify", "-CAfile", cert, "-attime", when, "-purpose", "smimesign", data=entity)


def test_openssl_opens_and_verifies_what_was_sealed(
    tmp_path: Path, sealer: SmimeSealer, practice: Identity, patient: Identity
) -> None:
    entity = opened(tmp_path, sealer.seal(LETTER, patient.cert_der), patient)
    assert entity.startswith(b"Content-Type: application/pkcs7-mime; smime-type=signed-data;")
    ran = verified(tmp_path, entity, practice)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == LETTER


def test_the_outer_part_is_read_by_openssl_as_mail(
    tmp_path: Path, sealer: SmimeSealer, patient: Identity
) -> None:
    part = mime_part(sealer.seal(LETTER, patient.cert_der), "enveloped-data")
    cert, key = pem_files(tmp_path, patient, "patient")
    ran = openssl("cms", "-decrypt", "-recip", cert, "-inkey", key, data=b"MIME-Version: 1.0\r\n" + part)
    assert ran.returncode == 0, ran.stderr
    parsed = email.message_from_bytes(part)
    assert parsed.get_content_type() == "application/pkcs7-mime"
    assert parsed.get_param("smime-type") == "enveloped-data"
    assert max(len(line) for line in part.split(b"\r\n")) <= 100
    assert b"\n" not in part.replace(b"\r\n", b"")


def test_it_is_aes_256_cbc_for_one_recipient_with_sha_256_inside(
    tmp_path: Path, sealer: SmimeSealer, patient: Identity
) -> None:
    sealed = sealer.seal(LETTER, patient.cert_der)
    content = cms.ContentInfo.load(sealed)["content"]
    assert content["encrypted_content_info"]["content_encryption_algorithm"].encryption_cipher == "aes"
    assert content["encrypted_content_info"]["content_encryption_algorithm"].key_length == 32
    assert content["encrypted_content_info"]["content_encryption_algorithm"].encryption_mode == "cbc"
    assert len(content["recipient_infos"]) == 1
    inner = email.message_from_bytes(opened(tmp_path, sealed, patient)).get_payload(decode=True)
    signed = cms.ContentInfo.load(inner)["content"]
    assert signed["signer_infos"][0]["digest_algorithm"]["algorithm"].native == "sha256"
    assert signed["encap_content_info"]["content"].native == LETTER


def test_an_altered_letter_does_not_verify(
    tmp_path: Path, sealer: SmimeSealer, practice: Identity, patient: Identity
) -> None:
    entity = opened(tmp_path, sealer.seal(LETTER, patient.cert_der), patient)
    payload = email.message_from_bytes(entity).get_payload(decode=True)
    assert isinstance(payload, bytes)
    altered = payload.replace(b"14:30", b"14:45")
    assert altered != payload
    assert verified(tmp_path, mime_part(altered, "signed-data"), practice).returncode != 0


def test_somebody_else_cannot_open_it(
    tmp_path: Path, sealer: SmimeSealer, practice: Identity, patient: Identity
) -> None:
    cert, key = pem_files(tmp_path, practice, "practice")
    sealed = sealer.seal(LETTER, patient.cert_der)
    ran = openssl("cms", "-decrypt", "-inform", "DER", "-recip", cert, "-inkey", key, data=sealed)
    assert ran.returncode != 0
    assert b"Martes" not in ran.stdout


def test_nothing_of_the_letter_is_outside(sealer: SmimeSealer, patient: Identity) -> None:
    assert b"Martes" not in sealer.seal(LETTER, patient.cert_der)


@pytest.mark.parametrize("body", [b"line\nline\r\n", b"line\rline\r\n", b"\n"])
def test_line_ends_that_would_not_survive_are_a_bug(
    sealer: SmimeSealer, patient: Identity, body: bytes
) -> None:
    with pytest.raises(ValueError, match="CRLF"):
        sealer.seal(body, patient.cert_der)


def test_a_certificate_that_cannot_be_used_is_refused(sealer: SmimeSealer, patient: Identity) -> None:
    name = x509.Name([])
    others: list[bytes] = []
    for key in (ec.generate_private_key(ec.SECP256K1()), ed25519.Ed25519PrivateKey.generate()):
        builder = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW, NOW + timedelta(days=1))
        digest = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
        others.append(builder.sign(key, digest).public_bytes(serialization.Encoding.DER))
    for wrong in (*others, b"", b"hello", patient.cert_der[:-5]):
        for capabilities in ((), (AES_GCM,)):
            with pytest.raises(InputError, match="key-unusable"):
                sealer.seal(LETTER, wrong, capabilities)


def test_a_made_identity_is_itself_a_usable_certificate(patient: Identity) -> None:
    facts = inspect_certificate(patient.cert_der, NOW)
    assert (facts.usable, facts.addresses) == (True, ("maria@example.org",))
    assert facts.expires == NOW + timedelta(days=3 * 365)
    key = x509.load_der_x509_certificate(patient.cert_der).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    assert key.key_size == 3072


def test_openssl_finds_the_identity_fit_for_mail(tmp_path: Path, practice: Identity) -> None:
    cert, _ = pem_files(tmp_path, practice, "practice")
    shown = openssl("x509", "-in", cert, "-noout", "-purpose", "-text", data=b"").stdout.decode()
    assert "S/MIME signing : Yes" in shown
    assert "S/MIME encryption : Yes" in shown
    assert "S/MIME signing CA : No" in shown
    assert "email:front@practice.example" in shown


def test_an_identity_needs_an_address_and_takes_its_name_from_it_at_need() -> None:
    with pytest.raises(InputError, match="address-wrong"):
        make_identity("Practice", "front", NOW)
    subject = x509.load_der_x509_certificate(make_identity("\r\n", "a@example.org", NOW).cert_der).subject
    assert subject.rfc4514_string() == "CN=a@example.org"


def test_a_long_name_is_cut_to_what_a_certificate_holds() -> None:
    identity = make_identity("Clínica " * 20, "front@practice.example", NOW)
    subject = x509.load_der_x509_certificate(identity.cert_der).subject
    assert len(subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value) in range(50, 65)


def test_a_damaged_or_mixed_identity_is_named(practice: Identity, patient: Identity) -> None:
    for wrong in (
        Identity(b"", practice.cert_der),
        Identity(practice.key_der, b""),
        Identity(practice.key_der, patient.cert_der),
    ):
        with pytest.raises(VaultError, match="own-key-damaged"):
            SmimeSealer(wrong)


def test_the_key_does_not_show_in_what_is_printed(practice: Identity) -> None:
    assert repr(practice.key_der[:8])[2:-1] not in repr(practice)
