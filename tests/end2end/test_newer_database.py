"""A practice that a newer version has opened, and the older program: it says what to do and harms nothing.

As after a downgrade, or with a second computer that was not updated: window, command and service.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.assembly import build_office
from desktop.clock import SystemClock
from desktop.crypto.kdf import FLOOR
from desktop.errors import VaultError
from desktop.texts import Texts
from tests.made_practice import PASSWORD, USER
from tests.made_staff import desk_of
from tests.support.driven import ROOT, person_at
from tests.support.service import Service, make_practice

LONG = 120.0
SAID, HINT = Texts("en").error("database-newer", {})


def of_revision(service: Service, revision: str) -> None:
    """The database as a program of that revision would have left it."""
    office = build_office(service.folder, SystemClock(), params=lambda: FLOOR, device_store=lambda: None)
    try:
        office.sign_in(service.credentials())
        words = f"UPDATE alembic_version SET version_num = '{revision}'"
        desk_of(office).opened().database.write(lambda tx: tx.connection.exec_driver_sql(words))
    finally:
        office.close()


@pytest.fixture
def newer(tmp_path: Path) -> Iterator[Service]:
    made = make_practice(tmp_path / "made")
    service = Service.over(tmp_path / "made", made, tmp_path / "practice")
    of_revision(service, "0999")
    yield service
    service.end()


def practice_of(service: Service) -> dict[str, str]:
    """The files in which people are, by their names and sums."""
    root = service.folder.root
    files = [*root.glob("practice.db*"), *root.glob("vault.keys*")]
    return {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in sorted(files)}


@pytest.mark.timeout(300)
def test_command_and_service_say_so_and_leave_it_as_it_is(newer: Service) -> None:
    before = practice_of(newer)
    assert "practice.db" in before
    given = {"user": USER, "password": PASSWORD, "code": newer.code()}
    words = [sys.executable, "-m", "desktop", "--json", "--stdin", "--practice", str(newer.folder.root)]
    alone = subprocess.run(
        [*words, "signin"],
        input=json.dumps(given),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
    error = json.loads(alone.stdout)["error"]
    assert (alone.returncode, error["code"], error["message"]) == (1, "database-newer", SAID)
    assert error["hint"] == HINT
    office = newer.office()
    with pytest.raises(VaultError) as refused:
        office.as_office().sign_in(newer.credentials())
    assert refused.value.code == "database-newer"
    assert newer.pid
    office.close()
    newer.end()
    assert practice_of(newer) == before


@pytest.mark.timeout(300)
@pytest.mark.skipif(not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool")
def test_the_window_says_so_and_leaves_it_as_it_is(newer: Service, tmp_path: Path) -> None:
    before = practice_of(newer)
    with person_at(newer.folder.root, tmp_path / "asked") as person:
        person.type(USER, "Tab")
        person.type(PASSWORD, "Return")
        person.wait(lambda: person.sees(SAID) or "code" in person.ask("focus"), "an answer", LONG)
        if not person.sees(SAID):
            person.type(newer.code(), "Return")
        person.look_for(SAID, LONG)
        assert person.sees(HINT)
        assert person.page()[0] == "SignInPage"
    newer.end()
    assert practice_of(newer) == before
