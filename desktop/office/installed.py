"""How this copy came onto the computer: which of the published files would replace it."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

from desktop import program
from desktop.frozen import dataclass

_PACKAGED = Path("/usr/lib/sealwell")
_DEBIAN = Path("/var/lib/dpkg/info/sealwell.list")
_REPOSITORIES = Path("/etc/apt/sources.list.d")
_PC = ("x86_64", "AMD64")
_MACS = {"arm64": "macos-arm64", "x86_64": "macos-x86_64"}


@dataclass(frozen=True)
class Installed:
    """`system` as in `sync.update_list.SYSTEMS`, '' where there is no file for it: run from its source,
    or on another processor. `by_system`: a repository of packages brings new versions by itself.
    """

    system: str
    by_system: bool = False


def installed() -> Installed:
    """Of the program that is running."""
    if not program.installed():
        return Installed("")
    return found(Path(sys.executable).resolve().parent, sys.platform, platform.machine())


def found(
    place: Path,
    system: str,
    machine: str,
    *,
    packaged: Path = _PACKAGED,
    debian: Path = _DEBIAN,
    repositories: Path = _REPOSITORIES,
) -> Installed:
    """As `installed`, of a program in the folder `place`."""
    if system == "darwin":
        return Installed(_MACS.get(machine, ""))
    if machine not in _PC:
        return Installed("")
    if system == "win32":
        every = any(part.lower().startswith("program files") for part in place.parts)
        return Installed("windows-all-users" if every else "windows")
    if place != packaged:
        return Installed("linux")
    if not debian.exists():
        return Installed("rpm")
    return Installed("debian", by_system=any(repositories.glob("sealwell*")))
