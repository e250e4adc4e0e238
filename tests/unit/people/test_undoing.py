"""An import taken back leaves what was there before it, every refusal, and what somebody changed since."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from desktop.errors import InputError
from desktop.models import appointments, consents, customfields, importlog, people
from desktop.models.records import Consent, ConsentEntry, Status, VisitStatus
from desktop.models.standing import CustomField, FieldId, FieldKind, Use
from desktop.people.importing import ImportResult, import_people, parse_people
from desktop.people.mapping import Mapping, guess
from desktop.people.reading import read_sheet
from desktop.people.undoing import Undone, undo_import
from tests.unit.people.conftest import NOW, Practice

HEADER = "MRN,First Name,Last Name,DOB,E-mail,ZIP,Status,Consent,Consent date,Consent source\n"
ANA = "1,Ana,Ruiz,1980-03-15,ana@example.org,02139,,,,\n"
COLOUR = CustomField(FieldId("f1"), "colour", "Colour", FieldKind.TEXT)


def undo(practice: Practice, brought: ImportResult | str) -> Undone:
    import_id = brought if isinstance(brought, str) else brought.id
    return practice.database.write(lambda tx: undo_import(tx, import_id, "ana", NOW))  # type: ignore[arg-type]


def ledger(practice: Practice, name: str) -> list[tuple[str, str]]:
    person = practice.one(name)
    said = practice.database.read(lambda tx: consents.history(tx, person.id))
    return [(entry.scope, entry.state.value) for entry in said]


def test_newcomers_on_whom_nothing_hangs_are_gone(practice: Practice) -> None:
    brought = practice.people(HEADER + ANA)

    assert undo(practice, brought) == Undone(0, 1, 0, 0, 0)

    assert practice.everybody() == []
    assert practice.database.read(lambda tx: people.search(tx, "Ruiz")) == []
    assert practice.people(HEADER + ANA).created == 1


def test_what_the_import_changed_is_as_before(practice: Practice) -> None:
    practice.people(HEADER + ANA)
    changed = practice.people(HEADER + "1,Anna,Ruiz Soto,1980-03-15,new@example.org,90210,moved,,,\n")

    assert undo(practice, changed) == Undone(1, 0, 0, 0, 0)

    person = practice.one("Ruiz")
    assert (person.first_name, person.last_name, person.email) == ("Ana", "Ruiz", "ana@example.org")
    assert (person.zip, person.status) == ("02139", Status.ACTIVE)
    assert practice.people(HEADER + ANA).unchanged == 1


def test_what_somebody_changed_since_stays(practice: Practice) -> None:
    practice.people(HEADER + ANA)
    changed = practice.people(HEADER + "1,Anna,Ruiz,1980-03-15,ana@example.org,90210,,,,\n")
    person = practice.one("Ruiz")
    practice.database.write(
        lambda tx: people.update(tx, person.__class__(**{**person.__dict__, "zip": "10001"}))
    )

    assert undo(practice, changed) == Undone(0, 0, 0, 0, 1)

    after = practice.one("Ruiz")
    assert (after.first_name, after.zip) == ("Ana", "10001")


def test_a_yes_of_the_file_is_unknown_again_and_its_person_withdrawn(practice: Practice) -> None:
    brought = practice.people(HEADER + ANA.replace(",,,\n", ",yes,2026-01-05,Intake form\n"))
    person = practice.one("Ruiz")
    assert person.consent is Consent.GIVEN

    assert undo(practice, brought) == Undone(0, 0, 1, 0, 0)

    assert practice.everybody() == []
    assert practice.people(HEADER + ANA).updated == 1
    back = practice.one("Ruiz")
    assert (back.id, back.consent) == (person.id, Consent.UNKNOWN)


def test_a_refusal_of_the_file_stays(practice: Practice) -> None:
    practice.people(HEADER + ANA)
    brought = practice.people(HEADER + ANA.replace(",,,\n", ",no,,\n"))

    assert undo(practice, brought).refusals_kept == 1

    assert practice.one("Ruiz").consent is Consent.REFUSED


def test_a_yes_that_was_followed_by_a_no_is_left_alone(practice: Practice) -> None:
    practice.people(HEADER + ANA)
    brought = practice.people(HEADER + ANA.replace(",,,\n", ",yes,2026-01-05,Form\n"))
    person = practice.one("Ruiz")
    refusal = ConsentEntry(person.id, Consent.REFUSED, NOW, "desk", "ana", scope=Use.CARE)
    practice.database.write(lambda tx: consents.enter(tx, refusal))

    undo(practice, brought)

    assert ledger(practice, "Ruiz") == [("care", "given"), ("care", "refused")]


def test_whoever_another_file_changed_since_stays(practice: Practice) -> None:
    first = practice.people(HEADER + ANA)
    practice.people(HEADER + ANA.replace("02139", "90210"))

    assert undo(practice, first) == Undone(0, 0, 0, 0, 1)

    assert practice.one("Ruiz").zip == "90210"


def test_an_import_is_taken_back_once(practice: Practice) -> None:
    brought = practice.people(HEADER + ANA)
    undo(practice, brought)

    with pytest.raises(InputError, match="import-undone-before"):
        undo(practice, brought)
    with pytest.raises(InputError, match="import-unknown"):
        undo(practice, "0" * 32)


def test_own_fields_go_back_one_by_one(practice: Practice) -> None:
    practice.database.write(lambda tx: customfields.put(tx, COLOUR, NOW))

    def bring(text: str) -> ImportResult:
        sheet = read_sheet(text.encode(), "people")
        columns = {one.position: one.field for one in guess(sheet, "people", [COLOUR])}
        parsed = parse_people(sheet, Mapping(columns), today=date(2026, 11, 23), fields=[COLOUR])
        return practice.database.write(lambda tx: import_people(tx, parsed, by="ana", now=NOW, strict=True))

    bring("MRN,First Name,Last Name,Colour\n1,Ana,Ruiz,red\n")
    person = practice.one("Ruiz")
    second = bring("MRN,First Name,Last Name,Colour\n1,Ana,Ruiz,blue\n")
    assert practice.database.read(lambda tx: customfields.values(tx, person.id)) == {"colour": "blue"}

    assert undo(practice, second).restored == 1

    assert practice.database.read(lambda tx: customfields.values(tx, person.id)) == {"colour": "red"}


def test_a_no_about_marketing_is_entered_and_a_yes_stands_on_the_file(practice: Practice) -> None:
    header = "MRN,First Name,Last Name,Marketing consent,Marketing consent date,Marketing consent source\n"
    practice.people(header + "1,Ana,Ruiz,yes,2026-01-05,Form 3\n2,Bo,Ng,no,,\n")

    assert ledger(practice, "Ruiz") == [("marketing", "given")]
    assert ledger(practice, "Ng") == [("marketing", "refused")]
    (said,) = practice.database.read(lambda tx: consents.history(tx, practice.one("Ruiz").id))
    assert said.evidence is not None
    assert said.at == datetime(2026, 1, 5, 12, tzinfo=UTC)

    again = practice.people(header + "2,Bo,Ng,yes,2026-02-01,Form 3\n")

    assert [row.reason.code for row in again.rejected] == ["consent-refused-before"]
    assert ledger(practice, "Ng") == [("marketing", "refused")]


def test_rows_that_are_left_out_are_kept_with_their_cells(practice: Practice) -> None:
    brought = practice.people(HEADER + ANA + "2,Bo,Ng,1999-13-01,,,,,,\n")

    (left_out,) = practice.database.read(lambda tx: importlog.rejects(tx, brought.id))

    assert (left_out.line, left_out.reason.code) == (3, "date-impossible")
    assert left_out.cells[:4] == ("2", "Bo", "Ng", "1999-13-01")


VISITS = "Appointment ID,MRN,Date,Time,Provider\n"


def test_a_schedule_goes_back_too(practice: Practice) -> None:
    practice.people(HEADER + ANA)
    practice.visits(VISITS + "A1,1,2026-11-24,9:00,Lee\nA2,1,2026-11-25,9:00,Lee\n")
    moved = practice.visits(VISITS + "A1,1,2026-11-24,11:00,Lee\nA3,1,2026-11-26,9:00,Lee\n")

    assert undo(practice, moved.id) == Undone(1, 1, 0, 0, 0)

    first = practice.database.read(lambda tx: appointments.by_external(tx, "A1"))
    assert first is not None
    assert (first.start.hour, first.occurrence, first.status) == (9, 2, VisitStatus.BOOKED)
    assert practice.database.read(lambda tx: appointments.by_external(tx, "A3")) is None
