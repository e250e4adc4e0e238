"""Keys found in files, pasted text and mails as other programs write them."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs7, pkcs12
from hypothesis import given, settings
from hypothesis import strategies as st
from pysequoia import Cert, Profile, Tsk

from desktop.clock import SystemClock
from desktop.crypto.keyrecord import MAX_KEY_BYTES
from desktop.errors import InputError
from desktop.mail.keysearch import FoundKey, keys_in
from desktop.models.protection import KeySource

NOW = SystemClock().now() + timedelta(days=1)
"""The keys are made by the real clock."""
MARIA = "maria@example.org"
HEAD = f"From: Maria <{MARIA}>\r\nTo: front@practice.example\r\nSubject: key\r\nMIME-Version: 1.0\r\n"


@dataclass(frozen=True)
class Made:
    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def secret(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def issued(name: str, by: Made | None, address: str = "") -> Made:
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=30))
        .not_valid_after(NOW + timedelta(days=300))
        .add_extension(x509.BasicConstraints(ca=not address, path_length=None), critical=True)
    )
    if address:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.RFC822Name(address)]), False)
    return Made(key, builder.sign(by.key if by else key, hashes.SHA256()))


@pytest.fixture(scope="module")
def root() -> Made:
    return issued("Root", None)


@pytest.fixture(scope="module")
def middle(root: Made) -> Made:
    return issued("Middle", root)


@pytest.fixture(scope="module")
def leaf(middle: Made) -> Made:
    return issued("Maria", middle, MARIA)


@pytest.fixture(scope="module")
def pgp() -> bytes:
    return made(f"Maria <{MARIA}>")


def made(*user_ids: str) -> bytes:
    return bytes(Tsk.generate(user_ids=list(user_ids), profile=Profile.RFC4880).extract_certificate())


def armored(key: bytes) -> bytes:
    return str(Cert.from_bytes(key)).encode()


def only(data: bytes) -> FoundKey:
    (found,) = keys_in(data, NOW)
    return found


def mail(kind: str, content: bytes, *more: str) -> bytes:
    body = base64.encodebytes(content).replace(b"\n", b"\r\n")
    lines = "".join(f"{line}\r\n" for line in more)
    start = f"{HEAD}{lines}Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    start += "--b\r\nContent-Type: text/plain\r\n\r\nhi\r\n"
    part = f"--b\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return start.encode() + part.encode() + body + b"--b--\r\n"


FORMS: dict[str, Callable[[bytes], bytes]] = {
    "binary": lambda key: key,
    "armored": armored,
    "pasted": lambda key: b"Hello,\nhere it is:\n\n" + armored(key) + b"\nMaria\n",
    "lines of windows": lambda key: armored(key).replace(b"\n", b"\r\n"),
}


@pytest.mark.parametrize("form", FORMS)
def test_an_openpgp_key_is_found_in_every_form(pgp: bytes, form: str) -> None:
    found = only(FORMS[form](pgp))
    assert (found.kind.value, found.source, found.chain) == ("openpgp", KeySource.FILE, b"")
    assert found.facts.usable
    assert found.facts.addresses == (MARIA,)


@pytest.mark.parametrize("kind", ["application/pgp-keys", "application/octet-stream", "text/plain"])
@pytest.mark.parametrize("form", FORMS)
def test_an_openpgp_key_is_found_in_a_mail(pgp: bytes, kind: str, form: str) -> None:
    found = only(mail(kind, FORMS[form](pgp)))
    assert (found.source, found.facts.usable) == (KeySource.MAIL, True)


def test_a_key_in_the_text_of_a_mail_is_found(pgp: bytes) -> None:
    assert only(HEAD.encode() + b"\r\n" + armored(pgp)).facts.usable


def test_the_header_of_a_mail_is_a_hint(pgp: bytes) -> None:
    line = f"Autocrypt: addr={MARIA}; keydata={base64.b64encode(pgp).decode()}"
    hinted = only(mail("text/html", b"hi", line))
    assert (hinted.source, hinted.facts.usable) == (KeySource.AUTOCRYPT, True)
    assert only(mail("application/pgp-keys", pgp, line)).source is KeySource.MAIL
    other = line.replace(base64.b64encode(pgp).decode(), base64.b64encode(made("x@example.org")).decode())
    with pytest.raises(InputError, match="key-unreadable"):
        keys_in(mail("text/html", b"hi", other), NOW)


def test_several_keys_come_each_by_itself_and_once(pgp: bytes, leaf: Made) -> None:
    other = made("b@example.org")
    found = keys_in(armored(pgp) + armored(other) + armored(pgp) + leaf.pem, NOW)
    assert [one.facts.addresses for one in found] == [(MARIA,), ("b@example.org",), (MARIA,)]
    assert len(keys_in(pgp + other, NOW)) == 2
    assert len(keys_in(b"".join(armored(made(f"n{n}@example.org")) for n in range(30)), NOW)) == 20


def test_a_certificate_is_found_with_its_issuers_in_order(leaf: Made, middle: Made, root: Made) -> None:
    assert (only(leaf.der).chain, only(leaf.pem).chain) == (b"", b"")
    bundle = [root.certificate, leaf.certificate, middle.certificate]
    for data in (
        root.pem + leaf.pem + middle.pem,
        pkcs7.serialize_certificates(bundle, Encoding.DER),
        pkcs7.serialize_certificates(bundle, Encoding.PEM),
        mail("application/pkix-cert", root.pem + leaf.pem + middle.pem),
        mail("application/x-pkcs7-certificates", pkcs7.serialize_certificates(bundle, Encoding.DER)),
    ):
        found = only(data)
        assert (found.kind.value, found.facts.data) == ("smime", leaf.der)
        assert found.chain == middle.der + root.der


def test_an_authority_alone_says_that_it_is_not_for_mail(root: Made) -> None:
    assert only(root.pem).facts.reason == "wrong-usage"


def signed_mail(tmp_path: Path, leaf: Made, middle: Made, *options: str) -> bytes:
    (tmp_path / "leaf.pem").write_bytes(leaf.pem + leaf.secret)
    (tmp_path / "middle.pem").write_bytes(middle.pem)
    command = ["openssl", "cms", "-sign", "-signer", str(tmp_path / "leaf.pem"), "-md", "sha256", *options]
    command += ["-certfile", str(tmp_path / "middle.pem"), "-from", MARIA, "-subject", "hello"]
    text = b"Content-Type: text/plain\r\n\r\nhello\r\n"
    return subprocess.run(command, input=text, capture_output=True, check=True).stdout


@pytest.mark.parametrize("options", [(), ("-nodetach",)])
def test_a_signed_mail_brings_the_signers_certificate(
    tmp_path: Path, leaf: Made, middle: Made, options: tuple[str, ...]
) -> None:
    found = only(signed_mail(tmp_path, leaf, middle, *options))
    assert (found.facts.data, found.chain, found.source) == (leaf.der, middle.der, KeySource.MAIL)
    assert "aes-256-cbc" in found.capabilities


def test_a_signed_mail_that_was_changed_says_so(tmp_path: Path, leaf: Made, middle: Made) -> None:
    changed = signed_mail(tmp_path, leaf, middle).replace(b"\nhello", b"\nhallo")
    with pytest.raises(InputError, match="signed-mail-altered"):
        keys_in(changed, NOW)


def test_what_is_secret_is_named_and_nothing_of_it_kept(leaf: Made) -> None:
    p12 = pkcs12.serialize_key_and_certificates(b"m", leaf.key, leaf.certificate, None, NoEncryption())
    for data in (leaf.secret, leaf.pem + leaf.secret, p12, str(Tsk.generate("a@example.org")).encode()):
        found = only(data)
        assert (found.facts.reason, found.facts.data) == ("secret-key", b"")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"\x30\x03\x02\x01",
        b"\x99\x01",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        b"-----BEGIN PKCS7-----\nMAA=\n-----END PKCS7-----\n",
        b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n" * 25_000,
        b"-----BEGIN CERTIFICATE-----\n" * 35_000,
        b"-----BEGIN CERTIFICATE-----" * 10_000 + b"-----END CERTIFICATE-----",
        HEAD.encode(),
        HEAD.encode() + b"\r\nhello\r\n",
        HEAD.encode() + b"Content-Type: multipart/mixed; boundary=x\r\n" * 300 + b"\r\n",
        HEAD.encode() + b"a: b\r\n" * 100_000 + b"\r\n",
        b"From: x\n " + b"\n " * 100_000,
    ],
    ids=range(14),
)
def test_where_there_is_none_that_is_said_at_once(data: bytes) -> None:
    with pytest.raises(InputError, match="key-unreadable"):
        keys_in(data, NOW)


def test_what_is_too_large_is_refused(pgp: bytes) -> None:
    with pytest.raises(InputError, match="key-too-large"):
        keys_in(armored(pgp) + bytes(MAX_KEY_BYTES), NOW)
    with pytest.raises(InputError, match="key-too-large"):
        keys_in(HEAD.encode() + b"\r\n" + bytes(41 * 1024 * 1024), NOW)


def test_a_broken_part_does_not_hide_the_next(pgp: bytes) -> None:
    broken = b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n!!\n-----END PGP PUBLIC KEY BLOCK-----\n"
    assert only(broken + armored(pgp)).facts.usable
    assert only(armored(pgp) + b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").facts.usable


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_no_damage_raises_anything_else(data: st.DataObject) -> None:
    made_once = SAMPLES[data.draw(st.integers(0, len(SAMPLES) - 1))]
    damaged = bytearray(made_once)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    assert outcome(bytes(damaged)) in CODES


def outcome(data: bytes) -> str:
    """The error's code, or nothing; any other exception fails the test."""
    try:
        keys_in(data, NOW)
    except InputError as problem:
        return problem.code
    return ""


CODES = {"", "key-unreadable", "signed-mail-altered", "signed-mail-unreadable", "signed-mail-unsupported"}
_KEY = made(f"Maria <{MARIA}>")
_CERT = issued("Maria", None, MARIA)
SAMPLES = (
    _KEY,
    armored(_KEY),
    _CERT.der,
    _CERT.pem,
    pkcs7.serialize_certificates([_CERT.certificate], Encoding.DER),
    mail("application/pgp-keys", armored(_KEY), f"Autocrypt: addr={MARIA}; keydata=AAAA"),
    pkcs7.PKCS7SignatureBuilder(b"hello\r\n")
    .add_signer(_CERT.certificate, _CERT.key, hashes.SHA256())
    .sign(Encoding.SMIME, [pkcs7.PKCS7Options.DetachedSignature]),
)
