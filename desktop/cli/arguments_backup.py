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
    target = backup.verb("target", "the places where they lie (add, change and test read a document)")
    target.add_argument("what", choices=TARGET_WORDS)
    target.add_argument("target", nargs="?", default="", metavar="ID")
