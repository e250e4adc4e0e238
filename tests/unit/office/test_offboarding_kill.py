"""G17: `kill -9` while somebody is offboarded: one practice that opens, and never with them half out."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desktop.errors import SealwellError
from desktop.models.accounts import Role, Session, UserId, UserState
from desktop.office.api import Office
from desktop.office.values import ImportRequest
from desktop.office.values_access import OffboardRequest
from desktop.paths import PracticeFolder
from tests.made_practice import PEOPLE, Practice
from tests.support.colleagues import Colleague, id_of, let_in

ROOT = Path(__file__).resolve().parents[3]
SEED = 20261121


def run_until(practice: Practice, user: UserId, seconds: float | None) -> float:
    """Let a child offboard; kill it `seconds` after it began. How long it took where it was let."""
    practice.clock.move(30)
    given = {
        "folder": str(practice.folder.root),
        "totp_uri": practice.made.totp_uri,
        "user": user,
        "seconds": practice.clock.mono() - 1000,
    }
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.support.offboard_runner", json.dumps(given)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(practice.folder.root)},
        stdout=subprocess.PIPE,
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        began = time.monotonic()
        if seconds is None:
            assert child.stdout.readline() == b"done\n"
            return time.monotonic() - began
        time.sleep(seconds)
        child.send_signal(signal.SIGKILL)
    return seconds


def check(practice: Practice, bo: Colleague, user: UserId) -> None:
    """The practice opens for who stays; whoever is leaving is in as before, or out for good."""
    office, ana = practice.signed_in()
    assert len(office.search_people(ana, "").people) == 3
    assert office.verify_audit(ana).ok
    state = next(one.state for one in office.list_users(ana).users if one.id == user)
    if state is UserState.LEFT:
        with pytest.raises(SealwellError) as caught:
            bo.signed_in(practice)
        assert caught.value.code == "wrong-password"
    over = _offboarded(office, ana, user)
    assert not over or state is UserState.LEFT
    assert not practice.folder.next_keys.exists()
    assert not practice.folder.next_database.exists()
    with pytest.raises(SealwellError) as caught:
        bo.signed_in(practice)
    assert caught.value.code == "wrong-password"
    assert len(office.search_people(ana, "").people) == 3


def _offboarded(office: Office, session: Session, user: UserId) -> bool:
    """Bring it to its end; True where nothing was left to do."""
    try:
        return not office.offboard_user(session, OffboardRequest(user, session.user)).key_changed
    except SealwellError as error:
        if error.code != "user-left":
            raise
        return True


def kill_at_points(practice: Practice, tmp_path: Path, kills: int) -> None:
    office, ana = practice.signed_in()
    office.import_people(ana, ImportRequest("people.csv", data=PEOPLE))
    bo = let_in(practice, office, ana, "bo", Role.ADMINISTRATOR)
    user = id_of(office, ana, "bo")
    practice.close()
    chance = random.Random(SEED)
    takes = 0.0
    for number in range(kills + 1):
        copy = tmp_path / f"copy-{number}"
        shutil.copytree(practice.folder.root, copy)
        one = Practice(PracticeFolder(copy), practice.clock, practice.made)
        if number == 0:
            takes = run_until(one, user, None)
        else:
            run_until(one, user, takes * (number - chance.random()) / kills)
        check(one, bo, user)
        one.close()
        shutil.rmtree(copy)


def test_g17_killed_while_offboarding_the_practice_opens_and_nobody_is_half_out(
    practice: Practice, tmp_path: Path
) -> None:
    kill_at_points(practice, tmp_path, kills=3)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_g17_killed_at_50_points_while_offboarding(practice: Practice, tmp_path: Path) -> None:
    kill_at_points(practice, tmp_path, kills=50)
