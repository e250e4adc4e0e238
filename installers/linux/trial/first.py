"""The first day: install, prove that it works, see its window, make a practice."""

from __future__ import annotations

import json
import time

from installers.linux.facts import NAME
from installers.linux.trial import display, published
from installers.linux.trial.house import PROGRAM, House, at_rest, expect, install
from installers.linux.trial.system import HOME, Failed, System

SELF_TEST_SECONDS = 15.0
_LDD = (
    f"find {PROGRAM} -type f \\( -name '*.so' -o -name '*.so.*' -o -name '{NAME}*' \\) -print0 | "
    f"LD_LIBRARY_PATH={PROGRAM}/_internal xargs -0 -n1 ldd 2>/dev/null | grep 'not found' | sort -u"
)


def installs(house: House, at: System) -> None:
    """From the signed repository, with nothing but what it depends on."""
    published.offer(at, house.earlier)
    install(at)
    expect(at, published.EARLIER)


def finds_libraries(_house: House, at: System) -> None:
    """Every library that a file of the bundle asks for is there."""
    missing = at.run("sh", "-c", _LDD).out
    if missing.strip():
        raise Failed(missing)


def proves_itself(_house: House, at: System) -> None:
    """`--self-test`, as a person who may do nothing special, without gpg and without a password store."""
    report = f"{HOME}/report.json"
    begun = time.monotonic()
    at.user("sealwell", "--self-test", "--report", report).well()
    took = time.monotonic() - begun
    held = json.loads(at.path(report).read_text("utf-8"))
    if not held:
        raise Failed("an empty report")
    at.run("rm", report).well()
    if took > SELF_TEST_SECONDS:
        raise Failed(f"it took {took:.1f} s")


def shows_its_window(house: House, at: System) -> None:
    """The window opens for that person; its picture is kept to be looked at."""
    opened = at.start("sealwell-gui")
    display.window(house.display)
    display.picture(house.display, house.pictures / f"{house.release}-first-start.png")
    if opened.poll() is not None:
        raise Failed(f"the window ended with {opened.returncode}")
    at_rest(at)
