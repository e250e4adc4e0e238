"""A private home directory for gpg, and its certain end.

The path must be short: gpg's agent listens on sockets inside it, and a socket path ends
at 107 bytes, on macOS at 103. The home is made in memory where the system has such a place. A lock on
`alive` tells a home in use from one that a crash left behind with a secret key in it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from desktop.errors import SealwellError

if sys.platform != "win32":
    import fcntl

PREFIX = "sealwell-gpg-"
_SOCKET_LIMIT = 103 if sys.platform == "darwin" else 107
"""sun_path with its last zero is 104 bytes on macOS and 108 on Linux (unix(4), unix(7))."""
_LONGEST_SOCKET = "/S.gpg-agent.browser"
_ALIVE = "alive"
_RANDOM = 8
"""Characters that tempfile.mkdtemp adds."""


class GpgHome:
    """One home, 0700, removed together with its agent at `close`."""

    def __init__(self, folder: Path | None = None) -> None:
        """Raises SealwellError `gpg-home-long` where no path is short enough."""
        parent = _memory_folder() if folder is None else folder
        sweep(parent)
        # Under another name until it is locked, so that no sweep takes it for abandoned.
        fresh = Path(tempfile.mkdtemp(prefix=f".{PREFIX}", dir=parent))
        self.path = fresh.with_name(fresh.name.removeprefix("."))
        if len(os.fsencode(self.path)) + len(_LONGEST_SOCKET) > _SOCKET_LIMIT:
            fresh.rmdir()
            raise SealwellError("gpg-home-long")
        if sys.platform == "win32":
            fresh.rename(self.path)  # Windows cannot rename around an open file, nor unlink one
            fresh = self.path
        self._alive: int | None = os.open(fresh / _ALIVE, os.O_RDWR | os.O_CREAT, 0o600)
        if sys.platform != "win32":
            fcntl.flock(self._alive, fcntl.LOCK_EX)
            fresh.rename(self.path)

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder inside the home for one call."""
        folder = Path(tempfile.mkdtemp(dir=self.path))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """End the agent, remove everything. May be called twice."""
        if self._alive is None:
            return
        os.close(self._alive)
        self._alive = None
        _remove(self.path)


def sweep(parent: Path) -> int:
    """Remove the homes in `parent` that nobody holds any more; how many they were."""
    gone = 0
    for home in parent.glob(f"{PREFIX}*"):
        if _abandoned(home):
            _remove(home)
            gone += 1
    return gone


def _memory_folder() -> Path:
    """The user's runtime folder, else shared memory, else the system's temporary folder.

    A runtime folder whose path leaves no room for a socket is passed over.
    """
    for name in (os.environ.get("XDG_RUNTIME_DIR", ""), "/dev/shm"):  # noqa: S108 - a 0700 folder in it
        path = Path(name)
        if name and _fits(path) and path.is_dir() and os.access(path, os.W_OK | os.X_OK):
            return path
    return Path(tempfile.gettempdir())


def _fits(folder: Path) -> bool:
    """Whether a home in `folder` has sockets that the system can name."""
    longest = f"/{PREFIX}{'x' * _RANDOM}{_LONGEST_SOCKET}"
    return len(os.fsencode(folder)) + len(longest) <= _SOCKET_LIMIT


def _abandoned(home: Path) -> bool:
    alive = home / _ALIVE
    try:
        if sys.platform == "win32":
            alive.unlink()
            return True
        if home.is_symlink() or home.stat().st_uid != os.getuid():
            return False
        descriptor = os.open(alive, os.O_RDWR)
    except OSError:
        # In use (Windows), another account's, or being made or removed right now.
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def _remove(home: Path) -> None:
    command = ["gpgconf", "--homedir", str(home), "--kill", "all"]
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run(command, capture_output=True, timeout=30, check=False)
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        command = ["gpgconf", "--homedir", str(home), "--remove-socketdir"]
        subprocess.run(command, capture_output=True, timeout=30, check=False)
    shutil.rmtree(home, ignore_errors=True)
