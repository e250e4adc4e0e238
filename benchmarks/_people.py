"""Invented people as a practice's system would export them, and a database to take them in."""

from __future__ import annotations

import csv
import io
import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from desktop.models.database import Database, Tx
from desktop.models.standing import CustomField, FieldId, FieldKind
from desktop.people.columns import PEOPLE
from desktop.people.importing import ImportResult, import_people
from desktop.people.parsing import ParsedPeople, parse_people
from desktop.people.reading import read_sheet

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
EVERYBODY = 100_000

_FIRST_NAMES = """
Maria James Robert Linda José Zoë Chloé Ana Luis Sofía Noah Emma Olivia Liam Ethan Mia Lucía Andrés
Michael Barbara Elizabeth Jennifer William Susan Joseph Jessica Thomas Sarah Karen Nancy Lisa Betty
Margaret Sandra Ashley Kimberly Emily Donna Michelle Carol Amanda Melissa Deborah Stephanie Dorothy
Rebecca Sharon Laura Cynthia Kathleen Amy Angela Shirley Anna Brenda Pamela Nicole Ruth Katherine
Samantha Christine Catherine Virginia Debra Rachel Janet Carolyn Renée François Björn Søren Łukasz
Nguyễn Siobhán Günther Jürgen Håkon Agnès Iñaki Ramón Raúl Ángel Íñigo Óscar Úrsula Tomás Mónica
"""
_LAST_NAMES = """
Smith Johnson Williams Brown Jones García Miller Davis Rodríguez Martínez Hernández López González
Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Pérez Thompson White Harris Sánchez Clark
Ramírez Lewis Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams
Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts Gómez Phillips Evans Turner Díaz Parker
Cruz Edwards Collins Reyes Stewart Morris Morales Murphy Cook Rogers Gutiérrez Ortiz Morgan Cooper
Peterson Bailey Reed Kelly Howard Ramos Kim Cox Ward Richardson Watson Brooks Chávez Wood Bennett
Gray Mendoza Ruiz Hughes Price Álvarez Castillo Sanders Patel Myers Müller Schäfer Øster Kowalski
O'Brien Nuñez Peña Vélez Ibáñez D'Angelo Strauß Håkansson Château Lefèvre Fernández-Ruiz
"""
FIRST, LAST = _FIRST_NAMES.split(), _LAST_NAMES.split()
_DOMAINS = ("example.com", "example.org", "example.net", "mail.example.com", "post.example.org")
_EARLIEST, _DAYS = date(1930, 1, 1), 90 * 365
OWN_FIELDS = 20
COLUMNS = ("MRN", "First Name", "Last Name", "E-mail", "DOB", "Phone", "Language")


@dataclass(frozen=True)
class Key:
    """What a vault would give to open its database."""

    key: bytes
    salt: bytes
    vault_id: bytes

    @property
    def text(self) -> str:
        """For a process that is measured; such a key opens nothing but invented people."""
        return "-".join(part.hex() for part in (self.key, self.salt, self.vault_id))


def rows(count: int, seed: int = 20261121) -> list[tuple[str, ...]]:
    """`count` people, the same ones every time; one in twenty shares an address with the one before."""
    pick = random.Random(seed)
    made: list[tuple[str, ...]] = []
    known: set[tuple[str, str, date]] = set()
    address = ""
    for number in range(count):
        first, last = (
            pick.choice(FIRST),
            f"{pick.choice(LAST)}{pick.choice(('', '', ' ' + pick.choice(LAST)))}",
        )
        if not address or pick.random() > 0.05:
            local = "".join(c for c in f"{first}.{last}".lower() if c.isascii() and (c.isalnum() or c == "."))
            address = f"{local}{number}@{pick.choice(_DOMAINS)}"
        born = _EARLIEST + timedelta(days=pick.randrange(_DAYS))
        while (first, last, born) in known:
            born = _EARLIEST + timedelta(days=pick.randrange(_DAYS))
        known.add((first, last, born))
        phone = f"({pick.randrange(201, 989)}) 555-{pick.randrange(10_000):04}"
        made.append(
            (f"{100_000 + number}", first, last, address, born.isoformat(), phone, pick.choice(("en", "es")))
        )
    return made


def as_csv(people: list[tuple[str, ...]]) -> bytes:
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    writer.writerows(people)
    return written.getvalue().encode("utf-8")


def own_fields() -> list[CustomField]:
    """Twenty fields of the practice's own, four of each kind."""
    kinds = list(FieldKind)
    choices = {FieldKind.CHOICE: ("red", "green", "blue")}
    return [
        CustomField(FieldId(f"{n}"), f"field_{n}", f"Field {n}", kind, choices=choices.get(kind, ()))
        for n, kind in enumerate(kinds[n % len(kinds)] for n in range(OWN_FIELDS))
    ]


def with_own_fields(people: list[tuple[str, ...]], seed: int = 20261122) -> bytes:
    """The same people as CSV with a value in each of the own fields."""
    pick = random.Random(seed)
    made: dict[FieldKind, Callable[[], str]] = {
        FieldKind.TEXT: lambda: f"Note {pick.randrange(3000)}",
        FieldKind.NUMBER: lambda: str(pick.randrange(500)),
        FieldKind.DAY: lambda: (date(2020, 1, 1) + timedelta(days=pick.randrange(2000))).isoformat(),
        FieldKind.CHOICE: lambda: pick.choice(("red", "green", "blue")),
        FieldKind.YES_NO: lambda: pick.choice(("yes", "no")),
    }
    fields = own_fields()
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow([*COLUMNS, *(one.label for one in fields)])
    writer.writerows([*row, *(made[one.kind]() for one in fields)] for row in people)
    return written.getvalue().encode("utf-8")


def new_key() -> Key:
    return Key(secrets.token_bytes(32), secrets.token_bytes(16), secrets.token_bytes(16))


def key_of(text: str) -> Key:
    """The key that `Key.text` wrote down."""
    parts = [bytes.fromhex(part) for part in text.split("-")]
    return Key(*parts)


def create(path: Path, key: Key) -> Database:
    return Database.create(path, key.key, key.salt, key.vault_id, 1)


def reopen(path: Path, key: Key) -> Database:
    return Database.open(path, key.key, key.salt, key.vault_id, 1)


def take_in(database: Database, data: bytes) -> ImportResult:
    """From the file's bytes to stored people: what a person does who imports a list."""
    return store_parsed(database, parse_people(read_sheet(data, PEOPLE), today=NOW.date(), day_first=False))


def store_parsed(database: Database, parsed: ParsedPeople) -> ImportResult:
    def store(tx: Tx) -> ImportResult:
        return import_people(tx, parsed, by="bench", now=NOW, strict=True)

    return database.write(store)
