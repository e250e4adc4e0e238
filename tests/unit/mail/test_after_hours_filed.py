"""Mail as it comes over the wire, put on file at night: who is answered, and that two machines stop."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from desktop.compliance.hours import opens
from desktop.mail.after_hours import Answers
from desktop.mail.letters import Letters, NotSendable
from desktop.models import afterhours, conversations, messages
from desktop.models.correspondence import AfterHours, Conversation
from desktop.models.delivery import AccountId, ReceivedId
from desktop.models.records import Message, Person, State
from tests.practice.office import Practice
from tests.support.mailbox import a_box, arrives, letter, reply

NIGHT = datetime(2026, 11, 25, 3, 5, tzinfo=UTC)
"""Tuesday 9:05 pm in Chicago."""


class Night:
    """A practice that is closed, and whoever writes to it."""

    def __init__(self, office: Practice) -> None:
        office.clock.at = NIGHT
        self.office = office
        self.box: AccountId = a_box(office)
        self.answers = Answers(office.clock, office.letters, office.outbox, office.audit, opens)
        self.maria: Person = office.person()
        self._seen: set[ReceivedId] = set()
        office.db.write(lambda tx: afterhours.put_rules(tx, AfterHours(enabled=True)))

    def comes(self, *mails: bytes) -> list[Message]:
        """What leaves by itself once these are on file."""
        arrives(self.office, self.box, *mails, at=self.office.clock.now())
        made = []
        for one in self.office.db.read(lambda tx: self.answers.due(tx, self._seen)):
            self._seen.add(one.received)
            try:
                worded = self.office.db.read(lambda tx, one=one: self.answers.worded(tx, one))  # type: ignore[misc]
            except NotSendable:
                continue
            if worded is not None:
                frozen = Letters.seal(worded.prepared, self.office.sealer)
                made.append(
                    self.office.db.write(
                        lambda tx, worded=worded, frozen=frozen: self.answers.queue(tx, worded, frozen)  # type: ignore[misc]
                    )
                )
        return [one for one in made if one is not None]

    def conversations(self) -> list[Conversation]:
        return self.office.db.read(lambda tx: conversations.of_person(tx, self.maria.id, 9))

    def sent(self, row: Message) -> Message:
        self.office.db.write(lambda tx: messages.move(tx, row.id, State.QUEUED, State.ACCEPTED))
        return row


@pytest.fixture
def night(office: Practice) -> Night:
    return Night(office)


def mail(sender: str, text: str, *head: str, subject: str = "A question") -> bytes:
    fields = [f"From: Maria <{sender}>", "To: office@harbor.example", f"Subject: {subject}", *head]
    return ("\r\n".join(fields) + f"\r\n\r\n{text}\r\n").encode()


def test_a_question_of_somebody_known_is_answered_and_stays_open(night: Night) -> None:
    (row,) = night.comes(mail(night.maria.email, "Can I come at ten?"))
    assert (row.kind, row.person) == ("auto-answer", night.maria.id)
    (one,) = night.conversations()
    assert one.auto_answered_at == NIGHT
    assert one.unseen


def test_an_answer_to_a_letter_of_ours_is_answered_in_its_conversation(night: Night) -> None:
    row = letter(night.office, night.maria)
    assert len(night.comes(reply(row, "Thank you. When are you open?"))) == 1
    assert len(night.conversations()) == 1


def test_the_emergency_comes_first_where_the_words_are_urgent(night: Night) -> None:
    (row,) = night.comes(mail(night.maria.email, "I have chest pain, what shall I do?"))
    wire = night.office.db.read(lambda tx: messages.wire(tx, row.id)).decode()
    assert wire.index("If this is an emergency") < wire.index("Thank you for your message")


def test_two_machines_that_answer_each_other_stop_at_once(night: Night) -> None:
    (first,) = night.comes(mail(night.maria.email, "Hello?"))
    night.sent(first)
    for text in ("I am away until Monday.", "Your message is important to us."):
        night.office.clock.pass_(minutes=3)
        assert night.comes(reply(first, text)) == []
        assert night.comes(reply(first, text, head="Auto-Submitted: auto-replied\n")) == []
    assert len(night.conversations()) == 1


@pytest.mark.parametrize(
    "head",
    ["List-Id: <news.example>", "Precedence: bulk", "Auto-Submitted: auto-generated", "Return-Path: <>"],
)
def test_a_list_or_a_program_with_a_known_address_gets_none(night: Night, head: str) -> None:
    assert night.comes(mail(night.maria.email, "Our news.", head)) == []


def test_an_address_of_two_people_is_nobodys(night: Night) -> None:
    night.office.person("Leo", email=night.maria.email)
    assert night.comes(mail(night.maria.email, "Can we come at ten?")) == []


def test_strangers_and_wrong_persons_get_none(night: Night) -> None:
    row = letter(night.office, night.maria)
    assert night.comes(mail("somebody@elsewhere.example", "Do you take new patients?")) == []
    assert night.comes(reply(row, "You have the wrong person, I am not Maria.")) == []
