"""A share that never answers holds up nobody: who waits for it stops waiting.

No system call on a dead share can be broken off. So each has a thread of its own, which ends when
the share answers, or with the program; whoever asked is told `target-slow` after a silence.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, wait
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TypeVar

from desktop.config import TARGET_LIMITS
from desktop.models.documents import Progress
from desktop.sync.targets.base import TargetError
from desktop.sync.targets.pieces import Pieced

T = TypeVar("T")


def in_time(seconds: float, work: Callable[[Progress], T], progress: Progress | None = None) -> T:
    """What `work` answers; it says how far it is by the progress that it is given.

    `progress` is asked here, in the caller's thread. Raises TargetError `target-slow` after so many
    seconds of silence; the work then ends as soon as it says how far it is.
    """
    said: SimpleQueue[tuple[int, int] | None] = SimpleQueue()
    answers: SimpleQueue[bool] = SimpleQueue()
    job: Future[T] = Future()
    left = threading.Event()

    def tell(done: int, of: int) -> bool:
        if left.is_set():
            return False
        said.put((done, of))
        return answers.get()

    def run() -> None:
        try:
            job.set_result(work(tell))
        except BaseException as error:  # handed over to whoever waits, who raises it
            job.set_exception(error)
            if not isinstance(error, Exception):
                raise
        finally:
            said.put(None)

    threading.Thread(target=run, name="target", daemon=True).start()
    try:
        while (now := said.get(timeout=seconds)) is not None:
            answers.put(progress is None or progress(*now))
    except Empty:
        left.set()
        answers.put(False)  # whatever it still asks
        raise TargetError("target-slow") from None
    except BaseException:  # from the caller's own progress: it ends first, then that goes on up
        left.set()
        answers.put(False)
        wait([job], seconds)
        raise
    return job.result()


class Patient:
    """Fulfils `base.Reached` by another one, which may never answer. Afterwards it is not asked again."""

    def __init__(self, make: Callable[[], Pieced]) -> None:
        """Raises what `make` raises, TargetError `target-slow`."""
        self._late = False
        self._reached = self._small(make)

    def names(self) -> list[tuple[str, int]]:
        return self._small(lambda: self._reached.names())

    def practices(self) -> list[str]:
        return self._small(lambda: self._reached.practices())

    def put(self, name: str, source: Path, progress: Progress | None = None) -> None:
        self._long(lambda told: self._reached.put(name, source, told), progress)

    def fetch(self, name: str, to: Path, progress: Progress | None = None) -> None:
        self._long(lambda told: self._reached.fetch(name, to, told), progress)

    def sha256(self, name: str, progress: Progress | None = None) -> str:
        return self._long(lambda told: self._reached.sha256(name, told), progress)

    def remove(self, name: str) -> None:
        self._long(lambda _: self._reached.remove(name))

    def sweep(self, but: Collection[str]) -> None:
        self._long(lambda _: self._reached.sweep(but))

    def read_small(self, name: str) -> bytes | None:
        return self._small(lambda: self._reached.read_small(name))

    def write_small(self, name: str, content: bytes) -> None:
        self._small(lambda: self._reached.write_small(name, content))

    def claim(self, marker: str) -> str:
        return self._small(lambda: self._reached.claim(marker))

    def try_out(self, content: bytes) -> Iterator[tuple[str, bool]]:
        steps = self._reached.try_out(content)
        while (step := self._small(lambda: next(steps, None))) is not None:
            yield step

    def free_bytes(self) -> int | None:
        return self._small(lambda: self._reached.free_bytes())

    def close(self) -> None:
        """Nobody waits for one that does not answer."""
        if not self._late:
            self._small(lambda: self._reached.close())

    # --- inside ------------------------------------------------------------------------------

    def _small(self, work: Callable[[], T]) -> T:
        return self._asked(TARGET_LIMITS.answer, lambda _: work(), None)

    def _long(self, work: Callable[[Progress], T], progress: Progress | None = None) -> T:
        return self._asked(TARGET_LIMITS.transfer, work, progress)

    def _asked(self, seconds: float, work: Callable[[Progress], T], progress: Progress | None) -> T:
        if self._late:
            raise TargetError("target-slow")
        try:
            return in_time(seconds, work, progress)
        except TargetError as error:
            self._late = error.code == "target-slow"
            raise
