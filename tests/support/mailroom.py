"""Mail that came in, and colleagues who are signed in, for tests of conversations at the door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from desktop.access.signin import slot_uid
from desktop.mail import threads
from desktop.mail.returned_values import Classified, Kind, Understood
from desktop.models import conversations, people, received, users
from desktop.models.accounts import Role, Session, User
from desktop.models.correspondence import Conversation, ConversationId, Entry, Urgency
from desktop.models.database import Tx
from desktop.models.delivery import AccountId, Match, Received
from desktop.models.records import Label, MessageId, PersonId, Reason
from desktop.office.api import Office
from desktop.office.values import ImportRequest
from tests.made_practice import person_named
from tests.made_staff import desk_of
from tests.support.correspondence import a_received, an_account

DOCTOR = b"MRN,First Name,Last Name,E-mail,DOB\n9001,Ada,Grey,grey@clinic.example,1970-01-01\n"


@dataclass
class Mailroom:
    """One mailbox of an office whose practice is open."""

    office: Office
    account: AccountId | None = None

    def comes(
        self,
        own: str,
        person: PersonId | None = None,
        *,
        sender: str = "",
        label: Label = Label.SENSITIVE,
        ask: str = "",
        urgency: Urgency = Urgency.PLAIN,
        about: MessageId | None = None,
        raw: bytes = b"",
        **said: Any,
    ) -> Entry:
        """A mail of `person`, or of nobody whom we know; filed as the mailbox files it."""
        desk = desk_of(self.office)
        now = desk.clock.now()

        def work(tx: Tx) -> Entry:
            if self.account is None:
                self.account = an_account(tx)
            whose = people.get(tx, person) if person is not None else None
            address = sender or (whose.email if whose is not None else "stranger@example.net")
            matched = Match.MESSAGE_ID if about else Match.NOTHING
            named = {key: said[key] for key in ("message_id", "in_reply_to") if key in said}
            fields = {"sender": address, "person": person, "message": about, "matched": matched, "raw": raw}
            one: Received = a_received(self.account, at=now, **fields, **named)
            received.add(tx, one)
            words = {"own": own, "subject": "A question", **said}
            meant = Understood(Classified(Kind.MESSAGE), sender=address, **words)
            reason = Reason(ask, {"name": whose.name if whose else address}) if ask else None
            return threads.arrived(
                tx, desk.audit, one, meant, whose, now, label=label, ask=reason, urgency=urgency
            )

        return desk.opened().database.write(work)

    def conversation(self, id_: ConversationId) -> Conversation:
        found = desk_of(self.office).opened().database.read(lambda tx: conversations.get(tx, id_))
        assert found is not None
        return found

    def put(self, one: Conversation) -> None:
        desk_of(self.office).opened().database.write(lambda tx: conversations.put(tx, one))

    def doctor(self, session: Session) -> PersonId:
        """A professional outside of the practice, stored from now on."""
        self.office.import_people(session, ImportRequest("doctor.csv", data=DOCTOR))
        found = person_named(self.office, session, "Grey")
        self.office.set_person(session, found, {"kind": "professional"})
        return found

    def colleague(self, name: str, role: Role = Role.FRONT_DESK) -> Session:
        """Somebody else who is signed in here."""
        desk = desk_of(self.office)
        user = User(slot_uid(desk.opened().vault.vault_id, name), name, role)
        desk.opened().database.write(lambda tx: users.add(tx, user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"))
        return desk.guard.open(user, desk.clock.now())
