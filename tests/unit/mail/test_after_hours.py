"""Who writes at night gets one answer, by a safe way, without a word of what was asked; machines get none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from desktop.compliance.hours import opens
from desktop.mail import after_hours, threads
from desktop.mail.after_hours import MOST_A_DAY, MOST_A_PERSON, Answers
from desktop.mail.letters import Letters, NotSendable
from desktop.mail.returned_values import Classified, Kind, Understood
from desktop.mail.sealing import AUTO_ANSWER
from desktop.models import (
    afterhours,
    conversations,
    entries,
    messages,
    received,
    sendingrules,
    settings,
    suppressions,
)
from desktop.models.correspondence import AfterHours, Conversation, ConversationState, Direction, Urgency
from desktop.models.database import Tx
from desktop.models.delivery import ReceivedId, Suppression, SuppressionKind
from desktop.models.ids import new_id
from desktop.models.records import Label, Message, Method, Person, State, Status
from tests.practice.office import SENDER, ZONE, Practice
from tests.support.correspondence import a_received, an_account

NIGHT = datetime(2026, 11, 25, 3, 5, tzinfo=UTC)
"""Tuesday 9:05 pm in Chicago."""
CANARY = "zebra-canary"
HEAD = b"From: maria@mail.example\r\nTo: office@harbor.example\r\nSubject: x\r\n"


class Desk:
    """A practice at night whose mail is answered, one step each."""

    def __init__(self, office: Practice) -> None:
        self.office = office
        office.clock.at = NIGHT
        self.answers = Answers(office.clock, office.letters, office.outbox, office.audit, opens)
        self.rechecks = {**office.rechecks, AUTO_ANSWER: self.answers.recheck}
        self.account = office.db.write(an_account)
        office.db.write(lambda tx: afterhours.put_rules(tx, AfterHours(enabled=True)))
        office.db.write(lambda tx: settings.put(tx, "practice-phone", "312-555-0140"))
        self.maria = office.person()
        self.seen: set[ReceivedId] = set()

    def comes(self, person: Person | None, *, head: bytes = HEAD, **changes: Any) -> Conversation:
        """A mail of `person`, filed as the mailbox does."""
        urgency = changes.pop("urgency", Urgency.PLAIN)
        said = changes.pop("said", {})
        one = a_received(
            self.account,
            **{
                "at": self.office.clock.now() - timedelta(minutes=1),
                "sender": person.email if person else "stranger@example.net",
                "person": person.id if person else None,
                "raw": head + b"\r\n" + CANARY.encode() + b"?\r\n",
                **changes,
            },
        )
        words = {"own": f"{CANARY}?", "subject": CANARY, **said}
        meant = Understood(Classified(Kind(one.kind)), sender=one.sender, message_id=one.message_id, **words)

        def work(tx: Tx) -> Conversation:
            received.add(tx, one)
            now = self.office.clock.now()
            kept = threads.arrived(
                tx,
                self.office.audit,
                one,
                meant,
                person,
                now,
                label=Label.SENSITIVE,
                ask=None,
                urgency=urgency,
            )
            found = conversations.get(tx, kept.conversation)
            assert found is not None
            return found

        return self.office.db.write(work)

    def look(self) -> list[Message]:
        """As the watch does (office/after_hours_watch.py)."""
        made = []
        for one in self.office.db.read(lambda tx: self.answers.due(tx, self.seen)):
            self.seen.add(one.received)
            try:
                worded = self.office.db.read(lambda tx, one=one: self.answers.worded(tx, one))  # type: ignore[misc]
            except NotSendable:
                continue
            if worded is None:
                continue
            frozen = Letters.seal(worded.prepared, self.office.sealer)
            made.append(
                self.office.db.write(
                    lambda tx, worded=worded, frozen=frozen: self.answers.queue(tx, worded, frozen)  # type: ignore[misc]
                )
            )
        return [one for one in made if one is not None]

    def now(self, conversation: Conversation) -> Conversation:
        found = self.office.db.read(lambda tx: conversations.get(tx, conversation.id))
        assert found is not None
        return found

    def wire(self, message: Message) -> bytes:
        return self.office.db.read(lambda tx: messages.wire(tx, message.id))

    def text(self, conversation: Conversation) -> str:
        said = self.office.db.read(lambda tx: entries.of_conversation(tx, conversation.id, limit=9))
        return next(one.own for one in said if one.direction is Direction.OUT)

    def turn_to(self, **rules: Any) -> None:
        self.office.db.write(lambda tx: afterhours.put_rules(tx, AfterHours(**rules)))


@pytest.fixture
def desk(office: Practice) -> Desk:
    return Desk(office)


# --- one answer -----------------------------------------------------------------------------


def test_who_writes_at_night_gets_one_answer_in_the_thread_and_the_conversation_stays_open(
    desk: Desk,
) -> None:
    came = desk.comes(desk.maria)
    (message,) = desk.look()
    assert (message.kind, message.person, message.label, message.method) == (
        AUTO_ANSWER,
        desk.maria.id,
        Label.ROUTINE,
        Method.TLS,
    )
    stands = desk.now(came)
    assert stands == replace(came, auto_answered_at=desk.office.clock.now())
    assert (stands.state, stands.unseen, stands.turn) == (ConversationState.OPEN, True, 1)
    said = desk.office.db.read(lambda tx: entries.of_conversation(tx, came.id, limit=9))
    assert [(one.direction, one.message) for one in said][1] == (Direction.OUT, message.id)
    assert desk.look() == []
    acts = desk.office.acts()
    assert acts.count("mail.auto-answered") == 1
    assert acts.count("message.queued") == 1


def test_its_header_says_that_nobody_wrote_it_and_what_it_answers(desk: Desk) -> None:
    came = desk.comes(desk.maria, message_id="<her-mail@mail.example>")
    (message,) = desk.look()
    wire = message_from_bytes(desk.wire(message))
    assert wire["Auto-Submitted"] == "auto-replied"
    assert wire["In-Reply-To"] == "<her-mail@mail.example>"
    assert wire["References"].split() == ["<her-mail@mail.example>"]
    assert (wire["To"], SENDER in wire["From"]) == (desk.maria.email, True)
    assert CANARY.encode() not in desk.wire(message)
    assert CANARY not in desk.text(came)
    assert not after_hours.wants_no_answer(HEAD + b"\r\n")
    assert after_hours.wants_no_answer(desk.wire(message))


def test_it_says_when_somebody_reads_whom_to_call_and_what_to_do_in_an_emergency(desk: Desk) -> None:
    came = desk.comes(desk.maria)
    desk.look()
    text = desk.text(came)
    assert "Wednesday, November 25, 2026 from 7:00 am" in text
    assert "312-555-0140" in text
    assert "Harbor Clinic" in text
    assert text.index("312-555-0140") < text.index("911")


def test_urgent_words_bring_the_emergency_sentence_to_the_front(desk: Desk) -> None:
    came = desk.comes(desk.maria, urgency=Urgency.URGENT)
    desk.look()
    assert "911" in desk.text(came).split("\n\n")[0]


def test_it_speaks_the_persons_language(desk: Desk) -> None:
    ana = desk.office.person("Ana", language="es")
    came = desk.comes(ana)
    desk.look()
    assert "miércoles 25 de noviembre" in desk.text(came)
    assert "urgencias" in desk.text(came)


def test_the_practices_own_words_take_their_place_but_never_that_of_the_emergency(desk: Desk) -> None:
    desk.turn_to(enabled=True, text_en="{{ practice }} opens {{ date }} at {{ time }}.", text_es="")
    came = desk.comes(desk.maria)
    desk.look()
    first, *others = desk.text(came).split("\n\n")
    assert first == "Harbor Clinic opens Wednesday, November 25, 2026 at 7:00 am."
    assert any("911" in one for one in others)


def test_own_words_that_name_what_nobody_entered_give_way_to_the_programs(desk: Desk) -> None:
    desk.office.db.write(lambda tx: settings.put(tx, "practice-phone", ""))
    desk.turn_to(enabled=True, text_en="Call {{ practice_phone }}.", text_es="")
    came = desk.comes(desk.maria)
    desk.look()
    assert "Call" not in desk.text(came)
    assert "Thank you for your message" in desk.text(came)


# --- none -----------------------------------------------------------------------------------


def test_nothing_leaves_while_it_is_turned_off_or_somebody_is_there(desk: Desk) -> None:
    desk.turn_to()
    desk.comes(desk.maria)
    assert desk.look() == []
    desk.turn_to(enabled=True)
    desk.office.clock.at = NIGHT + timedelta(hours=12)
    assert desk.look() == []


def test_what_came_in_opening_hours_or_long_ago_is_answered_by_people(desk: Desk) -> None:
    desk.comes(desk.maria, at=NIGHT - timedelta(hours=3))
    desk.comes(desk.maria, at=NIGHT - timedelta(hours=25))
    assert desk.look() == []


@pytest.mark.parametrize(
    "field",
    [
        b"Auto-Submitted: auto-replied",
        b"Auto-Submitted:\r\n  auto-generated; owner-email=x",
        b"AUTO-SUBMITTED : auto-notified",
        b"List-Id: <news.example>",
        b"List-Unsubscribe: <mailto:x@example.org>",
        b"Precedence: bulk",
        b"Precedence: Junk",
        b"Return-Path: <>",
        b"Return-Path: < >",
        b"X-Auto-Response-Suppress: All",
        b"X-Autoreply: yes",
        b"X-Loop: a@b.example",
    ],
)
def test_machines_and_lists_get_none(desk: Desk, field: bytes) -> None:
    desk.comes(desk.maria, head=HEAD + field + b"\r\n")
    assert desk.look() == []


@pytest.mark.parametrize(
    "field", [b"Auto-Submitted: no", b"Return-Path: <maria@mail.example>", b"Precedence: first-class"]
)
def test_people_whose_program_says_so_get_theirs(desk: Desk, field: bytes) -> None:
    desk.comes(desk.maria, head=HEAD + field + b"\r\n")
    assert len(desk.look()) == 1


def test_a_mail_whose_header_nobody_can_read_gets_none() -> None:
    assert after_hours.wants_no_answer(b"")
    assert after_hours.wants_no_answer(b"\xff\x00" * 40_000)
    assert after_hours.wants_no_answer(b"X" * 70_000 + b": y")


@pytest.mark.parametrize("kind", sorted({*Kind} - {Kind.MESSAGE}))
def test_reports_and_absences_get_none(desk: Desk, kind: str) -> None:
    desk.comes(desk.maria, kind=str(kind))
    assert desk.look() == []


def test_strangers_and_other_addresses_than_the_one_we_have_get_none(desk: Desk) -> None:
    desk.comes(None)
    desk.comes(desk.maria, sender="maria.old@mail.example")
    desk.comes(desk.office.person("Lab", email="no-reply@lab.example"))
    desk.comes(desk.office.person("Gone", status=Status.DECEASED))
    assert desk.look() == []


def test_a_stopped_address_or_no_safe_way_is_silence(desk: Desk) -> None:
    leo = desk.office.person("Leo")
    stop = Suppression(new_id(), leo.email, SuppressionKind.HARD_BOUNCE, None, NIGHT)
    desk.office.db.write(lambda tx: suppressions.add(tx, stop))
    came = desk.comes(leo)
    assert desk.look() == []
    desk.office.change_relay(required_tls="", required_tls_at=None)
    other = desk.comes(desk.maria)
    assert desk.look() == []
    assert desk.now(came).auto_answered_at is None
    assert desk.now(other).auto_answered_at is None
    assert "mail.auto-answered" not in desk.office.acts()


# --- brakes ---------------------------------------------------------------------------------


def test_an_answer_to_our_answer_triggers_none(desk: Desk) -> None:
    came = desk.comes(desk.maria)
    (message,) = desk.look()
    again = desk.comes(desk.maria, said={"in_reply_to": message.message_id})
    assert again.id == came.id
    assert desk.look() == []


def test_a_machine_that_begins_anew_each_time_is_answered_three_times_a_day(desk: Desk) -> None:
    made = 0
    for _ in range(MOST_A_PERSON + 3):
        desk.office.clock.pass_(minutes=2)
        desk.comes(desk.maria)
        made += len(desk.look())
    assert made == MOST_A_PERSON


def test_no_more_than_fifty_leave_in_a_day(desk: Desk) -> None:
    for number in range(MOST_A_DAY + 5):
        desk.comes(desk.office.person(f"Person{number}"))
    made = 0
    for _ in range(20):
        made += len(desk.look())
    assert made == MOST_A_DAY


def test_two_looks_at_once_answer_once(desk: Desk) -> None:
    desk.comes(desk.maria)
    (one,) = desk.office.db.read(lambda tx: desk.answers.due(tx, ()))
    worded = desk.office.db.read(lambda tx: desk.answers.worded(tx, one))
    assert worded is not None
    frozen = Letters.seal(worded.prepared, desk.office.sealer)
    first = desk.office.db.write(lambda tx: desk.answers.queue(tx, worded, frozen))
    second = desk.office.db.write(lambda tx: desk.answers.queue(tx, worded, frozen))
    assert first is not None
    assert second is None


# --- at the claim ---------------------------------------------------------------------------


def claimed(desk: Desk) -> list[str]:
    desk.office.take_lease()
    found = desk.office.db.write(lambda tx: desk.office.outbox.claim(tx, "1-holder", desk.rechecks, 5))
    return [one.message.kind for one in found]


def state_of(desk: Desk, message: Message) -> tuple[State, str]:
    row = desk.office.db.read(lambda tx: messages.get(tx, message.id))
    assert row is not None
    return row.state, row.reason.code if row.reason else ""


def test_it_leaves_after_the_hold(desk: Desk) -> None:
    desk.comes(desk.maria)
    desk.look()
    desk.office.clock.pass_(seconds=11)
    assert claimed(desk) == [AUTO_ANSWER]


def test_it_stays_where_the_office_opened_meanwhile(desk: Desk) -> None:
    desk.comes(desk.maria)
    (message,) = desk.look()
    desk.office.clock.pass_(hours=11)
    assert claimed(desk) == []
    assert state_of(desk, message) == (State.CANCELLED, "office-open-again")


def test_it_stays_where_somebody_answered_meanwhile(desk: Desk) -> None:
    came = desk.comes(desk.maria)
    (message,) = desk.look()
    desk.office.db.write(lambda tx: conversations.put(tx, replace(desk.now(came), last=Direction.OUT)))
    desk.office.clock.pass_(seconds=11)
    assert claimed(desk) == []
    assert state_of(desk, message) == (State.CANCELLED, "answered-meanwhile")


# --- when nobody is there -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "day", "hour"),
    [
        ("2026-11-25T20:30", "2026-11-27", 7),
        ("2026-11-26T12:00", "2026-11-27", 7),
        ("2026-11-28T12:00", "2026-11-30", 7),
        ("2026-12-22T20:00", "2026-12-24", 7),
    ],
)
def test_closed_days_holidays_and_weekends_count_by_the_practices_zone(
    desk: Desk, at: str, day: str, hour: int
) -> None:
    """Thanksgiving, the day after it, a weekend, and a day that the practice closed itself."""
    rules = replace(sendingrules.DEFAULT, closed=("2026-12-23",), country="US")
    desk.office.db.write(lambda tx: sendingrules.put(tx, rules))
    moment = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo(ZONE))
    found = desk.office.db.read(lambda tx: opens(tx, moment))
    assert found is not None
    assert found.astimezone(ZoneInfo(ZONE)).strftime("%Y-%m-%d %H") == f"{day} {hour:02d}"
