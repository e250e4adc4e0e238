"""A dead computer on Monday morning: a bare folder, the real window over its real service, and a drive.

The practice was backed up with two reminders waiting, then its folder is gone. A person brings it
back with the recovery key, signs in with their authenticator, and sees what would go out. The relay
gets nothing before they say so.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from demo.authority import Authority
from demo.relay import RecordingRelay, RelaySetup
from desktop.assembly import build_office
from desktop.clock import SystemClock
from desktop.models.records import Baa
from desktop.office.values import AppointmentsImport, ImportRequest
from desktop.office.values_practice import RelayRequest
from desktop.paths import PracticeFolder
from desktop.texts import Texts
from tests.made_practice import USER
from tests.support.backed import NEW_PASSWORD, WHY, back_up
from tests.support.driven import Person, person_at
from tests.support.service import Service, make_practice

PEOPLE = (
    b"MRN,First Name,Last Name,E-mail,DOB\n"
    b"1001,Maria,Lopez,maria@there.example,1961-04-02\n"
    b"1002,Bo,Nightingale,bo@there.example,1980-12-31\n"
)
CANARY = "Nightingale"
GROUPS = re.compile(r"([0-9A-Z]{4}\s+){13}[0-9A-Z]{4}")
LONG = 120.0
"""Seconds: a busy machine derives a key, checks every page and starts a service."""
pytestmark = pytest.mark.skipif(
    not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool"
)


@dataclass
class Scene:
    """What is left of the practice: a drive, the recovery key on paper, a phone."""

    service: Service
    drive: Path
    relay: RecordingRelay
    asked: Path


def relay_of(server: RecordingRelay, ca_file: Path) -> RelayRequest:
    return RelayRequest(
        name="Relay",
        host="localhost",
        port=server.port,
        security=server.setup.security,
        user=server.setup.user,
        sender="office@elmstreet.example.com",
        baa=Baa("Relay Inc.", date(2026, 1, 1), date(2099, 1, 1), "e-mail"),
        password=server.setup.password,
        ca_file=str(ca_file),
        required_tls="account",
    )


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """It is noon; two people have a visit tomorrow, and their reminders wait."""
    now = SystemClock().now()
    folder, drive = tmp_path / "practice", tmp_path / "drive"
    drive.mkdir()
    authority = Authority(tmp_path)
    made = make_practice(folder, zone=f"Etc/GMT{now.hour - 12:+d}")
    service = Service(PracticeFolder(folder), made)
    with RecordingRelay(RelaySetup(context=authority.server_context("localhost"))) as relay:
        office = build_office(service.folder, SystemClock(), device_store=lambda: None)
        session = office.sign_in(service.credentials()).session
        office.import_people(session, ImportRequest("people.csv", data=PEOPLE))
        day = (now + timedelta(days=1)).date()
        visits = "Appointment ID,MRN,Date,Time,Provider\n"
        visits += f"A1,1001,{day},09:30,Dr. Shah\nA2,1002,{day},14:30,Dr. Shah\n"
        schedule = ImportRequest("visits.csv", data=visits.encode(), modified=now)
        office.import_appointments(session, AppointmentsImport(schedule, "whole"))
        office.add_relay(session, relay_of(relay, authority.ca_file))
        assert len(office.send_reminders(session, day).messages) == 2
        back_up(office, service.folder, now, drive)
        office.close()
        shutil.rmtree(folder)
        yield Scene(service, drive, relay, tmp_path / "asked")
        service.end()


def write_down(person: Person) -> str:
    """The new recovery key from the screen; the two groups that are asked for are typed back."""
    person.look_for("Your recovery key", LONG)
    seen = person.ask("texts")
    groups = next(text for text in seen if GROUPS.fullmatch(text.strip())).split()
    asked = sorted({int(text.split()[1]) for text in seen if re.fullmatch(r"Group \d+", text)})
    for number in asked:
        person.click(f"Group {number}")
        person.type(groups[number - 1])
    person.click("Next")
    return "-".join(groups)


def bring_back(person: Person, scene: Scene) -> str:
    person.click("Restore from a backup")
    person.click("Folder or address")
    person.type(str(scene.drive), "Return")
    person.look_for("Can be brought back")
    person.click("Next")
    person.click("Recovery key from the paper")
    person.type(scene.service.made.recovery_key)
    person.click("User name of the administrator")
    person.type(USER)
    person.click("New password of the administrator")
    person.type(NEW_PASSWORD, "Tab")
    person.type(NEW_PASSWORD)
    person.click("Why it is needed")
    person.type(WHY)
    person.click("Bring it back")
    return write_down(person)


def sign_in(person: Person, scene: Scene) -> None:
    """With the new password and the phone; whoever comes in after a restore reads that it was one."""
    person.wait(lambda: person.page()[0] == "SignInPage", "the sign-in page")
    person.type(NEW_PASSWORD, "Return")
    person.wait(lambda: "code" in person.ask("focus"), "the field of the code", LONG)
    person.type(scene.service.code(), "Return")
    person.wait(lambda: person.page()[0] in ("Workspace", "ArrivalPages"), "the work", LONG)
    while person.page()[0] == "ArrivalPages":
        person.click(Texts("en").say("ui.arrival.seen"))
        time.sleep(0.5)


@pytest.mark.timeout(400)
def test_a_practice_comes_back_in_the_window_and_nothing_leaves_before_somebody_says_so(
    scene: Scene,
) -> None:
    folder = scene.service.folder
    with person_at(folder.root, scene.asked, "SetupPages") as person:
        new_key = bring_back(person, scene)
        assert new_key != scene.service.made.recovery_key
        person.look_for("2 messages are held back until you have looked at them.")
        person.click("Sign in")
        sign_in(person, scene)
        assert scene.relay.received == []
        person.look_for("This computer still lacks")
        person.click("Messages")
        person.click("Outbox")
        person.look_for("older than what was here before")
        person.look_for("Maria Lopez")
        time.sleep(3)
        assert scene.relay.received == [], "nothing goes before somebody has looked"
        assert CANARY not in " ".join(person.ask("titles"))
        person.click("See what would go out")
        person.look_for("Continue: 2 go out")
        assert scene.relay.received == []
        person.click("Continue: 2 go out")
        person.wait(lambda: len(scene.relay.received) == 2, "both at the relay", LONG)
    written = b"".join(one.read_bytes() for one in folder.root.rglob("*") if one.is_file())
    kept = [scene.service.made.recovery_key, new_key, NEW_PASSWORD, CANARY, "maria@there.example", WHY]
    assert not [one for one in kept if one.encode() in written]
