"""The only place where work off the window's thread comes back as a signal.

`Bridge.run` calls the office on a small pool and hands the answer to the page that
asked, on the window's thread, unless that page is gone by then: a closed or locked page
is never called back. A known error goes to the page; anything else is a bug and goes to
the last-resort handler.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

from desktop.errors import SealwellError

T = TypeVar("T")


class Task:
    """One piece of work under way: it can be cancelled, and says how far it is."""

    def __init__(self) -> None:
        self._cancelled = threading.Event()
        self._over = threading.Event()
        self._on_progress: Callable[[int, int], None] | None = None

    def cancel(self) -> None:
        self._cancelled.set()

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    @property
    def over(self) -> bool:
        """Whether it came to its end, whatever that was."""
        return self._over.is_set()

    def progress(self, done: int, total: int) -> bool:
        """Handed to the office as its `Progress`; answers False once cancelled."""
        if self._on_progress is not None:
            self._on_progress(done, total)
        return not self.cancelled


class _Relay(QObject):
    """Carries a call onto the thread it lives on."""

    called = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.called.connect(self._call, Qt.ConnectionType.QueuedConnection)

    @Slot(object)
    def _call(self, work: Callable[[], None]) -> None:
        work()


class Bridge:
    """Runs office calls; made once by `app.py`, stopped before the office closes."""

    def __init__(self, on_bug: Callable[[BaseException], None], workers: int = 4) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="office")
        self._urgent = ThreadPoolExecutor(1, thread_name_prefix="lock")
        self._running: set[Task] = set()
        self._relay = _Relay()
        self._on_bug = on_bug
        self._pending = 0
        self._stopped = False
        self.last_error = ""
        """Code of the last error that was said to anybody."""

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come; tests wait for it to end."""
        return self._pending > 0

    def run(
        self,
        owner: QObject,
        work: Callable[[Task], T],
        done: Callable[[T], None],
        failed: Callable[[SealwellError], None],
        progress: Callable[[int, int], None] | None = None,
        *,
        urgent: bool = False,
    ) -> Task:
        """Call `work` off the window's thread; long work asks its task whether to go on.

        `urgent` is for a lock: it waits for no other call, however many of them hang.
        """
        task = Task()
        if self._stopped:
            return task
        if progress is not None:
            task._on_progress = lambda d, t: self._deliver(owner, lambda: progress(d, t))
        self._pending += 1
        self._running.add(task)
        future: Future[T] = (self._urgent if urgent else self._pool).submit(work, task)
        future.add_done_callback(lambda f: self._finish(owner, task, f, done, failed))
        return task

    def stop(self) -> None:
        """No more calls; those under way are asked to end, and waited for."""
        self._stopped = True
        for task in tuple(self._running):
            task.cancel()
        self._urgent.shutdown(wait=True)
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _finish(
        self,
        owner: QObject,
        task: Task,
        future: Future[T],
        done: Callable[[T], None],
        failed: Callable[[SealwellError], None],
    ) -> None:
        self._running.discard(task)
        task._over.set()
        if future.cancelled() or self._stopped:
            return

        def answer() -> None:
            self._pending -= 1
            error = future.exception()
            if error is not None and not isinstance(error, SealwellError):
                self._on_bug(error)
            if isinstance(error, SealwellError):
                self.last_error = error.code
            if not shiboken6.isValid(owner):
                return
            if isinstance(error, SealwellError):
                failed(error)
            elif error is None:
                done(future.result())

        self._relay.called.emit(answer)

    def _deliver(self, owner: QObject, call: Callable[[], None]) -> None:
        def guarded() -> None:
            if shiboken6.isValid(owner):
                call()

        if not self._stopped:
            self._relay.called.emit(guarded)
