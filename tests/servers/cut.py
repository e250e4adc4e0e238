"""A line that breaks: forwards to a server on loopback, and cuts a connection at a given octet."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass

from tests.servers.proxy import Proxy

_CHUNK = 64 * 1024
UP, DOWN = "up", "down"
"""From the client to the server, and back."""


@dataclass(frozen=True)
class Break:
    """After `octets` in `direction` the connection is closed both ways; or, `silent`, nothing more passes."""

    direction: str
    octets: int
    silent: bool = False


class Cut(Proxy):
    """Listens on `port` in a thread of its own; `next` strikes the next connection, and only that."""

    def __init__(self, target: int) -> None:
        self.next: Break | None = None
        self.carried = {UP: 0, DOWN: 0}
        """Octets of the latest connection."""
        super().__init__(target)

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
