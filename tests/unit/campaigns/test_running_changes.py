"""A campaign that runs while the practice changes around it: nobody falls out for what can be put right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from desktop.campaigns.content import content_hash
from desktop.mail import standby
from desktop.mail.letterhead import Look, keep_look
from desktop.mail.outbox import Outcome
from desktop.mail.pulling import Pulling
from desktop.models import campaignruns, freeslots, messages, practicefacts, relays, sending, settings
from desktop.models.campaigning import CampaignId, CampaignSchedule, CampaignState, TemplateText
from desktop.models.database import Tx
from desktop.models.delivery import RelaySending
from desktop.models.freeslots import FreeSlots
from desktop.models.ids import new_id
from desktop.models.records import Baa, Consent, Person, Reason, Relay, RelayId, State
from desktop.models.standing import Use
from desktop.people.merging import merge
from tests.practice.office import TUESDAY, Practice
from tests.support.kept import a_message
from tests.support.running import Running
from tests.support.said import say


@pytest.fixture
def run(office: Practice) -> Running:
    return Running(office)


def _people(office: Practice, count: int) -> list[Person]:
    return [office.person(f"P{at}", "Lopez", f"p{at}@mail.example") for at in range(count)]


def _begun(run: Running, schedule: CampaignSchedule | None = None) -> CampaignId:
    id_ = run.approve(schedule=schedule)
    run.start(id_)
    return id_


def _held(run: Running, id_: CampaignId) -> Reason | None:
    return run.office.db.read(lambda tx: run.making.held(tx, run.campaign_in(tx, id_)))


def _sums(run: Running, id_: CampaignId) -> None:
    ends = run.office.db.read(lambda tx: campaignruns.ends(tx, id_))
    assert ends.included == len([row for row in run.rows(id_).values() if row.included])


# --- what a signature covers -----------------------------------------------------------------


def _sender(tx: Tx, office: Practice) -> None:
    relays.update(tx, replace(office.relay, sender="news@harbor.example"))


AROUND: dict[str, Callable[[Tx, Practice], None]] = {
    "colour": lambda tx, _: keep_look(tx, Look(colour="#7a1fa2")),
    "when mail is read": lambda tx, _: keep_look(tx, Look(mail_hours={"en": "on Mondays"})),
    "postal address": lambda tx, _: settings.put(tx, practicefacts.ADDRESS, "9 Other St, Springfield"),
    "telephone": lambda tx, _: settings.put(tx, practicefacts.PHONE, "555 0199"),
    "the practice's name": lambda tx, _: settings.put(tx, "practice-name", "Harbour Clinic"),
    "the sender's name": lambda tx, _: settings.put(tx, "sender-name", "Dr. Okafor"),
    "the sender's address": _sender,
}


@pytest.mark.parametrize("change", AROUND.values(), ids=AROUND)
def test_what_stands_around_a_letter_is_part_of_what_was_signed(
    run: Running, office: Practice, change: Callable[[Tx, Practice], None]
) -> None:
    id_ = run.approve()

    def changed(tx: Tx) -> tuple[str, str]:
        one = run.campaign_in(tx, id_)
        before = content_hash(tx, one)
        change(tx, office)
        return before, content_hash(tx, one)

    before, after = office.db.rehearse(changed)
    assert before != after


def test_a_link_of_the_practice_counts_only_where_a_letter_names_it(run: Running, office: Practice) -> None:
    named = {"en": TemplateText("News", "", "[Book a visit]({{ booking_link }})")}
    office.db.write(lambda tx: settings.put(tx, practicefacts.BOOKING, "https://book.example/a"))
    silent, loud = run.approve(), run.approve(texts=named)
    office.db.write(lambda tx: settings.put(tx, practicefacts.BOOKING, "https://book.example/b"))
    for id_, same in ((silent, True), (loud, False)):
        one = run.campaign(id_)
        assert (office.db.read(lambda tx, one=one: content_hash(tx, one)) == one.content) is same  # type: ignore[misc]


def test_letters_wait_while_something_is_not_as_it_was_signed_and_go_on_when_it_is(
    run: Running, office: Practice
) -> None:
    people = _people(office, 2)
    id_ = _begun(run)
    run.make()
    office.db.write(lambda tx: keep_look(tx, Look(colour="#7a1fa2")))
    office.clock.pass_(seconds=20)
    assert run.send() == []
    run.settle()
    assert run.wires == {}
    assert _held(run, id_) == Reason("campaign-differs")
    assert {row.state for row in run.messages()} == {State.QUEUED}
    office.db.write(lambda tx: keep_look(tx, Look()))
    office.clock.pass_(minutes=6)
    run.send()
    run.settle()
    assert run.wires == {one.id: 1 for one in people}
    assert run.campaign(id_).state is CampaignState.DONE


# --- the mail service ------------------------------------------------------------------------


def test_an_agreement_that_ends_in_the_middle_costs_nobody_their_letter(
    run: Running, office: Practice
) -> None:
    people = _people(office, 3)
    id_ = _begun(run, CampaignSchedule(per_hour=24))
    assert run.make() == 2
    agreed = office.relay.baa
    office.change_relay(baa=Baa("Relay Inc.", date(2026, 1, 1), date(2026, 11, 1), "mail"))
    office.clock.pass_(seconds=20)
    assert run.send() == []
    assert run.make() == 0
    held = _held(run, id_)
    assert held is not None
    assert held.code == "baa-expired"
    assert not [row for row in run.rows(id_).values() if row.late]
    office.change_relay(baa=agreed)
    _until_all_left(run, office)
    assert run.wires == {one.id: 1 for one in people}
    assert run.campaign(id_).state is CampaignState.DONE


def _until_all_left(run: Running, office: Practice) -> None:
    """What waits is asked about again after five minutes."""
    for _ in range(3):
        office.clock.pass_(minutes=6)
        run.send()
        run.make()
    office.clock.pass_(minutes=1)
    run.send()
    run.settle()


def _stands_in(run: Running, **changes: object) -> Relay:
    """A second relay, of which nothing is known that would carry a letter unsealed."""
    office = run.office
    given: dict[str, object] = {"id": RelayId(new_id()), "name": "second", "required_tls": "", **changes}
    second = replace(office.relay, **given)  # type: ignore[arg-type]
    now = office.clock.now()

    def take_over(tx: Tx) -> None:
        relays.add(tx, second, "pass")
        sending.put(tx, RelaySending(second.id, standby=True))
        assert standby.take_over(tx, office.relay.id, Reason("unknown"), now, now.date())

    office.db.write(take_over)
    return second


def _relays(run: Running) -> set[RelayId | None]:
    return {row.relay for row in run.messages()}


def test_what_a_relay_that_stands_in_may_not_carry_waits_for_the_first(
    run: Running, office: Practice
) -> None:
    """Made before it stood in, and while it did: nobody falls out."""
    people = _people(office, 3)
    id_ = _begun(run, CampaignSchedule(per_hour=24))
    assert run.make() == 2
    _stands_in(run)
    later = office.clock.now() + timedelta(minutes=5)
    office.clock.pass_(seconds=20)
    run.send(lambda _: Outcome(State.DEFERRED, "421", Reason("unknown"), later))
    office.clock.pass_(minutes=6)
    run.make()
    assert _relays(run) == {office.relay.id}
    assert not [row for row in run.rows(id_).values() if row.late]
    office.db.write(standby.give_back)
    _until_all_left(run, office)
    assert run.wires == {one.id: 1 for one in people}


def test_a_relay_that_may_carry_them_stands_in_for_letters_that_wait(run: Running, office: Practice) -> None:
    (maria,) = _people(office, 1)
    _begun(run)
    run.make()
    second = _stands_in(run, required_tls="account")
    office.clock.pass_(seconds=20)
    for _ in range(2):
        run.send()
    assert _relays(run) == {second.id}
    assert run.wires == {maria.id: 1}


def test_nothing_leaves_under_an_address_that_nobody_signed(run: Running, office: Practice) -> None:
    _people(office, 1)
    _begun(run)
    _stands_in(run, required_tls="account", sender="other@harbor.example")
    assert run.make() == 1
    assert _relays(run) == {office.relay.id}


def test_what_may_have_arrived_is_not_repeated_to_whom_said_no_and_the_campaign_ends(
    run: Running, office: Practice
) -> None:
    (maria,) = _people(office, 1)
    id_ = _begun(run, CampaignSchedule(resend_uncertain=True))
    run.make()
    office.clock.pass_(seconds=20)
    run.send(lambda _: Outcome(State.UNCERTAIN, "", Reason("connection-broke")))
    office.db.write(
        lambda tx: say(tx, maria.id, Consent.REFUSED, office.clock.now(), "paper", use=Use.MARKETING)
    )
    office.clock.pass_(minutes=31)
    assert run.make() == 0
    run.settle()
    assert run.campaign(id_).state is CampaignState.DONE
    (row,) = run.messages()
    assert (row.state, row.reason) == (State.UNCERTAIN, Reason("campaign-not-repeated"))


# --- two records of one person ---------------------------------------------------------------


def _joined(run: Running, kept: Person, gone: Person) -> None:
    office = run.office
    office.db.write(lambda tx: merge(tx, kept.id, gone.id, office.session.user, office.clock.now()))


def _to_the_end(run: Running, id_: CampaignId) -> None:
    for _ in range(3):
        run.make()
        run.office.clock.pass_(minutes=6)
        run.send()
        run.settle()
    assert run.campaign(id_).state is CampaignState.DONE
    _sums(run, id_)


@pytest.mark.parametrize("when", ["approved", "made", "one left", "both left"])
def test_records_that_became_one_in_the_middle_get_one_letter_and_end_it(
    run: Running, office: Practice, when: str
) -> None:
    kept, gone = _people(office, 2)
    id_ = _begun(run)
    if when != "approved":
        run.make()
    office.clock.pass_(seconds=20)
    if when == "one left":
        run.send(want=1)
    if when == "both left":
        run.send()
    if when == "one left" and not run.wires[gone.id]:
        kept, gone = gone, kept
    _joined(run, kept, gone)
    _to_the_end(run, id_)
    assert run.wires.total() == (2 if when == "both left" else 1)
    late = {row.late.code for row in run.rows(id_).values() if row.late}
    assert late == {"one left": {"campaign-had-merged"}, "both left": set()}.get(when, {"person-gone"})


def test_who_had_it_under_another_record_is_left_out_of_the_next_one(run: Running, office: Practice) -> None:
    kept, gone = _people(office, 2)
    first = _begun(run)
    run.make()
    office.clock.pass_(seconds=20)
    run.send()
    _joined(run, kept, gone)
    one = replace(run.campaign(first), without=(first,))
    answer = office.db.read(lambda tx: run.gate.ask(tx, run.gate.terms(tx, one), {kept.id: ""}))
    assert answer.left[0].reason.code == "campaign-had"


def test_a_new_mailbox_does_not_cost_anybody_the_letter_that_waits(run: Running, office: Practice) -> None:
    (maria,) = _people(office, 1)
    id_ = _begun(run)
    run.make()
    run.readdress(maria, "new@mail.example")
    pulled = office.db.write(lambda tx: Pulling(office.clock, office.outbox).pull(tx, (maria.id,)))
    assert pulled == 0
    _to_the_end(run, id_)
    assert [row.address for row in run.messages()] == ["new@mail.example"]


# --- the cap, and free visits ----------------------------------------------------------------


def _got(run: Running, who: Person, kind: str) -> None:
    now = run.office.clock.now()
    row = a_message(who.id, kind=kind, source=new_id(), state=State.ACCEPTED, queued_at=now)
    run.office.db.write(lambda tx: messages.insert(tx, row, b"wire", "{}"))


def test_the_cap_counts_reminders_and_campaigns_alike_also_of_a_record_that_was_merged(
    run: Running, office: Practice
) -> None:
    """Four within thirty days, whatever they were; letters from one to one are not counted."""
    maria, other = _people(office, 2)
    for kind in ("reminder", "campaign", "letter", "auto-answer"):
        _got(run, maria, kind)
    _got(run, other, "campaign")
    one = run.campaign(run.approve())

    def ask(tx: Tx) -> list[str]:
        answer = run.gate.ask(tx, run.gate.terms(tx, one), {maria.id: ""})
        return [left.reason.code for left in answer.left]

    assert office.db.read(ask) == []
    _joined(run, maria, other)
    assert office.db.read(ask) == []
    _got(run, maria, "campaign")
    assert office.db.read(ask) == ["campaign-cap"]
    office.clock.pass_(days=31)
    assert office.db.read(ask) == []


def test_no_more_leave_in_a_day_than_there_are_free_visits(run: Running, office: Practice) -> None:
    people = _people(office, 3)
    id_ = _begun(run, CampaignSchedule(by_slots=True))
    assert run.make() == 0
    assert _held(run, id_) == Reason("campaign-slots-unknown")
    monday, now = TUESDAY - timedelta(days=1), office.clock.now()
    office.db.write(lambda tx: freeslots.put(tx, FreeSlots(monday, "", 2), now))
    office.db.write(lambda tx: freeslots.put(tx, FreeSlots(TUESDAY, "", 5), now))
    assert run.make() == 2
    office.clock.pass_(minutes=1)
    run.send()
    assert run.make() == 0
    assert _held(run, id_) == Reason("campaign-slots-full")
    office.clock.pass_(days=1)
    assert run.make() == 1
    office.clock.pass_(minutes=1)
    run.send()
    run.settle()
    assert run.wires == {one.id: 1 for one in people}
    assert run.campaign(id_).state is CampaignState.DONE
