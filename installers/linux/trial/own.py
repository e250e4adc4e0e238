"""The `.tar.xz` with its script, for a person without administrator rights."""

from __future__ import annotations

import subprocess
import time

from installers.linux.trial.house import House, at_rest, running
from installers.linux.trial.practice import FOLDER, Practice
from installers.linux.trial.system import HOME, Failed, System

_PROGRAM = f"{HOME}/.local/bin/sealwell"
_LIBRARY = f"{HOME}/.local/lib/sealwell"


def installs_by_script(house: House, before: Practice) -> None:
    """Install, update while open, pull the plug, remove: only what the script put there ever changes."""
    with house.with_practice(before) as practice:
        at = practice.system
        at.run("apt-get", "remove", "-y", "sealwell").well()  # what it depends on stays
        clean = _listed(at)
        earlier, newest = (_unpack(at, house, number) for number in (0, 1))
        at.run(f"{earlier}/install.sh").refused("administrator")
        at.user(f"{earlier}/install.sh").well()
        mine = Practice(at, practice.secret, _PROGRAM, practice.step)
        mine.is_whole()
        opened = at.start(_PROGRAM + "-gui")
        time.sleep(5)
        at.user(f"{newest}/install.sh").well()
        if opened.poll() is not None or not running(at):
            raise Failed("the open program did not survive the update")
        at.user(f"{newest}/install.sh", "--uninstall").refused("is open")
        at_rest(at)
        mine.is_whole()
        at_rest(at)
        _cut_off(at, earlier, newest, mine)
        held = mine.hashes()
        at.user(f"{_LIBRARY}/current/install.sh", "--uninstall").well()
        if _listed(at) != clean or mine.hashes() != held:
            raise Failed(f"not as before: {sorted(_listed(at) ^ clean)[:20]}")


def _cut_off(at: System, earlier: str, newest: str, mine: Practice) -> None:
    """At ten moments of going back to the other version: a whole program is there each time."""
    for moment in range(10):
        folder = earlier if moment % 2 == 0 else newest
        at.user("timeout", "-s", "KILL", str(0.2 * (moment + 1)), f"{folder}/install.sh")
        at.user(_PROGRAM, "--version").well()
    at.user(f"{newest}/install.sh").well()
    mine.is_whole()
    at_rest(at)
    at.user("sh", "-c", f"echo x >> {earlier}/program/sealwell").refused()
    at.run("sh", "-c", f"echo x >> {earlier}/program/sealwell").well()
    at.user(f"{earlier}/install.sh").refused("not as it left us")


def _unpack(at: System, house: House, number: int) -> str:
    folder = at.shared / f"unpacked{number}"
    folder.mkdir(mode=0o755)
    archive = house.tarballs[number]
    subprocess.run(["tar", "-C", folder, "-xf", archive], check=True)
    return f"/trial/{folder.name}/{archive.name.partition('-linux')[0]}"


def _listed(at: System) -> set[str]:
    """Everything of the person's but the practice, and what the system's fonts keep for all programs."""
    skipped = [word for folder in (FOLDER, f"{HOME}/.cache") for word in ("-path", folder, "-prune", "-o")]
    found = at.user("find", HOME, *skipped, "-print").well().splitlines()
    return set(found)
