"""Drives that are plugged in now, so that nobody has to know where the system shows them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QStorageInfo

from desktop.frozen import dataclass

_PLUGGED = ("/media/", "/run/media/", "/Volumes/", "/mnt/")
"""Where desktops show what is plugged in (udisks2; macOS)."""


@dataclass(frozen=True)
class Drive:
    name: str
    path: str
    free: int
    """In bytes."""


def drives() -> list[Drive]:
    """Blocks while a drive wakes up: never called on the window's thread."""
    home = Path.home().anchor
    return plugged(
        [
            (one.displayName(), one.rootPath(), one.bytesAvailable())
            for one in QStorageInfo.mountedVolumes()
            if one.isValid() and one.isReady() and not one.isReadOnly() and not one.isRoot()
        ],
        windows=sys.platform == "win32",
        home=home,
    )


def plugged(volumes: Sequence[tuple[str, str, int]], *, windows: bool, home: str) -> list[Drive]:
    """Of all volumes (name, path, free bytes) those that a person has plugged in.

    On Windows every drive but the one with the user's own folder: the system does not say more.
    """
    return [
        Drive(name or path, path, free)
        for name, path, free in volumes
        if (Path(path) != Path(home) if windows else path.startswith(_PLUGGED))
    ]
