"""A real background service over a real practice: started as the window starts it, ended by its own id."""

from __future__ import annotations

import os
import shutil
import signal
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pyotp

from desktop.assembly import build_office
from desktop.clock import SystemClock
from desktop.crypto.kdf import FLOOR
from desktop.office.remote import RemoteOffice, window_office
from desktop.office.remote_link import Whereabouts
from desktop.office.values_entry import Credentials, NewPractice, PracticeMade, SignedIn
from desktop.paths import PracticeFolder
from tests.made_practice import PASSWORD, USER
from tests.support.waiting import until


def is_running(pid: int) -> bool:
    """Whether the process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # gone before the look, or during it
        return False


def make_practice(folder: Path, zone: str = "America/Denver") -> PracticeMade:
    """By the computer's own clock, because the service has no other."""
    office = build_office(
        PracticeFolder(folder), SystemClock(), params=lambda: FLOOR, device_store=lambda: None
    )
    made = office.create_practice(NewPractice("Elm Street", zone, USER, password=PASSWORD))
    office.close()
    return made


@dataclass
class Service:
    """One practice whose services are all ended by the end of the test."""

    folder: PracticeFolder
    made: PracticeMade
    offices: list[RemoteOffice] = field(default_factory=list)
    pids: set[int] = field(default_factory=set)
    codes: int = 0

    @classmethod
    def over(cls, origin: Path, made: PracticeMade, copy: Path) -> Service:
        shutil.copytree(origin, copy)
        return cls(PracticeFolder(copy), made)

    def office(self) -> RemoteOffice:
        """A window's, whose first call starts the service."""
        office = window_office(self.folder, SystemClock())
        self.offices.append(office)
        return office

    def code(self) -> str:
        """Each is good once, and one of the next half minute already: so twice in a short test."""
        at = SystemClock().now() + timedelta(seconds=30 * self.codes)
        self.codes += 1
        return pyotp.TOTP(pyotp.parse_uri(self.made.totp_uri).secret).at(at)

    def credentials(self) -> Credentials:
        return Credentials(USER, password=PASSWORD, code=self.code())

    def signed_in(self) -> tuple[RemoteOffice, SignedIn]:
        office = self.office()
        return office, office.as_office().sign_in(self.credentials())

    @property
    def where(self) -> Whereabouts:
        found = Whereabouts.read(self.folder.service)
        assert found is not None
        self.pids.add(found.pid)
        return found

    @property
    def pid(self) -> int:
        return self.where.pid

    def kill(self) -> int:
        pid = self.pid
        os.kill(pid, signal.SIGKILL)
        until(lambda: not is_running(pid))
        return pid

    def end(self) -> None:
        """In order; nothing may be left running."""
        for office in self.offices:
            office.close()
        found = Whereabouts.read(self.folder.service)
        if found is not None and is_running(found.pid):
            os.kill(found.pid, signal.SIGTERM)
            self.pids.add(found.pid)
        for pid in self.pids:
            until(lambda pid=pid: not is_running(pid))  # type: ignore[misc]
