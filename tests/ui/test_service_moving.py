"""The window over a real background service that retires its computer, or whose practice is damaged."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.assembly import build_office
from desktop.clock import SystemClock
from desktop.crypto.vault import unlock_with_recovery
from desktop.models.safekeeping import Place, TargetKind
from desktop.office.agent import REST_SECONDS
from desktop.office.values import AppointmentsImport, ImportRequest
from desktop.office.values_backups import TargetRequest
from desktop.paths import PracticeFolder
from desktop.ui.firstrun.setup import SetupPages
from desktop.ui.gate.readonly import ListPage, ReadonlyPages
from desktop.ui.gate.signin import SignInPage
from desktop.ui.moving.retire import RetireDialog, RetiredPage
from desktop.ui.workspace import Workspace
from tests.made_practice import PASSWORD, PEOPLE, USER
from tests.support.damage import overwrite, root_page
from tests.support.pages import texts_of
from tests.support.service import Service, is_running, make_practice
from tests.ui.test_service_window import WAIT, Running

WHY = "Replaced by a new computer"
RESTED = WAIT + int(REST_SECONDS * 1000)
"""Milliseconds within which a service that nobody needs has waited for somebody, and ended."""


@pytest.fixture
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records that the practice's own disk does not take go to a place of the test's."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def drive(tmp_path: Path) -> Iterator[Path]:
    """A folder that lies on another disk than the practice does."""
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no other disk")
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


@pytest.fixture
def service(tmp_path: Path, apart: None, drive: Path) -> Iterator[Service]:
    """A practice with visits today, saved on a drive."""
    folder = tmp_path / "practice"
    made = make_practice(folder, zone="Etc/UTC")
    service = Service(PracticeFolder(folder), made)
    office = build_office(service.folder, SystemClock(), device_store=lambda: None)
    session = office.sign_in(service.credentials()).session
    office.import_people(session, ImportRequest("people.csv", data=PEOPLE))
    now = SystemClock().now()
    visits = f"Appointment ID,MRN,Date,Time,Provider\nA1,1001,{now.date()},09:30,Dr. Shah\n"
    schedule = ImportRequest("visits.csv", data=visits.encode(), modified=now)
    office.import_appointments(session, AppointmentsImport(schedule, "whole", confirm=True))
    office.add_target(session, TargetRequest("Drive", Place(TargetKind.FOLDER, str(drive))))
    office.create_backup(session)
    office.close()
    yield service
    service.end()


@pytest.fixture
def running(service: Service, qtbot: QtBot) -> Iterator[Running]:
    running = Running(service, qtbot)
    yield running
    running.run.stop()
    running.run.window.deleteLater()


@pytest.mark.timeout(300)
def test_a_computer_is_retired_through_its_service_and_is_a_bare_one_then(
    running: Running, tmp_path: Path
) -> None:
    running.sign_in()
    pid = running.service.pid
    workspace = running.run.window.centralWidget()
    assert isinstance(workspace, Workspace)
    workspace.retire()
    dialog = workspace.findChildren(RetireDialog)[0]
    dialog.practice.input.setText("Elm Street")
    dialog.reason.input.setText(WHY)
    dialog.to.input.setText(str(tmp_path / "paper.pdf"))
    dialog.submit()
    window = running.run.window
    running.qtbot.waitUntil(lambda: not isinstance(window.centralWidget(), Workspace), timeout=WAIT)
    page = window.centralWidget()
    assert isinstance(page, RetiredPage)
    assert (tmp_path / "paper.pdf").read_bytes().startswith(b"%PDF")
    folder = running.service.folder
    assert not folder.keys.exists()
    assert not folder.database.exists()
    running.qtbot.wait(3000)  # whatever the end of the service tells the window
    assert window.centralWidget() is page
    page.go.click()
    assert isinstance(window.centralWidget(), SetupPages)
    running.run.stop()
    running.qtbot.waitUntil(lambda: not is_running(pid) or not folder.service.exists(), timeout=RESTED)


@pytest.mark.timeout(200)
def test_todays_list_comes_out_of_a_damaged_practice_through_its_service(
    service: Service, qtbot: QtBot
) -> None:
    with closing(unlock_with_recovery(service.folder.keys, service.made.recovery_key)) as vault:
        keys = vault.database_key()
    overwrite(service.folder.database, root_page(service.folder.database, keys, "audit_record"))
    before = service.folder.database.read_bytes()
    running = Running(service, qtbot)
    window = running.run.window
    try:
        page = running.page
        page.user.input.setText(USER)
        page.password.input.setText(PASSWORD)
        page.submit()
        running.settle()
        if page.damaged.isHidden():
            page.code.input.setText(service.code())
            page.submit()
            running.settle()
        assert not page.damaged.isHidden(), page.notice.words
        page.readonly.click()
        reading = window.centralWidget()
        assert isinstance(reading, ReadonlyPages)
        reading.ask.password.input.setText(PASSWORD)
        reading.ask.reason.input.setText(WHY)
        reading.ask.submit()
        running.settle()
        shown = reading.currentWidget()
        assert isinstance(shown, ListPage), reading.ask.notice.words
        assert "Zoraida Canaryfield" in texts_of(shown)
        assert shown.save.isEnabled(), "its paper was drawn by the service"
        shown.close_button.click()
        assert isinstance(window.centralWidget(), SignInPage)
    finally:
        running.run.stop()
        window.deleteLater()
    assert service.folder.database.read_bytes() == before
