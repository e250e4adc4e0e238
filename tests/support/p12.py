"""A mail certificate with its key, as an authority hands it out."""

from __future__ import annotations

from datetime import datetime

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_der_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509 import load_der_x509_certificate

from desktop.crypto.smime import make_identity
from desktop.office.values_protection import IdentityFile


def a_p12(address: str, now: datetime) -> IdentityFile:
    made = make_identity("Elm Street", address, now)
    data = serialize_key_and_certificates(
        b"own",
        load_der_private_key(made.key_der, None),  # type: ignore[arg-type]
        load_der_x509_certificate(made.cert_der),
        None,
        BestAvailableEncryption(b"quiet"),
    )
    return IdentityFile(data, password="quiet")
