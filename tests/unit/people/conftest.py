"""An encrypted database of its own for each test, and short ways to import into it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop.models import consents, people, settings
from desktop.models.database import Database
from desktop.models.records import ConsentEntry, Person
from desktop.people.appointments import AppointmentsResult, import_appointments
from desktop.people.importing import ImportResult, import_people
from tests.support.sheets import people_of, visits_of

NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
ZONE = "America/New_York"


@dataclass
class Practice:
    """One database, a user called ana, and a clock that moves on a second with each schedule."""

    database: Database
    now: datetime = NOW

    def people(self, text: str, *, strict: bool = False) -> ImportResult:
        return self.people_bytes(text.encode("utf-8"), strict=strict)

    def people_bytes(self, data: bytes, *, strict: bool = False) -> ImportResult:
        parsed = people_of(data, self.now.date())
        return self.database.write(
            lambda tx: import_people(tx, parsed, by="ana", now=self.now, strict=strict)
        )

    def visits(
        self,
        text: str,
        mode: str | None = "changes",
        *,
        confirm: bool = False,
        strict: bool = False,
        age: timedelta | None = timedelta(hours=1),
    ) -> AppointmentsResult:
        self.now += timedelta(seconds=1)
        parsed = visits_of(text.encode("utf-8"), ZONE)
        return self.database.write(
            lambda tx: import_appointments(
                tx,
                parsed,
                mode=mode,
                confirm=confirm,
                strict=strict,
                file_time=None if age is None else self.now - age,
                now=self.now,
                by="ana",
            )
        )

    def everybody(self) -> list[Person]:
        return self.database.read(lambda tx: people.search(tx, "", 1000))

    def one(self, last_name: str) -> Person:
        (found,) = [person for person in self.everybody() if person.last_name == last_name]
        return found

    def ledger(self, person: Person) -> list[ConsentEntry]:
        return self.database.read(lambda tx: consents.history(tx, person.id))

    def setting(self, key: str, value: str) -> None:
        self.database.write(lambda tx: settings.put(tx, key, value))


@pytest.fixture
def practice(tmp_path: Path) -> Iterator[Practice]:
    database = Database.create(tmp_path / "practice.db", b"k" * 32, b"s" * 16, b"v" * 16, 1)
    try:
        yield Practice(database)
    finally:
        database.close()
