"""A practice's office behind a real socket, served by a thread of the test's own process."""

from __future__ import annotations

import threading
from multiprocessing.connection import Client
from typing import Any

from desktop.clock import SystemClock
from desktop.models.accounts import Session
from desktop.office.agent import Agent
from desktop.office.api import Office
from desktop.office.local import LocalOffice
from desktop.office.remote import RemoteOffice
from desktop.office.remote_link import Caller, Link, Whereabouts, call_up
from desktop.office.remote_start import answers
from desktop.office.wire import to_json
from tests.made_practice import Practice
from tests.support.waiting import until


class Served:
    """The practice's office behind a real socket, in a thread of this process."""

    def __init__(self, practice: Practice, rest: float = 60.0) -> None:
        self.practice = practice
        office = practice.office(service=True)
        assert isinstance(office, LocalOffice)
        self.local = office
        self.agent = Agent(office, practice.folder, SystemClock(), rest)
        self.callers: list[RemoteOffice] = []
        self._thread = threading.Thread(target=self.agent.serve, name="agent")
        self._thread.start()
        until(lambda: answers(practice.folder))

    @property
    def where(self) -> Whereabouts:
        found = Whereabouts.read(self.practice.folder.service)
        assert found is not None
        return found

    def remote(self) -> RemoteOffice:
        self.callers.append(RemoteOffice(self.practice.folder))
        return self.callers[-1]

    def signed_in(self) -> tuple[Office, Session]:
        office = self.remote().as_office()
        return office, office.sign_in(self.practice.credentials()).session

    def line(self) -> Any:
        """A connection that has said nothing yet."""
        return Client(self.where.address)

    def greeted(self) -> Link:
        """A line over which calls may go."""
        return call_up(self.where, Caller(self.callers[-1]._id, stays=False))

    @property
    def ended(self) -> bool:
        return not self._thread.is_alive()

    def end(self) -> None:
        for caller in self.callers:
            caller.close()
        self.agent.end()
        self._thread.join(20)
        assert self.ended


def on_the_line(session: Session) -> Any:
    return to_json(session)
