"""No order of imports, undoing, merging and late papers makes anybody more reachable than they said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from desktop.errors import InputError, Refused
from desktop.models import consents, maillinks, people, users
from desktop.models.accounts import Role, User, UserId
from desktop.models.database import Tx
from desktop.models.records import Consent, Method, Person, PersonId, Status
from desktop.models.standing import EvidenceId, EvidenceKind, MailLink, MergeId, Reader, Use
from desktop.people import consent, contacts, household, proofs
from desktop.people.importing import ImportResult
from desktop.people.merging import merge, unmerge
from desktop.people.undoing import Undone, undo_import
from tests.support.kept import a_person
from tests.support.said import proof, say
from tests.unit.people.conftest import NOW, Practice

TODAY = NOW.date()
ANA = UserId("a" * 32)
HEADER = "MRN,First Name,Last Name,DOB,E-mail,Preferred method,Consent,Consent date,Consent source\n"
HOME, SAFE = "home@example.com", "safe@example.org"
PDF = b"%PDF-1.7 signed"


@pytest.fixture
def desk(practice: Practice) -> Practice:
    practice.database.write(lambda tx: users.add(tx, User(ANA, "ana", Role.ADMINISTRATOR), ""))
    return practice


def row(address: str = HOME, method: str = "", said: str = ",,") -> str:
    return HEADER + f"1,Maria,Lopez,1980-03-15,{address},{method},{said}\n"


def link(desk: Practice, who: PersonId, address: str, **values: object) -> None:
    one = replace(MailLink(who, address, preferred=True), **values)  # type: ignore[arg-type]
    paper = household.Paper("papers.pdf", PDF) if one.reader is Reader.PROXY else None
    desk.database.write(lambda tx: household.set_link(tx, one, paper, ANA, NOW, TODAY))


def end(desk: Practice, who: PersonId, address: str) -> None:
    desk.database.write(lambda tx: household.end_link(tx, who, address, NOW + timedelta(hours=1)))


def way(desk: Practice, who: PersonId, today: date = TODAY) -> str:
    """The address, or the reason why there is none."""
    found = desk.database.read(lambda tx: household.way_to(tx, who, today))
    return found.address if isinstance(found, MailLink) else found.code


def undo(desk: Practice, brought: ImportResult) -> Undone:
    return desk.database.write(lambda tx: undo_import(tx, brought.id, ANA, NOW))


def said(desk: Practice, who: PersonId, state: Consent, days: int, *, expires: int | None = None) -> None:
    at = NOW + timedelta(days=days)
    until = None if expires is None else NOW + timedelta(days=expires)

    def enter(tx: Tx) -> None:
        paper = proof(tx, at) if state is Consent.GIVEN else None
        one = consent.Saying(who, Use.CARE, state, at, "desk", ANA, evidence=paper, expires=until)
        consent.record(tx, one)

    desk.database.write(enter)


def care(desk: Practice, who: PersonId, at: datetime = NOW) -> Consent:
    return desk.database.read(lambda tx: consents.standing(tx, who, at)).care


# --- refusals and late papers --------------------------------------------------------


def test_a_refusal_entered_late_lets_no_paper_in_from_before_the_newer_one(
    desk: Practice,
) -> None:
    desk.people(row())
    maria = desk.one("Lopez").id
    said(desk, maria, Consent.REFUSED, -5)
    said(desk, maria, Consent.REFUSED, -20)
    with pytest.raises(Refused, match="consent-refusal-stands"):
        said(desk, maria, Consent.GIVEN, -10)
    assert care(desk, maria) is Consent.REFUSED


def test_a_paper_older_than_a_refusal_counts_no_more_after_the_refusal_was_lifted(desk: Practice) -> None:
    desk.people(row())
    maria = desk.one("Lopez").id
    said(desk, maria, Consent.REFUSED, -20)
    said(desk, maria, Consent.GIVEN, -10, expires=-5)
    with pytest.raises(Refused, match="consent-refusal-stands"):
        said(desk, maria, Consent.GIVEN, -30)


def test_the_same_signed_paper_does_not_lift_what_was_refused_after_it(desk: Practice) -> None:
    desk.people(row())
    maria = desk.one("Lopez").id

    def hand_in(tx: Tx) -> None:
        paper: EvidenceId = proofs.keep_file(tx, EvidenceKind.FORM, "form.pdf", PDF, ANA, NOW, taken_on=TODAY)
        one = consent.Saying(maria, Use.CARE, Consent.GIVEN, NOW, "desk", ANA, evidence=paper)
        consent.record(tx, one)

    desk.database.write(hand_in)
    said(desk, maria, Consent.REFUSED, 0)
    with pytest.raises(Refused, match="consent-refusal-stands"):
        desk.database.write(hand_in)


def test_a_word_typed_in_passing_does_not_lift_the_no_to_plain_mail(desk: Practice) -> None:
    desk.people(row())
    maria = desk.one("Lopez").id
    desk.database.write(lambda tx: say(tx, maria, Consent.REFUSED, NOW, "phone", use=Use.PLAIN))
    with pytest.raises(Refused, match="consent-refusal-stands"):
        desk.database.write(
            lambda tx: contacts.store(tx, maria, {"plain_wish": "yes"}, by=ANA, now=NOW + timedelta(days=1))
        )
    assert desk.one("Lopez").plain_wish is None


# --- imports -------------------------------------------------------------------------


def test_a_list_names_no_method_for_whoever_wants_no_mail(desk: Practice) -> None:
    desk.people(row())
    maria = desk.one("Lopez")
    desk.database.write(lambda tx: people.update(tx, replace(maria, preferred_method=Method.NONE)))
    desk.people(row(method="envelope"))
    assert desk.one("Lopez").preferred_method is Method.NONE


def test_a_list_does_not_renew_a_yes_that_has_ended(desk: Practice) -> None:
    desk.people(row())
    maria = desk.one("Lopez").id
    said(desk, maria, Consent.GIVEN, -30, expires=-5)

    def sweep(tx: Tx) -> None:
        last = consents.last(tx, maria, Use.CARE)
        assert last is not None
        consents.enter(tx, replace(last[1], state=Consent.UNKNOWN, at=NOW, how="expired", expires=None))

    desk.database.write(sweep)
    day = (NOW - timedelta(days=40)).date().isoformat()
    desk.people(row(said=f"yes,{day},Form 3"))
    assert care(desk, maria) is Consent.UNKNOWN
    newer = (NOW - timedelta(days=2)).date().isoformat()
    desk.people(row(said=f"yes,{newer},Form 3"))
    assert care(desk, maria) is Consent.GIVEN


def test_undoing_an_import_leaves_the_address_that_became_confidential_since(desk: Practice) -> None:
    desk.people(row())
    brought = desk.people(row(SAFE))
    maria = desk.one("Lopez").id
    link(desk, maria, SAFE, confidential=True)
    assert undo(desk, brought).changed_since == 1
    assert way(desk, maria) == SAFE


@pytest.mark.parametrize("wish", ["confidential", "ended", "no-mail"])
def test_a_wish_about_mail_outlives_the_import_that_brought_the_person(desk: Practice, wish: str) -> None:
    brought = desk.people(row())
    maria = desk.one("Lopez")
    if wish == "confidential":
        link(desk, maria.id, SAFE, confidential=True)
    elif wish == "ended":
        end(desk, maria.id, HOME)
    else:
        desk.database.write(lambda tx: people.update(tx, replace(maria, preferred_method=Method.NONE)))
    assert undo(desk, brought) == Undone(0, 0, 1, 0, 0)
    desk.people(row())
    assert way(desk, maria.id) == {"confidential": SAFE, "ended": "no-address", "no-mail": HOME}[wish]
    assert (desk.one("Lopez").preferred_method is Method.NONE) is (wish == "no-mail")


def test_a_newcomer_goes_with_the_last_of_the_imports_that_are_taken_back(desk: Practice) -> None:
    first = desk.people(row())
    second = desk.people(row(SAFE))
    undo(desk, second)
    assert undo(desk, first) == Undone(0, 1, 0, 0, 0)
    assert desk.everybody() == []


# --- mailboxes -----------------------------------------------------------------------


def test_a_parent_reads_no_mail_of_somebody_whose_birth_date_was_removed(desk: Practice) -> None:
    child = a_person(last_name="Lopez", birth_date=date(2015, 5, 5), email="")
    desk.database.write(lambda tx: people.insert(tx, child))
    link(desk, child.id, HOME, reader=Reader.GUARDIAN)
    known = desk.one("Lopez")
    with pytest.raises(InputError, match="guardian-needs-birth-date"):
        desk.database.write(lambda tx: people.update(tx, replace(known, birth_date=None)))
    assert way(desk, child.id) == HOME


def test_the_document_of_a_proxy_that_ended_counts_no_more(desk: Practice) -> None:
    desk.people(row())
    maria = desk.one("Lopez").id
    link(desk, maria, SAFE, reader=Reader.PROXY)
    end(desk, maria, SAFE)
    again = MailLink(maria, SAFE, preferred=True, reader=Reader.PROXY)
    with pytest.raises(InputError, match="proxy-needs-document"):
        desk.database.write(lambda tx: household.set_link(tx, again, None, ANA, NOW, TODAY))


# --- one person in two records -------------------------------------------------------


def two(desk: Practice, **values: object) -> tuple[Person, Person]:
    both = [a_person(last_name="Lopez", email=HOME, **values), a_person(last_name="Lopez R", email=HOME)]
    both[1] = replace(both[1], birth_date=both[0].birth_date)
    for one in both:
        desk.database.write(lambda tx, one=one: people.insert(tx, one))  # type: ignore[misc]
    return both[0], both[1]


def joined(desk: Practice, kept: Person, gone: Person) -> MergeId:
    return desk.database.write(lambda tx: merge(tx, kept.id, gone.id, ANA, NOW))


def parted(desk: Practice, one: MergeId) -> None:
    desk.database.write(lambda tx: unmerge(tx, one, ANA, NOW + timedelta(days=1)))


def test_the_confidential_address_of_one_record_is_confidential_for_both(desk: Practice) -> None:
    kept, gone = two(desk)
    link(desk, gone.id, HOME, confidential=True)
    joined(desk, kept, gone)
    (way_now,) = desk.database.read(lambda tx: maillinks.of_person(tx, kept.id))
    assert way_now.confidential
    assert way_now.preferred


def test_a_parents_mailbox_stays_a_parents_in_the_joined_record(desk: Practice) -> None:
    kept, gone = two(desk, birth_date=date(2015, 5, 5))
    link(desk, gone.id, HOME, reader=Reader.GUARDIAN, reader_name="Rosa")
    joined(desk, kept, gone)
    (way_now,) = desk.database.read(lambda tx: maillinks.of_person(tx, kept.id))
    assert (way_now.reader, way_now.reader_name) == (Reader.GUARDIAN, "Rosa")
    assert way(desk, kept.id, date(2033, 5, 5)) == "guardian-ended"


def test_a_refusal_lifted_while_two_were_one_stands_again_for_both(desk: Practice) -> None:
    kept, gone = two(desk)
    said(desk, kept.id, Consent.REFUSED, -20)
    one = joined(desk, kept, gone)
    said(desk, kept.id, Consent.GIVEN, 0)
    parted(desk, one)
    assert care(desk, kept.id) is Consent.REFUSED


def test_an_address_given_up_while_two_were_one_is_given_up_for_both(desk: Practice) -> None:
    kept, gone = two(desk)
    one = joined(desk, kept, gone)
    end(desk, kept.id, HOME)
    parted(desk, one)
    assert way(desk, kept.id) == way(desk, gone.id) == "no-address"


def test_a_mailbox_found_to_be_shared_while_two_were_one_is_shared_for_both(desk: Practice) -> None:
    kept, gone = two(desk)
    one = joined(desk, kept, gone)
    link(desk, kept.id, HOME, reader=Reader.SHARED)
    parted(desk, one)
    (way_now,) = desk.database.read(lambda tx: maillinks.of_person(tx, gone.id))
    assert way_now.reader is Reader.SHARED


def test_who_died_while_two_were_one_is_dead_in_both(desk: Practice) -> None:
    kept, gone = two(desk)
    one = joined(desk, kept, gone)
    now = desk.one("Lopez")
    changed = replace(now, status=Status.DECEASED, preferred_method=Method.NONE)
    desk.database.write(lambda tx: people.update(tx, changed))
    parted(desk, one)
    for who in (kept, gone):
        after = desk.database.read(lambda tx, who=who: people.get(tx, who.id))  # type: ignore[misc]
        assert after is not None
        assert (after.status, after.preferred_method) == (Status.DECEASED, Method.NONE)


def test_a_status_from_before_the_merge_is_not_given_to_the_other_record(desk: Practice) -> None:
    kept, gone = two(desk, status=Status.MOVED)
    one = joined(desk, kept, gone)
    parted(desk, one)
    after = desk.database.read(lambda tx: people.get(tx, gone.id))
    assert after is not None
    assert after.status is Status.ACTIVE


def test_plain_refusals_stay(desk: Practice) -> None:
    kept, gone = two(desk)
    desk.database.write(lambda tx: say(tx, gone.id, Consent.REFUSED, NOW, "phone"))
    parted(desk, joined(desk, kept, gone))
    assert care(desk, kept.id) is care(desk, gone.id) is Consent.REFUSED


def test_a_shared_mailbox_does_not_take_the_place_of_a_confidential_one(desk: Practice) -> None:
    kept, gone = two(desk)
    link(desk, gone.id, HOME, reader=Reader.SHARED)
    link(desk, gone.id, SAFE, confidential=True)
    joined(desk, kept, gone)
    assert way(desk, kept.id) == SAFE
