"""The background service of a practice: the office in a process of its own.

Started by the first window, reached by windows and commands over a socket in a private
folder (a named pipe on Windows), by whoever can read its key in a private file. It goes on
when the window is locked or closed, and ends by itself when the database is closed and
nobody has been here for a minute. ADR 0017 says what it keeps in memory and why.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Client, Listener
from pathlib import Path
from typing import Protocol

from desktop.clock import Clock
from desktop.models.accounts import Session, SessionId
from desktop.office.agent_calls import Calls
from desktop.office.api import Office
from desktop.office.remote_link import KEY_BYTES, PROTOCOL, Caller, Link, LinkLost, Whereabouts, welcome
from desktop.paths import PracticeFolder, runtime_folder

REST_SECONDS = 60.0
CONNECTIONS_MOST = 128
_LONGEST_ADDRESS = 100
"""Bytes of a socket's path: sun_path is 108 on Linux and 104 on macOS (unix(7), unix(4))."""
_OWN_FOLDER = "sealwell-"
_LOOK_EVERY = 1.0


class Served(Office, Protocol):
    """The office, and what only its own process asks of it."""

    def left(self, sessions: tuple[Session, ...], *, window: bool) -> None:
        """Whoever held these sessions is gone, and nobody else can use them; whether it was a window."""
        ...

    def at_rest(self) -> bool:
        """Whether the database is closed: nothing goes on."""
        ...


class Agent:
    """Serves one practice until it is told to end, or nobody needs it any more."""

    def __init__(
        self, office: Served, folder: PracticeFolder, clock: Clock, rest: float = REST_SECONDS
    ) -> None:
        """`rest` is how many seconds it waits for somebody while nothing goes on."""
        self._office = office
        self._folder = folder
        self._clock = clock
        self._rest = rest
        self._key = secrets.token_bytes(KEY_BYTES)
        self._calls = Calls(office, clock)
        self._links: set[Link] = set()
        self._callers: dict[str, dict[SessionId, Session]] = {}
        self._change = threading.Lock()
        self._ending = threading.Event()

    def serve(self) -> None:
        """Returns when everything has come to its end; the practice's lock is the caller's to hold."""
        clear_stale(self._folder)
        address = _address(self._folder)
        listener = Listener(address, backlog=32)
        where = Whereabouts(address, self._key.hex(), PROTOCOL, os.getpid())
        try:
            threading.Thread(target=self._accept, args=(listener,), name="door", daemon=True).start()
            where.write(self._folder.service)
            self._until_done()
        finally:
            self._stop(where)
            with suppress(FileNotFoundError):  # it removes its address, which may be gone with its folder
                listener.close()
            _remove_address(address)

    def end(self) -> None:
        """In order, soon; from any thread but a signal's handler."""
        self._ending.set()

    def _until_done(self) -> None:
        quiet_since = self._clock.mono()
        while not self._ending.wait(_LOOK_EVERY):
            if not self._folder.service.exists():
                return  # the practice was moved or removed: nobody can find us
            if self._callers or not self._office.at_rest():
                quiet_since = self._clock.mono()
            elif self._clock.mono() - quiet_since >= self._rest:
                return

    def _stop(self, where: Whereabouts) -> None:
        """Nobody new comes in, the message under way comes to its end, then everybody is hung up on."""
        self._ending.set()
        if Whereabouts.read(self._folder.service) == where:
            with suppress(PermissionError):  # on Windows it stays while somebody reads it; it leads nowhere
                self._folder.service.unlink(missing_ok=True)
        self._office.close()
        with suppress(OSError, EOFError):
            Client(where.address).close()  # whoever waits for callers sees that it ends
        with self._change:
            links = list(self._links)
        for link in links:
            link.hang_up()

    # --- callers ----------------------------------------------------------------------

    def _accept(self, listener: Listener) -> None:
        while not self._ending.is_set():
            try:
                connection = listener.accept()
            except (OSError, EOFError):  # too many open files, or a caller who left at once
                self._ending.wait(_LOOK_EVERY / 10)
                continue
            link = Link(connection)
            with self._change:
                crowded = len(self._links) >= CONNECTIONS_MOST or self._ending.is_set()
                if not crowded:
                    self._links.add(link)
            if crowded:
                link.close()
            else:
                threading.Thread(target=self._serve, args=(link,), name="caller", daemon=True).start()

    def _serve(self, link: Link) -> None:
        with self._kept(link), suppress(LinkLost), self._present(link) as caller:
            while True:
                self._one(link, caller)

    @contextmanager
    def _present(self, link: Link) -> Iterator[Caller]:
        """Whoever stays is known from the moment that they are welcome, until their line ends."""
        staying: list[Caller] = []

        def admit(caller: Caller) -> None:
            if caller.stays:
                with self._change:
                    if caller.id in self._callers:
                        raise LinkLost
                    self._callers[caller.id] = {}
                staying.append(caller)

        try:
            caller = welcome(link, self._key, admit)
            if caller.stays:
                link.receive(0)  # nothing is ever said on it
                raise LinkLost
            yield caller
        finally:
            for gone in staying:
                self._gone(gone)

    @contextmanager
    def _kept(self, link: Link) -> Iterator[None]:
        try:
            yield
        finally:
            with self._change:
                self._links.discard(link)
            link.close()

    def _gone(self, caller: Caller) -> None:
        with self._change:
            sessions = self._callers.pop(caller.id, {})
        if not self._ending.is_set():
            self._office.left(tuple(sessions.values()), window=caller.window)

    def _one(self, link: Link, caller: Caller) -> None:
        frame = link.receive()
        if caller.id not in self._callers:
            raise LinkLost

        def given(session: Session) -> None:
            with self._change:
                held = self._callers.get(caller.id)
                if held is not None:
                    held[session.id] = session
            if held is None:  # they left while they were let in
                self._office.left((session,), window=caller.window)

        def taken(session: Session) -> None:
            with self._change:
                self._callers.get(caller.id, {}).pop(session.id, None)

        self._calls.answer(link, frame, given, taken)


# --- where it is reached ---------------------------------------------------------------------


def _address(folder: PracticeFolder) -> str:
    if sys.platform == "win32":
        return rf"\\.\pipe\sealwell-{secrets.token_hex(16)}"
    name = hashlib.sha256(os.fsencode(folder.root)).hexdigest()[:16]
    path = runtime_folder(folder) / f"service-{name}"
    if len(os.fsencode(path)) > _LONGEST_ADDRESS:
        path = Path(tempfile.mkdtemp(prefix=_OWN_FOLDER)) / "service"
    _remove_address(str(path), keep_folder=True)
    return str(path)


def clear_stale(folder: PracticeFolder) -> None:
    """What a service left that did not come to its end; only under the practice's lock."""
    old = Whereabouts.read(folder.service)
    if old is not None:
        _remove_address(old.address)
    folder.service.unlink(missing_ok=True)


def _remove_address(address: str, *, keep_folder: bool = False) -> None:
    """The socket, and the folder that was made for it; nothing that is no socket of ours."""
    path = Path(address)
    if sys.platform == "win32" or not path.is_absolute():
        return
    with suppress(FileNotFoundError, NotADirectoryError):
        facts = path.lstat()
        if stat.S_ISSOCK(facts.st_mode) and facts.st_uid == os.getuid():
            path.unlink()
    own = path.parent.name.startswith(_OWN_FOLDER) and path.parent.parent == Path(tempfile.gettempdir())
    if own and not keep_folder:
        with suppress(OSError):
            path.parent.rmdir()
