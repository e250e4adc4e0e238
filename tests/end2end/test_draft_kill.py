"""A draft of an answer outlives a killed window and a killed background service."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest

from desktop.assembly import build_office
from desktop.clock import SystemClock
from desktop.crypto.kdf import FLOOR
from desktop.models.correspondence import Entry
from desktop.office.values import ImportRequest
from desktop.office.values_entry import Credentials
from desktop.paths import PracticeFolder
from tests.made_practice import PASSWORD, PEOPLE, USER, person_named
from tests.support.mailroom import Mailroom
from tests.support.service import Service, make_practice

WINDOW = Path(__file__).with_name("draft_window.py")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[tuple[Service, Entry]]:
    """Somebody asked something; the service is not started yet."""
    folder = tmp_path / "practice"
    made = make_practice(folder)
    clock = SystemClock()
    office = build_office(PracticeFolder(folder), clock, params=lambda: FLOOR, device_store=lambda: None)
    before = pyotp.parse_uri(made.totp_uri)
    code = pyotp.TOTP(before.secret).at(clock.now() - timedelta(seconds=30))  # the other two are used later
    session = office.sign_in(Credentials(USER, password=PASSWORD, code=code)).session
    office.import_people(session, ImportRequest("people.csv", data=PEOPLE))
    asked = Mailroom(office).comes("May I come at two?", person_named(office, session, "Zoraida"))
    office.close()
    service = Service(PracticeFolder(folder), made)
    yield service, asked
    service.end()


def test_an_answer_that_was_kept_is_there_after_window_and_service_were_killed(
    scene: tuple[Service, Entry],
) -> None:
    service, asked = scene
    command = [sys.executable, str(WINDOW), str(service.folder.root), PASSWORD, service.code()]
    here = {**os.environ, "PYTHONPATH": str(ROOT)}
    command.append(asked.conversation)
    with subprocess.Popen(command, env=here, stdout=subprocess.PIPE, text=True) as window:
        assert window.stdout is not None
        assert window.stdout.readline() == "ready\n"
        window.kill()
    service.kill()
    office, answer = service.signed_in()
    (kept,) = office.as_office().list_drafts(answer.session).drafts
    assert (kept.conversation, kept.turn, kept.text) == (asked.conversation, 1, "Yes, at two.")
    shown = office.as_office().show_conversation(answer.session, asked.conversation)
    assert shown.line.answering == "", "one's own answer keeps oneself out of nothing"
