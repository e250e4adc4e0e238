"""What the program does without a practice and without a page: its workers, and what it says of itself."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from pkgutil import resolve_name

from desktop import logs, program

WORKERS = {
    "backup": "desktop.sync.backup_worker:work",
    "drawing": "desktop.ui.trial:work",
    "file": "desktop.office.filereading:work",
    "parsing": "desktop.mail.parsing_worker:work",
    "picture": "desktop.mail.picture_reading:work",
    "reading": "desktop.mail.reading_worker:work",
}
"""All that runs in a process of its own and has no words for people."""
SELF_TEST, VERSION = "--self-test", "--version"
ABOUT = frozenset({SELF_TEST, VERSION})
"""What both programs answer, as their first word."""


def run_worker(argv: Sequence[str]) -> int:
    """One of the workers, until the pipe ends to whoever started it."""
    arguments = argparse.ArgumentParser(prog=f"sealwell {program.WORKER}")
    arguments.add_argument("name", choices=WORKERS)
    arguments.add_argument("end", type=program.own_end)
    given = arguments.parse_args(list(argv))
    work: Callable[[object], None] = resolve_name(WORKERS[given.name])
    work(given.end)
    return 0


def about(argv: Sequence[str], language: str) -> int:
    """The answer to one of `ABOUT`."""
    if argv[0] == VERSION:
        return show_version()
    from desktop.selftest import self_test  # noqa: PLC0415 - a version needs nothing of it

    return self_test(argv[1:], language)


def show_version() -> int:
    """Which program this is, and of which commit it was built. Windows' window has no terminal."""
    built = program.build()
    words = f"build {built.commit[:12]}, {built.date}" if built.commit else "from source"
    if sys.stdout is not None:
        sys.stdout.write(f"sealwell {built.version} ({words}) {program.system()}\n")
    return 0


def note_start() -> None:
    """The log of each run begins with the program that ran."""
    built = program.build()
    logging.getLogger(logs.OURS).info("started %s %s", built.version, built.commit[:12] or "source")
