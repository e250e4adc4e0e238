"""Everybody's address looked over: each doubt once, the most pressing first, nobody changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop.access.roles import Purpose
from desktop.errors import Refused
from desktop.models import mailings, people, suppressions
from desktop.models.accounts import Role, Session
from desktop.models.database import Tx
from desktop.models.delivery import Suppression, SuppressionKind
from desktop.models.mailings import Mailing
from desktop.models.names import address_key
from desktop.models.records import PersonId, Status
from desktop.office.api import Office
from desktop.office.values_audit import LogQuery
from desktop.office.values_facts import AddressQuery
from desktop.people.hygiene import ORDER, doubts
from tests.made_practice import Practice, person_named
from tests.made_staff import desk_of
from tests.support.colleagues import let_in


def one(address: str, person: str = "", **changes: bool) -> Mailing:
    made = Mailing(
        PersonId(person or address), "Zo", "Canaryfield", "", address, address_key(address), True, True
    )
    return made._replace(**changes)  # type: ignore[arg-type]


def codes(*some: Mailing, stopped: tuple[str, ...] = (), silent: tuple[str, ...] = ()) -> dict[str, str]:
    found = doubts(some, frozenset(stopped), {PersonId(who): 3 for who in silent})
    return {doubt.mailing.address: doubt.reason.code for doubt in found}


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("zo@gamil.com", "domain-typo"),
        ("zo@gmail.con", "domain-typo"),
        ("zo@аpple.com", "mixed-script"),
        ("zo@xn--pple-43d.com", "mixed-script"),
        ("info@clinic.example.org", "address-role"),
        ("Front.Desk+x@clinic.example.org", None),
        ("oficina@clinic.example.org", "address-role"),
        ("none@none.example.org", "address-placeholder"),
        ("no-email@clinic.example.org", "address-placeholder"),
        ("na@na.example.org", "address-placeholder"),
        ("nadia@example.org", None),
        ("informatics.lopez@example.org", None),
    ],
)
def test_one_address_is_doubted_for_what_it_is(address: str, code: str | None) -> None:
    assert codes(one(address)).get(address) == code


def test_a_professional_may_have_an_address_of_an_office() -> None:
    assert codes(one("info@clinic.example.org", patient=False)) == {}


def test_what_was_probably_meant_is_suggested_as_a_whole_address() -> None:
    (doubt,) = doubts((one("Zo.C@gamil.com"),), frozenset(), {})
    assert doubt.suggestion == "Zo.C@gmail.com"


def test_one_letter_away_from_a_domain_that_many_have_is_a_slip_here() -> None:
    many = tuple(one(f"p{number}@northclinic.example") for number in range(20))
    assert codes(*many, one("zo@nortclinic.example")) == {"zo@nortclinic.example": "domain-near-slip"}
    few = many[:19]
    assert codes(*few, one("zo@nortclinic.example")) == {}


def test_a_domain_with_an_accent_that_reads_like_another_of_the_list_is_a_twin() -> None:
    accent = "zo@xn--clnica-4va.example"
    assert codes(one(accent)) == {}
    assert codes(one(accent), one("bo@clinica.example")) == {accent: "domain-twin"}


def test_an_address_that_several_patients_are_said_to_read_alone_is_shared() -> None:
    mine, hers = one("zo@example.org", "zo"), one("ZO@example.org", "bo")
    assert codes(mine, hers) == {"zo@example.org": "address-shared", "ZO@example.org": "address-shared"}
    assert codes(mine, hers._replace(own=False)) == {}


def test_the_most_pressing_doubt_is_the_one_that_is_said_and_comes_first() -> None:
    silent, stopped = one("bo@example.org", "bo"), one("zo@example.org", "zo")
    found = codes(silent, stopped, stopped=("zo@example.org",), silent=("bo", "zo"))
    assert list(found.values()) == ["address-stopped", "address-silent"]
    assert len(set(ORDER)) == len(ORDER)


def test_the_list_is_shown_by_reason_and_is_on_record(
    practice: Practice, at_work: tuple[Office, Session]
) -> None:
    office, ana = at_work
    zo, bo = (person_named(office, ana, name) for name in ("Canaryfield", "Nightingale"))
    database = desk_of(office).opened().database

    def spoil(tx: Tx) -> None:
        for person, address in ((zo, "zo@gamil.com"), (bo, "info@example.org")):
            known = people.get(tx, person)
            assert known is not None
            people.update(tx, replace(known, email=address))

    database.write(spoil)
    shown = office.check_addresses(ana, AddressQuery())
    assert [line.reason.code for line in shown.lines] == ["domain-typo", "address-role"]
    assert (shown.counts, shown.total, shown.looked_at) == ({"domain-typo": 1, "address-role": 1}, 2, 2)
    (line,) = office.check_addresses(ana, AddressQuery("domain-typo")).lines
    assert (line.person, line.name, line.suggestion) == (zo, "Zoraida Canaryfield", "zo@gmail.com")
    assert office.check_addresses(ana, AddressQuery(offset=1)).lines[0].person == bo
    assert office.check_addresses(ana, AddressQuery(limit=0)).lines == ()
    assert "addresses.checked" in [one.act for one in office.query_log(ana, LogQuery(limit=5)).lines]

    def stop(tx: Tx) -> None:
        now = practice.clock.now()
        suppressions.add(tx, Suppression("s1", "info@example.org", SuppressionKind.HARD_BOUNCE, None, now))
        known = people.get(tx, zo)
        assert known is not None
        people.update(tx, replace(known, status=Status.MOVED))

    database.write(stop)
    assert [line.reason.code for line in office.check_addresses(ana, AddressQuery()).lines] == [
        "address-stopped"
    ]
    assert database.read(lambda tx: mailings.silent(tx, practice.clock.now(), 1)) == {}


def test_a_clinician_does_not_look_the_list_over(practice: Practice, at_work: tuple[Office, Session]) -> None:
    office, ana = at_work
    desk_of(office).guard.prove(ana, Purpose.USERS)
    _, cleo = let_in(practice, office, ana, "cleo", Role.CLINICIAN).signed_in(practice, office)
    with pytest.raises(Refused) as caught:
        office.check_addresses(cleo, AddressQuery())
    assert caught.value.code == "not-allowed"
