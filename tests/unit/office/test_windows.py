"""Times of reminders at the door: who may set them, what is refused, and what becomes of what waits."""

from __future__ import annotations

import pytest

from desktop.access.signin import slot_uid
from desktop.errors import InputError, Refused
from desktop.models import users
from desktop.models.accounts import Role, Session, User
from desktop.models.campaigning import TemplateId, WindowId, WindowKind
from desktop.office.api import Office
from desktop.office.values_reminders import WindowRequest
from tests.made_practice import Practice
from tests.made_staff import desk_of

DAY = 24 * 60


def a_role(office: Office, role: Role) -> Session:
    desk = desk_of(office)
    someone = User(slot_uid(desk.opened().vault.vault_id, "eve"), "eve", role)
    desk.opened().database.write(lambda tx: users.add(tx, someone, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"))
    return desk.guard.open(someone, desk.clock.now())


def test_times_are_set_changed_and_taken_away(practice: Practice) -> None:
    office, ana = practice.signed_in()
    assert office.list_windows(ana).usual
    first = office.set_window(ana, WindowRequest(WindowKind.REMINDER, 2 * DAY))
    assert not first.shown.usual
    office.set_window(ana, WindowRequest(WindowKind.CONFIRM, 7 * DAY, "Surgery", code="confirm-visit"))
    changed = office.set_window(ana, WindowRequest(WindowKind.REMINDER, 120, id=first.id))
    assert changed.id == first.id
    lines = changed.shown.windows
    assert [(line.visit_type, line.minutes) for line in lines] == [("", 120), ("surgery", 7 * DAY)]
    left = office.retire_window(ana, first.id).shown
    assert len(left.windows) == 1
    assert left.usual
    with pytest.raises(InputError, match="window-unknown"):
        office.retire_window(ana, first.id)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (WindowRequest(WindowKind.REMINDER, 14), "window-minutes"),
        (WindowRequest(WindowKind.REMINDER, 61 * DAY), "window-minutes"),
        (WindowRequest(WindowKind.MISSED, 3 * DAY), "window-minutes"),
        (WindowRequest(WindowKind.REMINDER, DAY), "window-taken"),
        (WindowRequest(WindowKind.CONFIRM, DAY), "window-taken"),
        (WindowRequest(WindowKind.REMINDER, 60, code="no-such"), "template-unknown"),
        (WindowRequest(WindowKind.REMINDER, 60, code="newsletter"), "window-words"),
        (WindowRequest(WindowKind.REMINDER, 60, code="billing-notice"), "window-words"),
        (WindowRequest(WindowKind.REMINDER, 60, template=TemplateId("0" * 32)), "template-unknown"),
        (WindowRequest(WindowKind.REMINDER, 60, id=WindowId("0" * 32)), "window-unknown"),
        (WindowRequest(WindowKind.REMINDER, 60, id=WindowId("day-before")), "window-unknown"),
    ],
)
def test_what_cannot_be_set_says_why_and_changes_nothing(
    practice: Practice, request_: WindowRequest, code: str
) -> None:
    office, ana = practice.signed_in()
    office.set_window(ana, WindowRequest(WindowKind.REMINDER, DAY))
    before = office.list_windows(ana)
    with pytest.raises(InputError, match=code):
        office.set_window(ana, request_)
    assert office.list_windows(ana) == before


def test_a_type_has_no_more_times_than_anybody_can_answer_for(practice: Practice) -> None:
    office, ana = practice.signed_in()
    for number in range(1, 9):
        office.set_window(ana, WindowRequest(WindowKind.REMINDER, number * 60))
    with pytest.raises(InputError, match="window-many"):
        office.set_window(ana, WindowRequest(WindowKind.REMINDER, 9 * 60))
    office.set_window(ana, WindowRequest(WindowKind.MISSED, 60))
    office.set_window(ana, WindowRequest(WindowKind.REMINDER, 9 * 60, "Surgery"))


def test_a_time_that_goes_over_to_after_visits_is_another_one(practice: Practice) -> None:
    """What was written before a visit does not count as what follows it."""
    office, ana = practice.signed_in()
    before = office.set_window(ana, WindowRequest(WindowKind.REMINDER, DAY))
    after = office.set_window(ana, WindowRequest(WindowKind.FOLLOW_UP, 60, id=before.id))
    assert after.id != before.id
    assert [(line.id, line.kind) for line in after.shown.windows] == [(after.id, WindowKind.FOLLOW_UP)]
    with pytest.raises(InputError, match="window-unknown"):
        office.retire_window(ana, before.id)


def test_how_families_are_written_to_is_the_practices_own(practice: Practice) -> None:
    office, ana = practice.signed_in()
    assert not office.list_windows(ana).families
    assert office.set_family_letters(ana, True).families
    assert not office.set_family_letters(ana, False).families
    with pytest.raises(Refused, match="not-allowed"):
        office.set_family_letters(a_role(office, Role.FRONT_DESK), True)


def test_only_templates_about_a_visit_and_about_care_are_offered(practice: Practice) -> None:
    office, ana = practice.signed_in()
    codes = office.list_windows(ana).codes
    assert {"reminder-week", "confirm-visit", "missed-visit", "after-visit"} <= set(codes)
    assert not {"newsletter", "birthday", "billing-notice"} & set(codes)


def test_the_desk_sees_the_times_and_does_not_set_them(practice: Practice) -> None:
    office, _ = practice.signed_in()
    eve = a_role(office, Role.FRONT_DESK)
    assert not office.list_windows(eve).may_set
    with pytest.raises(Refused, match="not-allowed"):
        office.set_window(eve, WindowRequest(WindowKind.REMINDER, DAY))
    assert office.list_windows(eve).windows == ()
