"""The look once a day: in the background, at no fixed hour, and only while it is allowed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from desktop.models.accounts import Session
from desktop.office import update_facts
from desktop.office.api import Office
from desktop.office.update_watch import UpdateWatch
from tests.made_practice import Practice
from tests.made_staff import desk_of
from tests.support.releases import NEWER, Releases
from tests.unit.office.test_updates import acts, kept, titles, why


def watch(practice: Practice, office: Office) -> UpdateWatch:
    desk = desk_of(office)
    assert practice.updates is not None
    return UpdateWatch(desk.opened().database, desk.audit, practice.clock, practice.updates)


def put(office: Office, **changes: Any) -> None:
    """As it would stand there by another time."""
    desk_of(office).opened().database.write(
        lambda tx: update_facts.keep(tx, replace(update_facts.kept(tx), **changes))
    )


def next_look(practice: Practice, office: Office) -> timedelta:
    return datetime.fromisoformat(kept(office).next_at) - practice.clock.now()


def test_once_a_day_at_no_fixed_hour(
    practice: Practice, update_allowed: tuple[Office, Session], releases: Releases
) -> None:
    office, session = update_allowed
    watching = watch(practice, office)
    watching.ask()
    assert office.show_updates(session).state == "newer"
    waits = [next_look(practice, office)]
    for _ in range(4):
        put(office, next_at="")
        watching.ask()
        waits.append(next_look(practice, office))
    assert len(set(waits)) == 5
    assert timedelta(hours=20) <= min(waits) <= max(waits) <= timedelta(hours=28)


def test_a_practice_that_was_closed_meanwhile_is_let_go(
    practice: Practice, update_allowed: tuple[Office, Session], releases: Releases
) -> None:
    office, _ = update_allowed
    watching = watch(practice, office)
    office.close()
    assert why(watching.ask) == "locked"
    assert why(watching.look) == "locked"
    assert releases.host.connections == 0


@pytest.mark.parametrize("how", ["", "missing"])
def test_what_was_forbidden_while_it_was_asked_is_not_kept(
    practice: Practice,
    update_allowed: tuple[Office, Session],
    releases: Releases,
    monkeypatch: pytest.MonkeyPatch,
    how: str,
) -> None:
    office, session = update_allowed
    releases.host.how = how
    answer = releases.host.respond

    def forbid_first(to: BaseHTTPRequestHandler) -> None:
        office.allow_updates(session, False)
        answer(to)

    monkeypatch.setattr(releases.host, "respond", forbid_first)
    watch(practice, office).ask()
    after = kept(office)
    assert (after.allowed, after.document, after.problem) == (False, "", "")
    assert "updates.checked" not in [act for act, _, _ in acts(office)]


def test_a_failed_look_is_tried_again_sooner_and_recorded_once(
    practice: Practice, update_allowed: tuple[Office, Session], releases: Releases
) -> None:
    office, _ = update_allowed
    releases.host.how = "missing"
    watching = watch(practice, office)
    for _ in range(3):
        put(office, next_at="")
        watching.ask()
    assert timedelta(hours=2) <= next_look(practice, office) <= timedelta(hours=10)
    assert acts(office).count(("updates.checked", "failed", "update-answer")) == 1


def test_the_watch_asks_in_the_background_once_it_is_due(
    practice: Practice, update_allowed: tuple[Office, Session], releases: Releases
) -> None:
    office, session = update_allowed
    desk_of(office).opened().watch._look_also()
    for _ in range(100):
        if titles(office, session):
            break
        time.sleep(0.05)
    assert titles(office, session) == [("task-update-high", {"version": NEWER})]
    before = len(releases.host.asked)
    desk_of(office).opened().watch._look_also()
    time.sleep(0.3)
    assert len(releases.host.asked) == before


def test_what_was_forbidden_before_it_was_asked_is_not_asked(
    practice: Practice, update_allowed: tuple[Office, Session], releases: Releases
) -> None:
    office, session = update_allowed
    watching = watch(practice, office)
    office.allow_updates(session, False)  # after it was found to be due, before its thread ran
    watching.ask()
    assert releases.host.connections == 0
    assert kept(office).next_at == ""


def test_a_second_program_with_this_practice_does_not_ask_again(
    practice: Practice, update_allowed: tuple[Office, Session], releases: Releases
) -> None:
    office, _ = update_allowed
    first, second = watch(practice, office), watch(practice, office)
    first.ask()
    second.ask()  # it found it due when the first had not asked yet
    assert len(releases.host.asked) == 1


def test_what_fell_due_over_night_is_not_asked_at_the_sign_in(
    practice: Practice, update_allowed: tuple[Office, Session], releases: Releases
) -> None:
    office, _ = update_allowed
    watching = watch(practice, office)
    watching.ask()
    practice.clock.move(next_look(practice, office).total_seconds() + 9 * 3600)
    watching.ask()
    assert len(releases.host.asked) == 1
    wait = next_look(practice, office)
    assert timedelta() <= wait <= timedelta(hours=2)
    practice.clock.move(wait.total_seconds() + 59)  # the practice is open: one look a minute
    watching.ask()
    assert len(releases.host.asked) == 2


def test_a_practice_that_is_only_opened_for_moments_looks_all_the_same(
    practice: Practice, update_allowed: tuple[Office, Session], releases: Releases
) -> None:
    office, _ = update_allowed
    watching = watch(practice, office)
    watching.ask()
    for _ in range(7):
        practice.clock.move(86400)
        watching.ask()
    assert 2 <= len(releases.host.asked) <= 4


def ahead(practice: Practice, office: Office) -> None:
    """A look was put off and tried while the clock stood five years on."""
    wrong = practice.clock.now() + timedelta(days=5 * 365)
    put(office, next_at=(wrong + timedelta(hours=24)).isoformat(), tried_at=wrong.isoformat())


def just_put_off(practice: Practice, office: Office) -> None:
    """As `ahead`, and nothing was ever answered."""
    put(office, next_at=(practice.clock.now() + timedelta(days=5 * 365)).isoformat())


@pytest.mark.parametrize("wrong", [ahead, just_put_off])
def test_a_clock_that_was_ahead_puts_no_look_off_for_years(
    practice: Practice,
    update_allowed: tuple[Office, Session],
    releases: Releases,
    wrong: Callable[[Practice, Office], None],
) -> None:
    office, _ = update_allowed
    wrong(practice, office)
    watching = watch(practice, office)
    watching.ask()
    practice.clock.move(2 * 3600)
    watching.ask()
    assert len(releases.host.asked) == 1
    assert next_look(practice, office) <= timedelta(hours=28)
