"""An unfit computer: nothing is opened on a network share (G38), and the doctor tells of the rest."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from desktop.access.computer_linux import LinuxProbe
from desktop.access.computer_macos import MacProbe
from desktop.access.computer_windows import WindowsProbe
from desktop.assembly import build_office
from desktop.crypto.kdf import FLOOR
from desktop.errors import Refused
from desktop.office.values_entry import NewPractice, Recovery
from desktop.office.values_practice import Check
from desktop.paths import PracticeFolder
from tests.made_practice import PASSWORD, USER, MovedClock, Practice

CHECKS = {
    "network-folder",
    "disk-encryption",
    "screen-lock",
    "synchronised-folder",
    "time-service",
    "screen-capture",
}


@pytest.fixture
def on_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every folder of this computer lies on another's disk: said at the edge of the system."""
    for probe in (LinuxProbe, MacProbe, WindowsProbe):
        monkeypatch.setattr(probe, "network_share", lambda self, folder: True)


@pytest.mark.usefixtures("on_network")
def test_g38_no_practice_is_made_on_a_network_share(tmp_path: Path) -> None:
    folder = PracticeFolder(tmp_path / "practice")
    office = build_office(folder, MovedClock(), params=lambda: FLOOR, device_store=lambda: None)
    with pytest.raises(Refused) as refused:
        office.create_practice(NewPractice("Elm Street", "America/Denver", USER, password=PASSWORD))
    assert refused.value.code == "folder-on-network"
    assert not folder.root.exists()


def test_g38_a_practice_that_was_moved_to_a_network_share_is_not_opened(
    practice: Practice, request: pytest.FixtureRequest
) -> None:
    office, session = practice.signed_in()
    token = office.issue_token(session).token
    office.close()
    request.getfixturevalue("on_network")
    before = {path: path.read_bytes() for path in practice.folder.root.iterdir() if path.is_file()}
    recovery = Recovery(USER, recovery_key=practice.made.recovery_key, password="another set of lanterns")
    for way in (
        lambda: practice.office().sign_in(practice.credentials()),
        lambda: practice.office().resume(token),
        lambda: practice.office().recover(recovery),
    ):
        with pytest.raises(Refused) as refused:
            way()
        assert refused.value.code == "folder-on-network"
    assert {path: path.read_bytes() for path in practice.folder.root.iterdir() if path.is_file()} == before


def found(practice: Practice, check: str) -> Check:
    office = practice.offices[-1] if practice.offices else practice.office()
    (one,) = [one for one in office.doctor().checks if one.check == check]
    return one


def test_the_doctor_tells_everything_about_the_computer(practice: Practice) -> None:
    checks = [one.check for one in practice.office().doctor().checks]
    assert set(checks) >= CHECKS
    assert len(checks) == len(set(checks))
    assert "clock" not in checks


@pytest.mark.usefixtures("on_network")
def test_the_doctor_says_what_forbids_opening(practice: Practice) -> None:
    assert found(practice, "network-folder") == Check(
        "network-folder", False, found(practice, "network-folder").reason
    )


def test_what_could_not_be_found_out_is_no_failure(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    for probe in (LinuxProbe, MacProbe, WindowsProbe):
        monkeypatch.setattr(probe, "screen_lock", lambda self: None)
    screen = found(practice, "screen-lock")
    assert (screen.ok, screen.reason.code) == (True, "computer-screen-unknown")


def test_a_clock_that_was_set_back_since_the_sign_in_is_named(practice: Practice) -> None:
    practice.signed_in()
    assert found(practice, "clock").ok
    practice.clock._now -= timedelta(days=1)
    clock = found(practice, "clock")
    assert (clock.ok, clock.reason.code) == (False, "computer-clock-back")
