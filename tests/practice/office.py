"""A practice with a real database, real own keys and a clock that tests move."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from desktop.audit.log import AuditLog
from desktop.campaigns.reminders import Reminders
from desktop.crypto.openpgp import OwnKey, OwnKeyring
from desktop.crypto.smime import Identity, make_identity
from desktop.mail.letters import Letters
from desktop.mail.outbox import LEASE, Outbox
from desktop.mail.sealing import Sealer
from desktop.mail.sender import use_relay
from desktop.models import appointments, audit, leases, people, relays, settings, users, vaultkeys
from desktop.models.accounts import Role, Session, SessionId, User, UserId
from desktop.models.database import Database
from desktop.models.ids import new_id
from desktop.models.records import (
    Appointment,
    AppointmentId,
    Baa,
    Consent,
    Detail,
    Kind,
    Person,
    PersonId,
    Relay,
    RelayId,
    Status,
    VisitStatus,
)
from desktop.models.standing import Use
from tests.support.said import say

ZONE = "America/Chicago"
MONDAY = datetime(2026, 11, 23, 16, 5, tzinfo=UTC)
TUESDAY = date(2026, 11, 24)
SENDER = "office@harbor.example"
NAME = "Harbor Clinic"
HOLDER = "1-holder"


class Hands:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime = MONDAY) -> None:
        self.at = at
        self.boot = "boot-1"

    def now(self) -> datetime:
        return self.at

    def mono(self) -> float:
        return self.at.timestamp()

    def boot_id(self) -> str:
        return self.boot

    def pass_(self, **time: float) -> None:
        self.at += timedelta(**time)


@cache
def own_openpgp() -> OwnKey:
    with OwnKeyring() as ring:
        return ring.make_key(NAME, SENDER)


@cache
def own_smime() -> Identity:
    return make_identity(NAME, SENDER, MONDAY)


@cache
def own_sealer() -> Sealer:
    """Parsing the keys takes a tenth of a second, so that all tests share one."""
    return Sealer(own_openpgp().secret, own_smime(), Hands())


class Practice:
    """Everything below the office, and short ways to fill it."""

    def __init__(self, database: Database, clock: Hands) -> None:
        self.db = database
        self.clock = clock
        self.audit = AuditLog("test", clock)
        self.outbox = Outbox(clock, self.audit)
        self.sealer = own_sealer()
        self.reminders = Reminders(clock, self.outbox, lambda: self.sealer)
        self.letters = Letters(clock)
        self.rechecks = {"reminder": self.reminders.recheck, "letter": self.letters.recheck}
        user = UserId(new_id())
        self.session = Session(SessionId(new_id()), user, "rita", Role.FRONT_DESK, clock.now())
        self.relay = self._fill(user)

    def _fill(self, user: UserId) -> Relay:
        relay = Relay(
            RelayId(new_id()),
            "main",
            "relay.example",
            465,
            "implicit",
            "",
            "office",
            SENDER,
            Baa("Relay Inc.", date(2026, 1, 1), date(2027, 1, 1), "mail"),
            required_tls="account",
            required_tls_at=self.clock.now(),
        )

        def fill(tx: Any) -> None:
            for key, value in (("practice-name", NAME), ("zone", ZONE), ("language", "en")):
                settings.put(tx, key, value)
            vaultkeys.put(tx, "mid", b"m" * 32)
            users.add(tx, User(user, "rita", Role.FRONT_DESK), "secret")
            relays.add(tx, relay, "pass")
            use_relay(tx, relay.id)

        self.db.write(fill)
        return relay

    def change_relay(self, **changes: Any) -> None:
        self.relay = replace(self.relay, **changes)
        self.db.write(lambda tx: relays.update(tx, self.relay))

    def person(self, first: str = "Maria", last: str = "Lopez", email: str = "", **changes: Any) -> Person:
        consent = changes.pop("consent", Consent.UNKNOWN)
        wish = changes.pop("plain_wish", None)
        made = Person(
            id=PersonId(new_id()),
            kind=Kind.PATIENT,
            first_name=first,
            last_name=last,
            birth_date=date(1961, 5, 4),
            email=email or f"{first.lower()}@mail.example",
            language="en",
            detail=Detail.STANDARD,
            status=Status.ACTIVE,
            consent=Consent.UNKNOWN,
        )
        made = replace(made, **changes)
        self.db.write(lambda tx: people.insert(tx, made))
        if consent is not Consent.UNKNOWN:
            self.consent(made, consent)
        if wish is not None:
            self.db.write(lambda tx: say(tx, made.id, Consent.GIVEN, wish, "paper", use=Use.PLAIN))
        return made

    def consent(self, person: Person, state: Consent) -> None:
        self.db.write(lambda tx: say(tx, person.id, state, self.clock.now(), "paper", self.session.user))

    def change(self, person: Person, **changes: Any) -> None:
        self.db.write(lambda tx: people.update(tx, replace(person, **changes)))

    def visit(
        self, person: Person, hour: int = 14, minute: int = 30, day: date = TUESDAY, **changes: Any
    ) -> Appointment:
        start = datetime.combine(day, time(hour, minute))
        made = Appointment(
            id=AppointmentId(new_id()),
            person=person.id,
            external_id=new_id(),
            start=start,
            zone=ZONE,
            start_utc=start.replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC),
            occurrence=1,
            status=VisitStatus.BOOKED,
            visit_type="chemotherapy",
            provider="Dr. Okafor",
            location="Room 4",
        )
        made = replace(made, **changes)
        self.db.write(lambda tx: appointments.insert(tx, made))
        return made

    def change_visit(self, visit: Appointment, **changes: Any) -> Appointment:
        changed = replace(visit, **changes)
        self.db.write(lambda tx: appointments.update(tx, changed))
        return changed

    def take_lease(self, holder: str = HOLDER) -> None:
        until = self.clock.now() + timedelta(days=30)
        took = self.db.write(
            lambda tx: leases.take(tx, LEASE, holder, self.clock.boot_id(), until, self.clock.now())
        )
        if not took:
            raise RuntimeError("somebody else holds the lease")

    def acts(self) -> list[str]:
        """Every act in the log so far, in order."""
        return [line.split('"act":"')[1].partition('"')[0] for line in self.log()]

    def log(self) -> list[str]:
        """The audit records' bodies."""
        return self.db.read(lambda tx: [record.body for record in audit.records(tx)])


_LOCK = (b"k" * 32, b"s" * 16, b"v" * 16, 1)


@cache
def _empty() -> bytes:
    """A new database's file; making one takes half a second, copying it nothing."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "practice.db"
        Database.create(path, *_LOCK).close()
        return path.read_bytes()


@contextmanager
def practice(folder: Path, at: datetime = MONDAY) -> Iterator[Practice]:
    """A new practice in `folder`, closed at the end."""
    path = folder / "practice.db"
    path.write_bytes(_empty())
    database = Database.open(path, *_LOCK)
    try:
        yield Practice(database, Hands(at))
    finally:
        database.close()
