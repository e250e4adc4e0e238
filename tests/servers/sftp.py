"""A real OpenSSH server on loopback with keys of its own, for the user who runs the test.

A plain user's sshd can only let that same user in, and only by key: a password needs the system's
own list of passwords. `restart` gives it another host key, `stop_now` ends it in the middle.
"""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
from pathlib import Path
from typing import Self

from desktop.models.safekeeping import Place, TargetKind
from tests.servers.programs import Program, free_port


def _sshd() -> str:
    """Its whole path: sshd refuses to start by name alone."""
    found = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        raise RuntimeError("sshd is missing: install openssh-server")
    return found


def make_key(path: Path, kind: str = "ed25519", *more: str) -> str:
    """A key pair without passphrase; answers the public line without its comment."""
    command = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "", "-f", str(path), *more]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=60)
    return " ".join(path.with_suffix(".pub").read_text("ascii").split()[:2])


class Sshd(Program):
    """Its folder `files` takes backups."""

    name = "sshd"

    def __init__(self) -> None:
        super().__init__()
        self.port = free_port()
        self.files = self.folder / "files"
        self.files.mkdir()
        self.host_key = make_key(self.folder / "host")
        self.private = self.folder / "user"
        make_key(self.private)
        shutil.copy(self.private.with_suffix(".pub"), self.folder / "authorized")
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where sshd keeps itself apart

    @property
    def secret(self) -> str:
        return self.private.read_text("ascii")

    @property
    def user(self) -> str:
        return getpass.getuser()

    def place(self, host_key: str | None = None) -> Place:
        address = f"sftp://127.0.0.1:{self.port}{self.files}"
        return Place(TargetKind.SFTP, address, self.user, self.host_key if host_key is None else host_key)

    def command(self) -> list[str]:
        settings = self.folder / "sshd_config"
        lines = (
            f"Port {self.port}",
            "ListenAddress 127.0.0.1",
            f"HostKey {self.folder / 'host'}",
            f"PidFile {self.folder / 'sshd.pid'}",
            f"AuthorizedKeysFile {self.folder / 'authorized'}",
            "StrictModes no",
            "UsePAM no",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "PermitRootLogin prohibit-password",
            "Subsystem sftp internal-sftp",
            "ForceCommand internal-sftp",
            "LogLevel ERROR",
        )
        settings.write_text("\n".join(lines) + "\n", "ascii")
        return [_sshd(), "-D", "-e", "-f", str(settings)]

    def ports(self) -> list[int]:
        return [self.port]

    def another_key(self) -> None:
        """The server comes back with another host key on the same port."""
        self.stop_now()
        for path in (self.folder / "host", self.folder / "host.pub"):
            path.unlink()
        self.host_key = make_key(self.folder / "host")
        self.__enter__()

    def stop_now(self) -> None:
        """As a power cut: those who are connected are cut off too; what was stored stays."""
        children = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self._process.pid)] if self._process else ["true"],
            capture_output=True,
            text=True,
            check=False,
            timeout=10,
        ).stdout.split()
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None
        for pid in children:
            subprocess.run(["pkill", "-KILL", "-P", pid], check=False, timeout=10)
            subprocess.run(["kill", "-KILL", pid], check=False, timeout=10, stderr=subprocess.DEVNULL)

    def __enter__(self) -> Self:
        super().__enter__()
        return self
