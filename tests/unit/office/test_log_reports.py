"""Reports about one patient, and pages of the log by who, what and whom."""

from __future__ import annotations

import csv
import errno
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from desktop.errors import SealwellError
from desktop.models.accounts import Role, Session
from desktop.models.filters import AuditFilter
from desktop.models.records import PersonId
from desktop.models.tables_audit import audit_checkpoint
from desktop.office.api import Office
from desktop.office.values import ImportRequest
from desktop.office.values_audit import LogQuery, PersonReport, ReportMade
from tests.made_practice import PEOPLE, Practice, person_named
from tests.made_staff import Staff, desk_of
from tests.unit.office.test_log_export import colleague, printing_office

Desk = tuple[Office, Session]
Report = Callable[[Office, Session, PersonReport], ReportMade]


def access(office: Office, session: Session, request: PersonReport) -> ReportMade:
    return office.record_of_access(session, request)


def disclosures(office: Office, session: Session, request: PersonReport) -> ReportMade:
    return office.disclosures(session, request)


BOTH = pytest.mark.parametrize("report", [access, disclosures])


@pytest.fixture
def desk(staff: Staff) -> Desk:
    office = printing_office(staff)
    session = staff.enter(office, code=staff.code()).session
    office.import_people(session, ImportRequest("people.csv", data=PEOPLE))
    return office, session


@pytest.fixture
def person(desk: Desk) -> PersonId:
    return person_named(*desk, "Zoraida")


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as caught:
        work()
    return caught.value.code


# --- one patient -------------------------------------------------------------------------------


def test_the_record_of_access_tells_who_saw_whom_in_lists_too(
    desk: Desk, person: PersonId, tmp_path: Path
) -> None:
    office, session = desk
    office.show_person(session, person)
    to = tmp_path / "access.csv"
    made = access(office, session, PersonReport(person, "csv", str(to)))
    rows = list(csv.reader(to.read_text("utf-8").splitlines()))[1:]
    assert len(rows) == made.rows == 3, "the import, the search, the look"
    assert {row[2] for row in rows} == {"ana"}


@BOTH
@pytest.mark.parametrize("form", ["csv", "pdf"])
def test_a_report_is_written_and_stands_in_the_log_with_its_person(
    desk: Desk, person: PersonId, tmp_path: Path, report: Report, form: str
) -> None:
    office, session = desk
    to = tmp_path / "given" / f"report.{form}"
    to.parent.mkdir()
    made = report(office, session, PersonReport(person, form, str(to)))
    assert made.file == str(to)
    assert to.read_bytes().startswith(b"%PDF" if form == "pdf" else b"")
    assert list(to.parent.iterdir()) == [to]
    line = office.query_log(session).lines[0]
    assert (line.act, line.obj, line.details["report"]) == ("report.made", person, report.__name__)
    assert (line.details["format"], line.details["rows"]) == (form, made.rows)


@BOTH
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"person": PersonId("0" * 32)}, "person-unknown"),
        ({"person": PersonId("Maria Lopez")}, "person-unknown"),
        ({"format": "docx"}, "format-unknown"),
        ({"since": date(2026, 11, 24), "until": date(2026, 11, 23)}, "period-backwards"),
    ],
)
def test_what_cannot_be_reported_is_refused_and_leaves_nothing(
    desk: Desk, person: PersonId, tmp_path: Path, report: Report, change: dict[str, object], code: str
) -> None:
    office, session = desk
    given: dict[str, object] = {"person": person, "format": "csv", "to": str(tmp_path / "x.csv"), **change}
    assert code_of(lambda: report(office, session, PersonReport(**given))) == code  # type: ignore[arg-type]
    assert not (tmp_path / "x.csv").exists()


@BOTH
def test_a_period_is_counted_in_days_of_the_practice(
    desk: Desk, person: PersonId, tmp_path: Path, report: Report
) -> None:
    office, session = desk
    days = {"since": date(2026, 11, 21), "until": date(2026, 11, 22)}
    made = report(office, session, PersonReport(person, "csv", str(tmp_path / "x.csv"), **days))
    assert made.rows == 0


@BOTH
def test_a_full_disk_leaves_no_report_and_is_recorded(
    desk: Desk, person: PersonId, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, report: Report
) -> None:
    office, session = desk
    to = tmp_path / "given" / "report.csv"
    to.parent.mkdir()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    with monkeypatch.context() as patched:
        patched.setattr("desktop.paths.os.fsync", full)
        wanted = PersonReport(person, "csv", str(to))
        assert code_of(lambda: report(office, session, wanted)) == "file-not-written"
    assert list(to.parent.iterdir()) == []
    line = office.query_log(session).lines[0]
    assert (line.act, line.obj, line.outcome, line.why) == (
        "report.made",
        person,
        "refused",
        "file-not-written",
    )


@BOTH
def test_a_report_wants_a_fresh_proof_and_an_administrator(
    staff: Staff, desk: Desk, person: PersonId, tmp_path: Path, report: Report
) -> None:
    auditor = colleague(staff, desk, Role.AUDITOR)
    wanted = PersonReport(person, "csv", str(tmp_path / "x.csv"))
    assert code_of(lambda: report(*auditor, wanted)) == "not-allowed"
    staff.clock.move(301)
    assert code_of(lambda: report(*desk, wanted)) == "step-up-needed"


# --- pages of the log -----------------------------------------------------------------------------


def test_a_page_is_filtered_by_who_what_and_whom_and_goes_on_behind_its_last(
    staff: Staff, desk: Desk, person: PersonId
) -> None:
    office, session = desk
    office.show_person(session, person)
    auditor = colleague(staff, desk, Role.AUDITOR)
    by_name = auditor[0].query_log(auditor[1], LogQuery(AuditFilter(actor="ana", person=person)))  # type: ignore[arg-type]
    assert [line.act for line in by_name.lines] == ["people.shown"]
    assert (by_name.total, by_name.whole, by_name.zone) == (1, True, "America/Denver")
    assert (by_name.lines[0].role, by_name.lines[0].why) == ("administrator", "")
    everything = auditor[0].query_log(auditor[1], LogQuery(limit=500)).lines
    seqs: list[int] = []
    before = None
    while page := auditor[0].query_log(auditor[1], LogQuery(before=before, limit=3)).lines:
        seqs += [line.seq for line in page]
        before = seqs[-1]
    assert seqs[-len(everything) :] == [line.seq for line in everything]


def test_looking_into_the_log_stands_in_it_with_how_much_was_seen(desk: Desk) -> None:
    office, session = desk
    shown = office.query_log(session, LogQuery(limit=4)).lines
    line = office.query_log(session).lines[0]
    assert (line.act, line.details["count"]) == ("audit.viewed", len(shown))


def test_an_unknown_user_or_event_is_told(desk: Desk) -> None:
    office, session = desk
    for wanted, code in (
        (AuditFilter(actor="nobody"), "user-unknown"),  # type: ignore[arg-type]
        (AuditFilter(acts=("people.eaten",)), "event-unknown"),
    ):
        assert code_of(lambda wanted=wanted: office.query_log(session, LogQuery(wanted))) == code  # type: ignore[misc]


# --- checking inside ---------------------------------------------------------------------------------


def test_a_checkpoint_that_was_altered_in_the_database_is_found(desk: Desk) -> None:
    office, session = desk
    office.make_checkpoint(session)
    assert office.verify_audit(session).ok
    database = desk_of(office).opened().database

    def forge(tx: object) -> None:
        tx.connection.exec_driver_sql("DROP TRIGGER IF EXISTS audit_checkpoint_no_update")  # type: ignore[attr-defined]
        tx.connection.execute(audit_checkpoint.update().values(note="sealwell.local/0\n"))  # type: ignore[attr-defined]

    database.write(forge)
    found = office.verify_audit(session)
    assert (found.ok, found.class_) == (False, "forked")
    line = next(one for one in office.query_log(session).lines if one.act == "audit.verified")
    assert (line.outcome, line.why) == ("failed", "forked")


def test_checking_can_be_stopped(practice: Practice) -> None:
    office, session = practice.signed_in()
    assert code_of(lambda: office.verify_audit(session, lambda _done, _of: False)) == "cancelled"
