"""Words of `tasks`, `failures`, `suppressions`, `delivery-check` and `feed`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Protocol

from desktop.office.values_messages import TASK_GROUPS


class Family(Protocol):
    """A group of commands that begin with one word."""

    def verb(self, name: str, about: str) -> argparse.ArgumentParser: ...


_DIGITS = 9
"""More is a slip of the hand, and no number that the database counts to."""


def how_many(text: str) -> int:
    """An argument that is a number of things."""
    if not text.isdecimal() or len(text) > _DIGITS:
        raise argparse.ArgumentTypeError("a whole number is needed")
    return int(text)


def following(family: Callable[[str, str], Family]) -> None:
    """After a message left: what failed, which addresses are stopped, whether mail arrives as it was sent."""
    tasks = family("tasks", "what is still to do")
    listed = tasks.verb("list", "open ones, what is due first in front")
    listed.add_argument("--mine", action="store_true", help="yours and what anybody may do")
    listed.add_argument("--ended", action="store_true", help="what was done, the latest first")
    listed.add_argument("--group", choices=TASK_GROUPS, help="only this group")
    listed.add_argument("--limit", type=int, default=200, metavar="N")
    tasks.verb("add", "one of your own making (reads a document)")
    done = tasks.verb("done", "end one; with --stdin reads a note")
    done.add_argument("task", metavar="ID")
    done.add_argument("--dropped", action="store_true", help="it was not needed")
    failures = family("failures", "messages that did not arrive")
    for name, about in (
        ("show", "why, and what may be done"),
        ("check", "record how the address was checked (reads a document)"),
        ("phone", "a task to phone instead"),
    ):
        failures.verb(name, about).add_argument("message", metavar="ID")
    stopped = family("suppressions", "addresses that nothing goes to")
    stopped.verb("list", "which, and whose")
    lift = stopped.verb("lift", "write to one again")
    lift.add_argument("suppression", metavar="ID")
    lift.add_argument(
        "--way", required=True, choices=("phone", "in-person", "chart"), help="how it was checked"
    )
    check = family("delivery-check", "whether mail arrives as it was sent")
    check.verb("accounts", "the mailboxes of the staff (reads a document)")
    check.verb("start", "send one message of each form to each mailbox")
    check.verb("list", "the rounds, and what follows from them")
    tick = check.verb("tick", "say what was seen of one message")
    tick.add_argument("check", metavar="ID")
    tick.add_argument("placed", choices=("inbox", "spam", "missing"))
    tick.add_argument("--opened", choices=("yes", "no"), default="")
    check.verb("read-back", "compare what was sent with what arrived")
    feed = family("feed", "what mail services tell of messages")
    feed.verb("set", "where a mail service tells of events (reads a document)")
    feed.verb("list", "the feeds, and when they were read")
    feed.verb("poll", "read one now").add_argument("relay", metavar="ID")
