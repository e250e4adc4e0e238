"""Sealing and destroying years at the door: two people, or one and half an hour."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from desktop.audit.events import Act, Event
from desktop.errors import SealwellError
from desktop.models.accounts import Role, Session
from desktop.office.api import Office
from desktop.office.values_access import OffboardRequest, Verdict
from desktop.office.values_audit import LogExport, LogFormat, PurgeRequest
from desktop.paths import resource
from tests.made_practice import Practice
from tests.made_staff import desk_of
from tests.support.colleagues import id_of, let_in

YEAR = 2026
DAY = 86_400


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as caught:
        work()
    return caught.value.code


def live(practice: Practice, office: Office, years: int) -> None:
    """Something is recorded every quarter of a year."""
    desk = desk_of(office)
    for _ in range(years * 4):
        practice.clock.sleep(91.5 * DAY)
        desk.opened().database.write(
            lambda tx: desk.audit.record(tx, Event(Act.DOCTOR_RUN, det={"failed": 0}))
        )


@pytest.fixture
def grown(practice: Practice) -> tuple[Office, Session]:
    """It is 2033; the records of 2026 are six years past the end of their year, and sealed."""
    office, _ = practice.signed_in()
    live(practice, office, 7)
    office.close()
    office, ana = practice.signed_in()
    office.seal_year(ana, YEAR)
    return office, ana


def acts(office: Office, session: Session) -> list[str]:
    return [line.act for line in office.query_log(session).lines]


def test_a_closed_year_is_sealed_into_a_file_with_progress(practice: Practice) -> None:
    office, ana = practice.signed_in()
    assert code_of(lambda: office.seal_year(ana, YEAR)) == "year-open"
    live(practice, office, 1)
    office.close()
    office, ana = practice.signed_in()
    steps: list[int] = []

    def progress(done: int, _of: int) -> bool:
        steps.append(done)
        return True

    (year,) = office.seal_year(ana, YEAR, progress).segments
    assert steps[-1] == year.last
    assert (year.year, year.first, year.purgeable, year.purged_at) == (YEAR, 1, date(2033, 1, 1), None)
    assert b"signin.ok" not in (practice.folder.segments / "2026.segment").read_bytes()
    assert office.show_retention(ana).segments == (year,)
    assert {"log.sealed", "retention.shown"} <= set(acts(office, ana))
    assert code_of(lambda: office.purge_year(ana, PurgeRequest(YEAR, reason="old"))) == "retention-locked"


def test_a_cancelled_seal_seals_nothing(practice: Practice) -> None:
    office, _ = practice.signed_in()
    live(practice, office, 1)
    office.close()
    office, ana = practice.signed_in()
    assert code_of(lambda: office.seal_year(ana, YEAR, lambda _done, _of: False)) == "cancelled"
    assert office.show_retention(ana).segments == ()


def test_the_only_administrator_waits_half_an_hour(practice: Practice, grown: tuple[Office, Session]) -> None:
    office, ana = grown
    asked = office.purge_year(ana, PurgeRequest(YEAR, reason="past its time"))
    assert asked.certificate == ""
    assert asked.from_ == practice.clock.now() + timedelta(minutes=30)
    again = PurgeRequest(YEAR, reason="past its time", approval=asked.pending)
    assert code_of(lambda: office.purge_year(ana, again)) == "approval-too-early"
    office.close()
    practice.clock.move(1800)
    office, ana = practice.signed_in()
    done = office.purge_year(ana, again)
    proof = json.loads(done.certificate)
    assert (proof["year"], proof["records"], proof["first"]) == (YEAR, done.records, 1)
    assert proof["asked_by"] == proof["approved_by"] == ana.user
    assert not (practice.folder.segments / "2026.segment").exists()
    verified = office.verify_audit(ana)
    assert verified.ok
    (year,) = office.show_retention(ana).segments
    assert (year.purged_at, year.file) == (practice.clock.now(), "")
    assert {"log.purged", "approval.asked"} <= set(acts(office, ana))
    assert code_of(lambda: office.purge_year(ana, again)) == "already-purged"


def test_two_administrators_decide_together(practice: Practice, grown: tuple[Office, Session]) -> None:
    office, ana = grown
    bo = let_in(practice, office, ana, "bo", Role.ADMINISTRATOR)
    asked = office.purge_year(ana, PurgeRequest(YEAR, reason="past its time"))
    assert asked.from_ is None
    request = PurgeRequest(YEAR, reason="past its time", approval=asked.pending)
    assert code_of(lambda: office.purge_year(ana, request)) == "approval-pending"
    assert (
        code_of(lambda: office.decide_approval(ana, Verdict(asked.pending, approve=True))) == "approval-own"
    )
    _, second = bo.signed_in(practice, office)
    assert [one.kind for one in office.list_approvals(second).approvals] == ["purge"]
    office.decide_approval(second, Verdict(asked.pending, approve=True))
    other = PurgeRequest(YEAR, reason="another reason", approval=asked.pending)
    assert code_of(lambda: office.purge_year(ana, other)) == "approval-missing"
    done = office.purge_year(ana, request)
    proof = json.loads(done.certificate)
    assert (proof["asked_by"], proof["approved_by"]) == (ana.user, second.user)
    assert office.verify_audit(ana).ok


def test_outsiders_can_check_what_is_left(
    practice: Practice, grown: tuple[Office, Session], tmp_path: Path
) -> None:
    office, ana = grown
    asked = office.purge_year(ana, PurgeRequest(YEAR, reason="past its time"))
    office.close()
    practice.clock.move(1800)
    office, ana = practice.signed_in()
    office.purge_year(ana, PurgeRequest(YEAR, reason="past its time", approval=asked.pending))
    file = tmp_path / "log.jsonl"
    office.export_log(ana, LogExport(LogFormat.JSONL, str(file), reason="for the auditor"))
    script = str(resource("auditverify.py"))
    checked = subprocess.run(
        [sys.executable, "-I", script, str(file)], capture_output=True, text=True, check=False, timeout=60
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    file.write_bytes(file.read_bytes().replace(b"doctor.run", b"doctor.ran", 1))
    checked = subprocess.run(
        [sys.executable, "-I", script, str(file)], capture_output=True, text=True, check=False, timeout=60
    )
    assert checked.returncode == 1


def test_what_the_second_person_refuses_stays(practice: Practice, grown: tuple[Office, Session]) -> None:
    office, ana = grown
    bo = let_in(practice, office, ana, "bo", Role.ADMINISTRATOR)
    asked = office.purge_year(ana, PurgeRequest(YEAR, reason="past its time"))
    _, second = bo.signed_in(practice, office)
    office.decide_approval(second, Verdict(asked.pending, approve=False))
    request = PurgeRequest(YEAR, reason="past its time", approval=asked.pending)
    assert code_of(lambda: office.purge_year(ana, request)) == "approval-over"
    assert office.show_retention(ana).segments[0].purged_at is None


def test_a_purge_wants_a_reason_a_fresh_proof_and_a_whole_file(
    practice: Practice, grown: tuple[Office, Session]
) -> None:
    office, ana = grown
    assert code_of(lambda: office.purge_year(ana, PurgeRequest(YEAR, reason=" "))) == "reason-missing"
    (practice.folder.segments / "2026.segment").write_bytes(b"something else")
    assert code_of(lambda: office.purge_year(ana, PurgeRequest(YEAR, reason="old"))) == "segment-damaged"
    practice.clock.move(301)
    assert code_of(lambda: office.purge_year(ana, PurgeRequest(YEAR, reason="old"))) == "step-up-needed"


def test_a_sealed_year_can_be_read_under_a_new_vault_key(
    practice: Practice, grown: tuple[Office, Session]
) -> None:
    office, ana = grown
    let_in(practice, office, ana, "cleo")
    cleo = id_of(office, ana, "cleo")
    assert office.offboard_user(ana, OffboardRequest(cleo, ana.user)).key_changed
    office, ana = practice.signed_in()
    asked = office.purge_year(ana, PurgeRequest(YEAR, reason="past its time"))
    assert asked.pending  # every check of the file came before


def test_how_long_content_is_kept_can_be_chosen_and_the_log_cannot(practice: Practice) -> None:
    office, ana = practice.signed_in()
    given = dict(office.show_retention(ana).classes)
    said = {"conversations": 365, "conversations-chart": 3650, "conversations-short": 30}
    assert given == {"messages": 180, "attempts": 365, "drafts": 90, "imports": 30, **said}
    assert dict(office.set_retention(ana, "drafts", 60).classes)["drafts"] == 60
    assert "retention.changed" in acts(office, ana)
    assert code_of(lambda: office.set_retention(ana, "log", 60)) == "retention-class-unknown"


def test_an_auditor_looks_and_changes_nothing(practice: Practice) -> None:
    office, ana = practice.signed_in()
    dora = let_in(practice, office, ana, "dora", Role.AUDITOR)
    _, auditor = dora.signed_in(practice, office)
    assert office.show_retention(auditor).segments == ()
    refused = [
        code_of(lambda: office.set_retention(auditor, "drafts", 60)),
        code_of(lambda: office.seal_year(auditor, YEAR)),
        code_of(lambda: office.purge_year(auditor, PurgeRequest(YEAR, reason="old"))),
    ]
    assert refused == ["not-allowed"] * 3
