"""Handing out the log: six forms, a reason, two people above fifty, and nothing left of what fails."""

from __future__ import annotations

import errno
import json
import threading
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from desktop.assembly import build_office
from desktop.audit.export import signature_file
from desktop.crypto.kdf import FLOOR
from desktop.errors import SealwellError
from desktop.models import users
from desktop.models.accounts import Role, Session, UserState
from desktop.models.filters import AuditFilter
from desktop.models.records import PersonId
from desktop.office.api import Office
from desktop.office.values import ImportRequest
from desktop.office.values_access import Verdict
from desktop.office.values_audit import LogExport, LogExported, LogFormat, LogQuery
from desktop.ui.paper import OffscreenPrinter
from tests.made_staff import Staff, desk_of

REASON = "the insurer asks"
Desk = tuple[Office, Session]


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as caught:
        work()
    return caught.value.code


def printing_office(staff: Staff) -> Office:
    office = build_office(
        staff.folder,
        staff.clock,
        params=lambda: FLOOR,
        device_store=lambda: staff.keyring,
        printer=OffscreenPrinter,
    )
    staff.offices.append(office)
    return office


@pytest.fixture
def desk(staff: Staff) -> Desk:
    office = printing_office(staff)
    return office, staff.enter(office, code=staff.code()).session


def look_at(desk: Desk, number: int) -> None:
    """So many people are stored, and stand in lists that somebody saw."""
    office, session = desk
    rows = "".join(f"{n},Nora,Canary{n},n{n}@example.org,1961-04-02\n" for n in range(number))
    data = f"MRN,First Name,Last Name,E-mail,DOB\n{rows}".encode()
    assert office.import_people(session, ImportRequest("people.csv", data=data)).created == number
    for offset in range(0, number, 50):
        office.search_people(session, "", offset=offset)


def export(
    desk: Desk,
    to: Path,
    form: LogFormat = LogFormat.JSONL,
    approval: str = "",
    reason: str = REASON,
    wanted: AuditFilter | None = None,
) -> LogExported:
    office, session = desk
    request = LogExport(form, str(to), reason, wanted or AuditFilter(), approval)
    return office.export_log(session, request)


def colleague(staff: Staff, desk: Desk, role: Role, name: str = "bo") -> Desk:
    """Somebody else, signed in at another window on the same practice."""
    staff.add(*desk, name=name, role=role)
    office = staff.office()
    return office, staff.enter(office, user=name, code=staff.code(name)).session


# --- forms ----------------------------------------------------------------------------------


@pytest.mark.parametrize("form", LogFormat)
def test_every_form_is_written_whole_and_recorded_with_its_reason(
    desk: Desk, tmp_path: Path, form: LogFormat
) -> None:
    look_at(desk, 3)
    to = tmp_path / "given" / f"log.{form}"
    to.parent.mkdir()
    done = export(desk, to, form)
    assert (done.file, done.people, done.pending) == (str(to), 3, "")
    expected = {to, signature_file(to)} if form is LogFormat.CSV else {to}
    assert set(to.parent.iterdir()) == expected
    if form not in (LogFormat.PDF, LogFormat.PACKAGE):
        assert b"Canary" not in to.read_bytes(), "ids and no names"
        assert b"example.org" not in to.read_bytes()
    office, session = desk
    line = office.query_log(session, LogQuery(AuditFilter(acts=("audit.exported",)))).lines[0]
    assert line.details["format"] == form.value
    assert (line.details["records"], line.details["people"]) == (done.records, 3)
    assert REASON not in repr(line)


def test_the_forms_hold_as_many_records_as_they_say(desk: Desk, tmp_path: Path) -> None:
    look_at(desk, 3)
    texts = {}
    for form in (LogFormat.JSONL, LogFormat.CSV, LogFormat.FHIR, LogFormat.SYSLOG):
        to = tmp_path / form.value
        texts[form] = export(desk, to, form).records, to.read_text()
    records, text = texts[LogFormat.JSONL]
    assert sum(line.startswith('{"hash":') for line in text.splitlines()) == records
    assert len(texts[LogFormat.CSV][1].splitlines()) == texts[LogFormat.CSV][0] + 1
    assert len(json.loads(texts[LogFormat.FHIR][1])["entry"]) == texts[LogFormat.FHIR][0]
    assert len(texts[LogFormat.SYSLOG][1].splitlines()) == texts[LogFormat.SYSLOG][0]


def test_a_paper_wants_a_printer_and_says_so(staff: Staff, tmp_path: Path) -> None:
    desk = staff.at_work()
    to = tmp_path / "log.pdf"
    assert code_of(lambda: export(desk, to, LogFormat.PDF)) == "printing-unavailable"
    assert list(tmp_path.glob("log*")) == []


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_no_reason_no_export(desk: Desk, tmp_path: Path, reason: str) -> None:
    assert code_of(lambda: export(desk, tmp_path / "log", reason=reason)) == "reason-missing"


def test_a_fresh_proof_is_wanted(staff: Staff, desk: Desk, tmp_path: Path) -> None:
    staff.clock.move(301)
    assert code_of(lambda: export(desk, tmp_path / "log")) == "step-up-needed"


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (AuditFilter(actor="nobody"), "user-unknown"),  # type: ignore[arg-type]
        (AuditFilter(acts=("people.shown", "people.eaten")), "event-unknown"),
    ],
)
def test_what_nobody_can_mean_is_refused(desk: Desk, tmp_path: Path, wanted: AuditFilter, code: str) -> None:
    assert code_of(lambda: export(desk, tmp_path / "log", wanted=wanted)) == code


def test_a_filter_takes_a_users_name_and_shows_only_what_fits(desk: Desk, tmp_path: Path) -> None:
    look_at(desk, 2)
    to = tmp_path / "log.csv"
    wanted = AuditFilter(actor="ana", acts=("people.searched",))  # type: ignore[arg-type]
    assert export(desk, to, LogFormat.CSV, wanted=wanted).records == 1
    assert "people.searched" in to.read_text()


# --- two people -----------------------------------------------------------------------------


def test_fifty_people_are_handed_out_by_one_and_fifty_one_by_two(
    staff: Staff, desk: Desk, tmp_path: Path
) -> None:
    colleague(staff, desk, Role.AUDITOR)
    look_at(desk, 50)
    assert export(desk, tmp_path / "one").people == 50
    office, session = desk
    more = b"MRN,First Name,Last Name,E-mail,DOB\n99,Nora,Onemore,,1961-04-02\n"
    office.import_people(session, ImportRequest("people.csv", data=more))
    office.search_people(session, "Onemore")
    asked = export(desk, tmp_path / "two")
    assert (asked.file, asked.people, bool(asked.pending), asked.from_) == ("", 51, True, None)
    assert not (tmp_path / "two").exists()


def test_what_a_second_person_approved_is_handed_out_once_and_as_it_was(
    staff: Staff, desk: Desk, tmp_path: Path
) -> None:
    office, session = desk
    auditor = colleague(staff, desk, Role.AUDITOR)
    look_at(desk, 60)
    to = tmp_path / "log.jsonl"
    asked = export(desk, to)
    line = auditor[0].list_approvals(auditor[1]).approvals[0]
    assert (line.kind, line.reason, line.details["people"], line.mine) == ("export", REASON, "60", False)
    assert code_of(lambda: export(desk, to, approval=asked.pending)) == "approval-pending"
    assert code_of(lambda: office.decide_approval(session, Verdict(asked.pending, True))) == "approval-own"
    auditor[0].decide_approval(auditor[1], Verdict(asked.pending, True))
    for other in (
        lambda: export(desk, to, LogFormat.CSV, asked.pending),
        lambda: export(desk, to, approval=asked.pending, reason="the insurer asked"),
        lambda: export(desk, to, approval=asked.pending, wanted=AuditFilter(outcome="ok")),
        lambda: export(auditor, to, approval=asked.pending),
        lambda: export(desk, to, approval="0" * 32),
    ):
        assert code_of(other) == "approval-missing"
    office.search_people(session, "Canary7")
    done = export(desk, to, approval=asked.pending)
    assert (done.records, done.people) == (asked.records, 60), "nothing that came after is in it"
    assert code_of(lambda: export(desk, tmp_path / "again", approval=asked.pending)) == "approval-over"
    assert not (tmp_path / "again").exists()
    exported = office.query_log(session, LogQuery(AuditFilter(acts=("audit.exported",)))).lines
    assert [one.details["approval"] for one in exported if one.outcome == "ok"] == [asked.pending]
    assert {one.why for one in exported if one.outcome == "refused"} == {
        "approval-pending",
        "approval-missing",
        "approval-over",
    }


def test_a_no_is_a_no(staff: Staff, desk: Desk, tmp_path: Path) -> None:
    other = colleague(staff, desk, Role.ADMINISTRATOR)
    look_at(desk, 51)
    asked = export(desk, tmp_path / "log")
    other[0].decide_approval(other[1], Verdict(asked.pending, False))
    assert code_of(lambda: export(desk, tmp_path / "log", approval=asked.pending)) == "approval-over"


def test_an_auditor_sees_and_decides_exports_only(staff: Staff, desk: Desk) -> None:
    auditor = colleague(staff, desk, Role.AUDITOR)
    assert auditor[0].list_approvals(auditor[1]).approvals == ()


def test_who_is_alone_waits_half_an_hour_and_the_administrators_are_told(
    staff: Staff, desk: Desk, tmp_path: Path
) -> None:
    office, session = desk
    look_at(desk, 51)
    to = tmp_path / "log"
    asked = export(desk, to)
    assert asked.from_ == staff.clock.now() + timedelta(minutes=30)
    notice = office.list_notices(session).notices[0]
    assert (notice.kind, notice.details["people"]) == ("export", "51")
    assert code_of(lambda: export(desk, to, approval=asked.pending)) == "approval-too-early"
    staff.clock.move(30 * 60)
    again = printing_office(staff)
    later = again, staff.enter(again, code=staff.code()).session
    assert export(later, to, approval=asked.pending).records == asked.records
    assert to.exists()


def test_one_persons_records_want_no_second_person(desk: Desk, tmp_path: Path) -> None:
    office, session = desk
    look_at(desk, 60)
    person = office.search_people(session, "Canary7").people[0].id
    office.show_person(session, person)
    done = export(desk, tmp_path / "log", wanted=AuditFilter(person=PersonId(person)))
    assert (done.pending, done.people, done.records) == ("", 1, 1)


def test_people_who_left_and_are_on_leave_do_not_approve(staff: Staff, desk: Desk, tmp_path: Path) -> None:
    uid = staff.add(*desk, role=Role.ADMINISTRATOR)
    database = desk_of(desk[0]).opened().database
    user = database.read(lambda tx: users.get(tx, uid))
    assert user is not None
    database.write(
        lambda tx: users.update_user(tx, type(user)(uid, user.name, user.role, state=UserState.LEFT))
    )
    look_at(desk, 51)
    assert export(desk, tmp_path / "log").from_ is not None


# --- what fails leaves nothing ----------------------------------------------------------------


@pytest.mark.parametrize("form", [LogFormat.JSONL, LogFormat.CSV, LogFormat.PACKAGE, LogFormat.SYSLOG])
def test_a_full_disk_leaves_no_file_and_gives_the_approval_back(
    staff: Staff, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: LogFormat
) -> None:
    auditor = colleague(staff, desk, Role.AUDITOR)
    look_at(desk, 51)
    to = tmp_path / "given" / "log"
    to.parent.mkdir()
    asked = export(desk, to, form)
    auditor[0].decide_approval(auditor[1], Verdict(asked.pending, True))

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    with monkeypatch.context() as patched:
        patched.setattr("desktop.paths.os.fsync", full)
        assert code_of(lambda: export(desk, to, form, asked.pending)) == "file-not-written"
    assert list(to.parent.iterdir()) == []
    office, session = desk
    newest = office.query_log(session).lines[0]
    assert (newest.act, newest.outcome, newest.why) == ("audit.exported", "refused", "file-not-written")
    assert export(desk, to, form, asked.pending).records == asked.records


@pytest.mark.parametrize("form", LogFormat)
def test_stopping_leaves_no_file(desk: Desk, tmp_path: Path, form: LogFormat) -> None:
    office, session = desk
    look_at(desk, 2)
    to = tmp_path / "given" / "log"
    to.parent.mkdir()
    for stop_at in range(1, 4):
        calls = 0

        def progress(_done: int, _of: int) -> bool:
            nonlocal calls
            calls += 1
            return calls < stop_at  # noqa: B023 - called within this turn

        request = LogExport(form, str(to), REASON)
        if calls_needed(form) >= stop_at:
            stop = lambda: office.export_log(session, request, progress)  # noqa: E731, B023
            assert code_of(stop) == "cancelled"
        assert list(to.parent.iterdir()) == []


def calls_needed(form: LogFormat) -> int:
    """A small log tells at its end: counting, writing, and a paper while it is laid out and printed."""
    return 3 if form in (LogFormat.PDF, LogFormat.PACKAGE) else 2


def test_locking_the_practice_ends_an_export(desk: Desk, tmp_path: Path) -> None:
    office, session = desk
    database = desk_of(office).opened().database
    to = tmp_path / "given" / "log"
    to.parent.mkdir()
    closing = threading.Thread(target=office.close)

    def progress(_done: int, _of: int) -> bool:
        if not closing.is_alive() and not database.closed:
            closing.start()
            while not database.closed:
                threading.Event().wait(0.01)
        return True

    request = LogExport(LogFormat.JSONL, str(to), REASON)
    assert code_of(lambda: office.export_log(session, request, progress)) in ("locked", "signed-out")
    closing.join(20)
    assert not closing.is_alive()
    assert list(to.parent.iterdir()) == []


@pytest.mark.parametrize("form", [LogFormat.CSV, LogFormat.PACKAGE])
def test_what_is_there_is_never_replaced(desk: Desk, tmp_path: Path, form: LogFormat) -> None:
    to = tmp_path / "log"
    (signature_file(to) if form is LogFormat.CSV else to).write_bytes(b"somebody's")
    assert code_of(lambda: export(desk, to, form)) == "file-exists"
    assert code_of(lambda: export(desk, tmp_path / "no" / "log", form)) == "file-not-written"


# --- the package ------------------------------------------------------------------------------


def test_the_package_speaks_the_practices_language_and_tells_each_files_sum(
    desk: Desk, tmp_path: Path
) -> None:
    look_at(desk, 2)
    to = tmp_path / "log.zip"
    done = export(desk, to, LogFormat.PACKAGE)
    with zipfile.ZipFile(to) as package:
        names = package.namelist()
        manifest = json.loads(package.read("manifest.json"))
        readme = package.read("README.txt").decode()
        assert package.read("report.pdf").startswith(b"%PDF")
    assert names[0] == "README.txt"
    assert names[-1] == "manifest.json"
    assert [one["name"] for one in manifest["files"]] == names[:-1]
    assert (manifest["records"], manifest["practice"]) == (done.records, "Elm Street")
    assert "auditverify.py log.jsonl --key" in readme
    assert "package." not in readme, "every sentence has words"
