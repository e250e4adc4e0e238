"""The practice of a trial: made and opened by the installed program itself, and told by its bytes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import pyotp

from installers.windows.checks import expect
from installers.windows.machine import MINUTES, Failed, Machine

_WORDS = {
    "practice": "Cedar Hill",
    "zone": "America/Denver",
    "user": "ana",
    "password": "quiet otter maple lantern 42",
}
SLOW = 5 * MINUTES
"""The first start under Wine reads all libraries once more than Windows does."""


@dataclass(frozen=True)
class Practice:
    """In `folder`, of the person with this authenticator."""

    folder: Path
    authenticator: str

    @classmethod
    def made(cls, machine: Machine, program: Path, folder: Path) -> Practice:
        """`sealwell init`: a database, keys and an audit log. Raises `Failed`."""
        command = (program, "--practice", folder, "--json", "--stdin", "init")
        said = json.loads(machine.must(*command, given=json.dumps(_WORDS), wait=SLOW))
        return cls(folder, said["totp_uri"])

    def open_with(self, machine: Machine, program: Path) -> None:
        """A person signs in with password and code. Raises `Failed`, also where a code was used before."""
        totp = pyotp.parse_uri(self.authenticator)
        if not isinstance(totp, pyotp.TOTP):
            raise Failed("the authenticator's address is of another kind")
        given = {"user": _WORDS["user"], "password": _WORDS["password"], "code": totp.now()}
        command = (program, "--practice", self.folder, "--json", "--stdin", "signin")
        said = json.loads(machine.must(*command, given=json.dumps(given), wait=SLOW))
        expect("ana", said["user"], "who signed in")

    def told(self) -> str:
        """One hash of all names and bytes, but for the locks and the log of a service that came and went."""
        whole = hashlib.sha256()
        files = (path for path in self.folder.rglob("*") if path.is_file())
        for file in sorted(path for path in files if not path.name.startswith("service.")):
            whole.update(str(file.relative_to(self.folder)).encode() + b"\0" + file.read_bytes())
        return whole.hexdigest()
