"""Starting the background service: once per practice, away from the window that wants it."""

from __future__ import annotations

import subprocess
import time

from desktop import program
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


def _spawn(folder: PracticeFolder) -> subprocess.Popen[bytes]:
    return program.start_apart(program.SERVICE, "--practice", str(folder.root), folder=folder.root)
