"""A connection that breaks says on which side of the final dot it broke."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from demo.faults import DROP, STALL, At, Fault
from demo.relay import RecordingRelay
from desktop.models.records import Relay
from desktop.sync.letters import Letter
from desktop.sync.outcomes import Phase
from desktop.sync.relay import Answer, Timeouts, TransferError
from desktop.sync.relay_open import open_relay
from desktop.sync.relay_tls import RelayError, Step

PASSWORD = "relay-password"
PIPELINED = ("PIPELINING",)
QUICK = Timeouts(connect=10, command=1.5, data=1.5, body=1.5, dot=1.5)
PATIENT = Timeouts(10, 10, 10, 10, 10)
"""Where nothing is to stall, on a busy machine too."""
Start = Callable[..., RecordingRelay]
Profile = Callable[..., Relay]
LARGE = b"Subject: .\r\n\r\n" + b"x" * 70 + b"\r\n" + (b"y" * 76 + b"\r\n") * 150_000


async def send_one(relay: Relay, wire: bytes, marks: Any, does: str = "") -> Answer:
    connection = await open_relay(relay, PASSWORD, QUICK if does == STALL else PATIENT)
    try:
        return await connection.send(Letter("p@clinic.example", "one@mail.example", wire), marks)
    finally:
        await connection.quit()


@pytest.mark.parametrize("extensions", [PIPELINED, ()])
@pytest.mark.parametrize("does", [DROP, STALL])
@pytest.mark.parametrize(
    ("at", "phase", "after_dot", "arrived"),
    [
        (At.MAIL, Phase.MAIL, False, 0),
        (At.RCPT, Phase.RCPT, False, 0),
        (At.DATA, Phase.DATA, False, 0),
        (At.DOT, Phase.DOT, True, 0),
        (At.STORED, Phase.DOT, True, 1),
    ],
)
def test_the_side_of_the_dot_is_known(
    start_relay: Start,
    profile_of: Profile,
    recorder: Any,
    sample_wire: bytes,
    extensions: Any,
    does: str,
    at: At,
    phase: Phase,
    after_dot: bool,
    arrived: int,
) -> None:
    relay = start_relay(extensions=extensions)
    relay.faults.append(Fault(at, does))
    marks = recorder()
    with pytest.raises(TransferError) as caught:
        asyncio.run(send_one(profile_of(relay), sample_wire, marks, does))
    broke = caught.value
    assert (broke.phase, broke.after_dot) == (phase, after_dot)
    assert broke.code == ("relay-dropped" if does == DROP else "relay-timeout")
    assert (("dot-written", "one@mail.example") in marks.seen) is after_dot
    assert len(relay.received) == arrived


@pytest.mark.parametrize("does", [DROP, STALL])
def test_a_break_within_a_large_content_is_before_the_dot(
    start_relay: Start, profile_of: Profile, recorder: Any, does: str
) -> None:
    relay = start_relay()
    relay.faults.append(Fault(At.BODY, does))
    marks = recorder()
    with pytest.raises(TransferError) as caught:
        asyncio.run(send_one(profile_of(relay), LARGE, marks, does))
    assert (caught.value.phase, caught.value.after_dot) == (Phase.BODY, False)
    assert [event for event, _ in marks.seen] == ["before-data"]


def test_a_refusal_within_a_large_content_is_a_reply(
    start_relay: Start, profile_of: Profile, recorder: Any
) -> None:
    relay = start_relay()
    relay.faults.append(Fault(At.BODY, "552 5.3.4 Too big"))
    marks = recorder()
    answer = asyncio.run(send_one(profile_of(relay), LARGE, marks))
    assert (answer.phase, answer.reply.code) == (Phase.DOT, 552)
    assert "dot-written" not in [event for event, _ in marks.seen]


@pytest.mark.parametrize("at", [At.REPLIED, At.QUIT])
def test_a_break_after_the_receipt_changes_nothing(
    start_relay: Start, profile_of: Profile, recorder: Any, sample_wire: bytes, at: At
) -> None:
    relay = start_relay()
    relay.faults.append(Fault(at, DROP))
    answer = asyncio.run(send_one(profile_of(relay), sample_wire, recorder()))
    assert answer.reply.code == 250
    assert len(relay.received) == 1


def test_a_closing_relay_leaves_the_connection_unusable(
    start_relay: Start, profile_of: Profile, recorder: Any, sample_wire: bytes
) -> None:
    relay = start_relay()
    relay.faults.append(Fault(At.RCPT, "421 4.3.2 Closing", times=1))

    async def run() -> tuple[Answer, bool]:
        connection = await open_relay(profile_of(relay), PASSWORD, PATIENT)
        answer = await connection.send(Letter("p@c.example", "o@m.example", sample_wire), recorder())
        return answer, connection.usable

    answer, usable = asyncio.run(run())
    assert (answer.phase, answer.reply.code, usable) == (Phase.RCPT, 421, False)


@pytest.mark.parametrize(
    ("at", "does", "security", "step", "code"),
    [
        (At.CONNECT, DROP, "implicit", Step.CONNECT, "relay-dropped"),
        (At.CONNECT, STALL, "implicit", Step.CONNECT, "relay-timeout"),
        (At.CONNECT, "421 4.3.2 Busy", "implicit", Step.CONNECT, "relay-busy"),
        (At.CONNECT, "554 5.7.1 Go away", "starttls", Step.CONNECT, "relay-refused"),
        (At.EHLO, DROP, "implicit", Step.TLS, "relay-dropped"),
        (At.EHLO, DROP, "starttls", Step.TLS, "relay-dropped"),
        (At.EHLO, "550 5.7.1 No", "starttls", Step.TLS, "relay-refused"),
        (At.EHLO, "421 4.3.2 Busy", "starttls", Step.TLS, "relay-busy"),
        (At.STARTTLS, DROP, "starttls", Step.TLS, "relay-dropped"),
        (At.STARTTLS, STALL, "starttls", Step.TLS, "relay-timeout"),
        (At.STARTTLS, "454 4.7.0 Not now", "starttls", Step.TLS, "relay-no-starttls"),
        (At.AUTH, DROP, "implicit", Step.LOGIN, "relay-dropped"),
        (At.AUTH, "454 4.7.0 Later", "implicit", Step.LOGIN, "relay-auth-later"),
        (At.AUTH, "535 5.7.8 Wrong", "implicit", Step.LOGIN, "relay-auth-refused"),
        (At.AUTH, "504 5.5.4 Unknown mechanism", "implicit", Step.LOGIN, "relay-no-auth"),
    ],
)
def test_before_the_first_letter_the_step_is_named(
    start_relay: Start,
    profile_of: Profile,
    recorder: Any,
    sample_wire: bytes,
    at: At,
    does: str,
    security: str,
    step: Step,
    code: str,
) -> None:
    relay = start_relay(security=security)
    relay.faults.append(Fault(at, does))
    with pytest.raises(RelayError) as caught:
        asyncio.run(send_one(profile_of(relay), sample_wire, recorder(), does))
    assert (caught.value.step, caught.value.code) == (step, code)
    assert relay.plaintext_commands == 0
    assert relay.received == []


def test_a_wrong_password_is_tried_once(
    start_relay: Start, profile_of: Profile, recorder: Any, sample_wire: bytes
) -> None:
    relay = start_relay(password="another")
    with pytest.raises(RelayError) as caught:
        asyncio.run(send_one(profile_of(relay), sample_wire, recorder()))
    assert (caught.value.code, caught.value.lasting) == ("relay-auth-refused", True)
    assert sum(line.startswith("AUTH") for line in relay.commands) == 1
    assert PASSWORD not in str(caught.value.params)
