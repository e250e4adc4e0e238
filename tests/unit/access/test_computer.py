"""What the answers about a computer mean; the answers themselves are given by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop.access.computer import (
    Finding,
    Severity,
    check_clock,
    check_computer,
    refuse_unsuitable,
    system_probe,
)
from desktop.errors import Refused
from desktop.texts import Texts

FOLDER = Path("/home/ana/practice")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Answers:
    """A computer on which all is well, but for what a test says."""

    shared: bool | None = False
    encrypted: bool | None = True
    locks: bool | None = True
    kept: bool | None = True
    service: str = ""
    hides: bool = True

    def network_share(self, folder: Path) -> bool | None:
        return self.shared

    def disk_encrypted(self, folder: Path) -> bool | None:
        return self.encrypted

    def screen_lock(self) -> bool | None:
        return self.locks

    def clock_kept(self) -> bool | None:
        return self.kept

    def sync_service(self, folder: Path) -> str:
        return self.service

    def hides_window(self) -> bool:
        return self.hides


GOOD = Answers()


def found(answers: Answers, check: str) -> Finding:
    (finding,) = [one for one in check_computer(FOLDER, answers) if one.check == check]
    return finding


def test_a_fit_computer_passes_every_check() -> None:
    assert [one.check for one in check_computer(FOLDER, GOOD) if one.ok is not True] == []


@pytest.mark.parametrize(
    ("answers", "check", "severity", "code"),
    [
        (replace(GOOD, shared=True), "network-folder", Severity.REFUSE, "computer-network"),
        (replace(GOOD, encrypted=False), "disk-encryption", Severity.WARN, "computer-disk-plain"),
        (replace(GOOD, locks=False), "screen-lock", Severity.WARN, "computer-screen-open"),
        (replace(GOOD, kept=False), "time-service", Severity.WARN, "computer-time-alone"),
        (replace(GOOD, service="Dropbox"), "synchronised-folder", Severity.WARN, "computer-synchronised"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_else_is(
    answers: Answers, check: str, severity: Severity, code: str
) -> None:
    wrong = [one for one in check_computer(FOLDER, answers) if one.ok is False]
    assert [(one.check, one.severity, one.reason.code) for one in wrong] == [(check, severity, code)]


@pytest.mark.parametrize(
    ("answers", "check", "code"),
    [
        (replace(GOOD, shared=None), "network-folder", "computer-network-unknown"),
        (replace(GOOD, encrypted=None), "disk-encryption", "computer-disk-unknown"),
        (replace(GOOD, locks=None), "screen-lock", "computer-screen-unknown"),
        (replace(GOOD, kept=None), "time-service", "computer-time-unknown"),
        (replace(GOOD, hides=False), "screen-capture", "computer-capture-open"),
    ],
)
def test_what_could_not_be_found_out_is_neither_right_nor_wrong(
    answers: Answers, check: str, code: str
) -> None:
    finding = found(answers, check)
    assert (finding.ok, finding.reason.code) == (None, code)


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_synchronising_service_is_called_by_its_name(language: str) -> None:
    reason = found(replace(GOOD, service="Nextcloud"), "synchronised-folder").reason
    assert "Nextcloud" in Texts(language).say(f"reason.{reason.code}", **reason.params)


def test_a_network_share_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        refuse_unsuitable(FOLDER, replace(GOOD, shared=True))
    assert refused.value.code == "folder-on-network"


@pytest.mark.parametrize("shared", [False, None])
def test_nothing_is_refused_on_a_guess(shared: bool | None) -> None:
    refuse_unsuitable(FOLDER, replace(GOOD, shared=shared))


def test_this_computer_answers_every_question(tmp_path: Path) -> None:
    findings = check_computer(tmp_path, system_probe())
    assert len({one.check for one in findings}) == len(findings) == 6
    refuse_unsuitable(tmp_path)


@pytest.mark.parametrize(
    ("seen", "ok", "code"),
    [
        (None, None, "computer-clock-first"),
        (NOW - timedelta(days=3), True, "computer-clock"),
        (NOW + timedelta(seconds=60), True, "computer-clock"),
        (NOW + timedelta(minutes=5), False, "computer-clock-back"),
        (NOW + timedelta(days=365), False, "computer-clock-back"),
        (NOW - timedelta(days=3650), False, "computer-clock-ahead"),
    ],
)
def test_the_clock_is_held_against_the_last_sign_in(
    seen: datetime | None, ok: bool | None, code: str
) -> None:
    finding = check_clock(NOW, seen)
    assert (finding.ok, finding.reason.code) == (ok, code)
