"""The window over a real service: how soon a reply stands on the screen, and how typing feels meanwhile.

Replies are put into a Dovecot mailbox one by one; the anchor is the moment at which the server
tells a second, bare IMAP connection of it (IDLE). Then somebody types a letter while the service
sends hundreds of messages; a timer of ten milliseconds in the window's own loop says how long the
longest thing held it up. The anchor is the same typing while nothing is sent.
"""

from __future__ import annotations

import os
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from imapclient import IMAPClient
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtTest import QTest

from benchmarks._measure import Table, Target, percentile, scratch
from desktop.app import WindowRun
from desktop.assembly import build_office
from desktop.clock import SystemClock
from desktop.models.accounts import Session
from desktop.models.records import Label
from desktop.office.api import Office
from desktop.office.values import ImportRequest, LetterRequest
from desktop.paths import PracticeFolder
from desktop.ui.compose.page import ComposePage
from desktop.ui.messages.page import MessagesPage
from desktop.ui.workspace import Workspace
from tests.made_practice import person_named
from tests.servers.dovecot import PASSWORD, USER
from tests.servers.house import MailHouse, mail_house
from tests.support.service import Service, make_practice

REPLIES, LETTERS, KEYS = 10, 300, 600
TELLS_WITHIN, HELD_UP = Target(2.0, of="figure"), Target(50.0, of="figure")
_BEAT = 0.010
_WORDS = "Thursday at two is free, please bring the card. "
_PEOPLE = b"MRN,First Name,Last Name,E-mail,DOB\n1001,Maria,Lopez,maria@there.example,1961-04-02\n"


class Notices:
    """What the server tells a connection that does nothing but wait."""

    def __init__(self, house: MailHouse) -> None:
        self.at: list[float] = []
        trusting = ssl.create_default_context(cafile=str(house.ca_file))
        self._client = IMAPClient("localhost", port=house.mailboxes.imaps, ssl_context=trusting)
        self._client.login(USER, PASSWORD)
        self._client.select_folder("INBOX", readonly=True)
        self._client.idle()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._wait, name="notices", daemon=True)
        self._thread.start()

    def _wait(self) -> None:
        while not self._ended.is_set():
            said = self._client.idle_check(timeout=0.5)
            if any(len(one) > 1 and one[1] == b"EXISTS" for one in said):
                self.at.append(time.perf_counter())

    def close(self) -> None:
        self._ended.set()
        self._thread.join(5)
        self._client.shutdown()


def main() -> int:
    if not MailHouse.possible():
        print("window_mail: needs Debian's postfix and dovecot, and root; not measured")
        return 0
    table = Table(
        f"window_mail: {REPLIES} replies, then {KEYS} keys while {LETTERS} letters leave",
        "the server's IDLE notice on a bare connection; the same typing while nothing is sent",
    )
    with scratch() as folder, mail_house(folder) as house, _service(folder, house) as service:
        remote, signed = service.signed_in()
        office = remote.as_office()
        run = WindowRun(service.folder, "en", lambda: office)
        run.window.enter(signed)
        run.window.show()
        workspace = run.window.centralWidget()
        if not isinstance(workspace, Workspace):
            raise TypeError("the window shows no work")
        told, shown = _replies(workspace, house)
        table.line("a reply on the screen after it was put in", shown, told, unit="s")
        after = [ours - notice for ours, notice in zip(shown, told, strict=True)]
        table.line("  after the server's notice", after, unit="s", target=TELLS_WITHIN)
        quiet = _typed(workspace)
        _queue(office, signed.session)
        _until(lambda: len(house.sink.received) > 0, 60)
        before = len(house.sink.received)
        busy = _typed(workspace)
        left = len(house.sink.received) - before
        table.line("typing: the longest hold-up", [max(busy)], [max(quiet)], unit="ms", target=HELD_UP)
        table.line("  p99", [percentile(busy, 0.99)], [percentile(quiet, 0.99)], unit="ms")
        table.note(f"{left} letters left while the keys were pressed")
        run.stop()
    return table.end()


@contextmanager
def _service(folder: Path, house: MailHouse) -> Iterator[Service]:
    made = folder / "practice"
    service = Service(
        PracticeFolder(made), make_practice(made, zone=f"Etc/GMT{SystemClock().now().hour - 12:+d}")
    )
    office = build_office(service.folder, SystemClock(), device_store=lambda: None)
    session = office.sign_in(service.credentials()).session
    office.import_people(session, ImportRequest("people.csv", data=_PEOPLE))
    office.add_relay(session, house.relay())
    office.add_mailbox(session, house.mailbox())
    office.close()
    try:
        yield service
    finally:
        service.end()


def _replies(workspace: Workspace, house: MailHouse) -> tuple[list[float], list[float]]:
    """Seconds from putting each in to the notice, and to its row on the screen."""
    workspace.open("messages")
    page = workspace.pages["messages"]
    if not isinstance(page, MessagesPage):
        raise TypeError("no page of messages")
    notices = Notices(house)
    told, shown = [], []
    for number in range(REPLIES):
        before = page.list.rows.rowCount()
        began = time.perf_counter()
        house.mailboxes.deliver(_reply(number))
        _until(lambda before=before: page.list.rows.rowCount() > before, 60)  # type: ignore[misc]
        shown.append(time.perf_counter() - began)
        _until(lambda number=number: len(notices.at) > number, 60)  # type: ignore[misc]
        told.append(notices.at[number] - began)
    notices.close()
    return told, shown


def _reply(number: int) -> bytes:
    lines = (
        "From: Maria Lopez <maria@there.example>",
        f"To: {USER}",
        f"Subject: A question {number}",
        f"Message-ID: <q{number}@there.example>",
        "",
        "Is the office open on Friday?",
        "",
    )
    return "\r\n".join(lines).encode()


def _queue(office: Office, session: Session) -> None:
    maria = person_named(office, session, "Lopez")
    for number in range(LETTERS):
        office.send_letter(
            session, LetterRequest(maria, f"Note {number}", "All is well.", label=Label.ROUTINE)
        )


def _typed(workspace: Workspace) -> list[float]:
    """Milliseconds between beats of the window's own loop while somebody types, less the beat."""
    workspace.compose(None)
    page = workspace.pages["compose"]
    if not isinstance(page, ComposePage):
        raise TypeError("no page for a letter")
    beats: list[float] = []
    timer = QTimer()
    timer.timeout.connect(lambda: beats.append(time.perf_counter()))
    timer.start(int(_BEAT * 1000))
    for number in range(KEYS):
        QTest.keyClicks(page.text, _WORDS[number % len(_WORDS)])
        _spin(1 / 60)
    timer.stop()
    page.clear()
    return [max(0.0, (later - one - _BEAT) * 1000) for one, later in pairwise(beats)]


def _spin(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(int(seconds * 1000), loop.quit)
    loop.exec()


def _until(true: Callable[[], bool], seconds: float) -> None:
    end = time.perf_counter() + seconds
    while not true():
        if time.perf_counter() > end:
            raise TimeoutError("it did not come about")
        _spin(0.01)


if __name__ == "__main__":
    sys.exit(main())
