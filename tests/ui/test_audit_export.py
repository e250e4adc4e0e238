"""Handing out the log from the window: forms, a reason, progress, a second person, going on later."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget

from desktop.config import LIMITS
from desktop.models.accounts import Role, Session, UserId
from desktop.models.filters import AuditFilter
from desktop.office.values import ImportRequest
from desktop.office.values_access import Purpose, StepUp, Verdict
from desktop.office.values_entry import Credentials
from desktop.ui.audit.export import ACCESS, DISCLOSURES, FILTERED, WHOLE, ExportDialog
from desktop.ui.audit.history import HistoryDialog
from desktop.ui.audit.page import AuditPageView
from desktop.ui.audit.requests import ContinueDialog, RequestsSection, asked_filter
from desktop.ui.people.page import PeoplePage
from desktop.ui.stepup import StepUpDialog
from tests.made_practice import PASSWORD
from tests.support.second_user import BEN, BENS_PASSWORD, add_ben, code_of
from tests.ui.conftest import AtWork


@pytest.fixture
def audit(at_work: AtWork) -> AuditPageView:
    return at_work.page("audit", AuditPageView)


def wizard(at_work: AtWork, page: QWidget, shown: AuditFilter | None = None) -> ExportDialog:
    dialog = ExportDialog(at_work.screen.ui, at_work.session, page, shown or AuditFilter(), "Messages")
    dialog.open()
    dialog.reason.input.setText("asked by the examiner")
    return dialog


def choose_form(dialog: ExportDialog, form: str) -> None:
    if not dialog.more.isHidden():
        dialog.more.click()
        dialog.form.hidePopup()
    dialog.form.setCurrentIndex(dialog.form.findData(form))


def many_people(at_work: AtWork) -> None:
    """Somebody looks through a list of sixty."""
    rows = "".join(f"{n},Kim{n},Row,kim{n}@example.org,1980-01-01\n" for n in range(2000, 2060))
    data = ("MRN,First Name,Last Name,E-mail,DOB\n" + rows).encode()
    at_work.office.import_people(at_work.session, ImportRequest("more.csv", data=data))
    at_work.office.search_people(at_work.session, "", limit=100)


def prove(at_work: AtWork, page: QWidget) -> None:
    """Where the program asks who is there, type the password."""
    for dialog in page.findChildren(StepUpDialog):
        QTest.keyClicks(dialog.password.input, PASSWORD)
        QTest.keyClick(dialog.password.input, Qt.Key.Key_Return)
        at_work.screen.settle()


def later(at_work: AtWork, seconds: float) -> None:
    """Time passes while somebody is at work."""
    while seconds > 0:
        at_work.practice.clock.move(min(seconds, 200))
        at_work.office.touch(at_work.session)
        seconds -= 200


# --- the wizard --------------------------------------------------------------------------


def test_the_package_comes_first_and_other_forms_when_they_are_wanted(
    at_work: AtWork, audit: AuditPageView
) -> None:
    dialog = wizard(at_work, audit)
    assert [dialog.form.itemData(row) for row in range(dialog.form.count())] == ["package"]
    choose_form(dialog, "csv")
    assert dialog.form.count() == 6
    assert dialog.file_name().endswith(".csv")


def test_without_a_reason_no_place_is_asked_for(at_work: AtWork, audit: AuditPageView) -> None:
    dialog = wizard(at_work, audit)
    dialog.reason.input.setText(" ")
    dialog.go.click()
    assert dialog.reason.input.property("wrong")
    assert dialog.isVisible()
    assert not at_work.screen.bridge.busy


@pytest.mark.parametrize("form", ["package", "pdf", "jsonl", "csv", "fhir", "syslog"])
def test_an_export_writes_the_file_and_says_how_many_records(
    at_work: AtWork, audit: AuditPageView, tmp_path: Path, form: str
) -> None:
    dialog = wizard(at_work, audit)
    choose_form(dialog, form)
    target = tmp_path / dialog.file_name()
    dialog.start(target)
    at_work.screen.settle()
    assert dialog.notice.property("kind") == "ok", dialog.notice.words
    assert target.name in dialog.notice.words
    if form == "package":
        assert "auditverify.py" in zipfile.ZipFile(target).namelist()
    elif form == "pdf":
        assert target.read_bytes().startswith(b"%PDF-")
    else:
        assert "Canaryfield" not in target.read_text("utf-8")
    if form == "jsonl":
        assert all(json.loads(line) for line in target.read_text("utf-8").splitlines())


def test_what_is_shown_now_is_what_leaves(at_work: AtWork, audit: AuditPageView, tmp_path: Path) -> None:
    shown = AuditFilter(acts=("relay.added",))
    dialog = wizard(at_work, audit, shown)
    assert dialog.scope == FILTERED
    choose_form(dialog, "csv")
    dialog.start(tmp_path / "some.csv")
    at_work.screen.settle()
    rows = (tmp_path / "some.csv").read_text("utf-8").splitlines()
    assert any("relay.added" in row for row in rows)
    assert not any("signin.ok" in row for row in rows)


def test_where_nothing_can_be_written_the_form_stays(
    at_work: AtWork, audit: AuditPageView, tmp_path: Path
) -> None:
    dialog = wizard(at_work, audit)
    dialog.start(tmp_path / "nowhere" / "log.zip")
    at_work.screen.settle()
    assert dialog.notice.property("kind") == "error"
    assert dialog.go.isEnabled()
    assert dialog.reason.isVisible()


def test_cancel_stops_the_writing_and_leaves_nothing(
    at_work: AtWork, audit: AuditPageView, tmp_path: Path
) -> None:
    dialog = wizard(at_work, audit)
    choose_form(dialog, "jsonl")
    dialog.start(tmp_path / "log.jsonl")
    assert dialog.bar.isVisible()
    dialog.cancel.click()
    assert dialog.isVisible(), "it waits until the writing has stopped"
    at_work.screen.settle()
    assert dialog.notice.words == at_work.screen.words("ui.export.stopped")
    assert list(tmp_path.glob("log*")) == []
    dialog.cancel.click()
    assert not dialog.isVisible()


def test_an_auditor_is_offered_the_log_only(at_work: AtWork, audit: AuditPageView) -> None:
    mine = at_work.session
    session = Session(mine.id, mine.user, mine.user_name, Role.AUDITOR, mine.started)
    dialog = ExportDialog(at_work.screen.ui, session, audit)
    assert list(dialog.scopes) == [WHOLE]
    dialog.deleteLater()


# --- one person --------------------------------------------------------------------------


def test_from_the_persons_page_to_the_record_of_access(at_work: AtWork, tmp_path: Path) -> None:
    people = at_work.page("people", PeoplePage)
    people.search.setText("Zoraida")
    people.look_up()
    at_work.screen.settle()
    people.detail.history.click()
    at_work.screen.settle()
    history = people.detail.findChildren(HistoryDialog)[0]
    assert "people.shown" in {line.act for line in history.model.lines}
    assert "Zoraida Canaryfield" in history.accessibleName()
    assert "Zoraida" not in history.windowTitle(), "the system shows titles to whoever looks"
    history.access.click()
    dialog = history.findChildren(ExportDialog)[0]
    assert dialog.scope == ACCESS
    assert dialog.reason.isHidden(), "who asks for their own record gives no reason"
    dialog.form.setCurrentIndex(dialog.form.findData("csv"))
    dialog.start(tmp_path / "who.csv")
    at_work.screen.settle()
    assert dialog.notice.property("kind") == "ok", dialog.notice.words
    assert "ana" in (tmp_path / "who.csv").read_text("utf-8")


def test_disclosures_want_a_person(at_work: AtWork, audit: AuditPageView, tmp_path: Path) -> None:
    dialog = wizard(at_work, audit)
    dialog.scopes[DISCLOSURES].setChecked(True)
    dialog.go.click()
    assert dialog.person_missing.isVisible()
    dialog.take_person(at_work.person("Bo"), "Bo Nightingale", DISCLOSURES)
    assert dialog.person_missing.isHidden()
    dialog.form.setCurrentIndex(dialog.form.findData("csv"))
    dialog.limited.setChecked(True)
    dialog.start(tmp_path / "to.csv")
    at_work.screen.settle()
    assert dialog.notice.property("kind") == "ok", dialog.notice.words
    assert (tmp_path / "to.csv").exists()


# --- a second person ---------------------------------------------------------------------


def test_somebody_alone_waits_and_goes_on_later(
    at_work: AtWork, audit: AuditPageView, tmp_path: Path
) -> None:
    many_people(at_work)
    dialog = wizard(at_work, audit)
    choose_form(dialog, "jsonl")
    dialog.start(tmp_path / "log.jsonl")
    at_work.screen.settle()
    assert dialog.notice.property("kind") == "warn"
    assert not (tmp_path / "log.jsonl").exists()
    dialog.reject()
    requests = audit.tabs.open("requests")
    assert isinstance(requests, RequestsSection)
    at_work.screen.settle()
    assert go_on_button(requests, at_work) is None, "half an hour is not over"
    later(at_work, LIMITS.sole_approver_wait + 10)
    requests.refresh()
    at_work.screen.settle()
    button = go_on_button(requests, at_work)
    assert button is not None
    button.click()
    going = requests.findChildren(ContinueDialog)[0]
    going.start(tmp_path / "log.jsonl")
    at_work.screen.settle()
    prove(at_work, going)
    assert going.notice.property("kind") == "ok", going.notice.words
    assert (tmp_path / "log.jsonl").exists()
    going.reject()
    at_work.screen.settle()
    assert go_on_button(requests, at_work) is None, "an approval counts once"


def go_on_button(requests: RequestsSection, at_work: AtWork) -> QPushButton | None:
    words = at_work.screen.words("ui.requests.save")
    found = [one for one in requests.findChildren(QPushButton) if one.text() == words and one.isVisible()]
    return found[0] if found else None


def test_the_second_person_is_named_and_their_yes_opens_the_way(
    at_work: AtWork, audit: AuditPageView, tmp_path: Path
) -> None:
    many_people(at_work)
    uri = add_ben(at_work.office, at_work.session, at_work.practice.clock, Role.AUDITOR)
    dialog = wizard(at_work, audit)
    dialog.start(tmp_path / "log.zip")
    at_work.screen.settle()
    assert BEN in dialog.notice.words
    dialog.reject()
    asked = at_work.office.list_approvals(at_work.session).own[0]
    approve_as_ben(at_work, uri, asked.id)
    requests = audit.tabs.open("requests")
    at_work.screen.settle()
    assert isinstance(requests, RequestsSection)
    button = go_on_button(requests, at_work)
    assert button is not None
    assert at_work.screen.words("ui.audit.tab-requests") + " (1)" == audit.tabs.buttons["requests"].text()


def approve_as_ben(at_work: AtWork, uri: str, approval: str) -> None:
    at_work.practice.clock.move(31)
    office = at_work.practice.office()
    code = code_of(uri, at_work.practice.clock)
    session = office.sign_in(Credentials(BEN, password=BENS_PASSWORD, code=code)).session
    office.step_up(session, StepUp(Purpose.USERS, password=BENS_PASSWORD))
    office.decide_approval(session, Verdict(approval, approve=True))
    office.sign_out(session)


def test_the_filter_of_a_request_is_read_back() -> None:
    details = {"since": "2026-11-01T07:00:00.000Z", "act": "people.shown people.searched", "actor": "a" * 32}
    assert asked_filter(details) == AuditFilter(
        since=datetime(2026, 11, 1, 7, tzinfo=UTC),
        actor=UserId("a" * 32),
        acts=("people.shown", "people.searched"),
    )
    assert asked_filter({"format": "csv"}) == AuditFilter()
