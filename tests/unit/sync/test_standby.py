"""A second relay takes over what certainly did not leave, and only that."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from demo.authority import Authority
from demo.faults import DROP, STALL, At, Fault
from demo.relay import RecordingRelay
from desktop.mail import standby
from desktop.mail.letters import Draft
from desktop.mail.pacing import Pacer, RulesPacer
from desktop.models import appointments, messages, pauses, relays, sending
from desktop.models.delivery import Pause, RelaySending
from desktop.models.ids import new_id
from desktop.models.records import (
    AppointmentId,
    Label,
    Message,
    MessageId,
    Reason,
    RelayId,
    State,
    VisitStatus,
)
from desktop.sync import line
from desktop.sync.dispatcher import Dispatcher
from desktop.sync.loop import NetworkLoop
from desktop.sync.relay import Timeouts
from desktop.sync.run import RunResult
from tests.practice.office import MONDAY, Practice, practice

A, D, Q, U = State.ACCEPTED, State.DEFERRED, State.QUEUED, State.UNCERTAIN
REFUSED = Fault(At.AUTH, "535 5.7.8 Wrong")


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "_PAUSES", (0.0, 0.0))


class Two:
    """A practice whose first relay has a standby."""

    def __init__(self, office: Practice, relays_: list[RecordingRelay], ca_file: Path) -> None:
        self.office = office
        self.one, self.two = relays_
        self.loop = NetworkLoop()
        place = {"host": "localhost", "security": "implicit", "ca_file": str(ca_file)}
        office.change_relay(port=self.one.port, user=self.one.setup.user, **place)
        self.second = replace(office.relay, id=RelayId(new_id()), name="second", port=self.two.port)
        office.db.write(lambda tx: relays.add(tx, self.second, self.two.setup.password))
        self.stand_by()

    def stand_by(self, *, ready: bool = True) -> None:
        one = RelaySending(self.second.id, standby=ready)
        self.office.db.write(lambda tx: sending.put(tx, one))

    def change_second(self, **changes: Any) -> None:
        self.second = replace(self.second, **changes)
        self.office.db.write(lambda tx: relays.update(tx, self.second))

    def letter(self) -> Message:
        office = self.office
        person = office.person(email=f"{new_id()[:8]}@mail.example")
        draft = Draft(person.id, "About your visit", "Please come at ten.", label=Label.ROUTINE)
        prepared = office.db.read(lambda tx: office.letters.prepare(tx, draft))
        frozen = office.letters.seal(prepared, office.sealer)
        return office.db.write(lambda tx: office.outbox.enqueue(tx, frozen, office.session))

    def reminder(self) -> Message:
        office = self.office
        office.visit(office.person(email=f"{new_id()[:8]}@mail.example"))
        plan = office.db.read(office.reminders.plan)
        frozen = office.reminders.seal(plan)
        return office.db.write(lambda tx: office.reminders.enqueue(tx, frozen, office.session)).messages[0]

    def run(self, pacer: Pacer | None = None) -> RunResult:
        office = self.office
        office.clock.pass_(seconds=11)
        dispatcher = Dispatcher(
            office.db,
            office.outbox,
            office.rechecks,
            office.audit,
            office.clock,
            self.loop,
            Timeouts(2, 2, 2, 2, 2),
            pacer=pacer,
        )
        try:
            return dispatcher.run_due()
        finally:
            dispatcher.stop()

    def row(self, message: MessageId) -> Message:
        found = self.office.db.read(lambda tx: messages.get(tx, message))
        assert found is not None
        return found

    @property
    def standing_in(self) -> bool:
        return self.office.db.read(standby.current) is not None


@pytest.fixture
def two(tmp_path: Path, start_relay: Callable[..., RecordingRelay], authority: Authority) -> Iterator[Two]:
    with practice(tmp_path) as office:
        made = Two(office, [start_relay(password="pass"), start_relay(password="pass")], authority.ca_file)
        yield made
        made.loop.stop()


@pytest.mark.parametrize("fault", [REFUSED, Fault(At.CONNECT, DROP)])
def test_a_letter_leaves_by_the_standby_with_the_very_same_bytes(two: Two, fault: Fault) -> None:
    two.one.faults.append(replace(fault))
    letter = two.letter()
    wire = two.office.db.read(lambda tx: messages.wire(tx, letter.id))
    result = two.run()
    assert (dict(result.states), result.stopped) == ({A: 1}, None)
    assert [one.wire for one in two.two.received] == [wire]
    assert two.one.received == []
    assert (two.row(letter.id).relay, two.row(letter.id).state) == (two.second.id, A)
    assert two.standing_in


def test_a_reminder_is_decided_and_sealed_anew_for_the_standby(two: Two) -> None:
    two.one.faults.append(replace(REFUSED))
    reminder = two.reminder()
    assert dict(two.run().states)[A] == 1
    assert two.row(reminder.id).state is State.CANCELLED
    assert two.row(reminder.id).superseded
    assert len(two.two.received) == 1
    assert "message.superseded" in two.office.acts()


def test_what_may_have_arrived_stays_where_it_is(two: Two) -> None:
    two.one.faults += [Fault(At.STORED, DROP, times=1), Fault(At.CONNECT, DROP, skip=1)]
    letters = [two.letter() for _ in range(3)]
    two.run()
    rows = [two.row(one.id) for one in letters]
    assert sorted(row.state for row in rows) == sorted([U, A, A])
    lost = next(row for row in rows if row.state is U)
    assert lost.relay == two.office.relay.id
    assert lost.address not in {one.recipients[0] for one in two.two.received}
    assert len(two.two.received) == 2


def test_without_a_valid_agreement_nothing_goes_by_the_standby(two: Two) -> None:
    two.change_second(baa=None)
    two.one.faults.append(replace(REFUSED))
    letter = two.letter()
    result = two.run()
    assert result.stopped is not None
    assert two.row(letter.id).state is Q
    assert two.two.received == []
    assert not two.standing_in


def test_a_relay_that_is_not_marked_as_standby_takes_nothing_over(two: Two) -> None:
    two.stand_by(ready=False)
    two.one.faults.append(replace(REFUSED))
    letter = two.letter()
    two.run()
    assert (two.row(letter.id).state, two.two.received) == (Q, [])


@pytest.mark.parametrize("changes", [{"required_tls": ""}, {"sender": "other@harbor.example"}])
def test_a_letter_that_would_not_be_decided_the_same_waits_for_the_first(
    two: Two, changes: dict[str, Any]
) -> None:
    two.change_second(**changes)
    two.one.faults.append(replace(REFUSED))
    letter = two.letter()
    two.run()
    assert (two.row(letter.id).state, two.row(letter.id).relay) == (Q, two.office.relay.id)
    assert two.two.received == []


def test_a_reminder_that_the_standby_may_not_carry_waits_for_the_first_and_is_not_cancelled(two: Two) -> None:
    two.change_second(required_tls="")
    two.one.faults.append(Fault(At.CONNECT, DROP))
    reminder = two.reminder()
    two.run()
    assert two.standing_in
    row = two.row(reminder.id)
    assert (row.state, row.relay, row.superseded) == (Q, two.office.relay.id, False)
    two.one.faults.clear()
    two.office.clock.pass_(minutes=6)
    two.run()
    assert two.row(reminder.id).state is A
    assert (len(two.one.received), two.two.received) == (1, [])


def test_a_reminder_whose_visit_is_off_ends_while_another_relay_stands_in(two: Two) -> None:
    two.one.faults.append(replace(REFUSED))
    two.letter()
    reminder = two.reminder()
    visit = two.office.db.read(lambda tx: appointments.get(tx, AppointmentId(reminder.source)))
    assert visit is not None
    two.office.change_visit(visit, status=VisitStatus.CANCELLED)
    why = Reason("relay-unreachable")
    two.office.db.write(lambda tx: standby.take_over(tx, two.office.relay.id, why, MONDAY, MONDAY.date()))
    two.run()
    row = two.row(reminder.id)
    assert (row.state, row.reason) == (State.CANCELLED, Reason("visit-cancelled"))


def test_a_wrong_password_is_not_tried_again_every_few_minutes(two: Two) -> None:
    two.one.faults.append(replace(REFUSED))
    two.letter()
    two.run()
    knocks = two.one.connections
    for _ in range(3):
        two.office.clock.pass_(minutes=6)
        two.letter()
        assert dict(two.run().states) == {A: 1}
    assert two.one.connections == knocks
    assert two.standing_in
    found = two.office.db.read(standby.current)
    assert found is not None
    assert found.reason == "standby-after-refusal"


def test_what_waits_for_a_first_that_refuses_the_sign_in_knocks_once(two: Two) -> None:
    two.change_second(required_tls="")
    two.one.faults.append(replace(REFUSED))
    waiting = two.reminder()
    two.run()
    knocks = two.one.connections
    for _ in range(3):
        two.office.clock.pass_(minutes=6)
        two.run(RulesPacer(two.office.audit))
    assert two.one.connections == knocks + 1
    scope = pauses.scope_of(pauses.RELAY, two.office.relay.id)
    held = two.office.db.read(lambda tx: pauses.get(tx, scope, two.office.clock.now()))
    assert held is not None
    assert held.reason.code == "relay-sign-in-failed"
    assert two.row(waiting.id).state is Q


def test_the_first_is_used_again_when_it_works_again(two: Two) -> None:
    two.one.faults.append(Fault(At.CONNECT, DROP))
    two.letter()
    two.run()
    two.one.faults.clear()
    two.office.clock.pass_(minutes=6)
    letter = two.letter()
    two.run()
    assert not two.standing_in
    later = two.letter()
    two.run()
    assert [two.row(one.id).state for one in (letter, later)] == [A, A]
    assert two.row(later.id).relay == two.office.relay.id
    assert len(two.one.received) == 1


def test_a_paused_first_relay_is_not_knocked_at(two: Two) -> None:
    two.one.faults.append(replace(REFUSED))
    two.letter()
    two.run()
    knocks = two.one.connections
    scope = pauses.scope_of(pauses.RELAY, two.office.relay.id)
    from_now = Pause(scope, Reason("relay-sign-in-failed"), None, two.office.clock.now())
    two.office.db.write(lambda tx: pauses.put(tx, from_now))
    two.letter()
    assert dict(two.run().states) == {A: 1}
    assert two.one.connections == knocks


def test_a_first_relay_that_says_nothing_does_not_hold_up_its_standby(two: Two) -> None:
    two.one.faults.append(Fault(At.CONNECT, DROP))
    two.letter()
    two.run()
    two.one.faults[:] = [Fault(At.EHLO, STALL)]
    office = two.office
    office.clock.pass_(minutes=6)
    letter = two.letter()
    office.clock.pass_(seconds=11)
    dispatcher = Dispatcher(
        office.db, office.outbox, office.rechecks, office.audit, office.clock, two.loop, Timeouts()
    )
    dispatcher.start()
    try:
        until = time.monotonic() + 10
        while two.row(letter.id).state is not A and time.monotonic() < until:
            time.sleep(0.05)
        assert (two.row(letter.id).state, len(two.two.received)) == (A, 2)
        assert two.one.connections == 4  # the first three, and the one that is still under way
    finally:
        dispatcher.stop(1)
