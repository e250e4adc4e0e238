"""A file looked at, tried, taken in, explained and taken back, through the door."""

from __future__ import annotations

import csv
import io

import pytest

from desktop.access.roles import Purpose
from desktop.errors import InputError, Refused
from desktop.models.accounts import Role, Session
from desktop.models.records import ImportId
from desktop.models.standing import MappingId
from desktop.office.api import Office
from desktop.office.values import AppointmentsImport, ImportRequest
from desktop.office.values_audit import LogQuery
from desktop.office.values_imports import (
    GONE,
    PEOPLE,
    REMOVED,
    VISITS,
    FileLook,
    ImportOrder,
    MappingRequest,
)
from tests.made_practice import PEOPLE as PEOPLE_FILE
from tests.made_practice import Practice
from tests.made_staff import desk_of
from tests.support.colleagues import let_in

ODD = b"Chart,Given,Surname,Where to write,Born\n77,Ada,Stone,ada@example.org,1975-06-07\n"
MIXED = (
    b"MRN,First Name,Last Name,E-mail,DOB\n"
    b"1001,Zoraida,Canaryfield,zoraida@example.org,1961-04-02\n"
    b"2001,New,Comer,new@example.org,1991-02-03\n"
    b"2002,=1+1,Formula,f@example.org,1991-02-03\n"
    b"2003,Bad,Address,not an address,1991-02-03\n"
    b"2004,Other,Address,nor this,1991-02-03\n"
)
BOTH_WAYS = b"MRN,First Name,Last Name,DOB\n5001,Una,Sure,03/04/1980\n"


@pytest.fixture
def desk(practice: Practice) -> tuple[Office, Session]:
    return stocked(practice)


def stocked(practice: Practice) -> tuple[Office, Session]:
    """With three people already."""
    office, session = practice.signed_in()
    office.import_people(session, ImportRequest("people.csv", data=PEOPLE_FILE))
    practice.clock.move(60)
    return office, session


def acts(office: Office, session: Session) -> list[str]:
    return [line.act for line in office.query_log(session, LogQuery(limit=30)).lines]


def test_a_file_with_the_usual_names_is_ready(desk: tuple[Office, Session]) -> None:
    office, session = desk
    seen = office.look_at_file(session, FileLook("people.csv", MIXED))
    assert seen.ready
    assert seen.rows == 5
    assert [column.guess for column in seen.columns] == [
        *("external_id", "first_name", "last_name", "email", "birth_date"),
    ]
    assert "zoraida@example.org" in seen.columns[3].samples
    assert "import.looked-at" in acts(office, session)


def test_a_trial_stores_nothing_and_says_what_would_happen(desk: tuple[Office, Session]) -> None:
    office, session = desk
    before = office.search_people(session, "").total
    report = office.try_import(session, ImportOrder(FileLook("people.csv", MIXED)))
    assert report.id is None
    assert (report.created, report.unchanged, report.rejected) == (1, 1, 3)
    groups = {group.reason.code: (group.count, group.lines) for group in report.problems}
    assert groups["formula"] == (1, (4,))
    assert sum(count for count, _ in groups.values()) == 3
    assert office.search_people(session, "").total == before
    assert office.list_imports(session).total == 1, "only the practice's first list"


def test_what_was_taken_in_is_in_the_history_with_what_was_left_out(desk: tuple[Office, Session]) -> None:
    office, session = desk
    report = office.run_import(session, ImportOrder(FileLook("people.csv", MIXED)))
    assert report.id is not None
    line = office.list_imports(session).imports[0]
    assert (line.id, line.file_name, line.format) == (report.id, "people.csv", "csv")
    assert (line.created, line.rejected, line.by_name) == (1, 3, "ana")
    shown = office.show_import(session, report.id)
    assert {group.reason.code for group in shown.problems} >= {"formula"}
    made = office.rejected_rows(session, report.id)
    rows = list(csv.reader(io.StringIO(made.data.decode("utf-8"), newline="")))
    assert made.rows == len(rows) - 1 == 3
    assert rows[0][:5] == ["MRN", "First Name", "Last Name", "E-mail", "DOB"]
    assert rows[1][1] == "'=1+1"
    assert not any(cell[:1] in ("=", "+", "@") for row in rows for cell in row)


def test_the_front_desk_gets_no_left_out_rows_of_a_file_that_it_did_not_bring(
    practice: Practice, desk: tuple[Office, Session]
) -> None:
    office, session = desk
    order = ImportOrder(FileLook("people.csv", MIXED))
    of_ana = office.run_import(session, order).id
    desk_of(office).guard.prove(session, Purpose.USERS)
    office, rita = let_in(practice, office, session, "bo", Role.FRONT_DESK).signed_in(practice, office)
    own = office.run_import(rita, order).id
    assert of_ana is not None
    assert own is not None
    assert office.rejected_rows(rita, own).rows == 3
    with pytest.raises(Refused, match="not-allowed"):
        office.rejected_rows(rita, of_ana)


def test_a_saved_mapping_knows_the_file_again(desk: tuple[Office, Session]) -> None:
    office, session = desk
    look = FileLook("odd.csv", ODD)
    seen = office.look_at_file(session, look)
    assert not seen.ready
    columns = ("external_id", "first_name", "last_name", "email", "birth_date")
    office.run_import(session, ImportOrder(look, columns=columns, keep_as="Old program"))
    again = office.look_at_file(session, look)
    assert again.ready
    assert again.mapping is not None
    assert (again.mapping.name, again.mapping.columns) == ("Old program", columns)
    quick = office.import_people(session, ImportRequest("odd.csv", data=ODD))
    assert (quick.created, quick.unchanged) == (0, 1)
    assert office.show_import(session, office.list_imports(session).imports[0].id).mapping == "Old program"
    assert office.forget_mapping(session, again.mapping.id) == ()
    assert not office.look_at_file(session, look).ready


def test_a_mapping_is_kept_listed_and_taken_by_name(desk: tuple[Office, Session]) -> None:
    office, session = desk
    seen = office.look_at_file(session, FileLook("odd.csv", ODD))
    columns = ("external_id", "first_name", "last_name", "email", "birth_date")
    kept = office.keep_mapping(session, MappingRequest("Mine", PEOPLE, seen.signature, columns))
    assert office.list_mappings(session) == (kept,)
    assert seen.mapping is None
    taken = office.import_people(session, ImportRequest("odd.csv", data=ODD, mapping="Mine"))
    assert taken.created == 1


def test_a_mapping_is_not_put_over_columns_that_have_moved(desk: tuple[Office, Session]) -> None:
    office, session = desk
    seen = office.look_at_file(session, FileLook("odd.csv", ODD))
    columns = ("external_id", "first_name", "last_name", "email", "birth_date")
    kept = office.keep_mapping(session, MappingRequest("Mine", PEOPLE, seen.signature, columns))
    head, _, rest = ODD.partition(b"\n")
    moved = b",".join(reversed(head.split(b","))) + b"\n" + rest
    with pytest.raises(InputError, match="mapping-unfit"):
        office.import_people(session, ImportRequest("odd.csv", data=moved, mapping="Mine"))
    with pytest.raises(InputError, match="mapping-unfit"):
        office.run_import(session, ImportOrder(FileLook("odd.csv", moved), mapping=kept.id))
    assert office.list_imports(session).total == 1  # the practice's first, no other


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (MappingRequest("", PEOPLE, "", ("email",)), "name-missing"),
        (MappingRequest("A", "letters", "", ("email",)), "kind-unknown"),
        (MappingRequest("A", PEOPLE, "", ("no-field",)), "field-unknown"),
        (MappingRequest("A", PEOPLE, "", ("email",), {"date-order": "year"}), "option-unknown"),
    ],
)
def test_a_mapping_that_means_nothing_is_refused(
    desk: tuple[Office, Session], request_: MappingRequest, code: str
) -> None:
    office, session = desk
    with pytest.raises(InputError) as caught:
        office.keep_mapping(session, request_)
    assert caught.value.code == code


def test_a_date_that_reads_both_ways_is_asked(desk: tuple[Office, Session]) -> None:
    office, session = desk
    look = FileLook("dates.csv", BOTH_WAYS)
    seen = office.look_at_file(session, look)
    assert not seen.ready
    assert [(one.code, one.choices) for one in seen.questions] == [
        ("date-order", ("month-first", "day-first"))
    ]
    columns = tuple(column.guess for column in seen.columns)
    office.run_import(session, ImportOrder(look, columns, {"date-order": "day-first"}))
    person = office.show_person(session, office.search_people(session, "Una").people[0].id).person
    assert str(person.birth_date) == "1980-04-03"


def test_cancel_stores_nothing(desk: tuple[Office, Session]) -> None:
    office, session = desk
    rows = b"".join(b"%d,A%d,B%d,\n" % (n, n, n) for n in range(5000))
    order = ImportOrder(FileLook("many.csv", b"MRN,First Name,Last Name,E-mail\n" + rows))
    with pytest.raises(Refused) as caught:
        office.run_import(session, order, lambda done, of: False)
    assert caught.value.code == "cancelled"
    assert office.list_imports(session).total == 1


def test_an_import_is_taken_back_once(desk: tuple[Office, Session]) -> None:
    office, session = desk
    report = office.run_import(session, ImportOrder(FileLook("people.csv", MIXED)))
    assert report.id is not None
    before = office.search_people(session, "Comer").total
    undone = office.undo_import(session, report.id)
    assert (before, undone.removed) == (1, 1)
    assert undone.line.undone_at is not None
    assert office.search_people(session, "Comer").total == 0
    with pytest.raises(InputError) as caught:
        office.undo_import(session, report.id)
    assert caught.value.code == "import-undone-before"
    assert "people.import-undone" in acts(office, session)


def test_what_became_of_the_file_is_written_down(desk: tuple[Office, Session]) -> None:
    office, session = desk
    report = office.run_import(session, ImportOrder(FileLook("people.csv", MIXED)))
    assert report.id is not None
    assert office.settle_source_file(session, report.id, REMOVED).source_file == REMOVED
    assert office.list_imports(session).imports[0].source_file == REMOVED
    assert "source-file.settled" in acts(office, session)
    with pytest.raises(InputError) as caught:
        office.settle_source_file(session, report.id, "burnt")
    assert caught.value.code == "answer-unknown"
    with pytest.raises(InputError) as caught:
        office.settle_source_file(session, ImportId("0" * 32), GONE)
    assert caught.value.code == "import-unknown"


def test_a_schedule_is_read_as_its_saved_answer_says(practice: Practice) -> None:
    office, session = stocked(practice)
    data = b"Appointment ID,MRN,Date,Time\nA1,1001,2026-11-24,09:30\nA2,1002,2026-11-24,14:30\n"
    look = FileLook("day.csv", data, VISITS, practice.clock.now())
    columns = tuple(one.guess for one in office.look_at_file(session, look).columns)
    order = ImportOrder(look, columns, {"absent": "whole"}, keep_as="Day list")
    assert office.run_import(session, order).created == 2
    less = data.rpartition(b"A2")[0]
    practice.clock.move(60)
    request = ImportRequest("day.csv", data=less, modified=practice.clock.now())
    taken = office.import_appointments(session, AppointmentsImport(request, confirm=True))
    assert len(taken.cancelled) == 1, "by the saved answer a missing visit is off"


@pytest.mark.parametrize("kind", ["letters", ""])
def test_another_kind_of_file_is_refused(desk: tuple[Office, Session], kind: str) -> None:
    office, session = desk
    for act in (
        lambda: office.look_at_file(session, FileLook("x", MIXED, kind)),
        lambda: office.run_import(session, ImportOrder(FileLook("x", MIXED, kind))),
    ):
        with pytest.raises(InputError) as caught:
            act()
        assert caught.value.code == "kind-unknown"
    assert "import.refused" in acts(office, session)


def test_unknown_ids_are_known_errors(desk: tuple[Office, Session]) -> None:
    office, session = desk
    nobody = ImportId("f" * 32)
    for act, code in (
        (lambda: office.show_import(session, nobody), "import-unknown"),
        (lambda: office.rejected_rows(session, nobody), "import-unknown"),
        (lambda: office.forget_mapping(session, MappingId("f" * 32)), "mapping-unknown"),
        (
            lambda: office.run_import(
                session, ImportOrder(FileLook("x", MIXED), mapping=MappingId("f" * 32))
            ),
            "mapping-unknown",
        ),
    ):
        with pytest.raises(InputError) as caught:
            act()
        assert caught.value.code == code
    first = office.list_imports(session).imports[0].id
    with pytest.raises(Refused) as refused:
        office.rejected_rows(session, first)
    assert refused.value.code == "rows-none"


def test_a_schedule_is_taken_back_whole_once_the_later_one_was(practice: Practice) -> None:
    office, session = stocked(practice)
    ids = []
    for hour in (b"09:30", b"10:30"):
        data = b"Appointment ID,MRN,Date,Time\nA1,1001,2026-11-24," + hour + b"\n"
        ids.append(office.run_import(session, ImportOrder(FileLook("day.csv", data, VISITS))).id)
        practice.clock.move(60)
    first, second = ids
    assert first is not None
    assert second is not None
    office.undo_import(session, second)
    undone = office.undo_import(session, first)
    assert (undone.removed, undone.changed_since) == (1, 0)
