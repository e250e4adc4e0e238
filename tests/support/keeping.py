"""A practice whose backups a test keeps: places for them, work to be saved, and time that passes."""

from __future__ import annotations

from pathlib import Path

from desktop.audit.outside import seen
from desktop.models import audit, targets
from desktop.models.database import Database
from desktop.models.ids import new_id
from desktop.models.safekeeping import Place, Target, TargetId, TargetKind
from desktop.office.desk import Opened
from desktop.office.local import LocalOffice
from desktop.sync.targets.base import vault_tag
from desktop.sync.targets.reach import reach
from tests.made_practice import Practice
from tests.made_staff import desk_of


class Kept:
    """A practice with somebody signed in, and places for its backups that a test adds."""

    def __init__(self, practice: Practice, places: Path, *, service: bool = False) -> None:
        self.practice, self.places = practice, places
        office = practice.office(service=service)
        assert isinstance(office, LocalOffice)
        self.office = office
        self.session = office.sign_in(practice.credentials()).session

    @property
    def opened(self) -> Opened:
        return desk_of(self.office).opened()

    @property
    def database(self) -> Database:
        return self.opened.database

    def target(self, name: str = "usb", *, every_hours: int = 0, kind: TargetKind = TargetKind.USB) -> Target:
        """As `add_target` leaves it."""
        root = self.places / name
        root.mkdir()
        place = Place(kind, str(root))
        tag = vault_tag(self.opened.vault.vault_id.hex())
        marker = reach(place, "", tag, None).claim(new_id())
        one = Target(TargetId(new_id()), name, place, marker, self.practice.clock.now(), every_hours)
        self.database.write(lambda tx: targets.add(tx, one, ""))
        return one

    def folder(self, target: Target) -> Path:
        return Path(target.place.address) / f"sealwell-{vault_tag(self.opened.vault.vault_id.hex())}"

    def files(self, target: Target) -> list[str]:
        return sorted(path.name for path in self.folder(target).glob("*.sealwell"))

    def work(self) -> None:
        self.office.search_people(self.session, "")

    def hour_passes(self) -> None:
        """With somebody at the keyboard."""
        for _ in range(8):
            self.practice.clock.move(450)
            self.office.touch(self.session)

    def acts(self) -> list[str]:
        return self.database.read(lambda tx: [seen(one).act for one in audit.records(tx)])
