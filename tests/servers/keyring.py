"""Run a command with a real Secret Service of its own: private home, session bus and GNOME keyring.

    python tests/servers/keyring.py [--locked] COMMAND...

With `--locked` the keyring exists but nobody unlocks it. The command's exit status is
passed on; everything that was started ends with it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

NEEDED = ("dbus-run-session", "gnome-keyring-daemon")
_PASSWORD = b"keyring test"
_INSIDE = "--inside"


def available() -> bool:
    return all(shutil.which(program) for program in NEEDED)


def run(command: Sequence[str], *, locked: bool = False, timeout: float = 60) -> int:
    """The exit status of `command`, run beside an unlocked (or locked) keyring."""
    with tempfile.TemporaryDirectory(prefix="keyring-") as home:
        environment = {**os.environ, "HOME": home, "XDG_DATA_HOME": f"{home}/data"}
        environment |= {"XDG_RUNTIME_DIR": f"{home}/run", "XDG_CONFIG_HOME": f"{home}/config"}
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"):
            environment.pop(name, None)
        for folder in ("data", "run", "config"):
            Path(home, folder).mkdir(mode=0o700)
        inside = [sys.executable, __file__, _INSIDE, "locked" if locked else "unlocked", *command]
        return subprocess.run(
            ["dbus-run-session", "--", *inside], env=environment, timeout=timeout, check=False
        ).returncode


@contextlib.contextmanager
def _daemon(*, unlock: bool) -> Iterator[None]:
    options = ["--foreground", "--components=secrets", *(["--unlock"] if unlock else [])]
    process = subprocess.Popen(
        ["gnome-keyring-daemon", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        if process.stdin is not None:
            if unlock:
                process.stdin.write(_PASSWORD)
            process.stdin.close()
        _wait_for_service()
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait_for_service() -> None:
    with open_dbus_connection(bus="SESSION") as bus:
        for _ in range(500):
            (owned,) = bus.send_and_get_reply(message_bus.NameHasOwner("org.freedesktop.secrets")).body
            if owned:
                return
            time.sleep(0.02)
    raise TimeoutError("gnome-keyring-daemon did not come up in ten seconds")


def _inside(state: str, command: Sequence[str]) -> int:
    if state == "locked":
        with _daemon(unlock=True):
            # Unlocking at start is what writes the login keyring.
            pass
    with _daemon(unlock=state == "unlocked"):
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[:1] == [_INSIDE]:
        sys.exit(_inside(arguments[1], arguments[2:]))
    wants_locked = arguments[:1] == ["--locked"]
    sys.exit(run(arguments[1:] if wants_locked else arguments, locked=wants_locked))
