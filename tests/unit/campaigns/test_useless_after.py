"""A reminder is of use until the visit begins, by the practice's own clock, whatever that clock does.

On the days when clocks change an hour is missing or comes twice (tz database): the end must be the
very moment at which the visit begins, and before it the reminder may still leave.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.mail.outbox import Keep, Recheck
from desktop.models import messages, pauses
from desktop.models.database import Tx
from desktop.models.delivery import EVERYTHING
from desktop.models.records import Baa, Message, State
from tests.practice.office import HOLDER, MONDAY, ZONE, Practice, practice

SPRING, AUTUMN = date(2027, 3, 14), date(2026, 11, 1)
"""02:00 becomes 03:00, and 02:00 becomes 01:00 (America/Chicago)."""
DAYS = (SPRING, AUTUMN, SPRING - timedelta(days=1), AUTUMN + timedelta(days=1), date(2027, 7, 1))


@settings(max_examples=5, deadline=None)
@given(
    day=st.sampled_from(DAYS),
    minute=st.integers(0, 24 * 60 - 1),
    ahead=st.integers(1, 36 * 60),
    fold=st.sampled_from((0, 1)),
)
def test_it_ends_at_the_moment_of_the_visit(
    tmp_path_factory: pytest.TempPathFactory, day: date, minute: int, ahead: int, fold: int
) -> None:
    start = datetime.combine(day, time(minute // 60, minute % 60))
    begins = start.replace(tzinfo=ZoneInfo(ZONE), fold=fold).astimezone(UTC)
    folder = tmp_path_factory.mktemp("summer")
    with practice(folder, begins - timedelta(minutes=ahead)) as office:
        office.change_relay(baa=Baa("Relay Inc.", date(2026, 1, 1), date(2030, 1, 1), "mail"))
        person = office.person()
        office.visit(person, start.hour, start.minute, day, start_utc=begins)
        plan = office.db.read(lambda tx: office.reminders.plan(tx, day))
        (frozen,) = office.reminders.seal(plan)
        assert frozen.useless_after == begins
        row = office.db.write(lambda tx: office.outbox.enqueue(tx, frozen, office.session))
        office.take_lease()

        def claim(at: datetime) -> State:
            office.clock.at = at
            wanted: dict[str, Recheck] = {"reminder": lambda tx, rows: [Keep() for _ in rows]}
            return office.db.rehearse(lambda tx: _after_claim(office, tx, row, wanted))

        if row.not_before < begins:
            assert claim(begins - timedelta(seconds=1)) is State.CLAIMED
        assert claim(begins) is (State.EXPIRED if row.not_before <= begins else State.QUEUED)
        assert claim(begins + timedelta(hours=1)) is State.EXPIRED


def _after_claim(office: Practice, tx: Tx, row: Message, rechecks: dict[str, Recheck]) -> State:
    office.outbox.claim(tx, HOLDER, rechecks, 1)
    found = messages.get(tx, row.id)
    assert found is not None
    return found.state


def test_behind_a_pause_it_ends_too_and_behind_a_fence_it_stands_still(tmp_path: Path) -> None:
    with practice(tmp_path) as office:
        office.visit(office.person())
        plan = office.db.read(lambda tx: office.reminders.plan(tx))
        (frozen,) = office.reminders.seal(plan)
        row = office.db.write(lambda tx: office.outbox.enqueue(tx, frozen, office.session))
        office.take_lease()
        office.clock.at = MONDAY + timedelta(days=3)
        office.db.write(lambda tx: office.outbox.fence.put(tx, "clock-changed"))
        wanted: dict[str, Recheck] = {"reminder": lambda tx, rows: [Keep() for _ in rows]}
        assert office.db.write(lambda tx: _after_claim(office, tx, row, wanted)) is State.QUEUED
        office.db.write(lambda tx: pauses.end(tx, EVERYTHING))
        assert office.db.write(lambda tx: _after_claim(office, tx, row, wanted)) is State.EXPIRED
