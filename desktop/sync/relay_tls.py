"""TLS towards the relay: always on, always verified, and every failure by its own name.

RFC 8314 asks for implicit TLS or mandatory STARTTLS, and TLS 1.2 or newer. Nothing
here takes a flag that weakens any of it.
"""

from __future__ import annotations

import ssl
from enum import StrEnum

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
