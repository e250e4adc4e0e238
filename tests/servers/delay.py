"""A long line: forwards to a server on loopback, each octet half a round trip later.

Only time is added. What comes together stays together, and nothing waits for anything else.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from types import TracebackType
from typing import Self

_CHUNK = 64 * 1024


class Delay:
    """Listens on `port` in a thread of its own while the context lasts."""

    def __init__(self, target: int, round_trip: float = 0.05) -> None:
        """`round_trip` in seconds."""
        self.port = 0
        self._target = target
        self._half = round_trip / 2
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over: asyncio.Event | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="delay", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the delaying proxy does not listen")
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
        await asyncio.sleep(2 * self._half)  # the handshake of TCP
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        await asyncio.gather(self._carry(reader, back), self._carry(there, writer))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        on_its_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def arrive() -> None:
            chunk = b"."
            with contextlib.suppress(ConnectionError):
                while chunk:
                    when, chunk = await on_its_way.get()
                    await asyncio.sleep(when - loop.time())
                    writer.write(chunk)
                    await writer.drain()
            writer.close()

        arriving = asyncio.create_task(arrive())
        chunk = b"."
        while chunk and not arriving.done():
            try:
                chunk = await reader.read(_CHUNK)
            except ConnectionError:
                chunk = b""
            on_its_way.put_nowait((loop.time() + self._half, chunk))
        await arriving
