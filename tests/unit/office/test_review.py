"""The monthly access review at the door."""

from __future__ import annotations

from datetime import date

import pytest

from desktop.compliance.review import ACCESS_REVIEW
from desktop.errors import SealwellError
from desktop.models import tasks
from desktop.models.accounts import Role
from desktop.office.api import Office
from desktop.office.values_access import InviteRequest
from tests.made_practice import USER, Practice
from tests.support.colleagues import let_in

DAY = 24 * 3600


def open_reviews(office: Office) -> int:
    opened = office.list_users.__self__._desk.opened()  # type: ignore[attr-defined]
    return len(opened.database.read(lambda tx: tasks.open_ones(tx, ACCESS_REVIEW)))


def test_the_review_shows_everybody_and_what_to_look_at(practice: Practice) -> None:
    office, ana = practice.signed_in()
    let_in(practice, office, ana, "bo")
    office.invite_user(ana, InviteRequest("cleo", Role.BILLING))
    shown = office.show_review(ana)
    assert [one.name for one in shown.users] == [USER, "bo", "cleo"]
    names = {one.id: one.name for one in shown.users}
    remarks = {(names[user], code) for user, code in shown.remarks}
    assert remarks == {(USER, "no-recovery-codes"), (USER, "one-administrator"), ("bo", "never-signed-in")}
    assert (shown.due, shown.last_signed, shown.last_by) == (date(2026, 12, 23), None, "")


def test_b18_the_task_is_there_after_a_month_until_it_is_signed(practice: Practice) -> None:
    office, ana = practice.signed_in()
    assert open_reviews(office) == 0
    office.close()
    practice.clock.move(30 * DAY)
    office, ana = practice.signed_in()
    assert open_reviews(office) == 1
    office.close()
    office, ana = practice.signed_in()
    assert open_reviews(office) == 1
    signed = office.sign_review(ana)
    assert (signed.at, signed.next_due) == (practice.clock.now(), date(2027, 1, 23))
    assert open_reviews(office) == 0
    shown = office.show_review(ana)
    assert (shown.last_signed, shown.last_by, shown.due) == (signed.at, USER, signed.next_due)
    assert "review.signed" in [one.act for one in office.query_log(ana).lines]


def test_nobody_but_an_administrator_is_reminded(practice: Practice) -> None:
    office, ana = practice.signed_in()
    bo = let_in(practice, office, ana, "bo", Role.MANAGER)
    office.close()
    practice.clock.move(40 * DAY)
    office, _ = bo.signed_in(practice)
    assert open_reviews(office) == 0


def test_the_auditor_sees_the_review_and_does_not_sign_it(practice: Practice) -> None:
    office, ana = practice.signed_in()
    bo = let_in(practice, office, ana, "bo", Role.AUDITOR)
    office, bos = bo.signed_in(practice)
    assert len(office.show_review(bos).users) == 2
    with pytest.raises(SealwellError) as caught:
        office.sign_review(bos)
    assert caught.value.code == "not-allowed"
