"""Files of new versions: fetched, proved, and judged without asking anybody."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop.models.accounts import Session
from desktop.office.api import Office
from desktop.office.values_updates import UpdateCheckFile
from desktop.sync.updates import LIST_NAME
from tests.made_practice import START, Practice
from tests.support.releases import NAME, NEWER, PACKAGE, Releases, a_list
from tests.unit.office.test_updates import acts, tampered, why


def test_a_file_is_fetched_and_proved(
    update_allowed: tuple[Office, Session], releases: Releases, tmp_path: Path
) -> None:
    office, session = update_allowed
    office.check_updates(session)
    done = office.download_update(session, str(tmp_path))
    assert Path(done.path).read_bytes() == PACKAGE
    assert (done.version, done.sha256) == (NEWER, hashlib.sha256(PACKAGE).hexdigest())
    found = office.verify_update(session, UpdateCheckFile(done.path))
    assert (found.name, found.version, found.system, found.newer) == (NAME, NEWER, "debian", True)
    assert [one[0] for one in acts(office)][-2:] == ["update.downloaded", "update.verified"]


@pytest.mark.parametrize(
    ("judge", "change", "code"),
    [
        ({"system": "windows"}, {}, "update-no-file"),
        ({"system": ""}, {}, "update-no-file"),
        ({"by_system": True}, {}, "update-by-system"),
        ({}, {"upgrade_from": "1.2.5"}, "update-too-far"),
    ],
)
def test_a_file_that_would_not_help_is_not_fetched(
    practice: Practice,
    releases: Releases,
    tmp_path: Path,
    judge: dict[str, Any],
    change: dict[str, Any],
    code: str,
) -> None:
    practice.updates = releases.judge(**judge)
    releases.publish(a_list(**change))
    office, session = practice.signed_in()
    office.allow_updates(session, True)
    office.check_updates(session)
    assert why(lambda: office.download_update(session, str(tmp_path))) == code
    assert [path for path, _ in releases.host.asked] == [f"/{LIST_NAME}"]


def test_a_wrong_download_is_recorded(
    update_allowed: tuple[Office, Session], releases: Releases, tmp_path: Path
) -> None:
    office, session = update_allowed
    office.check_updates(session)
    releases.host.files[NAME] = PACKAGE[::-1]
    assert why(lambda: office.download_update(session, str(tmp_path))) == "update-file-changed"
    assert ("update.downloaded", "refused", "update-file-changed") in acts(office)
    assert why(lambda: office.download_update(session, str(tmp_path / "gone"))) == "folder-missing"
    assert ("update.downloaded", "refused", "folder-missing") in acts(office)


def test_a_cancelled_download_is_recorded(
    update_allowed: tuple[Office, Session], releases: Releases, tmp_path: Path
) -> None:
    office, session = update_allowed
    office.check_updates(session)
    assert why(lambda: office.download_update(session, str(tmp_path), lambda _d, _o: False)) == "cancelled"
    assert ("update.downloaded", "refused", "cancelled") in acts(office)


def test_an_expired_list_brings_no_file(
    practice: Practice, update_allowed: tuple[Office, Session], releases: Releases, tmp_path: Path
) -> None:
    office, session = update_allowed
    office.check_updates(session)
    practice.clock._now = a_list().expires
    office, session = practice.signed_in()
    assert why(lambda: office.download_update(session, str(tmp_path))) == "update-expired"
    assert ("update.downloaded", "refused", "update-expired") in acts(office)


def test_files_from_elsewhere_are_judged_without_asking(
    update_work: tuple[Office, Session], releases: Releases, tmp_path: Path
) -> None:
    office, session = update_work

    def verify(name: str, content: bytes) -> str:
        (tmp_path / name).write_bytes(content)
        return why(lambda: office.verify_update(session, UpdateCheckFile(str(tmp_path / name))))

    assert verify(NAME, PACKAGE) == "update-no-list"
    (tmp_path / LIST_NAME).write_bytes(releases.document())
    assert verify(NAME, PACKAGE[:-1]) == "update-file-size"
    assert verify(NAME, PACKAGE[:-1] + b"!") == "update-file-changed"
    assert verify("evil.deb", b"evil") == "update-file-unknown"
    (tmp_path / "renamed (1).deb").write_bytes(PACKAGE)
    found = office.verify_update(session, UpdateCheckFile(str(tmp_path / "renamed (1).deb")))
    assert (found.name, found.newer) == (NAME, True)
    missing, folder = UpdateCheckFile(str(tmp_path / "not-there")), str(tmp_path / "practice")
    assert why(lambda: office.verify_update(session, missing)) == "file-missing"
    assert why(lambda: office.verify_update(session, UpdateCheckFile(folder))) == "file-not-readable"
    assert releases.host.connections == 0


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (tampered, "update-signature"),
        (lambda r: r.document(a_list(expires=START)), "update-expired"),
        (lambda r: r.document(a_list(version="1.1.0")), "update-older"),
        (lambda r: b"x" * 2_000_000, "update-not-readable"),
    ],
)
def test_a_list_from_elsewhere_is_judged_like_any_other(
    update_work: tuple[Office, Session],
    releases: Releases,
    tmp_path: Path,
    document: Callable[[Releases], bytes],
    code: str,
) -> None:
    office, session = update_work
    (tmp_path / "list").write_bytes(document(releases))
    (tmp_path / NAME).write_bytes(PACKAGE)
    request = UpdateCheckFile(str(tmp_path / NAME), str(tmp_path / "list"))
    assert why(lambda: office.verify_update(session, request)) == code
    gone = UpdateCheckFile(str(tmp_path / NAME), str(tmp_path / "no-list"))
    assert why(lambda: office.verify_update(session, gone)) == "file-missing"


def test_the_version_that_runs_is_genuine_too(practice: Practice, releases: Releases, tmp_path: Path) -> None:
    practice.updates = releases.judge(version=NEWER)
    office, session = practice.signed_in()
    (tmp_path / LIST_NAME).write_bytes(releases.document())
    (tmp_path / NAME).write_bytes(PACKAGE)
    assert not office.verify_update(session, UpdateCheckFile(str(tmp_path / NAME))).newer
