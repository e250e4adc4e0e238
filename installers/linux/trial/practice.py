"""A practice with data, made and read through the installed program by the person at the desk."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyotp

from installers.linux.trial.system import HOME, Done, Failed, System

FOLDER = f"{HOME}/.local/share/sealwell/practice"
USER_NAME, PASSWORD = "ana", "seven green umbrellas in March"
_PERSON = {"first_name": "Montgomery", "last_name": "Shah", "email": "montgomery@example.com"}


@dataclass
class Practice:
    """One practice in one system; `secret` is the authenticator's."""

    system: System
    secret: str
    program: str = "sealwell"
    step: int = 0
    """The half minute since 1970 whose code was used last."""

    @classmethod
    def set_up(cls, system: System, program: str = "sealwell") -> Practice:
        """A new practice of the person at the desk, with one contact in it."""
        wanted = {"practice": "Elm Street", "zone": "America/Denver", "user": USER_NAME, "password": PASSWORD}
        made = cls(system, "", program)._said("init", given=wanted)
        practice = cls(system, pyotp.parse_uri(made["totp_uri"]).secret, program)
        practice._said("people", "add", given=_PERSON, token=practice.sign_in())
        practice.is_whole()
        return practice

    def sign_in(self) -> str:
        """The token. On a busy computer a code may be too old by the time that it is looked at."""
        for _ in range(3):
            given = {"user": USER_NAME, "password": PASSWORD, "code": self.code()}
            said = self.command("signin", given=given)
            if '"code-' not in said.out:
                break
        return str(_document(said)["token"])

    def code(self) -> str:
        """The authenticator's next; each is good once, one of the next half minute already."""
        self.step = max(self.step + 1, int(time.time()) // 30)  # noqa: TID251
        while self.step * 30 > time.time() + 30:  # noqa: TID251
            time.sleep(1)
        return pyotp.TOTP(self.secret).at(self.step * 30)

    def is_whole(self) -> None:
        """Raises Failed unless it opens, the contact is there and the audit log verifies."""
        token = self.sign_in()
        found = self._said("people", "search", "Montgomery", token=token)
        if _PERSON["email"] not in json.dumps(found):
            raise Failed(f"the contact is gone: {found}")
        self._said("audit", "verify", token=token)
        self._said("signout", token=token)

    def hashes(self) -> dict[str, str]:
        """Of every file of the practice, to see that nobody touched one."""
        root = self.system.path(FOLDER)
        files = (path for path in sorted(root.rglob("*")) if path.is_file())
        return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    def command(self, *words: str, given: Any = None, token: str = "") -> Done:
        asked = [self.program, "--json", *words, *(["--stdin"] if given is not None else [])]
        settings = {"SEALWELL_TOKEN": token} if token else {}
        return self.system.user(*asked, given="" if given is None else json.dumps(given), settings=settings)

    def _said(self, *words: str, given: Any = None, token: str = "") -> dict[str, Any]:
        return _document(self.command(*words, given=given, token=token))


def _document(done: Done) -> dict[str, Any]:
    """The JSON among what was printed. Raises Failed if the command did not end well."""
    for line in reversed(done.well().splitlines()):
        if line.startswith("{"):
            return dict(json.loads(line))
    raise Failed(f"no answer: {done.out[-500:]}")


def database(system: System) -> Path:
    return system.path(f"{FOLDER}/practice.db")
