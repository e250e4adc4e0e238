"""An office at work with everything real around it: vault, relay over TLS, storage over TLS."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from functools import cache
from pathlib import Path

from demo.authority import Authority
from demo.relay import Received, RecordingRelay, RelaySetup
from desktop.assembly import build_office
from desktop.crypto.kdf import FLOOR
from desktop.models.accounts import Session
from desktop.models.records import Baa, Label, Method, PersonId, RelayId
from desktop.office.api import Office
from desktop.office.values import (
    AttachmentIn,
    CallOpened,
    ImportRequest,
    LetterRequest,
    OutboxLine,
    PassphraseRequest,
    Queued,
)
from desktop.office.values_entry import NewPractice, PracticeMade
from desktop.office.values_practice import RelayRequest
from desktop.office.values_protection import Reissued, StorageRequest
from desktop.paths import PracticeFolder
from tests.made_practice import PASSWORD, PEOPLE, USER, MovedClock, Practice, person_named
from tests.servers.storages import KEY, S3, SECRET, WebDav

BAA = Baa("Somebody Inc.", date(2026, 1, 1), date(2029, 1, 1), "all of it")
SENDER = "office@elmstreet.example.com"
HELD = 11
"""Seconds, more than the hold."""


@dataclass
class Work:
    """One practice, somebody signed in, and a relay that accepts and records."""

    practice: Practice
    office: Office
    session: Session
    server: RecordingRelay
    ca_file: Path
    relay: RelayId = field(default=RelayId(""))

    def add_relay(self, port: int = 0, required_tls: str = "account") -> RelayId:
        """The recording one; `port` puts a tap in between."""
        setup = self.server.setup
        request = RelayRequest(
            name="Relay",
            host="localhost",
            port=port or self.server.port,
            security=setup.security,
            user=setup.user,
            sender=SENDER,
            baa=BAA,
            password=setup.password,
            ca_file=str(self.ca_file),
            required_tls=required_tls,
        )
        self.relay = self.office.add_relay(self.session, request).id
        return self.relay

    def add_storage(self, storage: S3 | WebDav, days: int = 30, port: int = 0, baa: Baa = BAA) -> None:
        url = f"https://127.0.0.1:{port or storage.port}/locked"
        request = StorageRequest(
            "Files", storage.name, url, KEY, url, baa, secret=SECRET, days=days, ca_file=str(storage.ca_file)
        )
        self.office.add_storage(self.session, request)

    def person(self, name: str = "Zoraida") -> PersonId:
        return person_named(self.office, self.session, name)

    def card(self, person: PersonId) -> str:
        """The words on the card that is handed over."""
        return self.office.make_passphrase(
            self.session, PassphraseRequest(person, "Rita", "in-person")
        ).passphrase

    def reissue(self, person: PersonId) -> Reissued:
        """New words, and what is outstanding goes out under them."""
        return self.office.reissue_card(self.session, PassphraseRequest(person, "Rita", "in-person"))

    def write(
        self,
        person: PersonId,
        label: Label = Label.SENSITIVE,
        wanted: Method | None = None,
        subject: str = "Results",
        text: str = "All is well.",
        files: tuple[AttachmentIn, ...] = (),
    ) -> Queued:
        """Queued after a look at what was found in it."""
        letter = LetterRequest(person, subject, text, files, label, wanted)
        seen = self.office.explain_letter(self.session, letter).seen
        queued = self.office.send_letter(self.session, replace(letter, seen=seen))
        if isinstance(queued, CallOpened):
            raise TypeError("a call instead of a letter")
        return queued

    def run(self) -> None:
        """Everything whose hold is over leaves."""
        self.practice.clock.move(HELD)
        self.office.run_outbox(self.session)

    def line(self, message: str) -> OutboxLine:
        (found,) = (one for one in self.office.list_outbox(self.session).messages if one.id == message)
        return found

    def later(self, **time: float) -> None:
        """Days go by; somebody signs in anew."""
        self.office.close()
        self.practice.clock.move(sum({"days": 86400, "hours": 3600}[name] * n for name, n in time.items()))
        self.office, self.session = self.practice.signed_in()

    def arrived(self, number: int = -1) -> tuple[Received, Message]:
        received = self.server.received[number]
        return received, message_from_bytes(received.wire)


def header(message: Message, name: str) -> str:
    """As people read it."""
    return str(make_header(decode_header(message[name])))


@cache
def _made_once() -> tuple[Path, PracticeMade]:
    """A practice with its own keys, which take seconds to make; removed when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="sealwell-made-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    clock, place = MovedClock(), PracticeFolder(folder / "practice")
    first = build_office(place, clock, params=lambda: FLOOR, device_store=lambda: None)
    made = first.create_practice(NewPractice("Elm Street", "America/Denver", USER, password=PASSWORD))
    first.close()
    practice = Practice(place, clock, made)
    office, session = practice.signed_in()
    office.add_relay(session, RelayRequest("Old", "localhost", 465, "implicit", "office", SENDER, BAA))
    practice.close()
    return folder / "practice", made


@contextmanager
def at_work(folder: Path, people: bytes = PEOPLE) -> Iterator[Work]:
    """Signed in, `people` imported; the relay in use leads nowhere until another is added."""
    origin, made = _made_once()
    shutil.copytree(origin, folder / "practice")
    practice = Practice(PracticeFolder(folder / "practice"), MovedClock(), made)
    practice.clock.move(60)  # past the code of the first time
    authority = Authority(folder)
    with RecordingRelay(RelaySetup(context=authority.server_context("localhost"))) as server:
        try:
            office, session = practice.signed_in()
            office.import_people(session, ImportRequest("people.csv", data=people))
            yield Work(practice, office, session, server, authority.ca_file)
        finally:
            practice.close()
