"""Somebody is added by hand; whoever may be the same is shown first."""

from __future__ import annotations

import pytest

from desktop.audit.events import Act
from desktop.errors import InputError
from desktop.models.accounts import Session
from desktop.models.records import Consent
from desktop.office.api import Office
from desktop.office.values import ImportRequest
from desktop.office.values_person import NewPerson
from tests.made_practice import PEOPLE, Practice

NOOR = {"first_name": "Noor", "last_name": "Abadi", "birth_date": "1988-07-01", "email": "noor@example.org"}


@pytest.fixture
def work(practice: Practice) -> tuple[Office, Session]:
    office, session = practice.signed_in()
    office.import_people(session, ImportRequest("people.csv", data=PEOPLE))
    return office, session


def names(office: Office, session: Session, text: str) -> list[str]:
    return [one.name for one in office.search_people(session, text).people]


def test_a_newcomer_is_kept_found_and_recorded(work: tuple[Office, Session]) -> None:
    office, session = work
    added = office.add_person(session, NewPerson(NOOR)).shown
    assert added is not None
    assert added.person.consent is Consent.UNKNOWN
    assert added.person.since is not None
    assert office.query_log(session).lines[0].act == Act.PEOPLE_ADDED.value
    assert names(office, session, "noor ab") == ["Noor Abadi"]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"first_name": "ZORAIDA", "last_name": "Canaryfield"}, ("name",)),
        (
            {"first_name": "Zoraida", "last_name": "Canaryfield", "birth_date": "1961-04-02"},
            ("name", "birth-date"),
        ),
        ({"first_name": "Zoraida", "last_name": "Married", "birth_date": "1961-04-02"}, ("birth-date",)),
        ({"first_name": "Ida", "last_name": "Child", "email": "Zoraida@Example.org"}, ("address",)),
    ],
)
def test_who_is_alike_is_shown_and_nobody_is_added_unless_sure(
    work: tuple[Office, Session], fields: dict[str, str], why: tuple[str, ...]
) -> None:
    office, session = work
    answer = office.add_person(session, NewPerson(fields))
    assert answer.shown is None
    assert [(one.person.name, one.why) for one in answer.alike] == [("Zoraida Canaryfield", why)]
    assert office.query_log(session).lines[0].act == Act.PEOPLE_SEARCHED.value
    assert office.search_people(session, "").total == 3
    assert office.add_person(session, NewPerson(fields, sure=True)).shown is not None
    assert office.search_people(session, "").total == 4


def test_another_birth_date_makes_another_person(work: tuple[Office, Session]) -> None:
    office, session = work
    other = {"first_name": "Zoraida", "last_name": "Canaryfield", "birth_date": "1999-01-01"}
    assert office.add_person(session, NewPerson(other)).shown is not None


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"first_name": "Only"}, "value-needed"),
        ({"last_name": "Abadi", "email": "not an address"}, "address-unusable"),
        ({"last_name": "Abadi", "shoe_size": "44"}, "field-unknown"),
        ({"last_name": "Abadi", "consent": "given"}, "consent-later"),
        ({"last_name": "Abadi", "plain_wish": "yes"}, "consent-later"),
        ({"last_name": "Abadi", "external_id": "1001"}, "number-taken"),
        ({}, "nothing-to-change"),
    ],
)
def test_what_cannot_be_is_refused_and_nobody_is_added(
    work: tuple[Office, Session], fields: dict[str, str], code: str
) -> None:
    office, session = work
    with pytest.raises(InputError) as caught:
        office.add_person(session, NewPerson(fields))
    assert caught.value.code == code
    assert office.search_people(session, "").total == 3
