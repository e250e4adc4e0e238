"""Records of the same person through the one door: looked for, merged, told apart, undone."""

from __future__ import annotations

import pytest

from desktop.errors import InputError, Refused
from desktop.mail import cardwords
from desktop.models import cards, duplicates
from desktop.models.accounts import Session
from desktop.models.database import Tx
from desktop.models.records import PersonId
from desktop.models.standing import MergeId
from desktop.office.api import Office
from desktop.office.duplicate_watch import DuplicateWatch
from desktop.office.values import ImportRequest, PassphraseRequest
from desktop.office.values_audit import LogQuery
from desktop.office.values_household import DuplicatesShown, PairLine
from desktop.people import duplicates as alike
from tests.made_practice import Practice
from tests.made_staff import desk_of

TWICE = (
    b"MRN,First Name,Last Name,DOB,Phone\n"
    b"7001,Twila,Twofold,1950-05-05,555 010 7001\n"
    b"7002,Twilla,Twofold,1950-05-05,555 010 7001\n"
    b"7003,Tom,Twofold,1950-05-05,555 010 7001\n"
)
AtWork = tuple[Office, Session]


@pytest.fixture
def pair(at_work: AtWork) -> PairLine:
    office, ana = at_work
    office.import_people(ana, ImportRequest("twice.csv", TWICE))
    found = office.find_duplicates(ana)
    assert (found.looked_at, found.found, found.open) == (6, 1, 1)
    (line,) = office.list_duplicates(ana).pairs
    return line


def listed(office: Office, session: Session) -> DuplicatesShown:
    return office.list_duplicates(session)


def test_a_pair_says_what_is_alike_and_what_differs(at_work: AtWork, pair: PairLine) -> None:
    office, ana = at_work
    codes = [reason.code for reason in pair.reasons]
    assert codes == ["alike-name-nearly", "alike-birth", "alike-phone", "differs-number"]
    assert set(pair.differences) == {"first_name", "external_id"}
    again = office.compare_people(ana, pair.first.id, pair.second.id)
    assert again == pair
    assert office.find_duplicates(ana).found == 0
    acts = {line.act for line in office.query_log(ana, LogQuery(limit=8)).lines}
    assert acts >= {"duplicates.looked-for", "duplicates.listed"}


def test_two_people_stay_two(at_work: AtWork, pair: PairLine) -> None:
    office, ana = at_work
    assert office.two_people(ana, pair.first.id, pair.second.id).total == 0
    assert office.find_duplicates(ana).open == 0


def test_merged_and_undone(at_work: AtWork, pair: PairLine) -> None:
    office, ana = at_work
    kept, gone = pair.first.id, pair.second.id
    office.set_person(ana, gone, {"consent": "refused", "consent_source": "by phone"})
    done = office.merge_people(ana, kept, gone)
    assert done.consent == ("care",)
    shown = listed(office, ana)
    assert (shown.total, [one.undo for one in shown.merges]) == (0, [True])
    assert office.show_person(ana, kept).person.consent.value == "refused"
    with pytest.raises(InputError, match="person-unknown"):
        office.show_person(ana, gone)
    back = office.unmerge_people(ana, done.id)
    assert (back.kept, back.restored) == (kept, gone)
    assert office.show_person(ana, gone).person.id == gone
    assert office.find_duplicates(ana).open == 0, "somebody said that they are two"
    assert [one.undo for one in listed(office, ana).merges] == [False]


def test_a_password_card_and_its_words_go_over_and_come_back(at_work: AtWork, pair: PairLine) -> None:
    office, ana = at_work
    kept, gone = pair.first.id, pair.second.id
    made = office.make_passphrase(ana, PassphraseRequest(gone, "Ana", "in-person"))

    def words(person: PersonId) -> str | None:
        def look(tx: Tx) -> str | None:
            card = cards.get(tx, person)
            return cardwords.words_of(tx, card) if card is not None else None

        return desk_of(office).opened().database.read(look)

    assert words(gone) == made.passphrase
    done = office.merge_people(ana, kept, gone)
    assert (words(kept), words(gone)) == (made.passphrase, None)
    office.unmerge_people(ana, done.id)
    assert (words(kept), words(gone)) == (None, made.passphrase)


def test_what_cannot_be_done_says_so(at_work: AtWork, pair: PairLine) -> None:
    office, ana = at_work
    one = pair.first.id
    with pytest.raises(Refused, match="merge-same"):
        office.compare_people(ana, one, one)
    with pytest.raises(InputError, match="person-unknown"):
        office.two_people(ana, one, PersonId("f" * 32))
    with pytest.raises(InputError, match="merge-unknown"):
        office.unmerge_people(ana, MergeId("f" * 32))
    with pytest.raises(Refused, match="cancelled"):
        office.find_duplicates(ana, lambda done, of: False)
    assert listed(office, ana).total == 1


def test_once_a_day_they_are_looked_for_without_anybody(at_work: AtWork, practice: Practice) -> None:
    office, ana = at_work
    opened = desk_of(office).opened()
    opened.watch.look_later()
    office.import_people(ana, ImportRequest("twice.csv", TWICE))
    opened.watch.look_later()
    assert listed(office, ana).total == 0, "today was looked at already"
    practice.clock.move(86_400)
    opened.watch.look_later()
    ana = office.unlock(practice.credentials()).session
    assert listed(office, ana).total == 1
    (record, *_) = [one for one in office.query_log(ana).lines if one.act == "duplicates.looked-for"]
    assert (record.actor, record.details) == ("system", {"count": 1})


def test_nothing_is_looked_for_while_the_log_does_not_agree(at_work: AtWork, practice: Practice) -> None:
    office, ana = at_work
    office.import_people(ana, ImportRequest("twice.csv", TWICE))
    desk = desk_of(office)
    opened = desk.opened()
    DuplicateWatch(opened.database, desk.audit, practice.clock, lambda: True).look()
    assert listed(office, ana).total == 0


def test_who_is_deleted_while_they_are_compared_is_in_no_pair(at_work: AtWork) -> None:
    office, ana = at_work
    office.import_people(ana, ImportRequest("twice.csv", TWICE))
    database = desk_of(office).opened().database
    (twice,) = [one for one in office.list_imports(ana).imports if one.file_name == "twice.csv"]
    found = list(alike.pairs(database.read(lambda tx: list(duplicates.compared(tx)))))
    office.undo_import(ana, twice.id)
    now = desk_of(office).clock.now()
    assert database.write(lambda tx: duplicates.put(tx, found, now)) == 0
