"""Where another relay stands in for the first: does the first work again?

Asked beside the run and not before it, because a relay that accepts connections and then says
nothing would else hold up all that its standby could send.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.mail import standby
from desktop.models import pauses, relays
from desktop.models.database import Database, Tx
from desktop.models.records import Relay
from desktop.sync.line import Line
from desktop.sync.relay_tls import RelayError

_EVERY = 300.0
_PATIENCE = 30.0
"""Seconds after which a relay that says nothing does not work."""
_GRACE = 2.0
"""Seconds that a run waits for the answer: what is due leaves by a first relay that is well."""


class LookBack:
    """For the network's thread; one look at a time."""

    def __init__(
        self, database: Database, audit: AuditLog, clock: Clock, new_line: Callable[[], Line]
    ) -> None:
        self._database = database
        self._audit = audit
        self._clock = clock
        self._new_line = new_line
        self._next = 0.0
        self._task: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Ask, at most every few minutes. Raises what an earlier look raised."""
        if self._task is not None:
            if not self._task.done():
                return
            task, self._task = self._task, None
            task.result()
        if self._clock.mono() < self._next:
            return
        self._task = asyncio.create_task(self._look())
        await asyncio.wait((self._task,), timeout=_GRACE)

    async def end(self, *, at_once: bool = False) -> None:
        """Wait for the answer, or do without it."""
        task, self._task = self._task, None
        if task is None:
            return
        if at_once:
            task.cancel()
        await asyncio.wait((task,))
        if not at_once:
            task.result()

    async def _look(self) -> None:
        try:
            first = await asyncio.to_thread(self._database.read, self._stood_in_for)
            if first is not None and await self._works(first):
                await asyncio.wrap_future(self._database.submit_write(lambda tx: self._back(tx, first)))
        finally:
            self._next = self._clock.mono() + _EVERY

    async def _works(self, first: Relay) -> bool:
        line = self._new_line()
        try:
            async with asyncio.timeout(_PATIENCE):
                await line.reach(first, lambda: True)
        except (RelayError, TimeoutError):
            return False
        else:
            return line.open
        finally:
            await line.close()

    def _back(self, tx: Tx, first: Relay) -> None:
        standby.give_back(tx)
        self._audit.record(tx, Event(Act.RELAY_CHANGED, first.id, why=standby.OVER))

    def _stood_in_for(self, tx: Tx) -> Relay | None:
        """None where nobody stands in, or where the first is not to be asked: it refused the sign-in,
        or is paused, and a wrong password must not knock again and again."""
        found = standby.current(tx)
        if found is None or found.refused or self._is_paused(tx, found, self._clock.now()):
            return None
        return relays.get(tx, found.first)

    def _is_paused(self, tx: Tx, found: standby.StandIn, now: datetime) -> bool:
        return pauses.get(tx, pauses.scope_of(pauses.RELAY, found.first), now) is not None
