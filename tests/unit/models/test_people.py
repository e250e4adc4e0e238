"""People come back as they were kept; addresses and external ids lie apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from desktop.models import consents, people
from desktop.models.database import Database, Tx
from desktop.models.ids import new_id
from desktop.models.records import Consent, Detail, Kind, Method, Person, PersonId, Status
from desktop.models.tables import consent_entry, mailbox, person_mailbox
from desktop.models.tables import person as person_table
from tests.support.kept import NOW, a_person, keep
from tests.support.said import say


def kept(db: Database, *persons: Person) -> tuple[Person, ...]:
    keep(db, *persons)
    return persons


def matching(db: Database, last: str, first: str, birth: date | None) -> list[PersonId]:
    return [person.id for person in db.read(lambda tx: people.match(tx, last, first, birth))]


def numbered(db: Database, number: str) -> PersonId | None:
    person = db.read(lambda tx: people.by_number(tx, number))
    return person.id if person is not None else None


def test_ids_are_32_hex_digits_and_never_the_same() -> None:
    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(len(one) == 32 and int(one, 16) >= 0 for one in ids)


def test_every_field_comes_back(db: Database) -> None:
    full = a_person(
        kind=Kind.PROFESSIONAL,
        email="Lab@Example.com",
        detail=Detail.FULL,
        status=Status.MOVED,
        external_id="A-17",
        phone="(555) 123-4567",
        organisation="Acme Lab",
        preferred_method=Method.SMIME,
        plain_wish=datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=UTC),
    )
    bare = a_person(first_name="", last_name="", birth_date=None)
    kept(db, full, bare)
    assert db.read(lambda tx: people.get(tx, full.id)) == full
    assert db.read(lambda tx: people.get(tx, bare.id)) == bare
    assert db.read(lambda tx: people.get(tx, PersonId(new_id()))) is None


def test_many_come_back_in_the_order_asked_for(db: Database) -> None:
    persons = kept(db, *(a_person(first_name=f"N{number}") for number in range(600)))
    wanted = [person.id for person in reversed(persons)]
    found = db.read(lambda tx: people.get_many(tx, [*wanted, PersonId(new_id()), wanted[0]]))
    assert list(found) == wanted
    assert found[wanted[3]] == persons[-4]
    assert db.read(people.count) == 600


def test_a_newcomers_consent_must_come_through_the_ledger(db: Database) -> None:
    with pytest.raises(ValueError, match=r"consents\.enter"):
        kept(db, a_person(consent=Consent.GIVEN))
    assert db.read(people.count) == 0


def test_an_update_stores_everything_but_the_consent(db: Database) -> None:
    (person,) = kept(db, a_person(email="a@example.com", external_id="1"))
    db.write(lambda tx: say(tx, person.id, Consent.REFUSED, NOW, "phone", "u"))
    changed = replace(
        person,
        first_name="Eva",
        email="b@example.com",
        external_id="2",
        birth_date=None,
        consent=Consent.GIVEN,
    )
    db.write(lambda tx: people.update(tx, changed))
    assert db.read(lambda tx: people.get(tx, person.id)) == replace(changed, consent=Consent.REFUSED)
    assert numbered(db, "1") is None
    assert numbered(db, "2") == person.id


def test_a_former_address_stays_but_is_no_longer_preferred(db: Database) -> None:
    (person,) = kept(db, a_person(email="old@example.com"))
    db.write(lambda tx: people.update(tx, replace(person, email="new@example.com")))
    db.write(lambda tx: people.update(tx, replace(person, email="")))
    db.write(lambda tx: people.update(tx, replace(person, email="old@example.com")))
    rows = db.read(
        lambda tx: tx.connection.execute(
            select(mailbox.c.address, person_mailbox.c.preferred)
            .join(person_mailbox, person_mailbox.c.mailbox == mailbox.c.id)
            .order_by(mailbox.c.address)
        ).all()
    )
    assert [tuple(row) for row in rows] == [("new@example.com", 0), ("old@example.com", 1)]


def test_a_family_shares_one_mailbox_however_it_is_written(db: Database) -> None:
    one, two = kept(
        db, a_person(email="Home@Example.com"), a_person(first_name="Ana", email="home@example.com")
    )
    assert db.read(lambda tx: tx.connection.execute(select(func.count()).select_from(mailbox)).scalar()) == 1
    found = db.read(lambda tx: people.at_address(tx, "HOME@example.com"))
    assert {person.id for person in found} == {one.id, two.id}


def test_an_external_id_belongs_to_one_person(db: Database) -> None:
    kept(db, a_person(external_id="A-17"))
    with pytest.raises(IntegrityError):
        kept(db, a_person(external_id="A-17"))
    assert db.read(people.count) == 1


def test_a_number_means_one_person_or_nobody(db: Database) -> None:
    _, two = kept(db, a_person(external_id="1"), a_person(first_name="Eva", external_id="2"))
    assert (numbered(db, "2"), numbered(db, "3"), numbered(db, "")) == (two.id, None, None)


def test_names_match_whatever_their_case_and_spacing_but_not_without_accents(db: Database) -> None:
    (person,) = kept(db, a_person(last_name="Muñoz  Pérez", first_name="María"))
    birth = person.birth_date
    assert matching(db, " MUÑOZ PÉREZ", "maría ", birth) == [person.id]
    assert matching(db, "Mun\u0303oz Pe\u0301rez", "Mari\u0301a", birth) == [person.id]
    assert matching(db, "Munoz Perez", "Maria", birth) == []
    assert matching(db, "Muñoz Pérez", "María", date(1999, 1, 1)) == []


def test_without_a_birth_date_everybody_of_that_name_is_shown(db: Database) -> None:
    one, two = kept(db, a_person(), a_person(birth_date=None))
    assert set(matching(db, "Muñoz", "María", None)) == {one.id, two.id}
    assert matching(db, "Muñoz", "María", one.birth_date) == [one.id]


def test_the_ledger_remembers_everything_and_its_last_entry_is_the_state(db: Database) -> None:
    (person,) = kept(db, a_person())

    def state(tx: Tx) -> Consent:
        found = people.get(tx, person.id)
        assert found is not None
        return found.consent

    assert db.read(state) is Consent.UNKNOWN
    said = [(Consent.GIVEN, "form"), (Consent.REFUSED, "phone"), (Consent.GIVEN, "form 2")]
    for minute, (answer, source) in enumerate(said):
        entry = (person.id, answer, NOW.replace(minute=minute), source, "user", "basis")
        db.write(partial(append, entry))
        assert db.read(state) is answer
    history = db.read(lambda tx: consents.history(tx, person.id))
    assert [(entry.state, entry.source) for entry in history] == said
    assert history[1].at == NOW.replace(minute=1)
    assert (history[1].by, history[1].basis, history[1].person) == ("user", "basis", person.id)


def test_the_kept_state_always_equals_the_one_derived_from_the_ledger(db: Database) -> None:
    persons = kept(db, *(a_person(first_name=f"N{number}") for number in range(30)))

    def all_say(tx: Tx) -> None:
        for number, person in enumerate(persons[:20]):
            for step in range(number % 4):
                answer = list(Consent)[(number + step) % 3]
                say(tx, person.id, answer, NOW, "form", "user")

    db.write(all_say)
    assert db.read(differing) == []


def append(entry: tuple[PersonId, Consent, datetime, str, str, str], tx: Tx) -> None:
    say(tx, *entry)


def differing(tx: Tx) -> list[str]:
    """People whose kept consent is not their last entry's (unknown without one)."""
    last = (
        select(consent_entry.c.state)
        .where(consent_entry.c.person == person_table.c.id)
        .order_by(consent_entry.c.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    wrong = person_table.c.consent != func.coalesce(last, Consent.UNKNOWN.value)
    return list(tx.connection.execute(select(person_table.c.id).where(wrong)).scalars())
