"""A Windows of Wine's: folders of its own, the libraries that Wine 8 lacks, programs run in it.

Wine tells much of what a real Windows would: whether the parts load, what the setup lays where, what
stays behind. It does not tell how Windows' own protection asks, nor how fast anything is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath

from installers.windows.facts import HERE

NEEDED = {
    "wine": "wine64",
    "x86_64-w64-mingw32-gcc": "gcc-mingw-w64-x86-64",
    "makensis": "nsis",
    "wixl": "wixl",
    "osslsigncode": "osslsigncode",
}
"""Programs that building and trying take, and the Debian package of each (`# for windows`)."""
STAND_INS = ("bcryptprimitives", "icuuc", "mscms")
MINUTES = 60.0


def missing() -> list[str]:
    """The packages that would have to be installed first."""
    return sorted({package for program, package in NEEDED.items() if shutil.which(program) is None})


class Failed(Exception):
    """A program ended otherwise than it should have; the text holds what it said."""


@dataclass(frozen=True)
class Ran:
    code: int
    said: str
    """Standard output and standard error together."""


@dataclass
class Machine:
    """One prefix of Wine's. `close` ends what still runs in it."""

    prefix: Path
    display: str = ""
    settings: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        """Make it where it is missing: Windows 10, with the stand-ins in its system folder."""
        if (self.system / "mscms.dll").exists() and (self.prefix / "made").exists():
            return
        shutil.rmtree(self.prefix, ignore_errors=True)
        self.prefix.mkdir(parents=True)
        self.run("wineboot.exe", "-i", wait=5 * MINUTES)
        for name in STAND_INS:
            command = ("x86_64-w64-mingw32-gcc", "-shared", "-O1", "-s", "-w")
            source = HERE / "wine" / f"{name}.c"
            subprocess.run([*command, "-o", self.system / f"{name}.dll", source, "-ladvapi32"], check=True)
        self.must("reg.exe", "add", r"HKCU\Software\Wine", "/v", "Version", "/d", "win10", "/f")
        (self.prefix / "made").touch()

    @property
    def drive(self) -> Path:
        return self.prefix / "drive_c"

    @property
    def system(self) -> Path:
        return self.drive / "windows" / "system32"

    @property
    def local(self) -> Path:
        """%LOCALAPPDATA%: found by its one user, as Wine names it after the system's."""
        return next((self.drive / "users").glob("[!P]*")) / "AppData" / "Local"

    def named(self, path: Path) -> str:
        r"""What a program in it calls `path`: `C:\…`, or `Z:\…` for the rest of the disk."""
        try:
            below = path.relative_to(self.drive)
        except ValueError:
            return str(PureWindowsPath("Z:/", *path.absolute().parts[1:]))
        return str(PureWindowsPath("C:/", *below.parts))

    def environment(self) -> dict[str, str]:
        """Wine's own log is off: it fills the disk, and tells of Wine alone."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        own = {
            "WINEPREFIX": str(self.prefix),
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree,mshtml=;mscms=n;winemenubuilder.exe=d",
            "DISPLAY": self.display,
        }
        return {**inherited, **own, **self.settings}

    def start_program(self, *command: str | Path) -> subprocess.Popen[bytes]:
        """Go on while it runs. Its output is a pipe: Python ends at once where Wine gives it a file."""
        return subprocess.Popen(
            ["wine", *(self.named(part) if isinstance(part, Path) else part for part in command)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self.environment(),
        )

    def run(self, *command: str | Path, given: str = "", wait: float = 3 * MINUTES) -> Ran:
        """To its end; it is killed after `wait` seconds, and counts as failed."""
        process = self.start_program(*command)
        try:
            said, _ = process.communicate(given.encode(), timeout=wait)
        except subprocess.TimeoutExpired:
            process.kill()
            said, _ = process.communicate()
            return Ran(-1, f"{said.decode('utf-8', 'replace')}\nstill ran after {wait:.0f} s")
        return Ran(process.returncode, said.decode("utf-8", "replace").replace("\r\n", "\n"))

    def must(self, *command: str | Path, given: str = "", wait: float = 3 * MINUTES) -> str:
        """What it says; raises `Failed` where it does not end with 0."""
        ran = self.run(*command, given=given, wait=wait)
        if ran.code != 0:
            raise Failed(f"{command[0]} ended with {ran.code}: {ran.said[-2000:]}")
        return ran.said

    def registry(self, key: str, name: str) -> str | None:
        """One value as `reg query` prints it, None where there is none."""
        asked = self.run("reg.exe", "query", key, "/v", name, "/reg:64")
        lines = [line.split(None, 2) for line in asked.said.splitlines() if line.strip().startswith(name)]
        return lines[0][2] if asked.code == 0 and lines and len(lines[0]) > 2 else None

    def close(self) -> None:
        """The prefix's own server ends, and with it whatever runs in the prefix."""
        subprocess.run(["wineserver", "-k"], env=self.environment(), check=False)
        subprocess.run(["wineserver", "-w"], env=self.environment(), check=False, timeout=MINUTES)
