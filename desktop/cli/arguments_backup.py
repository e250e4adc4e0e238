"""Words of `backup`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Protocol

TARGET_WORDS = ("add", "change", "list", "test", "retire")


class Family(Protocol):
    """A group of commands that begin with one word."""

    def verb(self, name: str, about: str) -> argparse.ArgumentParser: ...


def keeping(family: Callable[[str, str], Family]) -> None:
    """Backups: made, listed, looked into, and the places where they lie."""
    backup = family("backup", "backups of the practice")
    backup.verb("create", "make one now, check it and put it on every target")
    backup.verb("list", "how old the newest is, the targets, and what was made")
    verify = backup.verb("verify", "decrypt, open, check and count one")
    verify.add_argument("file", nargs="?", default="", metavar="FILE", help="a backup's file, or its name")
    verify.add_argument("--target", metavar="ID", help="look there; without a name at the newest")
    drill = backup.verb("drill", "try out that the newest comes back (two groups of the recovery key)")
    drill.add_argument("--target", metavar="ID", help="from there; else from where the newest is")
    drill.add_argument("--to", metavar="FILE", help="the signed page (PDF)")
    drill.add_argument("--asks", action="store_true", help="only show which groups are to be typed")
    kit = backup.verb("kit", "the recovery kit as a paper (PDF)")
    kit.add_argument("--to", required=True, metavar="FILE", help="a new file")
    kit.add_argument("--with-key", action="store_true", help="and the recovery key on it, which is asked for")
    backup.verb("new-key", "a new recovery key in place of one that was lost or seen")
    target = backup.verb("target", "the places where they lie (add, change and test read a document)")
    target.add_argument("what", choices=TARGET_WORDS)
    target.add_argument("target", nargs="?", default="", metavar="ID")


def computer(
    command: Callable[[str, str], argparse.ArgumentParser], family: Callable[[str, str], Family]
) -> None:
    """A computer that broke, one that comes, one that goes."""
    emergency = command("emergency", "today's visits out of a practice that does not open any more")
    emergency.add_argument("--day", metavar="DAY", help="YYYY-MM-DD, instead of today")
    emergency.add_argument("--to", metavar="FILE", help="as a paper (PDF)")
    emergency.add_argument("--recovery", action="store_true", help="by the printed key, not by a password")
    retire = command("retire", "make everything on this computer unreadable, once it lies outside")
    retire.add_argument("--to", metavar="FILE", required=True, help="the certificate (PDF)")
    move = family("move", "to another computer")
    move.verb("plan", "what cannot travel, and whether every change lies outside")
    move.verb("arrival", "what is still to be done on this computer")
    settle = move.verb("settle", "it is done; what can be looked up is looked up")
    settle.add_argument("item", metavar="ITEM")
    _updates(family("updates", "new versions of the program; none is installed from here"))


def _updates(updates: Family) -> None:
    updates.verb("show", "the version that runs here, and what is known of newer ones")
    updates.verb("allow", "ask for new versions once a day")
    updates.verb("forbid", "ask nobody")
    updates.verb("check", "ask now")
    verify = updates.verb("verify", "whether a file is as it was published")
    verify.add_argument("file", metavar="FILE")
    verify.add_argument("--list", metavar="FILE", help="the signed list; else the one beside it, or the last")
    download = updates.verb("download", "fetch and check the newest for this computer")
    download.add_argument("--into", metavar="DIR", help="instead of your downloads")
