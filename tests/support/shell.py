"""The command line for tests: each command as a process of its own sees one practice."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyotp
import pytest

from desktop.assembly import build_office
from desktop.cli.main import run
from desktop.crypto.kdf import FLOOR
from desktop.models.documents import Document, Printer
from desktop.office.api import Office
from desktop.office.update_facts import Judge
from desktop.paths import PracticeFolder
from tests.made_practice import PASSWORD, USER, MovedClock


class Terminal(io.StringIO):
    """Standard input that is a keyboard."""

    def isatty(self) -> bool:
        return True


class _Paper:
    def print_pdf(self, _document: Document, _progress: object = None) -> bytes:
        return b"%PDF-1.7"


RELAY: dict[str, Any] = {
    "name": "Relay",
    "host": "localhost",
    "port": 465,
    "security": "implicit",
    "user": "office",
    "password": "relay-password",
    "sender": "office@elmstreet.example.com",
    "baa": {"counterparty": "Relay Inc.", "signed": "2026-01-01", "expires": "2027-01-01", "scope": "mail"},
}
"""A mail service as `relay add` reads it, without a promise about the way."""
ENCRYPTING = {**RELAY, "required_tls": "account"}


@dataclass
class Shell:
    """Runs commands; keeps the exit code, the document and the messages of the last one."""

    folder: Path
    clock: MovedClock
    environment: pytest.MonkeyPatch
    code: int = 0
    out: str = ""
    err: str = ""
    printer: Callable[[], Printer] | None = None
    """What makes papers, where a test wants them."""
    updates: Judge | None = None
    """Who judges lists of new versions in the place of the program."""
    totp: pyotp.TOTP = field(default_factory=lambda: pyotp.TOTP(pyotp.random_base32()))

    def __call__(self, *words: str, given: Any = None, raw: str = "") -> Any:
        source = io.StringIO(json.dumps(given) if given is not None else raw)
        flags = ["--json", "--practice", str(self.folder), *(["--stdin"] if given is not None else [])]
        return self.plain(*words, *flags, source=source)

    def bare(self, *words: str, given: Any) -> Any:
        """A command that is about no practice of this computer yet."""
        return self.plain(*words, "--json", "--stdin", source=io.StringIO(json.dumps(given)))

    def words(self, *words: str) -> str:
        """What people read, without `--json`."""
        self._run((*words, "--practice", str(self.folder)), io.StringIO())
        return self.out

    def plain(self, *words: str, source: io.StringIO | None = None) -> Any:
        self._run(words, source or io.StringIO())
        try:
            return json.loads(self.out) if self.out else None
        except json.JSONDecodeError:
            return [json.loads(line) for line in self.out.splitlines()]

    def _run(self, words: tuple[str, ...], source: io.StringIO) -> None:
        out, err = io.StringIO(), io.StringIO()
        self.code = run(words, self._office, "en", (source, out, err))
        self.out, self.err = out.getvalue(), err.getvalue()

    def _office(self, folder: PracticeFolder) -> Office:
        return build_office(
            folder,
            self.clock,
            params=lambda: FLOOR,
            device_store=lambda: None,
            printer=self.printer,
            updates=self.updates,
        )

    def print_papers(self) -> None:
        """From now on papers are made; what stands on them is the printer's own test."""
        self.printer = _Paper

    def sign_in(
        self, user: str = USER, password: str = PASSWORD, totp: pyotp.TOTP | None = None
    ) -> dict[str, Any]:
        self.clock.move(30)
        code = (totp or self.totp).at(self.clock.now())
        answer: dict[str, Any] = self("signin", given={"user": user, "password": password, "code": code})
        self.environment.setenv("SEALWELL_TOKEN", answer["token"])
        return answer


def before(folder: Path, environment: pytest.MonkeyPatch, totp: str = "") -> Shell:
    """The command line before a practice's folder, nobody signed in."""
    environment.delenv("SEALWELL_TOKEN", raising=False)
    environment.setenv("XDG_RUNTIME_DIR", str(folder.parent))
    shell = Shell(folder, MovedClock(), environment)
    if totp:
        shell.totp = pyotp.TOTP(pyotp.parse_uri(totp).secret)
    return shell


def begin(folder: Path, environment: pytest.MonkeyPatch) -> tuple[Shell, dict[str, Any]]:
    """A practice made by command, nobody signed in; with what `init` showed once."""
    shell = before(folder, environment)
    given = {"practice": "Elm Street", "zone": "America/Denver", "user": USER, "password": PASSWORD}
    made: dict[str, Any] = shell("init", given=given)
    shell.totp = pyotp.TOTP(pyotp.parse_uri(made["totp_uri"]).secret)
    return shell, made
