"""A practice made once, copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from demo.authority import Authority
from desktop.assembly import build_office
from desktop.crypto.kdf import FLOOR
from desktop.models.accounts import Session
from desktop.models.records import Baa
from desktop.office.api import Office
from desktop.office.values import ImportRequest
from desktop.office.values_entry import NewPractice, PracticeMade
from desktop.office.values_practice import RelayRequest
from desktop.paths import PracticeFolder
from tests.made_practice import PASSWORD, PEOPLE, USER, MovedClock, Practice
from tests.made_staff import Keyring, Staff, make
from tests.servers.updatehost import UpdateHost
from tests.support.backed import Bare, Shelf, backed_up
from tests.support.releases import Releases
from tests.support.served import Served


@pytest.fixture(scope="session")
def fresh_practice(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, PracticeMade]:
    """Made once; each test works on its own copy."""
    folder = tmp_path_factory.mktemp("fresh") / "practice"
    office = build_office(
        PracticeFolder(folder), MovedClock(), params=lambda: FLOOR, device_store=lambda: None
    )
    made = office.create_practice(NewPractice("Elm Street", "America/Denver", USER, password=PASSWORD))
    office.close()
    return folder, made


@pytest.fixture
def practice(fresh_practice: tuple[Path, PracticeMade], tmp_path: Path) -> Iterator[Practice]:
    origin, made = fresh_practice
    copy = tmp_path / "practice"
    shutil.copytree(origin, copy)
    practice = Practice(PracticeFolder(copy), MovedClock(), made)
    yield practice
    practice.close()


@pytest.fixture(scope="session")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Staff:
    """As `fresh_practice`, on a computer with a key store."""
    return make(PracticeFolder(tmp_path_factory.mktemp("staffed") / "practice"), Keyring())


@pytest.fixture
def staff(staffed: Staff, tmp_path: Path) -> Iterator[Staff]:
    copy = tmp_path / "practice"
    shutil.copytree(staffed.folder.root, copy)
    keyring = Keyring()
    assert staffed.keyring is not None
    keyring.kept.update(staffed.keyring.kept)
    staff = Staff(PracticeFolder(copy), MovedClock(), keyring, staffed.made, dict(staffed.secrets))
    yield staff
    staff.close()


@pytest.fixture
def at_work(practice: Practice) -> tuple[Office, Session]:
    """Somebody is signed in, and three people are stored."""
    office, session = practice.signed_in()
    office.import_people(session, ImportRequest("people.csv", data=PEOPLE))
    return office, session


@pytest.fixture
def relay_request() -> Callable[..., RelayRequest]:
    def made(**changes: object) -> RelayRequest:
        given: dict[str, object] = {
            "name": "Relay",
            "host": "localhost",
            "port": 465,
            "security": "implicit",
            "user": "office",
            "sender": "office@elmstreet.example.com",
            "baa": Baa("Relay Inc.", date(2026, 1, 1), date(2027, 1, 1), "e-mail"),
            "password": "relay-password",
            "required_tls": "account",
        }
        return RelayRequest(**{**given, **changes})  # type: ignore[arg-type]

    return made


@pytest.fixture
def served(practice: Practice) -> Iterator[Served]:
    made = Served(practice)
    yield made
    made.end()


@pytest.fixture(scope="session")
def backed(fresh_practice: tuple[Path, PracticeMade], tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Backups of a practice in which messages wait; only to be read."""
    return backed_up(*fresh_practice, tmp_path_factory.mktemp("backed"))


@pytest.fixture
def bare(backed: Shelf, tmp_path: Path) -> Iterator[Bare]:
    """A computer that has nothing but those backups."""
    computer = Bare(backed, tmp_path)
    yield computer
    computer.close()


@pytest.fixture
def releases(tmp_path: Path) -> Iterator[Releases]:
    authority = Authority(tmp_path)
    with UpdateHost(authority.server_context("localhost")) as host:
        made = Releases(host, authority)
        made.publish()
        yield made


@pytest.fixture
def update_work(practice: Practice, releases: Releases) -> tuple[Office, Session]:
    practice.updates = releases.judge()
    return practice.signed_in()


@pytest.fixture
def update_allowed(update_work: tuple[Office, Session]) -> tuple[Office, Session]:
    office, session = update_work
    office.allow_updates(session, True)
    return office, session
