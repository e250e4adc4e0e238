"""Letters that were sent anew, or taken back, and what their conversation says of that."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from desktop.errors import DeliveryError, Refused
from desktop.models import messages
from desktop.models.accounts import Session
from desktop.models.correspondence import ConversationId, ConversationState, Urgency
from desktop.models.records import Label, MessageId, State
from desktop.office.api import Office
from desktop.office.values import LetterRequest, PassphraseRequest
from desktop.office.values_delivery import AddressCheck, Resend
from desktop.office.values_practice import RelayRequest
from desktop.office.values_protection import IdentityCheck, SendAgain
from tests.made_practice import Practice, person_named
from tests.made_staff import desk_of
from tests.support.mailroom import Mailroom
from tests.support.queued import queued

AT_WORK = tuple[Office, Session]
OPEN, DONE = ConversationState.OPEN, ConversationState.DONE


class Desk:
    """Zoraida, who has the words of her card, asks something."""

    def __init__(self, office: Office, session: Session) -> None:
        self.office, self.session = office, session
        self.room = Mailroom(office)
        self.zoraida = person_named(office, session, "Zoraida")
        office.make_passphrase(session, PassphraseRequest(self.zoraida, "Ana", "in-person"))
        office.record_check(session, IdentityCheck(self.zoraida, ("birth-date", "record-number")))
        self.asked: ConversationId = self.asks("Can I move it?", ask="ask-move", urgency=Urgency.ASKS)

    def asks(self, words: str, **said: object) -> ConversationId:
        named = {"label": Label.ROUTINE, "message_id": f"<{len(words)}@mail.example>", **said}
        return self.room.comes(words, self.zoraida, **named).conversation  # type: ignore[arg-type]

    def request(self, turn: int) -> LetterRequest:
        return LetterRequest(
            self.zoraida, "Re: A question", "Yes, Thursday.", conversation=self.asked, turn=turn
        )

    def answers(self, turn: int = 1) -> MessageId:
        return queued(self.office.send_letter(self.session, self.request(turn))).id

    def moves(self, message: MessageId, *path: State) -> None:
        database, frm = desk_of(self.office).opened().database, State.QUEUED
        for to in path:
            assert database.write(lambda tx, frm=frm, to=to: messages.move(tx, message, frm, to))  # type: ignore[misc]
            frm = to

    def stands(self) -> tuple[ConversationState, MessageId | None, State | None]:
        shown = self.office.show_conversation(self.session, self.asked)
        ours = [one for one in shown.entries if one.message is not None][-1]
        return shown.line.state, ours.message, ours.state

    def refused(self, turn: int) -> str:
        with pytest.raises(Refused) as caught:
            self.answers(turn)
        return caught.value.code


@pytest.fixture
def desk(at_work: AT_WORK, relay_request: Callable[..., RelayRequest]) -> Desk:
    office, session = at_work
    office.add_relay(session, relay_request())
    return Desk(office, session)


def test_another_form_that_is_taken_back_does_not_say_that_nothing_was_sent(desk: Desk) -> None:
    """What the patient has got stands in the conversation and in the chart as sent."""
    first = desk.answers()
    desk.moves(first, State.ACCEPTED)
    second = desk.office.send_again(desk.session, SendAgain(first, "as-page"))
    assert desk.office.cancel_messages(desk.session, (second.id,)).cancelled == 1
    assert desk.stands() == (DONE, first, State.ACCEPTED)
    third = desk.office.send_again(desk.session, SendAgain(first, "as-page"))
    assert desk.stands() == (DONE, third.id, State.QUEUED)


def test_another_form_of_what_had_not_left_is_taken_back_with_it(desk: Desk) -> None:
    second = desk.office.send_again(desk.session, SendAgain(desk.answers(), "as-page"))
    desk.office.cancel_messages(desk.session, (second.id,))
    assert desk.stands() == (OPEN, second.id, State.CANCELLED)


def test_a_second_try_that_is_taken_back_leaves_the_question_open(desk: Desk) -> None:
    first = desk.answers()
    desk.moves(first, State.FAILED)
    desk.office.check_failed_address(desk.session, AddressCheck(first, "phone", "same"))
    again = desk.office.resend_message(desk.session, Resend(first)).queued
    assert desk.stands() == (DONE, again.id, State.QUEUED)
    desk.office.cancel_messages(desk.session, (again.id,))
    assert desk.stands() == (OPEN, first, State.FAILED)


def test_what_was_taken_back_and_is_sent_again_is_not_answered_a_second_time(desk: Desk) -> None:
    """From the outbox, while a colleague already writes the same answer anew."""
    first = desk.answers()
    desk.office.cancel_messages(desk.session, (first,))
    seen = desk.office.show_conversation(desk.session, desk.asked).turn
    again = desk.office.resend_message(desk.session, Resend(first)).queued
    assert desk.stands() == (DONE, again.id, State.QUEUED)
    assert desk.refused(seen) == "conversation-moved-on"


def test_what_came_in_since_stays_open_when_an_older_answer_goes_again(desk: Desk) -> None:
    first = desk.answers()
    desk.office.cancel_messages(desk.session, (first,))
    desk.asks("And on Friday?", references=("<14@mail.example>",))
    desk.office.resend_message(desk.session, Resend(first))
    assert desk.stands()[0] is OPEN


def test_something_urgent_is_not_buried_by_thanks_while_its_answer_waits(
    desk: Desk, practice: Practice
) -> None:
    """The answer is refused at the claim: what it answered is as urgent as before."""
    desk.asks("Chest pain", ask="ask-urgent", urgency=Urgency.URGENT, references=("<14@mail.example>",))
    desk.answers(2)
    desk.asks("Thank you", references=("<14@mail.example>",))
    desk.office.set_person(desk.session, desk.zoraida, {"consent": "refused"})
    practice.clock.move(60)
    with suppress(DeliveryError):
        desk.office.run_outbox(desk.session)
    line = desk.office.show_conversation(desk.session, desk.asked).line
    assert (line.state, line.urgency, line.ask and line.ask.code) == (OPEN, Urgency.URGENT, "ask-urgent")


def test_a_plain_yes_meanwhile_does_not_hide_that_the_answer_never_left(desk: Desk) -> None:
    """It goes into the history, and the conversation stays as it stood."""
    answer = desk.answers()
    before = desk.room.conversation(desk.asked)
    desk.asks("Yes", references=("<14@mail.example>",))
    desk.room.put(replace(desk.room.conversation(desk.asked), state=DONE, done_at=before.done_at))
    desk.office.cancel_messages(desk.session, (answer,))
    assert desk.stands()[0] is OPEN


def test_what_opens_again_after_its_words_were_destroyed_has_a_subject(desk: Desk) -> None:
    before = desk.room.conversation(desk.asked)
    desk.room.put(replace(before, state=DONE, subject="", destroyed_at=before.opened_at))
    desk.asks("Hello again", references=("<14@mail.example>",), subject="Another visit")
    assert desk.room.conversation(desk.asked).subject == "Another visit"


def test_a_letter_that_is_taken_back_too_late_is_not_answered_twice(desk: Desk) -> None:
    first = desk.answers()
    desk.moves(first, State.CLAIMED, State.CONNECTING, State.ENVELOPE, State.DATA)
    assert desk.office.cancel_messages(desk.session, (first,)).cancelled == 0
    assert desk.refused(1) == "conversation-moved-on"
    assert desk.stands() == (DONE, first, State.DATA)
