"""A file of people is matched without guessing and stored whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from desktop.models import consents, imports, people
from desktop.models.database import Database, Tx
from desktop.models.imports import Defaults, Matched, StagedPerson
from desktop.models.records import Consent, Detail, Kind, Method, Person, PersonId, Status
from desktop.models.tables import import_batch
from tests.support.kept import NOW, a_person, keep
from tests.support.said import say

BORN = date(1961, 4, 2)
MARIA = StagedPerson(2, "Muñoz", "María", BORN)


@dataclass(frozen=True)
class Done:
    matched: Matched
    touched: list[PersonId]


def take(db: Database, *rows: StagedPerson, defaults: Defaults | None = None, rehearse: bool = False) -> Done:
    def work(tx: Tx) -> Done:
        import_id = imports.begin(tx, "people", "hash", "user", NOW)
        assert imports.stage_people(tx, rows) == len(rows)
        matched = imports.match_people(tx)
        return Done(matched, imports.commit_people(tx, import_id, matched, defaults, "user"))

    return (db.rehearse if rehearse else db.write)(work)


def everybody(db: Database) -> list[Person]:
    return db.read(lambda tx: people.search(tx, "", 1000))


def only(db: Database) -> Person:
    (person,) = everybody(db)
    return person


def test_a_newcomer_gets_what_the_file_says(db: Database) -> None:
    at = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
    row = StagedPerson(
        2,
        "Muñoz",
        "María",
        BORN,
        "A-17",
        "maria@example.com",
        "555-1234",
        "Acme",
        Kind.PROFESSIONAL,
        "es",
        Detail.FULL,
        Status.MOVED,
        Method.ENVELOPE,
        Consent.GIVEN,
        at,
        "paper form",
    )
    done = take(db, row)
    assert done.matched == Matched(created=1, updated=0, unchanged=0)
    assert only(db) == Person(
        id=done.touched[0],
        kind=Kind.PROFESSIONAL,
        first_name="María",
        last_name="Muñoz",
        birth_date=BORN,
        email="maria@example.com",
        language="es",
        detail=Detail.FULL,
        status=Status.MOVED,
        consent=Consent.GIVEN,
        external_id="A-17",
        phone="555-1234",
        organisation="Acme",
        preferred_method=Method.ENVELOPE,
    )
    (entry,) = db.read(lambda tx: consents.history(tx, done.touched[0]))
    assert (entry.state, entry.at, entry.source, entry.by) == (Consent.GIVEN, at, "paper form", "user")


def test_a_newcomer_gets_the_defaults_where_the_file_is_silent(db: Database) -> None:
    done = take(db, MARIA, defaults=Defaults(language="es"))
    assert only(db) == a_person(id=done.touched[0], language="es")


def test_newcomers_are_found_by_search_at_once(db: Database) -> None:
    take(db, *(MARIA._replace(line=n, first_name=f"Ana{n}", phone=f"555-00{n}") for n in range(10, 30)))
    assert [p.first_name for p in db.read(lambda tx: people.search(tx, "mun ana1"))] == [
        f"Ana{n}" for n in range(10, 20)
    ]
    assert [p.first_name for p in db.read(lambda tx: people.search(tx, "555-0028"))] == ["Ana28"]


def test_the_same_file_again_changes_nothing(db: Database) -> None:
    rows = [
        MARIA._replace(external_id="A-17", email="m@example.com", consent=Consent.GIVEN, consent_at=NOW),
        StagedPerson(3, "Bee", "Al", date(1950, 1, 1), "", "al@example.com"),
        StagedPerson(4, "Cee", "Bo", None, "", "bo@example.com"),
    ]
    take(db, *rows)
    before = everybody(db)
    again = take(db, *rows)
    assert again == Done(Matched(created=0, updated=0, unchanged=3), [])
    assert everybody(db) == before
    assert len(db.read(lambda tx: consents.history(tx, only_named(before, "Muñoz").id))) == 1


def only_named(persons: list[Person], last_name: str) -> Person:
    (found,) = (person for person in persons if person.last_name == last_name)
    return found


def test_an_external_id_finds_the_person_under_a_new_name(db: Database) -> None:
    person = a_person(external_id="A-17", email="old@example.com", phone="1")
    keep(db, person)
    done = take(db, MARIA._replace(last_name="Aaron", external_id="A-17", email="new@example.com"))
    assert done.matched == Matched(created=0, updated=1, unchanged=0)
    assert only(db) == replace(person, last_name="Aaron", email="new@example.com")
    assert db.read(lambda tx: people.search(tx, "aaron new")) == [only(db)]
    assert db.read(lambda tx: people.search(tx, "munoz")) == []


def test_names_and_birth_date_find_the_person_and_bring_the_external_id(db: Database) -> None:
    person = a_person()
    keep(db, person)
    done = take(db, StagedPerson(2, "MUÑOZ", "maría ", BORN, "A-17", phone="555"))
    assert done.matched.updated == 1
    assert only(db) == replace(
        person, last_name="MUÑOZ", first_name="maría ", external_id="A-17", phone="555"
    )


def test_silence_keeps_and_an_empty_value_clears(db: Database) -> None:
    person = a_person(email="m@example.com", phone="555", organisation="Acme")
    keep(db, person)
    take(db, MARIA._replace(email="", phone=""))
    assert only(db) == replace(person, email="", phone="")


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(MARIA._replace(birth_date=None), id="the file has no birth date"),
        pytest.param(MARIA._replace(birth_date=None, external_id="B-1"), id="only an unknown number"),
        pytest.param(MARIA._replace(external_id="B-1"), id="another number, same birth date"),
    ],
)
def test_a_namesake_who_may_be_the_same_is_ambiguous(db: Database, row: StagedPerson) -> None:
    keep(db, a_person(external_id="A-17" if row.birth_date else ""))
    done = take(db, row)
    assert done == Done(Matched(0, 0, 0, ambiguous=(2,)), [])
    assert db.read(people.count) == 1


def test_a_namesake_without_a_birth_date_is_ambiguous_for_one_who_has_it(db: Database) -> None:
    keep(db, a_person(birth_date=None))
    assert take(db, MARIA).matched == Matched(0, 0, 0, ambiguous=(2,))


def test_two_people_whom_a_row_fits_make_it_ambiguous(db: Database) -> None:
    keep(db, a_person(), a_person())
    assert take(db, MARIA).matched.ambiguous == (2,)


def test_the_address_alone_matches_nobody(db: Database) -> None:
    keep(db, a_person(email="home@example.com"))
    done = take(db, StagedPerson(2, "Muñoz", "Ana", date(1990, 1, 1), email="home@example.com"))
    assert done.matched.created == 1
    assert {person.first_name for person in everybody(db)} == {"María", "Ana"}


def test_another_birth_date_or_a_different_number_is_another_person(db: Database) -> None:
    keep(db, a_person(external_id="A-17"))
    rows = (
        MARIA._replace(birth_date=date(1999, 1, 1)),
        MARIA._replace(line=3, birth_date=date(2001, 1, 1), external_id="B-1"),
    )
    assert take(db, *rows).matched == Matched(created=2, updated=0, unchanged=0)


def test_a_number_of_somebody_quite_different_is_mixed_up(db: Database) -> None:
    person = a_person(external_id="A-17")
    keep(db, person)
    done = take(db, StagedPerson(2, "Bee", "Al", date(1950, 1, 1), "A-17"))
    assert done.matched == Matched(0, 0, 0, mixed_up=(2,))
    assert only(db) == person


def test_whoever_stands_twice_in_a_file_counts_once(db: Database) -> None:
    rows = (
        MARIA,
        MARIA._replace(line=3, phone="2"),
        StagedPerson(4, "Bee", "Al", None, "B-1"),
        StagedPerson(5, "Bee", "Allan", None, "B-1"),
    )
    done = take(db, *rows)
    assert done.matched == Matched(created=2, updated=0, unchanged=0, duplicate=(3, 5))
    assert sorted(person.name for person in everybody(db)) == ["Al Bee", "María Muñoz"]
    assert take(db, *rows).matched == Matched(created=0, updated=0, unchanged=2, duplicate=(3, 5))


def test_a_row_without_anything_but_a_name_is_ambiguous_beside_a_full_namesake(db: Database) -> None:
    done = take(db, MARIA, MARIA._replace(line=3, birth_date=None))
    assert done.matched == Matched(created=1, updated=0, unchanged=0, ambiguous=(3,))


def test_a_refusal_is_kept_against_any_file(db: Database) -> None:
    person = a_person()
    keep(db, person)
    db.write(lambda tx: say(tx, person.id, Consent.REFUSED, NOW, "phone", "user"))
    row = MARIA._replace(phone="555", consent=Consent.GIVEN, consent_at=NOW, consent_source="form")
    done = take(db, row)
    assert done.matched.refused == (2,)
    assert only(db) == replace(person, consent=Consent.REFUSED, phone="555")
    assert len(db.read(lambda tx: consents.history(tx, person.id))) == 1


def test_a_file_may_add_a_refusal_and_unknown_takes_nothing_back(db: Database) -> None:
    take(db, MARIA._replace(consent=Consent.GIVEN, consent_at=NOW, consent_source="form"))
    assert take(db, MARIA._replace(consent=Consent.UNKNOWN)).matched.unchanged == 1
    assert only(db).consent is Consent.GIVEN
    assert take(db, MARIA._replace(consent=Consent.REFUSED, consent_at=NOW)).matched.updated == 1
    assert only(db).consent is Consent.REFUSED
    states = [entry.state for entry in db.read(lambda tx: consents.history(tx, only(db).id))]
    assert states == [Consent.GIVEN, Consent.REFUSED]


def test_a_family_in_one_file_shares_its_mailbox(db: Database) -> None:
    take(
        db,
        MARIA._replace(email="home@example.com"),
        StagedPerson(3, "Muñoz", "Ana", BORN, "", "HOME@example.com"),
    )
    assert len(db.read(lambda tx: people.at_address(tx, "home@example.com"))) == 2


def test_the_batch_is_written_down_and_its_people_carry_it(db: Database) -> None:
    keep(db, a_person())
    take(db, MARIA._replace(phone="5"), StagedPerson(3, "Bee", "Al", BORN))
    (batch,) = db.read(lambda tx: tx.connection.execute(select(import_batch)).all())
    assert (batch.kind, batch.file_hash, batch.by, batch.at) == ("people", "hash", "user", NOW)
    assert (batch.created, batch.updated, batch.unchanged) == (1, 1, 0)


def test_a_rehearsal_answers_the_same_and_stores_nothing(db: Database) -> None:
    assert take(db, MARIA, rehearse=True).matched == Matched(created=1, updated=0, unchanged=0)
    assert everybody(db) == []
    assert take(db, MARIA).matched == Matched(created=1, updated=0, unchanged=0)


def test_a_cancelled_import_leaves_nothing_behind(db: Database) -> None:
    def until_cancelled() -> Iterator[StagedPerson]:
        yield MARIA
        raise InterruptedError

    def work(tx: Tx) -> None:
        imports.begin(tx, "people", "hash", "user", NOW)
        imports.stage_people(tx, until_cancelled())

    with pytest.raises(InterruptedError):
        db.write(work)
    assert db.read(lambda tx: tx.connection.execute(select(import_batch)).all()) == []
    assert take(db, MARIA).matched.created == 1
