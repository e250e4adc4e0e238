"""`relay test`: walk to the relay step by step and say what was found; nothing is sent."""

from __future__ import annotations

import asyncio

from desktop.config import LIMITS
from desktop.frozen import dataclass
from desktop.models.records import Reason, Relay
from desktop.sync.outcomes import Reply
from desktop.sync.relay import Offer, RelayConnection, Timeouts, TransferError
from desktop.sync.relay_access import Accesses
from desktop.sync.relay_auth import Access
from desktop.sync.relay_open import open_relay
from desktop.sync.relay_tls import RelayError, Step

IMPATIENT = Timeouts(connect=20, command=20, data=20, body=20, dot=20)
"""Somebody is looking at the screen."""


@dataclass(frozen=True)
class StepResult:
    """One line of the test; `reason` says what was found, good or bad."""

    step: Step
    ok: bool
    reason: Reason


_PORTS = (465, 587)
_LOOK = 5.0
_NO_ANSWER = frozenset({"relay-unreachable", "relay-timeout"})
NO_LOGIN = StepResult(Step.LOGIN, True, Reason("relay-step-no-login"))


@dataclass(frozen=True)
class RelayReport:
    """`offer` is None when the relay was not reached."""

    ok: bool
    steps: tuple[StepResult, ...]
    offer: Offer | None


async def check_kept(relay: Relay, accesses: Accesses, timeouts: Timeouts = IMPATIENT) -> RelayReport:
    """As `check_relay`, of one that is kept: with its password or token, and its pin."""
    try:
        access = await accesses.of(relay.id)
    except RelayError as error:  # no token: nothing was connected to, so nothing is said of the way
        return RelayReport(
            False, (StepResult(error.step, False, Reason(error.code, dict(error.params))),), None
        )
    return await check_relay(relay, access, timeouts)


async def check_relay(relay: Relay, access: Access | str, timeouts: Timeouts = IMPATIENT) -> RelayReport:
    """Connect, secure, verify, sign in, ask for the sender, read the size limit.

    Ends at the first step that fails; a failed step is a result, not an exception.
    """
    try:
        connection = await open_relay(relay, access, timeouts)
    except RelayError as error:
        passed = _before(error.step)
        reason = Reason(error.code, dict(error.params))
        if error.code in _NO_ANSWER and error.step is Step.CONNECT:
            reason = await _other_port(relay, timeouts.connect) or reason
        failed = StepResult(error.step, False, reason)
        return RelayReport(False, (*passed, failed), None)
    steps = [
        _passed(Step.CONNECT),
        _passed(Step.TLS),
        _passed(Step.CERTIFICATE),
        _passed(Step.LOGIN) if relay.user else NO_LOGIN,
    ]
    try:
        steps.append(_sender(await connection.try_sender(relay.sender), relay.sender))
        steps.append(_size(connection))
    except TransferError as error:
        steps.append(StepResult(Step.SENDER, False, Reason(error.code, {"host": relay.host})))
    finally:
        await connection.quit()
    return RelayReport(all(step.ok for step in steps), tuple(steps), connection.offer)


async def _other_port(relay: Relay, patience: float) -> Reason | None:
    """Some networks and providers close one of the two ports (RFC 8314); which one answers instead."""
    for port in _PORTS:
        if port == relay.port:
            continue
        try:
            async with asyncio.timeout(min(patience, _LOOK)):
                _, writer = await asyncio.open_connection(relay.host, port)
        except OSError:  # with TimeoutError
            continue
        writer.transport.abort()
        return Reason("relay-port-closed", {"host": relay.host, "port": relay.port, "other": port})
    return None


def _before(step: Step) -> list[StepResult]:
    """The steps that must have passed for `step` to fail; TLS comes before its certificate."""
    order = list(Step)
    return [_passed(earlier) for earlier in order[: order.index(step)]]


def _passed(step: Step) -> StepResult:
    return StepResult(step, True, Reason(f"relay-step-{step.value}"))


def _sender(reply: Reply, sender: str) -> StepResult:
    if reply.code // 100 == 2:
        return _passed(Step.SENDER)
    return StepResult(
        Step.SENDER, False, Reason("relay-sender-unwelcome", {"sender": sender, "reply": str(reply)})
    )


def _size(connection: RelayConnection) -> StepResult:
    """Whether the largest letter, which base64 makes a third longer, fits the relay's limit."""
    limit = connection.offer.size
    if limit and limit < LIMITS.attachment_bytes * 4 // 3:
        return StepResult(Step.SIZE, True, Reason("relay-size-small", {"megabytes": limit // 1_000_000}))
    return _passed(Step.SIZE)
