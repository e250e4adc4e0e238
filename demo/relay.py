# ruff: noqa: N802 - aiosmtpd finds its handlers by these names
"""A relay on this computer that records everything: for the demo and the tests.

It speaks SMTP over TLS (aiosmtpd) with AUTH, keeps the octets of every message as they
were received, counts what came in clear, and misbehaves on request (`demo/faults.py`).
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword, Session, TLSSetupException
from aiosmtpd.smtp import Envelope as SmtpdEnvelope

from demo.faults import DROP, STALL, At, Fault

HARMLESS_IN_CLEAR = frozenset({b"EHLO", b"STARTTLS", b"NOOP", b"QUIT"})
_FOR_EVER = 3600.0
# aiosmtpd warns of its own deprecated attribute at each sign-in.
logging.getLogger("mail.log").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Received:
    """One message as it arrived; `tls` is the version, '' without."""

    sender: str
    recipients: tuple[str, ...]
    wire: bytes = field(repr=False)
    tls: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class RelaySetup:
    """`security`: implicit, starttls, or stripped (no TLS, and AUTH offered all the same)."""

    context: ssl.SSLContext
    security: str = "implicit"
    user: str = "office"
    password: str = "relay-password"  # noqa: S105 - for a relay that lives for a test
    extensions: Sequence[str] = ("PIPELINING", "ENHANCEDSTATUSCODES")
    port: int = 0
    keep_in: Path | None = None
    """Each message becomes a file here, on disk before its 250."""
    size_limit: int = 33_554_432
    think: float = 0.0
    """Seconds before each receipt, as a relay far away takes them."""
    inject: bytes = b""
    """Sent in clear right behind the 220 of STARTTLS, as someone in the middle would."""


class RecordingRelay:
    """Use as a context manager; listens on 127.0.0.1 in a thread of its own."""

    def __init__(self, setup: RelaySetup) -> None:
        self.setup = setup
        self.received: list[Received] = []
        self.faults: list[Fault] = []
        self.in_clear = bytearray()
        """Every octet that clients sent before TLS."""
        self.connections = 0
        self.commands: list[str] = []
        self.errors: list[BaseException] = []
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="recording-relay", daemon=True)
        self._ready = threading.Event()
        self._server: asyncio.Server | None = None
        self._talking: set[_Conversation] = set()
        self._quiet = asyncio.Event()
        self._quiet.set()

    @property
    def plaintext_commands(self) -> int:
        """Lines in clear that begin with anything but EHLO, STARTTLS, NOOP or QUIT."""
        words = [line.split(b" ")[0].upper() for line in bytes(self.in_clear).split(b"\r\n") if line]
        return sum(word not in HARMLESS_IN_CLEAR for word in words)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(10)
        if not self.port:
            raise RuntimeError("the relay does not listen")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def strikes(self, at: At) -> Fault | None:
        """The fault that strikes this visit, if any."""
        for fault in self.faults:
            if fault.at == at and fault.strikes():
                return fault
        return None

    def keep(self, received: Received) -> None:
        """Store a message, and wait for the disk where a folder is given."""
        self.received.append(received)
        if self.setup.keep_in is None:
            return
        digest = hashlib.sha256(received.wire).hexdigest()
        name = self.setup.keep_in / f"{len(self.received):06d}-{digest}.eml"
        with name.open("wb") as file:
            file.write(received.wire)
            file.flush()
            os.fsync(file.fileno())

    def begun(self, conversation: _Conversation) -> None:
        """A client is there."""
        self._talking.add(conversation)
        self._quiet.clear()

    def ended(self, conversation: _Conversation) -> None:
        """Its socket is closed."""
        self._talking.discard(conversation)
        if not self._talking:
            self._quiet.set()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_exception_handler(self._on_trouble)
        self._loop.run_until_complete(self._listen())
        self._ready.set()
        self._loop.run_forever()
        if self._server is not None:
            self._server.close()
        for conversation in list(self._talking):
            conversation.hang_up()
        pending = asyncio.all_tasks(self._loop)
        for task in pending:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
        self._loop.run_until_complete(self._emptied())
        self._loop.close()

    async def _listen(self) -> None:
        self._server = await self._loop.create_server(
            lambda: _Conversation(self, self._loop),
            "127.0.0.1",
            self.setup.port,
            ssl=self.setup.context if self.setup.security == "implicit" else None,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def _emptied(self) -> None:
        async with asyncio.timeout(5):
            await self._quiet.wait()

    def _on_trouble(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        # A client that hangs up, or refuses our certificate, is what is being tested.
        if isinstance(error, BaseException) and not isinstance(error, (OSError, asyncio.CancelledError)):
            self.errors.append(error)


class _Conversation(SMTP):
    """One client; each command first asks whether a fault strikes."""

    def __init__(self, relay: RecordingRelay, loop: asyncio.AbstractEventLoop) -> None:
        setup = relay.setup
        super().__init__(
            self,
            hostname="relay.test",
            ident="ESMTP",
            tls_context=setup.context if setup.security == "starttls" else None,
            auth_require_tls=setup.security == "starttls",
            authenticator=self._check_password,
            data_size_limit=setup.size_limit,
            loop=loop,
        )
        self._relay = relay
        self._options: list[str] = []
        self._held = bytearray()
        relay.connections += 1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._relay.begun(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._relay.ended(self)
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        if self.transport is not None and self.transport.get_extra_info("sslcontext") is None:
            self._relay.in_clear += data
        super().data_received(data)

    async def push(self, status: Any) -> None:
        """Replies to a group of commands leave together, as RFC 2920, 3.2 asks of servers."""
        line = status if isinstance(status, bytes) else status.encode("utf-8")
        self._held += line + b"\r\n"
        if line.startswith(b"220 Ready"):
            self._held += self._relay.setup.inject
        elif b"\n" in self._reader._buffer and not line.startswith((b"221", b"421")):  # type: ignore[attr-defined]
            return
        await self._flush()

    async def _flush(self) -> None:
        held, self._held = bytes(self._held), bytearray()
        self._writer.write(held)
        await self._writer.drain()

    async def _handle_client(self) -> None:
        if not await self._faulty(At.CONNECT):
            await super()._handle_client()

    async def _faulty(self, at: At) -> bool:
        """Carry out the fault of this visit; True when the command has been dealt with."""
        fault = self._relay.strikes(at)
        if fault is None:
            return False
        reply = await self._misbehave(fault)
        await self.push(reply)
        if reply.startswith("421"):
            self._writer.close()
        return True

    async def _misbehave(self, fault: Fault) -> str:
        """The reply that the fault asks for; or no reply, and no way back."""
        await self._flush()
        if fault.does == STALL:
            await asyncio.sleep(_FOR_EVER)
        if fault.does == DROP:
            self._writer.close()
            raise ConnectionResetError
        return fault.does

    def hang_up(self) -> None:
        """Close without a word."""
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()

    def _check_password(
        self, _server: SMTP, _session: Session, _envelope: SmtpdEnvelope, _mechanism: str, data: Any
    ) -> AuthResult:
        wanted = self._relay.setup
        right = isinstance(data, LoginPassword) and data == (wanted.user.encode(), wanted.password.encode())
        return AuthResult(success=right, handled=False)

    async def check_auth_needed(self, caller_method: str) -> bool:
        session = self.session
        if self._relay.setup.user and (session is None or not session.authenticated):
            await self.push("530 5.7.0 Authentication required")
            return True
        return False

    async def handle_exception(self, error: Exception) -> str:
        if not isinstance(error, (TLSSetupException, OSError)):
            self._relay.errors.append(error)
        return "451 4.3.0 The relay has a bug"

    # --- commands ------------------------------------------------------------------------

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: SmtpdEnvelope, name: str, lines: list[str]
    ) -> list[str]:
        session.host_name = name
        extra = [f"250-{extension}" for extension in self._relay.setup.extensions]
        return [*lines[:-1], *extra, lines[-1]]

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: SmtpdEnvelope) -> str:
        fault = self._relay.strikes(At.DOT)
        if fault is not None:
            return await self._misbehave(fault)
        tls = self.transport.get_extra_info("ssl_object") if self.transport is not None else None
        self._relay.keep(
            Received(
                sender=envelope.mail_from or "",
                recipients=tuple(envelope.rcpt_tos),
                wire=envelope.original_content or b"",
                tls=(tls.version() or "") if tls is not None else "",
                options=tuple(self._options),
            )
        )
        self._options = []
        if self._relay.setup.think:
            await self._flush()
            await asyncio.sleep(self._relay.setup.think)
        fault = self._relay.strikes(At.STORED)
        if fault is not None:
            return await self._misbehave(fault)
        return f"250 2.0.0 Ok: queued as {len(self._relay.received):06d}"

    async def _command(self, at: At, words: str, arg: Any) -> bool:
        self._relay.commands.append(f"{words} {arg or ''}".rstrip())
        return await self._faulty(at)

    async def smtp_EHLO(self, hostname: str) -> None:
        if not await self._command(At.EHLO, "EHLO", hostname):
            await super().smtp_EHLO(hostname)

    async def smtp_STARTTLS(self, arg: str) -> None:
        if not await self._command(At.STARTTLS, "STARTTLS", arg):
            await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg: str) -> None:
        if not await self._command(At.AUTH, "AUTH", arg.split(" ", 1)[0]):
            await super().smtp_AUTH(arg)

    async def smtp_RSET(self, arg: str) -> None:
        if not await self._command(At.RSET, "RSET", arg):
            await super().smtp_RSET(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:
        if not await self._command(At.MAIL, "MAIL", arg):
            await super().smtp_MAIL(self._take_options(arg))

    async def smtp_RCPT(self, arg: str | None) -> None:
        if not await self._command(At.RCPT, "RCPT", arg):
            await super().smtp_RCPT(self._take_options(arg))

    async def smtp_DATA(self, arg: str) -> None:
        if await self._command(At.DATA, "DATA", arg):
            return
        fault = self._relay.strikes(At.BODY)
        if fault is not None:
            await self.push("354 Go on")
            await self._reader.read(1)
            await self.push(await self._misbehave(fault))
            await self._flush()
            while await self._reader.read(65536):  # closing now would take the reply along (TCP reset)
                pass
            return
        await super().smtp_DATA(arg)
        await self._faulty(At.REPLIED)

    async def smtp_QUIT(self, arg: str) -> None:
        if not await self._command(At.QUIT, "QUIT", arg):
            await super().smtp_QUIT(arg)

    def _take_options(self, arg: str | None) -> str | None:
        """Note the options that aiosmtpd does not know, and take them off."""
        if arg is None:
            return None
        known = {"SIZE", "BODY"}
        address, *options = arg.split(" ")
        self._options += [option for option in options if option.split("=")[0].upper() not in known]
        kept = [option for option in options if option.split("=")[0].upper() in known]
        return " ".join([address, *kept])
