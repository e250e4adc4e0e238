"""Looking out by itself while the practice is open, and never after it is closed."""

from __future__ import annotations

import threading

import pytest

from desktop.audit.events import Act, Event
from desktop.models import alerts, drafts
from desktop.models.accounts import Session
from desktop.models.drafts import Draft
from desktop.office.api import Office
from tests.made_practice import Practice
from tests.made_staff import desk_of
from tests.support.waiting import until


def watching() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name == "watch" and one.is_alive()]


def refusals(office: Office, session: Session) -> None:
    desk = desk_of(office)
    refused = Event(Act.GUARD_REFUSED, obj="users.add", outcome="refused", why="not-allowed")
    desk.opened().database.write(
        lambda tx: desk.audit.record_all(tx, (refused,) * 10, session.user, session.role.value, session.id)
    )


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.office.watch.LOOK_EVERY", 0.02)


@pytest.mark.usefixtures("quick")
def test_an_alert_is_raised_though_nobody_asks(practice: Practice) -> None:
    office, ana = practice.signed_in()
    refusals(office, ana)
    database = desk_of(office).opened().database
    assert until(lambda: database.read(lambda tx: alerts.count(tx)) == 1)


@pytest.mark.usefixtures("quick")
def test_it_runs_once_however_many_sign_in_and_ends_with_the_vault(practice: Practice) -> None:
    before = len(watching())
    office, ana = practice.signed_in()
    office.sign_in(practice.credentials())
    assert len(watching()) == before + 1
    refusals(office, ana)
    office.close()
    assert until(lambda: len(watching()) == before)


def test_the_first_sign_in_of_a_day_destroys_what_is_past_its_time(practice: Practice) -> None:
    office, ana = practice.signed_in()
    draft = Draft("1" * 32, ana.user, practice.clock.now(), subject="s", body="b")
    desk_of(office).opened().database.write(lambda tx: drafts.put(tx, draft))
    office.close()
    practice.clock.sleep(91 * 86_400)
    office, ana = practice.signed_in()
    database = desk_of(office).opened().database
    assert database.read(lambda tx: drafts.get(tx, draft.id)) is None
    assert "content.destroyed" in [line.act for line in office.query_log(ana).lines]
