"""The way to a relay: connect, secure, sign in; or say by name which of these failed."""

from __future__ import annotations

import asyncio
import socket
import ssl

from aiosmtplib.errors import (
    SMTPException,
    SMTPHeloError,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from desktop.models.records import Relay
from desktop.sync.relay import Offer, RelayConnection, Timeouts
from desktop.sync.relay_auth import Access, sign_in
from desktop.sync.relay_protocol import RelayClient
from desktop.sync.relay_tls import (
    RelayError,
    Step,
    authorities_of,
    check_pin,
    client_context,
    key_of,
    tls_failure,
)
from desktop.texts import clean

# The computer's name is nobody's business, and an address literal needs none (RFC 5321, 4.1.3).
_OWN_NAME = "[127.0.0.1]"


async def open_relay(
    relay: Relay,
    access: Access | str,
    timeouts: Timeouts | None = None,
    context: ssl.SSLContext | None = None,
) -> RelayConnection:
    """Connect, secure, and sign in. Nothing but EHLO and STARTTLS ever leaves in clear.

    `access` as text is a password, without a pin.
    `context` is one of `client_context`, for callers that open several connections; reading the
    authorities takes longer than a handshake. Raises RelayError, naming the step and the reason.
    """
    limits = timeouts or Timeouts()
    access = Access(access) if isinstance(access, str) else access
    if relay.security not in ("implicit", "starttls"):
        raise ValueError(relay.security)
    client = RelayClient(
        hostname=relay.host,
        port=relay.port,
        use_tls=relay.security == "implicit",
        start_tls=False,  # done below, before anything else, and never left out
        tls_context=context or client_context(relay),
        local_hostname=_OWN_NAME,
        timeout=limits.command,
    )
    step = Step.CONNECT
    try:
        await client.connect(timeout=limits.connect)
        step = Step.TLS
        if relay.security == "implicit":
            _check_pin(client, access, relay)
        await client.ehlo()
        if relay.security == "starttls":
            if not client.supports_extension("starttls"):
                raise RelayError("relay-no-starttls", step, lasting=True, host=relay.host, port=relay.port)
            await client.starttls(timeout=limits.connect)
            _check_pin(client, access, relay)
            await client.ehlo()
        if not client.tls_version:
            raise RelayError("relay-tls-failed", step, lasting=True, host=relay.host, port=relay.port)
        step = Step.LOGIN
        if relay.user:
            await sign_in(client, relay, access)
    except RelayError:
        await _leave(client)
        raise
    except (SMTPException, OSError) as error:
        await _leave(client)
        raise _unusable(error, step, relay) from error
    except asyncio.CancelledError:
        client.abort()
        raise
    return RelayConnection(client, _offer(client), limits)


async def _leave(client: RelayClient) -> None:
    client.abort()
    await client.gone()


def _check_pin(client: RelayClient, access: Access, relay: Relay) -> None:
    if access.pin and client.tls is not None:
        check_pin(client.tls, access.pin, relay)


def _offer(client: RelayClient) -> Offer:
    size = client.esmtp_extensions.get("size", "").strip()
    return Offer(
        tls=client.tls_version,
        pipelining=client.supports_extension("pipelining"),
        dsn=client.supports_extension("dsn"),
        requiretls=client.supports_extension("requiretls"),
        size=int(size) if size.isascii() and size.isdigit() and len(size) < 16 else 0,
        eightbit=client.supports_extension("8bitmime"),
        smtputf8=client.supports_extension("smtputf8"),
        key=key_of(client.tls) if client.tls is not None else "",
        authority="".join(authorities_of(client.tls)[-1:]) if client.tls is not None else "",
    )


def _unusable(error: SMTPException | OSError, step: Step, relay: Relay) -> RelayError:
    """Every way in which a connection can fail before the first message, by name."""
    if isinstance(error, ssl.SSLError):
        return tls_failure(error, relay)
    if isinstance(error, SMTPResponseException):
        return _refused(error, step, relay)
    if isinstance(error, TimeoutError):
        code = "relay-timeout"
    elif isinstance(error, socket.gaierror):
        code = "relay-unknown-host"
    elif isinstance(
        error, (SMTPServerDisconnected, ConnectionResetError, BrokenPipeError, ConnectionAbortedError)
    ):
        code = "relay-dropped"
    else:
        code = "relay-unreachable"
    return RelayError(code, step, lasting=False, host=relay.host, port=relay.port)


def _refused(error: SMTPResponseException, step: Step, relay: Relay) -> RelayError:
    """The relay replied, but with no to the greeting, to EHLO or to STARTTLS."""
    if step is Step.TLS and not isinstance(error, SMTPHeloError):
        code = "relay-no-starttls"
    else:
        code = "relay-busy" if error.code // 100 == 4 else "relay-refused"
    return RelayError(
        code,
        step,
        lasting=code == "relay-no-starttls",
        host=relay.host,
        port=relay.port,
        reply=clean(f"{error.code} {error.message}"),
    )
