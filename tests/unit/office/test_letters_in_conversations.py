"""Letters are entries of conversations: an answer rests on what its writer saw, or nothing of it leaves."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from email import message_from_bytes

import pytest

from desktop.errors import DeliveryError, InputError, Refused, SealwellError
from desktop.models import messages
from desktop.models.accounts import Role, Session
from desktop.models.correspondence import ConversationId, ConversationState, Direction, Urgency
from desktop.models.records import Label, Method, PersonId, State
from desktop.office.api import Office
from desktop.office.values import (
    AttachmentIn,
    CallOpened,
    LetterRequest,
    PassphraseRequest,
)
from desktop.office.values_delivery import AddressCheck, Resend
from desktop.office.values_messages import ConversationQuery
from desktop.office.values_practice import RelayRequest
from desktop.office.values_protection import IdentityCheck, SendAgain
from tests.made_practice import Practice, person_named
from tests.made_staff import desk_of
from tests.support.mailroom import Mailroom
from tests.support.queued import queued

AT_WORK = tuple[Office, Session]
WAITING = 10.0


@pytest.fixture
def work(at_work: AT_WORK, relay_request: Callable[..., RelayRequest]) -> AT_WORK:
    """A relay that requires encryption."""
    office, session = at_work
    office.add_relay(session, relay_request())
    return at_work


@pytest.fixture
def room(work: AT_WORK) -> Mailroom:
    return Mailroom(work[0])


@pytest.fixture
def asked(room: Mailroom, work: AT_WORK) -> ConversationId:
    said = room.comes(
        "Can I move it to Thursday?",
        zoraida(work),
        label=Label.ROUTINE,
        ask="ask-move",
        urgency=Urgency.ASKS,
        message_id="<question@mail.example>",
    )
    return said.conversation


def zoraida(work: AT_WORK) -> PersonId:
    return person_named(*work, "Zoraida")


def letter(work: AT_WORK, **changes: object) -> LetterRequest:
    made = LetterRequest(zoraida(work), "Re: A question", "Yes, Thursday it is.", label=Label.ROUTINE)
    return replace(made, **changes)  # type: ignore[arg-type]


def refused(work: AT_WORK, request: LetterRequest, session: Session | None = None) -> str:
    office, own = work
    before = len(office.list_outbox(own).messages)
    with pytest.raises(SealwellError) as caught:
        office.send_letter(session or own, request)
    assert len(office.list_outbox(own).messages) == before
    return caught.value.code


def test_an_answer_is_kept_with_its_words_and_settles_the_conversation(
    room: Mailroom, work: AT_WORK, asked: ConversationId
) -> None:
    office, session = work
    office.begin_answer(session, asked)
    file = AttachmentIn("plan.txt", data=b"Thursday at ten")
    sent = queued(office.send_letter(session, letter(work, conversation=asked, turn=1, attachments=(file,))))
    assert sent.conversation == asked
    shown = office.show_conversation(session, asked)
    answer = shown.entries[-1]
    assert (answer.direction, answer.name, answer.own) == (Direction.OUT, "ana", "Yes, Thursday it is.")
    assert (answer.state, answer.message, answer.kind) == (State.QUEUED, sent.id, "letter")
    assert [(one.name, one.size) for one in answer.files] == [("plan.txt", 15)]
    row = room.conversation(asked)
    assert (row.state, row.turn, row.owner, row.answering) == (ConversationState.DONE, 2, session.user, None)
    assert (shown.line.urgency, shown.line.ask, shown.line.last) == (Urgency.PLAIN, None, Direction.OUT)
    sent_ones = office.list_conversations(session, ConversationQuery("sent")).lines
    assert [line.id for line in sent_ones] == [asked]


def test_a_letter_out_of_the_blue_begins_a_conversation(room: Mailroom, work: AT_WORK) -> None:
    office, session = work
    sent = queued(office.send_letter(session, letter(work, subject="Hours")))
    assert sent.conversation is not None
    row = room.conversation(sent.conversation)
    assert (row.person, row.subject, row.started_by) == (zoraida(work), "Hours", session.user)


def test_an_answer_names_what_it_answers_on_the_wire(work: AT_WORK, asked: ConversationId) -> None:
    office, session = work
    sent = queued(office.send_letter(session, letter(work, conversation=asked, turn=1)))
    database = desk_of(office).opened().database
    wire = database.read(lambda tx: messages.wires(tx, (sent.id,)))[sent.id]
    mail = message_from_bytes(wire)
    assert mail["In-Reply-To"] == "<question@mail.example>"
    assert mail["References"].split() == ["<question@mail.example>"]
    fresh = queued(office.send_letter(session, letter(work)))
    other = database.read(lambda tx: messages.wires(tx, (fresh.id,)))[fresh.id]
    assert "In-Reply-To" not in message_from_bytes(other)


def test_what_moved_on_is_read_first(room: Mailroom, work: AT_WORK, asked: ConversationId) -> None:
    office, session = work
    room.comes("No, Friday!", zoraida(work), references=("<question@mail.example>",))
    assert refused(work, letter(work, conversation=asked, turn=1)) == "conversation-moved-on"
    assert "message.refused" in [line.act for line in office.query_log(session).lines]
    queued(office.send_letter(session, letter(work, conversation=asked, turn=2)))


def test_of_two_who_answer_at_the_same_second_one_is_refused(
    room: Mailroom, work: AT_WORK, asked: ConversationId
) -> None:
    office, session = work
    cy = room.colleague("cy")
    ready, ends = threading.Barrier(2, timeout=WAITING), list[str]()

    def answer(who: Session) -> None:
        ready.wait()
        try:
            queued(office.send_letter(who, letter(work, conversation=asked, turn=1)))
            ends.append("sent")
        except Refused as error:
            ends.append(error.code)

    both = [threading.Thread(target=answer, args=(who,)) for who in (session, cy)]
    for one in both:
        one.start()
    for one in both:
        one.join(WAITING)
    assert sorted(ends) == ["conversation-moved-on", "sent"]
    assert len(office.list_outbox(session).messages) == 1
    assert len(office.show_conversation(session, asked).entries) == 2


def test_an_answer_that_is_taken_back_leaves_the_question_open(
    room: Mailroom, work: AT_WORK, asked: ConversationId
) -> None:
    office, session = work
    request = letter(work, conversation=asked, turn=1)
    sent = queued(office.send_letter(session, request))
    assert office.cancel_messages(session, (sent.id,)).cancelled == 1
    shown = office.show_conversation(session, asked)
    assert (shown.line.state, shown.line.last) == (ConversationState.OPEN, Direction.IN)
    assert (shown.line.urgency, shown.line.ask and shown.line.ask.code) == (Urgency.ASKS, "ask-move")
    assert shown.entries[-1].state is State.CANCELLED
    assert [line.id for line in office.list_conversations(session, ConversationQuery()).lines] == [asked]
    again = queued(office.send_letter(session, request))  # as it was written, before it was taken back
    assert again.conversation == asked
    assert refused(work, request) == "conversation-moved-on"


def test_an_answer_that_may_not_leave_any_more_leaves_the_question_open(
    room: Mailroom, work: AT_WORK, asked: ConversationId, practice: Practice
) -> None:
    """Refused at the claim, long after its writer looked away: nobody may believe it answered."""
    office, session = work
    queued(office.send_letter(session, letter(work, conversation=asked, turn=1)))
    office.set_person(session, zoraida(work), {"consent": "refused"})
    practice.clock.move(60)
    with suppress(DeliveryError):
        office.run_outbox(session)
    shown = office.show_conversation(session, asked)
    assert shown.entries[-1].state is State.CANCELLED
    assert (shown.line.state, shown.line.ask is not None) == (ConversationState.OPEN, True)


def test_a_second_letter_that_is_taken_back_changes_nothing(
    room: Mailroom, work: AT_WORK, asked: ConversationId
) -> None:
    office, session = work
    queued(office.send_letter(session, letter(work, conversation=asked, turn=1)))
    second = queued(office.send_letter(session, letter(work, conversation=asked, turn=2)))
    office.cancel_messages(session, (second.id,))
    assert room.conversation(asked).state is ConversationState.DONE


def test_an_entry_follows_the_newest_generation(room: Mailroom, work: AT_WORK, asked: ConversationId) -> None:
    office, session = work
    office.make_passphrase(session, PassphraseRequest(zoraida(work), "Ana", "in-person"))
    sent = queued(office.send_letter(session, letter(work, conversation=asked, turn=1)))
    database = desk_of(office).opened().database
    database.write(lambda tx: messages.move(tx, sent.id, State.QUEUED, State.FAILED))
    office.check_failed_address(session, AddressCheck(sent.id, "phone", "same"))
    again = office.resend_message(session, Resend(sent.id)).queued
    shown = office.show_conversation(session, asked)
    assert [one.message for one in shown.entries] == [None, again.id]
    wire = database.read(lambda tx: messages.wires(tx, (again.id,)))[again.id]
    assert message_from_bytes(wire)["In-Reply-To"] == "<question@mail.example>"
    assert shown.line.state is ConversationState.DONE


def test_what_is_sent_in_another_form_is_the_same_answer(
    room: Mailroom, work: AT_WORK, asked: ConversationId
) -> None:
    office, session = work
    office.make_passphrase(session, PassphraseRequest(zoraida(work), "Ana", "in-person"))
    request = letter(work, conversation=asked, turn=1, label=Label.SENSITIVE)
    sent = queued(office.send_letter(session, request))
    assert sent.method is Method.ENVELOPE
    office.record_check(session, IdentityCheck(zoraida(work), ("birth-date", "record-number")))
    again = office.send_again(session, SendAgain(sent.id, "as-page"))
    shown = office.show_conversation(session, asked)
    assert [one.message for one in shown.entries] == [None, again.id]
    assert shown.line.state is ConversationState.DONE


def test_only_whose_it_is_is_answered_in_a_conversation(
    room: Mailroom, work: AT_WORK, asked: ConversationId
) -> None:
    other = letter(work, person=person_named(*work, "Bo"), conversation=asked, turn=1)
    assert refused(work, other) == "conversation-other-person"
    strange = room.comes("Hello?", sender="stranger@example.net").conversation
    assert refused(work, letter(work, conversation=strange, turn=1)) == "conversation-other-person"
    nowhere = letter(work, conversation=ConversationId("nonsense"), turn=1)
    assert refused(work, nowhere) == "conversation-unknown"
    call = replace(other, label=Label.DO_NOT_EMAIL)
    assert refused(work, call) == "conversation-other-person"


def test_who_may_not_read_it_does_not_answer_it(room: Mailroom, work: AT_WORK, asked: ConversationId) -> None:
    di = room.colleague("di", Role.BILLING)
    request = letter(work, conversation=asked, turn=1)
    assert refused(work, request, di) == "conversation-hidden"
    assert room.conversation(asked).owner is None


def test_what_is_not_mailed_is_a_call_that_belongs_to_the_conversation(
    work: AT_WORK, asked: ConversationId
) -> None:
    office, session = work
    request = letter(work, conversation=asked, turn=1, label=Label.DO_NOT_EMAIL)
    made = office.send_letter(session, request)
    assert isinstance(made, CallOpened)
    shown = office.show_conversation(session, asked)
    assert [(one.kind, one.conversation) for one in shown.tasks] == [("call", asked)]
    assert shown.line.state is ConversationState.OPEN


def test_an_answer_with_an_open_task_waits(room: Mailroom, work: AT_WORK, asked: ConversationId) -> None:
    office, session = work
    office.send_letter(session, letter(work, conversation=asked, turn=1, label=Label.DO_NOT_EMAIL))
    queued(office.send_letter(session, letter(work, conversation=asked, turn=1)))
    assert room.conversation(asked).state is ConversationState.WAITING


@pytest.fixture
def doctor(room: Mailroom, work: AT_WORK) -> PersonId:
    return room.doctor(work[1])


def test_a_letter_to_a_professional_says_which_patient_it_is_about(work: AT_WORK, doctor: PersonId) -> None:
    office, session = work
    words = "Zoraida Canaryfield wants to see you."
    request = LetterRequest(doctor, "A patient", words, label=Label.ROUTINE)
    assert "about-missing" in [one.code for one in office.explain_letter(session, request).warnings]
    assert refused(work, request) == "about-missing"
    named = replace(request, about=zoraida(work))
    shown = office.explain_letter(session, named)
    assert "about-missing" not in [one.code for one in shown.warnings]
    sent = queued(office.send_letter(session, replace(named, seen=shown.seen)))
    assert sent.conversation is not None
    assert office.show_conversation(session, sent.conversation).line.person == zoraida(work)
    with pytest.raises(InputError, match="person-unknown"):
        office.explain_letter(session, replace(request, about=PersonId("f" * 32)))


def test_a_letter_to_a_professional_that_names_nobody_needs_no_patient(
    room: Mailroom, work: AT_WORK, doctor: PersonId
) -> None:
    request = LetterRequest(doctor, "Hours", "We open at nine.", label=Label.ROUTINE)
    sent = queued(work[0].send_letter(work[1], request))
    assert sent.conversation is not None
    assert room.conversation(sent.conversation).person == doctor


def test_a_professional_is_asked_within_the_patients_conversation(
    work: AT_WORK, asked: ConversationId, doctor: PersonId
) -> None:
    office, session = work
    request = LetterRequest(
        doctor, "A question", "Could you see her?", label=Label.ROUTINE, conversation=asked, turn=1
    )
    queued(office.send_letter(session, request))
    other = replace(request, about=person_named(*work, "Bo"), turn=2)
    assert refused(work, other) == "conversation-other-person"
    call = replace(request, label=Label.DO_NOT_EMAIL, turn=2)
    assert isinstance(office.send_letter(session, call), CallOpened)
    assert refused(work, replace(call, about=other.about)) == "conversation-other-person"
