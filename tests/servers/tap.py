"""A wire tap: forwards to a server on loopback and keeps every octet of both directions."""

from __future__ import annotations

import asyncio
import threading
from types import TracebackType
from typing import Self


class Tap:
    """Listen on `port`; what clients send is in `upward`, what the server says in `downward`."""

    def __init__(self, target: int) -> None:
        self.upward = bytearray()
        self.downward = bytearray()
        self.port = 0
        self._target = target
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over: asyncio.Event | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="tap", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the tap does not listen")
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
        to_server, from_server = writer, reader
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._target)
        try:
            await asyncio.gather(
                _copy(from_server, server_writer, self.upward),
                _copy(server_reader, to_server, self.downward),
            )
        finally:
            server_writer.close()
            writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kept: bytearray) -> None:
    try:
        while chunk := await reader.read(65536):
            kept += chunk
            writer.write(chunk)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()
