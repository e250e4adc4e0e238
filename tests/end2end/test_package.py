"""The package on a computer without Sealwell: unpacked, and checked by both verifiers alone."""

from __future__ import annotations

import hashlib
import json
import resource
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop.assembly import build_office
from desktop.audit.logkey import LogKey
from desktop.audit.package import Member, write_package
from desktop.crypto.kdf import FLOOR
from desktop.errors import InputError
from desktop.models.accounts import Session
from desktop.models.filters import AuditFilter
from desktop.office.api import Office
from desktop.office.values import ImportRequest
from desktop.office.values_audit import LogExport, LogFormat
from desktop.office.values_entry import Credentials, NewPractice
from desktop.paths import PracticeFolder
from desktop.ui.paper import OffscreenPrinter
from tests.made_practice import PASSWORD, PEOPLE, USER, MovedClock, Practice

NODE = shutil.which("node")
REASON = "yearly review"
Desk = tuple[Office, Session]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder, clock = PracticeFolder(tmp_path_factory.mktemp("package") / "practice"), MovedClock()
    office = build_office(
        folder, clock, params=lambda: FLOOR, device_store=lambda: None, printer=OffscreenPrinter
    )
    new = NewPractice("Consultorio Olmo", "America/Denver", USER, password=PASSWORD, language="es")
    practice = Practice(folder, clock, office.create_practice(new))
    clock.move(30)
    session = office.sign_in(Credentials(USER, password=PASSWORD, code=practice.code())).session
    office.import_people(session, ImportRequest("people.csv", data=PEOPLE))
    for name in ("Zoraida", "Bo", ""):
        office.search_people(session, name)
    yield office, session
    office.close()


def unpacked(desk: Desk, tmp_path: Path, wanted: AuditFilter | None = None) -> Path:
    office, session = desk
    to, folder = tmp_path / "log.zip", tmp_path / "outside"
    office.export_log(session, LogExport(LogFormat.PACKAGE, str(to), REASON, wanted or AuditFilter()))
    with zipfile.ZipFile(to) as package:
        assert package.testzip() is None
        package.extractall(folder)
    return folder


def answers(folder: Path, *more: str) -> list[tuple[int, str]]:
    """What both verifiers say there, without an environment, site packages or anything of ours."""
    key = (folder / "vkey.txt").read_text().strip()
    programs = [[sys.executable, "-I", "-S", "auditverify.py"]]
    if NODE is not None:
        programs.append([NODE, "auditverify.mjs"])
    said = []
    for program in programs:
        words = [*program, "log.jsonl", "--key", key, *more]
        done = subprocess.run(words, cwd=folder, env={}, capture_output=True, text=True, check=False)
        assert done.stderr == ""
        said.append((done.returncode, done.stdout))
    return said


def test_both_verifiers_are_here() -> None:
    """Without Node half of what follows would pass unseen."""
    assert NODE is not None


@pytest.mark.parametrize(
    "wanted", [AuditFilter(), AuditFilter(acts=("people.searched",))], ids=["all", "some"]
)
def test_a_package_proves_itself_where_the_program_is_not(
    desk: Desk, tmp_path: Path, wanted: AuditFilter
) -> None:
    folder = unpacked(desk, tmp_path, wanted)
    for code, said in answers(folder, "--checkpoint", "checkpoint.txt"):
        assert (code, said.partition(":")[0]) == (0, "ok"), said
    listed = json.loads((folder / "manifest.json").read_text())["files"]
    assert {one["name"] for one in listed} == {path.name for path in folder.iterdir()} - {"manifest.json"}
    for one in listed:
        data = (folder / one["name"]).read_bytes()
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (one["sha256"], one["bytes"])
    assert "Registro de auditoría de Consultorio Olmo" in (folder / "README.txt").read_text()
    assert "Canaryfield" not in (folder / "log.jsonl").read_text()


def test_what_is_changed_in_it_is_named_by_both(desk: Desk, tmp_path: Path) -> None:
    folder = unpacked(desk, tmp_path)
    log = folder / "log.jsonl"
    lines = log.read_text().splitlines(keepends=True)
    shown = [place for place, line in enumerate(lines) if line.startswith('{"hash":')]
    del lines[shown[2]]
    log.write_text("".join(lines))
    said = answers(folder)
    assert {code for code, _ in said} == {1}
    assert len({words.partition(":")[0] for _, words in said}) == 1


def test_another_practices_key_is_told_by_both(desk: Desk, tmp_path: Path) -> None:
    folder = unpacked(desk, tmp_path)
    name = (folder / "vkey.txt").read_text().partition("+")[0]
    (folder / "vkey.txt").write_text(LogKey(bytes.fromhex(name.partition("/")[2]), bytes(32)).vkey)
    assert {code for code, _ in answers(folder)} == {1}


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    made = datetime(2026, 11, 23, 16, tzinfo=UTC)
    for name in ("one", "two"):
        write_package(tmp_path / name, [Member("a.txt", (b"a", b"b"))], {"records": 1}, made)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_file_that_may_not_grow_leaves_no_half_package(tmp_path: Path) -> None:
    """A real limit of the system, which fails in the midst of writing, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    noise = (hashlib.sha256(str(n).encode()).digest() * 32 for n in range(2000))
    to = tmp_path / "log.zip"
    resource.setrlimit(resource.RLIMIT_FSIZE, (16 * 1024, hard))
    try:
        with pytest.raises(InputError) as caught:
            write_package(to, [Member("log.jsonl", noise)], {}, datetime(2026, 11, 23, tzinfo=UTC))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.code == "file-not-written"
    assert list(tmp_path.iterdir()) == []
