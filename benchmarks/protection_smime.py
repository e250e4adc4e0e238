"""S/MIME: a letter signed and sealed, for certificates with RSA and with a curve.

The anchor is `cryptography` alone on the same bytes at DER level: signed, and the DER of
that enveloped for the RSA recipient, without the MIME entity between the two that RFC 8551
asks for. A second line holds ours against the library's own SMIME encoding. The library
cannot encrypt to a curve: those lines stand beside the RSA anchor of the same sender.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.serialization import pkcs7

from benchmarks._measure import Table, Target, timed
from desktop.crypto.smime import AES_GCM, Identity, SmimeSealer
from desktop.mail import mime
from desktop.mail.mime import Attachment

ROUNDS = 15
SIZES = (10_000, 1_000_000)
NOW = datetime(2026, 11, 21, tzinfo=UTC)


@dataclass(frozen=True)
class Holder:
    """One who signs or receives."""

    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    der: bytes

    @classmethod
    def of(cls, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> Holder:
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Practice")])
        builder = x509.CertificateBuilder(name, name, key.public_key(), 7, NOW, NOW + timedelta(days=9))
        certificate = builder.sign(key, hashes.SHA256())
        return cls(key, certificate, certificate.public_bytes(serialization.Encoding.DER))

    def sealer(self) -> SmimeSealer:
        private = self.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return SmimeSealer(Identity(private, self.der))


def by_library(entity: bytes, sender: Holder, recipient: Holder, encoding: serialization.Encoding) -> bytes:
    options = [pkcs7.PKCS7Options.Binary]
    signed = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(entity)
        .add_signer(sender.certificate, sender.key, hashes.SHA256())
        .sign(encoding, options)
    )
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(signed).add_recipient(recipient.certificate)
    return builder.set_content_encryption_algorithm(algorithms.AES256).encrypt(encoding, options)


def main() -> int:
    table = Table(
        f"S/MIME, sign and encrypt: {ROUNDS} rounds", "cryptography alone, DER, same bytes, RSA-3072"
    )
    chance = random.Random(8)
    rsa_own, rsa_other = (Holder.of(rsa.generate_private_key(65537, 3072)) for _ in range(2))
    curve_own, curve_other = (Holder.of(ec.generate_private_key(ec.SECP256R1())) for _ in range(2))
    for size in SIZES:
        entity = bytes(
            mime.text_entity("Hello", attachments=(Attachment("a.pdf", chance.randbytes(size * 3 // 4)),))
        )
        each = max(2, 400_000 // size)
        for named, sender in (("RSA-3072", rsa_own), ("P-256", curve_own)):
            sealer = sender.sealer()
            for to, recipient, capabilities, anchor, target in (
                ("RSA-3072", rsa_other, (), serialization.Encoding.DER, Target(0.8, at_most=False)),
                (
                    "RSA-3072 beside SMIME",
                    rsa_other,
                    (),
                    serialization.Encoding.SMIME,
                    Target(5, at_most=False),
                ),
                ("P-256", curve_other, (), serialization.Encoding.DER, None),
                ("RSA-3072 by GCM", rsa_other, (AES_GCM,), serialization.Encoding.DER, None),
            ):
                ours, theirs = [], []
                for _ in range(ROUNDS):
                    ours.append(rate(each, lambda: sealer.seal(entity, recipient.der, capabilities)))  # noqa: B023
                    theirs.append(rate(each, lambda: by_library(entity, sender, rsa_other, anchor)))  # noqa: B023
                line = f"{len(entity) / 1000:.0f} kB, {named} to {to}"
                table.line(line, ours, theirs, unit="mail/s", target=target)
    return table.end()


def rate(count: int, work: Callable[[], object]) -> float:
    return count / timed(lambda: [work() for _ in range(count)])


if __name__ == "__main__":
    sys.exit(main())
