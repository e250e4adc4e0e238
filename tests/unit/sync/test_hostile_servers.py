"""G1: over twelve and more hostile servers not one octet of MAIL, AUTH or content is in clear.

Each server notes every octet that it was sent outside TLS, and is as friendly as it can be
to a program that would go on: it offers AUTH, says yes to everything, and takes any mail.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from demo.authority import Authority
from desktop.clock import SystemClock
from desktop.models.records import Relay, RelayId
from desktop.sync.letters import Letter
from desktop.sync.relay import Timeouts
from desktop.sync.relay_open import open_relay
from desktop.sync.relay_tls import RelayError

PASSWORD = "the-relays-password"
CANARY = b"Maria Lopez, diabetes"
WIRE = b"Subject: x\r\n\r\n" + CANARY + b"\r\n"
OFFERS = b"250-relay.test\r\n250-AUTH PLAIN LOGIN\r\n250-STARTTLS\r\n250 SIZE 99999999\r\n"
WITHOUT = OFFERS.replace(b"250-STARTTLS\r\n", b"")
SOON = Timeouts(connect=3, command=3, data=3, body=3, dot=3)


class Server:
    """One connection's worth of a server; `clear` is what came outside TLS."""

    def __init__(
        self,
        *,
        context: ssl.SSLContext | None = None,
        ehlo: bytes = OFFERS,
        starttls: bytes = b"220 ready\r\n",
        greeting: bytes = b"220 relay.test ESMTP\r\n",
        then: str = "tls",
        implicit: bool = False,
    ) -> None:
        self.clear = bytearray()
        self._context, self._ehlo, self._starttls = context, ehlo, starttls
        self._greeting, self._then, self._implicit = greeting, then, implicit
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._listener.close()
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 0.2):
            pass
        self._thread.join(15)

    def _serve(self) -> None:
        with suppress(OSError):
            client, _ = self._listener.accept()
            with client:
                client.settimeout(5)
                if self._implicit and self._context is not None:
                    self._secured(client)
                else:
                    client.sendall(self._greeting)
                    self._talk(client, clear=True)

    def _talk(self, client: Any, *, clear: bool) -> None:
        in_data = False
        while line := client.recv(65536):
            if clear:
                self.clear += line
            if in_data:
                in_data = not line.endswith(b"\r\n.\r\n")
                client.sendall(b"" if in_data else b"250 taken\r\n")
            elif clear and line.startswith(b"STARTTLS"):
                if self._started(client):
                    return
            else:
                in_data = line.startswith(b"DATA")
                client.sendall(self._yes(line[:4], clear=clear))

    def _yes(self, verb: bytes, *, clear: bool) -> bytes:
        if verb in (b"EHLO", b"HELO"):
            return self._ehlo if clear else WITHOUT
        return {b"AUTH": b"235 welcome\r\n", b"DATA": b"354 go on\r\n"}.get(verb, b"250 yes\r\n")

    def _started(self, client: socket.socket) -> bool:
        """Whether that was the end of talking in clear."""
        client.sendall(self._starttls)
        if self._then == "tls" and self._starttls.startswith(b"220"):
            self._secured(client)
            return True
        return self._then == "close"

    def _secured(self, client: socket.socket) -> None:
        if self._context is None:
            return
        with suppress(OSError), self._context.wrap_socket(client, server_side=True) as secured:
            if self._implicit:
                secured.sendall(self._greeting)
            self._talk(secured, clear=False)


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = SystemClock().now()
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "self.pem"
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    file.write_bytes(key.private_bytes(pem, *form) + certificate.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


HOSTILE: dict[str, Callable[[Authority, Path], dict[str, Any]]] = {
    "no starttls": lambda a, _: {"ehlo": WITHOUT},
    "nothing but auth": lambda a, _: {"ehlo": b"250-relay.test\r\n250 AUTH PLAIN\r\n"},
    "starttls refused": lambda a, _: {"starttls": b"454 not now\r\n"},
    "starttls unknown": lambda a, _: {"starttls": b"502 what\r\n"},
    "starttls answered, then clear": lambda a, _: {"then": "clear"},
    "replies injected behind 220": lambda a, _: {
        "starttls": b"220 ready\r\n" + WITHOUT + b"235 welcome\r\n",
        "then": "clear",
    },
    "hangs up at starttls": lambda a, _: {"then": "close"},
    "greets as if signed in": lambda a, _: {"greeting": b"220-hello\r\n220 235 welcome\r\n", "ehlo": WITHOUT},
    "refuses ehlo": lambda a, _: {"ehlo": b"502 use HELO\r\n"},
    "expired": lambda a, _: {"context": a.server_context(expired=True)},
    "wrong name": lambda a, _: {"context": a.server_context("relay.other.example")},
    "own authority": lambda a, folder: {"context": Authority(folder).server_context()},
    "self-signed": lambda a, folder: {"context": self_signed(folder)},
    "TLS 1.1": lambda a, _: {"context": a.server_context(old_tls=True)},
}


@pytest.fixture
def start() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def made(**setup: Any) -> Server:
        servers.append(Server(**setup))
        return servers[-1]

    yield made
    for server in servers:
        server.close()


def attempt(port: int, security: str, authority: Authority, marks: Any) -> str:
    """Everything from the connection to the final dot, as the dispatcher does it; the refusal's code."""
    relay = Relay(
        RelayId("1" * 32),
        "relay",
        "localhost",
        port,
        security,
        str(authority.ca_file),
        "office",
        "a@b.example",
        None,
    )

    async def send() -> None:
        connection = await open_relay(relay, PASSWORD, SOON)
        try:
            await connection.send(Letter("a@b.example", "maria@example.com", WIRE), marks)
        finally:
            await connection.quit()

    try:
        asyncio.run(send())
    except RelayError as error:
        return error.code
    return ""


@pytest.mark.parametrize("security", ["starttls", "implicit"])
@pytest.mark.parametrize("kind", HOSTILE)
def test_g1_no_hostile_server_gets_mail_or_a_password_in_clear(
    start: Callable[..., Server],
    authority: Authority,
    tmp_path: Path,
    recorder: Any,
    kind: str,
    security: str,
) -> None:
    setup = HOSTILE[kind](authority, tmp_path)
    implicit = security == "implicit" and "context" in setup
    server = start(**setup, implicit=implicit)
    code = attempt(server.port, security, authority, recorder())
    assert code.startswith("relay-")
    heard = bytes(server.clear)
    for secret in (b"AUTH", b"MAIL", b"RCPT", b"DATA", CANARY, PASSWORD.encode(), b"maria@example.com"):
        assert secret not in heard


def test_the_same_server_with_a_good_certificate_takes_the_mail(
    start: Callable[..., Server], authority: Authority, recorder: Any
) -> None:
    """Or the others would prove nothing."""
    server = start(context=authority.server_context())
    assert attempt(server.port, "starttls", authority, recorder()) == ""
    assert bytes(server.clear) == b"EHLO [127.0.0.1]\r\nSTARTTLS\r\n"
