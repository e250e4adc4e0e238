"""Identities out of .p12 files as OpenSSL and NSS write them."""

from __future__ import annotations

import random
import subprocess
import time
from datetime import datetime
from pathlib import Path

import pytest
from asn1crypto import pkcs12 as asn1_pkcs12
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from desktop.clock import SystemClock
from desktop.crypto.smime import SmimeSealer
from desktop.crypto.smime_chain import split_chain
from desktop.crypto.smime_p12 import MAX_P12_BYTES, MAX_ROUNDS, ImportedIdentity, read_p12
from desktop.errors import InputError
from tests.support.smime_readers import Nss, OpenSsl, PrivateKey, certify, der, identity

ADDRESS = "front@practice.example"
LETTER = b"Content-Type: text/plain\r\n\r\nhello\r\n"
CA = x509.BasicConstraints(ca=True, path_length=None)
KEY = rsa.generate_private_key(65537, 2048)
CURVE_KEY = ec.generate_private_key(ec.SECP256R1())
ROOT_KEY, MIDDLE_KEY = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))


@pytest.fixture(scope="module")
def now() -> datetime:
    return SystemClock().now()


class Maker:
    """`openssl pkcs12 -export`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def p12(
        self, key: PrivateKey, certificate: x509.Certificate, *options: str, password: str = "geheim"
    ) -> bytes:
        files = OpenSsl(self.folder, "own", identity(key, certificate))
        command = ["openssl", "pkcs12", "-export", "-in", str(files.certificate), "-inkey", str(files.key)]
        command += ["-passout", f"pass:{password}", *options]
        return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout

    def pem(self, *certificates: x509.Certificate) -> str:
        file = self.folder / "chain.pem"
        whole = [
            OpenSsl(self.folder, "one", identity(ROOT_KEY, one)).certificate.read_bytes()
            for one in certificates
        ]
        file.write_bytes(b"".join(whole))
        return str(file)


@pytest.fixture
def maker(tmp_path: Path) -> Maker:
    return Maker(tmp_path)


def code_of(data: bytes, password: str = "geheim") -> str:
    with pytest.raises(InputError) as caught:
        read_p12(data, password)
    return caught.value.code


@pytest.mark.parametrize("key", [KEY, CURVE_KEY])
@pytest.mark.parametrize(
    "options",
    [
        (),
        ("-legacy",),
        ("-nomac",),
        ("-macalg", "sha512"),
        ("-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1"),
        ("-certpbe", "NONE"),
    ],
)
def test_what_openssl_exports_becomes_an_identity_that_signs(
    maker: Maker, now: datetime, key: PrivateKey, options: tuple[str, ...]
) -> None:
    certificate = certify(key, ADDRESS, now)
    data = maker.p12(key, certificate, *options)
    assert read_p12(data, "geheim") == ImportedIdentity(
        identity(key, certificate), b"", (ADDRESS,), certificate.not_valid_after_utc
    )
    own = read_p12(data, "geheim")
    assert own.address == ADDRESS
    entity = SmimeSealer(own.identity).sign(LETTER)
    assert OpenSsl(maker.folder, "own", own.identity).verify(entity, now) == LETTER


@pytest.mark.filterwarnings("ignore:PKCS#12 bundle could not be parsed as DER")
def test_what_nss_exports_is_read(tmp_path: Path, now: datetime) -> None:
    nss, own = Nss(tmp_path / "nss"), identity(KEY, certify(KEY, ADDRESS, now))
    nss.own("own", own)
    assert read_p12(nss.export("own"), "x").identity == own


@pytest.mark.parametrize("password", ["", "ñandú€", "a b", "x" * 200])
def test_any_password_opens_in_either_way_of_writing_it(maker: Maker, now: datetime, password: str) -> None:
    data = maker.p12(KEY, certify(KEY, ADDRESS, now), password=password)
    assert read_p12(data, password).address == ADDRESS
    if password == "ñandú€":
        assert read_p12(data, "n\u0303andu\u0301€").address == ADDRESS
    assert code_of(data, password + "x") == "p12-password-wrong"


def test_the_issuers_come_along_from_the_nearest_up(maker: Maker, now: datetime) -> None:
    root = certify(ROOT_KEY, "Root", now, None, CA)
    middle = certify(MIDDLE_KEY, "Middle", now, (ROOT_KEY, root), CA)
    foreign = certify(CURVE_KEY, "Somebody", now, None, CA)
    own = certify(KEY, ADDRESS, now, (MIDDLE_KEY, middle))
    data = maker.p12(KEY, own, "-certfile", maker.pem(foreign, root, middle))
    found = read_p12(data, "geheim")
    assert split_chain(found.chain) == (der(middle), der(root))
    SmimeSealer(found.identity, found.chain)


def test_what_cannot_sign_mail_is_told(maker: Maker, now: datetime) -> None:
    for extensions in (
        (CA,),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]),),
        (x509.KeyUsage(False, False, True, False, False, False, False, False, False),),
    ):
        data = maker.p12(KEY, certify(KEY, ADDRESS, now, None, *extensions))
        assert code_of(data) == "p12-no-mail-certificate"
    for key in (ec.generate_private_key(ec.SECP256K1()), rsa.generate_private_key(65537, 1024)):
        assert code_of(maker.p12(key, certify(key, ADDRESS, now))) == "p12-no-mail-certificate"
    assert code_of(maker.p12(KEY, certify(KEY, "No address", now))) == "p12-no-mail-certificate"
    assert code_of(maker.p12(KEY, certify(KEY, ADDRESS, now), "-nokeys")) == "p12-no-mail-certificate"


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"0", b"0\x80" * 9, b"-----BEGIN CERTIFICATE-----", b"0\x03\x02\x01\x03"]
)
def test_what_is_no_such_file_is_unreadable(data: bytes) -> None:
    assert code_of(data) == "p12-unreadable"


def test_too_large_or_cut_is_unreadable(maker: Maker, now: datetime) -> None:
    data = maker.p12(KEY, certify(KEY, ADDRESS, now))
    assert code_of(data[:-1]) == code_of(data[:500]) == "p12-unreadable"
    assert code_of(data + bytes(MAX_P12_BYTES)) == "p12-unreadable"


def test_a_file_that_would_take_hours_is_unreadable_at_once(maker: Maker, now: datetime) -> None:
    store = asn1_pkcs12.Pfx.load(maker.p12(KEY, certify(KEY, ADDRESS, now)))
    store["mac_data"]["iterations"] = MAX_ROUNDS + 1
    assert code_of(store.dump(force=True)) == "p12-unreadable"
    million, most = bytes.fromhex("02030f4240"), bytes.fromhex("02037fffff")
    data = maker.p12(KEY, certify(KEY, ADDRESS, now), "-nomac", "-iter", "1000000")
    assert million in data
    began = time.perf_counter()
    assert code_of(data.replace(million, most)) == "p12-unreadable"
    assert time.perf_counter() - began < 1


def test_damaged_files_never_raise_anything_else(maker: Maker, now: datetime) -> None:
    chance = random.Random(7)
    whole = maker.p12(CURVE_KEY, certify(CURVE_KEY, ADDRESS, now), "-iter", "1")
    codes = set()
    for _ in range(400):
        data = bytearray(whole)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        try:
            read_p12(bytes(data), "geheim")
        except InputError as problem:
            codes.add(problem.code)
    assert {"p12-unreadable", "p12-password-wrong"} <= codes


def test_the_key_does_not_show_in_what_is_printed(maker: Maker, now: datetime) -> None:
    assert "chain" not in repr(read_p12(maker.p12(KEY, certify(KEY, ADDRESS, now)), "geheim"))
