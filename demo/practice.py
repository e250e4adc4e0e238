"""The demo's practice: set up, filled from the sample, its reminders sent and opened again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from zoneinfo import ZoneInfo

import pyotp

from demo.authority import Authority
from demo.recipients import Recipients, plain_text
from demo.relay import Received, RecordingRelay, RelaySetup
from desktop.assembly import build_office
from desktop.clock import SystemClock
from desktop.crypto.kdf import FLOOR
from desktop.models.accounts import Session
from desktop.models.delivery import Hours
from desktop.models.records import Baa, Method, PersonId, State
from desktop.office.api import Office
from desktop.office.values import (
    AppointmentsImport,
    ImportRequest,
    KeyImport,
    OutboxShown,
    PassphraseRequest,
    ReminderPlan,
)
from desktop.office.values_entry import Credentials, NewPractice
from desktop.office.values_practice import RelayRequest
from desktop.paths import PracticeFolder
from desktop.sample.people import people_file, rows, visits_file
from desktop.texts import Texts, clean

PRACTICE = "Elm Street Family Practice"
ZONE = "America/Denver"
USER = "ana"
PASSWORD = "quiet harbour seven lanterns"  # noqa: S105 - of a practice that lives for a minute
SENDER = "office@elmstreet.example.com"


@dataclass
class Outcome:
    """What the demo shows; `document` is its JSON form."""

    people: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)
    reminders: list[dict[str, Any]] = field(default_factory=list)
    excluded: list[dict[str, Any]] = field(default_factory=list)
    rows: list[tuple[str, str, str, str]] = field(default_factory=list)
    received: int = 0
    tls: int = 0
    plaintext: int = 0
    opened: dict[str, int] = field(default_factory=dict)
    records: int = 0
    verified: bool = False
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        """Every reminder was accepted, received over TLS and opened; the log is whole."""
        accepted = all(line["state"] == State.ACCEPTED for line in self.reminders)
        all_opened = sum(self.opened.values()) == len(self.reminders) == self.received == self.tls
        return bool(self.reminders) and accepted and all_opened and self.plaintext == 0 and self.verified

    def document(self) -> dict[str, Any]:
        return {
            "imported": {"people": self.people, "rejected": self.rejected},
            "reminders": self.reminders,
            "excluded": self.excluded,
            "relay": {"received": self.received, "tls": self.tls, "plaintext_commands": self.plaintext},
            "opened": self.opened,
            "audit": {"records": self.records, "verified": self.verified},
            "seconds": self.seconds,
        }


class DemoRun:
    """Use as a context manager: the relay, the recipients' keys and the office end with it."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self._folder = PracticeFolder(folder / "practice")
        self._scratch = folder
        self._say = say
        self._clock = SystemClock()
        self._texts = Texts("en")
        self._stack = ExitStack()
        self.outcome = Outcome()

    def __enter__(self) -> Self:
        self.office: Office = build_office(
            self._folder, self._clock, params=lambda: FLOOR, device_store=lambda: None
        )
        self._stack.callback(self.office.close)
        self.recipients = Recipients()
        self._stack.callback(self.recipients.close)
        authority = Authority(self._scratch)
        self.ca_file = authority.ca_file
        self.relay = self._stack.enter_context(
            RecordingRelay(RelaySetup(context=authority.server_context("localhost")))
        )
        self.relay_port = self.relay.port
        """Where the practice connects to; a test puts a tap in between."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def whole(self) -> Outcome:
        """Every step in order."""
        session = self.set_up()
        self.import_people(session)
        self.add_relay(session)
        self.hand_over_keys(session)
        self.import_visits(session)
        plan, shown = self.send(session)
        self._open_all(session, plan, shown)
        verdict = self.office.verify_audit(session)
        self.outcome.records, self.outcome.verified = verdict.records, verdict.ok
        return self.outcome

    # --- the steps -----------------------------------------------------------------

    def set_up(self) -> Session:
        self._say("Setting up a practice: vault, database, first user")
        made = self.office.create_practice(NewPractice(PRACTICE, ZONE, USER, password=PASSWORD))
        self.totp_uri = made.totp_uri
        code = pyotp.TOTP(pyotp.parse_uri(made.totp_uri).secret).now()
        self.signed_in = self.office.sign_in(Credentials(USER, password=PASSWORD, code=code))
        session = self.signed_in.session
        at_any_hour = replace(self.office.show_sending_rules(session), reminders=Hours(time(), time()))
        self.office.set_sending_rules(session, at_any_hour)  # the demo is also watched at night
        return session

    def import_people(self, session: Session) -> None:
        answer = self.office.import_people(session, ImportRequest("people.csv", data=people_file()))
        self._say(f"Imported {answer.created} people, {len(answer.rejected)} rows left out")
        self.outcome.people = answer.created
        self.outcome.rejected = [
            {"line": row.line, "reason": {"code": row.reason.code, "words": self._words(row.reason)}}
            for row in answer.rejected
        ]

    def add_relay(self, session: Session) -> None:
        self._say("Adding the relay, making the practice's own keys")
        today = self._clock.now().date()
        setup = self.relay.setup
        line = self.office.add_relay(
            session,
            RelayRequest(
                name="Demo relay",
                host="localhost",
                port=self.relay_port,
                security=setup.security,
                user=setup.user,
                sender=SENDER,
                baa=Baa("Demo Relay Inc.", today - timedelta(days=30), today + timedelta(days=335), "e-mail"),
                password=setup.password,
                ca_file=str(self.ca_file),
                required_tls="account",
            ),
        )
        tested = self.office.test_relay(session, line.id)
        if not tested.ok:
            raise RuntimeError("the demo's relay does not answer")

    def hand_over_keys(self, session: Session) -> None:
        """Some people have a key, a certificate or a password card, as the sample's column says."""
        self._say("Making keys, certificates and password cards for some of the people")
        for row in rows("people.csv"):
            wanted = row.get("demo") or ""
            if not wanted or wanted == Method.TLS:
                continue
            person, name, address = self._find(session, row)
            if wanted == Method.ENVELOPE:
                made = self.office.make_passphrase(session, PassphraseRequest(person, "Ana", "in-person"))
                self.recipients.passphrases[person] = made.passphrase
                # Their recorded choice: otherwise a routine reminder would go over proven TLS.
                self.office.set_person(session, person, {"preferred_method": Method.ENVELOPE.value})
                continue
            make = self.recipients.openpgp if wanted == Method.OPENPGP else self.recipients.smime
            key = make(name, address)
            self.office.import_key(session, KeyImport(person, key.fingerprint, data=key.public))

    def import_visits(self, session: Session) -> None:
        day = self._clock.now().astimezone(ZoneInfo(ZONE)).date()
        request = ImportRequest("appointments.csv", data=visits_file(day), modified=self._clock.now())
        answer = self.office.import_appointments(session, AppointmentsImport(request, "whole", confirm=True))
        self._say(f"Imported {answer.created} visits, {len(answer.rejected)} rows left out")

    def send(self, session: Session) -> tuple[ReminderPlan, OutboxShown]:
        plan = self.office.send_reminders(session)
        self._say(f"Queued {len(plan.messages)} reminders; they leave after ten seconds of Undo")
        return plan, self.office.run_outbox(session)

    # --- opening again ---------------------------------------------------------------

    def _open_all(self, session: Session, plan: ReminderPlan, shown: OutboxShown) -> None:
        states = {line.person: line.state for line in shown.messages}
        arrived = {one.recipients[0]: one for one in self.relay.received}
        opened: Counter[str] = Counter(openpgp=0, smime=0, envelope=0, tls=0)
        for line in plan.reminders:
            person = self.office.show_person(session, line.person).person
            text = self._open(line.method, person.id, arrived[person.email])
            if person.detail.value == "minimal" or f"{line.start:%M}" in text:
                opened[line.method.value] += 1
            reasons = [{"code": one.code, "words": self._words(one)} for one in line.reasons]
            state = states[line.person]
            self.outcome.reminders.append(
                {"person": line.person, "method": line.method.value, "reasons": reasons, "state": state.value}
            )
            why = "; ".join(one["words"] for one in reasons)
            self.outcome.rows.append((clean(line.name), line.method.value, why, state.value))
        for left in plan.excluded:
            words = self._words(left.reason)
            self.outcome.excluded.append(
                {"person": left.person, "reason": {"code": left.reason.code, "words": words}}
            )
            self.outcome.rows.append((clean(left.name), "none", words, "not sent"))
        self.outcome.opened = dict(opened)
        self.outcome.received = len(self.relay.received)
        self.outcome.tls = sum(bool(one.tls) for one in self.relay.received)
        self.outcome.plaintext = self.relay.plaintext_commands

    def _open(self, method: Method, person: PersonId, received: Received) -> str:
        match method:
            case Method.OPENPGP:
                return self.recipients.open_openpgp(received.wire)
            case Method.SMIME:
                return self.recipients.open_smime(received.wire, received.recipients[0])
            case Method.ENVELOPE:
                return self.recipients.open_locked_file(received.wire, self.recipients.passphrases[person])
            case _:
                return plain_text(received.wire)

    def _find(self, session: Session, row: dict[str, str]) -> tuple[PersonId, str, str]:
        number = row.get("mrn") or row.get("external id") or ""
        found = self.office.search_people(session, number or row["last name"]).people
        one = found[0]
        return one.id, one.name, one.email

    def _words(self, reason: Any) -> str:
        return self._texts.say(f"reason.{reason.code}", **reason.params)
