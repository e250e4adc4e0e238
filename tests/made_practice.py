"""A real practice for tests: real vault, database, keys; only the clock is moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pyotp

from desktop.assembly import build_office
from desktop.crypto.kdf import FLOOR
from desktop.models.accounts import Session
from desktop.models.documents import Printer
from desktop.models.records import PersonId
from desktop.office.api import Office
from desktop.office.update_facts import Judge
from desktop.office.values import AppointmentsImport, ImportRequest
from desktop.office.values_entry import Credentials, PracticeMade
from desktop.paths import PracticeFolder

USER = "ana"
PASSWORD = "quiet harbour seven lanterns"
START = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
PEOPLE = (
    b"MRN,First Name,Last Name,E-mail,DOB\n"
    b"1001,Zoraida,Canaryfield,zoraida@example.org,1961-04-02\n"
    b"1002,Bo,Nightingale,bo@example.org,1980-12-31\n"
    b"1003,Ned,Noaddress,,1990-01-05\n"
)
VISITS = (
    b"Appointment ID,MRN,Date,Time,Provider\n"
    b"A1,1001,2026-11-24,09:30,Dr. Shah\n"
    b"A2,1002,2026-11-24,14:30,Dr. Shah\n"
    b"A3,1003,2026-11-24,16:00,Dr. Shah\n"
)


class MovedClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self._now = START
        self._mono = 1000.0

    def now(self) -> datetime:
        return self._now

    def mono(self) -> float:
        return self._mono

    def boot_id(self) -> str:
        return "boot-of-the-test"

    def move(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._mono += seconds

    def sleep(self, seconds: float) -> None:
        """As a computer that sleeps: the monotonic clock stands still on some systems."""
        self._now += timedelta(seconds=seconds)


@dataclass
class Practice:
    """One practice on disk and the office over it."""

    folder: PracticeFolder
    clock: MovedClock
    made: PracticeMade
    offices: list[Office] = field(default_factory=list)
    printer: Callable[[], Printer] | None = None
    """What makes papers, where a test wants them."""
    updates: Judge | None = None
    """Who judges lists of new versions in the place of the program."""

    def office(self, *, service: bool = False) -> Office:
        """A new process's view: its own guard, nothing open."""
        office = build_office(
            self.folder,
            self.clock,
            params=lambda: FLOOR,
            device_store=lambda: None,
            printer=self.printer,
            service=service,
            updates=self.updates,
        )
        self.offices.append(office)
        return office

    def code(self) -> str:
        """The authenticator's code now; each is good for one sign-in."""
        return pyotp.TOTP(pyotp.parse_uri(self.made.totp_uri).secret).at(self.clock.now())

    def credentials(self) -> Credentials:
        self.clock.move(30)
        return Credentials(USER, password=PASSWORD, code=self.code())

    def signed_in(self) -> tuple[Office, Session]:
        office = self.office()
        return office, office.sign_in(self.credentials()).session

    def close(self) -> None:
        for office in self.offices:
            office.close()


def import_visits(office: Office, session: Session, clock: MovedClock, data: bytes = VISITS) -> None:
    request = ImportRequest("visits.csv", data=data, modified=clock.now())
    office.import_appointments(session, AppointmentsImport(request, "whole"))


def person_named(office: Office, session: Session, name: str) -> PersonId:
    return office.search_people(session, name).people[0].id
