"""DESIGN's ways 2 to 4, done as a person does them: the real window, the real servers, every action counted.

Xvfb shows the window, xdotool is the hand, Postfix takes what is sent, Dovecot keeps what comes.
What is typed in one go counts as one action.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from desktop.assembly import build_office
from desktop.clock import SystemClock
from desktop.models.accounts import Session
from desktop.models.protection import Form
from desktop.models.records import Label, Method
from desktop.office.api import Office
from desktop.office.values import AppointmentsImport, ImportRequest, LetterRequest, PassphraseRequest
from desktop.office.values_entry import Credentials
from desktop.office.values_messages import TaskQuery
from desktop.paths import PracticeFolder
from tests.content_files import pdf
from tests.made_practice import PASSWORD, USER, person_named
from tests.servers.dovecot import USER as OFFICE
from tests.servers.house import MailHouse, mail_house
from tests.support.driven import person_at
from tests.support.queued import queued
from tests.support.service import Service, make_practice

PEOPLE = (
    b"MRN,First Name,Last Name,E-mail,DOB,Phone\n"
    b"1001,Maria,Lopez,maria@there.example,1961-04-02,555-0101\n"
    b"1002,Bo,Nightingale,bo@there.example,1980-12-31,555-0102\n"
)
CANARY = "zanzibarquokka"
pytestmark = pytest.mark.skipif(
    not MailHouse.possible(), reason="needs Debian's postfix and dovecot, and root"
)


@dataclass
class Scene:
    """A practice with its servers, its service, and somebody before the window."""

    house: MailHouse
    service: Service
    folder: Path
    visit: datetime
    saved: Iterator[str]
    """Codes of the app are good once in half a minute, these at once."""

    def office(self) -> tuple[Office, Session]:
        """The background service, as a second window would see it."""
        office = self.service.office().as_office()
        given = Credentials(USER, password=PASSWORD, recovery_code=next(self.saved))
        return office, office.sign_in(given).session


def tomorrow() -> date:
    return SystemClock().now().date() + timedelta(days=1)


def schedule(at: datetime) -> ImportRequest:
    visits = f"Appointment ID,MRN,Date,Time,Provider\nA1,1001,{at.date()},{at:%H:%M},Dr. Shah\n"
    return ImportRequest("visits.csv", data=visits.encode(), modified=SystemClock().now())


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """It is noon; tomorrow at half past two Maria has a visit, and her reminder has been sent."""
    now = SystemClock().now()
    folder = tmp_path / "practice"
    visit = datetime.combine(tomorrow(), datetime.min.time()).replace(hour=14, minute=30)
    with mail_house(tmp_path) as house:
        service = Service(PracticeFolder(folder), make_practice(folder, zone=f"Etc/GMT{now.hour - 12:+d}"))
        office = build_office(service.folder, SystemClock(), device_store=lambda: None)
        try:
            session = office.sign_in(service.credentials()).session
            office.import_people(session, ImportRequest("people.csv", data=PEOPLE))
            office.import_appointments(session, AppointmentsImport(schedule(visit), "whole"))
            office.add_relay(session, house.relay())
            office.add_mailbox(session, house.mailbox())
            maria = person_named(office, session, "Lopez")
            office.make_passphrase(session, PassphraseRequest(maria, "Ana", "in-person"))
            office.send_reminders(session, visit.date())
            office.run_outbox(session)
            saved = iter(office.new_recovery_codes(session).codes)
        finally:
            office.close()
        assert len(house.sink.received) == 1
        scene = Scene(house, service, tmp_path, visit, saved)
        try:
            yield scene
        finally:
            service.end()


def answer_to(mail: bytes, words: str, sender: str = "maria@there.example") -> bytes:
    """As Maria's mail program writes it: in answer to `mail`, with what it says quoted below."""
    asked = message_from_bytes(mail)
    lines = (
        f"From: Maria Lopez <{sender}>",
        f"To: {OFFICE}",
        f"Subject: Re: {asked['Subject']}",
        "Message-ID: <answer-1@there.example>",
        f"In-Reply-To: {asked['Message-ID']}",
        f"References: {asked['Message-ID']}",
        "",
        words,
        "",
        "On Monday, 23 November 2026 the office wrote:",
        "> You have a visit.",
        "",
    )
    return "\r\n".join(lines).encode()


def written_by(service: Service) -> bytes:
    """Everything that the program leaves on the disk: the log, the journal, the encrypted database."""
    return b"".join(one.read_bytes() for one in service.folder.root.rglob("*") if one.is_file())


@pytest.mark.timeout(300)
def test_way_two_a_reply_becomes_a_changed_visit(scene: Scene) -> None:
    with person_at(scene.service.folder.root, scene.folder / "asked") as person:
        person.sign_in(USER, PASSWORD, scene.service.code())
        person.click("Messages")
        person.actions.clear()
        words = f"Can I move it to Thursday? {CANARY}"
        scene.house.mailboxes.deliver(answer_to(scene.house.sink.received[0].wire, words))
        person.look_for("Asks to move")
        assert CANARY not in " ".join(person.ask("titles"))
        person.choose("Maria Lopez")
        person.look_for(words)
        person.click("I'll take it")
        person.click("Reply")
        person.wait(lambda: person.page()[1] == "ComposePage", "the letter")
        person.type("Thursday at two is yours.")
        person.click("Send")
        assert len(person.actions) == 5
        person.wait(lambda: len(scene.house.sink.received) == 2, "the answer at the relay", 180)
        sent = message_from_bytes(scene.house.sink.received[1].wire)
        assert sent["In-Reply-To"] == "<answer-1@there.example>"
        office, session = scene.office()
        tasks = [one for one in office.list_tasks(session, TaskQuery()).tasks if one.kind == "move"]
        assert [(one.name, one.external_id) for one in tasks] == [("Maria Lopez", "1001")]
        moved = schedule(scene.visit + timedelta(days=1))
        office.import_appointments(session, AppointmentsImport(moved, "changes"))
        assert not [one for one in office.list_tasks(session, TaskQuery()).tasks if one.kind == "move"]
        assert CANARY not in " ".join(person.ask("titles"))
    written = written_by(scene.service)
    assert not [one for one in (CANARY, "Lopez", "maria@there.example") if one.encode() in written]


@pytest.mark.timeout(300)
def test_way_three_a_letter_with_a_pdf_in_four_actions(scene: Scene) -> None:
    paper = scene.folder / "results.pdf"
    paper.write_bytes(pdf("Maria Lopez, born 04/02/1961. Your results."))
    with person_at(scene.service.folder.root, scene.folder / "asked") as person:
        person.sign_in(USER, PASSWORD, scene.service.code())
        person.actions.clear()
        person.press("ctrl+n")
        person.wait(lambda: person.page()[1] == "ComposePage", "the letter")
        person.type("Maria Lo", "Return")
        person.look_for("1961")
        person.drop(paper)
        person.look_for("names Maria Lopez, 1961")
        person.click("Send")
        assert len(person.actions) == 4
        person.look_for("Undo")
        person.wait(lambda: len(scene.house.sink.received) == 2, "the letter at the relay", 180)


@pytest.mark.timeout(300)
def test_way_four_somebody_cannot_open_a_letter(scene: Scene) -> None:
    """The check on the phone is two questions; then one press sends it as PDF, and one says how it ended."""
    office, session = scene.office()
    maria = person_named(office, session, "Lopez")
    office.set_form(session, maria, Form.HTML)
    letter = LetterRequest(maria, "Results", "All is well.", label=Label.ROUTINE, wanted=Method.ENVELOPE)
    queued(office.send_letter(session, letter))
    office.run_outbox(session)
    with person_at(scene.service.folder.root, scene.folder / "asked") as person:
        person.sign_in(USER, PASSWORD, scene.service.code())
        person.wait(lambda: len(scene.house.sink.received) == 2, "the letter at the relay", 180)
        began = time.monotonic()
        person.actions.clear()
        person.click("People")
        person.choose("Maria Lopez")
        person.click("Help this patient")
        person.look_for("iPhone")
        person.click("Date of birth")
        person.click("Record number")
        person.click("It is this person")
        person.click("Send as PDF")
        person.click("Yes, it is open")
        assert len(person.actions) <= 8
        assert time.monotonic() - began < 120
        person.wait(lambda: len(scene.house.sink.received) == 3, "the PDF at the relay", 180)
    assert b"application/pdf" in scene.house.sink.received[2].wire
