"""Signing from the inside out: a signature seals what it finds, so the innermost comes first.

`SEALWELL_MACOS_IDENTITY` names the certificate ("Developer ID Application: ..."), whose key lies in the
keychain. `SEALWELL_NOTARY_KEY` (a file, .p8), `SEALWELL_NOTARY_KEY_ID` and `SEALWELL_NOTARY_ISSUER` are the
App Store Connect key that Apple's notary knows us by. Without an identity the application is signed ad
hoc: it runs on the computer that built it, and nowhere else without a warning.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from installers.macos.facts import BUNDLE_ID, ENTITLEMENTS, PROGRAM

_MACH_O = frozenset(
    bytes.fromhex(magic) for magic in ("feedface", "feedfacf", "cefaedfe", "cffaedfe", "cafebabe", "cafebabf")
)
"""How a program or library begins (mach-o/loader.h, mach-o/fat.h)."""
_AD_HOC = "-"


class NotNotarised(Exception):
    """Apple's notary refused; the text is its answer."""


@dataclass(frozen=True)
class Notary:
    key: Path
    key_id: str
    issuer: str

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Notary | None:
        """None where no key is named; ValueError where only a part of it is."""
        names = ("SEALWELL_NOTARY_KEY", "SEALWELL_NOTARY_KEY_ID", "SEALWELL_NOTARY_ISSUER")
        key, key_id, issuer = (environ.get(name, "") for name in names)
        if not any((key, key_id, issuer)):
            return None
        if not all((key, key_id, issuer)):
            raise ValueError(f"all three or none: {', '.join(names)}")
        return cls(Path(key), key_id, issuer)

    def submit(self, file: Path) -> list[str]:
        """The command that waits for the notary's answer."""
        known = ("--key", str(self.key), "--key-id", self.key_id, "--issuer", self.issuer)
        return ["xcrun", "notarytool", "submit", str(file), *known, "--wait", "--output-format", "json"]

    def notarise(self, file: Path, stapled: Path) -> None:
        """Send `file`, and fasten the ticket to `stapled`. Raises NotNotarised, CalledProcessError."""
        answer = subprocess.run(self.submit(file), check=True, capture_output=True, text=True).stdout
        if json.loads(answer).get("status") != "Accepted":
            raise NotNotarised(answer)
        _run(["xcrun", "stapler", "staple", str(stapled)])


def identity(environ: Mapping[str, str] = os.environ) -> str:
    return environ.get("SEALWELL_MACOS_IDENTITY", "") or _AD_HOC


def code_of(application: Path) -> list[Path]:
    """Everything in it that is signed by itself, innermost first: libraries, frameworks, programs.

    Links lead to what is found at its own place. A framework is signed as a folder, after what is in it.
    """
    contents = application / "Contents"
    files = [path for path in contents.rglob("*") if not path.is_symlink() and _is_code(path)]
    frameworks = [path for path in contents.rglob("*.framework") if not path.is_symlink()]
    main = contents / "MacOS" / PROGRAM
    found = {path for path in (*files, *frameworks) if path != main}
    return sorted(found, key=lambda path: (-len(path.parts), str(path)))


def commands(application: Path, who: str) -> list[list[str]]:
    """Each piece and, last, the application, whose signature is its main program's."""
    pieces = [_codesign(path, who) for path in code_of(application)]
    return [*pieces, _codesign(application, who, "--identifier", BUNDLE_ID)]


def sign(application: Path, who: str) -> None:
    """Raises CalledProcessError where a signature fails, or the whole does not hold."""
    for command in commands(application, who):
        _run(command)
    _run(["codesign", "--verify", "--deep", "--strict", "--verbose=2", str(application)])


def sign_image(image: Path, who: str) -> None:
    if who != _AD_HOC:
        _run(["codesign", "--sign", who, "--timestamp", str(image)])


def accepted(application: Path) -> None:
    """As macOS asks before it opens a program for the first time; raises CalledProcessError."""
    _run(["spctl", "--assess", "--type", "execute", "--verbose=2", str(application)])


def _codesign(path: Path, who: str, *more: str) -> list[str]:
    """The hardened runtime loads only libraries of the same signer, and ad hoc there is none."""
    runtime = ("--timestamp", "--options", "runtime", "--entitlements", str(ENTITLEMENTS))
    how = runtime if who != _AD_HOC else ("--timestamp=none",)
    return ["codesign", "--force", "--sign", who, *how, *more, str(path)]


def _is_code(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(4) in _MACH_O


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True)
