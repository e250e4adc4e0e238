"""Hostile mail is read in a process of its own, with little time, little memory and no secrets.

The standard library's parser has raised, looped and eaten memory on made-up mail before
(SECURITY.md 0, item 17). A mail that ends the worker gets a second, fresh one, for the time that
is left of its own; one that ends that too counts as unreadable. What crosses back is of known form
and bounded length: a worker that was taken over can lie about this one mail.

CPU time and memory are limited where the system can (POSIX); the time by the wall and the
size of question and answer are limited everywhere.
"""

from __future__ import annotations

import math
import os
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from pkgutil import resolve_name
from typing import Any, TypeVar

from desktop.clock import SystemClock
from desktop.errors import DeliveryError
from desktop.mail.mimetree import MAIL_BYTES
from desktop.program import Started, start_worker

SECONDS = 20.0
"""By the wall, of one question; both processes together."""
CPU_SECONDS = 10
"""As above: what the first took by the wall, the second has less."""
MEMORY = 768 * 1024 * 1024
"""Of the whole process; the largest mail that is read takes a tenth."""
QUESTION = MAIL_BYTES + 1024
START_SECONDS = 60.0
_READY = b"ready"
_FAILED = b"failed"
_DIGITS = 4
_TRIES = 2

T = TypeVar("T")
Answering = Callable[[bytes], bytes] | str
"""A function; as `module:name` its module is loaded when the process has its limits."""


class Worker:
    """One process at a time, started with the first question; usable from any thread."""

    def __init__(
        self,
        name: str,
        most: int,
        seconds: float = SECONDS,
        *,
        start: Callable[[str], Started] = start_worker,
    ) -> None:
        """`name` is the worker's in the list of `desktop.parts`; `most` bytes come back."""
        self._name = name
        self._most = most
        self._seconds = seconds
        self._start = start
        self._clock = SystemClock()
        self._lock = threading.Lock()
        self._process: Started | None = None
        self._closed = False
        self.ended = 0
        """How many processes a mail has ended."""

    def ask(self, question: bytes, made_of: Callable[[bytes], T]) -> T | None:
        """What `made_of` makes of the answer; None where no process outlived the question.

        An answer that `made_of` cannot use (ValueError, KeyError, TypeError) ends its process too.
        Raises DeliveryError `mail-worker-failed` where no process can be started: the mail is not
        to blame, and waits.
        """
        taken = 0.0
        with self._lock:
            for _ in range(_TRIES):
                pipe = self._started()
                begun = self._clock.mono()
                try:
                    pipe.send_bytes(b"%d" % math.ceil(CPU_SECONDS - taken))
                    pipe.send_bytes(question)
                    if pipe.poll(self._seconds - taken):
                        answer = pipe.recv_bytes(self._most)
                        return None if answer == _FAILED else made_of(answer)
                except (EOFError, OSError, ValueError, KeyError, TypeError, RecursionError):
                    pass  # as where no answer came in time
                self.ended += 1
                self._end()
                taken += self._clock.mono() - begun
                if taken >= min(self._seconds, CPU_SECONDS):
                    break
        return None

    def warm(self) -> None:
        """Have a process ready before the next question: starting one takes a second."""
        with self._lock:
            if not self._closed:
                self._started()

    def close(self) -> None:
        """For good; a mail that is being read is left unread."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()
        with self._lock:
            self._end()

    def _started(self) -> Connection[Any, Any]:
        if self._process is not None:
            return self._process.pipe
        if self._closed:
            raise DeliveryError("mail-worker-failed")
        try:
            self._process = self._start(self._name)
            ours = self._process.pipe
            ready = ours.poll(START_SECONDS) and ours.recv_bytes(len(_READY)) == _READY
        except (EOFError, OSError) as error:
            self._end()
            raise DeliveryError("mail-worker-failed") from error
        if not ready:
            self._end()
            raise DeliveryError("mail-worker-failed")
        return ours

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.end()


def serve(
    pipe: Connection[Any, Any], answering: Answering, *, question: int = QUESTION, memory: int = MEMORY
) -> None:
    """The worker: one question in, one answer out, until the pipe closes.

    `question` and `memory` are the most bytes of what is asked and of the process.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _silence()
    answer_to = resolve_name(answering) if isinstance(answering, str) else answering
    _limit(memory)
    pipe.send_bytes(_READY)
    while True:
        try:
            seconds = int(pipe.recv_bytes(_DIGITS))
            data = pipe.recv_bytes(question)
        except (EOFError, OSError):
            return
        _more_time(seconds)
        try:
            answer = answer_to(data)
        except (RecursionError, MemoryError):
            answer = _FAILED
        pipe.send_bytes(answer)


def _silence() -> None:
    """What a fault would write of a mail (a traceback names the words that it is about) goes nowhere."""
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - as long as the process
    for number in (1, 2):
        os.dup2(sys.stderr.fileno(), number)


if sys.platform == "win32":

    def _limit(memory: int) -> None:
        """Windows has no such limits for a process without a job object."""

    def _more_time(seconds: int) -> None:
        """The clock on the wall alone."""

else:
    import resource

    def _limit(memory: int) -> None:
        """Little memory, no core, no file written; open files of the practice are not handed on."""
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    def _more_time(seconds: int) -> None:
        """So much CPU time from here on; the system ends who takes more."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        spent = int(used.ru_utime + used.ru_stime) + 1
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds, hard))
