"""A practice with people of all four methods, and days full of visits to remind them of."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pysequoia import Tsk

from benchmarks._office import PASSWORD, USER, BenchPractice, LaterClock
from benchmarks._people import as_csv, rows, take_in
from benchmarks._relay import HOST
from desktop import __version__
from desktop.access.signin import slot_uid
from desktop.audit.log import AuditLog
from desktop.crypto.envelope import ROUNDS
from desktop.crypto.keyfacts import inspect_key
from desktop.crypto.keyslots import read_slots
from desktop.crypto.vault import unlock
from desktop.models import appointments, cards, keys, people
from desktop.models.accounts import Role, Session, SessionId
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.records import (
    Appointment,
    AppointmentId,
    Baa,
    KeyId,
    KeyKind,
    Method,
    PasswordCard,
    Person,
    PublicKey,
    VisitStatus,
)
from desktop.office.desk import Opened
from desktop.office.filereading import FileReading
from desktop.office.intake import Intake
from desktop.office.logwatch import LogWatch
from desktop.office.opening import Opener
from desktop.office.values_practice import RelayRequest

ZONE = "America/Denver"
SENDER = "office@bench.example.com"
SALT = 16


@dataclass(frozen=True)
class Prepared:
    """What is open; `groups` are the people of each method."""

    opened: Opened
    clock: LaterClock
    session: Session
    groups: dict[Method, list[Person]]


class Server(Protocol):
    """What mail leaves through: implicit TLS on `localhost`."""

    @property
    def port(self) -> int: ...
    @property
    def ca_file(self) -> Path: ...
    @property
    def user(self) -> str: ...
    @property
    def password(self) -> str: ...


def prepare(folder: Path, relay: Server, each: int, methods: tuple[Method, ...]) -> Prepared:
    """Set up through the front door; then the rooms behind it, as signing in builds them."""
    practice = BenchPractice(folder / "practice", LaterClock())
    practice.make()
    session = practice.enter().session
    today = practice.clock.now().date()
    practice.office.add_relay(
        session,
        RelayRequest(
            "Bench relay",
            HOST,
            relay.port,
            "implicit",
            relay.user,
            SENDER,
            Baa("Bench Relay Inc.", today - timedelta(days=1), today + timedelta(days=365), "e-mail"),
            password=relay.password,
            ca_file=str(relay.ca_file),
            required_tls="account",
        ),
    )
    practice.office.close()
    opened, session = _behind_the_door(practice)
    invented = rows(each * len(methods))
    take_in(opened.database, as_csv([_own_address(row) for row in invented]))
    groups = opened.database.read(lambda tx: _groups(tx, [row[0] for row in invented], methods))
    _hand_over(opened, groups, practice.clock.now())
    return Prepared(opened, practice.clock, session, groups)


def shut(prepared: Prepared) -> None:
    prepared.opened.dispatcher.stop()
    prepared.opened.network.stop()
    prepared.opened.database.close()
    prepared.opened.vault.close()


def book(tx: Tx, group: list[Person], day: date) -> None:
    """A visit for everybody of the group."""
    for number, person in enumerate(group):
        start = datetime.combine(day, time(8)) + timedelta(minutes=number % 480)
        utc = start.replace(tzinfo=ZoneInfo(ZONE)).astimezone(ZoneInfo("UTC"))
        visit = Appointment(
            AppointmentId(new_id()),
            person.id,
            "",
            start,
            ZONE,
            utc,
            1,
            VisitStatus.BOOKED,
            "Check-up",
            "Dr. Shah",
        )
        appointments.insert(tx, visit)


def _behind_the_door(practice: BenchPractice) -> tuple[Opened, Session]:
    folder, clock = practice.folder, practice.clock
    user = slot_uid(read_slots(folder.keys).vault_id, USER)
    vault = unlock(folder.keys, user, PASSWORD, None)
    audit = AuditLog(__version__, clock)
    watch = LogWatch(folder, clock, audit, lambda: None)
    opener = Opener(clock, audit, folder, watch, Intake(clock, audit, FileReading(clock).read))
    opened = opener.open(vault, opener.database(vault))
    return opened, Session(SessionId(new_id()), user, USER, Role.ADMINISTRATOR, clock.now())


def _own_address(row: tuple[str, ...]) -> tuple[str, ...]:
    """Nobody shares an address: the relay counts by recipient."""
    return (*row[:3], f"person{row[0]}@example.com", *row[4:])


def _groups(tx: Tx, numbers: list[str], methods: tuple[Method, ...]) -> dict[Method, list[Person]]:
    found: dict[Method, list[Person]] = {method: [] for method in methods}
    for place, number in enumerate(numbers):
        person = people.by_number(tx, number)
        assert person is not None
        found[methods[place % len(methods)]].append(person)
    return found


def _hand_over(opened: Opened, groups: dict[Method, list[Person]], now: datetime) -> None:
    """What makes each group's method the one that is decided for."""
    own = rsa.generate_private_key(public_exponent=65537, key_size=2048)  # one pair, many certificates
    made = [_key(person, _openpgp(person), now) for person in groups.get(Method.OPENPGP, [])]
    made += [_key(person, _certificate(person, own, now), now) for person in groups.get(Method.SMIME, [])]

    def keep(tx: Tx) -> None:
        for key in made:
            keys.add(tx, key)
        for person in groups.get(Method.ENVELOPE, []):
            # As if derived before: sealing starts from the key, whatever it was made of.
            derived, salt = secrets.token_bytes(32), secrets.token_bytes(SALT)
            cards.put(tx, PasswordCard(person.id, salt, ROUNDS, derived, "Ana", "in-person", now))
            people.update(tx, replace(person, preferred_method=Method.ENVELOPE))

    opened.database.write(keep)


def _key(person: Person, data: bytes, now: datetime) -> PublicKey:
    facts = inspect_key(data, now)
    if not facts.usable:
        raise RuntimeError(f"a key of the benchmark's own is {facts.reason}")
    return PublicKey(
        KeyId(new_id()),
        person.id,
        KeyKind(facts.kind),
        facts.fingerprint,
        facts.addresses,
        facts.data,
        facts.expires,
        "file",
        now,
    )


def _openpgp(person: Person) -> bytes:
    return bytes(Tsk.generate(user_ids=[f"{person.name} <{person.email}>"]).extract_certificate())


def _certificate(person: Person, own: rsa.RSAPrivateKey, now: datetime) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "recipient")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName([x509.RFC822Name(person.email)]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .sign(own, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.DER)
