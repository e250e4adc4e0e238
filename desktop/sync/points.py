"""Named places on a message's way, in the order in which a run passes them.

Whoever builds a dispatcher may hand in a function that is told of each: the tests of
crashes end the process there. The program itself hands in nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum


class Point(StrEnum):
    """`…ING` is inside a transaction that is not on disk yet, `…ED` behind it."""

    BEGINNING = "beginning"
    BEGUN = "begun"
    CLAIMING = "claiming"
    CLAIMED = "claimed"
    CONNECTED = "connected"
    MARKING = "marking"
    MARKED = "marked"
    BEFORE_CONTENT = "before-content"
    BEFORE_DOT = "before-dot"
    REPLIED = "replied"
    RECORDING = "recording"
    RECORDED = "recorded"


Passing = Callable[[Point], None]
"""Called in the network's thread, or in the writing lane's for what is inside a transaction."""


def unnoticed(_point: Point) -> None:
    """What the program does at each point: nothing."""
