"""Pauses, evidence, settling and sending again, at the door of a real practice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from desktop.errors import InputError, Refused
from desktop.mail import unclear
from desktop.mail.calls import call_of
from desktop.models import messages, tasks
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.delivery import EVERYTHING, Scope
from desktop.models.records import Label, Message, MessageId, Method, Reason, State
from desktop.office.api import Office
from desktop.office.desk import Opened
from desktop.office.values import LetterRequest, PassphraseRequest
from desktop.office.values_delivery import AddressCheck, PauseRequest, Resend, Resolution, Resume
from desktop.office.values_practice import RelayRequest
from tests.made_practice import Practice, import_visits, person_named
from tests.made_staff import desk_of
from tests.support.queued import queued


@dataclass
class Desk:
    office: Office
    session: Session
    practice: Practice

    @property
    def opened(self) -> Opened:
        return desk_of(self.office).opened()

    def letter(self, name: str = "Zoraida", label: Label = Label.ROUTINE) -> MessageId:
        person = person_named(self.office, self.session, name)
        request = LetterRequest(person, "About", "Dear Ms. Lopez", label=label)
        return queued(self.office.send_letter(self.session, request)).id

    def reminders(self) -> tuple[MessageId, ...]:
        import_visits(self.office, self.session, self.practice.clock)
        return self.office.send_reminders(self.session).messages

    def to(self, id_: MessageId, *path: State, reason: str = "") -> None:
        """Bring a row along its way, as a run of the dispatcher would."""

        before = self.row(id_).state

        def move(tx: Tx) -> None:
            at = before
            for state in path:
                why = Reason(reason) if reason and state is path[-1] else None
                assert messages.move(tx, id_, at, state, reason=why)
                messages.add_attempt(tx, id_, self.practice.clock.now(), state.value)
                at = state

        self.opened.database.write(move)

    def lose(self, id_: MessageId) -> None:
        """Nobody knows what became of it."""
        self.to(id_, State.CLAIMED, State.DATA, State.UNCERTAIN, reason="no-receipt")

    def row(self, id_: MessageId) -> Message:
        row = self.opened.database.read(lambda tx: messages.get(tx, id_))
        assert row is not None
        return row

    def due(self) -> set[MessageId]:
        now = self.practice.clock.now() + timedelta(seconds=30)
        return {row.id for row in self.opened.database.read(lambda tx: messages.due(tx, now, 100))}

    def wait(self, minutes: int) -> None:
        """Time passes, and somebody sits there."""
        for _ in range(minutes):
            self.practice.clock.move(60)
            self.office.touch(self.session)

    def look(self) -> int:
        """The minute's look at what is unclear."""
        audit, clock = desk_of(self.office).audit, self.practice.clock
        return self.opened.database.write(lambda tx: unclear.look(tx, audit, clock.now()))

    def resend(self, id_: MessageId, expect: str = "") -> MessageId:
        return self.office.resend_message(self.session, Resend(id_, expect)).queued.id


@pytest.fixture
def desk(
    at_work: tuple[Office, Session], practice: Practice, relay_request: Callable[..., RelayRequest]
) -> Desk:
    office, session = at_work
    office.add_relay(session, relay_request(required_tls="account"))
    return Desk(office, session, practice)


def test_what_is_paused_waits_and_goes_on_where_it_was(desk: Desk) -> None:
    one, other = desk.letter(), desk.letter("Bo")
    scope = Scope(f"message:{one}")
    shown = desk.office.pause_sending(desk.session, PauseRequest(scope))
    assert ([p.scope for p in shown.pauses], shown.waiting) == ([scope], 1)
    assert shown.pauses[0].by == desk.session.user
    assert desk.due() == {other}
    message = desk.office.show_message(desk.session, one)
    assert message.pause is not None
    assert message.line.pause == Reason("paused-by-person")
    assert desk.office.resume_sending(desk.session, Resume(scope)).pauses == ()
    assert desk.due() == {one, other}


def test_pauses_within_each_other_end_one_by_one(desk: Desk) -> None:
    one = desk.letter()
    for scope in ("all", "kind:letter"):
        desk.office.pause_sending(desk.session, PauseRequest(Scope(scope)))
    assert desk.office.would_go(desk.session, EVERYTHING).go == ()
    desk.office.resume_sending(desk.session, Resume(EVERYTHING))
    assert desk.due() == set()
    assert [line.id for line in desk.office.would_go(desk.session, Scope("kind:letter")).go] == [one]


def test_a_pause_ends_by_itself_at_its_time(desk: Desk) -> None:
    one = desk.letter()
    until = desk.practice.clock.now() + timedelta(hours=1)
    desk.office.pause_sending(desk.session, PauseRequest(EVERYTHING, until))
    assert desk.due() == set()
    desk.wait(60)
    assert desk.due() == {one}


def test_what_the_program_paused_goes_on_only_after_it_was_seen(desk: Desk) -> None:
    one = desk.letter()
    desk.opened.database.write(lambda tx: desk.opened.outbox.fence.put(tx, "restored"))
    assert desk.due() == set()
    for seen in ("", "0" * 64):
        with pytest.raises(Refused, match="would-go-not-seen"):
            desk.office.resume_sending(desk.session, Resume(EVERYTHING, seen))
    shown = desk.office.would_go(desk.session, EVERYTHING)
    assert [line.id for line in shown.go] == [one]
    assert shown.pause is not None
    assert (shown.pause.reason.code, shown.pause.by) == ("restored", None)
    other = desk.letter("Bo")
    with pytest.raises(Refused, match="would-go-not-seen"):
        desk.office.resume_sending(desk.session, Resume(EVERYTHING, shown.seen))
    seen = desk.office.would_go(desk.session, EVERYTHING).seen
    assert desk.office.resume_sending(desk.session, Resume(EVERYTHING, seen)).pauses == ()
    assert desk.due() == {one, other}


def test_a_person_cannot_hide_the_program_s_reason_behind_their_own_pause(desk: Desk) -> None:
    desk.letter()
    desk.opened.database.write(lambda tx: desk.opened.outbox.fence.put(tx, "clock-changed"))
    shown = desk.office.pause_sending(desk.session, PauseRequest(EVERYTHING))
    assert [one.reason.code for one in shown.pauses] == ["clock-changed"]
    with pytest.raises(Refused, match="would-go-not-seen"):
        desk.office.resume_sending(desk.session, Resume(EVERYTHING))


def test_would_go_tells_apart_what_is_too_late_and_what_nobody_knows(desk: Desk) -> None:
    first, second = desk.reminders()
    lost = desk.letter()
    desk.lose(lost)
    desk.opened.database.write(lambda tx: desk.opened.outbox.fence.put(tx, "woke-late"))
    visit = desk.row(first).useless_after
    assert visit is not None
    desk.practice.clock.move((visit - desk.practice.clock.now()).total_seconds() - 60)
    office, session = desk.practice.signed_in()
    shown = office.would_go(session, EVERYTHING)
    assert {line.id for line in shown.go} == {first, second}
    desk.practice.clock.move(60)
    shown = office.would_go(session, EVERYTHING)
    assert {line.id for line in shown.late} == {first}
    assert {line.id for line in shown.go} == {second}
    assert [line.id for line in shown.uncertain] == [lost]


def test_everything_of_a_scope_is_cancelled_and_what_left_is_counted(desk: Desk) -> None:
    one, other = desk.letter(), desk.letter("Bo")
    desk.to(other, State.DATA)
    done = desk.office.cancel_scope(desk.session, Scope("kind:letter"))
    assert (done.cancelled, done.too_late) == (1, 1)
    assert desk.row(one).reason == Reason("cancelled-by-person")
    assert desk.row(other).state is State.DATA


@pytest.mark.parametrize(
    "scope", ["", "everything", "kind:", "kind:leaflet", "relay:none", "source:none", "x:y"]
)
def test_a_scope_that_names_nothing_is_refused(desk: Desk, scope: str) -> None:
    for ask in (
        lambda: desk.office.pause_sending(desk.session, PauseRequest(Scope(scope))),
        lambda: desk.office.would_go(desk.session, Scope(scope)),
        lambda: desk.office.cancel_scope(desk.session, Scope(scope)),
    ):
        with pytest.raises(InputError, match="scope-unknown"):
            ask()


def test_the_evidence_of_an_unclear_message_in_order(desk: Desk) -> None:
    one = desk.letter()
    desk.practice.clock.move(11)
    desk.lose(one)
    shown = desk.office.show_message(desk.session, one)
    assert [line.phase for line in shown.phases] == ["queued", "claimed", "data", "uncertain"]
    assert [line.words.code for line in shown.phases][-1] == "phase-uncertain"
    assert (shown.can_cancel, shown.can_pause, shown.can_resolve, shown.can_resend) == (
        *(False, False, True, True),
    )


@pytest.mark.parametrize(
    ("how", "state", "reason", "asks"),
    [
        ("arrived", State.ACCEPTED, "said-arrived", False),
        ("not-arrived", State.FAILED, "said-not-arrived", True),
        ("called", State.UNCERTAIN, "settled-by-phone", False),
    ],
)
def test_somebody_says_what_became_of_it(desk: Desk, how: str, state: State, reason: str, asks: bool) -> None:
    one = desk.reminders()[0]
    desk.lose(one)
    desk.wait(30)
    assert desk.look() == 1
    shown = desk.office.resolve_message(desk.session, Resolution(one, how, "She said so."))
    assert (shown.line.state, shown.line.reason) == (state, Reason(reason))
    assert shown.can_resolve is False
    said = [line for line in shown.phases if line.phase == reason]
    assert [line.reply for line in said] == ["She said so."]
    open_call = desk.opened.database.read(lambda tx: call_of(tx, one))
    assert (open_call is not None) is asks
    with pytest.raises(Refused, match="not-unclear"):
        desk.office.resolve_message(desk.session, Resolution(one, how))
    assert desk.look() == 0


def test_what_was_told_by_phone_may_turn_out_to_have_arrived(desk: Desk) -> None:
    one = desk.letter()
    desk.lose(one)
    desk.office.resolve_message(desk.session, Resolution(one, "called"))
    shown = desk.office.resolve_message(desk.session, Resolution(one, "arrived"))
    assert shown.line.state is State.ACCEPTED


def test_only_what_nobody_knows_is_settled(desk: Desk) -> None:
    one = desk.letter()
    with pytest.raises(Refused, match="not-unclear"):
        desk.office.resolve_message(desk.session, Resolution(one, "arrived"))
    with pytest.raises(InputError, match="value-not-allowed"):
        desk.office.resolve_message(desk.session, Resolution(one, "perhaps"))
    with pytest.raises(InputError, match="message-unknown"):
        desk.office.resolve_message(desk.session, Resolution(MessageId("0" * 32), "arrived"))


def test_an_unclear_reminder_becomes_one_call_after_half_an_hour_and_a_letter_none(desk: Desk) -> None:
    one, letter = desk.reminders()[0], desk.letter()
    desk.lose(one)
    desk.lose(letter)
    desk.practice.clock.move(1799)
    assert desk.look() == 0
    desk.practice.clock.move(1)
    assert (desk.look(), desk.look()) == (1, 0)
    call = desk.opened.database.read(lambda tx: call_of(tx, one))
    assert call is not None
    assert call.details == {"cause": "uncertain"}
    assert desk.row(one).state is State.UNCERTAIN
    now = desk.practice.clock.now()
    desk.opened.database.write(lambda tx: tasks.close(tx, call.id, tasks.TaskState.DONE, now))
    assert desk.look() == 0


def test_a_sign_of_arrival_ends_the_call(desk: Desk) -> None:
    one = desk.reminders()[0]
    desk.lose(one)
    desk.practice.clock.move(1800)
    desk.look()
    desk.to(one, State.ACCEPTED, reason="sign-of-arrival")
    assert desk.look() == 0
    assert desk.opened.database.read(lambda tx: call_of(tx, one)) is None


def test_an_unclear_letter_is_sent_again_with_todays_decision_under_its_own_name(desk: Desk) -> None:
    one = desk.letter()
    desk.lose(one)
    before = desk.row(one)
    again = desk.row(desk.resend(one))
    assert (again.generation, again.source, again.state) == (2, before.source, State.QUEUED)
    assert again.message_id != before.message_id
    assert desk.row(one).superseded
    assert desk.row(one).state is State.UNCERTAIN
    wires = desk.opened.database.read(lambda tx: messages.wires(tx, (one, again.id)))
    assert b"Dear Ms. Lopez" in wires[again.id]
    shown = desk.office.show_message(desk.session, one)
    assert (shown.can_resolve, shown.can_resend) == (False, False)
    assert shown.phases[-1].words == Reason("phase-followed")


def test_of_two_who_send_again_at_once_one_does(desk: Desk) -> None:
    one = desk.letter()
    desk.lose(one)
    start = threading.Barrier(2)
    ended: list[str] = []

    def press() -> None:
        start.wait()
        try:
            ended.append(desk.resend(one))
        except Refused as refused:
            ended.append(refused.code)

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended.count("not-resendable") == 1
    waiting = desk.opened.database.read(lambda tx: messages.by_states(tx, (State.QUEUED,)))
    assert len(waiting) == 1


def test_a_reminder_is_sent_again_by_its_planner_and_not_after_the_visit_was_moved(desk: Desk) -> None:
    first, second = desk.reminders()
    desk.lose(first)
    desk.to(second, State.EXPIRED, reason="too-late")
    again = desk.row(desk.resend(first))
    assert (again.kind, again.generation, again.useless_after) == (
        "reminder",
        2,
        desk.row(first).useless_after,
    )
    moved = b"Appointment ID,MRN,Date,Time,Provider\nA2,1002,2026-11-25,10:00,Dr. Shah\n"
    import_visits(desk.office, desk.session, desk.practice.clock, data=moved)
    with pytest.raises(Refused, match="visit-not-on"):
        desk.resend(second)


@pytest.mark.parametrize("state", [State.QUEUED, State.CLAIMED, State.ACCEPTED])
def test_what_waits_or_arrived_is_not_sent_again(desk: Desk, state: State) -> None:
    one = desk.letter()
    if state is not State.QUEUED:
        desk.to(one, state)
    with pytest.raises(Refused, match="not-resendable"):
        desk.resend(one)


def test_what_came_back_is_sent_again_only_after_the_address_was_checked(desk: Desk) -> None:
    one = desk.letter()
    desk.to(one, State.CLAIMED, State.DATA, State.ACCEPTED, State.BOUNCED)
    with pytest.raises(Refused, match="address-not-checked"):
        desk.resend(one)
    desk.office.check_failed_address(desk.session, AddressCheck(one, "phone", "same"))
    assert desk.row(desk.resend(one)).generation == 2


def test_what_did_not_arrive_by_somebodys_word_needs_no_checked_address(desk: Desk) -> None:
    one = desk.letter()
    desk.lose(one)
    desk.office.resolve_message(desk.session, Resolution(one, "not-arrived"))
    assert desk.row(desk.resend(one)).generation == 2


def test_another_decision_than_the_one_that_was_shown_is_not_sent(desk: Desk) -> None:
    one = desk.letter()
    desk.lose(one)
    with pytest.raises(Refused, match="decision-changed"):
        desk.resend(one, expect="0" * 64)
    assert not desk.row(one).superseded


def test_a_locked_letter_is_sealed_anew_under_the_same_words(desk: Desk) -> None:
    person = person_named(desk.office, desk.session, "Zoraida")
    desk.office.make_passphrase(desk.session, PassphraseRequest(person, "Ana", "in-person"))
    one = desk.letter(label=Label.SENSITIVE)
    assert desk.row(one).method is Method.ENVELOPE
    desk.lose(one)
    again = desk.row(desk.resend(one))
    assert (again.method, again.label) == (Method.ENVELOPE, Label.SENSITIVE)
