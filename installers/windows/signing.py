"""Authenticode: whose programs, setup and MSI these are, and that nobody changed them since.

With a certificate in files (`SEALWELL_SIGN_CERTIFICATE`, `SEALWELL_SIGN_KEY`, both PEM) and the address
of a time-stamping service (RFC 3161, `SEALWELL_SIGN_TIMES`): signatures then outlive the certificate.
The release signs with Azure Artifact Signing instead, whose key nobody holds (.github/workflows/windows.yml).

makensis packs the uninstaller, so it must be signed while makensis runs: `finish`. The service signs files
that lie there: a first run keeps the uninstaller (`SEALWELL_UNINSTALLER=keep`), a second one puts its signed
form in its place (`put`). Both make the same uninstaller.

    python -m installers.windows.signing UNINSTALLER
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from installers.windows.facts import DIST

PAGE = os.environ.get("SEALWELL_HOMEPAGE", "https://sealwell.example")


@dataclass(frozen=True)
class Signer:
    certificate: Path
    key: Path
    times: str = ""

    @classmethod
    def from_environment(cls) -> Signer | None:
        """None where no certificate is named: then nothing is signed."""
        certificate, key = (os.environ.get(f"SEALWELL_SIGN_{name}") for name in ("CERTIFICATE", "KEY"))
        if not certificate or not key:
            return None
        return cls(Path(certificate), Path(key), os.environ.get("SEALWELL_SIGN_TIMES", ""))

    def sign(self, file: Path) -> None:
        """Replace `file` by its signed form; raises CalledProcessError, and then it is as it was."""
        signed = file.with_name(f".{file.name}.signed")
        signed.unlink(missing_ok=True)
        subprocess.run(self._command(file, signed), check=True, stdout=subprocess.DEVNULL)
        signed.replace(file)

    def _command(self, file: Path, signed: Path) -> list[str | Path]:
        said = ("-h", "sha256", "-n", "Sealwell", "-i", PAGE)
        times = ("-ts", self.times) if self.times else ()
        return ["osslsigncode", "sign", "-certs", self.certificate, "-key", self.key, *said, *times,
                "-in", file, "-out", signed]  # fmt: skip


def verifies(file: Path, authority: Path) -> bool:
    """Whether the signature is whole and leads to `authority` (PEM)."""
    command = ["osslsigncode", "verify", "-CAfile", str(authority), "-in", str(file)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def finish(uninstaller: Path) -> None:
    """What makensis has done to the uninstaller that it is about to pack."""
    how, aside = os.environ.get("SEALWELL_UNINSTALLER", ""), DIST / "uninstall.exe"
    signer = Signer.from_environment()
    if how == "keep":
        shutil.copyfile(uninstaller, aside)
    elif how == "put":
        shutil.copyfile(aside, uninstaller)
    elif signer is not None:
        signer.sign(uninstaller)


def finishing() -> str:
    """The command for makensis; the uninstaller's name comes behind it."""
    return f'"{sys.executable}" -m installers.windows.signing'


if __name__ == "__main__":
    finish(Path(sys.argv[1]))
