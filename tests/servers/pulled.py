"""A long line that is pulled out of the wall, and put back."""

from __future__ import annotations

import asyncio

from tests.servers.delay import Delay


class Pulled(Delay):
    """While it is `out`, whoever connects is hung up on, and whoever was connected has been."""

    def __init__(self, target: int, round_trip: float) -> None:
        super().__init__(target, round_trip)
        self.out = False
        self.turned_away = 0
        """How often somebody tried meanwhile."""
        self._ends: set[asyncio.StreamWriter] = set()

    def pull(self) -> None:
        self.out = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._hang_up)

    def put_back(self) -> None:
        self.out = False

    def _hang_up(self) -> None:
        for end in self._ends:
            end.transport.abort()

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.out:
            self.turned_away += 1
            writer.transport.abort()
            return
        self._ends.add(writer)
        try:
            await super()._client(reader, writer)
        finally:
            self._ends.discard(writer)
