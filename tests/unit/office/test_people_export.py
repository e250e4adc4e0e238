"""The list of people handed out: why, with whom, without a formula, and back in again (G32)."""

from __future__ import annotations

import csv
import itertools
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from desktop.config import LIMITS
from desktop.errors import SealwellError
from desktop.models import customfields, peoplelist
from desktop.models import people as kept
from desktop.models.accounts import Role, Session
from desktop.models.database import Tx
from desktop.models.ids import new_id
from desktop.models.records import Consent, Detail, Kind, Person, PersonId, Status
from desktop.models.standing import CustomField, FieldClass, FieldId, FieldKind
from desktop.office.api import Office
from desktop.office.values import ImportRequest
from desktop.office.values_access import Verdict
from desktop.office.values_audit import LogQuery
from desktop.office.values_imports import PeopleExport, PeopleExported
from desktop.people import exporting
from tests.made_practice import PEOPLE, Practice
from tests.made_staff import Staff, desk_of

Desk = tuple[Office, Session]
REASON = "change of program"
SIGNS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "'", "'=")
COMMANDS = (
    *("1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://example.org","x")', "SUM(A1:A9)", "2+5+cmd|'a'!A1"),
    *('DDE("a","b")', "A1", '"=1+1"', ";=1+1", ",=1+1", "1;2", "NOW()", "1e5", "TRUE", "WEBSERVICE(1)"),
)


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as caught:
        work()
    return caught.value.code


def export(desk: Desk, to: Path, form: str = "csv", approval: str = "") -> PeopleExported:
    office, session = desk
    return office.export_people(session, PeopleExport(form, str(to), REASON, approval))


@pytest.fixture
def few(practice: Practice) -> Desk:
    office, session = practice.signed_in()
    office.import_people(session, ImportRequest("people.csv", data=PEOPLE))
    practice.clock.move(60)
    return office, session


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def payloads() -> list[str]:
    """More than five hundred beginnings that spreadsheets have run."""
    parts = itertools.product(SIGNS, ("", " ", "-", "\u00a0"), COMMANDS)
    made = [f"{sign}{between}{command}" for sign, between, command in parts]
    return list(dict.fromkeys(made))


def plant(office: Office, names: list[str]) -> None:
    """Past every check of the door: an older program may have stored anything."""

    def put(tx: Tx) -> None:
        for number, name in enumerate(names):
            person = Person(
                id=PersonId(new_id()),
                kind=Kind.PATIENT,
                first_name=name,
                last_name=f"Planted{number:04}",
                birth_date=None,
                email="",
                language="en",
                detail=Detail.STANDARD,
                status=Status.ACTIVE,
                consent=Consent.UNKNOWN,
            )
            kept.insert(tx, person)

    desk_of(office).opened().database.write(put)


# --- who, why, how many ---------------------------------------------------------------------


def test_a_few_people_are_written_and_it_is_recorded_whose(few: Desk, tmp_path: Path) -> None:
    office, session = few
    to = tmp_path / "people.csv"
    made = export(few, to)
    assert (made.file, made.people, made.pending) == (str(to), 3, "")
    rows = rows_of(to)
    assert len(rows) == 4
    assert "zoraida@example.org" in {cell for row in rows for cell in row}
    assert to.stat().st_mode & 0o077 == 0
    line = next(
        one for one in office.query_log(session, LogQuery(limit=5)).lines if one.act == "people.exported"
    )
    assert line.outcome == "ok"


@pytest.mark.parametrize(
    ("form", "reason", "code"), [("csv", " ", "reason-missing"), ("pdf", REASON, "format-unknown")]
)
def test_without_a_reason_or_a_form_nothing_is_written(
    few: Desk, tmp_path: Path, form: str, reason: str, code: str
) -> None:
    office, session = few
    to = tmp_path / "people.csv"
    assert code_of(lambda: office.export_people(session, PeopleExport(form, str(to), reason))) == code
    assert not to.exists()


def test_a_file_that_is_there_stays(few: Desk, tmp_path: Path) -> None:
    to = tmp_path / "people.csv"
    to.write_text("mine")
    assert code_of(lambda: export(few, to)) == "file-exists"
    assert to.read_text() == "mine"
    assert code_of(lambda: export(few, tmp_path / "no" / "people.csv")) == "file-not-written"


def test_cancel_leaves_nothing(few: Desk, tmp_path: Path) -> None:
    office, session = few
    to = tmp_path / "people.csv"
    request = PeopleExport("csv", str(to), REASON)
    assert code_of(lambda: office.export_people(session, request, lambda done, of: False)) == "cancelled"
    assert not to.exists()


def test_more_than_fifty_want_a_second_person(staff: Staff, tmp_path: Path) -> None:
    office = staff.office()
    desk = office, staff.enter(office, code=staff.code()).session
    staff.add(*desk, name="bo", role=Role.ADMINISTRATOR)
    rows = "".join(f"{n},Nora,Canary{n},1961-04-02\n" for n in range(LIMITS.export_people + 1))
    data = f"MRN,First Name,Last Name,DOB\n{rows}".encode()
    office.import_people(desk[1], ImportRequest("people.csv", data=data))
    to = tmp_path / "people.csv"
    asked = export(desk, to)
    assert asked.pending
    assert asked.from_ is None
    assert not to.exists()
    assert export(desk, to).pending == asked.pending, "asked once"
    other = staff.office()
    bo = staff.enter(other, user="bo", code=staff.code("bo")).session
    other.decide_approval(bo, Verdict(asked.pending, True))
    assert export(desk, to, "xlsx").pending not in ("", asked.pending), "approved was another form"
    assert export(desk, to).people == LIMITS.export_people + 1
    assert to.exists()
    again = tmp_path / "again.csv"
    assert export(desk, again).pending not in ("", asked.pending), "an approval is used once"


def test_somebody_alone_waits_half_an_hour(practice: Practice, tmp_path: Path) -> None:
    desk = practice.signed_in()
    rows = "".join(f"{n},Nora,Canary{n},1961-04-02\n" for n in range(LIMITS.export_people + 1))
    data = f"MRN,First Name,Last Name,DOB\n{rows}".encode()
    desk[0].import_people(desk[1], ImportRequest("people.csv", data=data))
    to = tmp_path / "people.csv"
    asked = export(desk, to)
    assert asked.from_ is not None
    assert not to.exists()
    practice.clock.move(LIMITS.sole_approver_wait + 30)
    again = practice.signed_in()
    assert export(again, to).people == LIMITS.export_people + 1


# --- what is in it --------------------------------------------------------------------------


def test_who_sees_no_clinical_fields_hands_none_out(few: Desk, tmp_path: Path) -> None:
    """The list is handed out by those who see everything; who was merged or withdrawn is not in it."""
    office, _ = few

    def put(tx: Tx) -> None:
        field = CustomField(
            id=FieldId(new_id()),
            name="insurer",
            label="Insurer",
            kind=FieldKind.TEXT,
            group=FieldClass.PLAIN,
        )
        customfields.put(tx, field, desk_of(office).clock.now())
        zoraida = kept.search(tx, "Zoraida")[0].id
        customfields.put_values(tx, zoraida, {"insurer": "Blue Sky"})

    desk_of(office).opened().database.write(put)
    to = tmp_path / "people.csv"
    export(few, to)
    rows = rows_of(to)
    assert rows[0][-1] == "Insurer"
    assert {row[-1] for row in rows[1:]} == {"Blue Sky", ""}


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_g32_a_round_trip_changes_nothing(few: Desk, tmp_path: Path, form: str) -> None:
    office, session = few
    zoraida = office.search_people(session, "Zoraida").people[0].id
    office.set_person(session, zoraida, {"phone": "+1 555 010 9988"})
    to = tmp_path / f"people.{form}"
    export(few, to, form)
    before = [office.show_person(session, one.id).person for one in office.search_people(session, "").people]
    taken = office.import_people(session, ImportRequest(to.name, data=to.read_bytes()))
    assert (taken.created, taken.updated, taken.unchanged, taken.rejected) == (0, 0, 3, ())
    after = [office.show_person(session, one.id).person for one in office.search_people(session, "").people]
    assert after == before


def test_g32_an_empty_practice_takes_the_list_as_it_was(
    few: Desk, practice: Practice, tmp_path: Path
) -> None:
    office, session = few
    zoraida = office.search_people(session, "Zoraida").people[0].id
    office.set_person(session, zoraida, {"phone": "+1 555 010 9988"})
    to = tmp_path / "people.csv"
    export(few, to)
    first = office.list_imports(session).imports[-1].id
    office.undo_import(session, first)
    practice.clock.move(60)
    office.import_people(session, ImportRequest(to.name, data=to.read_bytes()))
    found = office.search_people(session, "Zoraida").people[0].id
    assert office.show_person(session, found).person.phone == "+1 555 010 9988"


def test_g32_no_cell_is_a_formula_in_libreoffice(few: Desk, tmp_path: Path) -> None:
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice is not installed")
    office, _ = few
    names = payloads()
    assert len(names) >= 500
    plant(office, names)
    from_ = _written(few, tmp_path)
    for path in from_:
        shown = tmp_path / f"shown-{path.suffix[1:]}"
        subprocess.run(
            [
                soffice,
                f"-env:UserInstallation=file://{tmp_path}/profile",
                *("--headless", "--convert-to", "fods", "--outdir", str(shown), str(path)),
            ],
            check=True,
            capture_output=True,
            timeout=100,
        )
        text = (shown / f"{path.stem}.fods").read_text(encoding="utf-8")
        assert "table:formula" not in text
        assert text.count("Planted") >= len(names)
    book = CalamineWorkbook.from_path(str(from_[1]))
    cells = book.get_sheet_by_index(0).to_python()
    at = cells[0].index("First name")
    assert {str(row[at]) for row in cells[1:]} >= set(names)


def _written(few: Desk, tmp_path: Path) -> list[Path]:
    """Both forms; the second person is left out, who is not what this is about."""
    database = desk_of(few[0]).opened().database
    csv_file, xlsx_file = tmp_path / "list.csv", tmp_path / "list.xlsx"

    def write(tx: Tx) -> None:
        ids = peoplelist.ids(tx)
        csv_file.write_bytes(b"".join(exporting.csv_parts(peoplelist.read(tx, ids), ())))
        xlsx_file.write_bytes(exporting.xlsx_file(peoplelist.read(tx, ids), ()))

    database.read(write)
    return [csv_file, xlsx_file]
