"""A real practice with several people at one computer that has a key store and security keys."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pyotp

from desktop.access import totp
from desktop.access.securitykeys import SecurityKeys
from desktop.access.signin import slot_uid
from desktop.access.typedpin import TypedPin
from desktop.assembly import build_office
from desktop.crypto.devicekey import enrol_device
from desktop.crypto.kdf import FLOOR
from desktop.crypto.members import enrol_user
from desktop.errors import Refused
from desktop.models import users
from desktop.models.accounts import Role, Session, User, UserId
from desktop.models.database import Tx
from desktop.office.api import Office
from desktop.office.desk import Desk
from desktop.office.values_entry import Credentials, NewPractice, PracticeMade, SignedIn
from desktop.paths import PracticeFolder
from tests.made_practice import PASSWORD, USER, MovedClock
from tests.support.software_key import SoftwareKey
from tests.support.software_key_hand import plugged

COLLEAGUE = "bo"
HER_PASSWORD = "eleven paper boats at noon"


class Keyring:
    """A key store as the operating system's: what is wiped is gone."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def get(self, name: str) -> bytes | None:
        return self.kept.get(name)

    def set(self, name: str, value: bytes) -> None:
        self.kept[name] = value

    def delete(self, name: str) -> None:
        self.kept.pop(name, None)


def desk_of(office: Office) -> Desk:
    """Behind the door: only for what no use case may do."""
    desk: Desk = office.sign_in.__self__._desk  # type: ignore[attr-defined]
    return desk


@dataclass
class Staff:
    """The practice, its computer, and the secrets that people carry with them."""

    folder: PracticeFolder
    clock: MovedClock
    keyring: Keyring | None
    made: PracticeMade
    secrets: dict[str, str] = field(default_factory=dict)
    hands: list[SoftwareKey] = field(default_factory=list)
    """Security keys that are plugged in."""
    offices: list[Office] = field(default_factory=list)

    def office(self) -> Office:
        office = build_office(
            self.folder,
            self.clock,
            params=lambda: FLOOR,
            device_store=lambda: self.keyring,
            security_keys=lambda pin: SecurityKeys(TypedPin(pin), plugged(*self.hands)),
        )
        self.offices.append(office)
        return office

    def code(self, user: str = USER) -> str:
        """Half a minute later, so that it was never used."""
        self.clock.move(30)
        return pyotp.TOTP(self.secrets[user]).at(self.clock.now())

    def enter(self, office: Office, user: str = USER, **given: Any) -> SignedIn:
        password = given.pop("password", PASSWORD if user == USER else HER_PASSWORD)
        return office.sign_in(Credentials(user, password=password, **given))

    def at_work(self) -> tuple[Office, Session]:
        office = self.office()
        return office, self.enter(office, code=self.code()).session

    def add(
        self, office: Office, session: Session, name: str = COLLEAGUE, role: Role = Role.FRONT_DESK
    ) -> UserId:
        """A colleague with a password of their own."""
        desk, secret = desk_of(office), totp.new_secret()
        vault = desk.vault_of(session)
        uid = slot_uid(vault.vault_id, name)
        device = enrol_device(self.keyring, vault.vault_id) if self.keyring is not None else None

        def store(tx: Tx) -> None:
            users.add(tx, User(uid, name, role), secret)

        desk.opened().database.write(store)
        enrol_user(self.folder.keys, vault, uid, HER_PASSWORD, device, FLOOR)
        self.secrets[name] = secret
        return uid

    def acts(self, office: Office, session: Session) -> list[str]:
        return [line.act for line in office.query_log(session).lines]

    def close(self) -> None:
        for office in self.offices:
            office.close()


def make(folder: PracticeFolder, keyring: Keyring | None) -> Staff:
    clock = MovedClock()
    office = build_office(folder, clock, params=lambda: FLOOR, device_store=lambda: keyring)
    made = office.create_practice(NewPractice("Elm Street", "America/Denver", USER, password=PASSWORD))
    office.close()
    return Staff(folder, clock, keyring, made, {USER: pyotp.parse_uri(made.totp_uri).secret})


def without_printer(work: Callable[[], object]) -> None:
    """Recorded before the paper is made; here nothing makes papers."""
    with suppress(Refused):
        work()
