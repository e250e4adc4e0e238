"""Which conversation a mail goes to; how one stands after each thing said; two who answer at once."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from desktop.errors import InputError, Refused
from desktop.mail import threads
from desktop.mail.returned_values import Classified, Kind, Understood
from desktop.mail.sealing import AUTO_ANSWER
from desktop.models import conversations, entries, messages, received, tasks, users
from desktop.models.accounts import Role, User, UserId
from desktop.models.correspondence import (
    Conversation,
    ConversationId,
    ConversationState,
    Direction,
    Entry,
    FileIn,
    Urgency,
)
from desktop.models.database import Tx
from desktop.models.delivery import AccountId, Match, Received
from desktop.models.ids import new_id
from desktop.models.records import Label, Message, Person, PersonId, Reason, State
from tests.practice.office import Practice
from tests.support.correspondence import a_received, an_account
from tests.support.kept import a_message, a_person, keep

MARIA = a_person(email="maria@example.com")
LEO = a_person(first_name="Leo", email="family@example.com")
MOTHER = a_person(first_name="Eva", email="family@example.com")
DOCTOR = a_person(first_name="Ana", last_name="Shah", email="shah@clinic.example")
ANA = User(UserId(new_id()), "ana", Role.FRONT_DESK)
BO = User(UserId(new_id()), "bo", Role.FRONT_DESK)


class Desk:
    """The practice's mail as it goes in and out, one call each."""

    def __init__(self, office: Practice) -> None:
        self.office = office
        keep(office.db, MARIA, LEO, MOTHER, DOCTOR)
        for user in (ANA, BO):
            office.db.write(lambda tx, user=user: users.add(tx, user, "SECRET"))  # type: ignore[misc]
        self.account: AccountId = office.db.write(an_account)

    def comes(
        self,
        person: Person | None = MARIA,
        *,
        sender: str = "",
        label: Label = Label.SENSITIVE,
        ask: str = "",
        urgency: Urgency = Urgency.PLAIN,
        about: Message | None = None,
        **said: Any,
    ) -> Entry:
        self.office.clock.pass_(minutes=1)
        now = self.office.clock.now()
        address = sender or (person.email if person else "stranger@example.net")
        one = a_received(
            self.account,
            at=now - timedelta(seconds=20),
            sender=address,
            person=person.id if person else None,
            message=about.id if about else None,
            matched=Match.MESSAGE_ID if about else Match.NOTHING,
            **({"message_id": said["message_id"]} if "message_id" in said else {}),
        )
        words = {"own": "Can I come later?", "subject": "Re: your visit", **said}
        meant = Understood(Classified(Kind.MESSAGE), sender=address, **words)
        reason = Reason(ask, {"name": "x"}) if ask else None

        def work(tx: Tx) -> Entry:
            received.add(tx, one)
            return threads.arrived(
                *(tx, self.office.audit, one, meant, person, now), label=label, ask=reason, urgency=urgency
            )

        return self.office.db.write(work)

    def mail_of(self, entry: Entry) -> Received:
        found = self.office.db.read(lambda tx: received.get(tx, entry.received) if entry.received else None)
        assert found is not None
        return found

    def queued(self, person: Person = MARIA, **fields: Any) -> Message:
        row = a_message(person.id, queued_at=self.office.clock.now(), **fields)
        self.office.db.write(lambda tx: messages.insert(tx, row, b"wire", "{}"))
        return row

    def writes(
        self,
        conversation: ConversationId | None = None,
        *,
        to: Person = MARIA,
        author: UserId | None = ANA.id,
        about: PersonId | None = None,
        **fields: Any,
    ) -> tuple[Conversation, Message]:
        self.office.clock.pass_(minutes=1)
        row = self.queued(to, **{"kind": "letter", "source": new_id(), **fields})
        stands = self.office.db.write(
            lambda tx: threads.sent(
                *(tx, self.office.audit, row),
                subject="Your visit",
                text="Yes,\nThursday",
                author=author,
                conversation=conversation,
                about=about,
                now=self.office.clock.now(),
            )
        )
        return stands, row

    def stands(self, conversation: ConversationId) -> Conversation:
        found = self.office.db.read(lambda tx: conversations.get(tx, conversation))
        assert found is not None
        return found

    def entries(self, conversation: ConversationId) -> list[Entry]:
        return self.office.db.read(lambda tx: entries.of_conversation(tx, conversation, limit=99))


@pytest.fixture
def desk(office: Practice) -> Desk:
    return Desk(office)


# --- joining -------------------------------------------------------------------------------


def test_an_answer_to_a_letter_goes_into_its_conversation(desk: Desk) -> None:
    stands, row = desk.writes()
    answer = desk.comes(about=row)
    assert answer.conversation == stands.id
    assert [one.id for one in desk.entries(stands.id)][-1] == answer.id


def test_an_answer_to_a_reminder_begins_with_the_reminder(desk: Desk) -> None:
    reminder = desk.queued(label=Label.VERY_SENSITIVE)
    answer = desk.comes(about=reminder, label=Label.ROUTINE)
    ours, theirs = desk.entries(answer.conversation)
    assert (ours.message, ours.direction, ours.person) == (reminder.id, Direction.OUT, MARIA.id)
    assert theirs == answer
    stands = desk.stands(answer.conversation)
    assert (stands.turn, stands.person, stands.label) == (2, MARIA.id, Label.VERY_SENSITIVE)
    again = desk.comes(about=reminder)
    assert again.conversation == answer.conversation
    assert [one.message for one in desk.entries(answer.conversation)].count(reminder.id) == 1


@pytest.mark.parametrize("how", ["in_reply_to", "references"])
def test_a_thread_goes_on_by_the_names_of_its_mails(desk: Desk, how: str) -> None:
    first = desk.comes(message_id="<1@example.com>")
    name = "<1@example.com>"
    said: dict[str, Any] = {how: name if how == "in_reply_to" else ("<0@example.com>", name)}
    second = desk.comes(**said)
    assert second.conversation == first.conversation
    assert desk.comes().conversation != first.conversation


def test_of_several_threads_the_latest_goes_on(desk: Desk) -> None:
    desk.comes(message_id="<1@example.com>")
    later = desk.comes(message_id="<2@example.com>")
    assert desk.comes(references=("<2@example.com>", "<1@example.com>")).conversation == later.conversation


def test_a_mother_and_her_child_have_one_address_and_two_conversations(desk: Desk) -> None:
    child = desk.comes(LEO, message_id="<leo@example.com>")
    mother = desk.comes(MOTHER, references=("<leo@example.com>",))
    assert mother.conversation != child.conversation
    assert desk.stands(mother.conversation).person == MOTHER.id
    # Whose words they are is not known by the address: the thread says whose matter it is.
    either = desk.comes(None, sender="Family@example.com", in_reply_to="<leo@example.com>")
    assert (either.conversation, either.person) == (child.conversation, LEO.id)


def test_what_somebody_else_sends_on_is_a_conversation_of_its_own(desk: Desk) -> None:
    stands, row = desk.writes()
    forwarded = desk.comes(None, about=row, sender="uncle@example.net", references=(row.message_id,))
    assert forwarded.conversation != stands.id
    assert desk.stands(forwarded.conversation).person is None
    other = desk.comes(DOCTOR, about=row, references=(row.message_id,))
    assert other.conversation not in (stands.id, forwarded.conversation)
    assert all(one.message != row.id for one in desk.entries(other.conversation))


def test_a_stranger_goes_on_with_what_they_began_and_nothing_else(desk: Desk) -> None:
    first = desk.comes(None, sender="x@example.net", sender_name="Xavier", message_id="<x@example.net>")
    assert desk.stands(first.conversation).sender == "Xavier x@example.net"
    again = desk.comes(None, sender="X@Example.net", in_reply_to="<x@example.net>")
    other = desk.comes(None, sender="y@example.net", in_reply_to="<x@example.net>")
    known = desk.comes(MARIA, in_reply_to="<x@example.net>")
    nobody = desk.comes(None, sender="", in_reply_to="<x@example.net>")
    assert again.conversation == first.conversation
    assert len({one.conversation for one in (first, other, known, nobody)}) == 4


def test_a_doctor_answers_in_the_conversation_about_the_patient(desk: Desk) -> None:
    stands, row = desk.writes(to=DOCTOR, about=MARIA.id)
    assert stands.person == MARIA.id
    answer = desk.comes(DOCTOR, about=row, message_id="<d@clinic.example>")
    later = desk.comes(DOCTOR, references=("<d@clinic.example>",))
    assert {answer.conversation, later.conversation} == {stands.id}
    assert {answer.person, later.person} == {DOCTOR.id}
    headers = desk.office.db.read(lambda tx: threads.reply_headers(tx, stands.id))
    assert headers == ("", ())  # what was said with the doctor is not named to the patient


def test_no_conversation_ever_holds_the_words_of_two_patients(desk: Desk) -> None:
    """Everybody answers everything, in every way: whoever is known stays in conversations of their own."""
    people = (MARIA, LEO, MOTHER)
    names: list[str] = []
    rows = [desk.writes(to=one)[1] for one in people]
    names += [row.message_id for row in rows]
    for number, (person, name) in enumerate((who, name) for name in list(names) for who in people):
        own = f"<{number}@example.com>"
        desk.comes(person, references=(name, *names[-3:]), message_id=own)
        desk.comes(None, sender=person.email, in_reply_to=own)
        names.append(own)
    for person in people:
        for one in desk.office.db.read(lambda tx, id_=person.id: conversations.of_person(tx, id_, 99)):  # type: ignore[misc]
            assert {entry.person for entry in desk.entries(one.id)} == {person.id}


# --- how it stands --------------------------------------------------------------------------


def test_what_comes_in_opens_what_was_done_and_counts(desk: Desk) -> None:
    stands, row = desk.writes()
    assert (stands.state, stands.turn, stands.done_at) == (ConversationState.DONE, 1, stands.changed_at)
    assert (stands.owner, stands.started_by, stands.last) == (ANA.id, ANA.id, Direction.OUT)
    assert (stands.sent_at, stands.snippet) == (stands.changed_at, "Yes, Thursday")
    desk.comes(about=row, own="Thank you!\nOne more thing")
    now = desk.stands(stands.id)
    assert (now.state, now.turn, now.done_at, now.unseen) == (ConversationState.OPEN, 2, None, True)
    assert (now.last, now.snippet, now.owner) == (Direction.IN, "Thank you! One more thing", ANA.id)
    assert now.changed_at == desk.office.clock.now()


def test_the_highest_of_what_is_unanswered_counts(desk: Desk) -> None:
    first = desk.comes(ask="ask-question", urgency=Urgency.ASKS, message_id="<1@example.com>")
    name: dict[str, Any] = {"references": ("<1@example.com>",)}

    def now() -> tuple[Urgency, str]:
        one = desk.stands(first.conversation)
        return one.urgency, one.ask.code if one.ask else ""

    desk.comes(**name)
    assert now() == (Urgency.ASKS, "ask-question")
    desk.comes(ask="ask-move", urgency=Urgency.ASKS, **name)
    assert now() == (Urgency.ASKS, "ask-move")
    desk.comes(ask="ask-urgent", urgency=Urgency.URGENT, **name)
    desk.comes(ask="ask-question", urgency=Urgency.ASKS, **name)
    assert now() == (Urgency.URGENT, "ask-urgent")
    desk.writes(first.conversation)
    desk.comes(ask="ask-question", urgency=Urgency.ASKS, **name)
    assert now() == (Urgency.URGENT, "ask-urgent")  # our answer has not left, and may be stopped
    _, answer = desk.writes(first.conversation)
    desk.office.db.write(lambda tx: messages.move(tx, answer.id, State.QUEUED, State.ACCEPTED))
    desk.comes(ask="ask-question", urgency=Urgency.ASKS, **name)
    assert now() == (Urgency.ASKS, "ask-question")
    settled = replace(desk.stands(first.conversation), state=ConversationState.DONE)
    desk.office.db.write(lambda tx: conversations.put(tx, settled))
    desk.comes(**name)
    assert now() == (Urgency.PLAIN, "")


def test_a_conversation_is_as_sensitive_as_the_most_sensitive_thing_in_it(desk: Desk) -> None:
    first = desk.comes(label=Label.VERY_SENSITIVE, message_id="<1@example.com>")
    desk.comes(label=Label.ROUTINE, references=("<1@example.com>",))
    desk.writes(first.conversation, label=Label.DO_NOT_EMAIL)
    assert desk.stands(first.conversation).label is Label.VERY_SENSITIVE


def test_an_answer_waits_where_a_task_is_open(desk: Desk) -> None:
    first = desk.comes()
    one = tasks.Task(new_id(), "move", desk.office.clock.now(), conversation=first.conversation)
    desk.office.db.write(lambda tx: tasks.add(tx, one))
    stands, _ = desk.writes(first.conversation)
    assert (stands.state, stands.done_at) == (ConversationState.WAITING, None)


def test_an_answer_of_the_program_itself_settles_nothing(desk: Desk) -> None:
    first = desk.comes(ask="ask-urgent", urgency=Urgency.URGENT)
    before = desk.stands(first.conversation)
    stands, row = desk.writes(first.conversation, author=None)
    assert stands == replace(before, auto_answered_at=desk.office.clock.now())
    assert [one.message for one in desk.entries(first.conversation)] == [None, row.id]


def test_strangers_words_are_made_fit_to_show(desk: Desk) -> None:
    entry = desk.comes(
        None,
        subject="Hi\u202e\r\nBcc: x",
        sender_name="Eve\u2066\x07",
        own="a\x00b\u202ec\n\n\n\nd",
        text="a\x00b\u202ec\nd\n> e",
        files=(FileIn("a.pdf", "application/pdf", 3, 1),),
        page=True,
    )
    assert (entry.subject, entry.sender_name, entry.own) == ("Hi Bcc: x", "Eve", "abc\n\nd")
    assert (entry.text, entry.page, len(entry.files)) == ("abc\nd\n> e", True, 1)


def test_what_is_sealed_and_not_opened_has_no_words(desk: Desk) -> None:
    entry = desk.comes(sealed="openpgp", opened=False, own="beside", text="beside")
    assert (entry.own, entry.text, entry.opened, entry.sealed) == ("", "", False, "openpgp")
    assert desk.stands(entry.conversation).snippet == ""


# --- answering --------------------------------------------------------------------------------


def test_two_who_send_at_the_same_second_and_one_is_told(desk: Desk) -> None:
    first = desk.comes()
    seen = desk.stands(first.conversation).turn
    rows = [desk.queued(kind="letter", source=new_id()) for _ in range(2)]
    now = desk.office.clock.now()

    def answer(row: Message, user: UserId) -> Future[Conversation]:
        def work(tx: Tx) -> Conversation:
            threads.check_turn(tx, first.conversation, seen)
            return threads.sent(
                *(tx, desk.office.audit, row),
                subject="",
                text="",
                conversation=first.conversation,
                about=None,
                author=user,
                now=now,
            )

        return desk.office.db.submit_write(work)

    going = [answer(row, user.id) for row, user in zip(rows, (ANA, BO), strict=True)]
    refused = [one.exception(timeout=30) for one in going]
    (known,) = [one for one in refused if one is not None]
    assert isinstance(known, Refused)
    assert known.code == "conversation-moved-on"
    assert len(desk.entries(first.conversation)) == 2


def test_an_automatic_answer_that_was_stopped_hides_no_mail_from_who_answers(desk: Desk) -> None:
    first = desk.comes(message_id="<1@example.com>")
    seen = desk.stands(first.conversation).turn
    desk.comes(references=("<1@example.com>",))
    _, by_itself = desk.writes(first.conversation, author=None, kind=AUTO_ANSWER)
    desk.office.db.write(lambda tx: messages.move(tx, by_itself.id, State.QUEUED, State.CANCELLED))
    with pytest.raises(Refused, match="conversation-moved-on"):
        desk.office.db.read(lambda tx: threads.check_turn(tx, first.conversation, seen))


def test_a_conversation_that_is_not_there(desk: Desk) -> None:
    gone = ConversationId(new_id())
    with pytest.raises(InputError, match="conversation-unknown"):
        desk.office.db.read(lambda tx: threads.check_turn(tx, gone, 0))
    with pytest.raises(InputError, match="conversation-unknown"):
        desk.writes(gone)
    assert desk.office.db.read(lambda tx: threads.reply_headers(tx, gone)) == ("", ())


def test_an_answer_names_what_it_answers_and_nothing_that_could_be_a_header(desk: Desk) -> None:
    first = desk.comes(message_id="<1@example.com>")
    name: dict[str, Any] = {"references": ("<1@example.com>",)}
    for hostile in ("<a b@x>", "sha256:00", "<x@y>\r\nBcc: z", "<" + "a" * 300 + "@x>", "<\u202ex@y>"):
        desk.comes(message_id=hostile, **name)
    stands, row = desk.writes(first.conversation)
    found = desk.office.db.read(lambda tx: threads.reply_headers(tx, stands.id, MARIA.id))
    assert found == (row.message_id, ("<1@example.com>", row.message_id))
    for number in range(30):
        desk.comes(message_id=f"<n{number}@example.com>", **name)
    answer_to, references = desk.office.db.read(lambda tx: threads.reply_headers(tx, stands.id))
    assert (answer_to, len(references)) == ("<n29@example.com>", threads.REFERENCES)
