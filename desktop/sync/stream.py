"""One stream of a run: the rows of one lane that leave by one relay, over one to four connections.

Streams share nothing but the lease and the database's writing lane, so that no relay and no
campaign holds up another. Within one, carriers send what is marked while the results of what
is sent, the marks and the claims of what follows are being written, all in one transaction:
the network waits for the disk only at the ends.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import TypeVar

from desktop.clock import Clock
from desktop.errors import SealwellError
from desktop.frozen import dataclass
from desktop.mail.outbox import Outcome
from desktop.models.database import Database, Tx
from desktop.models.delivery import Stream as Key
from desktop.models.records import Reason, State
from desktop.sync.berths import Berths
from desktop.sync.carrier import Carrier
from desktop.sync.journal import WINDOW, Entry, Journal, Parcel, Result, Turn
from desktop.sync.line import Line
from desktop.sync.outcomes import Verdict, given_up, next_try
from desktop.sync.pace import Pace
from desktop.sync.points import Passing, Point
from desktop.sync.refusals import Refusals
from desktop.sync.relay_tls import RelayError

T = TypeVar("T")

BREAKER = 3
"""Connections that broke in a row: the stream ends."""
BY_HAND = "sending-stopped"
PATIENCE = 10.0
"""Seconds that messages under way have where nothing can be written down any more."""


@dataclass(frozen=True)
class _Writing:
    """A transaction under way, and how often reconsidering had been asked for when it began."""

    done: asyncio.Future[Turn]
    entry: Entry
    asks: int


class Stream:
    """Made for one run; everything but `stop` is for the network's thread."""

    def __init__(
        self,
        key: Key,
        database: Database,
        journal: Journal,
        lines: Sequence[Line],
        berths: Berths,
        clock: Clock,
        passing: Passing,
        spread: Callable[[], float],
        told: Callable[[], None],
    ) -> None:
        """`lines` are its connections, most at once; `told` is called after each transaction."""
        self.key = key
        self.passing = passing
        self.states: Counter[State] = Counter()
        self.stopped: Reason | None = None
        self.relay_failed = False
        """Whether `stopped` came from the way to the relay, before any message."""
        self.stood_in_for = False
        """Whether another relay stands in for this one since it failed."""
        self._database = database
        self._journal = journal
        self._berths = berths
        self._clock = clock
        self._spread = spread
        self._told = told
        self._carriers = [Carrier(self, line) for line in lines]
        self._at_work = set(range(len(lines)))
        self._ready: deque[Parcel] = deque()
        self._results: list[Result] = []
        self._pace = Pace(WINDOW)
        self._writing: _Writing | None = None
        self._drained = False
        self._asks = 0
        """How often it was asked to reconsider since that was last done; meanwhile no content begins to
        leave, so that a transaction may dispose of all whose content has not."""
        self._reached = False
        self._changed = asyncio.Event()
        self._idle = 0
        self._broken = 0
        self._refusals = Refusals()

    def stop(self, reason: Reason | None = None) -> None:
        """No further message is begun; the first reason counts."""
        self.stopped = self.stopped or reason or Reason(BY_HAND)
        self._tell_all()

    def look_again(self) -> None:
        """Rows fell due, or may have."""
        self._drained = False
        self._changed.set()

    def reconsider(self) -> None:
        """Something was paused: what is claimed is held against it before another message begins."""
        self._asks += 1
        self._changed.set()

    async def carry_out(self) -> None:
        """Send what is due until nothing is, or until `stop`; what is left then waits again."""
        workers = [asyncio.create_task(self._work(one, number)) for number, one in enumerate(self._carriers)]
        patience = 0.0
        try:
            await self._keep(workers)
        except SealwellError as error:
            self.stop(Reason(error.code, dict(error.params)))
            patience = PATIENCE
            raise
        finally:
            await self._end(workers, patience)

    # --- the keeper: transactions ------------------------------------------------------

    async def _keep(self, workers: Sequence[asyncio.Task[None]]) -> None:
        """Until nothing is left to do, or until the last message under way has ended after a stop.

        Raises what writing raises, and a worker's bug.
        """
        while True:
            self._changed.clear()
            at_work = [worker for worker in workers if not worker.done()]
            for worker in workers:
                if worker.done():
                    worker.result()
            if self._begin_turn():
                await self._take_turn()
            elif not at_work if self.stopped is not None else self._is_over():
                return
            else:
                await self._changed.wait()

    def _is_over(self) -> bool:
        return self._drained and not self._ready and not any(one.parcels for one in self._carriers)

    def _begin_turn(self) -> bool:
        """Begin a transaction, if there is something to record, to mark or to claim."""
        on, lines = self.stopped is None, sum(one.line.open for one in self._carriers)
        most = self._pace.marks * max(lines, 1)
        held = sum(len(one.parcels) for one in self._carriers)
        marked = sum(one.marked for one in self._ready)
        asks = self._asks
        if on and not asks and marked > most // 2:
            return False  # there is enough to send meanwhile: a larger group costs the disk no more
        ahead = len(self._ready)
        # Few at a time: marks and results wait for the same transaction.
        want = max(most // 2, 1) if on and not self._drained and ahead <= most else 0
        # What is under way counts only against the bound: the next must be marked before it ends.
        following = sum(len(one.parcels) > 1 for one in self._carriers)
        room = max(0, min(most - marked - following, WINDOW * lines - marked - held)) if on and lines else 0
        marking = [one for one in self._ready if not one.marked][:room]
        if not (self._results or want or marking or (asks and on)):
            return False
        waiting = [*self._ready, *(it for one in self._carriers for it in one.parcels if it.may_go_back)]
        entry = Entry(
            self.key, self._take_results(), waiting, marking, room - len(marking), want, still=bool(asks)
        )
        self._drained = self._drained or want > 0  # look_again may say meanwhile that more fell due
        self._writing = _Writing(asyncio.ensure_future(self._turn(entry)), entry, asks)
        return True

    async def _turn(self, entry: Entry) -> Turn:
        began = asyncio.get_running_loop().time()
        turn = await self._write(lambda tx: self._journal.turn(tx, entry))
        self._pace.transaction_took(asyncio.get_running_loop().time() - began)
        for point, what in (
            (Point.RECORDED, entry.results),
            (Point.CLAIMED, turn.parcels),
            (Point.MARKED, turn.marked),
        ):
            if what:
                self.passing(point)
        return turn

    async def _take_turn(self) -> None:
        """Wait until the transaction is on disk, and take what it brought."""
        if self._writing is None:
            return
        turn = await asyncio.shield(self._writing.done)
        entry, asks, self._writing = self._writing.entry, self._writing.asks, None
        self.states.update(result.outcome.state for result in entry.results)
        marked = {row.message.id: row for row in turn.marked}
        for parcel in entry.mark:
            parcel.claimed = marked.get(parcel.claimed.message.id, parcel.claimed)
        for parcel in entry.waiting:
            parcel.withdrawn = parcel.withdrawn or parcel.id in turn.held
        if turn.held:
            self._ready = deque(one for one in self._ready if not one.withdrawn)
            self._drained = False
        self._ready.extend(turn.parcels)
        if entry.want and not turn.drained:
            self._drained = False
        if asks == self._asks:
            self._asks = 0
        if turn.unstill:
            self._asks += 1
        if not turn.lease_kept:
            self.stop(Reason("lease-lost"))
        self._told()
        self._tell_all()

    # --- the workers: messages ---------------------------------------------------------

    async def _work(self, carrier: Carrier, number: int) -> None:
        try:
            while self.stopped is None:
                carrier.news.clear()
                if not await self._carry(carrier, number) and self.stopped is None:
                    self._idle += 1
                    try:
                        await carrier.news.wait()
                    finally:
                        self._idle -= 1
        except RelayError as error:
            if not any(one.line.open for one in self._carriers if one is not carrier):
                self.relay_failed = True
                self.stop(Reason(error.code, dict(error.params)))
            # Otherwise the others go on: a relay may want fewer connections than were asked for.
        finally:
            carrier.put_back_all()
            self._at_work.discard(number)
            self._berths.leave(self.key.lane, number)
            self._tell_all()

    def _tell_all(self) -> None:
        """Something is new: keeper and workers look again."""
        self._changed.set()
        for carrier in self._carriers:
            carrier.news.set()

    async def _carry(self, carrier: Carrier, number: int) -> bool:
        """One message, where there is one for this connection."""
        carrier.drop_withdrawn()
        # The first of those still at work takes the last row, too, and connects before the others.
        place = sum(one < number for one in self._at_work)
        if not carrier.parcels and len(self._ready) <= (place if not carrier.line.open else 0):
            return False
        if place and not carrier.line.open and not self._reached:
            return False  # one wrong password is enough
        if not self._berths.take(self.key.lane, number, first=place == 0):
            carrier.put_back_all()
            await carrier.line.close()
            return False
        relay = (carrier.parcels or self._ready)[0].claimed.relay
        if not carrier.line.reaches(relay):
            await carrier.line.reach(relay, lambda: self.stopped is not None)
            self.passing(Point.CONNECTED)
            self._reached = True
            self._tell_all()
            if self.stopped is not None:
                return False
        return await carrier.carry_next(len(self._ready) // max(1, len(self._carriers)))

    # --- what carriers ask (carrier.Load) ------------------------------------------------

    def take(self, *, following: bool) -> Parcel | None:
        place = self._idle if following else 0  # what others could carry now is not tied to one
        if self.stopped is not None or self._asks or len(self._ready) <= place:
            return None
        if not self._ready[place].marked:
            return None
        return self._ready.popleft()

    def put_back(self, parcel: Parcel) -> None:
        parcel.leaving = False
        if not parcel.withdrawn:
            self._ready.appendleft(parcel)
        self._tell_all()

    @property
    def reconsiders(self) -> bool:
        return bool(self._asks) and self.stopped is None

    def leave(self, parcel: Parcel) -> bool:
        if self._journal.lease.ran_out:
            self.stop(Reason("lease-lost"))  # whoever took it has settled this row
        elif parcel.is_late(self._clock.now()):
            self.reconsider()
        parcel.leaving = self.stopped is None and not self._asks and not parcel.withdrawn
        return parcel.leaving

    def carried(self, result: Result, verdict: Verdict | None, seconds: float) -> None:
        self._results.append(result)
        if verdict is not None:
            self._broken = 0
            self._pace.message_took(seconds)
            written = self._writing.entry.results if self._writing else ()
            done = self.states.total() + len(self._results) + len(written)
            if self._refusals.are_too_many(verdict, done):
                self.stop(Reason("too-many-refusals"))
        self._changed.set()

    def broke(self) -> bool:
        self._broken += 1
        if self._broken >= BREAKER:
            self.stop(Reason("connection-broke"))
        return self._broken < BREAKER

    def outcome(self, parcel: Parcel, verdict: Verdict, reply: str) -> Outcome:
        message, now = parcel.claimed.message, self._clock.now()
        reason = Reason(verdict.reason) if verdict.reason else None
        if verdict.state is not State.DEFERRED:
            return Outcome(verdict.state, reply, reason)
        tries = message.attempts + 1
        again = next_try(tries, now, self._spread, reply)
        if given_up(message.kind, tries, message.queued_at, again):
            return Outcome(State.FAILED, reply, Reason("gave-up"))
        return Outcome(State.DEFERRED, reply, reason, again)

    def _take_results(self) -> list[Result]:
        """Of a row that went back while the relay refused its envelope, nothing is recorded: it is
        asked about again."""
        results, self._results = self._results, []
        return [result for result in results if not result.parcel.withdrawn]

    # --- the ends ----------------------------------------------------------------------

    async def _end(self, workers: Sequence[asyncio.Task[None]], patience: float) -> None:
        """`patience` seconds for messages under way; then what is known is written, come what may."""
        try:
            if patience and workers:
                await asyncio.wait(workers, timeout=patience)
        finally:
            for worker in workers:
                worker.cancel()
            ended = await asyncio.gather(*workers, return_exceptions=True)
            try:
                await self._wind_up()
            finally:
                await asyncio.gather(*(one.line.close() for one in self._carriers))
        for error in ended:
            if isinstance(error, BaseException) and not isinstance(error, asyncio.CancelledError):
                raise error

    async def _wind_up(self) -> None:
        """Record what is known, put the rest back."""
        if self._writing is not None:
            batch = self._writing.entry.results
            try:
                await self._take_turn()
            except SealwellError:  # a full disk: tried once more below
                self._results[:0] = batch
        left, results = list(self._ready), self._take_results()
        self._ready.clear()
        if results or left:
            await self._write(lambda tx: self._journal.finish(tx, results, left))
        self.states.update(result.outcome.state for result in results)
        if self.stopped is not None and self.stopped.code != BY_HAND:
            reason, failed = self.stopped, self.key.relay if self.relay_failed else None
            at_fault = self._refusals.too_many or self.relay_failed
            self.stood_in_for = await self._write(
                lambda tx: self._journal.pause(tx, reason, at_fault=at_fault, failed=failed)
            )

    async def _write(self, work: Callable[[Tx], T]) -> T:
        return await asyncio.wrap_future(self._database.submit_write(work))
