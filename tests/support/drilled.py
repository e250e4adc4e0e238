"""A practice with one backup on a target, and the paper with its recovery key in hand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from desktop.crypto.recovery import recovery_groups
from desktop.models import tasks
from desktop.models.accounts import Session
from desktop.models.database import Database
from desktop.models.safekeeping import Backup, Place, Target, TargetKind
from desktop.office.api import Office
from desktop.office.task_kinds import DRILL_DUE
from desktop.office.values import ImportRequest, PassphraseRequest
from desktop.office.values_backups import DrillRequest, DrillShown, TargetRequest
from desktop.ui.paper import OffscreenPrinter
from tests.made_practice import PEOPLE, Practice, import_visits, person_named
from tests.made_staff import desk_of
from tests.support.backed import RELAY

DAY = 86400


@dataclass
class Drilled:
    """Somebody is signed in, three people and two waiting reminders are stored, one backup lies outside."""

    practice: Practice
    office: Office
    session: Session
    target: Target
    backup: Backup

    @property
    def database(self) -> Database:
        return desk_of(self.office).opened().database

    @property
    def file(self) -> Path:
        (found,) = Path(self.target.place.address).glob(f"*/{self.backup.name}")
        return found

    def groups(self, *, wrong: bool = False) -> tuple[str, ...]:
        paper = recovery_groups(self.practice.made.recovery_key)
        asked = self.office.drill_asks(self.session).groups
        return tuple("AAAA" if wrong else paper[number - 1] for number in asked)

    def run(self, **given: object) -> DrillShown:
        typed = {"typed": self.groups()}
        return self.office.run_drill(self.session, DrillRequest(**{**typed, **given}))  # type: ignore[arg-type]

    def why(self) -> str:
        shown = self.run()
        assert not shown.drill.ok
        assert shown.reason is not None
        self.nothing_is_left()
        return shown.reason.code

    def nothing_is_left(self) -> None:
        assert [path.name for path in self.practice.folder.drill.iterdir()] == [".lock"]

    def more(self) -> Backup:
        self.practice.clock.move(300)
        self.office.search_people(self.session, "")
        made = self.office.create_backup(self.session)
        assert made.backup is not None
        assert not made.failed
        self.backup = made.backup
        return made.backup

    def wait(self, days: float) -> None:
        """The next time somebody signs in."""
        self.office.close()
        self.practice.clock.move(days * DAY)
        self.office, self.session = self.practice.signed_in()

    def open_tasks(self) -> list[str]:
        return [one.state.value for one in self.database.read(lambda tx: tasks.open_ones(tx, DRILL_DUE))]


def add_target(office: Office, session: Session, root: Path, name: str) -> Target:
    (root / name).mkdir()
    place = Place(TargetKind.FOLDER, str(root / name))
    return office.add_target(session, TargetRequest(name, place)).target


def begin(practice: Practice, root: Path) -> Drilled:
    practice.printer = OffscreenPrinter
    office, session = practice.signed_in()
    office.import_people(session, ImportRequest("people.csv", data=PEOPLE))
    office.add_relay(session, RELAY)
    import_visits(office, session, practice.clock)
    office.send_reminders(session)
    zoraida = person_named(office, session, "Zoraida")
    office.make_passphrase(session, PassphraseRequest(zoraida, handed_over="2026-11-23", how="in-person"))
    target = add_target(office, session, root, "usb")
    made = office.create_backup(session)
    assert made.backup is not None
    return Drilled(practice, office, session, target, made.backup)
