"""How long a service keeps the practice open: who is there, what is due, and what ends it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time

import pytest

from desktop.errors import SealwellError
from desktop.models import sendingrules
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.records import State
from desktop.office import duty
from desktop.office.local import LocalOffice
from desktop.office.values import ImportRequest
from desktop.office.values_access import SecurityPolicy
from desktop.office.values_practice import RelayRequest
from tests.made_practice import PEOPLE, Practice, import_visits

Requested = Callable[..., RelayRequest]


class AtWork:
    """A service with somebody signed in and two reminders that wait."""

    def __init__(self, practice: Practice, request: RelayRequest | None) -> None:
        self.practice = practice
        office = practice.office(service=True)
        assert isinstance(office, LocalOffice)
        self.office = office
        self.session = self.enter()
        if request is not None:
            office.import_people(self.session, ImportRequest("people.csv", data=PEOPLE))
            office.add_relay(self.session, request)
            import_visits(office, self.session, practice.clock)
            office.send_reminders(self.session)

    def enter(self) -> Session:
        return self.office.sign_in(self.practice.credentials()).session

    def choose(self, **policy: bool) -> None:
        self.office.set_policy(self.session, replace(SecurityPolicy(), **policy))  # type: ignore[arg-type]

    def leave(self) -> None:
        self.office.left((self.session,), window=True)

    @property
    def open(self) -> bool:
        return not self.office.at_rest()

    def closes(self) -> bool:
        """Within the watch's next looks."""
        end = time.monotonic() + 8
        while self.open and time.monotonic() < end:
            time.sleep(0.05)
        return not self.open

    def stays(self) -> bool:
        time.sleep(duty.LOOK_EVERY * 2.5)
        return self.open


@pytest.fixture
def queued(practice: Practice, relay_request: Requested) -> AtWork:
    return AtWork(practice, relay_request())


@pytest.fixture
def idle(practice: Practice) -> AtWork:
    return AtWork(practice, None)


def refused(work: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as caught:
        work()
    return caught.value.code


# --- what keeps it open ------------------------------------------------------------------


@pytest.mark.parametrize("how", ["lock", "leave"])
def test_what_is_due_keeps_it_open_behind_a_locked_and_a_closed_window(queued: AtWork, how: str) -> None:
    queued.office.lock() if how == "lock" else queued.leave()
    assert queued.stays()
    state = queued.office.duty()
    assert (state.due, state.service, state.locked, state.waits_for_sign_in) == (2, True, True, False)
    assert refused(lambda: queued.office.list_outbox(queued.session)) in ("locked", "signed-out")


@pytest.mark.parametrize("how", ["lock", "leave"])
def test_with_nothing_due_it_closes(idle: AtWork, how: str) -> None:
    idle.office.lock() if how == "lock" else idle.leave()
    assert not idle.open


def test_a_command_keeps_it_open_until_it_idled(idle: AtWork) -> None:
    token = idle.office.issue_token(idle.session).token
    idle.leave()
    idle.office.lock()
    assert idle.stays()
    idle.practice.clock.move(899)
    assert idle.office.resume(token).session == idle.session
    idle.practice.clock.move(899)
    assert idle.stays()
    idle.practice.clock.move(2)
    assert idle.closes()
    assert refused(lambda: idle.office.resume(token)) == "session-ended"


def test_a_sign_out_ends_one_session_and_the_last_one_closes(idle: AtWork) -> None:
    other = idle.enter()
    idle.office.sign_out(idle.session)
    assert idle.office.search_people(other, "").total == 0
    idle.office.sign_out(other)
    assert not idle.open


def test_a_token_is_kept_by_its_hash_alone(idle: AtWork) -> None:
    token = idle.office.issue_token(idle.session).token
    assert len(bytes.fromhex(token)) == 32
    assert not list(idle.practice.folder.root.glob("session-*"))
    assert refused(lambda: idle.office.resume(token[:-1] + ("0" if token[-1] != "0" else "1")))


def test_a_role_that_changed_ends_a_token_in_the_service_too(idle: AtWork) -> None:
    token = idle.office.issue_token(idle.session).token
    other = idle.enter()
    idle.office.end_session(other, idle.session.id)
    assert refused(lambda: idle.office.resume(token)) == "session-ended"


@pytest.mark.parametrize("how", ["signs out", "idles"])
def test_strict_is_not_kept_open_by_a_command_that_has_ended(queued: AtWork, how: str) -> None:
    queued.choose(strict_lock=True)
    queued.office.lock()
    session = queued.enter()
    queued.office.issue_token(session)
    if how == "signs out":
        queued.office.sign_out(session)
        assert not queued.open
    else:
        queued.practice.clock.move(901)
        assert queued.closes()
    assert queued.office.duty().waits_for_sign_in


@pytest.mark.parametrize("strict", [True, False])
def test_a_session_that_no_window_holds_locks_and_closes_like_any_other(idle: AtWork, strict: bool) -> None:
    idle.choose(strict_lock=strict)
    idle.practice.clock.move(601)
    assert idle.closes()


def test_a_session_that_no_window_holds_leaves_its_work_on_duty_and_no_keys(queued: AtWork) -> None:
    queued.practice.clock.move(601)
    assert queued.stays()
    assert queued.office.duty().locked
    assert not queued.office.sign_in.__self__._desk.persons._kept  # type: ignore[attr-defined]


def test_a_command_that_breaks_off_closes_no_practice_under_an_open_window(queued: AtWork) -> None:
    queued.choose(lock_on_close=True)
    queued.office.lock()
    queued.office.left((queued.enter(),), window=False)
    assert queued.stays()
    queued.leave()
    assert not queued.open


# --- what ends it -------------------------------------------------------------------------


def test_twelve_hours_after_the_last_person_it_closes_and_says_that_something_waits(queued: AtWork) -> None:
    queued.office.lock()
    queued.practice.clock.move(12 * 3600 - 60)
    assert queued.stays()
    queued.practice.clock.move(120)
    assert queued.closes()
    assert queued.office.duty().waits_for_sign_in


def test_a_lock_or_a_closed_window_does_not_begin_the_twelve_hours_anew(queued: AtWork) -> None:
    queued.office.lock()
    queued.practice.clock.move(11 * 3600)
    assert queued.stays()
    queued.office.lock()
    queued.leave()
    queued.practice.clock.move(3601)
    assert queued.closes()


def test_whoever_came_back_for_a_moment_begins_the_twelve_hours_anew(queued: AtWork) -> None:
    queued.office.lock()
    queued.practice.clock.move(11 * 3600)
    queued.enter()
    queued.office.lock()
    queued.practice.clock.move(3601)
    assert queued.stays()


def test_it_closes_when_the_computer_slept(queued: AtWork) -> None:
    queued.office.lock()
    queued.practice.clock.sleep(61)
    assert queued.closes()
    assert queued.office.duty().waits_for_sign_in


def test_somebody_at_work_is_not_put_out_by_a_sleep(queued: AtWork) -> None:
    queued.practice.clock.sleep(120)
    assert queued.stays()
    assert queued.office.list_outbox(queued.session).counts == {State.QUEUED: 2}


@pytest.mark.parametrize(("policy", "how"), [("strict_lock", "lock"), ("lock_on_close", "leave")])
def test_a_practice_may_choose_to_close_with_the_lock_or_with_the_window(
    queued: AtWork, policy: str, how: str
) -> None:
    queued.choose(**{policy: True})
    queued.office.lock()
    if policy == "lock_on_close":
        assert queued.stays()
    if how == "leave":
        queued.leave()
    assert not queued.open
    assert queued.office.duty().waits_for_sign_in


def test_strict_closes_to_commands_as_well(idle: AtWork) -> None:
    idle.choose(strict_lock=True)
    token = idle.office.issue_token(idle.enter()).token
    idle.office.lock()
    assert not idle.open
    assert refused(lambda: idle.office.resume(token)) == "session-ended"


def test_a_vault_lock_ends_everything(queued: AtWork) -> None:
    queued.office.close()
    state = queued.office.duty()
    assert (state.vault_open, state.waits_for_sign_in) == (False, True)


def test_a_new_service_leaves_nothing_before_a_sign_in(practice: Practice) -> None:
    office = practice.office(service=True)
    assert office.duty().waits_for_sign_in
    office.sign_in(practice.credentials())
    assert not office.duty().waits_for_sign_in


@pytest.mark.parametrize(
    ("closing", "utc", "closed"),
    [(None, 23, False), (clock_time(18), 0, False), (clock_time(17), 0, True), (clock_time(18), 1, True)],
)
def test_closing_time_is_the_practices_own_clock(
    queued: AtWork, closing: clock_time | None, utc: int, closed: bool
) -> None:
    """Denver is seven hours behind in November: midnight UTC is five in the afternoon."""
    opened = queued.office.sign_in.__self__._desk.opened()  # type: ignore[attr-defined]

    def look(tx: Tx) -> bool:
        sendingrules.put(tx, replace(sendingrules.get(tx), closing=closing))
        return duty.has_closed(tx, datetime(2026, 11, 24, utc, 0, tzinfo=UTC))

    assert opened.database.write(look) is closed


@pytest.mark.parametrize(
    ("mono", "wall", "asleep"),
    [(1, 1, False), (30, 30, False), (1, 59, False), (1, 62, True), (1, -3600, True), (61, 61, False)],
)
def test_sleep_is_where_the_clocks_part(
    mono: float, wall: float, asleep: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    at = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    assert duty.slept((5.0, at), (5.0 + mono, at + timedelta(seconds=wall))) is asleep


def test_on_windows_both_clocks_go_on_in_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    at = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    assert duty.slept((5.0, at), (66.0, at + timedelta(seconds=61)))
