"""When the review is due, and what it points at."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from desktop.audit.events import Act, Event
from desktop.audit.log import AuditLog
from desktop.compliance import review
from desktop.compliance.offboarding import leave_key_change_due
from desktop.models import factors, invitations, settings, tasks, users
from desktop.models.accounts import Invitation, InvitationKind, Role, User, UserState
from desktop.models.database import Database
from tests.made_practice import MovedClock
from tests.unit.compliance.conftest import ANA, BO, CLEO, NOW

DAY = timedelta(days=1)


@pytest.fixture
def kept(database: Database) -> Database:
    """The log has begun, everybody has recovery codes."""
    log = AuditLog("test", MovedClock())
    database.write(lambda tx: log.record(tx, Event(Act.PRACTICE_CREATED, obj="d" * 32)))
    for user in (ANA, BO, CLEO):
        database.write(lambda tx, user=user: factors.put_codes(tx, user.id, [b"hash"], NOW))  # type: ignore[misc]
    return database


def remarks(database: Database, now: datetime = NOW) -> list[tuple[str, str]]:
    names = {ANA.id: "ana", BO.id: "bo", CLEO.id: "cleo"}
    return [(names[user], code) for user, code in database.read(lambda tx: review.remarks(tx, now))]


def changed(database: Database, user: User, **changes: object) -> None:
    database.write(lambda tx: users.update_user(tx, replace(user, **changes)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("day", "then"),
    [
        (date(2026, 11, 23), date(2026, 12, 23)),
        (date(2026, 12, 31), date(2027, 1, 31)),
        (date(2027, 1, 31), date(2027, 2, 28)),
        (date(2028, 1, 30), date(2028, 2, 29)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last(day: date, then: date) -> None:
    assert review.a_month_after(day) == then


def test_the_first_review_is_due_a_month_after_the_set_up(kept: Database) -> None:
    assert kept.read(review.due) == date(2026, 12, 23)
    assert not kept.write(lambda tx: review.open_when_due(tx, NOW + 29 * DAY))
    assert kept.write(lambda tx: review.open_when_due(tx, NOW + 30 * DAY))
    assert not kept.write(lambda tx: review.open_when_due(tx, NOW + 31 * DAY))
    assert len(kept.read(lambda tx: tasks.open_ones(tx, review.ACCESS_REVIEW))) == 1


def test_the_day_is_that_of_the_practice(kept: Database) -> None:
    evening = datetime.fromisoformat("2026-12-23T01:00:00+00:00")
    assert kept.read(lambda tx: review.due(tx)) == date(2026, 12, 23)
    kept.write(lambda tx: settings.put(tx, "zone", "America/Denver"))
    assert not kept.write(lambda tx: review.open_when_due(tx, evening))


def test_a_sign_off_ends_the_task_and_starts_the_month_anew(kept: Database) -> None:
    late = NOW + 40 * DAY
    kept.write(lambda tx: review.open_when_due(tx, late))
    assert kept.write(lambda tx: review.sign(tx, BO.id, late)) == date(2027, 2, 2)
    assert kept.read(lambda tx: tasks.open_ones(tx, review.ACCESS_REVIEW)) == []
    assert kept.read(review.last_review) == review.LastReview(late, BO.id)


def test_nothing_is_said_where_all_is_well(kept: Database) -> None:
    assert remarks(kept) == []


def test_ninety_days_without_a_sign_in_are_pointed_out(kept: Database) -> None:
    changed(kept, CLEO, last_seen=NOW - 91 * DAY)
    changed(kept, BO, last_seen=NOW - 90 * DAY)
    assert remarks(kept) == [("cleo", "unused-for-long")]
    changed(kept, CLEO, last_seen=None)
    assert remarks(kept) == [("cleo", "never-signed-in")]


def test_used_up_recovery_codes_are_pointed_out(kept: Database) -> None:
    kept.write(lambda tx: factors.use_code(tx, CLEO.id, b"hash", NOW))
    assert remarks(kept) == [("cleo", "no-recovery-codes")]


def test_an_only_administrator_is_pointed_out(kept: Database) -> None:
    changed(kept, BO, state=UserState.SUSPENDED, disabled_at=NOW)
    assert remarks(kept) == [("ana", "one-administrator")]
    changed(kept, BO, role=Role.BILLING)
    assert remarks(kept) == [("ana", "one-administrator")]


def test_a_long_leave_is_pointed_out(kept: Database) -> None:
    changed(kept, CLEO, state=UserState.SUSPENDED, disabled_at=NOW - 90 * DAY)
    assert remarks(kept) == []
    assert remarks(kept, NOW + timedelta(seconds=1)) == [("cleo", "suspended-for-long")]


def test_an_invitation_that_ran_out_is_pointed_out(kept: Database) -> None:
    changed(kept, CLEO, state=UserState.INVITED, last_seen=None)
    made = Invitation("e" * 32, CLEO.id, InvitationKind.NEW_USER, ANA.id, NOW, NOW + DAY)
    kept.write(lambda tx: invitations.add(tx, made))
    assert remarks(kept, NOW + DAY - timedelta(seconds=1)) == []
    assert remarks(kept, NOW + DAY) == [("cleo", "invitation-expired")]


def test_of_those_who_left_only_a_key_that_was_not_changed_is_said(kept: Database) -> None:
    changed(kept, CLEO, state=UserState.LEFT, last_seen=None, disabled_at=NOW - 900 * DAY)
    assert remarks(kept) == []
    kept.write(lambda tx: leave_key_change_due(tx, CLEO.id, 1, NOW))
    assert remarks(kept) == [("cleo", "key-change-due")]
