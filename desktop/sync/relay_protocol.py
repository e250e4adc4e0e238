"""aiosmtplib's protocol, extended with PIPELINING (RFC 2920).

aiosmtplib pairs one reply with one command and waits a round trip for each: four per
message. Here several commands leave in one write and each has a future for its reply,
so that a message costs one round trip. Replies are still parsed by aiosmtplib.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Callable

from aiosmtplib import SMTP
from aiosmtplib.errors import SMTPConnectResponseError, SMTPResponseException, SMTPServerDisconnected
from aiosmtplib.protocol import COMMAND_INJECTION_REGEX, MAX_RESPONSE_LENGTH, SMTPProtocol
from aiosmtplib.response import SMTPResponse

_READY = 220
_GARBLED = -1
_FAREWELL = 1.0


class PipeliningProtocol(SMTPProtocol):
    """One connection's commands and replies, in order, as many under way as the relay allows."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        connection_lost_callback: Callable[[SMTPProtocol], None] | None = None,
    ) -> None:
        super().__init__(loop=loop, connection_lost_callback=connection_lost_callback)
        self._expected: deque[asyncio.Future[SMTPResponse]] = deque()
        self.lost = asyncio.Event()
        """Set when the socket is gone for good."""

    def ask(self, *commands: bytes) -> list[asyncio.Future[SMTPResponse]]:
        """Write the commands (without CRLF) together; one future per reply, in order."""
        for command in commands:
            if COMMAND_INJECTION_REGEX.search(command):
                raise ValueError("a command holds a control character")
        futures = self.expect(len(commands))
        self.write(b"".join(command + b"\r\n" for command in commands))
        return futures

    def expect(self, count: int = 1) -> list[asyncio.Future[SMTPResponse]]:
        """Announce replies to what the caller writes itself (the content and its final dot)."""
        if not self.is_connected:
            raise SMTPServerDisconnected("Connection lost")
        futures = [self._loop.create_future() for _ in range(count)]
        self._expected.extend(futures)
        return futures

    async def drain(self) -> None:
        """Wait until the transport takes more; let news of a lost connection or a reply in."""
        await asyncio.sleep(0)
        await self._drain_helper()

    def data_received(self, data: bytes) -> None:
        if not self._expected:
            super().data_received(data)
            return
        self._buffer.extend(data)
        if len(self._buffer) > MAX_RESPONSE_LENGTH:
            self._fail_expected(SMTPResponseException(_GARBLED, "Response too long"))
            return
        try:
            while self._expected and (reply := self._read_response_from_buffer()) is not None:
                future = self._expected.popleft()
                if not future.done():
                    future.set_result(reply)
        except SMTPResponseException as error:
            self._fail_expected(error)
        if not self._expected:
            # What nobody asked for must not be taken for the answer to the next command.
            self._buffer.clear()

    def eof_received(self) -> bool:
        self._fail_expected(SMTPServerDisconnected("Unexpected EOF received"))
        return super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail_expected(SMTPServerDisconnected("Connection lost"))
        super().connection_lost(exc)
        self.lost.set()

    def _fail_expected(self, error: Exception) -> None:
        self._buffer.clear()
        while self._expected:
            future = self._expected.popleft()
            if not future.done():
                self._set_response_exception(future, error)


class RelayClient(SMTP):
    """aiosmtplib's client on the protocol above.

    Errors of the operating system and of TLS pass unwrapped: the caller names them.
    """

    _latest: PipeliningProtocol | None = None

    @property
    def wire(self) -> PipeliningProtocol:
        """The open connection's protocol; raises SMTPServerDisconnected when it is closed."""
        if not isinstance(self.protocol, PipeliningProtocol) or not self.is_connected:
            raise SMTPServerDisconnected("Connection lost")
        return self.protocol

    @property
    def tls(self) -> ssl.SSLObject | None:
        """The secured connection, or None in clear."""
        tls = self.get_transport_info("ssl_object")
        return tls if isinstance(tls, ssl.SSLObject) else None

    @property
    def tls_version(self) -> str:
        """`TLSv1.3` and the like, or '' without TLS."""
        return (self.tls.version() or "") if self.tls is not None else ""

    def abort(self) -> None:
        """Close at once, without TLS's farewell."""
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()
        self.close()

    async def gone(self, patience: float = _FAREWELL) -> None:
        """Wait until the socket is closed; after `patience` seconds, close it the hard way."""
        protocol, self._latest = self._latest, None
        if protocol is None:
            return
        try:
            async with asyncio.timeout(patience):
                await protocol.lost.wait()
        except TimeoutError:
            if isinstance(protocol.transport, asyncio.WriteTransport):
                protocol.transport.abort()
            await protocol.lost.wait()

    async def _create_connection(self, timeout: float | None) -> SMTPResponse:  # noqa: ASYNC109
        if self.hostname is None or self.port is None:
            raise ValueError("host and port are needed")
        loop = asyncio.get_running_loop()
        protocol = PipeliningProtocol(loop, self._on_connection_lost)
        async with asyncio.timeout(timeout):
            transport, _ = await loop.create_connection(
                lambda: protocol,
                host=self.hostname,
                port=self.port,
                ssl=self.tls_context if self.use_tls else None,
                server_hostname=self.hostname if self.use_tls else None,
                ssl_handshake_timeout=timeout if self.use_tls else None,
            )
        self.protocol = self._latest = protocol
        self.transport = transport
        greeting = await protocol.read_response(timeout=self.timeout)
        if greeting.code != _READY:
            raise SMTPConnectResponseError(greeting.code, greeting.message)
        return greeting
