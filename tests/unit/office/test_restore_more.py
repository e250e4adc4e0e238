"""What comes along with a practice, and how else it comes back: security keys, older programs, a service."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyotp
import pytest

from desktop.audit.events import Act, Event
from desktop.crypto.recovery import read_recovery_key
from desktop.crypto.recoverywords import write_words
from desktop.errors import SealwellError
from desktop.models import schema
from desktop.models.records import State
from desktop.office.values_access import KeyEnrolment
from desktop.office.values_backups import RestorePlace
from desktop.office.values_entry import Credentials
from desktop.paths import PracticeFolder
from tests.made_practice import PASSWORD, USER, Practice
from tests.made_staff import Staff, desk_of, make
from tests.servers.sftp import Sshd
from tests.support.backed import (
    Bare,
    Shelf,
    back_up,
    by_password,
    by_recovery_key,
    lines_of,
    shelf_of,
)
from tests.support.earlier import take_back
from tests.support.served import Served
from tests.support.software_key import SoftwareKey
from tests.support.targets import scene_of

YEAR, QUARTER = 2026, 91.5 * 86_400


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "shelf"


def test_sealed_years_of_the_log_come_along(practice: Practice, root: Path, tmp_path: Path) -> None:
    """The year lies in the whole backup; the one that goes on from it only names it."""
    office, _ = practice.signed_in()
    desk = desk_of(office)
    for _ in range(4):
        practice.clock.sleep(QUARTER)
        desk.opened().database.write(
            lambda tx: desk.audit.record(tx, Event(Act.DOCTOR_RUN, det={"failed": 0}))
        )
    office.close()
    office, session = practice.signed_in()
    (sealed,) = office.seal_year(session, YEAR).segments
    back_up(office, practice.folder, practice.clock.now(), root)
    practice.clock.move(60)
    office.log_state(session)
    made = back_up(office, practice.folder, practice.clock.now(), root)
    assert not made.backup.whole
    year = next(practice.folder.segments.iterdir())
    office.close()
    bare = Bare(shelf_of(root, practice), tmp_path / "bare")
    bare.office().restore(by_password(bare.shelf.where, bare.to))
    assert (bare.to / "audit-years" / year.name).read_bytes() == year.read_bytes()
    office, session = bare.signed_in()
    (there,) = office.show_retention(session).segments
    assert replace(there, file="") == replace(sealed, file="")
    assert office.verify_audit(session).ok
    bare.close()


@pytest.fixture
def with_key(tmp_path: Path) -> Iterator[tuple[Staff, SoftwareKey, Bare]]:
    """Ana's way in asks for her security key and for no computer."""
    staff = make(PracticeFolder(tmp_path / "practice"), None)
    office, session = staff.at_work()
    key = SoftwareKey("2468")
    staff.hands.append(key)
    office.enrol_key(session, KeyEnrolment(PASSWORD, pin="2468"))
    back_up(office, staff.folder, staff.clock.now(), tmp_path / "shelf")
    office.close()
    (file,) = (tmp_path / "shelf").rglob("*.sealwell")
    shelf = Shelf(
        tmp_path / "shelf", file.parent, (file.name,), staff.made.recovery_key, at=staff.clock.now()
    )
    computer = Bare(shelf, tmp_path / "bare")
    yield staff, key, computer
    computer.close()
    staff.close()


def test_password_and_security_key_together(with_key: tuple[Staff, SoftwareKey, Bare]) -> None:
    _, key, bare = with_key
    request = by_password(bare.shelf.where, bare.to, key_pin="2468")
    with pytest.raises(SealwellError) as caught:
        bare.office().restore(request)
    assert caught.value.code == "security-key-none"
    bare.hands.append(SoftwareKey("2468"))
    with pytest.raises(SealwellError) as caught:
        bare.office().restore(request)
    assert caught.value.code == "security-key-not-enrolled"
    assert not bare.to.exists()
    bare.hands[:] = [key]
    assert bare.office().restore(request).recovery_key == ""
    assert PracticeFolder(bare.to).exists()


def test_the_recovery_key_stands_in_for_a_security_key_that_is_gone(
    with_key: tuple[Staff, SoftwareKey, Bare],
) -> None:
    _, _, bare = with_key
    assert (
        bare.office()
        .restore(by_recovery_key(bare.shelf.where, bare.to, bare.shelf.recovery_key))
        .recovery_key
    )


def test_a_backup_of_an_earlier_program_is_brought_up_to_date(
    practice: Practice, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, _ = practice.signed_in()

    desk_of(office).opened().database.write(lambda tx: take_back(tx, schema.REVISIONS[-2]))
    back_up(office, practice.folder, practice.clock.now(), root)
    bare = Bare(shelf_of(root, practice), tmp_path / "bare")
    bare.office().restore(by_password(bare.shelf.where, bare.to))
    assert [path.name for path in bare.to.iterdir() if ".before-" in path.name] == []
    office, session = bare.signed_in()
    found = desk_of(office).opened().database.read(lambda tx: schema.revision(tx.connection))
    assert found == schema.HEAD
    assert len(lines_of(office, session, "practice.restored")) == 1
    bare.close()


def test_through_the_background_service_of_an_empty_folder(bare: Bare) -> None:
    """As the window does it on a bare computer: over the line, into the service's own folder."""
    bare.to.mkdir(parents=True)
    there = Practice(PracticeFolder(bare.to), bare.clock, None)  # type: ignore[arg-type]
    served = Served(there)
    try:
        office = served.remote()
        found = office.find_backups(bare.shelf.where)
        assert [one.name for one in found.backups] == [*reversed(bare.shelf.names)]
        told: list[int] = []

        def progress(done: int, _of: int) -> bool:
            told.append(done)
            return True

        request = replace(by_password(bare.shelf.where, bare.to), to="")
        with pytest.raises(SealwellError) as caught:
            office.restore(request, lambda *_: False)
        assert caught.value.code == "cancelled"
        assert not office.practice_exists()
        done = office.restore(request, progress)
        assert (done.folder, told[-1]) == (str(bare.to), 1000)
        assert office.practice_exists()
        bare.clock.move(30)
        code = pyotp.TOTP(bare.shelf.totp).at(bare.clock.now())
        session = office.sign_in(Credentials(USER, password=PASSWORD, code=code)).session
        assert office.list_outbox(session).counts == {State.QUEUED: 2}
    finally:
        served.end()


def test_words_of_the_recovery_key_open_as_its_groups_do(bare: Bare) -> None:
    words = write_words(read_recovery_key(bare.shelf.recovery_key))
    assert bare.office().restore(by_recovery_key(bare.shelf.where, bare.to, words)).recovery_key


def test_a_server_that_goes_away_in_the_middle(bare: Bare, tmp_path: Path) -> None:
    """And comes back: the same request then succeeds, and of the first nothing was left."""
    with scene_of("sftp", tmp_path) as scene:
        assert isinstance(scene.server, Sshd)
        assert scene.root is not None
        shutil.copytree(bare.shelf.folder, scene.root / bare.shelf.folder.name)
        where = RestorePlace(scene.place, scene.secret)
        request = by_password(where, bare.to)
        server = scene.server

        def pulling(done: int, _of: int) -> bool:
            if done > 50:
                server.stop_now()
            return True

        with pytest.raises(SealwellError) as caught:
            bare.office().restore(request, pulling)
        assert caught.value.code.startswith("target-")
        assert not bare.to.parent.exists()
        with pytest.raises(SealwellError) as caught:
            bare.office().find_backups(where)
        assert caught.value.code == "target-unreachable"
        server.__enter__()
        assert bare.office().restore(request).waiting == 2


def test_a_server_that_is_not_known_yet_shows_its_key_first(bare: Bare, tmp_path: Path) -> None:
    with scene_of("sftp", tmp_path) as scene:
        where = RestorePlace(replace(scene.place, host_key=""), scene.secret)
        found = bare.office().find_backups(where)
        assert (found.backups, found.host_key) == ((), scene.place.host_key)
        assert found.fingerprint.startswith("SHA256:")
