"""People with OpenPGP keys, on a real gpg."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Correspondents:
    """A gpg home with many people's secret keys, used through real processes only."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def run(
        self, *arguments: str, data: bytes = b"", check: bool = True
    ) -> subprocess.CompletedProcess[bytes]:
        command = ["gpg", "--homedir", str(self.home), "--batch", "--no-tty", "--yes"]
        command += ["--pinentry-mode", "loopback", "--passphrase", "", "--trust-model", "always", *arguments]
        return subprocess.run(command, input=data, capture_output=True, check=check, timeout=60)

    def make(self, who: str, algorithm: str = "future-default", usage: str = "default", *more: str) -> str:
        """A new key and its full fingerprint; `more` is the end (`never`) and further options."""
        end, *options = more or ("never",)
        self.run(*options, "--quick-gen-key", who, algorithm, usage, end)
        return self.fingerprint(who)

    def fingerprint(self, who: str) -> str:
        listed = self.run("--with-colons", "--list-keys", f"={who}").stdout.decode()
        return next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr"))

    def public(self, fingerprint: str) -> bytes:
        return self.run("--export", fingerprint).stdout

    def secret(self, fingerprint: str) -> bytes:
        return self.run("--export-secret-keys", fingerprint).stdout

    def open(self, message: bytes) -> tuple[bytes, list[str]]:
        """The plaintext and the status lines of a real `gpg --decrypt`."""
        status = self.home / "status"
        ran = self.run("--status-file", str(status), "--decrypt", data=message, check=False)
        return ran.stdout, status.read_text(encoding="latin-1").splitlines()


@contextmanager
def correspondents() -> Iterator[Correspondents]:
    """A throwaway home, gone with its agent at the end."""
    home = Path(tempfile.mkdtemp(prefix="people-"))
    home.chmod(0o700)
    try:
        yield Correspondents(home)
    finally:
        subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=True, timeout=30)
        shutil.rmtree(home, ignore_errors=True)
