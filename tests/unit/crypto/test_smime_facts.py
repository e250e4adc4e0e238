"""Certificate files as OpenSSL writes them, inspected; and the choice between the two kinds."""

from __future__ import annotations

import random
import subprocess
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from desktop.crypto.keyfacts import inspect_key
from desktop.crypto.keyrecord import MAX_KEY_BYTES
from desktop.crypto.smime_facts import inspect_certificate
from desktop.errors import InputError

if TYPE_CHECKING:
    from tests.support.gpg import Correspondents

CONFIG = """[req]
distinguished_name = dn
prompt = no
[dn]
CN = Maria Lopez
emailAddress = subject@example.org
[ext]
subjectKeyIdentifier = hash
"""
GOOD = ("subjectAltName=email:Maria@Example.ORG", "basicConstraints=critical,CA:FALSE")


class Authority:
    """Self-signed certificates made by the openssl program."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = folder / "rsa.key"
        self.run("genrsa", "-out", str(self.key), "2048")

    def run(self, *arguments: str) -> bytes:
        ran = subprocess.run(["openssl", *arguments], capture_output=True, check=True, timeout=60)
        return ran.stdout

    def certificate(self, *extensions: str, key: Path | None = None, options: tuple[str, ...] = ()) -> bytes:
        """PEM of a certificate for ten days from now with these extension lines."""
        config = self.folder / "request.cnf"
        config.write_text(CONFIG + "\n".join(extensions) + "\n")
        key_file = str(key or self.key)
        command = ["req", "-x509", "-new", "-key", key_file, "-config", str(config), "-extensions", "ext"]
        return self.run(*command, "-days", "10", *options)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def good(authority: Authority) -> bytes:
    return authority.certificate(*GOOD, "keyUsage=keyEncipherment", "extendedKeyUsage=emailProtection")


@pytest.fixture(scope="module")
def now(good: bytes) -> datetime:
    return x509.load_pem_x509_certificate(good).not_valid_before_utc + timedelta(hours=1)


def der_of(pem: bytes) -> bytes:
    return x509.load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER)


def test_a_good_certificate_is_usable_in_pem_and_der(
    authority: Authority, good: bytes, now: datetime
) -> None:
    facts = inspect_certificate(good, now)
    assert (facts.kind, facts.usable, facts.reason) == ("smime", True, None)
    assert facts.addresses == ("Maria@example.org",)
    assert facts.data == der_of(good)
    shown = authority.folder / "good.pem"
    shown.write_bytes(good)
    line = authority.run("x509", "-in", str(shown), "-noout", "-fingerprint", "-sha256").decode()
    assert facts.fingerprint == line.split("=")[1].strip().replace(":", "")
    assert inspect_certificate(der_of(good), now) == facts
    assert inspect_certificate(b"Bag Attributes\r\n" + good.replace(b"\n", b"\r\n"), now) == facts


def test_several_addresses_are_all_named(authority: Authority, now: datetime) -> None:
    pem = authority.certificate("subjectAltName=email:a@example.org,DNS:example.org,email:b@example.org")
    assert inspect_certificate(pem, now).addresses == ("a@example.org", "b@example.org")


@pytest.mark.parametrize(
    ("extensions", "reason"),
    [
        ((), "key-without-address"),
        (("subjectAltName=DNS:example.org",), "key-without-address"),
        ((GOOD[0], "basicConstraints=critical,CA:TRUE"), "wrong-usage"),
        ((*GOOD, "extendedKeyUsage=serverAuth,clientAuth"), "wrong-usage"),
        ((*GOOD, "1.2.3.4=critical,ASN1:UTF8String:unknown condition"), "wrong-usage"),
        ((*GOOD, "keyUsage=digitalSignature"), "cannot-encrypt"),
        ((*GOOD, "keyUsage=digitalSignature,keyEncipherment"), None),
        ((*GOOD, "extendedKeyUsage=anyExtendedKeyUsage"), None),
        ((*GOOD, "extendedKeyUsage=clientAuth,emailProtection"), None),
        ((*GOOD, "1.2.3.4=ASN1:UTF8String:unknown remark"), None),
        (GOOD, None),
    ],
)
def test_what_a_certificate_is_for_decides(
    authority: Authority, now: datetime, extensions: tuple[str, ...], reason: str | None
) -> None:
    facts = inspect_certificate(authority.certificate(*extensions), now)
    assert (facts.usable, facts.reason) == (reason is None, reason)
    assert bool(facts.data) == facts.usable


def test_an_address_in_the_subject_alone_does_not_count(authority: Authority, now: datetime) -> None:
    pem = authority.certificate(*GOOD)
    assert b"subject@example.org" in der_of(pem)
    assert inspect_certificate(pem, now).addresses == ("Maria@example.org",)


def test_time_decides(good: bytes, now: datetime) -> None:
    begin, end = now - timedelta(hours=1), now - timedelta(hours=1) + timedelta(days=10)
    assert inspect_certificate(good, begin - timedelta(seconds=1)).reason == "not-yet-valid"
    assert inspect_certificate(good, begin).usable
    assert inspect_certificate(good, end - timedelta(seconds=1)).usable
    assert inspect_certificate(good, end).reason == "expired"
    assert inspect_certificate(good, end).expires == end


@pytest.mark.parametrize("digest", ["-sha1", "-md5"])
def test_weak_signatures_are_refused(authority: Authority, now: datetime, digest: str) -> None:
    assert (
        inspect_certificate(authority.certificate(*GOOD, options=(digest,)), now).reason == "weak-signature"
    )


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (("genrsa", "-out", "{}", "1024"), "weak-key"),
        (("ecparam", "-genkey", "-noout", "-name", "prime192v1", "-out", "{}"), "weak-key"),
        (("ecparam", "-genkey", "-noout", "-name", "secp256k1", "-out", "{}"), "cannot-encrypt"),
        (("ecparam", "-genkey", "-noout", "-name", "brainpoolP256r1", "-out", "{}"), "cannot-encrypt"),
        (("ecparam", "-genkey", "-noout", "-name", "sect233k1", "-out", "{}"), "cannot-encrypt"),
        (("genpkey", "-algorithm", "ED25519", "-out", "{}"), "cannot-encrypt"),
        (("genpkey", "-algorithm", "ED448", "-out", "{}"), "cannot-encrypt"),
        (("genpkey", "-algorithm", "RSA-PSS", "-out", "{}"), "cannot-encrypt"),
    ],
)
def test_the_kind_and_length_of_the_key_decide(
    authority: Authority, now: datetime, make: tuple[str, ...], reason: str
) -> None:
    key = (
        authority.folder / f"{reason}-{make[-1]}.key" if make[-1] != "{}" else authority.folder / "other.key"
    )
    authority.run(*(word.format(key) for word in make))
    facts = inspect_certificate(authority.certificate(*GOOD, key=key), now)
    assert (facts.usable, facts.reason) == (False, reason)


@pytest.fixture(scope="module")
def curve_key(authority: Authority) -> Path:
    key = authority.folder / "curve.key"
    authority.run("ecparam", "-genkey", "-noout", "-name", "secp384r1", "-out", str(key))
    return key


@pytest.mark.parametrize(
    ("usage", "reason"),
    [
        ((), None),
        (("keyUsage=keyAgreement",), None),
        (("keyUsage=digitalSignature,keyAgreement,decipherOnly",), None),
        (("keyUsage=digitalSignature",), "cannot-encrypt"),
        (("keyUsage=keyEncipherment",), "cannot-encrypt"),
        (("keyUsage=keyAgreement,encipherOnly",), "cannot-encrypt"),
        (("keyUsage=keyAgreement", "extendedKeyUsage=clientAuth"), "wrong-usage"),
    ],
)
def test_a_key_on_a_curve_needs_key_agreement(
    authority: Authority, now: datetime, curve_key: Path, usage: tuple[str, ...], reason: str | None
) -> None:
    facts = inspect_certificate(authority.certificate(*GOOD, *usage, key=curve_key), now)
    assert (facts.usable, facts.reason) == (reason is None, reason)


def test_x25519_has_no_reader_and_is_refused(authority: Authority, good: bytes, now: datetime) -> None:
    """OpenSSL 3.0 cannot open RFC 8418, so nothing would check what we wrote."""
    person, key = authority.folder / "person.pem", authority.folder / "x25519"
    person.write_bytes(good)
    authority.run("genpkey", "-algorithm", "X25519", "-out", f"{key}.key")
    authority.run("pkey", "-in", f"{key}.key", "-pubout", "-out", f"{key}.pub")
    forced = authority.run(
        *("x509", "-new", "-force_pubkey", f"{key}.pub", "-subj", "/CN=Maria", "-days", "10"),
        *("-CA", str(person), "-CAkey", str(authority.key)),
    )
    assert inspect_certificate(forced, now).reason == "cannot-encrypt"


def test_an_address_beyond_ascii_has_its_own_reason(authority: Authority, now: datetime) -> None:
    utf8 = "subjectAltName=otherName:1.3.6.1.5.5.7.8.9;UTF8:mar\u00eda@example.org"
    facts = inspect_certificate(authority.certificate(utf8, options=("-utf8",)), now)
    assert (facts.reason, facts.addresses) == ("utf8-address", ())
    both = inspect_certificate(authority.certificate(f"{utf8},email:m@example.org", options=("-utf8",)), now)
    assert (both.usable, both.addresses) == (True, ("m@example.org",))


def test_only_the_domain_is_brought_to_one_case(authority: Authority, now: datetime) -> None:
    names = "subjectAltName=email:Maria@XN--BCHER-KVA.example,email:m@Example.org"
    facts = inspect_certificate(authority.certificate(names), now)
    assert facts.addresses == ("Maria@xn--bcher-kva.example", "m@example.org")


def test_many_names_and_a_huge_modulus_take_no_time(authority: Authority, now: datetime) -> None:
    began = time.perf_counter()
    many = "subjectAltName=" + ",".join(f"email:a{n}@example.org" for n in range(3000))
    assert len(inspect_certificate(authority.certificate(many), now).addresses) == 3000
    loaded = asn1_x509.Certificate.load(der_of(authority.certificate(*GOOD)))
    public = {"modulus": (1 << 40_000) + 1, "public_exponent": (1 << 4_000) + 1}
    loaded["tbs_certificate"]["subject_public_key_info"]["public_key"] = asn1_keys.RSAPublicKey(public)
    with suppress(InputError):
        assert inspect_certificate(loaded.dump(force=True), now).reason == "cannot-encrypt"
    assert time.perf_counter() - began < 5


def test_a_chain_is_read_as_the_one_certificate_that_is_no_authority(
    authority: Authority, good: bytes, now: datetime
) -> None:
    root = authority.certificate("basicConstraints=critical,CA:TRUE")
    assert inspect_certificate(root + good, now) == inspect_certificate(good, now)
    other = authority.certificate(*GOOD)
    refused = inspect_certificate(good + other, now)
    assert (refused.reason, refused.data) == ("several-keys", b"")
    assert inspect_certificate(root + root, now).reason == "several-keys"


def test_private_keys_are_refused_in_every_form(authority: Authority, good: bytes, now: datetime) -> None:
    pem = authority.key.read_bytes()
    cert = authority.folder / "cert.pem"
    cert.write_bytes(good)
    key, secret = str(authority.key), "pass:secret"
    forms = [
        pem,
        good + pem,
        authority.run("rsa", "-in", key, "-traditional"),
        authority.run("pkcs8", "-topk8", "-in", key, "-passout", secret),
        authority.run("pkcs8", "-topk8", "-nocrypt", "-in", key, "-outform", "DER"),
        authority.run("rsa", "-in", key, "-traditional", "-outform", "DER"),
        authority.run("pkcs12", "-export", "-in", str(cert), "-inkey", key, "-passout", secret),
    ]
    for form in forms:
        facts = inspect_key(form, now)
        assert (facts.kind, facts.usable, facts.reason, facts.data) == ("smime", False, "secret-key", b"")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"0",
        b"0\x80",
        b"0\x03\x02\x01",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        b"-----BEGIN CERTIFICATE-----\n!!!!",
        b"-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----\n",
    ],
)
def test_what_is_no_certificate_is_unreadable(now: datetime, data: bytes) -> None:
    with pytest.raises(InputError, match="key-unreadable"):
        inspect_certificate(data, now)
    with pytest.raises(InputError, match="key-unreadable"):
        inspect_key(data, now)


def test_a_serial_number_that_is_forbidden_is_unreadable_and_warns_nobody(
    authority: Authority, now: datetime
) -> None:
    with pytest.raises(InputError, match="key-unreadable"):
        inspect_certificate(authority.certificate(*GOOD, options=("-set_serial", "-5")), now)


def test_damaged_certificates_never_raise_anything_else(good: bytes, now: datetime) -> None:
    chance = random.Random(20261121)
    der = der_of(good)
    codes = set()
    for _ in range(2000):
        data = bytearray(der)
        for _ in range(chance.choice((1, 1, 3, 12))):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        codes.add(_outcome(bytes(data), now))
    assert {"key-unreadable", "wrong-usage", None} <= codes


def _outcome(data: bytes, now: datetime) -> str | None:
    try:
        return inspect_certificate(data, now).reason
    except InputError as problem:
        return problem.code


def test_more_than_a_mebibyte_is_refused(now: datetime) -> None:
    for data in (b"0" * (MAX_KEY_BYTES + 1), b"\x99" * (MAX_KEY_BYTES + 1)):
        with pytest.raises(InputError, match="key-too-large"):
            inspect_key(data, now)
    with pytest.raises(InputError, match="key-too-large"):
        inspect_certificate(bytes(MAX_KEY_BYTES + 1), now)


def test_either_kind_is_recognised(people: Correspondents, good: bytes, now: datetime) -> None:
    fingerprint = people.make("Either <either@example.org>")
    later = datetime.fromtimestamp(4_000_000_000, UTC)
    assert inspect_key(people.public(fingerprint), later).kind == "openpgp"
    assert inspect_key(people.run("--armor", "--export", fingerprint).stdout, later).kind == "openpgp"
    assert inspect_key(good, now).kind == "smime"
    assert inspect_key(der_of(good), now).kind == "smime"
