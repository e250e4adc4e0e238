"""Two records become one with the stricter word of each, and two again; no yes comes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from desktop.errors import InputError, Refused
from desktop.models import appointments, cards, consents, maillinks, merges, messages, people, users
from desktop.models.accounts import Role, User, UserId
from desktop.models.database import Tx
from desktop.models.records import (
    Consent,
    ConsentEntry,
    Detail,
    Kind,
    Method,
    PasswordCard,
    Person,
    PersonId,
    Status,
)
from desktop.models.standing import MailLink, MergeId, Reader, Use
from desktop.models.tables import metadata
from desktop.models.tables_people import segment, segment_member
from desktop.people import batchproof, consent
from desktop.people.merging import merge, stricter, unmerge
from desktop.people.reading import read_sheet
from tests.support.kept import a_message, a_person, a_visit
from tests.support.said import proof
from tests.unit.people.conftest import NOW, Practice

ANA = UserId("a" * 32)
FULL = {"first_name": "Maria", "last_name": "Lopez", "email": "maria@example.org", "external_id": "17"}
KEPT = a_person(**FULL, birth_date=None)
GONE = a_person(
    first_name="M",
    last_name="Lopez Ruiz",
    email="home@example.org",
    external_id="99",
    phone="555 0100",
    zip="10001",
)
NOT_MOVED = {
    "consent_entry": "the ledger is insert-only: the stricter word is entered anew",
    "consent_state": "derived from the ledger",
    "external_id": "stays, and is followed by merged_into; goes over where there is none",
    "person_mailbox": "copied: the links of the record that went stay as they were",
    "person": "merged_into",
    "card_words": "sealed for their person: sealed anew by whoever holds the key",
    "search_entry": "derived",
    "segment_member": "kept lists are joined, rules are worked out anew",
    "segment_dirty": "derived",
    "campaign_person": "who was approved stays as signed; who went gets nothing at the claim",
    "duplicate_pair": "a decision about these very records",
    "person_merge": "what was done",
    "password_card": "one each",
    "person_form": "one each",
}


@pytest.fixture
def both(practice: Practice) -> Practice:
    def fill(tx: Tx) -> None:
        users.add(tx, User(ANA, "ana", Role.ADMINISTRATOR), "")
        people.insert(tx, KEPT)
        people.insert(tx, GONE)

    practice.database.write(fill)
    return practice


def merged(practice: Practice) -> MergeId:
    return practice.database.write(lambda tx: merge(tx, KEPT.id, GONE.id, ANA, NOW))


def undone(practice: Practice, one: MergeId) -> int:
    later = NOW + timedelta(days=1)
    return practice.database.write(lambda tx: unmerge(tx, one, ANA, later)).stayed


def person(practice: Practice, id_: PersonId) -> Person | None:
    return practice.database.read(lambda tx: people.get(tx, id_))


def said(practice: Practice, who: PersonId, state: Consent, use: Use = Use.CARE, days: int = 0) -> None:
    """By its one door: a yes comes with what was said."""
    at = NOW + timedelta(days=days)

    def enter(tx: Tx) -> None:
        paper = proof(tx, at) if state is Consent.GIVEN else None
        consent.record(tx, consent.Saying(who, use, state, at, "desk", ANA, "in-person", evidence=paper))

    practice.database.write(enter)


def states(practice: Practice, who: PersonId) -> dict[Use, Consent]:
    standing = practice.database.read(lambda tx: consents.standing(tx, who, NOW + timedelta(days=2)))
    return {use: getattr(standing, use.value) for use in Use}


def test_the_record_that_is_kept_fills_its_gaps_and_the_other_is_nowhere(both: Practice) -> None:
    merged(both)
    now = person(both, KEPT.id)
    assert now is not None
    assert (now.last_name, now.email, now.external_id) == ("Lopez", "maria@example.org", "17")
    assert (now.birth_date, now.phone, now.zip) == (GONE.birth_date, "555 0100", "10001")
    assert person(both, GONE.id) is None
    assert [one.id for one in both.everybody()] == [KEPT.id]
    gone = both.database.read(lambda tx: people.get_gone(tx, (GONE.id,)))[GONE.id]
    assert gone == GONE


def test_both_numbers_and_both_names_find_the_record_that_is_kept(both: Practice) -> None:
    merged(both)

    def look(tx: Tx) -> list[list[PersonId]]:
        by_number = people.by_number(tx, "99")
        by_name = people.match(tx, "Lopez Ruiz", "M", GONE.birth_date)
        return [
            [one.id for one in found if one] for found in ((by_number,), by_name, people.search(tx, "99"))
        ]

    assert both.database.read(look) == [[KEPT.id]] * 3


def test_the_number_goes_over_where_the_record_that_is_kept_has_none(
    practice: Practice, both: Practice
) -> None:
    bare = a_person(first_name="Maria", last_name="Lopes")
    both.database.write(lambda tx: people.insert(tx, bare))
    one = both.database.write(lambda tx: merge(tx, bare.id, GONE.id, ANA, NOW))
    now = person(both, bare.id)
    assert now is not None
    assert now.external_id == "99"
    assert now.email == "home@example.org"
    undone(both, one)
    now, back = person(both, bare.id), person(both, GONE.id)
    assert now == bare
    assert back == GONE


def test_what_hangs_on_the_record_goes_over_and_comes_back(both: Practice) -> None:
    visit, message = a_visit(GONE.id), a_message(GONE.id)
    card = PasswordCard(GONE.id, b"s" * 16, 1000, b"k" * 32, "ana", "in-person", NOW)

    def fill(tx: Tx) -> None:
        appointments.insert(tx, visit)
        messages.insert(tx, message, b"wire", "{}")
        cards.put(tx, card)

    both.database.write(fill)

    def owners(tx: Tx) -> set[PersonId]:
        kept_visit, kept_message = appointments.get(tx, visit.id), messages.get(tx, message.id)
        assert kept_visit is not None
        assert kept_message is not None
        found = cards.get_many(tx, (KEPT.id, GONE.id))
        return {kept_visit.person, kept_message.person, *found}

    one = merged(both)
    assert both.database.read(owners) == {KEPT.id}
    undone(both, one)
    assert both.database.read(owners) == {GONE.id}


def test_a_card_stays_with_its_record_where_the_other_has_one(both: Practice) -> None:
    def fill(tx: Tx) -> None:
        for who in (KEPT.id, GONE.id):
            cards.put(tx, PasswordCard(who, b"s" * 16, 1000, b"k" * 32, "ana", "in-person", NOW))

    both.database.write(fill)
    merged(both)
    assert set(both.database.read(lambda tx: cards.get_many(tx, (KEPT.id, GONE.id)))) == {KEPT.id, GONE.id}


@pytest.mark.parametrize("mine", Consent)
@pytest.mark.parametrize("theirs", Consent)
@pytest.mark.parametrize("use", [Use.CARE, Use.PLAIN])
def test_the_stricter_word_counts(both: Practice, mine: Consent, theirs: Consent, use: Use) -> None:
    for who, state in ((KEPT.id, mine), (GONE.id, theirs)):
        if state is not Consent.UNKNOWN:
            said(both, who, state, use)
    one = merged(both)
    strict = stricter(mine, theirs)
    assert states(both, KEPT.id)[use] is strict
    now = person(both, KEPT.id)
    assert now is not None
    assert use is not Use.PLAIN or (now.plain_wish is not None) == (strict is Consent.GIVEN)
    undone(both, one)
    assert states(both, KEPT.id)[use] is strict, "undoing lifts nothing"
    assert states(both, GONE.id)[use] is theirs


def test_a_refusal_that_came_meanwhile_stays_with_both(both: Practice) -> None:
    one = merged(both)
    said(both, KEPT.id, Consent.REFUSED, Use.MARKETING)
    undone(both, one)
    assert states(both, KEPT.id)[Use.MARKETING] is Consent.REFUSED
    assert states(both, GONE.id)[Use.MARKETING] is Consent.REFUSED


def test_a_yes_that_came_meanwhile_is_nobodys(both: Practice) -> None:
    one = merged(both)
    said(both, KEPT.id, Consent.GIVEN)
    undone(both, one)
    assert states(both, KEPT.id)[Use.CARE] is Consent.UNKNOWN
    assert states(both, GONE.id)[Use.CARE] is Consent.UNKNOWN


def test_who_died_or_wants_less_or_no_mail_is_so_after_the_merge(both: Practice) -> None:
    strict = replace(GONE, status=Status.DECEASED, detail=Detail.MINIMAL, preferred_method=Method.NONE)
    both.database.write(lambda tx: people.update(tx, strict))
    one = merged(both)
    now = person(both, KEPT.id)
    assert now is not None
    assert (now.status, now.detail, now.preferred_method) == (
        Status.DECEASED,
        Detail.MINIMAL,
        Method.NONE,
    )
    undone(both, one)
    now = person(both, KEPT.id)
    assert now is not None
    assert now.status is Status.DECEASED, "only a person lifts it"
    assert (now.detail, now.preferred_method) == (KEPT.detail, None)


def test_a_confidential_mailbox_takes_the_place_and_gives_it_back(both: Practice) -> None:
    quiet = MailLink(GONE.id, "quiet@example.org", True, confidential=True)
    both.database.write(lambda tx: maillinks.put(tx, quiet))
    one = merged(both)
    now = person(both, KEPT.id)
    assert now is not None
    assert now.email == "quiet@example.org"
    undone(both, one)
    now, back = person(both, KEPT.id), person(both, GONE.id)
    assert now is not None
    assert now.email == KEPT.email
    assert back is not None
    assert back.email == "quiet@example.org"


def test_a_mailbox_that_others_read_with_one_record_is_read_by_others(both: Practice) -> None:
    shared = MailLink(GONE.id, KEPT.email, False, Reader.SHARED)
    both.database.write(lambda tx: maillinks.put(tx, shared))
    one = merged(both)
    (way, *_) = both.database.read(lambda tx: maillinks.of_person(tx, KEPT.id))
    assert (way.address, way.reader, way.preferred) == (KEPT.email, Reader.SHARED, True)
    undone(both, one)
    (way, *_) = both.database.read(lambda tx: maillinks.of_person(tx, KEPT.id))
    assert way.reader is Reader.SELF


def test_what_somebody_changed_since_stays_as_it_is(both: Practice) -> None:
    one = merged(both)
    now = person(both, KEPT.id)
    assert now is not None
    moved = replace(now, phone="555 0199")
    both.database.write(lambda tx: people.update(tx, moved))
    assert undone(both, one) == 1
    now = person(both, KEPT.id)
    assert now is not None
    assert (now.phone, now.zip) == ("555 0199", "")


def test_kept_lists_are_joined_and_left(both: Practice) -> None:
    def fill(tx: Tx) -> None:
        row = {"id": "1" * 32, "name": "Flu", "kind": "list", "by": ANA, "made_at": NOW, "changed_at": NOW}
        tx.connection.execute(segment.insert().values(row))
        tx.connection.execute(segment_member.insert().values(segment="1" * 32, person=GONE.id, since=NOW))

    def members(tx: Tx) -> set[str]:
        return set(tx.connection.execute(select(segment_member.c.person)).scalars())

    both.database.write(fill)
    one = merged(both)
    assert KEPT.id in both.database.read(members)
    undone(both, one)
    assert both.database.read(members) == {GONE.id}


def test_a_chain_is_undone_from_its_end(both: Practice) -> None:
    third = a_person(first_name="Mary", last_name="Lopez", external_id="5")
    both.database.write(lambda tx: people.insert(tx, third))
    first = merged(both)
    second = both.database.write(lambda tx: merge(tx, third.id, KEPT.id, ANA, NOW))
    assert both.database.read(lambda tx: people.stands_for(tx, GONE.id)) == third.id
    with pytest.raises(Refused, match="merge-later-first"):
        undone(both, first)
    undone(both, second)
    assert both.database.read(lambda tx: people.stands_for(tx, GONE.id)) == KEPT.id
    undone(both, first)
    assert {one.id for one in both.everybody()} == {KEPT.id, GONE.id, third.id}


def test_what_cannot_be_merged_or_undone_says_so(both: Practice) -> None:
    lab = a_person(kind=Kind.PROFESSIONAL, organisation="Lab", birth_date=None)
    both.database.write(lambda tx: people.insert(tx, lab))
    for kept, gone, code in (
        (KEPT.id, KEPT.id, "merge-same"),
        (KEPT.id, lab.id, "merge-other-kind"),
        (KEPT.id, PersonId("f" * 32), "person-unknown"),
    ):
        with pytest.raises((InputError, Refused), match=code):
            both.database.write(lambda tx, k=kept, g=gone: merge(tx, k, g, ANA, NOW))  # type: ignore[misc]
    with pytest.raises(InputError, match="merge-unknown"):
        undone(both, MergeId("f" * 32))
    one = merged(both)
    undone(both, one)
    with pytest.raises(Refused, match="merge-undone"):
        undone(both, one)


def test_no_table_that_names_a_person_is_forgotten(both: Practice) -> None:
    naming = {
        table.name
        for table in metadata.tables.values()
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name == "person"
    }
    handed: set[str] = {table.name for table, _ in merges.MOVED}
    assert naming == handed | NOT_MOVED.keys()


def test_an_entry_of_a_merge_says_so(both: Practice) -> None:
    said(both, GONE.id, Consent.REFUSED)
    merged(both)
    (entry,) = both.database.read(lambda tx: consents.history(tx, KEPT.id))
    wanted: dict[str, Any] = {"how": "merge", "scope": "care", "by": ANA, "evidence": None}
    assert entry == ConsentEntry(KEPT.id, Consent.REFUSED, NOW, "merge", **wanted)
    assert entry.at.date() == date(2026, 11, 23)


def test_a_message_is_proved_by_the_word_of_whom_it_was_sent_to(both: Practice) -> None:
    old, third = a_message(GONE.id), a_person(first_name="Mary", last_name="Lopez", external_id="5")

    def fill(tx: Tx) -> None:
        people.insert(tx, third)
        messages.insert(tx, old, b"sealed", "{}")

    both.database.write(fill)
    merged(both)
    day = timedelta(days=1)
    both.database.write(lambda tx: merge(tx, third.id, KEPT.id, ANA, NOW + 2 * day))
    held = both.database.read(
        lambda tx: [merges.holder(tx, old.id, third.id, NOW + days * day) for days in (-1, 1, 3)]
    )
    assert held == [GONE.id, KEPT.id, third.id]


def test_the_number_of_the_record_that_went_finds_the_person_in_schedules_lists_and_answers(
    both: Practice,
) -> None:
    merged(both)
    found = both.visits("Appointment ID,MRN,Date,Time\nA1,99,2026-11-24,9:00\n", "changes")
    assert [row.reason.code for row in found.rejected] == []
    assert found.created == 1
    (visit,) = both.database.read(lambda tx: appointments.of_person(tx, KEPT.id))
    assert visit.external_id == "A1"
    listed = both.people("MRN,Phone\n99,555 0199\n")
    assert (listed.updated, listed.rejected) == (1, ())
    sheet = read_sheet(b"MRN,OK,On\n99,no,2026-11-02\n", "people")
    columns = batchproof.Columns("OK", "On", external_id="MRN")
    answers = both.database.read(
        lambda tx: batchproof.read(tx, sheet, columns, Use.CARE, "v1", NOW, day_first=False)
    )
    assert [one.person for one in answers.answers] == [KEPT.id]
