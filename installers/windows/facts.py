"""What the setup, the MSI and the programs of Windows say of themselves; each fact stands here once."""

from __future__ import annotations

import os
import re
from pathlib import Path

from desktop import __version__

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
DIST = ROOT / "dist"
WORK = ROOT / "build" / "windows"
"""Wine's folders, Python for Windows and its packages: kept from one run to the next."""

VERSION = __version__
PUBLISHER = os.environ.get("SEALWELL_PUBLISHER", "Sealwell")
"""The name on the certificate that releases are signed with."""
ICON = HERE.parent / "icons" / "sealwell.ico"
PROGRAMS = ("sealwell.exe", "sealwell-gui.exe")


def setup_name(version: str = VERSION) -> str:
    return f"sealwell-{version}-windows-x64-setup.exe"


def msi_name(version: str = VERSION) -> str:
    return f"sealwell-{version}-windows-x64.msi"


def numbers(version: str = VERSION) -> str:
    """Four numbers, which Windows compares; what stands behind the third (`rc1`) does not count there."""
    found = re.match(r"(\d+)\.(\d+)\.(\d+)", version)
    if found is None:
        raise ValueError(f"not a version: {version}")
    return ".".join((*found.groups(), "0"))
