"""A retired computer: nothing opens any more, a certificate says so, and elsewhere the practice lives on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from desktop.access.tokens import SessionFiles
from desktop.assembly import build_office
from desktop.audit.witness import Place as Opened
from desktop.crypto.container import read_clear
from desktop.crypto.kdf import FLOOR
from desktop.crypto.keyslots import read_slots
from desktop.crypto.vault import unlock_with_recovery
from desktop.errors import SealwellError, VaultError
from desktop.models.accounts import Role, Session
from desktop.models.safekeeping import Place, TargetKind
from desktop.office.api import Office
from desktop.office.retire_files import destroy
from desktop.office.values_audit import LogQuery
from desktop.office.values_backups import RestorePlace, RestoreRequest, RetireRequest
from desktop.paths import PracticeFolder, runtime_folder, same_disk, sync_folder
from tests.made_practice import PASSWORD, USER, MovedClock, Practice
from tests.made_staff import COLLEAGUE, Staff
from tests.support.retired import PAPER, SAME_DISK, Press, asked, at_home

OURS = {"window.lock", "service.lock", "vault.lock", "sealwell.log", "service.log"}


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(SAME_DISK, lambda path, folder: False)
    Press.printed.clear()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "shelf"


@pytest.fixture
def ready(practice: Practice, place: Path) -> tuple[Office, Session]:
    practice.printer = Press
    office, session = practice.signed_in()
    at_home(office, session, place)
    return office, session


def refused(work: Callable[[], object]) -> str:
    with pytest.raises(SealwellError) as caught:
        work()
    return caught.value.code


def opens(practice: Practice) -> bool:
    """Whether it still works as it did: all of it, or nothing."""
    office = practice.office()
    try:
        session = office.sign_in(practice.credentials()).session
    except SealwellError as error:
        if error.code not in ("vault-missing", "vault-damaged"):
            raise
        return False
    assert len(office.search_people(session, "").people) == 3
    assert office.verify_audit(session).ok
    office.close()
    return True


def test_nothing_opens_any_more_and_elsewhere_the_practice_lives_on(
    practice: Practice, place: Path, ready: tuple[Office, Session], tmp_path: Path
) -> None:
    office, session = ready
    office.issue_token(session)
    to, told = tmp_path / "certificate.pdf", []
    key_file = practice.folder.keys.read_bytes()

    def progress(done: int, of: int) -> bool:
        told.append(done)
        practice.clock.move(1)
        return True

    done = office.retire_computer(session, asked(to), progress)
    assert (done.left, done.certificate, told[-1]) == ((), str(to), 100)
    assert {"keys", "backups", "sessions", "database", "marks"} <= set(done.destroyed)
    assert to.read_bytes() == PAPER
    assert {one.name for one in practice.folder.root.iterdir()} <= OURS
    said = repr(Press.printed[-1])
    assert read_slots_id(key_file, tmp_path) in said
    assert "NIST SP 800-88" in said
    assert "NOT A CERTIFICATE" in repr(Press.printed[0])
    assert refused(lambda: office.search_people(session, "")) == "signed-out"
    fresh = practice.office()
    assert not fresh.practice_exists()
    assert not list(runtime_folder(practice.folder).glob(f"session-*{session.user}*"))
    where = RestorePlace(Place(TargetKind.FOLDER, str(place)))
    other = PracticeFolder(tmp_path / "new" / "practice")
    bare = build_office(other, practice.clock, params=lambda: FLOOR, device_store=lambda: None)
    bare.restore(RestoreRequest(where, USER, PASSWORD, "the old one was retired"))
    restored = Practice(other, practice.clock, practice.made)
    office, session = restored.signed_in()
    assert len(office.search_people(session, "").people) == 3
    acts = [line.act for line in office.query_log(session, LogQuery(limit=500)).lines]
    assert "computer.retired" in acts
    office.close()
    bare.close()


def read_slots_id(key_file: bytes, at: Path) -> str:
    copy = at / "kept.keys"
    copy.write_bytes(key_file)
    return read_slots(copy).vault_id.hex()


def test_the_key_store_keeps_nothing_of_it(staff: Staff, place: Path, tmp_path: Path) -> None:
    keyring = staff.keyring
    assert keyring is not None
    office = build_office(
        staff.folder, staff.clock, params=lambda: FLOOR, device_store=lambda: keyring, printer=Press
    )
    staff.offices.append(office)
    session = staff.enter(office, code=staff.code()).session
    at_home(office, session, place)
    keyring.kept["share-of-another"] = b"x"
    done = office.retire_computer(session, asked(tmp_path / "paper.pdf"))
    assert "share" in done.destroyed
    assert {name for name in keyring.kept if not name.startswith("place-")} == {"share-of-another"}
    assert Opened(keyring, str(staff.folder.root)).known() is None


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (lambda at: asked(at / "paper.pdf", practice="Elm Stret"), "practice-name-wrong"),
        (lambda at: asked(at / "paper.pdf", reason="  "), "reason-missing"),
        (lambda at: asked(at / "practice" / "paper.pdf"), "retire-no-certificate"),
        (lambda at: asked(at / "nowhere" / "paper.pdf"), "retire-no-certificate"),
        (lambda at: asked(at / "taken.pdf"), "retire-no-certificate"),
    ],
)
def test_what_is_refused_destroys_nothing(
    practice: Practice,
    ready: tuple[Office, Session],
    tmp_path: Path,
    wanted: Callable[[Path], RetireRequest],
    code: str,
) -> None:
    office, session = ready
    (tmp_path / "taken.pdf").write_bytes(b"somebody's")
    assert refused(lambda: office.retire_computer(session, wanted(tmp_path))) == code
    assert (tmp_path / "taken.pdf").read_bytes() == b"somebody's"
    assert len(office.search_people(session, "").people) == 3
    lines = office.query_log(session, LogQuery(limit=50)).lines
    assert [(line.outcome, line.why) for line in lines if line.act == "computer.retired"] == [
        ("refused", code)
    ]
    office.close()
    assert opens(practice)


def test_without_a_printer_it_is_refused(practice: Practice, place: Path, tmp_path: Path) -> None:
    office, session = practice.signed_in()
    at_home(office, session, place)
    assert refused(lambda: office.retire_computer(session, asked(tmp_path / "p.pdf"))) == (
        "printing-unavailable"
    )
    assert len(office.search_people(session, "").people) == 3


def test_without_a_place_outside_it_is_refused(practice: Practice, tmp_path: Path) -> None:
    practice.printer = Press
    office, session = practice.signed_in()
    assert refused(lambda: office.retire_computer(session, asked(tmp_path / "p.pdf"))) == "retire-not-saved"
    office.close()
    assert not (tmp_path / "p.pdf").exists()


def test_a_place_that_is_not_reached_is_no_place(
    practice: Practice, place: Path, ready: tuple[Office, Session], tmp_path: Path
) -> None:
    office, session = ready
    office.create_backup(session)
    office.search_people(session, "Bo")
    shutil.move(place, tmp_path / "away")
    assert refused(lambda: office.retire_computer(session, asked(tmp_path / "p.pdf"))) == "retire-not-saved"
    assert not (tmp_path / "p.pdf").exists()
    assert len(office.search_people(session, "").people) == 3
    office.close()
    assert opens(practice)


def test_whoever_stops_it_keeps_a_practice_that_works(
    practice: Practice, ready: tuple[Office, Session], tmp_path: Path
) -> None:
    office, session = ready
    stop = lambda done, of: done < 10  # noqa: E731
    assert refused(lambda: office.retire_computer(session, asked(tmp_path / "p.pdf"), stop)) == "cancelled"
    assert len(office.search_people(session, "").people) == 3
    office.close()
    late = practice.office()
    session = late.sign_in(practice.credentials()).session
    stop = lambda done, of: done < 50  # noqa: E731
    assert refused(lambda: late.retire_computer(session, asked(tmp_path / "p.pdf"), stop)) == "cancelled"
    assert not (tmp_path / "p.pdf").exists()
    assert opens(practice)


def test_an_older_proof_and_another_role_are_refused(staff: Staff, tmp_path: Path) -> None:
    office, session = staff.at_work()
    staff.add(office, session, COLLEAGUE, Role.MANAGER)
    staff.clock.move(400)
    assert refused(lambda: office.retire_computer(session, asked(tmp_path / "p.pdf"))) == "step-up-needed"
    hers = staff.enter(office, COLLEAGUE, code=staff.code(COLLEAGUE)).session
    assert refused(lambda: office.retire_computer(hers, asked(tmp_path / "p.pdf"))) == "not-allowed"


def test_while_another_program_has_it_open_nothing_is_destroyed(
    practice: Practice, ready: tuple[Office, Session], tmp_path: Path
) -> None:
    office, session = ready
    other, _ = practice.signed_in()
    assert refused(lambda: office.retire_computer(session, asked(tmp_path / "p.pdf"))) == "practice-in-use"
    assert not (tmp_path / "p.pdf").exists()
    other.close()
    assert opens(practice)


def test_what_cannot_be_removed_before_the_keys_stops_it(
    practice: Practice, ready: tuple[Office, Session], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, session = ready
    with monkeypatch.context() as stuck:
        stuck.setattr(shutil, "rmtree", _stuck)
        code = refused(lambda: office.retire_computer(session, asked(tmp_path / "p.pdf")))
    assert code == "retire-blocked"
    assert not (tmp_path / "p.pdf").exists()
    assert opens(practice)


def _stuck(*_: object, **__: object) -> None:
    raise PermissionError("in use")


def test_a_place_on_the_same_disk_is_no_place_outside(
    practice: Practice, ready: tuple[Office, Session], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be given away with the computer, and the recovery key opens it."""
    office, session = ready
    monkeypatch.setattr(SAME_DISK, same_disk)
    assert refused(lambda: office.retire_computer(session, asked(tmp_path / "p.pdf"))) == "retire-same-disk"
    assert not (tmp_path / "p.pdf").exists()
    assert len(office.search_people(session, "").people) == 3
    office.close()
    assert opens(practice)


def test_a_damaged_practice_that_was_left_beside_it_would_still_open(
    practice: Practice, ready: tuple[Office, Session], tmp_path: Path
) -> None:
    office, session = ready
    beside = PracticeFolder(tmp_path / "practice-damaged")
    beside.root.mkdir()
    shutil.copy(practice.folder.keys, beside.root / "vault.keys.1")
    beside.keys.write_bytes(b"damaged")
    assert refused(lambda: office.retire_computer(session, asked(tmp_path / "p.pdf"))) == (
        "retire-another-here"
    )
    assert not (tmp_path / "p.pdf").exists()
    shutil.rmtree(beside.root)
    assert office.retire_computer(session, asked(tmp_path / "p.pdf")).left == ()


def test_no_container_with_its_key_slots_outlives_the_key_file(
    practice: Practice, place: Path, ready: tuple[Office, Session], tmp_path: Path
) -> None:
    """Of a drill, of a restore that broke off; and not on the disk either, where it writes in place."""
    office, session = ready
    office.create_backup(session)
    folder, (container,) = practice.folder, place.glob("*/*.sealwell")
    kept = []
    for number, below in enumerate((folder.drill / "fetched", folder.restoring, folder.backups)):
        below.mkdir(parents=True, exist_ok=True)
        shutil.copy(container, below / container.name)
        os.link(below / container.name, tmp_path / f"block-{number}")
        kept.append(tmp_path / f"block-{number}")
    seen: list[Path] = []

    def removed(path: Path) -> None:
        sync_folder(path)
        if not folder.keys.exists():
            seen.extend(folder.root.rglob("*.sealwell"))

    with pytest.MonkeyPatch.context() as watched:
        watched.setattr("desktop.office.retire_files.sync_folder", removed)
        office.retire_computer(session, asked(tmp_path / "p.pdf"))
    assert seen == []
    for block in kept:
        with block.open("rb") as file, pytest.raises(VaultError):
            read_clear(file)


class _KilledError(BaseException):
    """As if the process ended there."""


class _Fuse:
    """Lets so many file operations happen; at the next one the process is gone, and all after it too."""

    def __init__(self, left: int) -> None:
        self.left = left

    def wrap(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def burn(*args: Any, **named: Any) -> Any:
            if self.left <= 0:
                raise _KilledError
            self.left -= 1
            return real(*args, **named)

        return burn


def test_ended_at_any_step_it_works_or_nothing_opens(
    practice: Practice, ready: tuple[Office, Session], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, session = ready
    office.create_backup(session)
    office.close()
    with closing(unlock_with_recovery(practice.folder.keys, practice.made.recovery_key)) as vault:
        vault_id = vault.vault_id
    seen: list[bool] = []
    for number in range(60):
        copy = PracticeFolder(tmp_path / f"copy-{number}")
        shutil.copytree(practice.folder.root, copy.root)
        fuse = _Fuse(number)
        with monkeypatch.context() as burning:
            burning.setattr(os, "fsync", fuse.wrap(os.fsync))
            burning.setattr(os, "unlink", fuse.wrap(os.unlink))
            burning.setattr(Path, "unlink", fuse.wrap(Path.unlink))
            try:
                destroy(copy, vault_id, None, SessionFiles(copy.root, MovedClock(), None))
            except _KilledError:
                pass
            else:
                break
        if not seen or number % 3 == 0 or not copy.keys.exists():
            seen.append(opens(Practice(copy, practice.clock, practice.made)))
    assert seen[0]
    assert not seen[-1]
    assert seen == sorted(seen, reverse=True)
