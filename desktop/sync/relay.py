"""One connection to one relay: opened with TLS or not at all, one recipient per transaction.

What aiosmtplib does not say is said here: on which side of the final dot a connection
broke (`TransferError.after_dot`). Before it, the message was certainly not taken; after it,
nobody knows (RFC 1047), and only a reply tells.

With PIPELINING (RFC 2920, section 3.1) the envelope of the message that follows leaves
in the same write as the content of this one, so that each message costs one round trip.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from aiosmtplib.errors import (
    SMTPException,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)
from aiosmtplib.response import SMTPResponse

from desktop.errors import DeliveryError
from desktop.models.records import Reason
from desktop.sync.letters import Letter, path, pieces
from desktop.sync.outcomes import Phase, Reply
from desktop.sync.relay_protocol import RelayClient
from desktop.texts import clean

_START_INPUT = 354
_CLOSING = 421


@dataclass(frozen=True)
class Timeouts:
    """Seconds, from RFC 5321 section 4.5.3.2; `dot` is what Postfix grants too."""

    connect: float = 30
    command: float = 300
    data: float = 120
    body: float = 180
    """Between two signs of progress, not for the whole content."""
    dot: float = 600


@dataclass(frozen=True)
class Answer:
    """The reply that decided a transaction, and what it replied to."""

    phase: Phase
    reply: Reply


@dataclass(frozen=True)
class Offer:
    """What the relay offers in its EHLO inside TLS."""

    tls: str
    pipelining: bool
    dsn: bool
    requiretls: bool
    size: int
    """Most octets per message; 0 when it names no limit (RFC 1870)."""
    eightbit: bool = False
    smtputf8: bool = False
    key: str = ""
    """SHA-256 of the public key that it showed, as a pin names it (`relay_tls.py`)."""
    authority: str = ""
    """SHA-256 of the root certificate that its own leads to."""


class Marks(Protocol):
    """The phase recorder: what must be durable, and what is only noted."""

    async def before_data(self, letter: Letter) -> bool:
        """Return True only once it is on disk that the content may now leave; False stops here."""
        ...

    def dot_written(self, letter: Letter) -> None:
        """The final dot is being handed to the system: from here on only a reply tells."""
        ...

    def reply(self, letter: Letter, answer: Answer) -> None:
        """The reply that settles this letter is here."""
        ...


class TransferError(DeliveryError):
    """The connection ended in the middle of a transaction."""

    def __init__(self, code: str, phase: Phase, *, after_dot: bool) -> None:
        super().__init__(code)
        self.phase = phase
        self.after_dot = after_dot


class HaltedError(Exception):
    """`Marks.before_data` said no: the connection was closed before the first octet of content."""


@dataclass
class _Begun:
    """A transaction whose envelope is on its way."""

    letter: Letter
    commands: Sequence[tuple[Phase, bytes]]
    replies: list[asyncio.Future[SMTPResponse]]


@dataclass
class _Place:
    """Where a transaction stands when its connection ends."""

    phase: Phase = Phase.MAIL
    past_dot: bool = False


class RelayConnection:
    """Made by `relay_open.open_relay`; close with `quit` in peace and `abort` in trouble."""

    def __init__(self, client: RelayClient, offer: Offer, timeouts: Timeouts) -> None:
        self._client = client
        self._timeouts = timeouts
        self._begun: _Begun | None = None
        self._needs_reset = False
        self.offer = offer
        self.sent = 0

    @property
    def usable(self) -> bool:
        return self._client.is_connected

    def unfit(self, letter: Letter) -> Reason | None:
        """Why this relay cannot take `letter` as it is, known before anything is sent; or None.

        Content is 7-bit and addresses are ASCII (`letters.py`), so that neither 8BITMIME nor
        SMTPUTF8 is ever needed.
        """
        if letter.requiretls and not self.offer.requiretls:
            return Reason("relay-no-requiretls")
        if self.offer.size and len(letter.wire) > self.offer.size:
            most, here = self.offer.size / 1_000_000, len(letter.wire) / 1_000_000
            return Reason("relay-over-size", {"megabytes": f"{most:.1f}", "here": f"{here:.1f}"})
        return None

    async def send(self, letter: Letter, marks: Marks, following: Letter | None = None) -> Answer:
        """Carry out one transaction; the reply that decided it comes back, whatever it says.

        `following` must then be the next letter given: its envelope may already be on its way.
        Raises TransferError when there was no such reply, HaltedError when `marks` said no.
        """
        place = _Place()
        try:
            begun = self._take_begun(letter)
            answer = await self._envelope(begun, place) or await self._content(
                letter, marks, following, place
            )
        except (SMTPServerDisconnected, SMTPTimeoutError, SMTPResponseException, OSError) as error:
            # SMTPResponseException: a reply that is none. What follows it cannot be trusted.
            self.abort()
            raise TransferError(_broken(error), place.phase, after_dot=place.past_dot) from error
        except BaseException:  # stopped, halted, or a bug: in the middle of a transaction either way
            self.abort()
            raise
        marks.reply(letter, answer)
        if answer.reply.code == _CLOSING:
            self.abort()
        return answer

    async def quit(self) -> None:
        """End in order; what goes wrong here concerns no message."""
        with contextlib.suppress(SMTPException, OSError):
            if self._begun is None and self.usable:
                await self._client.quit(timeout=self._timeouts.connect)
        if self.usable:
            self.abort()
        await self._client.gone()

    def abort(self) -> None:
        """Close at once, in the middle of whatever is under way."""
        self._begun = None
        self._client.abort()

    async def try_sender(self, sender: str) -> Reply:
        """Ask whether `sender` may send (MAIL FROM, then RSET); nothing is sent."""
        try:
            asked = self._client.wire.ask(b"MAIL FROM:<" + path(sender) + b">")
            reply = await self._reply(asked[0], Phase.MAIL)
            await self._reply(self._client.wire.ask(b"RSET")[0], Phase.RESET)
        except (SMTPServerDisconnected, SMTPTimeoutError, SMTPResponseException, OSError) as error:
            self.abort()
            raise TransferError(_broken(error), Phase.MAIL, after_dot=False) from error
        return _said(reply)

    # --- one transaction ---------------------------------------------------------------

    def _take_begun(self, letter: Letter) -> _Begun:
        begun, self._begun = self._begun, None
        if begun is None:
            return self._prepare(letter)
        if begun.letter is not letter:
            raise ValueError("another letter was promised to this connection")
        return begun

    def _prepare(self, letter: Letter) -> _Begun:
        commands: list[tuple[Phase, bytes]] = []
        if self._needs_reset:
            commands.append((Phase.RESET, b"RSET"))
            self._needs_reset = False
        commands.append((Phase.MAIL, self._mail(letter)))
        commands.append((Phase.RCPT, self._rcpt(letter)))
        commands.append((Phase.DATA, b"DATA"))
        begun = _Begun(letter, commands, [])
        if self.offer.pipelining and self._client.is_connected:
            begun.replies += self._client.wire.ask(*(command for _, command in commands))
        return begun

    def _mail(self, letter: Letter) -> bytes:
        command = b"MAIL FROM:<" + path(letter.sender) + b">"
        if self.offer.size:
            command += b" SIZE=%d" % len(letter.wire)
        if self.offer.dsn:
            # RET=HDRS keeps the content out of bounces (RFC 3461, 4.3).
            command += b" RET=HDRS"
            if letter.envelope_id:
                command += b" ENVID=" + letter.envelope_id.encode("ascii")
        if letter.requiretls:
            command += b" REQUIRETLS"
        return command

    def _rcpt(self, letter: Letter) -> bytes:
        command = b"RCPT TO:<" + path(letter.recipient) + b">"
        return command + b" NOTIFY=FAILURE,DELAY" if self.offer.dsn else command

    async def _envelope(self, begun: _Begun, place: _Place) -> Answer | None:
        """MAIL, RCPT and DATA; None when the relay waits for the content."""
        for number, (phase, command) in enumerate(begun.commands):
            place.phase = phase
            if number >= len(begun.replies):
                begun.replies += self._client.wire.ask(command)
            reply = await self._reply(begun.replies[number], phase)
            if reply.code == _START_INPUT if phase is Phase.DATA else reply.code // 100 == 2:
                continue
            if phase is Phase.RESET:
                raise SMTPServerDisconnected("RSET refused")
            await self._leave_transaction(begun, number, reply.code)
            return Answer(phase, _said(reply))
        return None

    async def _content(self, letter: Letter, marks: Marks, following: Letter | None, place: _Place) -> Answer:
        if not await marks.before_data(letter):
            raise HaltedError
        place.phase = Phase.BODY
        dot = self._client.wire.expect()[0]
        first, last = pieces(letter.wire)
        if await self._write_content(first, dot):
            reply = await self._reply(dot, Phase.DOT)
            self.abort()
            if reply.code // 100 not in (4, 5):
                raise SMTPServerDisconnected("Reply before the final dot")
            return Answer(Phase.DOT, _said(reply))
        if not self.usable:
            raise SMTPServerDisconnected("Connection lost")
        marks.dot_written(letter)
        place.past_dot, place.phase = True, Phase.DOT
        self._write_dot(last, following)
        reply = await self._reply(dot, Phase.DOT)
        self.sent += 1
        return Answer(Phase.DOT, _said(reply))

    async def _write_content(self, first: list[bytes], dot: asyncio.Future[SMTPResponse]) -> bool:
        """Write all but the last piece; True when the relay replied before it was through."""
        for piece in first:
            if dot.done():
                return True
            self._client.wire.write(piece)
            async with asyncio.timeout(self._timeouts.body):
                await self._client.wire.drain()
        return dot.done()

    def _write_dot(self, last: bytes, following: Letter | None) -> None:
        """The last piece, the dot, and, where allowed, the next envelope: in one write."""
        tail = last + b".\r\n"
        if following is None or not self.offer.pipelining:
            self._client.wire.write(tail)
            return
        commands = (
            (Phase.MAIL, self._mail(following)),
            (Phase.RCPT, self._rcpt(following)),
            (Phase.DATA, b"DATA"),
        )
        replies = self._client.wire.expect(len(commands))
        self._client.wire.write(tail + b"".join(command + b"\r\n" for _, command in commands))
        self._begun = _Begun(following, commands, replies)

    async def _leave_transaction(self, begun: _Begun, place: int, code: int) -> None:
        """Bring a refused transaction to an end that the next one can start from."""
        self._needs_reset = True
        if code == _CLOSING:
            self.abort()
            return
        for later in range(place + 1, len(begun.replies)):
            phase = begun.commands[later][0]
            answer = await self._reply(begun.replies[later], phase)
            if answer.code == _CLOSING:
                self.abort()
                return
            if phase is Phase.DATA and answer.code == _START_INPUT:
                # RFC 2920, 3.1: DATA was taken although there is no recipient: end it empty.
                end = self._client.wire.expect()[0]
                self._client.wire.write(b".\r\n")
                await self._reply(end, Phase.RESET)

    async def _reply(self, future: asyncio.Future[SMTPResponse], phase: Phase) -> SMTPResponse:
        if not future.done():
            limit = {Phase.DATA: self._timeouts.data, Phase.DOT: self._timeouts.dot}.get(
                phase, self._timeouts.command
            )
            async with asyncio.timeout(limit):
                await future
        response = future.result()
        if not 200 <= response.code <= 599:
            raise SMTPResponseException(response.code, response.message)
        return response


def _said(response: SMTPResponse) -> Reply:
    return Reply(response.code, clean(response.message))


def _broken(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "relay-timeout"
    return "relay-garbled" if isinstance(error, SMTPResponseException) else "relay-dropped"
