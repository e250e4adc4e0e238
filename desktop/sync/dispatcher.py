"""Carries the outbox out. The one place that sends, in one process at a time.

A run claims what is due, asks each row's source again, sends, and writes down what is
known. Rows of a run that broke off are settled before the next one begins. Everything
works on the network's own thread; callers wait on Futures or are told of progress.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.clock import Clock
from desktop.errors import DeliveryError, Refused, SealwellError
from desktop.mail.outbox import Outbox, Recheck
from desktop.mail.pacing import Pacer
from desktop.mail.retries import network_is_back
from desktop.models import messages, relays
from desktop.models.database import Database, Tx
from desktop.models.records import Reason, Relay
from desktop.sync.journal import Journal
from desktop.sync.line import Line
from desktop.sync.look_back import LookBack
from desktop.sync.loop import NetworkLoop
from desktop.sync.network import Returns
from desktop.sync.oauth import SignIns
from desktop.sync.pace import Unhurried
from desktop.sync.points import Passing, Point, unnoticed
from desktop.sync.relay import Offer, Timeouts
from desktop.sync.relay_access import Accesses
from desktop.sync.run import LOOK_EVERY, Progress, Rests, RunCounts, RunResult, SendingRun
from desktop.sync.stream import BY_HAND
from desktop.sync.wires import Wires

__all__ = ["Dispatcher", "Progress", "RunCounts", "RunResult"]

T = TypeVar("T")

_LEAST_PAUSE = 0.05
_AFTER_TROUBLE = 60.0
"""Seconds until the background looks again after a run that could not be begun or written."""
_EVIDENCE_RENEWED = timedelta(days=1)
STOP_PATIENCE = 10.0
"""Seconds that `stop` grants the message under way; then its connection is cut."""


class Dispatcher:
    """`run_due` for a command, `start` for the window; `stop` before the database is closed."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        rechecks: Mapping[str, Recheck],
        audit: AuditLog,
        clock: Clock,
        loop: NetworkLoop,
        timeouts: Timeouts | None = None,
        before: Callable[[], None] | None = None,
        ahead: Callable[[bool], None] | None = None,
        pacer: Pacer | None = None,
        passing: Passing = unnoticed,
        signins: SignIns | None = None,
        returns: Returns | None = None,
        wires: Wires | None = None,
    ) -> None:
        """`rechecks` by the message's kind; `loop` may serve others and is not stopped here.

        `before` is called ahead of each run, off the network's thread: it may look things up
        that the rechecks will want to know. `ahead` does what rows wait for before they fall
        due at all (locked files into storage); it is given whether this is the background.
        `pacer` says which rows may leave when; `passing` is for tests (`points.py`). `returns`
        notices that the network is there again: the next try is at once then.
        """
        self._wires = wires or Wires()
        self._pacer = pacer or Unhurried()
        self._accesses = Accesses(database, signins or SignIns(database, audit, clock))
        self._passing = passing
        self._rests = Rests(clock)
        self._returns = returns or Returns()
        self._look_back = LookBack(database, audit, clock, self._new_line)
        self._ahead = ahead
        self._going_ahead = threading.Lock()
        self._aside: asyncio.Future[None] | None = None
        self._database = database
        self._outbox = outbox
        self._rechecks = rechecks
        self._audit = audit
        self._clock = clock
        self._loop = loop
        self._before = before
        self._timeouts = timeouts or Timeouts()
        self._lock = threading.Lock()
        self._one_at_a_time = asyncio.Lock()
        self._run: tuple[SendingRun, asyncio.AbstractEventLoop] | None = None
        self._pieces: set[_Piece] = set()
        self._wake: Callable[[], None] | None = None
        self._closing = False
        self.last: RunResult | None = None
        """How the latest run ended; None before the first."""

    @property
    def trouble(self) -> Reason | None:
        """Why the latest run left something unsent; None where it did not, or somebody stopped it."""
        stopped = self.last.stopped if self.last is not None else None
        return stopped if stopped is not None and stopped.code != BY_HAND else None

    @property
    def is_running(self) -> bool:
        """Whether a run is under way, whatever became of the one before."""
        with self._lock:
            return self._run is not None

    def run_due(self, *, wait_for_holds: bool = False, progress: Progress | None = None) -> RunResult:
        """Send what is due and wait for the end; not to be called from the window's thread.

        With `wait_for_holds`, also what falls due within a minute. Raises
        DeliveryError("sending-elsewhere") when another process sends.
        """
        return self.submit_run(wait_for_holds=wait_for_holds, progress=progress).result()

    def submit_run(
        self, *, wait_for_holds: bool = False, progress: Progress | None = None
    ) -> Future[RunResult]:
        """As `run_due`, without waiting. `progress` is called in the network's thread."""
        return self._begin(self._command(wait_for_holds, progress))

    def start(self, progress: Progress | None = None) -> Future[None]:
        """Send in the background as rows fall due, until `stop`. A bug ends the Future with it."""
        return self._begin(self._background(progress))

    def nudge(self) -> None:
        """Something was queued, or may go on: the background looks now and not in five seconds."""
        self._rests.wake()
        with self._lock:
            if self._wake is not None:
                self._wake()
        self._to_run(SendingRun.look)

    def reconsider(self) -> None:
        """Something was paused or cancelled: at most one message on each connection still leaves."""
        self._to_run(SendingRun.reconsider)

    def halt(self) -> None:
        """The Stop button: the run under way ends after its current message; what is left waits."""
        self._to_run(SendingRun.stop)

    def _to_run(self, say: Callable[[SendingRun], None]) -> None:
        """In the network's thread; nothing where no run is under way."""
        with self._lock:
            if self._run is not None:
                run, loop = self._run
                _call(loop, lambda: say(run))

    def stop(self, patience: float = STOP_PATIENCE) -> None:
        """Nobody sends any more when this returns. From any thread but the network's, also twice.

        The message under way has `patience` seconds; then its connection is cut, and its row
        says what is known.
        """
        with self._lock:
            self._closing = True
            pieces = list(self._pieces)
        self.halt()
        self.nudge()
        for piece in pieces:
            if not piece.done.wait(patience):
                piece.cancel()
            piece.done.wait()

    # --- in the network's thread ---------------------------------------------------------

    def _begin(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Hand `work` to the loop, so that `stop` can wait for its end."""
        piece = _Piece()
        with self._lock:
            if self._closing:
                work.close()
                raise Refused("locked")
            self._pieces.add(piece)
        future = self._loop.submit(piece.carry(work))
        future.add_done_callback(lambda _: self._pieces.discard(piece))
        return future

    async def _command(self, wait_for_holds: bool, progress: Progress | None) -> RunResult:
        """One run and what belongs to it, which the background does beside its runs."""
        await asyncio.to_thread(self._go_ahead, False)
        try:
            result = await self._one_run(wait_for_holds, progress, Rests(self._clock))
            await self._look_back.end()
        finally:
            await self._look_back.end(at_once=True)
        return result

    async def _one_run(self, wait_for_holds: bool, progress: Progress | None, rests: Rests) -> RunResult:
        async with self._one_at_a_time:
            journal = Journal(
                self._outbox, self._rechecks, self._audit, self._clock, self._pacer, self._passing
            )
            if await self._write(journal.begin) is None:
                raise DeliveryError("sending-elsewhere")
            self._passing(Point.BEGUN)
            run = SendingRun(
                self._database,
                journal,
                self._new_line,
                self._clock,
                progress,
                rests,
                self._passing,
                self._meanwhile,
            )
            try:
                async with run.lease_kept():
                    if self._before is not None:
                        await asyncio.to_thread(self._before)
                    await self._look_back.begin()
                    self.last = await self._carry_out(run, wait_for_holds=wait_for_holds)
            finally:
                await self._write(journal.lease.give_back)
            return self.last

    async def _carry_out(self, run: SendingRun, *, wait_for_holds: bool) -> RunResult:
        """The run may be stopped meanwhile, and told to look or to reconsider."""
        with self._lock:
            self._run = run, asyncio.get_running_loop()
            if self._closing:
                run.stop()
        try:
            return await run.carry_out(wait_for_holds=wait_for_holds)
        finally:
            with self._lock:
                self._run = None

    async def _background(self, progress: Progress | None) -> None:
        loop, awake = asyncio.get_running_loop(), asyncio.Event()
        with self._lock:
            self._wake = lambda: _call(loop, awake.set)
        try:
            while not self._closing:
                awake.clear()
                try:
                    self._put_ahead(awake)
                    await self._send_if_due(progress)
                    pause = await self._until_next_due()
                except SealwellError as error:
                    if error.code == "locked":
                        return
                    # Another process sends, or the disk is full: said where the window looks, tried again.
                    self.last = RunResult({}, Reason(error.code, dict(error.params)))
                    pause = _AFTER_TROUBLE
                if not self._closing:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(awake.wait(), pause)
        finally:
            await self._look_back.end(at_once=True)
            if self._aside is not None:
                await asyncio.wait((self._aside,))

    def _put_ahead(self, awake: asyncio.Event) -> None:
        """What rows wait for before they fall due is done beside all else: what is due need not wait
        for a slow upload. Raises what the one before raised; `awake` is set at its end.
        """
        if self._aside is None and self._ahead is not None:
            self._aside = asyncio.ensure_future(asyncio.to_thread(self._go_ahead, True))
            self._aside.add_done_callback(lambda _: awake.set())
        elif self._aside is not None and self._aside.done():
            ended, self._aside = self._aside, None
            ended.result()

    async def _send_if_due(self, progress: Progress | None) -> None:
        """One look of the background."""
        now = self._clock.now()
        if await asyncio.to_thread(self._returns.came_back):
            self._rests.wake()
            await self._write(lambda tx: network_is_back(tx, now))
        due = await self._read(lambda tx: messages.due_streams(tx, now))
        if not all(self._rests.rests(key) for key in due):
            await self._one_run(True, progress, self._rests)

    async def _until_next_due(self) -> float:
        """Seconds to wait: other processes queue rows too, so never long."""
        when, now = await self._read(messages.next_due), self._clock.now()
        if when is None or when <= now:  # what is due by now rests, or is paused
            return LOOK_EVERY
        return min(LOOK_EVERY, max(_LEAST_PAUSE, (when - now).total_seconds()))

    def _meanwhile(self) -> None:
        """What rows wait for, again while a run goes on; off the network's thread."""
        self._go_ahead(True)
        if self._before is not None:
            self._before()

    def _go_ahead(self, background: bool) -> None:
        """Off the network's thread, one at a time: in the background, whoever finds it under way goes on."""
        if self._ahead is not None and self._going_ahead.acquire(blocking=not background):
            try:
                self._ahead(background)
            finally:
                self._going_ahead.release()

    def _new_line(self) -> Line:
        return Line(self._accesses.of, self._opened, self._timeouts, self._wires.open_relay)

    async def _opened(self, relay: Relay, offer: Offer) -> None:
        """Keep what the relay offers as evidence, at most once a day where nothing changed."""
        now, seen = self._clock.now(), relay.requiretls_seen
        fresh = not offer.requiretls or (seen is not None and now - seen < _EVIDENCE_RENEWED)
        if offer.requiretls == relay.requiretls and fresh:
            return

        def keep(tx: Tx) -> None:
            current = relays.get(tx, relay.id)
            if current is not None:
                when = now if offer.requiretls else None
                relays.update(tx, replace(current, requiretls=offer.requiretls, requiretls_seen=when))
                self._audit.record(tx, Event(Act.RELAY_CHANGED, relay.id))

        await self._write(keep)

    async def _write(self, work: Callable[[Tx], T]) -> T:
        return await asyncio.wrap_future(self._database.submit_write(work))

    async def _read(self, work: Callable[[Tx], T]) -> T:
        return await asyncio.to_thread(self._database.read, work)


class _Piece:
    """A coroutine in the loop whose real end another thread can wait for.

    (A Future of `run_coroutine_threadsafe` counts as done as soon as it is cancelled.)
    """

    def __init__(self) -> None:
        self.done = threading.Event()
        self._task: asyncio.Task[Any] | None = None

    async def carry(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            self._task = asyncio.current_task()
            return await work
        finally:
            self.done.set()

    def cancel(self) -> None:
        """Cut it short, from another thread."""
        if self._task is not None:
            _call(self._task.get_loop(), self._task.cancel)


def _call(loop: asyncio.AbstractEventLoop, function: Callable[[], object]) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has ended, and all its work with it
        loop.call_soon_threadsafe(function)
