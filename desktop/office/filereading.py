"""Files of strangers are read in the limited worker; what comes back is rows of text of known form.

A spreadsheet can claim a million columns, an archive can unpack without end, a record can nest
until a parser falls over (SECURITY.md 0, item 17): the process that meets them has no key, little
memory and little time.
"""

from __future__ import annotations

import json
from multiprocessing.connection import Connection
from typing import Any

from desktop.clock import Clock
from desktop.config import LIMITS
from desktop.errors import InputError
from desktop.mail.worker import Worker, serve
from desktop.people.sheets import READ, Sheet, from_wire

SECONDS = 60.0
"""By the wall; of the processor's time the worker itself gives ten."""
MEMORY = 1024 * 1024 * 1024
"""Of the whole process: a file of 64 MiB is read with a third of it."""
_MOST = 512 * 1024 * 1024
_HEAD = 1024
_READER = "desktop.people.reading:answer"


def file_worker(seconds: float = SECONDS) -> Worker:
    """Starts nothing yet; several offices of one process may share it."""
    return Worker("file", _MOST, seconds)


class FileReading:
    """One per process; the worker starts with the first file and stays for the next look at it."""

    def __init__(self, clock: Clock, seconds: float = SECONDS, worker: Worker | None = None) -> None:
        self._clock = clock
        self._worker = worker or file_worker(seconds)

    def read(self, data: bytes, kind: str) -> Sheet:
        """As `reading.read_sheet`; also InputError("table-unreadable") where no worker outlives the file.

        Raises DeliveryError("mail-worker-failed") where no worker can be started.
        """
        if len(data) > LIMITS.import_bytes:
            raise InputError("table-too-large", limit=LIMITS.import_bytes // (1024 * 1024))
        head = {"kind": kind, "today": self._clock.now().date().isoformat()}
        found = self._worker.ask(json.dumps(head).encode("ascii") + b"\n" + data, _answered)
        if found is None:
            raise InputError("table-unreadable")
        if isinstance(found, InputError):
            raise found
        return found

    def close(self) -> None:
        self._worker.close()


def work(pipe: Connection[Any, Any]) -> None:
    """The process."""
    serve(pipe, _READER, question=LIMITS.import_bytes + _HEAD, memory=MEMORY)


def _answered(data: bytes) -> Sheet | InputError:
    if data[:1] == READ:
        return from_wire(data[1:])
    code, params = json.loads(data[1:])
    return InputError(
        str(code), **{str(name): value for name, value in params.items() if isinstance(value, str | int)}
    )
