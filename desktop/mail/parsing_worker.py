"""What a received mail is, asked of a process of its own (`worker.py`)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from desktop.mail.mimetree import MAIL_BYTES
from desktop.mail.returned_reading import from_json, to_json, understand
from desktop.mail.returned_values import Classified, Kind, Understood
from desktop.mail.worker import SECONDS, Worker, serve
from desktop.program import Started, start_worker

ANSWER = 4 * 1024 * 1024
UNREADABLE = Understood(Classified(Kind.MESSAGE), broken=True)

Reading = Callable[[bytes], Understood]


class ParsingWorker:
    """Reads one mail at a time; usable from any thread."""

    def __init__(self, seconds: float = SECONDS, start: Callable[[str], Started] = start_worker) -> None:
        self._worker = Worker("parsing", ANSWER, seconds, start=start)

    @property
    def ended(self) -> int:
        """How many processes a mail has ended."""
        return self._worker.ended

    def read(self, data: bytes) -> Understood:
        """What the mail is; `UNREADABLE` where no process outlived it.

        Raises DeliveryError `mail-worker-failed` where none can be started.
        """
        return self._worker.ask(data[:MAIL_BYTES], from_json) or UNREADABLE

    def warm(self) -> None:
        """Have a process ready before the next mail comes: starting one takes a second."""
        self._worker.warm()

    def close(self) -> None:
        """For good; a mail that is being read is left unread."""
        self._worker.close()


def work(pipe: Connection[Any, Any], reading: Reading = understand) -> None:
    """The process."""
    serve(pipe, partial(_answer, reading))


def _answer(reading: Reading, data: bytes) -> bytes:
    return to_json(reading(data))
