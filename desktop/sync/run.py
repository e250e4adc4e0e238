"""One run over everything that is due: a stream for each lane and relay, side by side.

The run holds the lease for all of them, begins a stream where rows fall due, and lets one
that its relay turned away rest while the others go on.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import TypeVar

from desktop.clock import Clock
from desktop.config import LIMITS
from desktop.errors import SealwellError
from desktop.frozen import dataclass
from desktop.models import messages, sending
from desktop.models.database import Database, Tx
from desktop.models.delivery import Stream as Key
from desktop.models.records import Reason, RelayId, State
from desktop.sync.berths import Berths
from desktop.sync.journal import Journal
from desktop.sync.lease import HEARTBEAT
from desktop.sync.line import Line
from desktop.sync.points import Passing
from desktop.sync.stream import BY_HAND, PATIENCE, Stream

T = TypeVar("T")

LOOK_EVERY = 5.0
"""Seconds between two looks for streams that something fell due for: other processes queue rows too."""
MOST_CONNECTIONS = 4
_AFTER_TROUBLE = (60.0, 120.0, 300.0)
"""Seconds that the background lets a stream rest after one that ended early."""
_POLL = 0.1


@dataclass(frozen=True)
class RunCounts:
    """`done` of `total` rows have an end; `states` counts them."""

    done: int
    total: int
    states: Mapping[State, int]


@dataclass(frozen=True)
class RunResult:
    """`stopped` says why rows that are due are still queued; None when none is."""

    states: Mapping[State, int]
    stopped: Reason | None


Progress = Callable[[RunCounts], bool]
"""Called in the network's thread; answers False to stop."""


class Rests:
    """Streams that ended early, and until when the background leaves them alone."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[Key, tuple[float, int]] = {}

    def rests(self, key: Key) -> bool:
        return self._clock.mono() < self._until.get(key, (0.0, 0))[0]

    def ended(self, key: Key, *, early: bool) -> None:
        if not early:
            self._until.pop(key, None)
            return
        times = self._until.get(key, (0.0, 0))[1]
        pause = _AFTER_TROUBLE[min(times, len(_AFTER_TROUBLE) - 1)]
        self._until[key] = self._clock.mono() + pause, times + 1

    def wake(self) -> None:
        """Somebody asks for it: every stream may be tried again now."""
        self._until = {key: (0.0, times) for key, (_, times) in self._until.items()}


class SendingRun:
    """Made for one run. `stop` and `reconsider` may be called from the network's thread alone."""

    def __init__(
        self,
        database: Database,
        journal: Journal,
        new_line: Callable[[], Line],
        clock: Clock,
        progress: Progress | None,
        rests: Rests,
        passing: Passing,
        meanwhile: Callable[[], None] | None = None,
        spread: Callable[[], float] = random.random,
    ) -> None:
        """`meanwhile` does, off this thread and again at each look, what rows wait for before they
        fall due: a campaign may take hours, and a letter's locked file must not wait for its end.
        """
        self._meanwhile = meanwhile
        self._aside: asyncio.Future[None] | None = None
        self._database = database
        self._journal = journal
        self._new_line = new_line
        self._clock = clock
        self._progress = progress
        self._rests = rests
        self._passing = passing
        self._spread = spread
        self._tasks: dict[asyncio.Task[None], Stream] = {}
        self._berths: dict[RelayId | None, Berths] = {}
        self._ended: Counter[State] = Counter()
        self._total = 0
        self._stopped: Reason | None = None
        self._first: Reason | None = None
        self._awake = asyncio.Event()
        self._looked = clock.now()

    def stop(self, reason: Reason | None = None) -> None:
        """No further message is begun; the first reason counts."""
        self._stopped = self._stopped or reason or Reason(BY_HAND)
        for stream in self._tasks.values():
            stream.stop(reason)
        self._awake.set()

    def reconsider(self) -> None:
        """Something was paused: at most the message under way on each connection still leaves."""
        for stream in self._tasks.values():
            stream.reconsider()

    def look(self) -> None:
        """Something was queued."""
        self._awake.set()

    @contextlib.asynccontextmanager
    async def lease_kept(self) -> AsyncIterator[None]:
        """From its taking on: what is looked up ahead of a run may take long, too."""
        beat = asyncio.create_task(self._keep_lease())
        try:
            yield
        finally:
            beat.cancel()

    async def carry_out(self, *, wait_for_holds: bool) -> RunResult:
        """Send what is due; with `wait_for_holds`, also what falls due within a minute.

        The lease must be held. What is left when the run ends early waits again.
        """
        try:
            while self._stopped is None:
                self._awake.clear()
                if self._tasks:
                    self._do_meanwhile()
                await self._begin_due()
                if self._tasks:
                    await self._wait_for_streams()
                elif not (wait_for_holds and await self._wait_for_hold()):
                    break
            while self._tasks:
                await self._wait_for_streams()
        except SealwellError:
            self.stop()  # what is under way in other streams may come to its end
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=PATIENCE)
            raise
        finally:
            await self._end_all()
        return RunResult(MappingProxyType(dict(self._states)), self._stopped or self._first)

    @property
    def _states(self) -> Counter[State]:
        found = Counter(self._ended)
        for stream in self._tasks.values():
            found.update(stream.states)
        return found

    # --- streams -----------------------------------------------------------------------

    async def _begin_due(self) -> None:
        """A stream for whatever is due and has none; those at work look again."""
        now = self._looked = self._clock.now()
        under_way = {stream.key: stream for stream in self._tasks.values()}

        def look(tx: Tx) -> list[tuple[Key, int, int]]:
            found = [key for key in messages.due_streams(tx, now) if not self._rests.rests(key)]
            return [(key, messages.count_due(tx, now, key), _connections(tx, key.relay)) for key in found]

        for key, due, connections in await self._read(look):
            if key in under_way:
                under_way[key].look_again()
            elif self._stopped is None:
                self._total += due
                self._begin(key, connections)

    def _begin(self, key: Key, connections: int) -> None:
        berths = self._berths.setdefault(key.relay, Berths(connections))
        stream = Stream(
            key,
            self._database,
            self._journal,
            [self._new_line() for _ in range(connections)],
            berths,
            self._clock,
            self._passing,
            self._spread,
            self._tell,
        )
        self._tasks[asyncio.create_task(stream.carry_out())] = stream

    async def _wait_for_streams(self) -> None:
        """Until one has ended, or it is time to look again. Raises what ended one."""
        woken = asyncio.create_task(self._awake.wait())
        try:
            done, _ = await asyncio.wait(
                {*self._tasks, woken}, timeout=LOOK_EVERY, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            woken.cancel()
        for task in [task for task in self._tasks if task in done]:
            self._take_end(task)

    def _take_end(self, task: asyncio.Task[None]) -> None:
        stream = self._tasks.pop(task)
        self._ended.update(stream.states)
        early = stream.stopped is not None and stream.stopped.code != BY_HAND and not stream.stood_in_for
        self._rests.ended(stream.key, early=early)
        self._first = self._first or (stream.stopped if early else None)
        task.result()

    async def _end_all(self) -> None:
        """However the run ends, each stream writes down what it knows."""
        for task in self._tasks:
            task.cancel()
        tasks = list(self._tasks)
        await asyncio.gather(*tasks, return_exceptions=True)
        for task in tasks:
            if not task.cancelled():
                self._take_end(task)
        if self._aside is not None:
            await asyncio.wait((self._aside,))

    def _do_meanwhile(self) -> None:
        if self._aside is not None and self._aside.done():
            self._aside.result()
            self._aside = None
        if self._meanwhile is not None and self._aside is None:
            self._aside = asyncio.ensure_future(asyncio.to_thread(self._meanwhile))

    # --- the rest ----------------------------------------------------------------------

    async def _wait_for_hold(self) -> bool:
        """Wait until the next row falls due, if that is within the time that a run waits.

        Not past a call to look, nor longer than between two looks: others queue what is due before.
        """
        horizon = self._clock.now() + timedelta(seconds=LIMITS.wait_for_hold)
        # What was due at the last look and began no stream rests, and is not waited for.
        when = await self._read(lambda tx: messages.next_due(tx, after=self._looked))
        if when is None or when > horizon:
            return False
        self._do_meanwhile()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_EVERY):
                while self._clock.now() < when and not self._awake.is_set():  # noqa: ASYNC110 - clocks move
                    await asyncio.sleep(_POLL)
        return True

    def _tell(self) -> None:
        """After each transaction of a stream."""
        if self._progress is not None:
            states = self._states
            done = states.total()
            if not self._progress(RunCounts(done, max(done, self._total), MappingProxyType(dict(states)))):
                self.stop()

    async def _keep_lease(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT)
            try:
                if not await self._write(self._journal.lease.renew):
                    self.stop(Reason("lease-lost"))
            except SealwellError as error:  # a full disk: nothing new begins, what is under way ends
                self.stop(Reason(error.code, dict(error.params)))

    async def _write(self, work: Callable[[Tx], T]) -> T:
        return await asyncio.wrap_future(self._database.submit_write(work))

    async def _read(self, work: Callable[[Tx], T]) -> T:
        return await asyncio.to_thread(self._database.read, work)


def _connections(tx: Tx, relay: RelayId | None) -> int:
    """How many at once; none where rows have no relay, which their claim ends."""
    return min(max(sending.get(tx, relay).connections, 1), MOST_CONNECTIONS) if relay is not None else 0
