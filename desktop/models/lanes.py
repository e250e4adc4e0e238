"""One thread that owns one database connection, and the transaction handed to its callers.

What goes wrong in a known way (disk full, another program writes, a damaged page)
comes out as a `VaultError`; everything else, broken constraints too, is a bug and
comes out as it is.
"""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from desktop.errors import Refused, VaultError

T = TypeVar("T")

# Primary result codes of SQLite (sqlite.org/rescode.html).
_BUSY, _LOCKED, _READONLY, _IOERR, _CORRUPT, _FULL, _CANTOPEN, _NOTADB = 5, 6, 8, 10, 11, 13, 14, 26
_IOERR_READ_CODES = frozenset({266, 522})
"""IOERR_READ and IOERR_SHORT_READ: the file ends too early or the disk fails."""


class Tx:
    """One open transaction; only repositories look inside."""

    __slots__ = ("connection",)

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @property
    def driver(self) -> Any:
        """The driver's own connection, for bulk work inside `models/`."""
        return self.connection.connection.driver_connection


class Opened(Protocol):
    """What a lane's thread makes of its connection; called in that thread."""

    def __call__(self) -> Connection: ...


def sqlite_code(error: BaseException) -> int:
    """The extended result code of a driver's error, 0 for anything else."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(origin, "sqlite_errorcode", 0)
    return code if isinstance(code, int) else 0


def known(error: BaseException, *, writing: bool) -> VaultError | None:
    """The situation behind an error, if it is one that people can mend."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return VaultError("disk-full")
    code = sqlite_code(error)
    primary = code & 0xFF
    if primary == _FULL:
        return VaultError("disk-full")
    if primary in (_BUSY, _LOCKED):
        return VaultError("database-busy")
    if primary in (_CORRUPT, _NOTADB) or code in _IOERR_READ_CODES:
        return VaultError("database-damaged")
    if primary in (_IOERR, _CANTOPEN) or (primary == _READONLY and writing):
        return VaultError("database-unwritable")
    return None


class Lane:
    """A thread with a connection; calls are done one after the other, each in a transaction."""

    def __init__(self, name: str, begin: str, opened: Opened, *, writing: bool) -> None:
        self._begin = begin
        self._writing = writing
        self._lock = threading.Lock()
        self._closed = False
        self._tx: Tx | None = None
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)
        try:
            self._ident, self._connection = self._pool.submit(
                lambda: (threading.get_ident(), opened())
            ).result()
        except BaseException:  # no thread is left behind; then it goes on up
            self._pool.shutdown()
            raise

    @property
    def current(self) -> Tx | None:
        """The running transaction, when asked from inside it."""
        return self._tx if threading.get_ident() == self._ident else None

    def submit(self, work: Callable[[Tx], T], *, keep: bool = True) -> Future[T]:
        """Queue `work`; without `keep` whatever it changed is undone at its end."""
        return self._submit(lambda: self._run(work, keep))

    def submit_bare(self, work: Callable[[Connection], T]) -> Future[T]:
        """Queue work outside a transaction (checkpoints, integrity checks)."""
        return self._submit(lambda: self._guarded(lambda: work(self._connection)))

    def close(self, last: Callable[[Connection], object]) -> None:
        """Finish what is queued, do `last`, close the connection in its own thread."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            done = self._pool.submit(self._finish, last)
        try:
            done.result()
        finally:
            self._pool.shutdown()

    def _submit(self, job: Callable[[], T]) -> Future[T]:
        with self._lock:
            if self._closed:
                raise Refused("locked")
            return self._pool.submit(job)

    def _finish(self, last: Callable[[Connection], object]) -> None:
        try:
            self._guarded(lambda: last(self._connection))
        finally:
            self._connection.close()

    def _run(self, work: Callable[[Tx], T], keep: bool) -> T:
        return self._guarded(lambda: self._transaction(work, keep))

    def _transaction(self, work: Callable[[Tx], T], keep: bool) -> T:
        connection = self._connection
        with connection.begin() as transaction:
            connection.exec_driver_sql(self._begin)
            self._tx = Tx(connection)
            try:
                answer = work(self._tx)
            finally:
                self._tx = None
            if not keep:
                transaction.rollback()
        return answer

    def _guarded(self, job: Callable[[], T]) -> T:
        try:
            return job()
        except Exception as error:  # only known situations change their name; a bug stays what it is
            situation = known(error, writing=self._writing)
            if situation is None:
                raise
            raise situation from error
