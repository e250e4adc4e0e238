"""A wire tap: forwards to a server on loopback and keeps every octet of both directions."""

from __future__ import annotations

import asyncio

from tests.servers.proxy import Proxy


class Tap(Proxy):
    """Listen on `port`; what clients send is in `upward`, what the server says in `downward`."""

    def __init__(self, target: int) -> None:
        self.upward = bytearray()
        self.downward = bytearray()
        super().__init__(target)

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
