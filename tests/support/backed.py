"""A practice with messages waiting, its backups in a folder as on a target, and a bare computer."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyotp

from desktop.access.securitykeys import SecurityKeys
from desktop.access.typedpin import TypedPin
from desktop.assembly import build_office
from desktop.audit.witness import CHECKPOINT_FILE
from desktop.crypto.devicekey import DeviceStore
from desktop.crypto.kdf import FLOOR
from desktop.models.accounts import Session
from desktop.models.records import Baa
from desktop.models.safekeeping import Place, TargetKind
from desktop.office.api import Office
from desktop.office.values import ImportRequest
from desktop.office.values_audit import LogQuery
from desktop.office.values_backups import RestorePlace, RestoreRequest
from desktop.office.values_entry import Credentials, NewPractice, PracticeMade
from desktop.office.values_practice import AuditLine, RelayRequest
from desktop.paths import PracticeFolder
from desktop.sync.backup_make import Made, make
from desktop.sync.targets.base import folder_of, vault_tag
from tests.made_practice import PASSWORD, PEOPLE, START, USER, MovedClock, Practice, import_visits
from tests.made_staff import desk_of
from tests.support.software_key import SoftwareKey
from tests.support.software_key_hand import plugged

NEW_PASSWORD = "seven lanterns beyond the quiet harbour"
WHY = "The computer in the back office is dead"
RELAY = RelayRequest(
    name="Relay",
    host="localhost",
    port=465,
    security="implicit",
    user="office",
    sender="office@elmstreet.example.com",
    baa=Baa("Relay Inc.", date(2026, 1, 1), date(2027, 1, 1), "e-mail"),
    password="relay-password",
    required_tls="account",
)


@dataclass(frozen=True)
class Shelf:
    """A folder of backups, `names` oldest first, and what people carry: the key, the authenticator."""

    root: Path
    folder: Path
    names: tuple[str, ...]
    recovery_key: str = ""
    totp: str = ""
    token: str = ""
    """Of a session that was open when the last one was made."""
    at: datetime = START

    @property
    def where(self) -> RestorePlace:
        return place_of(self.root)

    def copy(self, to: Path) -> Shelf:
        """To be damaged."""
        shutil.copytree(self.root, to)
        return Shelf(to, to / self.folder.name, self.names, self.recovery_key, self.totp, self.token, self.at)


def place_of(path: Path) -> RestorePlace:
    return RestorePlace(Place(TargetKind.FOLDER, str(path)))


def back_up(
    office: Office, folder: PracticeFolder, now: datetime, shelf: Path, *, note: bool = False
) -> Made:
    """One more container, as the program makes them, and carried to `shelf`."""
    opened = desk_of(office).opened()
    made = make(folder, opened.vault, opened.database, now, lambda *_: True)
    assert made is not None
    there = shelf / folder_of(vault_tag(opened.vault.vault_id.hex()))
    there.mkdir(parents=True, exist_ok=True)
    shutil.copy2(made.path, there / made.path.name)
    if note:
        (there / CHECKPOINT_FILE).write_text(made.backup.note, "utf-8")
    return made


def shelf_of(root: Path, practice: Practice, token: str = "") -> Shelf:
    (folder,) = root.iterdir()
    names = tuple(sorted(one.name for one in folder.glob("*.sealwell")))
    secret = pyotp.parse_uri(practice.made.totp_uri).secret
    return Shelf(root, folder, names, practice.made.recovery_key, secret, token, practice.clock.now())


def backed_up(origin: Path, made: PracticeMade, root: Path) -> Shelf:
    """A whole backup and one that goes on from it; two reminders wait in both."""
    shutil.copytree(origin, root / "practice")
    practice = Practice(PracticeFolder(root / "practice"), MovedClock(), made)
    office, session = practice.signed_in()
    office.import_people(session, ImportRequest("people.csv", data=PEOPLE))
    office.add_relay(session, RELAY)
    import_visits(office, session, practice.clock)
    office.send_reminders(session)
    back_up(office, practice.folder, practice.clock.now(), root / "shelf")
    practice.clock.move(600)
    token = office.issue_token(session).token
    back_up(office, practice.folder, practice.clock.now(), root / "shelf")
    practice.close()
    return shelf_of(root / "shelf", practice, token)


def fresh_backups(root: Path) -> Shelf:
    """As `backed_up`, of a practice made for it."""
    folder = PracticeFolder(root / "first")
    office = build_office(folder, MovedClock(), params=lambda: FLOOR, device_store=lambda: None)
    made = office.create_practice(NewPractice("Elm Street", "America/Denver", USER, password=PASSWORD))
    office.close()
    return backed_up(folder.root, made, root)


def by_password(where: RestorePlace, to: Path, **changes: Any) -> RestoreRequest:
    given: dict[str, Any] = {"user": USER, "password": PASSWORD, "reason": WHY, "to": str(to)}
    return RestoreRequest(where, **{**given, **changes})


def by_recovery_key(where: RestorePlace, to: Path, key: str, **changes: Any) -> RestoreRequest:
    return by_password(where, to, **{"password": NEW_PASSWORD, "recovery_key": key, **changes})


@dataclass
class Bare:
    """A computer without a practice, later than the last backup."""

    shelf: Shelf
    root: Path
    clock: MovedClock = field(default_factory=MovedClock)
    hands: list[SoftwareKey] = field(default_factory=list)
    offices: list[Office] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock.move((self.shelf.at - self.clock.now()).total_seconds() + 3600)

    @property
    def to(self) -> Path:
        return self.root / "new" / "practice"

    def office(self, store: DeviceStore | None = None, folder: Path | None = None) -> Office:
        office = build_office(
            PracticeFolder(folder or self.root / "nothing"),
            self.clock,
            params=lambda: FLOOR,
            device_store=lambda: store,
            security_keys=lambda pin: SecurityKeys(TypedPin(pin), plugged(*self.hands)),
        )
        self.offices.append(office)
        return office

    def signed_in(
        self,
        store: DeviceStore | None = None,
        password: str = PASSWORD,
        *,
        folder: Path | None = None,
        code: bool = True,
    ) -> tuple[Office, Session]:
        """At the restored practice."""
        self.clock.move(30)
        now = pyotp.TOTP(self.shelf.totp).at(self.clock.now()) if code else ""
        office = self.office(store, folder or self.to)
        return office, office.sign_in(Credentials(USER, password=password, code=now)).session

    def back_up(self, office: Office, shelf: Path) -> Made:
        return back_up(office, PracticeFolder(self.to), self.clock.now(), shelf)

    def close(self) -> None:
        for office in self.offices:
            office.close()


def lines_of(office: Office, session: Session, act: str) -> list[AuditLine]:
    """The log's records of one act, the newest first."""
    return [line for line in office.query_log(session, LogQuery(limit=500)).lines if line.act == act]
