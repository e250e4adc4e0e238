"""The measured processes of `memory.py`; each prints one JSON document of peaks in KiB.

`import DIR FILE` makes a practice and takes 100,000 people in. `window DIR AHEAD` reads the
authenticator's secret from standard input, signs in, shows the People page, searches, and
reads the list to its end. The kernel's peak is counted anew once the key derivation has
ended (proc(5): 5 in clear_refs resets VmHWM).
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from PySide6.QtWidgets import QApplication

from benchmarks._measure import forget, peak
from benchmarks._office import BenchPractice, LaterClock
from benchmarks._people import EVERYBODY, FIRST, LAST
from desktop.app import WindowRun
from desktop.crypto.kdf import DEFAULT
from desktop.models.accounts import Session
from desktop.office.values import ImportRequest
from desktop.ui.people.page import PeoplePage
from desktop.ui.workspace import Workspace

PAGE = 100
PATIENCE = 60.0


def take_in(practice: BenchPractice, file: Path) -> dict[str, object]:
    practice.make()
    session = practice.enter().session
    data = file.read_bytes()
    forget()
    before = peak()
    practice.office.import_people(session, ImportRequest("people.csv", data=data))
    peaks = {"before": before, "import": peak()}
    practice.office.close()
    return {"peaks": peaks, "totp_uri": practice.totp_uri, "ahead": practice.clock.ahead}


def window(practice: BenchPractice) -> dict[str, object]:
    signed = practice.enter()
    peaks = {"derivation": peak()}
    forget()
    run = WindowRun(practice.folder, "en", lambda: practice.office)
    run.window.enter(signed)
    run.window.show()
    workspace = run.window.centralWidget()
    if not isinstance(workspace, Workspace):
        raise TypeError("nobody is signed in")
    workspace.open("people")
    page = workspace.pages["people"]
    if not isinstance(page, PeoplePage):
        raise TypeError("there is no People page")
    _settle(run)
    if page.rows.rowCount() == 0:
        raise RuntimeError("the People page shows nobody")
    peaks["shown"] = peak()
    for text in _typed():
        page.search.setText(text)
        page.look_up()
        _settle(run)
    peaks["searched"] = peak()
    peaks["listed"] = _read_all(practice, signed.session)
    run.stop()
    return {"peaks": peaks}


def _typed() -> list[str]:
    names = [*FIRST, *LAST]
    return [*(name[:3] for name in names), *names, "a", "example", "5550", ""]


def _read_all(practice: BenchPractice, session: Session) -> int:
    """Every page of the whole list, as scrolling to its end would ask for them."""
    for offset in range(0, EVERYBODY, PAGE):
        found = practice.office.search_people(session, "", PAGE, offset)
        if len(found.people) != PAGE:
            raise RuntimeError(f"{len(found.people)} people on the page at {offset}")
    return peak()


def _settle(run: WindowRun) -> None:
    """Until every answer is on the page and painted."""
    end = time.perf_counter() + PATIENCE
    while time.perf_counter() < end:
        QApplication.processEvents()
        if not run.bridge.busy:
            QApplication.processEvents()
            return
        time.sleep(0.002)
    raise RuntimeError("the page does not come to rest")


def main(arguments: list[str]) -> int:
    stage, folder, *rest = arguments
    if stage == "import":
        answer = take_in(BenchPractice(Path(folder), LaterClock(), DEFAULT), Path(rest[0]))
    else:
        clock = LaterClock(float(rest[0]))
        answer = window(BenchPractice(Path(folder), clock, DEFAULT, sys.stdin.read()))
    print(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
