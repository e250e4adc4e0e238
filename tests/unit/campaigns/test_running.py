"""A campaign that runs: nobody without a basis, nobody twice, nobody lost, whatever happens meanwhile."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from desktop.mail.outbox import Outcome
from desktop.mail.pacing import RulesPacer
from desktop.models import campaignruns, messages
from desktop.models.campaigning import CampaignId, CampaignSchedule, CampaignState
from desktop.models.purposes import MailPurpose
from desktop.models.records import Consent, Person, Reason, State
from desktop.models.standing import Use
from tests.practice.office import Practice
from tests.support.running import Running
from tests.support.said import say


@pytest.fixture
def run(office: Practice) -> Running:
    return Running(office)


def _people(office: Practice, count: int) -> list[Person]:
    return [office.person(f"P{at}", "Lopez", f"p{at}@mail.example") for at in range(count)]


def _late(run: Running, id_: CampaignId) -> set[str]:
    """Why anybody fell out."""
    return {row.late.code for row in run.rows(id_).values() if row.late}


def test_everybody_gets_it_once_and_then_it_is_done(run: Running, office: Practice) -> None:
    people = _people(office, 3)
    id_ = run.approve()
    run.start(id_)
    assert run.make() == 3
    assert run.make() == 0
    office.clock.pass_(seconds=20)
    assert len(run.send()) == 3
    run.settle()
    assert run.campaign(id_).state is CampaignState.DONE
    assert run.wires == {one.id: 1 for one in people}
    assert {row.message for row in run.rows(id_).values()} == {row.id for row in run.messages()}
    assert run.make() == 0
    assert office.db.read(lambda tx: campaignruns.count_differing(tx, id_)) == 0


def test_nothing_is_made_before_it_starts_while_it_is_paused_or_after_it_was_stopped(
    run: Running, office: Practice
) -> None:
    _people(office, 2)
    id_ = run.approve()
    assert run.make() == 0
    run.start(id_)
    assert office.db.write(lambda tx: run.runs.pause(tx, run.campaign_in(tx, id_), office.session))
    assert run.make() == 0
    assert office.db.write(lambda tx: run.runs.resume(tx, run.campaign_in(tx, id_)))
    assert office.db.write(lambda tx: run.runs.stop(tx, run.campaign_in(tx, id_), office.session)) == 0
    assert run.make() == 0
    assert _late(run, id_) == {"campaign-stopped"}


def test_a_portion_that_was_sealed_while_it_was_stopped_is_not_queued(run: Running, office: Practice) -> None:
    _people(office, 2)
    id_ = run.approve()
    run.start(id_)
    portion = office.db.read(run.making.portion)
    assert portion is not None
    sealed = run.making.seal(portion)
    office.db.write(lambda tx: run.runs.stop(tx, run.campaign_in(tx, id_), office.session))
    assert office.db.write(lambda tx: run.making.enqueue(tx, sealed)) == 0
    assert run.messages() == []


def test_two_portions_sealed_at_once_queue_each_person_once(run: Running, office: Practice) -> None:
    _people(office, 3)
    id_ = run.approve()
    run.start(id_)
    twice = [office.db.read(run.making.portion) for _ in range(2)]
    sealed = [run.making.seal(one) for one in twice if one is not None]
    assert [office.db.write(lambda tx, one=one: run.making.enqueue(tx, one)) for one in sealed] == [3, 0]  # type: ignore[misc]
    assert len(run.messages()) == 3


def test_a_refusal_after_the_letter_was_made_keeps_it_from_leaving(run: Running, office: Practice) -> None:
    maria, juan = _people(office, 2)
    id_ = run.approve()
    run.start(id_)
    run.make()
    office.db.write(
        lambda tx: say(tx, maria.id, Consent.REFUSED, office.clock.now(), "paper", use=Use.MARKETING)
    )
    office.clock.pass_(seconds=20)
    run.send()
    run.settle()
    assert run.wires == {juan.id: 1}
    assert run.rows(id_)[maria.id].late == Reason("no-marketing")
    assert run.campaign(id_).state is CampaignState.DONE


def test_a_refusal_between_approval_and_start_makes_no_letter(run: Running, office: Practice) -> None:
    maria, _ = _people(office, 2)
    id_ = run.approve()
    office.db.write(
        lambda tx: say(tx, maria.id, Consent.REFUSED, office.clock.now(), "paper", use=Use.MARKETING)
    )
    run.start(id_)
    assert run.make() == 1
    assert run.rows(id_)[maria.id].late == Reason("no-marketing")


def test_a_new_address_gets_a_letter_of_its_own_and_is_listed_as_a_difference(
    run: Running, office: Practice
) -> None:
    (maria,) = _people(office, 1)
    id_ = run.approve()
    run.start(id_)
    run.make()
    run.readdress(maria, "new@mail.example")
    office.clock.pass_(seconds=20)
    for _ in range(2):
        run.send()
    run.settle()
    (row,) = run.messages()
    assert (row.address, row.state, row.generation) == ("new@mail.example", State.ACCEPTED, 2)
    assert run.rows(id_)[maria.id].message == row.id
    assert office.db.read(lambda tx: campaignruns.count_differing(tx, id_)) == 1
    assert run.wires == {maria.id: 1}


def test_a_way_that_is_weaker_than_what_was_approved_is_not_taken(run: Running, office: Practice) -> None:
    (maria,) = _people(office, 1)
    id_ = run.approve()
    office.change_relay(required_tls="")
    office.db.write(lambda tx: say(tx, maria.id, Consent.GIVEN, office.clock.now(), "paper", use=Use.PLAIN))
    run.start(id_)
    assert run.make() == 0
    late = run.rows(id_)[maria.id].late
    assert late is not None
    assert late.code in ("campaign-weaker", "no-safe-way")


def test_what_was_changed_after_the_approval_keeps_every_letter_back(run: Running, office: Practice) -> None:
    _people(office, 1)
    id_ = run.approve()
    run.start(id_)
    run.make()
    office.db.write(
        lambda tx: tx.connection.exec_driver_sql(
            "UPDATE campaign SET payer = 'Somebody' WHERE id = ?", (id_,)
        )
    )
    office.clock.pass_(seconds=20)
    run.send()
    run.settle()
    assert run.wires == {}
    assert run.make() == 0
    (row,) = run.messages()
    assert (row.state, row.reason) == (State.QUEUED, Reason("campaign-differs"))


def test_a_group_that_emptied_ends_without_a_letter(run: Running, office: Practice) -> None:
    people = _people(office, 2)
    id_ = run.approve()
    run.start(id_)
    for one in people:
        run.suspend(one)
    assert run.make() == 0
    run.settle()
    assert run.campaign(id_).state is CampaignState.DONE
    assert _late(run, id_) == {"person-moved"}


def test_a_relay_that_goes_away_in_the_middle_loses_nobody(run: Running, office: Practice) -> None:
    people = _people(office, 4)
    id_ = run.approve()
    run.start(id_)
    run.make()
    office.clock.pass_(seconds=20)
    gone = Outcome(State.DEFERRED, "421 bye", Reason("unknown"), office.clock.now() + timedelta(minutes=5))
    answers = iter([Outcome(State.ACCEPTED, "250 ok"), gone, gone, gone])
    run.send(lambda _: next(answers))
    run.settle()
    assert run.campaign(id_).state is CampaignState.RUNNING
    office.clock.pass_(minutes=6)
    run.send()
    run.settle()
    assert run.wires == {one.id: 1 for one in people}
    assert run.campaign(id_).state is CampaignState.DONE


def test_what_may_have_arrived_is_repeated_only_where_the_campaign_says_so(
    run: Running, office: Practice
) -> None:
    (maria,) = _people(office, 1)
    unclear = Outcome(State.UNCERTAIN, "", Reason("connection-broke"))
    silent, loud = run.approve(), run.approve(schedule=CampaignSchedule(resend_uncertain=True))
    for id_ in (silent, loud):
        run.start(id_)
        run.make()
    office.clock.pass_(seconds=20)
    run.send(lambda _: unclear)
    run.settle()
    assert run.campaign(silent).state is CampaignState.DONE
    assert run.campaign(loud).state is CampaignState.RUNNING
    assert run.make() == 0
    office.clock.pass_(minutes=31)
    assert run.make() == 1
    office.clock.pass_(seconds=20)
    run.send()
    run.settle()
    assert run.wires == {maria.id: 1}
    assert run.campaign(loud).state is CampaignState.DONE


def test_offers_tell_programs_how_to_say_no_and_care_does_not(run: Running, office: Practice) -> None:
    _people(office, 1)
    offer, care = run.approve(), run.approve(MailPurpose.TREATMENT)
    for id_ in (offer, care):
        run.start(id_)
        run.make()
    heads = {row.source: run.wire(row).partition(b"\r\n\r\n")[0] for row in run.messages()}
    (token,) = {row.message_id.strip("<>").partition("@")[0] for row in run.messages() if row.source == offer}
    said = f"List-Unsubscribe: <mailto:office@harbor.example?subject=unsubscribe%20{token}>\r\n".encode()
    assert said in heads[offer] + b"\r\n"
    assert b"List-" not in heads[care]
    assert b"List-Id" not in heads[offer]


def test_its_own_hours_hold_when_letters_leave(run: Running, office: Practice) -> None:
    _people(office, 2)  # it is 10:05 in Chicago
    id_ = run.approve(schedule=CampaignSchedule(first=time(10), last=time(10, 10)))
    run.start(id_)
    assert run.make() == 2
    office.clock.pass_(minutes=10)
    assert run.send(pacer=RulesPacer(office.audit)) == []
    assert run.make() == 0
    waiting = office.db.read(lambda tx: messages.by_states(tx, (State.QUEUED,)))
    assert {row.reason.code for row in waiting if row.reason} == {"waits-for-hours"}
    office.clock.pass_(hours=23, minutes=50)
    assert len(run.send(pacer=RulesPacer(office.audit))) == 2


def test_no_more_leave_in_an_hour_than_it_says(run: Running, office: Practice) -> None:
    _people(office, 30)
    run.start(run.approve(schedule=CampaignSchedule(per_hour=12)))
    pacer, left = RulesPacer(office.audit), []
    for _ in range(60):
        run.make()
        office.clock.pass_(minutes=1)
        left.append(len(run.send(pacer=pacer)))
    assert 0 < sum(left) <= 12
