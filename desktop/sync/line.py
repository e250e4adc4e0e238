"""One connection of a stream: opened when needed, renewed every fifty messages."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from desktop.models.records import Reason, Relay, RelayId
from desktop.sync.letters import Letter
from desktop.sync.relay import Answer, Marks, Offer, Timeouts
from desktop.sync.relay_auth import Access
from desktop.sync.relay_tls import RelayError, client_context
from desktop.sync.wires import Connection, OpenRelay

RECYCLE_AFTER = 50
"""Messages over one connection; relays dislike endless ones."""
_AHEAD = 8
"""Messages before the last one when its successor is opened."""
_PAUSES = (1.0, 2.0)
"""Seconds between the tries to connect; with the first, three are made (the breaker)."""

AccessOf = Callable[[RelayId], Awaitable[Access]]
OnOpen = Callable[[Relay, Offer], Awaitable[None]]


class Line:
    """At most one connection, to the relay asked for last."""

    def __init__(
        self, access_of: AccessOf, on_open: OnOpen, timeouts: Timeouts, open_relay: OpenRelay
    ) -> None:
        self._open_relay = open_relay
        self._access_of = access_of
        self._on_open = on_open
        self._timeouts = timeouts
        self._connection: Connection | None = None
        self._relay: Relay | None = None
        self._context: ssl.SSLContext | None = None
        self._successor: asyncio.Task[Connection] | None = None
        self._leaving: set[asyncio.Task[None]] = set()

    @property
    def open(self) -> bool:
        return self._connection is not None and self._connection.usable

    @property
    def used(self) -> bool:
        """Whether a message went over this connection before."""
        return self._connection is not None and self._connection.sent > 0

    @property
    def at_last(self) -> bool:
        """Whether the next message is the last over this connection."""
        return self._connection is not None and self._connection.sent + 1 >= RECYCLE_AFTER

    def unfit(self, letter: Letter) -> Reason | None:
        """See `RelayConnection.unfit`."""
        return self._connection.unfit(letter) if self._connection is not None else None

    def reaches(self, relay: Relay) -> bool:
        """Whether the next message to `relay` can go over what is open."""
        connection = self._connection
        return (
            connection is not None
            and connection.usable
            and self._relay is not None
            and self._relay.id == relay.id
            and connection.sent < RECYCLE_AFTER
        )

    async def reach(self, relay: Relay, given_up: Callable[[], bool]) -> None:
        """Open a connection to `relay`, with three tries where a moment may help.

        Raises RelayError; returns without a connection when `given_up` says so.
        """
        successor, self._successor = self._successor, None
        same = self._relay is not None and self._relay.id == relay.id
        self._let_go()
        if successor is not None and same:
            with contextlib.suppress(RelayError):  # then it is tried like any other
                await self._take(relay, await successor)
        elif successor is not None:
            self._leave(_quit_when_open(successor))
        if self.open:
            return
        self._context = client_context(relay)
        for pause in (*_PAUSES, None):
            try:
                await self._take(relay, await self._opened(relay))
            except RelayError as error:
                if error.lasting or pause is None:
                    raise
                await asyncio.sleep(pause)
                if given_up():
                    return
            else:
                return

    def prepare(self, waiting: int) -> None:
        """Open the next connection beside the present one, where `waiting` messages will need it.

        Called before each message; does nothing until the present one is nearly used up.
        """
        if self._connection is None or self._relay is None or self._successor is not None:
            return
        left = RECYCLE_AFTER - self._connection.sent
        if left <= _AHEAD and waiting > left:
            self._successor = asyncio.ensure_future(self._opened(self._relay))

    async def send(self, letter: Letter, marks: Marks, following: Letter | None) -> Answer:
        """Carry out one transaction over the open connection (see `RelayConnection.send`)."""
        connection = self._connection
        if connection is None:
            raise ValueError("reach a relay first")
        return await connection.send(letter, marks, None if self.at_last else following)

    async def close(self) -> None:
        """End what is open, in order where nothing is under way, and wait for it."""
        successor, self._successor = self._successor, None
        if successor is not None:
            self._leave(_quit_when_open(successor))
        self._let_go()
        self._relay = None
        while self._leaving:
            await asyncio.wait(self._leaving)

    async def _opened(self, relay: Relay) -> Connection:
        access = await self._access_of(relay.id)
        return await self._open_relay(relay, access, self._timeouts, self._context)

    async def _take(self, relay: Relay, connection: Connection) -> None:
        self._connection, self._relay = connection, relay
        await self._on_open(relay, connection.offer)

    def _let_go(self) -> None:
        """The farewell of the present connection delays nobody."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._leave(connection.quit())

    def _leave(self, farewell: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(farewell)
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)


async def _quit_when_open(successor: asyncio.Task[Connection]) -> None:
    with contextlib.suppress(RelayError):
        await (await successor).quit()
