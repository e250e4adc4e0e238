"""What all trials in one Debian share: its base, the packages, the display, and an installed system."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from installers.linux.facts import NAME, VERSION
from installers.linux.trial import published
from installers.linux.trial.bases import archives, base
from installers.linux.trial.practice import Practice
from installers.linux.trial.system import Failed, System, system

PROGRAM = f"/usr/lib/{NAME}"


@dataclass(frozen=True)
class House:
    """`earlier` and `newest` are states of the signed repository; `pictures` is where screens are put."""

    release: str
    display: str
    earlier: Path
    newest: Path
    tarballs: tuple[Path, ...]
    pictures: Path

    @contextmanager
    def empty(self) -> Iterator[System]:
        """A Debian that has never heard of us."""
        with system((base(self.release),), archives(self.release), self.display) as made:
            yield made

    @contextmanager
    def after(self, before: System, disk: int = 0) -> Iterator[System]:
        """Another system that begins with what `before` has on its disk; that one is left alone meanwhile."""
        with system(before.layers, archives(self.release), self.display, disk) as made:
            yield made

    @contextmanager
    def with_practice(self, before: Practice, disk: int = 0) -> Iterator[Practice]:
        with self.after(before.system, disk) as made:
            yield Practice(made, before.secret, before.program, before.step)


def install(at: System, *words: str, wait: float = 300) -> None:
    """From the signed repository, what it depends on from Debian's."""
    published.update(at).well()
    at.run("apt-get", "install", "-y", *words, NAME, wait=wait).well()


def version(at: System) -> str:
    """Of the package, as dpkg knows it; empty where it is not there."""
    asked = at.run("dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", NAME)
    status, _, found = asked.out.partition(" ")
    return found if asked.code == 0 and status == "installed" else ""


def expect(at: System, wanted: str = VERSION) -> None:
    """Raises Failed unless this version is installed whole: every file as its package has it."""
    if version(at) != wanted:
        raise Failed(f"{version(at) or 'nothing'} is installed, not {wanted}")
    said = at.run("dpkg", "--verify", NAME).well()
    if said.strip():
        raise Failed(f"files are not as they were packed: {said[:500]}")


def until(true: Callable[[], bool], what: str, wait: float = 60) -> None:
    end = time.monotonic() + wait
    while not true():
        if time.monotonic() > end:
            raise Failed(f"it did not come about: {what}")
        time.sleep(0.2)


_RUNNING = f"""
for each in /proc/[0-9]*; do
    read -r name <$each/comm || continue
    case $name in {NAME}*) ;; *) continue ;; esac
    grep -q "^State:.Z" $each/status || echo ${{each#/proc/}} $name
done 2>/dev/null
true
"""


def running(at: System) -> dict[str, str]:
    """What of ours runs there, by process id; what has ended and nobody asks about is no more."""
    listed = at.run("sh", "-c", _RUNNING).well().splitlines()
    return dict(line.split(maxsplit=1) for line in listed if line[:1].isdigit())


def at_rest(at: System) -> None:
    """Every program of ours is gone; each ends by being told (SIGTERM)."""
    for process in running(at):
        at.run("sh", "-c", f"kill -TERM {process}").well()
    until(lambda: not running(at), "all programs end")
