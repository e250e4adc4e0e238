"""A line that breaks: forwards to a server on loopback, and cuts a connection at a given octet."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Self

_CHUNK = 64 * 1024
UP, DOWN = "up", "down"
"""From the client to the server, and back."""


@dataclass(frozen=True)
class Break:
    """After `octets` in `direction` the connection is closed both ways; or, `silent`, nothing more passes."""

    direction: str
    octets: int
    silent: bool = False


class Cut:
    """Listens on `port` in a thread of its own; `next` strikes the next connection, and only that."""

    def __init__(self, target: int) -> None:
        self.port = 0
        self.next: Break | None = None
        self.carried = {UP: 0, DOWN: 0}
        """Octets of the latest connection."""
        self._target = target
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over: asyncio.Event | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="cut", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the line does not listen")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._loop is not None and self._over is not None:
            self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(10)

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._client, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._over.wait()
        server.close()

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        cut, self.next = self.next, None
        self.carried = carried = {UP: 0, DOWN: 0}
        both = (writer, back)
        await asyncio.gather(
            _carry(reader, back, carried, UP, cut, both), _carry(there, writer, carried, DOWN, cut, both)
        )


async def _carry(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    carried: dict[str, int],
    direction: str,
    cut: Break | None,
    both: tuple[asyncio.StreamWriter, asyncio.StreamWriter],
) -> None:
    with contextlib.suppress(ConnectionError):
        while chunk := await reader.read(_CHUNK):
            left = cut.octets - carried[direction] if cut and cut.direction == direction else len(chunk)
            writer.write(chunk[: max(0, left)])
            await writer.drain()
            carried[direction] += len(chunk)
            if cut is not None and left <= len(chunk) and cut.direction == direction and not cut.silent:
                break
    for each in both:
        each.close()
