"""From a workbook of another program to a letter that may go, or may not: a family, a no in time, a yes
with proof, one person twice.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import xlsxwriter

from desktop.clock import SystemClock
from desktop.errors import InputError
from desktop.models.records import Consent, PersonId, State
from desktop.models.standing import EvidenceKind, Reader, Use, VisitRule
from desktop.office.values_consent import ConsentRequest, PermissionForm, ProofIn, SignedPermission
from desktop.office.values_facts import VisitRequest
from desktop.office.values_household import LinkRequest
from desktop.office.values_imports import FileLook, ImportOrder, ImportReport
from desktop.office.values_segments import SegmentRequest
from tests.support.working import Work, at_work

FAMILY = "family@example.com"
INTAKE = (
    ("Elm Street Family Practice",),
    ("Patient list", "", "", "", "", "", ""),
    ("MRN", "Patient Last Name", "First Name", "DOB", "E-mail address", "ZIP", "Preferred language"),
    ("7001", "Quiroga", "Elena", "1981-02-14", FAMILY, "80203", "Spanish"),
    ("7002", "Quiroga", "Lucia", "2010-06-01", FAMILY, "80203", "Spanish"),
    ("7003", "Quiroga", "Mateo", "2017-09-30", FAMILY, "80203", "Spanish"),
    ("7004", "Abernathy", "Rhoda", "1944-12-02", "rhoda@example.com", "80203", "English"),
    ("", "Abernathy", "Rhoda", "02/12/44", "", "80203", ""),
)


def workbook() -> bytes:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Export")
        for at, row in enumerate(INTAKE):
            sheet.write_row(at, 0, row)
    return written.getvalue()


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    with at_work(tmp_path) as work:
        work.add_relay()
        yield work


@pytest.fixture
def taken_in(work: Work) -> ImportReport:
    return work.office.run_import(work.session, ImportOrder(FileLook("intake.xlsx", data=workbook())))


def who(work: Work, name: str) -> PersonId:
    (found,) = (
        one for one in work.office.search_people(work.session, name).people if one.name.startswith(name)
    )
    return found.id


def tomorrow(work: Work, hour: int) -> datetime:
    return datetime.combine(
        work.practice.clock.now().date() + timedelta(days=1), datetime.min.time()
    ).replace(hour=hour)


def visits(work: Work) -> None:
    for hour, (name, kind) in enumerate(
        (("Elena", "Check-up"), ("Lucia", "Counselling"), ("Mateo", "Check-up")), start=9
    ):
        work.office.add_visit(work.session, VisitRequest(who(work, name), tomorrow(work, hour), kind))


def guarded(work: Work) -> None:
    for name in ("Lucia", "Mateo"):
        work.office.set_link(
            work.session, LinkRequest(who(work, name), FAMILY, Reader.GUARDIAN, reader_name="Elena Quiroga")
        )


def test_a_workbook_with_titles_is_taken_in_and_says_what_it_left_out(
    work: Work, taken_in: ImportReport
) -> None:
    assert (taken_in.created, taken_in.rejected + taken_in.duplicates) == (4, 1)
    shown = work.office.show_household(work.session, who(work, "Mateo"))
    assert {one.name for one in shown.members} == {"Elena Quiroga", "Lucia Quiroga"}


def test_a_parent_is_reminded_of_a_child_but_not_of_what_is_only_for_the_patient(
    work: Work, taken_in: ImportReport
) -> None:
    guarded(work)
    work.office.set_visit_rule(work.session, VisitRule("", "Counselling", patient_only=True))
    visits(work)
    plan = work.office.preview_reminders(work.session)
    assert {line.name for line in plan.reminders} >= {"Elena Quiroga", "Mateo Quiroga"}
    (left_out,) = (line for line in plan.excluded if line.name == "Lucia Quiroga")
    assert left_out.reason.code == "visit-only-patient"


def test_on_the_eighteenth_birthday_nothing_goes_to_the_guardian(work: Work, taken_in: ImportReport) -> None:
    guarded(work)
    born_years_ago = 18
    today = work.practice.clock.now().date()
    birthday = today.replace(year=today.year - born_years_ago) + timedelta(days=1)
    work.office.set_person(work.session, who(work, "Lucia"), {"birth_date": birthday.isoformat()})
    work.office.add_visit(work.session, VisitRequest(who(work, "Lucia"), tomorrow(work, 15), "Check-up"))
    (queued,) = work.office.send_reminders(work.session).messages
    work.later(days=1)
    work.run()
    line = work.line(queued)
    assert (line.state, line.reason.code if line.reason else "") == (State.CANCELLED, "guardian-ended")
    assert not work.server.received


def test_a_no_pulls_what_waits_within_a_second(work: Work, taken_in: ImportReport) -> None:
    guarded(work)
    visits(work)
    queued = work.office.send_reminders(work.session).messages
    assert len(queued) == 3
    clock = SystemClock()
    said = clock.now()
    work.office.record_consent(
        work.session, ConsentRequest(who(work, "Elena"), Use.CARE, Consent.REFUSED, how="by-phone")
    )
    assert clock.now() - said < timedelta(seconds=1)
    states = {work.line(one).name: work.line(one).state for one in queued}
    assert states["Elena Quiroga"] is State.CANCELLED
    work.run()
    assert len(work.server.received) == 2


def test_marketing_takes_a_written_permission_and_it_can_be_proved_and_taken_back(
    work: Work, taken_in: ImportReport
) -> None:
    rhoda = who(work, "Rhoda")
    form = PermissionForm(
        rhoda,
        Use.MARKETING,
        what="Name and e-mail address",
        recipient="Rhoda Abernathy",
        aim="News of the practice's own programs",
        expires_event="When she leaves the practice",
    )
    signed = SignedPermission(
        form,
        work.practice.clock.now().date(),
        "Rhoda Abernathy",
        ProofIn(EvidenceKind.FORM, "s.pdf", b"%PDF-1.7 x"),
    )
    with pytest.raises(InputError, match="permission-incomplete"):
        work.office.keep_permission(work.session, signed)
    shown = work.office.keep_permission(work.session, replace(signed, copy_given=True))
    assert next(one for one in shown.uses if one.use is Use.MARKETING).counts is Consent.GIVEN
    assert next(one for one in shown.uses if one.use is Use.PAID).counts is Consent.UNKNOWN


def test_an_undone_import_lifts_no_refusal_and_leaves_what_somebody_changed(
    work: Work, taken_in: ImportReport
) -> None:
    rhoda = who(work, "Rhoda")
    work.office.record_consent(work.session, ConsentRequest(rhoda, Use.CARE, Consent.REFUSED))
    assert taken_in.id is not None
    undone = work.office.undo_import(work.session, taken_in.id)
    assert undone.removed + undone.withdrawn == 4
    assert undone.withdrawn >= 1
    assert not work.office.search_people(work.session, "Quiroga").people
    again = work.office.run_import(work.session, ImportOrder(FileLook("intake.xlsx", data=workbook())))
    assert again.id is not None
    shown = work.office.show_consent(work.session, who(work, "Rhoda"))
    assert next(one for one in shown.uses if one.use is Use.CARE).counts is Consent.REFUSED


def test_one_person_twice_becomes_one_with_the_stricter_word_and_two_again(
    work: Work, taken_in: ImportReport
) -> None:
    twin = b"Last Name,First Name,DOB,MRN,Email\nAbernathy,Roda,1944-12-02,7099,rhoda.a@example.com\n"
    work.office.run_import(work.session, ImportOrder(FileLook("more.csv", data=twin)))
    assert work.office.find_duplicates(work.session).found >= 1
    (pair,) = work.office.list_duplicates(work.session).pairs
    kept, gone = who(work, "Rhoda"), who(work, "Roda")
    assert {pair.first.id, pair.second.id} == {kept, gone}
    work.office.record_consent(work.session, ConsentRequest(gone, Use.MARKETING, Consent.REFUSED))
    merged = work.office.merge_people(work.session, kept, gone)
    shown = work.office.show_consent(work.session, kept)
    assert next(one for one in shown.uses if one.use is Use.MARKETING).counts is Consent.REFUSED
    assert not work.office.search_people(work.session, "Roda").people
    work.office.unmerge_people(work.session, merged.id)
    assert who(work, "Roda") == gone


def test_a_group_is_counted_kept_and_explained(work: Work, taken_in: ImportReport) -> None:
    rule = (
        '{"all": [{"field": "age", "is": "at-least", "values": [65]}, '
        '{"field": "zip", "is": "starts-with", "values": ["802"]}]}'
    )
    counted = work.office.count_rule(work.session, rule)
    assert counted.count == 1
    kept = work.office.keep_segment(work.session, SegmentRequest("Flu", rule))
    why = work.office.explain_segment(work.session, kept.line.id, who(work, "Elena"))
    assert not why.inside
