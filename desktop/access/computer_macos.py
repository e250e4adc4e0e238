"""What macOS says about a folder's disk, the screen lock and the clock; none of it needs an administrator.

Asked are the system's own programs by their full paths: mount(8), fdesetup(8),
sysadminctl(8). mount calls a file system of this computer "local" (MNT_LOCAL, statfs(2)).
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from desktop.access.computer_run import Run, run
from desktop.access.computer_sync import sync_service

_MOUNT = re.compile(r"^.* on (/.*) \(([^()]*)\)$")
_VOLUMES = Path("/Volumes")


class MacProbe:
    """Answers `computer.Probe`."""

    def __init__(
        self, home: Path | None = None, environ: Mapping[str, str] = os.environ, ask: Run = run
    ) -> None:
        self._home = home
        self._environ = environ
        self._ask = ask

    def network_share(self, folder: Path) -> bool | None:
        said = self._ask(("/sbin/mount",))
        place = folder.resolve()
        found: tuple[int, bool] | None = None
        for line in (said or "").splitlines():
            match = _MOUNT.match(line)
            if match and place.is_relative_to(match[1]):
                depth = len(Path(match[1]).parts)
                if found is None or depth >= found[0]:
                    found = depth, "local" not in match[2].split(", ")
        return None if found is None else found[1]

    def disk_encrypted(self, folder: Path) -> bool | None:
        """FileVault speaks for the start-up disk; others are not asked about."""
        if folder.resolve().is_relative_to(_VOLUMES):
            return None
        said = self._ask(("/usr/bin/fdesetup", "status")) or ""
        if said.startswith("FileVault is On"):
            return True
        return False if said.startswith("FileVault is Off") else None

    def screen_lock(self) -> bool | None:
        said = self._ask(("/usr/sbin/sysadminctl", "-screenLock", "status")) or ""
        if "screenLock is off" in said:
            return False
        return True if "screenLock delay is" in said else None

    def clock_kept(self) -> bool | None:
        """systemsetup tells administrators only."""
        return None

    def sync_service(self, folder: Path) -> str:
        return sync_service(folder, self._home or Path.home(), self._environ)

    def hides_window(self) -> bool:
        return True
