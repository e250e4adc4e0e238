"""Received mail in conversations: whose it is, what it asks, and what follows from its words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from desktop.mail import moves, wrong_person
from desktop.mail.incoming import Arrived, file_all
from desktop.mail.parsing_worker import UNREADABLE
from desktop.mail.returned_reading import understand
from desktop.models import appointments, conversations, entries, messages, received, suppressions, tasks
from desktop.models.correspondence import Conversation, ConversationState, Direction, Entry, Urgency
from desktop.models.delivery import AccountId, ReceivedState, SuppressionKind
from desktop.models.names import address_key
from desktop.models.records import AppointmentId, Label, Person, Reason
from desktop.models.tables_mail import message
from desktop.models.tasks import Task
from tests.practice.office import TUESDAY, Practice
from tests.support.mailbox import a_box, arrives, bounce, kept, letter, reminder, reply

OLD = "2026-11-24T14:30"


@pytest.fixture
def box(office: Practice) -> AccountId:
    return a_box(office)


@pytest.fixture
def maria(office: Practice) -> Person:
    return office.person()


def talks(office: Practice) -> list[Conversation]:
    places = ("inbox", "unknown", "waiting", "done")
    user = office.session.user
    return [
        one
        for place in places
        for one in office.db.read(lambda tx, place=place: conversations.listing(tx, place, user, limit=50))  # type: ignore[misc]
    ]


def only(office: Practice) -> Conversation:
    (one,) = talks(office)
    return one


def said(office: Practice) -> list[Entry]:
    return office.db.read(lambda tx: entries.of_conversation(tx, only(office).id, limit=20))


def waiting(office: Practice) -> list[Task]:
    return office.db.read(tasks.open_ones)


def mail(sender: str, subject: str, text: str, *head: str) -> bytes:
    fields = [f"From: Zoe Somebody <{sender}>", f"Subject: {subject}", *head]
    return ("\r\n".join(fields) + f"\r\n\r\n{text}\r\n").encode()


def test_a_question_stands_open_under_the_reminder_that_it_answers(
    office: Practice, box: AccountId, maria: Person
) -> None:
    row = reminder(office, maria)
    arrives(office, box, reply(row, "What time is it?"))
    one = only(office)
    assert (one.person, one.state, one.unseen, one.turn) == (maria.id, ConversationState.OPEN, True, 2)
    assert (one.ask, one.urgency) == (Reason("ask-question", {"name": "Maria Lopez"}), Urgency.ASKS)
    ours, theirs = said(office)
    assert (ours.direction, ours.message) == (Direction.OUT, row.id)
    assert (theirs.own, theirs.person, theirs.sender_name) == ("What time is it?", maria.id, "Maria")
    assert "Your visit is on Tuesday." in theirs.text
    assert one.label is row.label
    assert waiting(office) == []


def test_yes_but_is_a_move_with_its_old_time_and_a_task_before_the_visit(
    office: Practice, box: AccountId, maria: Person
) -> None:
    row = reminder(office, maria)
    arrives(office, box, reply(row, "YES but can I move it to Thursday?"))
    assert only(office).ask == Reason("ask-move", {"name": "Maria Lopez", "when": OLD})
    (task,) = waiting(office)
    assert (task.kind, task.source, task.person, task.conversation) == (
        *("move", row.source, maria.id),
        only(office).id,
    )
    assert task.details == {"appointment": row.source, "occurrence": 1, "start": OLD, "others": 0}
    assert task.due_at is not None
    assert office.clock.now() < task.due_at <= office.clock.now() + timedelta(days=1)
    arrives(office, box, reply(row, "Can we move it, please?"))
    assert len(waiting(office)) == 1


def test_a_plain_yes_opens_nothing(office: Practice, box: AccountId, maria: Person) -> None:
    arrives(office, box, reply(reminder(office, maria), "Yes"))
    assert talks(office) == []
    (row,) = office.db.read(received.listing)
    assert row.state is ReceivedState.DONE


def test_a_plain_yes_after_a_question_is_seen_in_its_conversation_which_stays_as_it_is(
    office: Practice, box: AccountId, maria: Person
) -> None:
    row = reminder(office, maria)
    arrives(office, box, reply(row, "What time is it?"))
    answered = replace(only(office), state=ConversationState.WAITING, unseen=False, ask=None)
    office.db.write(lambda tx: conversations.put(tx, answered))
    arrives(office, box, reply(row, "Yes, thanks"))
    one = only(office)
    assert (one.state, one.unseen, one.turn) == (ConversationState.WAITING, False, 3)
    assert [entry.own for entry in said(office)] == ["", "What time is it?", "Yes, thanks"]


def test_a_plain_no_asks_to_cancel_and_its_one_task_stands_beside_it(
    office: Practice, box: AccountId, maria: Person
) -> None:
    row = reminder(office, maria)
    arrives(office, box, reply(row, "No puedo ir"))
    one = only(office)
    assert one.ask is not None
    assert one.ask.params == {"name": "Maria Lopez", "when": OLD}
    (task,) = waiting(office)
    assert (task.kind, task.conversation, task.details["start"]) == ("declined", one.id, OLD)
    office.db.write(
        lambda tx: conversations.put(tx, replace(one, state=ConversationState.WAITING, unseen=False))
    )
    now = office.clock.now()
    assert office.db.write(lambda tx: moves.close_settled(tx, office.audit, now)) == 0


def test_no_and_nothing_else_is_a_wish_to_cancel(office: Practice, box: AccountId, maria: Person) -> None:
    arrives(office, box, reply(reminder(office, maria), "No"))
    assert only(office).ask == Reason("ask-cancel", {"name": "Maria Lopez", "when": OLD})
    assert [task.kind for task in waiting(office)] == ["declined"]


def test_mail_that_nobody_asked_for_rises_by_its_words(
    office: Practice, box: AccountId, maria: Person
) -> None:
    arrives(office, box, mail(maria.email, "Today", "My chest hurts, may I come today?"))
    one = only(office)
    assert (one.person, one.urgency, one.label) == (maria.id, Urgency.URGENT, Label.SENSITIVE)
    assert one.ask == Reason("ask-urgent", {"name": "Maria Lopez"})
    assert (one.subject, one.snippet) == ("Today", "My chest hurts, may I come today?")


def test_a_wish_in_the_subject_alone_is_about_the_only_visit_to_come(
    office: Practice, box: AccountId, maria: Person
) -> None:
    visit = office.visit(maria)
    arrives(office, box, mail(maria.email, "Please reschedule my appointment", ""))
    assert only(office).ask == Reason("ask-move", {"name": "Maria Lopez", "when": OLD})
    assert [task.source for task in waiting(office)] == [visit.id]


def test_of_two_visits_to_come_nobody_can_tell_which(office: Practice, box: AccountId, maria: Person) -> None:
    office.visit(maria)
    office.visit(maria, day=TUESDAY + timedelta(days=7))
    arrives(office, box, mail(maria.email, "Hello", "I cannot come, another day please"))
    assert only(office).ask == Reason("ask-move-visit", {"name": "Maria Lopez"})
    assert waiting(office) == []


def test_a_stranger_is_kept_apart_and_a_list_is_only_counted(office: Practice, box: AccountId) -> None:
    person = mail("new@else.example", "New patient", "Do you take new patients?")
    news = mail("offer@shop.example", "Buy", "Buy now?", "List-Id: <x.example>")
    away = mail("new@else.example", "Out of office", "Back on Monday?", "Auto-Submitted: auto-replied")
    filed = arrives(office, box, person, news, away)
    assert filed.counts.total() == 3
    one = only(office)
    assert (one.person, one.sender) == (None, "Zoe Somebody new@else.example")
    assert one.ask == Reason("ask-question", {"name": "Zoe Somebody"})
    found = {row.raw: row for row in kept(office)}
    assert set(found) == {person, b""}
    assert (found[person].state, found[person].sender) == (ReceivedState.DONE, "new@else.example")
    assert "words" not in found[person].details


def test_a_stranger_who_goes_on_goes_on_in_one_place(office: Practice, box: AccountId) -> None:
    arrives(office, box, mail("new@else.example", "Hi", "Hello", "Message-ID: <1@else.example>"))
    more = mail("new@else.example", "Re: Hi", "Well", "References: <1@else.example>")
    arrives(office, box, more)
    assert only(office).turn == 2
    assert [entry.own for entry in said(office)] == ["Hello", "Well"]


def test_reports_by_servers_are_no_conversations(office: Practice, box: AccountId, maria: Person) -> None:
    row = reminder(office, maria)
    arrives(office, box, bounce(letter(office)), bounce(row, recipient="other@else.example"))
    assert talks(office) == []


def test_what_is_sealed_and_not_opened_has_no_words(office: Practice, box: AccountId, maria: Person) -> None:
    row = reminder(office, maria)
    armor = "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----"
    arrives(office, box, reply(row, armor))
    (_, entry) = said(office)
    assert (entry.sealed, entry.opened, entry.own, entry.text) == ("openpgp", False, "", "")
    assert only(office).unseen


def test_very_sensitive_stays_very_sensitive(office: Practice, box: AccountId, maria: Person) -> None:
    row = letter(office, maria)
    office.db.write(lambda tx: tx.connection.execute(update(message).values(label="very-sensitive")))
    arrives(office, box, reply(row, "Thank you"), mail(maria.email, "Hello", "Good evening"))
    labels = {one.subject: one.label for one in talks(office)}
    assert labels == {
        "Re: A message from the practice": Label.VERY_SENSITIVE,
        "Hello": Label.SENSITIVE,
    }


def test_a_wish_under_a_quote_alone_is_heard(office: Practice, box: AccountId, maria: Person) -> None:
    row = reminder(office, maria)
    arrives(office, box, reply(row, "") + b"\r\nI can't breathe\r\n")
    assert only(office).urgency is Urgency.URGENT


def test_another_persons_answer_moves_no_visit_and_stops_no_address(
    office: Practice, box: AccountId, maria: Person
) -> None:
    row = reminder(office, maria)
    arrives(
        office,
        box,
        reply(row, "Wrong person", sender="x@else.example"),
        reply(row, "Can I move it?", sender="y@else.example"),
    )
    assert waiting(office) == []
    assert office.db.read(suppressions.listing) == []
    assert {one.person for one in talks(office)} == {None}


def test_this_is_not_me_from_the_address_itself_stops_it_once(
    office: Practice, box: AccountId, maria: Person
) -> None:
    row = reminder(office, maria)
    arrives(office, box, reply(row, "This is not my appointment, I am not Maria"))
    one = only(office)
    assert (one.ask, one.urgency) == (
        Reason("ask-wrong-person", {"name": "Maria Lopez"}),
        Urgency.URGENT,
    )
    (stop,) = office.db.read(suppressions.listing)
    assert (stop.kind, stop.address_key) == (SuppressionKind.WRONG_PERSON, address_key(maria.email))
    (task,) = waiting(office)
    assert (task.kind, task.person, task.conversation) == (wrong_person.TASK, maria.id, one.id)
    arrives(office, box, reply(row, "Wrong person, I said"))
    assert len(waiting(office)) == 1
    assert office.acts().count("incident.opened") == 1


def test_words_of_people_stand_in_no_record_and_no_task(
    office: Practice, box: AccountId, maria: Person
) -> None:
    row = reminder(office, maria)
    arrives(office, box, reply(row, "Canaryword: can I move it?"), mail("q@else.example", "Canaryword", "x?"))
    assert not any("Canaryword" in line or "Lopez" in line for line in office.log())
    assert not any("Canaryword" in str(task.details) for task in waiting(office))


def test_who_shows_our_token_under_a_short_subject_is_nobody_and_stops_nobody(
    office: Practice, box: AccountId, maria: Person
) -> None:
    row = reminder(office, maria)
    forged = reply(row, "Wrong person. Can I move it?", sender="x@else.example")
    arrives(office, box, forged.replace(b"Re: A message from the practice", b"unsubscribe"))
    assert only(office).person is None
    assert waiting(office) == []
    assert office.db.read(suppressions.listing) == []


def test_a_failure_notice_that_a_patient_passes_on_rises_by_what_she_wrote_under_it(
    office: Practice, box: AccountId, maria: Person
) -> None:
    notice = "550 5.1.1 user unknown\r\nI got this when I wrote to you. My chest hurts."
    arrives(office, box, mail(maria.email, "Undelivered Mail Returned to Sender", notice))
    assert (only(office).person, only(office).urgency) == (maria.id, Urgency.URGENT)


def test_a_mail_that_no_worker_could_read_waits_for_a_person(office: Practice, box: AccountId) -> None:
    broken = Arrived(1, office.clock.now(), 3, UNREADABLE, b"\x00\x01\x02")
    now = office.clock.now()
    office.db.write(lambda tx: file_all(tx, office.audit, box, 1, [broken], now))
    assert (only(office).person, only(office).unseen, only(office).urgency) == (None, True, Urgency.PLAIN)


def test_a_wish_about_a_visit_that_was_moved_since_gives_up_no_new_time(
    office: Practice, box: AccountId, maria: Person
) -> None:
    row = reminder(office, maria)
    visit = office.db.read(lambda tx: appointments.get(tx, AppointmentId(row.source)))
    assert visit is not None
    days = timedelta(days=2)
    moved = replace(
        visit, start=visit.start + days, start_utc=visit.start_utc + days, occurrence=visit.occurrence + 1
    )
    office.db.write(lambda tx: appointments.update(tx, moved))
    arrives(office, box, reply(row, "Please cancel, I cannot come on Tuesday"))
    assert only(office).ask == Reason("ask-cancel-visit", {"name": "Maria Lopez"})
    assert waiting(office) == []


def test_the_same_mail_under_another_number_or_in_another_mailbox_is_said_once(
    office: Practice, box: AccountId, maria: Person
) -> None:
    mail_ = reply(reminder(office, maria), "What time is it?")
    arrives(office, box, mail_)
    office.db.write(lambda tx: conversations.put(tx, replace(only(office), state=ConversationState.DONE)))
    arrives(office, box, mail_)
    arrives(office, a_box(office), b"Received: from another.example\r\n" + mail_)
    assert (only(office).state, only(office).turn) == (ConversationState.DONE, 2)
    assert [entry.own for entry in said(office)] == ["", "What time is it?"]
    arrives(office, box, mail_.replace(b"What time is it?", b"My chest hurts"))
    assert only(office).urgency is Urgency.URGENT


def test_a_letter_of_ours_that_comes_back_to_us_is_no_mail_of_anybody(
    office: Practice, box: AccountId, maria: Person
) -> None:
    row = letter(office, maria)
    wire = office.db.read(lambda tx: messages.wire(tx, row.id))
    office.person(email="office@harbor.example")
    arrives(office, box, b"Received: from loop.example\r\n" + wire)
    assert talks(office) == []
    assert [one.raw for one in kept(office)] == [b""]


def test_a_first_look_shows_no_old_mail_of_strangers_but_that_of_people_known(
    office: Practice, box: AccountId, maria: Person
) -> None:
    named, now = office.clock.now(), office.clock.now() + timedelta(hours=1)
    senders = ("old@else.example", maria.email, "new@else.example")
    mails = []
    for uid, sender in enumerate(senders, start=1):
        raw = mail(sender, "Hello", f"Hello from {sender}")
        at = named + timedelta(minutes=5 if uid == 3 else -5)
        mails.append(Arrived(uid, at, len(raw), understand(raw), raw))
    filed = office.db.write(lambda tx: file_all(tx, office.audit, box, 1, mails, now, since=named))
    assert (filed.upto, filed.counts.total()) == (3, 3)
    assert {one.snippet for one in talks(office)} == {f"Hello from {sender}" for sender in senders[1:]}


@pytest.mark.parametrize(
    "words",
    [
        "I am not Maria, I am her mother. She will come.",
        "No soy Maria, soy su mamá, ella va a ir",
        "This is not for me, it is for my son",
    ],
)
def test_a_mother_who_answers_for_her_child_has_no_address_stopped_by_her_words(
    office: Practice, box: AccountId, maria: Person, words: str
) -> None:
    arrives(office, box, reply(reminder(office, maria), words))
    assert only(office).ask == Reason("ask-wrong-person", {"name": "Maria Lopez"})
    assert (office.db.read(suppressions.listing), waiting(office)) == ([], [])


def test_an_address_of_a_household_is_stopped_by_a_person_alone(
    office: Practice, box: AccountId, maria: Person
) -> None:
    row = reminder(office, maria)
    office.person("Leo", email=maria.email)
    arrives(office, box, reply(row, "This is not my appointment"))
    assert only(office).urgency is Urgency.URGENT
    assert (office.db.read(suppressions.listing), waiting(office)) == ([], [])


def test_two_mails_of_one_name_and_no_words_are_two_by_their_subjects(
    office: Practice, box: AccountId, maria: Person
) -> None:
    name = "Message-ID: <always@phone.example>"
    arrives(office, box, *(mail(maria.email, subject, "", name) for subject in ("Hello", "My chest hurts")))
    assert {one.subject for one in talks(office)} == {"Hello", "My chest hurts"}
