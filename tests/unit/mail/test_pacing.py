"""What may leave now: by the hours, by every limit, campaigns never in front of what one person waits for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from desktop.mail import ramp
from desktop.mail.outgoing import Outcome
from desktop.mail.pacing import WAITS, Go, Late, Pass, RulesPacer, Wait
from desktop.models import messages, pauses, sending, sendingrules
from desktop.models.database import Tx
from desktop.models.delivery import Hours, Pause, RelaySending
from desktop.models.ids import new_id
from desktop.models.pauses import scope_of
from desktop.models.records import Message, Reason, State
from desktop.texts import Texts
from tests.practice.office import Practice
from tests.support.kept import a_message

MONDAY_TEN = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
"""Ten in the morning by the practice's clock."""
ACCEPTED = Outcome(State.ACCEPTED, "250 2.0.0 OK")


class Desk:
    """A practice whose rows ask the pacer, claim what may go and postpone the rest."""

    def __init__(self, office: Practice) -> None:
        self.office = office
        self.now = MONDAY_TEN
        self.person = office.person().id
        self.pacer = RulesPacer(office.audit)

    def limits(self, **fields: Any) -> None:
        one = RelaySending(self.office.relay.id, **fields)
        self.office.db.write(lambda tx: sending.put(tx, one))

    def rows(self, count: int, kind: str = "letter", **fields: Any) -> list[Message]:
        usual = {"not_before": self.now, "queued_at": self.now, "window": "", "relay": self.office.relay.id}
        made = [
            a_message(self.person, **{**usual, "kind": kind, "source": new_id(), **fields})
            for _ in range(count)
        ]

        def put(tx: Tx) -> None:
            for row in made:
                messages.insert(tx, row, b"wire", "{}")

        self.office.db.write(put)
        return made

    def ask(self, rows: list[Message]) -> list[Pass]:
        def work(tx: Tx) -> list[Pass]:
            passes = self.pacer.allow(tx, rows, self.now)
            waits = [
                (row.id, one.until, one.reason)
                for row, one in zip(rows, passes, strict=True)
                if isinstance(one, Wait)
            ]
            sending.postpone(tx, waits)
            return passes

        return self.office.db.write(work)

    def note(self, rows: list[Message], outcome: Outcome = ACCEPTED) -> None:
        def work(tx: Tx) -> None:
            for row in rows:
                self.pacer.note(tx, row, outcome, self.now)

        self.office.db.write(work)

    def send(self, rows: list[Message]) -> int:
        """Ask for all, send what may go; how many went."""
        gone = [row for row, one in zip(rows, self.ask(rows), strict=True) if isinstance(one, Go)]
        self.note(gone)
        return len(gone)

    def row(self, message: Message) -> Message:
        found = self.office.db.read(lambda tx: messages.get(tx, message.id))
        assert found is not None
        return found


@pytest.fixture
def desk(office: Practice) -> Desk:
    return Desk(office)


def waits(passes: list[Pass]) -> list[Wait]:
    return [one for one in passes if isinstance(one, Wait)]


def test_the_host_allows_30_a_minute_and_the_31st_waits_for_a_place(desk: Desk) -> None:
    desk.limits(per_minute=30)
    rows = desk.rows(32)
    passes = desk.ask(rows)
    assert [type(one) for one in passes] == [Go] * 30 + [Wait] * 2
    held = waits(passes)[0]
    assert held.reason == Reason("pace-minute", {"count": 30})
    assert desk.now + timedelta(minutes=1) <= held.until <= desk.now + timedelta(minutes=1, seconds=6)
    assert desk.row(rows[31]) == replace(rows[31], next_try=held.until, reason=held.reason)
    desk.note(rows[:30])
    desk.now = held.until
    assert desk.send(rows[30:]) == 2


def test_without_limits_everything_may_leave_and_nothing_is_kept(desk: Desk) -> None:
    assert desk.send(desk.rows(200)) == 200
    assert desk.office.db.read(lambda tx: tx.driver.execute("SELECT count(*) FROM bucket").fetchone()) == (0,)


def test_a_rate_per_relay_and_per_recipients_domain(desk: Desk) -> None:
    comcast = desk.rows(25, address="a@Comcast.net")
    elsewhere = desk.rows(25)
    passes = desk.ask([*comcast, *elsewhere])
    assert [type(one) for one in passes] == [Go] * 20 + [Wait] * 5 + [Go] * 25
    assert waits(passes)[0].reason == Reason("group-minute", {"count": 20, "provider": "Comcast"})


def test_a_restart_forgets_no_limit(desk: Desk) -> None:
    desk.limits(per_hour=10)
    assert desk.send(desk.rows(10)) == 10
    desk.pacer = RulesPacer(desk.office.audit)
    desk.now += timedelta(minutes=59)
    assert desk.send(desk.rows(1)) == 0
    desk.now += timedelta(minutes=3)
    assert desk.send(desk.rows(1)) == 1


def test_after_a_crash_what_was_on_its_way_counts_as_gone_out(desk: Desk) -> None:
    desk.limits(per_minute=4)
    assert sum(isinstance(one, Go) for one in desk.ask(desk.rows(3))) == 3
    desk.pacer = RulesPacer(desk.office.audit)
    desk.now += timedelta(minutes=10)
    desk.office.db.write(lambda tx: desk.pacer.begin(tx, desk.now))
    assert desk.send(desk.rows(4)) == 1
    desk.now += timedelta(minutes=2)
    assert desk.send(desk.rows(9)) == 4


def test_what_was_put_back_gives_its_place_to_the_next(desk: Desk) -> None:
    desk.limits(per_day=1)
    first, second = desk.rows(2)
    assert isinstance(desk.ask([first])[0], Go)
    desk.note([first], Outcome(State.QUEUED, reason=Reason("not-begun"), next_try=desk.now))
    assert isinstance(desk.ask([second])[0], Go)


def test_an_answer_later_counts_for_the_provider_like_any_other(desk: Desk) -> None:
    desk.limits(per_minute=1)
    first, second = desk.rows(2)
    desk.ask([first])
    desk.note([first], Outcome(State.DEFERRED, "450 4.7.1 later", Reason("relay-asks-later"), desk.now))
    assert isinstance(desk.ask([second])[0], Wait)


def test_a_campaign_leaves_a_fifth_of_every_limit_to_reminders_and_letters(desk: Desk) -> None:
    desk.limits(per_minute=30, per_day=100)
    passes = desk.ask(desk.rows(40, "campaign"))
    assert sum(isinstance(one, Go) for one in passes) == 24
    assert waits(passes)[0].reason == Reason("share-minute", {"count": 24})
    assert desk.send(desk.rows(6, "reminder")) == 6
    assert desk.send(desk.rows(1, "letter")) == 0


def test_a_campaign_that_waits_puts_no_reminder_behind_it(desk: Desk) -> None:
    desk.limits(per_minute=10)
    first = desk.rows(10)
    assert desk.send(first) == 10
    campaign = waits(desk.ask(desk.rows(100, "campaign")))
    letter = waits(desk.ask(desk.rows(1)))[0]
    assert letter.until == campaign[0].until
    assert campaign[-1].until > letter.until + timedelta(minutes=5)


def test_thousands_that_wait_are_spread_over_the_times_at_which_there_is_room(desk: Desk) -> None:
    """So that they are not all asked again each minute."""
    desk.limits(per_minute=10)
    rows = desk.rows(60)
    some = [one for part in (rows[:30], rows[30:]) for one in waits(desk.ask(part))]
    times = [one.until for one in some]
    assert times == sorted(times)
    assert max(times.count(when) for when in times) <= 10
    assert times[-1] <= times[0] + timedelta(minutes=15)
    assert {one.reason.code for one in some} == {"pace-minute"}


def test_a_send_window_and_a_daily_limit_resume_by_themselves(desk: Desk) -> None:
    """Nobody sets up a schedule outside the program: the row itself says when it is due again."""
    desk.limits(per_day=5)
    desk.now = MONDAY_TEN + timedelta(hours=7, minutes=50)  # 17:50
    rows = desk.rows(6, "campaign")
    passes = desk.ask(rows)
    assert sum(isinstance(one, Go) for one in passes) == 4
    desk.note(rows[:4])
    # There is room again on Tuesday a few minutes after six, when it is closed: on Wednesday at nine.
    assert {one.until for one in waits(passes)} == {MONDAY_TEN + timedelta(hours=47)}
    desk.now = max(one.until for one in waits(passes))
    due = desk.office.db.read(lambda tx: messages.due(tx, desk.now, 10))
    assert desk.send([row for row in due if row.id in {rows[4].id, rows[5].id}]) == 2


def test_at_night_a_reminder_waits_for_eight_and_says_so(desk: Desk) -> None:
    desk.now = MONDAY_TEN - timedelta(hours=7)
    (row,) = desk.rows(1, "reminder", useless_after=MONDAY_TEN)
    (held,) = waits(desk.ask([row]))
    assert held.until == MONDAY_TEN - timedelta(hours=2)
    assert held.reason == Reason("waits-for-hours", {"moment": "2026-11-23T14:00+00:00 America/Chicago"})
    assert Texts().say("reason.waits-for-hours", **held.reason.params) == "Waits until Mon 08:00 (Central)."
    assert desk.office.db.read(messages.next_due) == held.until
    assert desk.row(row).attempts == 0
    assert "message.deferred" not in desk.office.acts()


def test_a_reminder_whose_visit_is_before_the_hours_ends_at_once_for_the_call_list(desk: Desk) -> None:
    desk.now = MONDAY_TEN - timedelta(hours=7)
    early = desk.rows(1, "reminder", useless_after=MONDAY_TEN - timedelta(hours=2))
    assert desk.ask(early) == [Late(Reason("hours-too-late"))]
    letter = desk.rows(1, "letter", useless_after=MONDAY_TEN - timedelta(hours=2))
    assert desk.ask(letter) == [Go()]


def test_a_reminder_that_a_limit_would_let_go_too_late_waits_as_long_as_it_is_of_use(desk: Desk) -> None:
    """A limit that is raised, or places that are given back, still let it leave."""
    desk.limits(per_hour=1)
    first = desk.rows(1)
    assert isinstance(desk.ask(first)[0], Go)
    late = desk.rows(1, "reminder", useless_after=desk.now + timedelta(minutes=30))
    soon = desk.rows(1, "reminder", useless_after=desk.now + timedelta(minutes=5))
    in_time = desk.rows(1, "reminder", useless_after=desk.now + timedelta(hours=3))
    held = waits(desk.ask([*late, *soon]))
    assert [one.reason for one in held] == [Reason("limit-too-late")] * 2
    assert [one.until for one in held] == [desk.now + timedelta(minutes=15), desk.now + timedelta(minutes=5)]
    assert waits(desk.ask(in_time))[0].reason.code == "pace-hour"
    assert desk.office.db.write(lambda tx: sending.release(tx, WAITS, desk.now)) == 3
    desk.note(first, Outcome(State.QUEUED, reason=Reason("not-begun"), next_try=desk.now))
    assert desk.ask(late) == [Go()]


def test_a_campaign_leaves_the_day_to_the_reminders_that_wait_for_their_hour(desk: Desk) -> None:
    desk.limits(per_day=20)
    tonight = {"not_before": desk.now + timedelta(hours=23), "useless_after": desk.now + timedelta(days=1)}
    reminders = desk.rows(10, "reminder", **tonight)
    campaign = desk.rows(40, "campaign")
    assert desk.send(campaign) == 10
    assert waits(desk.ask(campaign[10:]))[-1].reason == Reason("share-day", {"count": 16})
    desk.now += timedelta(hours=23)
    assert desk.send(reminders) == 10


def test_reminders_of_another_day_or_of_another_relay_keep_no_place(desk: Desk) -> None:
    desk.limits(per_hour=10)
    desk.rows(10, "reminder", not_before=desk.now + timedelta(hours=2))
    desk.rows(10, "reminder", relay=None)
    paused = desk.rows(9, "letter", source="b" * 32)
    scope = scope_of("source", "b" * 32)
    desk.office.db.write(lambda tx: pauses.put(tx, Pause(scope, Reason("paused-by-person"), None, desk.now)))
    assert desk.send(desk.rows(20, "campaign")) == 8
    assert desk.send(paused[:2]) == 2


def test_a_campaign_that_finds_the_whole_day_promised_waits(desk: Desk) -> None:
    desk.limits(per_day=5)
    letters = desk.rows(7)
    assert desk.send(desk.rows(3, "campaign")) == 0
    assert desk.send(letters) == 5


def test_rules_that_never_let_anything_go_lose_nothing(desk: Desk) -> None:
    closed = replace(sendingrules.DEFAULT, campaigns=replace(sendingrules.DEFAULT.campaigns, days=()))
    desk.office.db.write(lambda tx: sendingrules.put(tx, closed))
    (held,) = waits(desk.ask(desk.rows(1, "campaign")))
    assert held.until == desk.now + timedelta(days=1)


def test_when_patients_are_reminded_is_the_practices_to_say(desk: Desk) -> None:
    at_noon = replace(
        sendingrules.DEFAULT,
        reminders=Hours(time(12), time(13)),
    )
    desk.office.db.write(lambda tx: sendingrules.put(tx, at_noon))
    (held,) = waits(desk.ask(desk.rows(1, "reminder")))
    assert held.until == MONDAY_TEN + timedelta(hours=2)


def test_a_campaign_through_an_office_mailbox_begins_at_10_a_minute_and_200_a_day(desk: Desk) -> None:
    desk.limits(office_mailbox=True, per_minute=30, per_day=10_000)
    gone = 0
    for _ in range(30):
        rows = desk.rows(15, "campaign")
        passes = desk.ask(rows)
        sent = [row for row, one in zip(rows, passes, strict=True) if isinstance(one, Go)]
        assert len(sent) <= 10
        desk.note(sent)
        gone += len(sent)
        last = waits(passes)[-1]
        desk.now += timedelta(minutes=1, seconds=4)
    assert gone == 200
    assert last.reason == Reason("ramp-day", {"count": 200})
    assert desk.send(desk.rows(30, "reminder")) == 30


def test_a_clean_day_lets_campaigns_climb_and_a_throttled_one_fall(desk: Desk) -> None:
    desk.limits(office_mailbox=True)
    relay = desk.office.relay.id

    def at() -> int:
        return desk.office.db.read(lambda tx: ramp.get(tx, relay, desk.now).at)

    for _ in range(12):
        desk.send(desk.rows(10, "campaign"))
        desk.now += timedelta(minutes=1, seconds=4)
    desk.now += timedelta(days=1)
    desk.send(desk.rows(1, "campaign"))
    assert at() == 1
    slow = desk.rows(1, "campaign")
    desk.ask(slow)
    throttled = Outcome(State.DEFERRED, "421 4.7.0 Too many messages", Reason("relay-asks-later"), desk.now)
    desk.note(slow, throttled)
    assert at() == 0


def test_prompt_messages_never_climb(desk: Desk) -> None:
    desk.limits(office_mailbox=True)
    assert desk.send(desk.rows(50, "letter")) == 50
    assert desk.office.db.read(lambda tx: ramp.get(tx, desk.office.relay.id, desk.now).left) == 0
