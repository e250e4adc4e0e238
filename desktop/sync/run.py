"""One run over everything that is due: claim, send, record, over one connection at a time.

While one message waits for its receipt, the results of those before it and the claims of
those after it are being written: the network waits for the disk only at the ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TypeVar

from desktop.clock import Clock
from desktop.config import LIMITS
from desktop.errors import SealwellError
from desktop.mail.outbox import Outcome
from desktop.models import messages
from desktop.models.database import Database, Tx
from desktop.models.records import Reason, State
from desktop.sync.journal import WINDOW, Journal, Parcel, Result, Turn
from desktop.sync.lease import HEARTBEAT
from desktop.sync.letters import Letter
from desktop.sync.line import Line
from desktop.sync.outcomes import (
    BROKEN_AFTER_DOT,
    BROKEN_BEFORE_DOT,
    Phase,
    Verdict,
    given_up,
    judge,
    next_try,
)
from desktop.sync.pace import Pace
from desktop.sync.relay import Answer, HaltedError, TransferError
from desktop.sync.relay_tls import RelayError

T = TypeVar("T")

BREAKER = 3
"""Connections that broke in a row: the run ends."""
POLICY_IN_A_ROW = 3
POLICY_SHARE = 0.05
"""More refusals by policy than this, and the run ends: the next ones would fare alike."""
CLAIM_AHEAD = 2
"""Claimed rows for each that may be marked: their sources are asked about many together."""
_BY_HAND = "sending-stopped"
_POLL = 0.1
_FIRST_WORDS = frozenset({Phase.RESET, Phase.MAIL})


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


class _Marks:
    """The phase recorder of one run."""

    def __init__(self, may_go_on: Callable[[], bool]) -> None:
        self._may_go_on = may_go_on
        self.past_dot = False

    async def before_data(self, _letter: Letter) -> bool:
        return self._may_go_on()

    def dot_written(self, _letter: Letter) -> None:
        self.past_dot = True

    def reply(self, _letter: Letter, _answer: Answer) -> None:
        """The reply is what `send` answers; nothing else is to be noted."""


class SendingRun:
    """Made for one run. `stop` may be called from any thread; at most one message is finished."""

    def __init__(
        self,
        database: Database,
        journal: Journal,
        line: Line,
        clock: Clock,
        progress: Progress | None,
        spread: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._journal = journal
        self._line = line
        self._clock = clock
        self._progress = progress
        self._spread = spread
        self._ready: deque[Parcel] = deque()
        self._results: list[Result] = []
        self._batch: list[Result] = []
        self._marking: list[Parcel] = []
        self._under_way: Parcel | None = None
        self._writing: asyncio.Future[Turn] | None = None
        self._drained = False
        self._pace = Pace(WINDOW)
        self._states: Counter[State] = Counter()
        self._total = 0
        self._broken = 0
        self._policy_row = 0
        self._policy_all = 0
        self._relay_at_fault = False
        self._stopped: Reason | None = None

    def stop(self, reason: Reason | None = None) -> None:
        """No further message is begun; the first reason counts."""
        self._stopped = self._stopped or reason or Reason(_BY_HAND)

    async def carry_out(self, *, wait_for_holds: bool) -> RunResult:
        """Send what is due; with `wait_for_holds`, also what falls due within a minute.

        The lease must be held. What is left when the run ends early waits again.
        """
        beat = asyncio.create_task(self._keep_lease())
        try:
            while True:
                await self._send_due()
                until = await self._next_due() if wait_for_holds else None
                if until is None or self._stopped is not None:
                    break
                while self._clock.now() < until and self._stopped is None:  # noqa: ASYNC110 - clocks move
                    await asyncio.sleep(_POLL)
        finally:
            beat.cancel()
            await self._wind_up()
        return RunResult(MappingProxyType(dict(self._states)), self._stopped)

    async def _send_due(self) -> None:
        now = self._clock.now()
        due = await self._read(lambda tx: messages.count_due(tx, now))
        self._total, self._drained = self._states.total() + due, False
        while await self._step():
            pass

    async def _next_due(self) -> datetime | None:
        """When the next row falls due, if within the time that a run waits."""
        horizon = self._clock.now() + timedelta(seconds=LIMITS.wait_for_hold)
        when = await self._read(messages.next_due)
        return when if when is not None and when <= horizon else None

    # --- one step ----------------------------------------------------------------------

    async def _step(self) -> bool:
        """Send one message, or wait for the next ones; False when there is nothing left to do."""
        self._write_on()
        if self._ready and self._stopped is None:
            await self._send_next()
            if self._writing is not None and self._writing.done():
                await self._take_turn()
            return True
        if self._writing is not None:
            await self._take_turn()
            return True
        return False

    def _write_on(self) -> None:
        """Begin the next transaction, if there is something to record, to mark or to claim."""
        if self._writing is not None:
            return
        on, ahead, marks = self._stopped is None, len(self._ready), self._pace.marks
        marked = sum(one.marked for one in self._ready)
        if on and marked > marks // 2:
            return  # there is enough to send meanwhile: a larger group costs the disk no more
        most = CLAIM_AHEAD * marks
        want = most - ahead if on and not self._drained and ahead <= most // 2 else 0
        room = marks - marked if on and self._line.open else 0
        self._marking = [one for one in self._ready if not one.marked][:room]
        if not self._results and not want and not self._marking:
            return
        self._batch, self._results = self._results, []
        self._writing = asyncio.ensure_future(self._turn(self._batch, self._marking, room, want))

    async def _turn(self, batch: list[Result], marking: list[Parcel], room: int, want: int) -> Turn:
        began = asyncio.get_running_loop().time()
        more = room - len(marking)
        turn = await self._write(lambda tx: self._journal.turn(tx, batch, marking, more, want))
        self._pace.transaction_took(asyncio.get_running_loop().time() - began)
        return turn

    async def _take_turn(self) -> None:
        """Wait until the transaction is on disk, and take what it brought."""
        if self._writing is None:
            return
        turn = await asyncio.shield(self._writing)
        self._states.update(result.outcome.state for result in self._batch)
        self._writing, self._batch = None, []
        for parcel, marked in zip(self._marking, turn.marked, strict=False):
            parcel.claimed = marked
        self._ready.extend(turn.parcels)
        self._drained = self._drained or turn.drained
        if not turn.lease_kept:
            self.stop(Reason("lease-lost"))
        if self._progress is not None and not self._progress(self._counts()):
            self.stop()

    async def _send_next(self) -> None:
        parcel = self._ready[0]
        if not self._line.reaches(parcel.claimed.relay):
            try:
                await self._line.reach(parcel.claimed.relay, lambda: self._stopped is not None)
            except RelayError as error:
                self._relay_at_fault = True
                self.stop(Reason(error.code, dict(error.params)))
        if not parcel.marked and self._writing is not None:
            await self._take_turn()
        elif not parcel.marked and self._stopped is None:
            await self._mark_first()
        elif self._stopped is None:
            began = asyncio.get_running_loop().time()
            self._under_way = self._ready.popleft()
            self._line.prepare(len(self._ready) + 1)
            result = await self._deliver(parcel)
            self._under_way = None
            self._pace.message_took(asyncio.get_running_loop().time() - began)
            if result is None:
                self._ready.appendleft(parcel)
            else:
                self._results.append(result)

    async def _mark_first(self) -> None:
        """The first window of a new connection, of which nothing is marked yet."""
        some = list(self._ready)[: self._pace.marks]
        marked = await self._write(lambda tx: self._journal.mark(tx, some))
        for parcel, claimed in zip(some, marked, strict=True):
            parcel.claimed = claimed

    async def _deliver(self, parcel: Parcel) -> Result | None:
        """Send one message; None when it is not begun and goes back to the head of the line."""
        if not self._may_carry(parcel):
            return Result(parcel, Outcome(State.FAILED, reason=Reason("relay-no-requiretls")))
        marks = _Marks(lambda: self._stopped is None)
        used = self._line.used
        try:
            answer = await self._line.send(parcel.letter, marks, self._following(parcel))
        except TransferError as error:
            self._broken += 1
            if self._broken >= BREAKER:
                self.stop(Reason("connection-broke"))
            elif used and error.phase in _FIRST_WORDS:
                return None  # the relay had closed it after an earlier message, without a word
            verdict = BROKEN_AFTER_DOT if error.after_dot else BROKEN_BEFORE_DOT
            return Result(parcel, self._outcome(parcel, verdict, ""), error.after_dot)
        except HaltedError:
            return None  # stopped: it is put back with the others
        except asyncio.CancelledError:
            if marks.past_dot:
                self._results.append(Result(parcel, self._outcome(parcel, BROKEN_AFTER_DOT, ""), True))
                self._under_way = None
            raise
        self._broken = 0
        verdict = judge(answer.phase, answer.reply)
        self._count_policy(verdict)
        return Result(parcel, self._outcome(parcel, verdict, str(answer.reply)), marks.past_dot)

    def _following(self, parcel: Parcel) -> Letter | None:
        """The next letter, if its envelope may go along with this one's content."""
        if not self._ready:
            return None
        following = self._ready[0]
        same = following.claimed.relay.id == parcel.claimed.relay.id
        return following.letter if same and following.marked and self._may_carry(following) else None

    def _may_carry(self, parcel: Parcel) -> bool:
        return self._line.offers_requiretls or not parcel.letter.requiretls

    # --- what it means -----------------------------------------------------------------

    def _outcome(self, parcel: Parcel, verdict: Verdict, reply: str) -> Outcome:
        message, now = parcel.claimed.message, self._clock.now()
        reason = Reason(verdict.reason) if verdict.reason else None
        if verdict.state is not State.DEFERRED:
            return Outcome(verdict.state, reply, reason)
        again = next_try(message.attempts + 1, now, self._spread)
        if given_up(message.kind, message.queued_at, again):
            return Outcome(State.FAILED, reply, Reason("gave-up"))
        return Outcome(State.DEFERRED, reply, reason, again)

    def _count_policy(self, verdict: Verdict) -> None:
        """Refusals that concern the practice and not the recipient end the run."""
        self._policy_row = self._policy_row + 1 if verdict.policy else 0
        self._policy_all += verdict.policy
        done = self._states.total() + len(self._results) + len(self._batch) + 1
        many = self._policy_all > max(POLICY_IN_A_ROW, POLICY_SHARE * done)
        if self._policy_row > POLICY_IN_A_ROW or many:
            self._relay_at_fault = True
            self.stop(Reason("too-many-refusals"))

    def _counts(self) -> RunCounts:
        done = self._states.total()
        return RunCounts(done, max(done, self._total), MappingProxyType(dict(self._states)))

    # --- the ends ----------------------------------------------------------------------

    async def _wind_up(self) -> None:
        """Record what is known, put the rest back, close the connection."""
        await self._line.close()
        if self._writing is not None:
            with contextlib.suppress(SealwellError):  # a full disk: tried once more below
                self._ready.extend((await asyncio.shield(self._writing)).parcels)
                self._states.update(result.outcome.state for result in self._batch)
                self._batch = []
            self._writing = None
        left = [*([self._under_way] if self._under_way else []), *self._ready]
        results = [*self._batch, *self._results]
        self._ready.clear()
        if results or left:
            await self._write(lambda tx: self._journal.finish(tx, results, left))
        self._states.update(result.outcome.state for result in results)
        if self._stopped is not None and self._stopped.code != _BY_HAND:
            reason, at_fault = self._stopped, self._relay_at_fault
            await self._write(lambda tx: self._journal.pause(tx, reason, relay_at_fault=at_fault))

    async def _keep_lease(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT)
            if not await self._write(self._journal.lease.renew):
                self.stop(Reason("lease-lost"))

    async def _write(self, work: Callable[[Tx], T]) -> T:
        return await asyncio.wrap_future(self._database.submit_write(work))

    async def _read(self, work: Callable[[Tx], T]) -> T:
        return await asyncio.to_thread(self._database.read, work)
