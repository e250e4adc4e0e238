"""Reminders leave through Postfix and their bounces come home through Dovecot, whatever the window does.

The real window under Xvfb, driven by key presses; the background service in a process of its
own; commands beside it. Three days' reminders go out: one while the window is open, one
while it is locked, one after it was closed. Of each day, two addresses are gone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from desktop.assembly import build_office
from desktop.clock import SystemClock
from desktop.office.values import AppointmentsImport, ImportRequest
from desktop.paths import PracticeFolder
from tests.end2end.test_keyboard import Keys, screen
from tests.made_practice import PASSWORD, USER
from tests.servers.house import MailHouse, mail_house
from tests.support.service import Service, is_running, make_practice
from tests.support.waiting import until

ROOT = Path(__file__).resolve().parents[2]
WINDOW = Path(__file__).with_name("delivery_window.py")
EACH_DAY, GONE = 6, 2
PATIENCE = 240.0
pytestmark = pytest.mark.skipif(
    not MailHouse.possible(), reason="needs Debian's postfix and dovecot, and root"
)


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[MailHouse]:
    with mail_house(tmp_path) as house:
        yield house


def days() -> list[date]:
    today = SystemClock().now().date()
    return [today + timedelta(days=1 + number) for number in range(3)]


def stocked(folder: Path, servers: MailHouse) -> tuple[Service, Iterator[str]]:
    """A practice where it is noon, with visits on the next three days, a relay and a mailbox.

    With it come saved codes: those of the app are good once in half a minute.
    """
    now = SystemClock().now()
    service = Service(PracticeFolder(folder), make_practice(folder, zone=f"Etc/GMT{now.hour - 12:+d}"))
    office = build_office(service.folder, SystemClock(), device_store=lambda: None)
    session = office.sign_in(service.credentials()).session
    people, visits = "MRN,First Name,Last Name,E-mail,DOB\n", "Appointment ID,MRN,Date,Time,Provider\n"
    for number, day in enumerate(day for day in days() for _ in range(EACH_DAY)):
        gone = number % EACH_DAY < GONE
        people += f"{number},Ana,Person{number},p{number}@{'gone' if gone else 'there'}.example,1990-01-01\n"
        visits += f"A{number},{number},{day},{9 + number % EACH_DAY:02d}:00,Dr. Shah\n"
    office.import_people(session, ImportRequest("people.csv", data=people.encode()))
    schedule = ImportRequest("visits.csv", data=visits.encode(), modified=now)
    office.import_appointments(session, AppointmentsImport(schedule, "whole"))
    office.add_relay(session, servers.relay())
    office.add_mailbox(session, servers.mailbox())
    saved = office.new_recovery_codes(session).codes
    office.close()
    return service, iter(saved)


class Desk:
    """Commands of somebody who is signed in beside the window."""

    def __init__(self, service: Service, saved: Iterator[str]) -> None:
        self._service = service
        self._environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        given = {"user": USER, "password": PASSWORD, "recovery_code": next(saved)}
        self._environment["SEALWELL_TOKEN"] = self("signin", given=given)["token"]

    def __call__(self, *words: str, given: Any = None) -> Any:
        command = [sys.executable, "-m", "desktop", "--json", "--practice", str(self._service.folder.root)]
        done = subprocess.run(
            [*command, *words, *(["--stdin"] if given is not None else [])],
            input=json.dumps(given) if given is not None else None,
            capture_output=True,
            text=True,
            check=False,
            env=self._environment,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def states(self, queued: set[str]) -> dict[str, str]:
        rows = self("outbox", "list")["messages"]
        return {row["id"]: row["state"] for row in rows if row["id"] in queued}

    def remind(self, day: date) -> set[str]:
        """Queue that day's reminders; which rows they are."""
        before = {row["id"] for row in self("outbox", "list")["messages"]}
        assert len(self("reminders", "send", "--date", str(day))["reminders"]) == EACH_DAY
        return {row["id"] for row in self("outbox", "list")["messages"]} - before


def wait(true: Any, what: str, step: float = 0.1) -> None:
    until(true, PATIENCE, step=step, what=what)


def wait_until_carried(servers: MailHouse, of_days: int) -> None:
    """By what the servers hold: asking them costs no process, as each question of a desk does."""
    wait(lambda: len(servers.sink.received) == of_days * (EACH_DAY - GONE), f"the letters of day {of_days}")
    wait(lambda: servers.mailboxes.kept() == of_days * GONE, f"the bounces of day {of_days}")


def wait_until_settled(desk: Desk, queued: set[str], of_days: int) -> None:
    """Everybody who is there was written to, and those who are gone came back."""

    def settled() -> bool:
        states = list(desk.states(queued).values())
        return (states.count("accepted"), states.count("bounced")) == (
            of_days * (EACH_DAY - GONE),
            of_days * GONE,
        )

    wait(settled, f"the states of day {of_days}", step=1.0)


@pytest.mark.timeout(900)
def test_reminders_leave_and_bounces_come_home_with_the_window_open_locked_and_closed(
    servers: MailHouse, tmp_path: Path
) -> None:
    service, saved = stocked(tmp_path / "practice", servers)
    log, close = tmp_path / "pages", tmp_path / "close"

    def pages() -> list[str]:
        return log.read_text("ascii").split() if log.exists() else []

    try:
        with screen() as display:
            environment = {
                **os.environ,
                "DISPLAY": display,
                "QT_QPA_PLATFORM": "xcb",
                "PYTHONPATH": str(ROOT),
            }
            program = [sys.executable, str(WINDOW), str(service.folder.root), str(log), str(close)]
            with subprocess.Popen(program, env=environment, cwd=ROOT) as window:
                try:
                    keys = Keys(environment)
                    wait(keys.find, "the window")
                    wait(lambda: "SignInPage" in pages(), "the first page")
                    keys.type(USER, "Tab")
                    keys.type(PASSWORD, "Return")
                    wait(lambda: "code" in pages(), "the field of the code")
                    keys.type(service.code(), "Return")
                    wait(lambda: "Workspace" in pages(), "the work")
                    desk, (first, second, third) = Desk(service, saved), days()

                    queued = desk.remind(first)
                    wait_until_carried(servers, 1)
                    wait_until_settled(desk, queued, 1)

                    queued |= desk.remind(second)
                    keys.press("ctrl+l")
                    wait(lambda: pages()[-1] == "LockPage", "the lock")
                    desk("signout")
                    wait_until_carried(servers, 2)

                    desk = Desk(service, saved)
                    wait_until_settled(desk, queued, 2)
                    queued |= desk.remind(third)
                    desk("signout")
                    close.touch()
                    window.wait(PATIENCE)
                finally:
                    window.terminate()
        assert is_running(service.pid)
        wait_until_carried(servers, 3)
        desk = Desk(service, saved)
        wait_until_settled(desk, queued, 3)
        received = [one.recipients for one in servers.sink.received]
        assert len(received) == len(set(received)) == 3 * (EACH_DAY - GONE)
        assert desk("audit", "verify")["ok"]
        desk("signout")
    finally:
        service.end()
    until(lambda: not service.folder.service.exists())
