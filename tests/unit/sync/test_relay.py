"""One connection to a real SMTP server on loopback: octets, order, refusals."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from demo.faults import At, Fault
from demo.relay import RecordingRelay
from desktop.models.records import Relay
from desktop.sync.letters import Letter
from desktop.sync.outcomes import Phase
from desktop.sync.relay import Answer, HaltedError, Timeouts, TransferError
from desktop.sync.relay_open import open_relay

PASSWORD = "relay-password"
PIPELINED = ("PIPELINING", "ENHANCEDSTATUSCODES")
PLAIN = ("ENHANCEDSTATUSCODES",)
Start = Callable[..., RecordingRelay]
Profile = Callable[..., Relay]


def letter(number: int, wire: bytes, **more: Any) -> Letter:
    return Letter("practice@clinic.example", f"patient{number}@mail.example", wire, **more)


async def send_all(
    relay: Relay, letters: list[Letter], marks: Any, timeouts: Timeouts | None = None
) -> list[Answer]:
    connection = await open_relay(relay, PASSWORD, timeouts)
    try:
        return [
            await connection.send(one, marks, following)
            for one, following in zip(letters, [*letters[1:], None], strict=True)
        ]
    finally:
        await connection.quit()


@pytest.mark.parametrize("security", ["implicit", "starttls"])
@pytest.mark.parametrize("extensions", [PIPELINED, PLAIN])
def test_octets_arrive_unchanged_one_recipient_each(
    start_relay: Start, profile_of: Profile, recorder: Any, sample_wire: bytes, security: str, extensions: Any
) -> None:
    relay = start_relay(security=security, extensions=extensions)
    letters = [letter(n, sample_wire + b"%d\r\n" % n) for n in range(5)]
    answers = asyncio.run(send_all(profile_of(relay), letters, recorder()))
    assert [answer.reply.code for answer in answers] == [250] * 5
    assert [message.wire for message in relay.received] == [one.wire for one in letters]
    assert [message.recipients for message in relay.received] == [(one.recipient,) for one in letters]
    assert {message.tls for message in relay.received} == {"TLSv1.3"}
    assert relay.plaintext_commands == 0
    assert relay.errors == []


def test_large_octets_arrive_unchanged(start_relay: Start, profile_of: Profile, recorder: Any) -> None:
    relay = start_relay()
    wire = b"Subject: .\r\n\r\n" + b"." * 70 + b"\r\n" + b".line that begins with a dot\r\n" * 40_000
    asyncio.run(send_all(profile_of(relay), [letter(1, wire), letter(2, wire)], recorder()))
    assert [message.wire for message in relay.received] == [wire, wire]


@pytest.mark.parametrize("extensions", [PIPELINED, PLAIN])
def test_phases_come_in_order_for_each_letter(
    start_relay: Start, profile_of: Profile, recorder: Any, sample_wire: bytes, extensions: Any
) -> None:
    marks = recorder()
    letters = [letter(n, sample_wire) for n in (1, 2)]
    asyncio.run(send_all(profile_of(start_relay(extensions=extensions)), letters, marks))
    assert marks.seen == [
        (event, f"patient{number}@mail.example")
        for number in (1, 2)
        for event in ("before-data", "dot-written", "reply-dot-250")
    ]


def test_pipelining_sends_the_next_envelope_with_this_content(
    start_relay: Start, profile_of: Profile, sample_wire: bytes
) -> None:
    """While the relay sits on the receipt, it has the next envelope already."""
    relay = start_relay()
    seen: list[list[str]] = []

    class Watch:
        async def before_data(self, one: Letter) -> bool:
            return True

        def dot_written(self, one: Letter) -> None: ...

        def reply(self, one: Letter, answer: Answer) -> None: ...

    async def run() -> None:
        connection = await open_relay(profile_of(relay), PASSWORD)
        first, second = letter(1, sample_wire), letter(2, sample_wire)
        await connection.send(first, Watch(), second)
        for _ in range(200):
            if [line.split(" ")[0] for line in relay.commands].count("DATA") == 2:
                break
            await asyncio.sleep(0.01)
        seen.append([line.split(" ")[0] for line in relay.commands[-3:]])
        await connection.send(second, Watch())
        await connection.quit()

    asyncio.run(run())
    assert seen == [["MAIL", "RCPT", "DATA"]]
    assert len(relay.received) == 2


def test_a_promised_letter_cannot_be_swapped(
    start_relay: Start, profile_of: Profile, recorder: Any, sample_wire: bytes
) -> None:
    async def run() -> None:
        connection = await open_relay(profile_of(start_relay()), PASSWORD)
        try:
            await connection.send(letter(1, sample_wire), recorder(), letter(2, sample_wire))
            await connection.send(letter(3, sample_wire), recorder())
        finally:
            connection.abort()

    with pytest.raises(ValueError, match="promised"):
        asyncio.run(run())


@pytest.mark.parametrize("extensions", [PIPELINED, PLAIN])
@pytest.mark.parametrize(
    ("at", "phase", "reply"),
    [
        (At.MAIL, Phase.MAIL, "451 4.7.1 Later"),
        (At.MAIL, Phase.MAIL, "550 5.7.1 No"),
        (At.RCPT, Phase.RCPT, "550 5.1.1 Unknown"),
        (At.RCPT, Phase.RCPT, "450 4.2.1 Busy"),
        (At.DATA, Phase.DATA, "451 4.3.0 Later"),
        (At.DOT, Phase.DOT, "554 5.6.0 Refused"),
        (At.DOT, Phase.DOT, "452 4.3.1 Full"),
    ],
)
def test_a_refused_letter_leaves_the_next_ones_untouched(
    start_relay: Start,
    profile_of: Profile,
    recorder: Any,
    sample_wire: bytes,
    extensions: Any,
    at: At,
    phase: Phase,
    reply: str,
) -> None:
    relay = start_relay(extensions=extensions)
    relay.faults.append(Fault(at, reply, times=1, skip=1))
    letters = [letter(n, sample_wire) for n in range(4)]
    answers = asyncio.run(send_all(profile_of(relay), letters, recorder()))
    assert [str(answer.reply) == reply for answer in answers] == [False, True, False, False]
    assert answers[1].phase is phase
    assert [message.recipients for message in relay.received] == [(letters[n].recipient,) for n in (0, 2, 3)]
    refused_before_dot = phase is not Phase.DOT
    assert ("RSET" in relay.commands) is refused_before_dot


def test_data_without_recipient_is_ended_empty(
    start_relay: Start, profile_of: Profile, recorder: Any, sample_wire: bytes
) -> None:
    """RFC 2920, 3.1: some relays take DATA although they refused the recipient."""
    relay = start_relay()
    relay.faults += [
        Fault(At.RCPT, "550 5.1.1 Unknown", times=1),
        Fault(At.DATA, "354 Go on all the same", times=1),
    ]
    answers = asyncio.run(
        send_all(profile_of(relay), [letter(1, sample_wire), letter(2, sample_wire)], recorder())
    )
    assert [answer.phase for answer in answers] == [Phase.RCPT, Phase.DOT]
    assert [message.recipients for message in relay.received] == [("patient2@mail.example",)]


def test_marks_can_stop_before_the_first_octet_of_content(
    start_relay: Start, profile_of: Profile, recorder: Any, sample_wire: bytes
) -> None:
    relay = start_relay()
    marks = recorder(allow=False)
    with pytest.raises(HaltedError):
        asyncio.run(send_all(profile_of(relay), [letter(1, sample_wire)], marks))
    assert marks.seen == [("before-data", "patient1@mail.example")]
    assert relay.received == []


def test_requiretls_dsn_and_size_are_asked_for_where_offered(
    start_relay: Start, profile_of: Profile, recorder: Any, sample_wire: bytes
) -> None:
    relay = start_relay(extensions=("PIPELINING", "DSN", "REQUIRETLS"))
    one = letter(1, sample_wire, envelope_id="opaque123", requiretls=True)
    asyncio.run(send_all(profile_of(relay), [one], recorder()))
    mail, rcpt = (line for line in relay.commands if line.startswith(("MAIL", "RCPT")))
    assert mail == (
        f"MAIL FROM:<practice@clinic.example> SIZE={len(sample_wire)} RET=HDRS ENVID=opaque123 REQUIRETLS"
    )
    assert rcpt == "RCPT TO:<patient1@mail.example> NOTIFY=FAILURE,DELAY"


def test_an_address_cannot_smuggle_a_parameter_or_a_command(
    start_relay: Start, profile_of: Profile, recorder: Any, sample_wire: bytes
) -> None:
    relay = start_relay()
    evil = Letter("practice@clinic.example", "a@x.example>\r\nRCPT TO:<b@y.example", sample_wire)
    with pytest.raises(ValueError, match="not an address"):
        asyncio.run(send_all(profile_of(relay), [evil], recorder()))
    assert not any("RCPT" in line for line in relay.commands)


def test_the_computers_name_stays_at_home(
    start_relay: Start, profile_of: Profile, recorder: Any, sample_wire: bytes
) -> None:
    relay = start_relay()
    asyncio.run(send_all(profile_of(relay), [letter(1, sample_wire)], recorder()))
    assert [line for line in relay.commands if line.startswith("EHLO")] == ["EHLO [127.0.0.1]"]


def test_a_reply_that_is_none_ends_the_connection(
    start_relay: Start, profile_of: Profile, recorder: Any, sample_wire: bytes
) -> None:
    relay = start_relay()
    relay.faults.append(Fault(At.MAIL, "what?"))
    with pytest.raises(TransferError) as caught:
        asyncio.run(send_all(profile_of(relay), [letter(1, sample_wire)], recorder()))
    assert (caught.value.code, caught.value.after_dot) == ("relay-garbled", False)
