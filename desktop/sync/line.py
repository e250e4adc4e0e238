"""The dispatcher's one connection: opened when needed, renewed every fifty messages."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from desktop.models.records import Relay, RelayId
from desktop.sync.letters import Letter
from desktop.sync.relay import Answer, Marks, Offer, RelayConnection, Timeouts
from desktop.sync.relay_open import open_relay
from desktop.sync.relay_tls import RelayError

RECYCLE_AFTER = 50
"""Messages over one connection; relays dislike endless ones."""
_PAUSES = (1.0, 2.0)
"""Seconds between the tries to connect; with the first, three are made (the breaker)."""

PasswordOf = Callable[[RelayId], Awaitable[str]]
OnOpen = Callable[[Relay, Offer], Awaitable[None]]


class Line:
    """At most one connection, to the relay asked for last."""

    def __init__(self, password_of: PasswordOf, on_open: OnOpen, timeouts: Timeouts) -> None:
        self._password_of = password_of
        self._on_open = on_open
        self._timeouts = timeouts
        self._connection: RelayConnection | None = None
        self._relay: RelayId | None = None

    @property
    def open(self) -> bool:
        return self._connection is not None and self._connection.usable

    @property
    def used(self) -> bool:
        """Whether a message went over this connection before."""
        return self._connection is not None and self._connection.sent > 0

    @property
    def offers_requiretls(self) -> bool:
        return self._connection is not None and self._connection.offer.requiretls

    def reaches(self, relay: Relay) -> bool:
        """Whether the next message to `relay` can go over what is open."""
        connection = self._connection
        return (
            connection is not None
            and connection.usable
            and self._relay == relay.id
            and connection.sent < RECYCLE_AFTER
        )

    async def reach(self, relay: Relay, given_up: Callable[[], bool]) -> None:
        """Open a connection to `relay`, with three tries where a moment may help.

        Raises RelayError; returns without a connection when `given_up` says so.
        """
        await self.close()
        password = await self._password_of(relay.id)
        for pause in (*_PAUSES, None):
            try:
                self._connection = await open_relay(relay, password, self._timeouts)
            except RelayError as error:
                if error.lasting or pause is None:
                    raise
                await asyncio.sleep(pause)
                if given_up():
                    return
            else:
                self._relay = relay.id
                await self._on_open(relay, self._connection.offer)
                return

    async def send(self, letter: Letter, marks: Marks, following: Letter | None) -> Answer:
        """Carry out one transaction over the open connection (see `RelayConnection.send`)."""
        connection = self._connection
        if connection is None:
            raise ValueError("reach a relay first")
        last = connection.sent + 1 >= RECYCLE_AFTER
        return await connection.send(letter, marks, None if last else following)

    async def close(self) -> None:
        """End what is open, in order where nothing is under way."""
        connection, self._connection, self._relay = self._connection, None, None
        if connection is not None:
            await connection.quit()
