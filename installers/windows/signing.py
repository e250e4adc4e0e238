"""Authenticode: whose programs, setup and MSI these are, and that nobody changed them since.

With a certificate in files (`SEALWELL_SIGN_CERTIFICATE`, `SEALWELL_SIGN_KEY`, both PEM) and the address
of a time-stamping service (RFC 3161, `SEALWELL_SIGN_TIMES`): signatures then outlive the certificate.
The release signs with Azure Artifact Signing instead, whose key nobody holds (.github/workflows/windows.yml).

    python -m installers.windows.signing FILE...
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PAGE = "https://sealwell.example"


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

    def as_command(self) -> str:
        """For makensis, which signs the uninstaller before it packs it; the file's name comes behind."""
        return shlex.join([sys.executable, "-m", "installers.windows.signing"])

    def _command(self, file: Path, signed: Path) -> list[str | Path]:
        said = ("-h", "sha256", "-n", "Sealwell", "-i", PAGE)
        times = ("-ts", self.times) if self.times else ()
        return ["osslsigncode", "sign", "-certs", self.certificate, "-key", self.key, *said, *times,
                "-in", file, "-out", signed]  # fmt: skip


def verifies(file: Path, authority: Path) -> bool:
    """Whether the signature is whole and leads to `authority` (PEM)."""
    command = ["osslsigncode", "verify", "-CAfile", str(authority), "-in", str(file)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def main(names: list[str]) -> int:
    signer = Signer.from_environment()
    if signer is None:
        sys.stderr.write("signing: SEALWELL_SIGN_CERTIFICATE and SEALWELL_SIGN_KEY are not set\n")
        return 2
    for name in names:
        signer.sign(Path(name))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
