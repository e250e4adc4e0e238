"""Starting the background service: once per practice, away from the window that wants it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import desktop
from desktop.bootstrap import ANOTHER_RUNS
from desktop.clock import Clock
from desktop.errors import VaultError
from desktop.locks import held
from desktop.office.remote_link import Caller, LinkLost, Whereabouts, call_up
from desktop.paths import PracticeFolder, make_private_folder

READY_SECONDS = 60.0
"""A slow computer that has just started takes its time; a service that ended is seen at once."""
_LOOK_EVERY = 0.03
_AGAIN_AFTER = 0.5
_SECRETS = ("SEALWELL_TOKEN",)
"""Nothing of who started it goes into the service."""
_RUN = "import sys; sys.path.append(sys.argv.pop(1)); from desktop.__main__ import main; sys.exit(main())"


def start_service(folder: PracticeFolder, clock: Clock) -> None:
    """Return when the service of this practice answers; several callers start one.

    Raises VaultError "service-not-started", "service-other-version".
    """
    make_private_folder(folder.root)
    with held(folder.service):
        if answers(folder):
            return
        process = _spawn(folder)
        until = clock.mono() + READY_SECONDS
        while clock.mono() < until:
            if answers(folder):
                return
            ended = process.poll()
            if ended == ANOTHER_RUNS:  # one that is just ending, and answers nobody any more
                time.sleep(_AGAIN_AFTER)
                process = _spawn(folder)
            elif ended is not None:
                break
            time.sleep(_LOOK_EVERY)
    raise VaultError("service-not-started")


def answers(folder: PracticeFolder) -> bool:
    """Whether a service of this practice is ready. Raises VaultError "service-other-version"."""
    where = Whereabouts.read(folder.service)
    if where is None:
        return False
    try:
        call_up(where, Caller("", stays=False)).close()
    except LinkLost:
        return False
    return True


def service_command(folder: PracticeFolder) -> list[str]:
    """The program itself, whether it is one file or a package that Python runs.

    The package's folder goes behind the system's own: nothing in it can take the place of
    a module of Python's.
    """
    words = ["agent", "--practice", str(folder.root)]
    if getattr(sys, "frozen", False):
        return [sys.executable, *words]
    return [sys.executable, "-P", "-c", _RUN, str(Path(desktop.__file__).resolve().parent.parent), *words]


def _spawn(folder: PracticeFolder) -> subprocess.Popen[bytes]:
    """A process that outlives this one: own session, no console, nothing of our files."""
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    process = subprocess.Popen(
        service_command(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder.root,
        env={name: value for name, value in os.environ.items() if name not in _SECRETS},
        start_new_session=True,
        creationflags=flags,
    )
    # Whoever started it may live longer: its end is taken note of, so that nothing stays behind.
    threading.Thread(target=process.wait, name="service-end", daemon=True).start()
    return process
