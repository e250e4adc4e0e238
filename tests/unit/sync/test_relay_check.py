"""`relay test` walks the steps and names the first that fails."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

import pytest

from demo.authority import Authority
from demo.faults import DROP, At, Fault
from demo.relay import RecordingRelay
from desktop.models.records import Relay
from desktop.sync import relay_check
from desktop.sync.relay_check import RelayReport, check_relay

PASSWORD = "relay-password"
Start = Callable[..., RecordingRelay]
Profile = Callable[..., Relay]


def check(relay: Relay, password: str = PASSWORD) -> RelayReport:
    return asyncio.run(check_relay(relay, password))


def lines(report: RelayReport) -> list[tuple[str, bool]]:
    return [(step.step.value, step.ok) for step in report.steps]


@pytest.mark.parametrize("security", ["implicit", "starttls"])
def test_a_good_relay_passes_every_step_and_gets_no_message(
    start_relay: Start, profile_of: Profile, security: str
) -> None:
    relay = start_relay(security=security, extensions=("PIPELINING", "REQUIRETLS"))
    report = check(profile_of(relay))
    assert report.ok
    assert [step for step, _ in lines(report)] == ["connect", "tls", "certificate", "login", "sender", "size"]
    assert report.offer is not None
    assert (report.offer.requiretls, report.offer.pipelining, report.offer.dsn) == (True, True, False)
    assert relay.received == []
    assert [line.split(" ")[0] for line in relay.commands[-3:]] == ["MAIL", "RSET", "QUIT"]


def test_a_wrong_certificate_fails_its_own_step(
    start_relay: Start, profile_of: Profile, authority: Authority
) -> None:
    report = check(profile_of(start_relay(context=authority.server_context("other.example"))))
    assert lines(report) == [("connect", True), ("tls", True), ("certificate", False)]
    assert report.steps[-1].reason.code == "relay-wrong-name"
    assert not report.ok


def test_missing_starttls_fails_before_the_login(start_relay: Start, profile_of: Profile) -> None:
    report = check(profile_of(start_relay(security="stripped"), security="starttls"))
    assert lines(report) == [("connect", True), ("tls", False)]


def test_a_wrong_password_fails_the_login(start_relay: Start, profile_of: Profile) -> None:
    report = check(profile_of(start_relay()), "wrong")
    assert lines(report)[-1] == ("login", False)
    assert report.steps[-1].reason.code == "relay-auth-refused"
    assert "wrong" not in str(report.steps[-1].reason.params.values())


def test_an_unwelcome_sender_is_said_with_the_relays_words(start_relay: Start, profile_of: Profile) -> None:
    relay = start_relay()
    relay.faults.append(Fault(At.MAIL, "553 5.7.1 Not your address"))
    report = check(profile_of(relay))
    sender = report.steps[4]
    assert (sender.ok, sender.reason.code) == (False, "relay-sender-unwelcome")
    assert sender.reason.params["reply"] == "553 5.7.1 Not your address"
    assert not report.ok


def test_a_relay_that_hangs_up_at_the_sender(start_relay: Start, profile_of: Profile) -> None:
    relay = start_relay()
    relay.faults.append(Fault(At.MAIL, DROP))
    report = check(profile_of(relay))
    assert lines(report)[-1] == ("sender", False)
    assert report.steps[-1].reason.code == "relay-dropped"


def test_a_small_size_limit_is_mentioned_and_passes(start_relay: Start, profile_of: Profile) -> None:
    report = check(profile_of(start_relay(size_limit=10_000_000)))
    assert report.ok
    assert report.steps[-1].reason.code == "relay-size-small"
    assert report.steps[-1].reason.params["megabytes"] == 10


def test_a_profile_without_login_skips_it(start_relay: Start, profile_of: Profile) -> None:
    relay = start_relay(user="")
    assert check(profile_of(relay), "").ok
    assert not any(line.startswith("AUTH") for line in relay.commands)


def test_where_the_other_port_answers_it_is_named(
    start_relay: Start, profile_of: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay = start_relay()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = taken.getsockname()[1]
    monkeypatch.setattr(relay_check, "_PORTS", (nobody, relay.port))
    report = check(profile_of(relay, port=nobody))
    reason = report.steps[-1].reason
    assert (reason.code, reason.params["other"]) == ("relay-port-closed", relay.port)
    monkeypatch.setattr(relay_check, "_PORTS", (nobody,))
    assert check(profile_of(relay, port=nobody)).steps[-1].reason.code == "relay-unreachable"
