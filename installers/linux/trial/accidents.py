"""What goes wrong while files are written: the plug is pulled, or the disk is full."""

from __future__ import annotations

import time
from collections.abc import Callable

from installers.linux.facts import NAME
from installers.linux.trial import published
from installers.linux.trial.house import PROGRAM, House, at_rest, expect
from installers.linux.trial.practice import Practice
from installers.linux.trial.system import Failed, System

_UPGRADE = ("apt-get", "install", "-y", "--only-upgrade", NAME)
_KILL = (
    "for each in /proc/[0-9]*; do read -r name <$each/comm || continue; "
    "case $name in apt-get|dpkg|dpkg-deb) kill -9 ${each#/proc/} ;; esac; done 2>/dev/null; true"
)
_SMALL = 40
"""MiB: far less than the program needs."""


def install_is_cut_off(house: House, _before: Practice) -> None:
    """The very first one; apt brings it to its end afterwards."""
    with house.empty() as at:
        published.offer(at, house.newest)
        published.update(at).well()
        _cut_off(at, ("apt-get", "install", "-y", NAME), _half_unpacked)
        _mend(at)
        at.run("apt-get", "install", "-y", NAME).well()
        expect(at)
        at.user("sealwell", "--version").well()


def upgrade_is_cut_off_early(house: House, before: Practice) -> None:
    """While the new files lie beside the old ones."""
    _upgrade_is_cut_off(house, before, _half_unpacked)


def upgrade_is_cut_off_late(house: House, before: Practice) -> None:
    """While the new files take the places of the old ones."""
    _upgrade_is_cut_off(house, before, _half_renamed)


def disk_is_full(house: House, before: Practice) -> None:
    """The upgrade says so, and the old program goes on; with room again it goes through."""
    with house.with_practice(before, disk=_SMALL) as practice:
        at = practice.system
        held = practice.hashes()
        published.offer(at, house.newest)
        published.update(at).well()
        at.run(*_UPGRADE).refused("No space left on device")
        if practice.hashes() != held:
            raise Failed("the full disk harmed the practice")
        at.user("sealwell", "--version").well()
        at.more_disk(2000)  # a sign-in is written down before it counts, for which there was no room
        practice.is_whole()
        at_rest(at)
        _mend(at)
        at.run(*_UPGRADE).well()
        expect(at)
        practice.is_whole()
        at_rest(at)


def _upgrade_is_cut_off(house: House, before: Practice, when: Callable[[System], bool]) -> None:
    with house.with_practice(before) as practice:
        at = practice.system
        held = practice.hashes()
        published.offer(at, house.newest)
        published.update(at).well()
        _cut_off(at, _UPGRADE, when)
        if practice.hashes() != held:
            raise Failed("the cut harmed the practice")
        _mend(at)
        at.run(*_UPGRADE).well()
        expect(at)
        practice.is_whole()
        at_rest(at)


def _cut_off(at: System, command: tuple[str, ...], when: Callable[[System], bool]) -> None:
    """Kill apt and dpkg without warning, at this moment."""
    going = at.start(*command, as_user=False)
    until = time.monotonic() + 200
    while not when(at):
        if going.poll() is not None or time.monotonic() > until:
            raise Failed(f"it was over before it could be cut off: {going.communicate()[0][-1000:]}")
    at.run("sh", "-c", _KILL)
    going.wait(30)


def _mend(at: System) -> None:
    """What apt itself tells people to do."""
    at.run("dpkg", "--configure", "-a")
    at.run("apt-get", "install", "-f", "-y").well()


def _unpacked(at: System) -> int:
    """How many new files wait beside the old ones."""
    folder = at.path(f"{PROGRAM}/_internal")
    return sum(name.suffix == ".dpkg-new" for name in folder.iterdir()) if folder.exists() else 0


def _half_unpacked(at: System) -> bool:
    return _unpacked(at) > 5


def _half_renamed(at: System) -> bool:
    """All lay there, and some do not any more."""
    before = _unpacked(at)
    time.sleep(0.002)
    return 0 < _unpacked(at) < before
