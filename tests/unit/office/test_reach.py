"""Who can be reached, by which way, and what would reach most of the rest."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from desktop.errors import Refused
from desktop.models.accounts import Session
from desktop.models.records import Method, Reason
from desktop.office.api import Office
from desktop.office.values import ImportRequest, PassphraseRequest
from tests.made_practice import Practice, person_named
from tests.made_staff import desk_of

MORE = (
    b"MRN,First Name,Last Name,E-mail,DOB\n"
    b"2001,Una,Newcomer,una@gmail.com,1970-01-05\n"
    b"2002,Pia,Clerk,pia@bigfactory.example,1971-01-05\n"
)


@pytest.fixture
def desk(at_work: tuple[Office, Session], relay_request: Callable[..., object]) -> tuple[Office, Session]:
    office, session = at_work
    office.add_relay(session, relay_request(required_tls=""))  # type: ignore[arg-type]
    return office, session


def test_everybody_active_is_counted_once_and_cards_would_reach_most(desk: tuple[Office, Session]) -> None:
    office, session = desk
    shown = office.reach(session)
    assert shown.total == sum(shown.counts.values()) == 3
    assert shown.counts == {Method.NONE: 3}
    assert shown.remedies["remedy-password-card"] == 2
    assert shown.remedies["remedy-address"] == 1
    assert shown.best == Reason("reach-password-card", {"count": 2})


def test_a_card_counts_at_once_and_an_import_too(desk: tuple[Office, Session]) -> None:
    office, session = desk
    office.reach(session)
    person = person_named(office, session, "Zoraida")
    office.make_passphrase(session, PassphraseRequest(person, "Rita", "in-person"))
    assert office.reach(session).counts == {Method.ENVELOPE: 1, Method.NONE: 2}
    office.import_people(session, ImportRequest("more.csv", data=MORE))
    shown = office.reach(session)
    assert shown.total == 5
    assert shown.work_addresses >= 1


def test_who_moved_away_is_not_counted(desk: tuple[Office, Session]) -> None:
    office, session = desk
    office.set_person(session, person_named(office, session, "Zoraida"), {"status": "moved"})
    assert office.reach(session).total == 2


def test_the_count_is_kept_for_an_hour(practice: Practice, desk: tuple[Office, Session]) -> None:
    office, session = desk
    first = office.reach(session)
    practice.clock.move(300)
    asked: list[tuple[int, int]] = []

    def note(done: int, total: int) -> bool:
        asked.append((done, total))
        return True

    assert office.reach(session, note) == first
    assert asked == []
    for _ in range(12):
        practice.clock.move(290)
        desk_of(office).guard.touch(session)
    later = office.reach(session, note)
    assert later.at > first.at
    assert asked == [(3, 3)]


def test_stopping_keeps_no_count(desk: tuple[Office, Session]) -> None:
    office, session = desk
    with pytest.raises(Refused) as caught:
        office.reach(session, lambda *_: False)
    assert caught.value.code == "cancelled"
    assert office.reach(session).total == 3


def test_without_a_mail_service_that_is_what_helps(at_work: tuple[Office, Session]) -> None:
    office, session = at_work
    shown = office.reach(session)
    assert shown.best == Reason("reach-relay", {"count": 2})
