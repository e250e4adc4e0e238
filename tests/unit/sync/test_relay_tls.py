"""Nothing but EHLO and STARTTLS leaves in clear, whoever stands in the way."""

from __future__ import annotations

import asyncio
import dataclasses
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from demo.authority import Authority
from demo.faults import At, Fault
from demo.relay import RecordingRelay
from desktop.models.records import Relay
from desktop.sync.relay_open import open_relay
from desktop.sync.relay_tls import RelayError, Step, client_context

PASSWORD = "relay-password"
Start = Callable[..., RecordingRelay]
Profile = Callable[..., Relay]


def refusal(relay: Relay) -> RelayError:
    async def run() -> None:
        connection = await open_relay(relay, PASSWORD)
        await connection.quit()

    with pytest.raises(RelayError) as caught:
        asyncio.run(run())
    return caught.value


@pytest.mark.parametrize("security", ["implicit", "starttls"])
@pytest.mark.parametrize(
    ("flaw", "code"),
    [
        ({"names": ("relay.other.example",)}, "relay-wrong-name"),
        ({"expired": True}, "relay-expired"),
        ({"foreign": True}, "relay-unknown-ca"),
    ],
)
def test_a_bad_certificate_is_refused_by_name(
    start_relay: Start,
    profile_of: Profile,
    authority: Authority,
    tmp_path: Path,
    security: str,
    flaw: dict[str, Any],
    code: str,
) -> None:
    issuer = Authority(tmp_path) if flaw.get("foreign") else authority
    context = issuer.server_context(*flaw.get("names", ()), expired=flaw.get("expired", False))
    relay = start_relay(security=security, context=context)
    error = refusal(profile_of(relay))
    assert (error.code, error.step, error.lasting) == (code, Step.CERTIFICATE, True)
    assert relay.plaintext_commands == 0
    assert not any(line.startswith(("AUTH", "MAIL")) for line in relay.commands)


@pytest.fixture
def old_server(authority: Authority) -> Iterator[Callable[[bool], tuple[int, list[bytes]]]]:
    """A server that knows TLS 1.1 at best; says so in an alert, which asyncio's servers do not."""
    context = authority.server_context(old_tls=True)
    threads: list[threading.Thread] = []

    def serve(listener: socket.socket, starttls: bool, heard: list[bytes]) -> None:
        with listener, listener.accept()[0] as client:
            if starttls:
                client.sendall(b"220 relay.test ESMTP\r\n")
                for reply in (b"250-relay.test\r\n250 STARTTLS\r\n", b"220 Ready\r\n"):
                    heard.append(client.recv(1000))
                    client.sendall(reply)
            with suppress(ssl.SSLError), context.wrap_socket(client, server_side=True) as secured:
                heard.append(secured.recv(1000))

    def start(starttls: bool) -> tuple[int, list[bytes]]:
        listener = socket.create_server(("127.0.0.1", 0))
        heard: list[bytes] = []
        threads.append(threading.Thread(target=serve, args=(listener, starttls, heard)))
        threads[-1].start()
        return listener.getsockname()[1], heard

    yield start
    for thread in threads:
        thread.join(10)


@pytest.mark.parametrize("security", ["implicit", "starttls"])
def test_an_old_protocol_is_refused(
    old_server: Callable[[bool], tuple[int, list[bytes]]],
    start_relay: Start,
    profile_of: Profile,
    security: str,
) -> None:
    port, heard = old_server(security == "starttls")
    error = refusal(profile_of(start_relay(), port=port, security=security))
    assert (error.code, error.step, error.lasting) == ("relay-tls-old", Step.TLS, True)
    assert b"".join(heard) in (b"", b"EHLO [127.0.0.1]\r\nSTARTTLS\r\n")


def test_stripped_starttls_gets_not_one_octet_of_mail_or_password(
    start_relay: Start, profile_of: Profile
) -> None:
    """Someone in the middle takes STARTTLS out of the EHLO and offers AUTH instead."""
    relay = start_relay(security="stripped")
    error = refusal(profile_of(relay, security="starttls"))
    assert (error.code, error.step, error.lasting) == ("relay-no-starttls", Step.TLS, True)
    assert bytes(relay.in_clear) == b"EHLO [127.0.0.1]\r\n"
    assert relay.plaintext_commands == 0


def test_replies_injected_before_tls_are_not_believed(start_relay: Start, profile_of: Profile) -> None:
    """CVE-2021-23993 and its family: clear text behind the 220 must not answer commands inside TLS."""
    relay = start_relay(security="starttls", inject=b"250-relay.test\r\n250 AUTH PLAIN\r\n235 welcome\r\n")
    try:
        asyncio.run(_open_and_quit(profile_of(relay)))
    except RelayError as error:
        assert error.code in {"relay-no-tls", "relay-tls-failed", "relay-dropped"}  # noqa: PT017
    assert relay.plaintext_commands == 0


async def _open_and_quit(relay: Relay) -> None:
    connection = await open_relay(relay, PASSWORD)
    await connection.quit()


def test_a_plain_port_is_no_tls_port(start_relay: Start, profile_of: Profile) -> None:
    relay = start_relay(security="stripped")
    error = refusal(profile_of(relay, security="implicit"))
    assert (error.code, error.step) == ("relay-no-tls", Step.TLS)
    assert b"AUTH" not in relay.in_clear


def test_an_ehlo_refused_in_clear_is_not_followed_by_helo(start_relay: Start, profile_of: Profile) -> None:
    relay = start_relay(security="starttls")
    relay.faults.append(Fault(At.EHLO, "502 5.5.1 Unknown"))
    assert refusal(profile_of(relay)).code == "relay-refused"
    assert bytes(relay.in_clear) == b"EHLO [127.0.0.1]\r\n"


def test_without_the_custom_authority_the_system_decides(start_relay: Start, profile_of: Profile) -> None:
    assert refusal(profile_of(start_relay(), ca_file="")).code == "relay-unknown-ca"


@pytest.mark.parametrize("content", [None, b"", b"not a certificate"])
def test_an_unusable_authority_file_is_named(
    start_relay: Start, profile_of: Profile, tmp_path: Path, content: bytes | None
) -> None:
    named = tmp_path / "authority.pem"
    if content is not None:
        named.write_bytes(content)
    error = refusal(profile_of(start_relay(), ca_file=str(named)))
    assert (error.code, error.params["file"]) == ("relay-ca-unreadable", str(named))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"port": 1}, "relay-unreachable"),
        ({"host": "relay.invalid"}, "relay-unknown-host"),
    ],
)
def test_a_relay_that_is_not_there(
    start_relay: Start, profile_of: Profile, changes: dict[str, Any], code: str
) -> None:
    error = refusal(profile_of(start_relay(), **changes))
    assert (error.code, error.step, error.lasting) == (code, Step.CONNECT, False)


@pytest.mark.parametrize("security", ["none", "", "opportunistic", "STARTTLS"])
def test_there_is_no_third_way(start_relay: Start, profile_of: Profile, security: str) -> None:
    relay = start_relay()
    with pytest.raises(ValueError, match=f"^{security}$"):
        asyncio.run(_open_and_quit(dataclasses.replace(profile_of(relay), security=security)))
    assert relay.connections == 0


def test_the_context_verifies_chain_name_and_version(profile_of: Profile, start_relay: Start) -> None:
    context = client_context(profile_of(start_relay()))
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
