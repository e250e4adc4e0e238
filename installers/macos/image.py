"""The disk image: the application beside the Applications folder, and an arrow between them."""

from __future__ import annotations

import importlib
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from installers.macos.facts import ICON, NAME, VERSION


def settings(application: Path) -> dict[str, Any]:
    """For dmgbuild, which brings the arrow."""
    return {
        "format": "ULMO",
        "filesystem": "APFS",
        "files": [str(application)],
        "symlinks": {"Applications": "/Applications"},
        "icon": str(ICON),
        "background": "builtin-arrow",
        "default_view": "icon-view",
        "window_rect": ((200, 200), (640, 280)),
        "icon_size": 128,
        "icon_locations": {application.name: (140, 120), "Applications": (500, 120)},
        "hide_extensions": [application.name],
    }


def build(application: Path, target: Path) -> Path:
    """Runs on macOS only: hdiutil makes images nowhere else."""
    target.unlink(missing_ok=True)
    dmgbuild = importlib.import_module("dmgbuild")  # in the lock for macOS alone
    dmgbuild.build_dmg(str(target), f"{NAME} {VERSION}", settings=settings(application))
    return target


@contextmanager
def opened(image: Path) -> Iterator[Path]:
    """The folder that macOS shows it as, read only."""
    with tempfile.TemporaryDirectory() as place:
        attach = ["hdiutil", "attach", "-nobrowse", "-readonly", "-mountpoint", place, str(image)]
        subprocess.run(attach, check=True, stdout=subprocess.DEVNULL)
        try:
            yield Path(place)
        finally:
            subprocess.run(["hdiutil", "detach", "-force", place], check=True, stdout=subprocess.DEVNULL)
