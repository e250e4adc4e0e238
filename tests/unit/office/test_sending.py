"""Rules of sending and limits of relays: set in plain numbers, refused where they make no sense."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Any

import pytest

from desktop.errors import InputError, Refused
from desktop.mail.outgoing import Outcome
from desktop.mail.pacing import Go, RulesPacer
from desktop.models import messages, pauses
from desktop.models.accounts import Role, Session
from desktop.models.database import Tx
from desktop.models.delivery import Hours, Pause, RelaySending
from desktop.models.pauses import scope_of
from desktop.models.records import Baa, Message, PersonId, Reason, RelayId, State
from desktop.models.sendingrules import DEFAULT
from desktop.office.api import Office
from desktop.office.values import ImportRequest
from desktop.office.values_practice import RelayRequest
from desktop.texts import Texts
from tests.made_practice import PEOPLE, MovedClock, Practice, person_named
from tests.made_staff import Staff, desk_of
from tests.support.kept import a_message


@dataclass(frozen=True)
class World:
    """A practice with one relay, and somebody who may set it up."""

    office: Office
    session: Session
    relay: RelayId
    person: PersonId
    clock: MovedClock


def a_relay(name: str, host: str = "localhost", **fields: Any) -> RelayRequest:
    baa = Baa("Relay Inc.", date(2026, 1, 1), date(2027, 1, 1), "e-mail")
    asked = RelayRequest(name, host, 465, "implicit", "office", "office@elmstreet.example.com", baa, "secret")
    return replace(asked, **fields)


@pytest.fixture
def world(practice: Practice) -> World:
    office, session = practice.signed_in()
    office.import_people(session, ImportRequest("people.csv", data=PEOPLE))
    relay = office.add_relay(session, a_relay("First")).id
    return World(office, session, relay, person_named(office, session, "Zoraida"), practice.clock)


def relay(world: World, **fields: Any) -> RelaySending:
    return RelaySending(world.relay, **fields)


def database(world: World) -> Any:
    return desk_of(world.office).opened().database


def waiting(world: World, reason: Reason) -> Message:
    """A row that waits for a rule until tomorrow."""
    now = world.clock.now()
    row = a_message(
        world.person,
        relay=world.relay,
        reason=reason,
        not_before=now,
        next_try=now + timedelta(days=1),
    )
    database(world).write(lambda tx: messages.insert(tx, row, b"wire", "{}"))
    return row


def next_try(world: World, row: Message) -> Any:
    found = database(world).read(lambda tx: messages.get(tx, row.id))
    return found.next_try


def test_the_rules_come_back_as_they_were_set(world: World) -> None:
    office, session = world.office, world.session
    assert office.show_sending_rules(session) == replace(DEFAULT, zone="America/Denver")
    asked = replace(
        DEFAULT,
        reminders=Hours(time(9), time(17), (4, 0, 0)),
        closed=("2026-12-26", "2026-12-24", "2026-12-24"),
        country="us",
        region="tx",
        zone="Europe/Madrid",
    )
    answer = office.set_sending_rules(session, asked)
    assert answer == office.show_sending_rules(session)
    assert answer.reminders.days == (0, 4)
    assert answer.closed == ("2026-12-24", "2026-12-26")
    assert (answer.country, answer.region, answer.zone) == ("US", "TX", "America/Denver")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"reminders": Hours(time(8), time(20), ())}, "sending-days-missing"),
        ({"campaigns": Hours(time(8), time(20), (7,))}, "sending-days-missing"),
        ({"closed": ("24.12.2026",)}, "closed-day-wrong"),
        ({"closed": tuple(f"2{n:03}-01-01" for n in range(401))}, "closed-days-many"),
        ({"country": "XX"}, "holiday-country-unknown"),
        ({"region": "ON"}, "holiday-region-unknown"),
        ({"country": "", "region": "TX"}, "holiday-region-unknown"),
        ({"silence_days": 0}, "silence-days-range"),
        ({"silence_days": 31}, "silence-days-range"),
    ],
)
def test_rules_that_make_no_sense_change_nothing(world: World, fields: dict[str, Any], code: str) -> None:
    with pytest.raises(InputError) as refused:
        world.office.set_sending_rules(world.session, replace(DEFAULT, **fields))
    assert refused.value.code == code
    assert replace(world.office.show_sending_rules(world.session), zone="") == DEFAULT


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"per_minute": -1}, "rate-range"),
        ({"per_day": 1_000_001}, "rate-range"),
        ({"per_minute": 31, "per_hour": 30}, "rates-contradict"),
        ({"per_minute": 31, "per_day": 30}, "rates-contradict"),
        ({"connections": 0}, "connections-range"),
        ({"connections": 5}, "connections-range"),
        ({"pin": "ab" * 32}, "relay-pin-wrong"),
        ({"pin": "ca:" + "g" * 64}, "relay-pin-wrong"),
        ({"own_return_path": True}, "return-address-wrong"),
        ({"return_address": "bounces+x@practice.example.com"}, "return-address-wrong"),
        ({"return_address": "bounces"}, "return-address-wrong"),
        ({"standby": True}, "standby-in-use"),
    ],
)
def test_limits_that_make_no_sense_change_nothing(world: World, fields: dict[str, Any], code: str) -> None:
    with pytest.raises(InputError) as refused:
        world.office.set_relay_sending(world.session, relay(world, **fields))
    assert refused.value.code == code
    assert world.office.show_relay_sending(world.session, world.relay) == relay(world)


def test_limits_come_back_as_they_were_set(world: World) -> None:
    asked = relay(
        world,
        per_minute=30,
        per_hour=30,
        per_day=10_000,
        connections=3,
        office_mailbox=True,
        pin="KEY:" + "AB " * 32,
        own_return_path=True,
        return_address="bounces@practice.example.com",
    )
    answer = world.office.set_relay_sending(world.session, asked)
    assert answer == replace(asked, pin="key:" + "ab" * 32)
    assert world.office.show_relay_sending(world.session, world.relay) == answer


def test_a_relay_that_nobody_knows_has_no_limits_to_set(world: World) -> None:
    with pytest.raises(InputError, match="relay-unknown"):
        world.office.set_relay_sending(world.session, RelaySending("ab" * 16))  # type: ignore[arg-type]


def test_a_new_relay_of_a_known_service_begins_with_its_limits(world: World) -> None:
    asked = a_relay("Microsoft", "smtp.office365.com", port=587, security="starttls")
    made = world.office.add_relay(world.session, asked)
    shown = world.office.show_relay_sending(world.session, made.id)
    assert shown == RelaySending(made.id, 30, 0, 10_000, 3, office_mailbox=True)


def test_what_waits_for_a_limit_is_asked_again_when_it_is_raised(world: World) -> None:
    mine = waiting(world, Reason("pace-minute", {"count": 30}))
    world.office.set_relay_sending(world.session, relay(world, per_minute=60))
    assert next_try(world, mine) <= world.clock.now()


def test_how_often_and_when_patients_are_reminded_can_be_set_and_counts_at_once(world: World) -> None:
    mine = waiting(world, Reason("waits-for-hours", {"date": "2026-11-24", "time": "08:00"}))
    world.office.set_sending_rules(world.session, replace(DEFAULT, reminders=Hours(time(0), time(0))))
    assert next_try(world, mine) <= world.clock.now()


def test_the_use_of_a_relay_says_what_is_used_and_when_the_next_may_leave(world: World) -> None:
    office, session, now = world.office, world.session, world.clock.now()
    office.set_relay_sending(session, relay(world, per_minute=2, per_day=100, office_mailbox=True))
    before = office.relay_use(session, world.relay)
    assert (before.rates.used_minute, before.rates.used_day, before.rates.resumes) == (0, 0, None)
    assert before.rates.name == "First"
    assert before.method_words == (Reason("ramp-now", {"minute": 10, "day": 200}),)
    pacer = RulesPacer(desk_of(office).audit)
    row = a_message(world.person, kind="letter", relay=world.relay)

    def two_leave(tx: Tx) -> None:
        assert pacer.allow(tx, [row, row], now) == [Go(), Go()]
        pacer.note(tx, row, Outcome(State.ACCEPTED, "250 OK"), now)

    database(world).write(two_leave)
    after = office.relay_use(session, world.relay).rates
    assert (after.used_minute, after.used_hour, after.used_day) == (2, 0, 2)
    assert after.resumes is not None
    why = office.relay_use(session, world.relay).method_words[0]
    assert Texts().say(f"reason.{why.code}", **why.params) == "The next one may leave Mon 09:01 (Mountain)."
    assert now + timedelta(minutes=1) <= after.resumes <= now + timedelta(minutes=1, seconds=6)


def test_the_use_of_a_relay_says_why_it_is_paused(world: World) -> None:
    why = Reason("relay-sign-in-failed", {"cause": "relay-auth-refused"})
    scope, now = scope_of("relay", world.relay), world.clock.now()
    database(world).write(lambda tx: pauses.put(tx, Pause(scope, why, None, now)))
    assert world.office.relay_use(world.session, world.relay).method_words == (why,)


def test_the_front_desk_sets_no_rules(staff: Staff) -> None:
    office, session = staff.at_work()
    relay_id = office.add_relay(session, a_relay("First")).id
    staff.add(office, session, "cy", Role.FRONT_DESK)
    front = staff.enter(office, "cy", code=staff.code("cy")).session
    with pytest.raises(Refused, match="not-allowed"):
        office.set_sending_rules(front, DEFAULT)
    with pytest.raises(Refused, match="not-allowed"):
        office.set_relay_sending(front, RelaySending(relay_id, per_minute=1))
