"""A practice's database and log without its vault; the clock obeys."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.compliance import alerts
from desktop.models import alerts as kept
from desktop.models import settings, users
from desktop.models.accounts import Role, User, UserId
from desktop.models.alerts import Alert
from desktop.models.database import Database
from tests.support.clock import ManualClock

ANA, BO = UserId("a" * 32), UserId("b" * 32)
SESSION = "c" * 32
PERSON = "d" * 32
MONDAY = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
"""Eight in the morning in Denver."""


@dataclass
class Book:
    """The log as the program writes it, and the look at it."""

    db: Database
    folder: Path
    clock: ManualClock = field(default_factory=lambda: ManualClock(MONDAY))

    def __post_init__(self) -> None:
        self.log = AuditLog("0.4", self.clock)

    def write(self, *events: Event, actor: str = ANA) -> list[int]:
        who = ("system", "system", "") if actor == "system" else (actor, Role.ADMINISTRATOR.value, SESSION)
        return self.db.write(lambda tx: [one.seq for one in self.log.record_all(tx, events, *who)])

    def put(self, key: str, value: str) -> None:
        self.db.write(lambda tx: settings.put(tx, key, value))

    def look(self) -> tuple[Alert, ...]:
        raised: list[Alert] = []
        while True:
            looked = self.db.write(lambda tx: alerts.look(tx, self.log, self.clock.now()))
            raised += looked.raised
            if not looked.more:
                return tuple(raised)

    def rules(self) -> list[str]:
        return [one.rule for one in self.look()]

    def all(self) -> list[Alert]:
        return self.db.read(kept.listing)


def failed(at: datetime, user: str = ANA) -> Event:
    det: dict[str, str | int] = {"at": int(at.timestamp() * 1000), "tries": 1}
    return Event(Act.SIGNIN_FAILED, obj=user, outcome="failed", why="wrong-password", det=det)


def queued(kind: str = "reminder", message: str = "e" * 32) -> Event:
    det: dict[str, str | int] = {"person": PERSON, "kind": kind, "method": "openpgp", "decision": "f" * 64}
    return Event(Act.MESSAGE_QUEUED, obj=message, det=det)


@contextmanager
def open_book(folder: Path, start: datetime = MONDAY) -> Iterator[Book]:
    """A new one in `folder`; its first record is written at `start`."""
    path = folder / "practice.db"
    db = Database.create(path, secrets.token_bytes(32), secrets.token_bytes(16), secrets.token_bytes(16), 1)
    book = Book(db, folder, ManualClock(start))
    book.put("zone", "America/Denver")
    db.write(lambda tx: users.add(tx, User(ANA, "ana", Role.ADMINISTRATOR), ""))
    book.write(Event(Act.PRACTICE_CREATED, obj=ANA))
    yield book
    db.close()
