"""Search as one types: beginnings of words, accents or not, hits in the order of names."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.models import people, search
from desktop.models.database import Database, Tx
from desktop.models.names import sort_key
from desktop.models.records import Person
from tests.support.kept import a_person, keep


def names(db: Database, text: str, limit: int = 50, offset: int = 0) -> list[str]:
    return [person.name for person in db.read(lambda tx: people.search(tx, text, limit, offset))]


@pytest.fixture
def some(db: Database) -> Database:
    persons = (
        a_person(email="maria.munoz@example.com", phone="+1 (555) 123-4567", external_id="A-17"),
        a_person(first_name="Bob", last_name="Munozer", email="bob@example.org"),
        a_person(first_name="Al", last_name="Bee", email="al@example.org"),
        a_person(
            first_name="Zoë",
            last_name="Ångström",
            birth_date=date(1961, 3, 14),
            street="12 Elm Street",
            city="Denver",
            zip="80203-1200",
        ),
        a_person(first_name="", last_name="", organisation="Acme Laboratory", email="lab@example.net"),
    )
    keep(db, *persons)
    return db


@pytest.mark.parametrize(
    "text",
    [
        "munoz mar",
        "MUÑOZ María",
        "mun\u0303oz maria",
        "mar muñ",
        "maria.munoz",
        "maria.munoz@example.com",
        "A-17",
        "a17 ",
        "555-123",
        "(555) 123-4567",
        "5551234567",
        "1 555 123 4567",
        "123-4567",
        "4567",
    ],
)
def test_maria_is_found_by(some: Database, text: str) -> None:
    expected = [] if text == "a17 " else ["María Muñoz"]
    assert names(some, text) == expected


@pytest.mark.parametrize(
    "text", ["3/14/1961", "03/14/1961", "14.3.1961", "1961-03-14", "19610314", "80203", "denver", "elm str"]
)
def test_zoe_is_found_by_her_birthday_and_where_she_lives(some: Database, text: str) -> None:
    assert names(some, text) == ["Zoë Ångström"]


@pytest.mark.parametrize("text", ["3/15/1961", "13/14/1961", "3/14/61", "1961-14-03"])
def test_another_day_and_half_a_date_find_nobody(some: Database, text: str) -> None:
    assert names(some, text) == []


@pytest.mark.parametrize("end", range(len("maria.munoz@"), len("maria.munoz@example.com") + 1))
def test_an_address_is_found_at_every_letter_of_its_domain(some: Database, end: int) -> None:
    assert names(some, "maria.munoz@example.com"[:end]) == ["María Muñoz"]


@pytest.mark.parametrize("text", ["mar.munoz@example.com", "maria.munoz@example.org", "maria.munoz@exo"])
def test_in_an_address_whole_words_are_meant_whole(some: Database, text: str) -> None:
    assert names(some, text) == []


def test_a_domain_alone_finds_everybody_who_has_it(some: Database) -> None:
    assert names(some, "@example.o") == ["Al Bee", "Bob Munozer"]


def test_a_beginning_finds_all_in_the_order_of_names(some: Database) -> None:
    assert names(some, "m") == ["María Muñoz", "Bob Munozer"]
    assert names(some, "munoz") == ["María Muñoz", "Bob Munozer"]
    assert names(some, "angstrom") == ["Zoë Ångström"]


def test_every_word_must_be_found(some: Database) -> None:
    assert names(some, "maria bee") == []


def test_no_text_lists_everybody_by_last_name_or_organisation(some: Database) -> None:
    everybody = ["", "Zoë Ångström", "Al Bee", "María Muñoz", "Bob Munozer"]
    assert names(some, "") == names(some, "  ") == everybody
    assert names(some, "", limit=2, offset=1) == everybody[1:3]
    assert some.read(lambda tx: people.found(tx, "")) == 5


def test_pages_follow_each_other(some: Database) -> None:
    assert names(some, "example", limit=2) + names(some, "example", limit=2, offset=2) == names(
        some, "example"
    )
    assert some.read(lambda tx: people.found(tx, "example")) == 4


@pytest.mark.parametrize("text", ["@", '"', "*", "( )", "'; --", "\x00", "_", "🙂"])
def test_signs_without_a_word_find_nobody(some: Database, text: str) -> None:
    assert names(some, text) == []
    assert some.read(lambda tx: people.found(tx, text)) == 0


@pytest.mark.parametrize("text", ["AND", "muñoz OR bee", "NEAR(muñoz)", "first:maria", 'mu"noz'])
def test_the_index_language_is_not_spoken_to_users(some: Database, text: str) -> None:
    assert names(some, text) == []


@given(st.text(max_size=80))
def test_any_text_makes_a_harmless_expression(text: str) -> None:
    """Only quoted words, prefix stars and the one OR of a telephone number get through."""
    bare = re.sub(r'"[^\W_]+"\*?', "", search.expression(text))
    assert set(bare.replace(" OR ", "")) <= set(" ()")


@pytest.mark.parametrize("letter", ["\u19b0", "\u19c9", "\u1cf2"])
def test_a_letter_that_the_index_does_not_know_broke_the_search(some: Database, letter: str) -> None:
    """SQLite takes words apart by Unicode 6.1: `q` and `z` are two words there."""
    assert names(some, f"q{letter}z") == []


def test_a_change_is_found_and_what_was_is_not(some: Database) -> None:
    (maria,) = some.read(lambda tx: people.search(tx, "maria"))
    some.write(lambda tx: people.update(tx, replace(maria, last_name="Aaron", email="", phone="")))
    assert names(some, "munoz") == ["Bob Munozer"]
    assert names(some, "4567") == []
    assert names(some, "aaron") == ["María Aaron"]
    assert names(some, "")[0] == "María Aaron"


def test_the_order_holds_when_gaps_are_used_up(db: Database) -> None:
    """Alphabetical arrivals between two others halve one gap again and again."""
    edges = [a_person(first_name="", last_name="A"), a_person(first_name="", last_name="Z")]
    between = [a_person(first_name=f"{number:04}", last_name="M") for number in range(150)]
    keep(db, *edges, *between)
    assert names(db, "", limit=200) == ["A", *(person.name for person in between), "Z"]
    assert names(db, "m", limit=200) == [person.name for person in between]


def test_a_batch_takes_its_place_among_those_who_are_there(db: Database) -> None:
    old = [a_person(last_name=f"N{number:03}", first_name="") for number in range(0, 60, 3)]
    new = [a_person(last_name=f"N{number:03}", first_name="") for number in range(60) if number % 3]
    keep(db, *old)

    def batch(tx: Tx) -> None:
        for person in new:
            people.insert(tx, person)
        search.put_all(tx, [(person.id, key(person)) for person in reversed(new)])

    db.write(batch)
    assert names(db, "", limit=100) == [f"N{number:03}" for number in range(60)]


def key(person: Person) -> str:
    return sort_key(person.last_name, person.first_name, person.organisation)


def test_shorter_names_come_first_and_accents_do_not_count() -> None:
    ordered = [
        ("Li", "Zoe"),
        ("Lim", "Ann"),
        ("Muñoz", "Ana"),
        ("Munoz", "Bea"),
        ("Ólafsson", "A"),
        ("Oz", "A"),
    ]
    keys = [sort_key(last, first) for last, first in ordered]
    assert keys == sorted(keys)
    assert sort_key("", "", "Acme") < sort_key("Bee", "Al")


def test_making_room_keeps_every_hit(some: Database) -> None:
    before = {text: names(some, text) for text in ("", "m", "example", "4567", "a-17")}
    some.write(search.respread)
    assert {text: names(some, text) for text in before} == before
