"""Who is offered as one person: never a household, never twins, never namesakes."""

from __future__ import annotations

import random
import time
from dataclasses import replace

import pytest

from desktop.models import duplicates as kept
from desktop.models import people, users
from desktop.models.accounts import Role, User, UserId
from desktop.models.database import Tx
from desktop.models.duplicates import Compared
from desktop.models.records import PersonId
from desktop.people.duplicates import likeness, pairs
from desktop.people.merging import merge
from desktop.people.nicknames import same_name
from tests.support.kept import a_person
from tests.unit.people.conftest import NOW, Practice

ANA = UserId("a" * 32)


def one(first: str, last: str, born: str = "", **more: str) -> Compared:
    fields = dict.fromkeys(("phone", "sex", "zip", "street", "address", "external_id"), "") | more
    return Compared(PersonId(f"{first}/{last}/{born}/{more}"), first, last, born, **fields)


MARIA = one("Maria", "Lopez", "1961-04-02", phone="(555) 010-0123", address="maria@example.org")
SAME = {
    "the very same": one("María", "LOPEZ", "1961-04-02"),
    "a slip": one("Marai", "Lopez", "1961-04-02"),
    "a slip in the last name": one("Maria", "Lopes", "1961-04-02"),
    "an initial": one("M.", "Lopez", "1961-04-02", phone="555 010 0123"),
    "a further last name": one("Maria", "Lopez-Ruiz", "1961-04-02"),
    "a further first name": one("Maria Elena", "Lopez", "1961-04-02"),
    "names turned": one("Lopez", "Maria", "1961-04-02"),
    "day and month turned": one("Maria", "Lopez", "1961-02-04", phone="5550100123"),
    "a digit of the year": one("Maria", "Lopez", "1967-04-02", address="maria@example.org"),
    "no birth date, but the telephone": one("Maria", "Lopez", phone="+1 555 010 0123"),
}
TWO = {
    "a namesake without a birth date": one("Maria", "Lopez"),
    "a namesake born on another day": one("Maria", "Lopez", "1974-11-23"),
    "a namesake born nearly then": one("Maria", "Lopez", "1961-04-03"),
    "a daughter with her name": one("Maria", "Lopez", "1988-10-17", phone="5550100123"),
    "a husband at the same telephone": one("Jorge", "Lopez", "1960-01-02", phone="5550100123"),
    "a child without a birth date": one("Mario", "Lopez", phone="5550100123", address="maria@example.org"),
    "a twin brother": one("Mario", "Lopez", "1961-04-02", phone="5550100123", address="maria@example.org"),
    "a twin sister": one("Marta", "Lopez", "1961-04-02", phone="5550100123", address="maria@example.org"),
    "somebody born on the same day": one("Maria", "Nguyen", "1961-04-02"),
    "the same mailbox alone": one("Ned", "Smith", address="maria@example.org"),
}


@pytest.mark.parametrize("who", SAME)
def test_one_person_on_file_twice_is_offered(who: str) -> None:
    (found,) = pairs([MARIA, SAME[who]])
    assert {found.first, found.second} == {MARIA.id, SAME[who].id}
    assert found.first < found.second
    assert 0 < found.score <= 100
    assert found.reasons


@pytest.mark.parametrize("who", TWO)
def test_two_people_are_not_offered_as_one(who: str) -> None:
    assert list(pairs([MARIA, TWO[who]])) == []


def test_short_forms_of_a_name_are_one_name() -> None:
    assert same_name("william", "bill")
    assert same_name("jose", "pepe")
    assert not same_name("william", "jose")
    assert not same_name("maria", "maria")
    (found,) = pairs([one("William", "Smith", "1950-05-05"), one("Bill", "Smith", "1950-05-05")])
    assert [reason.code for reason in found.reasons] == ["alike-name-nearly", "alike-birth"]


def test_what_differs_is_said_and_counts() -> None:
    alike = likeness(MARIA, replace_(MARIA, sex="f", external_id="1"))
    other = likeness(replace_(MARIA, sex="m", external_id="2"), replace_(MARIA, sex="f", external_id="1"))
    assert {reason.code for reason in other.reasons} >= {"differs-sex", "differs-number"}
    assert other.score < alike.score
    born = likeness(MARIA, TWO["a namesake born on another day"])
    assert "differs-birth" in {why.code for why in born.reasons}


def replace_(row: Compared, **fields: str) -> Compared:
    return row._replace(id=PersonId(f"{row.id}+{fields}"), **fields)


def test_a_telephone_of_hundreds_tells_nothing() -> None:
    home = [one(f"P{number}", f"Q{number}", phone="5550100000") for number in range(400)]
    assert list(pairs(home)) == []


def test_pairs_are_kept_decided_and_not_offered_again(practice: Practice) -> None:
    first = a_person(first_name="Maria", last_name="Lopez")
    second = a_person(first_name="María", last_name="López")
    third = a_person(first_name="Maria", last_name="Lopes")

    def look(tx: Tx) -> int:
        return kept.put(tx, pairs(kept.compared(tx)), NOW)

    def fill(tx: Tx) -> None:
        users.add(tx, User(ANA, "ana", Role.ADMINISTRATOR), "")
        for person in (first, second, third):
            people.insert(tx, person)

    db = practice.database
    db.write(fill)
    assert db.write(look) == 3
    assert db.write(look) == 0, "found before"
    (best, *_) = db.read(lambda tx: kept.waiting(tx, 10))
    assert {best.first, best.second} == {first.id, second.id}
    assert best.found_at == NOW
    db.write(lambda tx: kept.decide(tx, second.id, first.id, kept.APART, ANA, NOW))
    assert db.write(look) == 0
    assert db.read(kept.count) == 2
    db.write(lambda tx: merge(tx, first.id, third.id, ANA, NOW))
    assert db.read(kept.count) == 0, "who is nowhere is in no pair"
    db.write(lambda tx: people.update(tx, replace(second, last_name="Quite", first_name="Other")))
    assert db.write(look) == 0


@pytest.mark.soak
def test_a_hundred_thousand_people_take_seconds() -> None:
    chance = random.Random(7)
    firsts = [f"{a}{b}{c}" for a in "abdgjlmnrst" for b in "aeiou" for c in ("na", "lo", "ria", "mes")]
    lasts = [
        f"{a}{b}{c}" for a in "abcdfghlmnprst" for b in "aeiou" for c in ("rez", "son", "ll", "mann", "ti")
    ]
    rows = [
        one(
            chance.choice(firsts),
            chance.choice(lasts),
            f"{chance.randint(1930, 2020)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}",
            phone=f"555{chance.randint(0, 9_999_999):07d}",
            zip=str(number),
        )
        for number in range(100_000)
    ]
    began = time.perf_counter()
    found = sum(1 for _ in pairs(rows))
    assert found < 100_000
    assert time.perf_counter() - began < 60
