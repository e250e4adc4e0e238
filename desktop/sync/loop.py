"""The one asyncio loop of the network, on a thread of its own.

Started with its first work, stopped in order: what runs is cancelled and waited for.
Futures cross to other threads; nothing of asyncio does.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError, Future
from typing import Any, TypeVar

from desktop.errors import Refused

T = TypeVar("T")


class NetworkLoop:
    """Give work from any thread with `submit`; `stop` once, at the end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stopped = False

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Run `work` in the loop; raises Refused("locked") after `stop`."""
        with self._lock:
            if self._stopped:
                work.close()
                raise Refused("locked")
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._run, args=(self._loop,), name="network")
                self._thread.daemon = True
                self._thread.start()
            return asyncio.run_coroutine_threadsafe(work, self._loop)

    def wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        """Its answer; raises Refused("locked") also where `stop` came before it."""
        try:
            return self.submit(work).result()
        except CancelledError:
            raise Refused("locked") from None

    def stop(self) -> None:
        """Cancel what runs, wait until it has ended, end the thread. May be called twice."""
        with self._lock:
            self._stopped = True
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
            running = asyncio.all_tasks(loop)
            for task in running:
                task.cancel()
            loop.run_until_complete(asyncio.gather(*running, return_exceptions=True))
            loop.run_until_complete(loop.shutdown_default_executor())
        finally:
            loop.close()
