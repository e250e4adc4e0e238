"""TLS towards the relay: always on, always verified, and every failure by its own name.

RFC 8314 asks for implicit TLS or mandatory STARTTLS, and TLS 1.2 or newer. Nothing
here takes a flag that weakens any of it.
"""

from __future__ import annotations

import hashlib
import ssl
from enum import StrEnum
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from desktop.errors import DeliveryError
from desktop.models.records import Relay


class Step(StrEnum):
    """How far the way to the relay was walked; also the lines of `relay test`."""

    CONNECT = "connect"
    TLS = "tls"
    CERTIFICATE = "certificate"
    LOGIN = "login"
    SENDER = "sender"
    SIZE = "size"


class RelayError(DeliveryError):
    """No message was begun: the way to the relay failed at `step`.

    `lasting` is true where trying again in a moment cannot help (a wrong password, a
    bad certificate), so that nobody knocks three times with a password that is wrong.
    """

    def __init__(self, code: str, step: Step, *, lasting: bool, **params: str | int) -> None:
        super().__init__(code, **params)
        self.step = step
        self.lasting = lasting


# X509_V_ERR_* of OpenSSL's x509_vfy.h
_VERIFY_CODES = {
    9: "relay-expired",
    10: "relay-expired",
    2: "relay-unknown-ca",
    18: "relay-unknown-ca",
    19: "relay-unknown-ca",
    20: "relay-unknown-ca",
    21: "relay-unknown-ca",
    62: "relay-wrong-name",
    64: "relay-wrong-name",
}
_TOO_OLD = frozenset(
    {
        "TLSV1_ALERT_PROTOCOL_VERSION",
        "UNSUPPORTED_PROTOCOL",
        "WRONG_SSL_VERSION",
        "NO_PROTOCOLS_AVAILABLE",
        "TLSV1_ALERT_INSUFFICIENT_SECURITY",
    }
)
_NOT_TLS = frozenset(
    {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"}
)


def client_context(relay: Relay) -> ssl.SSLContext:
    """A context that verifies chain and host name; `relay.ca_file` replaces the system's authorities.

    Raises `RelayError("relay-ca-unreadable")` when that file cannot be used.
    """
    try:
        context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=relay.ca_file or None)
    except OSError as error:  # ssl.SSLError is one: an unreadable file, or no certificate in it
        raise RelayError("relay-ca-unreadable", Step.CERTIFICATE, lasting=True, file=relay.ca_file) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def tls_failure(error: ssl.SSLError, relay: Relay) -> RelayError:
    """The failed handshake in the program's own words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        code = _VERIFY_CODES.get(error.verify_code, "relay-bad-certificate")
        step = Step.CERTIFICATE
    elif error.reason in _TOO_OLD:
        code, step = "relay-tls-old", Step.TLS
    elif error.reason in _NOT_TLS:
        code, step = "relay-no-tls", Step.TLS
    elif isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        code, step = "relay-dropped", Step.TLS
    else:
        code, step = "relay-tls-failed", Step.TLS
    return RelayError(code, step, lasting=code != "relay-dropped", host=relay.host, port=relay.port)


def key_of(tls: ssl.SSLObject) -> str:
    """SHA-256 of the SubjectPublicKeyInfo that the server proved to own; hexadecimal."""
    certificate = x509.load_der_x509_certificate(tls.getpeercert(binary_form=True) or b"")
    info = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(info).hexdigest()


def authorities_of(tls: ssl.SSLObject) -> tuple[str, ...]:
    """SHA-256 of each certificate above the server's own in the chain that was verified, root last."""
    known: Any = tls if hasattr(tls, "get_verified_chain") else tls._sslobj  # type: ignore[attr-defined]
    chain = [one if isinstance(one, bytes) else _der(one) for one in known.get_verified_chain()]
    return tuple(hashlib.sha256(one).hexdigest() for one in chain[1:])


def _der(certificate: Any) -> bytes:
    """Before Python 3.13 the chain is made of the module's own objects, which give PEM or DER."""
    text: str = certificate.public_bytes()
    return ssl.PEM_cert_to_DER_cert(text)


def check_pin(tls: ssl.SSLObject, pin: str, relay: Relay) -> None:
    """What was pinned must be there, beside the verification that has passed by now.

    Raises `RelayError("relay-key-changed")`, and ValueError for a pin that is none.
    """
    kind, _, wanted = pin.partition(":")
    if not is_pin(pin):
        raise ValueError(kind)
    shown = (key_of(tls),) if kind == "key" else authorities_of(tls)
    if wanted.lower() not in shown:
        raise RelayError(
            "relay-key-changed", Step.CERTIFICATE, lasting=True, host=relay.host, seen="".join(shown[-1:])
        )


def is_pin(text: str) -> bool:
    """`ca:<sha256>` or `key:<sha256>`, hexadecimal."""
    kind, _, value = text.partition(":")
    return (
        kind in ("ca", "key") and len(value) == 64 and all(char in "0123456789abcdefABCDEF" for char in value)
    )
