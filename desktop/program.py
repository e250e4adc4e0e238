"""The command lines that start a part of this program, and nothing else.

Installed there are two programs in one folder, `sealwell` and `sealwell-gui`, and no Python that
would run what it is told: a part is started by its name, which `desktop.parts` looks up in a closed
list. From source the same words go to Python.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import platform
import subprocess
import sys
import threading
from collections.abc import Sequence
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any

from desktop import __version__
from desktop.frozen import dataclass
from desktop.paths import resource

SERVICE = "agent"
"""The hidden command that is the background service."""
WORKER = "worker"
"""The hidden command that is one of the workers, by its name and its end of a pipe."""
SAMPLE = "sample"
"""The command that opens a look around."""
PATIENCE = 5.0
"""Seconds in which a process that was killed is gone."""
_NAME = "sealwell"
_SECRETS = ("SEALWELL_TOKEN",)
"""Nothing of who started a part goes into it."""
_RUN = "import sys; sys.path.append(sys.argv.pop(1)); from desktop.__main__ import main; sys.exit(main())"


@dataclass(frozen=True)
class Build:
    """The state of the source that is here; without `commit` and `date` it runs from its source."""

    version: str
    commit: str = ""
    date: str = ""


def build() -> Build:
    """As `installers/build.py` wrote it (docs/formats/self-test.md)."""
    path = resource("build.json")
    if not path.exists():
        return Build(__version__)
    written = json.loads(path.read_text("utf-8"))
    return Build(str(written["version"]), str(written["commit"]), str(written["date"]))


def system() -> str:
    """Such as "Linux 6.1 x86_64"."""
    return f"{platform.system()} {platform.release()} {platform.machine()}"


def installed() -> bool:
    """Whether this is the installed program, which brings its own Python."""
    return bool(getattr(sys, "frozen", False))


def command(*words: str) -> list[str]:
    """What runs `sealwell` with these words, also from the window's program.

    From source the package's folder goes behind the system's own: nothing in it can take the
    place of a module of Python's.
    """
    if installed():
        own = Path(sys.executable)
        return [str(own.with_name(_NAME + own.suffix)), *words]
    return [sys.executable, "-P", "-c", _RUN, str(Path(__file__).resolve().parent.parent), *words]


def settings() -> dict[str, str]:
    """The environment that a part of this program starts with."""
    return {name: value for name, value in os.environ.items() if name not in _SECRETS}


def start_apart(*words: str, folder: Path | None = None) -> subprocess.Popen[bytes]:
    """A part that outlives this process: own session, no console, nothing of our files.

    Raises OSError where no process can be started.
    """
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    nothing = subprocess.DEVNULL
    process = subprocess.Popen(
        command(*words),
        stdin=nothing,
        stdout=nothing,
        stderr=nothing,
        cwd=folder,
        env=settings(),
        start_new_session=True,
        creationflags=flags,
    )
    # Whoever started it may live longer: its end is taken note of, so that nothing stays behind.
    threading.Thread(target=process.wait, name=f"{words[0]}-end", daemon=True).start()
    return process


class Started:
    """A process with a pipe to it; it ends with this one at the latest."""

    def __init__(self, pipe: Connection[Any, Any], process: subprocess.Popen[bytes]) -> None:
        self.pipe = pipe
        self.process = process
        running.add(self)

    def kill(self) -> None:
        """From any thread; whoever waits for an answer sees the pipe end."""
        self.process.kill()

    def end(self) -> None:
        """At once, whatever it is doing; may be called twice."""
        running.discard(self)
        self.pipe.close()
        self.process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):  # held by the system's kernel
            self.process.wait(PATIENCE)


running: set[Started] = set()


def start_worker(name: str) -> Started:
    """Raises OSError where no process can be started."""
    return start(command(WORKER, name))


def start(words: Sequence[str]) -> Started:
    """A process that gets its end of a pipe as its last word, and nothing else that is open here.

    Raises OSError where no process can be started.
    """
    ours, theirs = Pipe()
    try:
        return Started(ours, _process([*words, str(theirs.fileno())], theirs.fileno()))
    except BaseException:  # an interruption too leaves nothing open; then it goes on up
        ours.close()
        raise
    finally:
        theirs.close()


if sys.platform == "win32":
    from multiprocessing.connection import PipeConnection

    def _process(words: Sequence[str], end: int) -> subprocess.Popen[bytes]:
        os.set_handle_inheritable(end, True)
        start_up = subprocess.STARTUPINFO(lpAttributeList={"handle_list": [end]})
        nothing = subprocess.DEVNULL
        return subprocess.Popen(
            words,
            stdin=nothing,
            stdout=nothing,
            stderr=nothing,
            env=settings(),
            startupinfo=start_up,
            creationflags=subprocess.CREATE_NO_WINDOW,
        )

    def own_end(number: str) -> Connection[Any, Any]:
        """A worker's end of the pipe, of the last word of its command. Raises ValueError, OSError."""
        return PipeConnection(int(number))

else:

    def _process(words: Sequence[str], end: int) -> subprocess.Popen[bytes]:
        nothing = subprocess.DEVNULL
        return subprocess.Popen(
            words, stdin=nothing, stdout=nothing, stderr=nothing, env=settings(), pass_fds=[end]
        )

    def own_end(number: str) -> Connection[Any, Any]:
        """A worker's end of the pipe, of the last word of its command. Raises ValueError, OSError."""
        return Connection(int(number))


@atexit.register
def _end_workers() -> None:
    for started in tuple(running):
        started.end()
