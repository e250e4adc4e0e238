"""S/MIME: a letter signed and sealed, for certificates with RSA and with a curve.

The anchor is `cryptography` alone on the same bytes at DER level: signed, made the MIME
entity in base64 that RFC 8551 asks for between the two, and that enveloped for the RSA
recipient. "bare" leaves the entity out, which nobody could read as mail. A further line
holds ours against the library's own SMIME encoding. The library cannot encrypt to a
curve: those lines stand beside the RSA anchor of the same sender.
"""

from __future__ import annotations

import base64
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
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


class Anchor(Enum):
    """What the library writes between signing and enveloping."""

    ENTITY = ""
    BARE = "bare"
    SMIME = "SMIME"


def by_library(entity: bytes, sender: Holder, recipient: Holder, anchor: Anchor) -> bytes:
    encoding = serialization.Encoding.SMIME if anchor is Anchor.SMIME else serialization.Encoding.DER
    options = [pkcs7.PKCS7Options.Binary]
    signed = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(entity)
        .add_signer(sender.certificate, sender.key, hashes.SHA256())
        .sign(encoding, options)
    )
    if anchor is Anchor.ENTITY:
        signed = b"Content-Type: application/pkcs7-mime\r\n\r\n" + base64.encodebytes(signed)
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(signed).add_recipient(recipient.certificate)
    return builder.set_content_encryption_algorithm(algorithms.AES256).encrypt(encoding, options)


def main() -> int:
    table = Table(
        f"S/MIME, sign and encrypt: {ROUNDS} rounds", "cryptography alone, DER, same bytes, RSA-3072"
    )
    chance = random.Random(8)
    own = rsa.generate_private_key(65537, 3072)
    rsa_own, rsa_other = Holder.of(own), Holder.of(rsa.generate_private_key(65537, 3072))
    curve_own, curve_other = (Holder.of(ec.generate_private_key(ec.SECP256R1())) for _ in range(2))
    table.line(
        "an RSA-3072 signature by itself",
        [rate(40, lambda: one_signature(own)) for _ in range(ROUNDS)],
        unit="1/s",
    )
    for size in SIZES:
        entity = bytes(
            mime.text_entity("Hello", attachments=(Attachment("a.pdf", chance.randbytes(size * 3 // 4)),))
        )
        each = max(2, 400_000 // size)
        for named, sender in (("RSA-3072", rsa_own), ("P-256", curve_own)):
            sealer = sender.sealer()
            for to, recipient, capabilities, anchor, target in (
                ("RSA-3072", rsa_other, (), Anchor.ENTITY, Target(0.8, at_most=False)),
                ("RSA-3072", rsa_other, (), Anchor.BARE, None),
                ("RSA-3072", rsa_other, (), Anchor.SMIME, Target(5, at_most=False)),
                ("P-256", curve_other, (), Anchor.ENTITY, None),
                ("RSA-3072 by GCM", rsa_other, (AES_GCM,), Anchor.ENTITY, None),
            ):
                if anchor is Anchor.SMIME and size == SIZES[0] and sender is rsa_own:
                    target = None  # the signature alone allows no more than thrice
                ours, theirs = [], []
                for _ in range(ROUNDS):
                    ours.append(rate(each, lambda: sealer.seal(entity, recipient.der, capabilities)))  # noqa: B023
                    theirs.append(rate(each, lambda: by_library(entity, sender, rsa_other, anchor)))  # noqa: B023
                line = f"{len(entity) / 1000:.0f} kB, {named} to {to} {anchor.value}".rstrip()
                table.line(line, ours, theirs, unit="mail/s", target=target)
    return table.end()


def one_signature(key: rsa.RSAPrivateKey) -> bytes:
    return key.sign(b"", padding.PKCS1v15(), hashes.SHA256())


def rate(count: int, work: Callable[[], object]) -> float:
    return count / timed(lambda: [work() for _ in range(count)])


if __name__ == "__main__":
    sys.exit(main())
