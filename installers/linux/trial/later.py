"""Afterwards: updates, forged updates, downgrades, and removing it."""

from __future__ import annotations

from installers.linux.facts import NAME
from installers.linux.trial import aged, display, published
from installers.linux.trial.house import PROGRAM, House, at_rest, expect, running
from installers.linux.trial.practice import PASSWORD, USER_NAME, Practice
from installers.linux.trial.system import HOME, Failed, System

_UPGRADE = ("apt-get", "install", "-y", "--only-upgrade", NAME)
_OURS = ("/usr", "/etc", "/opt", "/var/lib", "/home", "/root")
_OF_APT = ("/var/lib/apt/", "/var/lib/dpkg/", "/var/lib/systemd/", "/etc/ld.so.cache")


def refuses_forgeries(house: House, before: Practice) -> None:
    """A changed signature, a changed list and a changed package: apt says no, and the program stays."""
    with house.with_practice(before) as practice:
        at = practice.system
        published.offer(at, house.newest)
        public = at.shared / "repository"
        published.forged_release(public)
        published.update(at).refused("InRelease")
        published.offer(at, house.newest)
        published.forged_list(public)
        published.update(at).refused("Hash Sum mismatch")
        published.offer(at, house.newest)
        published.update(at).well()
        published.forged_package(public)
        at.run(*_UPGRADE).refused("Hash Sum mismatch")
        expect(at, published.EARLIER)
        practice.is_whole()


def upgrades_closed(house: House, before: Practice) -> None:
    """With data of a program of long ago: they migrate, and open."""
    with house.with_practice(before) as practice:
        at = practice.system
        aged.earlier(practice)
        held = practice.hashes()
        published.offer(at, house.newest)
        published.update(at).well()
        at.run(*_UPGRADE).well()
        expect(at)
        if practice.hashes() != held:
            raise Failed("the upgrade touched the practice")
        practice.is_whole()
        if practice.hashes()["practice.db"] == held["practice.db"]:
            raise Failed("nothing was migrated")
        at_rest(at)


def upgrades_open(house: House, before: Practice) -> None:
    """While the window and the background service run: they go on; the next start is the new program."""
    with house.with_practice(before) as practice:
        at = practice.system
        opened = at.start("sealwell-gui")
        display.window(house.display)
        published.offer(at, house.newest)
        published.update(at).well()
        at.run(*_UPGRADE).well()
        expect(at)
        if opened.poll() is not None or "sealwell-gui" not in running(at).values():
            raise Failed("the window did not survive the upgrade")
        practice.is_whole()  # through the old background service, if it goes on
        display.picture(house.display, house.pictures / f"{house.release}-upgraded-open.png")
        at_rest(at)
        practice.is_whole()
        at_rest(at)


def refuses_newer_data(house: House, before: Practice) -> None:
    """A downgrade: the older program says that it is one, and changes nothing."""
    with house.with_practice(before) as practice:
        aged.later(practice)
        held = practice.hashes()["practice.db"]
        given = {"user": USER_NAME, "password": PASSWORD, "code": practice.code()}
        practice.command("signin", given=given).refused("database-newer")
        at_rest(practice.system)
        if practice.hashes()["practice.db"] != held:
            raise Failed("the refused database was changed")


def purges(house: House, before: Practice) -> None:
    """Everything of ours goes, but the practice's data, and nothing else."""
    with house.empty() as bare:
        clean = _listed(bare)
    with house.with_practice(before) as practice:
        at = practice.system
        held = practice.hashes()
        at.run("apt-get", "purge", "-y", "--autoremove", NAME).well()
        at.run("rm", published.SOURCES).well()
        left = {path for path in _listed(at) - clean if not path.startswith(f"{HOME}/")}
        gone = {path for path in clean - _listed(at) if not path.startswith(HOME)}
        if left or gone:
            raise Failed(f"left behind: {sorted(left)[:20]}; taken along: {sorted(gone)[:20]}")
        if practice.hashes() != held:
            raise Failed("the practice's data are not as they were")
        if at.path(PROGRAM).exists():
            raise Failed("the program is still there")


def _listed(at: System) -> set[str]:
    paths = at.run("find", *_OURS, "-xdev").out.splitlines()
    return {path for path in paths if not path.startswith(_OF_APT)}
