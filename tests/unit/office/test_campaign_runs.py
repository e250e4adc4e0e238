"""Campaigns that run, at the door: started, at their hour, paused, stopped, cut off, and let go on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from desktop.campaigns.making import scope_of
from desktop.errors import Refused
from desktop.mail.letterhead import Look, keep_look
from desktop.models import leases, pauses
from desktop.models.campaigning import CampaignId, CampaignSchedule
from desktop.models.database import Tx
from desktop.models.records import Reason
from desktop.office.campaign_cut import LENGTH, NAME
from desktop.office.campaign_watch import CampaignWatch
from desktop.office.values_campaigns import CampaignRules, CampaignShown
from desktop.office.values_running import RunShown, StartRequest
from tests.made_staff import Staff, desk_of
from tests.support.campaign_desk import Desk, S, shared_desk


@pytest.fixture(scope="module")
def shared(staffed: Staff, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with shared_desk(staffed, tmp_path_factory.mktemp("runs")) as desk:
        yield desk


@pytest.fixture
def desk(shared: Desk) -> Iterator[Desk]:
    shared.proved(shared.session)
    shared.office.set_campaign_rules(shared.session, CampaignRules(cap=100))
    yield shared
    shared.proved(shared.session)
    for line in shared.office.list_campaigns(shared.session).campaigns:
        if line.state not in (S.DONE, S.STOPPED):
            shared.office.stop_campaign(shared.session, line.id)


def _watch(desk: Desk) -> CampaignWatch:
    return desk_of(desk.office).opened().campaigns


def _approved(desk: Desk, **more: Any) -> CampaignShown:
    return desk.office.ask_campaign(desk.session, desk.checked(**more).line.id)


def _start(desk: Desk, shown: CampaignShown) -> RunShown:
    request = StartRequest(shown.line.id, shown.content, shown.audience)
    return desk.office.start_campaign(desk.session, request)


def _progress(desk: Desk, id_: CampaignId) -> RunShown:
    return desk.office.campaign_progress(desk.session, id_)


def _adds_up(run: RunShown) -> bool:
    one = run.counts
    parts = (one.ahead, one.waiting, one.under_way, one.left, one.back, one.unclear, one.dropped)
    return sum(parts) == one.included


def test_it_starts_is_paused_goes_on_and_is_stopped(desk: Desk) -> None:
    shown = _approved(desk)
    id_ = shown.line.id
    run = _start(desk, shown)
    assert run.state is S.RUNNING
    assert run.counts.waiting == run.counts.included == shown.line.included
    assert set(run.may) == {"pause", "stop"}
    assert desk.office.pause_campaign(desk.session, id_).may == ("resume", "stop")
    assert _progress(desk, id_).held is None
    with pytest.raises(Refused, match="campaign-not-running"):
        desk.office.pause_campaign(desk.session, id_)
    assert desk.office.resume_campaign(desk.session, id_).state is S.RUNNING
    with pytest.raises(Refused, match="campaign-not-paused"):
        desk.office.resume_campaign(desk.session, id_)
    stopped = desk.office.stop_campaign(desk.session, id_)
    assert (stopped.state, stopped.may) == (S.STOPPED, ())
    assert stopped.counts.dropped == stopped.counts.included
    assert _adds_up(stopped)
    with pytest.raises(Refused, match="campaign-over"):
        desk.office.stop_campaign(desk.session, id_)


def test_only_what_was_approved_and_seen_starts_and_once(desk: Desk) -> None:
    checked = desk.checked()
    with pytest.raises(Refused, match="campaign-not-approved"):
        _start(desk, checked)
    shown = desk.office.ask_campaign(desk.session, checked.line.id)
    other = StartRequest(shown.line.id, "0" * 64, shown.audience)
    with pytest.raises(Refused, match="campaign-differs"):
        desk.office.start_campaign(desk.session, other)
    _start(desk, shown)
    with pytest.raises(Refused, match="campaign-not-approved"):
        _start(desk, shown)


def test_another_colour_after_the_approval_keeps_it_from_starting(desk: Desk) -> None:
    shown = _approved(desk)
    desk.write(lambda tx: keep_look(tx, Look(colour="#7a1fa2")))
    try:
        with pytest.raises(Refused, match="campaign-differs"):
            _start(desk, shown)
    finally:
        desk.write(lambda tx: keep_look(tx, Look()))


# --- at its hour ------------------------------------------------------------------------------


def _scheduled(desk: Desk) -> CampaignId:
    starts = desk.staff.clock.now() + timedelta(hours=1)
    run = _start(desk, _approved(desk, schedule=CampaignSchedule(starts=starts)))
    assert run.state is S.SCHEDULED
    assert run.begins == starts
    assert run.counts.ahead == run.counts.included
    return run.campaign


def _pass(desk: Desk, hours: float) -> None:
    """Somebody is here all the time."""
    for _ in range(round(hours * 10)):
        desk.staff.clock.move(6 * 60)
        desk.proved(desk.session)


def test_a_campaign_begins_at_its_hour_and_not_before(desk: Desk) -> None:
    id_ = _scheduled(desk)
    _pass(desk, 0.5)
    _watch(desk).look()
    assert _progress(desk, id_).state is S.SCHEDULED
    _pass(desk, 0.6)
    _watch(desk).look()
    run = _progress(desk, id_)
    assert run.state is S.RUNNING
    assert run.counts.waiting == run.counts.included


def test_at_its_hour_it_says_what_keeps_it_from_beginning(desk: Desk) -> None:
    id_ = _scheduled(desk)
    _pass(desk, 1.1)
    desk.write(lambda tx: keep_look(tx, Look(colour="#7a1fa2")))
    _watch(desk).look()
    run = _progress(desk, id_)
    assert (run.state, run.held) == (S.SCHEDULED, Reason("campaign-differs"))
    desk.write(lambda tx: keep_look(tx, Look()))
    _watch(desk).look()
    assert _progress(desk, id_).state is S.RUNNING


def test_hours_after_its_hour_it_asks_before_anything_leaves(desk: Desk) -> None:
    id_ = _scheduled(desk)
    _pass(desk, 7.2)
    _watch(desk).look()
    run = _progress(desk, id_)
    assert run.state is S.PAUSED
    assert run.held is not None
    assert run.held.code == "campaign-late"
    assert run.counts.ahead == run.counts.included
    assert desk.office.resume_campaign(desk.session, id_).state is S.RUNNING


# --- cut off ----------------------------------------------------------------------------------


def _ended_process() -> int:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def _cut_off(desk: Desk, holder: str, boot: str) -> None:
    """As if the process `holder` had run the campaigns until now, and were no more."""
    clock = desk.staff.clock

    def leave(tx: Tx) -> None:
        before = leases.current(tx, NAME)
        assert before is not None
        leases.release(tx, NAME, before.holder)
        leases.take(tx, NAME, holder, boot or clock.boot_id(), clock.now() + LENGTH, clock.now())

    desk.write(leave)


@pytest.mark.parametrize("boot", ["", "boot-before"], ids=["killed", "power cut"])
def test_after_a_cut_it_says_so_and_waits_for_somebody(desk: Desk, boot: str) -> None:
    run = _start(desk, _approved(desk))
    _cut_off(desk, f"{1 if boot else _ended_process()}-x", boot)
    cut_at = desk.staff.clock.now()
    _watch(desk).opened()
    after = _progress(desk, run.campaign)
    assert after.state is S.PAUSED
    assert after.held is not None
    assert after.held.code == "campaign-cut"
    assert str(after.held.params["moment"]).startswith(cut_at.isoformat(timespec="minutes"))
    assert set(after.may) == {"resume", "stop"}
    assert _adds_up(after)
    on = desk.office.resume_campaign(desk.session, run.campaign)
    assert on.state is S.RUNNING
    assert on.held != after.held
    assert desk.write(lambda tx: pauses.get(tx, scope_of(run.campaign), cut_at)) is None


def test_what_runs_in_a_process_that_lives_was_not_cut_off(desk: Desk) -> None:
    run = _start(desk, _approved(desk))
    _watch(desk).opened()
    _watch(desk).look()
    assert _progress(desk, run.campaign).state is S.RUNNING
    desk.office.stop_campaign(desk.session, run.campaign)
    _start(desk, _approved(desk))
    _watch(desk).look()
    assert desk.write(lambda tx: leases.current(tx, NAME)) is not None
