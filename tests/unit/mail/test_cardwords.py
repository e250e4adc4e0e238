"""Words kept beside cards: for this card only, and never lying open in the database file."""

from __future__ import annotations

from dataclasses import replace

from desktop.crypto.envelope import derive_person_key, new_salt
from desktop.mail.cardwords import keep_card, with_words, words_of
from desktop.models import cards
from desktop.models.records import PasswordCard, PersonId
from tests.practice.office import Practice

WORDS = "alpha bravo charlie delta echo foxtrot"
ROUNDS = 100_000


def card_of(office: Practice, person: PersonId, words: str = WORDS) -> PasswordCard:
    salt = new_salt()
    key = derive_person_key(words, salt, ROUNDS)
    return PasswordCard(person, salt, ROUNDS, key, "Maria", "in-person", office.clock.now())


def test_words_are_there_for_the_card_they_were_kept_with(office: Practice) -> None:
    maria = office.person()
    card = card_of(office, maria.id)
    office.db.write(lambda tx: keep_card(tx, card, WORDS))
    assert office.db.read(lambda tx: words_of(tx, card)) == WORDS
    assert office.db.read(lambda tx: cards.get(tx, maria.id)) == card
    assert office.db.read(lambda tx: with_words(tx, [card])) == {maria.id}


def test_a_new_card_takes_the_words_with_it(office: Practice) -> None:
    maria = office.person()
    old, new = card_of(office, maria.id), card_of(office, maria.id, "other words")
    office.db.write(lambda tx: keep_card(tx, old, WORDS))
    office.db.write(lambda tx: keep_card(tx, new, "other words"))
    assert office.db.read(lambda tx: words_of(tx, old)) is None
    assert office.db.read(lambda tx: words_of(tx, new)) == "other words"
    assert office.db.read(lambda tx: with_words(tx, [old])) == frozenset()


def test_a_card_from_before_words_were_kept_has_none(office: Practice) -> None:
    maria, jose = office.person(), office.person()
    old, new = card_of(office, maria.id), card_of(office, jose.id)
    office.db.write(lambda tx: cards.put(tx, old))
    assert office.db.read(lambda tx: words_of(tx, old)) is None
    office.db.write(lambda tx: keep_card(tx, new, WORDS))
    assert office.db.read(lambda tx: words_of(tx, old)) is None
    assert office.db.read(lambda tx: with_words(tx, [old, new])) == {jose.id}


def test_words_of_somebody_else_s_row_are_not_taken(office: Practice) -> None:
    maria, jose = office.person(), office.person()
    card = card_of(office, maria.id)
    office.db.write(lambda tx: keep_card(tx, card, WORDS))
    assert office.db.read(lambda tx: words_of(tx, replace(card, person=jose.id))) is None
