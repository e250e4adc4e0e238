"""The office as the window and the command line hold it while a background service runs.

Every use case of `office.api.Office` is carried to the service; a call that was cut off is
never made again by itself, because nobody here knows how far it came. Calls of different
threads go over lines of their own, so that a long one keeps nobody waiting.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from typing import Any, cast

from desktop.clock import Clock
from desktop.errors import VaultError
from desktop.models.accounts import Session, SessionId
from desktop.office.api import Office
from desktop.office.remote_calls import PROGRESS, Shape, shape_of, unpack_error
from desktop.office.remote_link import Caller, Frame, Link, LinkLost, Whereabouts, call_up
from desktop.office.remote_start import start_service
from desktop.office.values_entry import SignedIn
from desktop.paths import PracticeFolder

_NEVER_STARTS = frozenset({"duty", "lock", "idle_seconds"})
"""They ask for what is, or end something: no reason to start a service."""


class ServiceBug(RuntimeError):
    """A bug in the service, described without content: types, codes and lines of source."""


class RemoteOffice:
    """Fulfils `office.api.Office` (see `as_office`)."""

    def __init__(self, folder: PracticeFolder, start: Callable[[], None] | None = None) -> None:
        """`start` is how a service is started where none answers; None: it is not."""
        self._folder = folder
        self._start = start
        self._id = secrets.token_hex(16)
        self._idle: list[Link] = []
        self._presence: Link | None = None
        self._tokens: dict[SessionId, str] = {}
        self._change = threading.Lock()
        self._entering = threading.Lock()
        self._closed = False
        self._on_gone: Callable[[], None] | None = None

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """A use case, bound to this office."""
        shape = shape_of(name)
        if shape is None:
            raise AttributeError(name)

        def call(*args: Any, **named: Any) -> Any:
            return self._call(shape, *args, **named)

        return call

    def as_office(self) -> Office:
        """This object by its type: every method of the protocol is there, by name."""
        return cast(Office, self)

    def tell_when_gone(self, call: Callable[[], None]) -> None:
        """`call` is called once for each service that ends under this office, on a thread of its own."""
        self._on_gone = call

    def is_there(self) -> bool:
        """Whether a service answers. Raises VaultError "service-other-version"."""
        try:
            self._give_back(self._connected(may_start=False))
        except LinkLost:
            return False
        return True

    def close(self) -> None:
        """Hang up: the service goes on; what this office's sessions were used for ends with them."""
        with self._change:
            self._closed = True
            links, self._idle = self._idle, []
            presence, self._presence = self._presence, None
        for link in links:
            link.close()
        if presence is not None:
            presence.hang_up()

    def lock_vault(self) -> None:
        """What `Door.close` says: the service closes the database and drops the keys."""
        shape = shape_of("close")
        if shape is not None and self._presence is not None:
            self._call(shape, start=False)

    # --- a call -----------------------------------------------------------------------

    def _call(self, shape: Shape, *args: Any, start: bool = True, **named: Any) -> Any:
        bound = shape.bind(*args, **named)
        frame: Frame = {"call": shape.name, "args": shape.pack(bound)}
        if shape.of_a_person:
            frame["token"] = self._tokens.get(_session_of(bound.args[0]).id, "")
        may_start = start and not shape.of_a_person and shape.name not in _NEVER_STARTS
        progress = bound.arguments.get(PROGRESS)
        if shape.has_progress:
            frame["progress"] = progress is not None
        try:
            link = self._connected(may_start)
        except LinkLost:
            raise VaultError("service-gone") from None
        try:
            answer = _answer(link, frame, progress)
        except LinkLost:
            link.close()
            raise VaultError("service-gone") from None
        except BaseException:  # an interrupt, or progress that failed: the service sees it as gone
            link.close()
            raise
        return self._read(shape, link, answer)

    def _read(self, shape: Shape, link: Link, answer: Frame) -> Any:
        if "bug" in answer:
            link.close()  # its thread in the service has ended
            raise ServiceBug(str(answer["bug"]))
        self._give_back(link)
        if "error" in answer:
            raise unpack_error(answer["error"])
        value = shape.unpack_answer(answer["value"])
        if isinstance(value, SignedIn):
            with self._change:
                self._tokens[value.session.id] = str(answer["token"])
        return value

    # --- lines ------------------------------------------------------------------------

    def _connected(self, may_start: bool) -> Link:
        """A line that nobody uses, or a new one. Raises `LinkLost` where no service answers."""
        while True:
            with self._change:
                if self._closed:
                    raise LinkLost
                link = self._idle.pop() if self._idle else None
            if link is None:
                return self._new(may_start)
            if link.is_quiet():
                return link
            link.close()

    def _new(self, may_start: bool) -> Link:
        with self._entering:  # a service is started once, and told of us once
            try:
                return self._line()
            except LinkLost:
                if self._start is None or not may_start:
                    raise
            self._start()
            return self._line()

    def _line(self) -> Link:
        where = Whereabouts.read(self._folder.service)
        if where is None:
            raise LinkLost
        if self._presence is None:
            self._be_there(call_up(where, self._caller(stays=True)))
        return call_up(where, self._caller(stays=False))

    def _caller(self, *, stays: bool) -> Caller:
        """A window starts services, a command goes to those that run."""
        return Caller(self._id, stays, window=self._start is not None)

    def _be_there(self, link: Link) -> None:
        """While this line stands, the service knows that somebody is here."""
        self._presence = link
        threading.Thread(target=self._wait_for_end, args=(link,), name="service", daemon=True).start()

    def _wait_for_end(self, link: Link) -> None:
        try:
            link.receive()
        except LinkLost:
            link.close()
        with self._change:
            if self._closed:
                return
            self._presence = None
            self._tokens.clear()
        if self._on_gone is not None:
            self._on_gone()

    def _give_back(self, link: Link) -> None:
        with self._change:
            if not self._closed:
                self._idle.append(link)
                return
        link.close()


def _answer(link: Link, frame: Frame, progress: Callable[[int, int], bool] | None) -> Frame:
    """Ask, and say how it goes until the answer is there."""
    link.send(frame)
    while True:
        answer = link.receive()
        done = answer.get("progress")
        if done is None:
            return answer
        going_on = progress is None or progress(int(done[0]), int(done[1]))
        link.send({"go": going_on})


def _session_of(value: object) -> Session:
    if not isinstance(value, Session):
        raise TypeError("a session comes first")
    return value


def window_office(folder: PracticeFolder, clock: Clock) -> RemoteOffice:
    """The window's: a service is started where there is none."""
    return RemoteOffice(folder, lambda: start_service(folder, clock))


def running_office(folder: PracticeFolder) -> RemoteOffice | None:
    """The command line's: None where no service runs for this practice."""
    office = RemoteOffice(folder)
    if office.is_there():
        return office
    office.close()
    return None
