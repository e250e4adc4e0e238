"""A long line: forwards to a server on loopback, each octet half a round trip later.

Only time is added. What comes together stays together, and nothing waits for anything else.
"""

from __future__ import annotations

import asyncio
import contextlib

from tests.servers.proxy import Proxy

_CHUNK = 64 * 1024


class Delay(Proxy):
    """Listens on `port` in a thread of its own while the context lasts."""

    def __init__(self, target: int, round_trip: float = 0.05) -> None:
        """`round_trip` in seconds."""
        super().__init__(target)
        self._half = round_trip / 2

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
