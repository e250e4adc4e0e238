"""People with certificates, and the two programs that open what is sealed to them: OpenSSL and NSS."""

from __future__ import annotations

import subprocess
from datetime import datetime, timedelta
from email import message_from_bytes
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from desktop.crypto.smime import Identity

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
CURVES: tuple[ec.EllipticCurve, ...] = (ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1())


def certify(
    key: PrivateKey,
    address: str,
    now: datetime,
    issuer: tuple[PrivateKey, x509.Certificate] | None = None,
    *extensions: x509.ExtensionType,
    days: int = 30,
) -> x509.Certificate:
    """A certificate for `address`, self-signed or by `issuer`, with these extensions (none critical)."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, address)])
    builder = x509.CertificateBuilder(
        issuer[1].subject if issuer else name,
        name,
        key.public_key(),
        x509.random_serial_number(),
        now - timedelta(days=1),
        now + timedelta(days=days),
    )
    if "@" in address:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.RFC822Name(address)]), False)
    for extension in extensions:
        builder = builder.add_extension(extension, False)
    return builder.sign(issuer[0] if issuer else key, hashes.SHA256())


def identity(key: PrivateKey, certificate: x509.Certificate) -> Identity:
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Identity(private, certificate.public_bytes(serialization.Encoding.DER))


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def inner_cms(entity: bytes) -> bytes:
    """The CMS structure in an application/pkcs7-mime entity."""
    payload = message_from_bytes(entity).get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload


class OpenSsl:
    """`openssl cms` with one person's key and certificate."""

    def __init__(self, folder: Path, name: str, own: Identity) -> None:
        self.certificate, self.key = folder / f"{name}.crt", folder / f"{name}.key"
        self.certificate.write_bytes(
            x509.load_der_x509_certificate(own.cert_der).public_bytes(serialization.Encoding.PEM)
        )
        self.key.write_bytes(
            serialization.load_der_private_key(own.key_der, None).private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )

    def open(self, sealed: bytes) -> bytes:
        return self._run(
            "-decrypt", "-inform", "DER", "-recip", self.certificate, "-inkey", self.key, data=sealed
        )

    def verify(self, entity: bytes, when: datetime) -> bytes:
        """The signed content of an entity, if this certificate's signature on it is good."""
        moment = str(int(when.timestamp()))
        trust = ("-CAfile", self.certificate, "-attime", moment, "-purpose", "smimesign")
        return self._run("-verify", *trust, data=entity)

    def sign(self, entity: bytes, *options: str) -> bytes:
        return self._run("-sign", "-signer", self.certificate, "-inkey", self.key, *options, data=entity)

    @staticmethod
    def _run(*arguments: object, data: bytes) -> bytes:
        command = ["openssl", "cms", "-binary", *map(str, arguments)]
        ran = subprocess.run(command, input=data, capture_output=True, check=False, timeout=60)
        if ran.returncode != 0:
            raise RuntimeError(ran.stderr.decode(errors="replace"))
        return ran.stdout


class Nss:
    """`cmsutil` (Thunderbird's engine) with a certificate store of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir()
        self._store = f"sql:{self.folder}"
        self._run("certutil", "-N", "--empty-password")

    def own(self, name: str, own: Identity) -> None:
        """Keep a key and its certificate."""
        key = serialization.load_der_private_key(own.key_der, None)
        assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
        file = self.folder / f"{name}.p12"
        file.write_bytes(
            pkcs12.serialize_key_and_certificates(
                name.encode(),
                key,
                x509.load_der_x509_certificate(own.cert_der),
                None,
                serialization.BestAvailableEncryption(b"x"),
            )
        )
        self._run("pk12util", "-i", str(file), "-W", "x")

    def export(self, name: str) -> bytes:
        """A kept key as .p12 with the password `x`."""
        file = self.folder / "exported.p12"
        self._run("pk12util", "-o", str(file), "-n", name, "-W", "x")
        return file.read_bytes()

    def trust(self, name: str, certificate: bytes) -> None:
        """Believe this certificate's signatures on mail."""
        file = self.folder / f"{name}.der"
        file.write_bytes(certificate)
        self._run("certutil", "-A", "-n", name, "-t", ",P,", "-i", str(file))

    def read(self, cms: bytes) -> bytes:
        """The content of what is sealed to a kept key, or signed by a trusted certificate."""
        return self._through("-D", data=cms)

    def sign(self, content: bytes, name: str) -> bytes:
        """SignedData by a kept key, the content inside; it says what NSS reads and where to encrypt to."""
        return self._through("-S", "-N", name, "-H", "SHA256", "-G", "-P", "-Y", name, data=content)

    def _through(self, *arguments: str, data: bytes) -> bytes:
        given, made = self.folder / "given", self.folder / "made"
        given.write_bytes(data)
        made.unlink(missing_ok=True)
        self._run("cmsutil", *arguments, "-i", str(given), "-o", str(made))
        return made.read_bytes()

    def _run(self, program: str, *arguments: str) -> None:
        command = [program, *arguments, "-d", self._store]
        ran = subprocess.run(command, capture_output=True, check=False, timeout=120)
        if ran.returncode != 0:
            raise RuntimeError(ran.stderr.decode(errors="replace"))
